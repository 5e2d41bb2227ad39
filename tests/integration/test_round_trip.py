"""Small samples of what `make verify` does at length: the round trip, and real stays left out."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from hospital_twin import Experiment, Hospital, beside, compile_program, read_layout, read_log, run
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.shipped import layouts_folder
from hospital_twin.validation import held_out_stays
from tests.round_trips import deviations, rate_errors, recalibrated, unaccounted

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(("name", "days"), [("small_ed", 60), ("small_ward_icu", 365)])
def test_a_small_hospital_comes_back(name: str, days: float):
    layout = read_layout(layouts_folder() / f"{name}.yaml")
    truth = Hospital.of(layout)
    log = simulate(compile_program(truth, days=days), seed=11)
    found = recalibrated(log, layout)
    assert not any("fit no pathway" in sentence for sentence in found.not_fitted)
    assert not unaccounted(truth, found)
    off = deviations(truth, found)
    beyond = [path for path, z in off.items() if abs(z) > 3]
    assert len(off) >= 5
    assert binomtest(len(beyond), len(off), 0.0027, alternative="greater").pvalue > 0.01, beyond
    assert abs(np.mean(list(off.values()))) < 1
    total = {source: np.mean(errors) for source, errors in rate_errors(layout, found.layout).items()}
    assert max(total.values()) < 0.35
    days = min(days, 40)
    runs = run(Experiment(found, days=days, warm_up_days=5, seed=21), replications=6, workers=1)
    truth_log = simulate(compile_program(truth, days=days), seed=12)
    table = beside(truth_log, runs)
    known = table[(table["verdict"] != "not computable") & table["hour"].isna()]
    assert (known["verdict"] != "off").mean() > 0.8
    assert (known["verdict"] == "inside").mean() > 0.4


def test_real_stays_left_out_lie_beside_the_twins(shared: Path):
    log, _ = read_log(shared / "data" / "mimic4_demo")
    table = held_out_stays(log, folds=3, least=60)
    assert set(table["unit"]) == {"emergency_department", "medicine"}
    assert table["inside"].mean() >= 0.6
