"""The shipped sample year is what its own truth writes today."""
from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from hospital_twin.generator import generate, read_truth, true_hospital
from hospital_twin.generator.surprises import REALISTIC
from hospital_twin.hospital import read_hospital
from hospital_twin.shipped import layouts_folder, samples_folder

pytestmark = pytest.mark.verify


def test_the_shipped_year_is_what_the_generator_writes(tmp_path: Path) -> None:
    truth = read_truth(samples_folder() / "community_year.truth.yaml")
    made = generate(read_hospital(layouts_folder() / "community_hospital.yaml"), days=truth.days, seed=truth.seed,
                    folder=tmp_path, name="community_year", filled_days=truth.filled_days)
    assert made.truth == truth
    shipped, new = (Counter(gzip.decompress(path.read_bytes()).splitlines())
                    for path in (samples_folder() / "community_year.csv.gz", made.log_file))
    # Another machine's exponential may differ in the last bit, and a time be one minute later; but nothing more.
    assert sum((shipped & new).values()) > 0.99 * sum(new.values())
    told, found = (json.loads(path.read_text())["kpis"] for path in (
        samples_folder() / "community_year.expected_kpis.json", made.kpis_file))
    for a, b in zip(told, found, strict=True):
        assert (a["kpi"], a["statistic"], a["place"]) == (b["kpi"], b["statistic"], b["place"])
        assert a["value"] is b["value"] is None or a["value"] == pytest.approx(b["value"], rel=0.02)


def test_the_hospital_in_the_truth_is_the_layout_with_the_surprises() -> None:
    truth = read_truth(samples_folder() / "community_year.truth.yaml")
    layout = read_hospital(layouts_folder() / "community_hospital.yaml")
    first = truth.hospital.layout.sources["walk_in"].dated[0].from_
    true, _ = true_hospital(layout, REALISTIC, seed=truth.seed, starts=type(truth.starts).fromisoformat(first),
                            days=truth.days + truth.filled_days)
    assert true == truth.hospital
