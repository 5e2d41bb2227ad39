"""A tiny hospital with one what-if, and made-up results that are quick to make."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hospital_twin.hospital import Hospital
from hospital_twin.kpis import KPI_TABLE_COLUMNS
from hospital_twin.layout import Layout
from hospital_twin.levers import lever_from
from hospital_twin.runs import Experiment, Result
from hospital_twin.runs.results import census_table
from hospital_twin.scenario import Scenario
from hospital_twin.store import Store, Study

FIRST_DAY = date(2025, 3, 29)
LAYOUT = {
    "name": "Ærø & <b>Søn</b>", "time_zone": "Europe/Copenhagen",
    "staff": {"doctor": {"on_duty": {"08:00-20:00": 2, "20:00-08:00": 1}}},
    "units": {"bays": {"kind": "ed", "places": 4}},
    "sources": {"walk_in": {"pathway": "visit", "rate": 1.5, "ceiling": 3}},
    "pathways": {"visit": [{"move": "in", "to": "bays"},
                           {"do": "see", "by": "doctor", "takes": "exponential(mean 20 min)"},
                           {"leave": "out", "as": "home"}]},
}


@pytest.fixture
def hospital() -> Hospital:
    return Hospital.of(Layout.model_validate(LAYOUT))


@pytest.fixture
def study(hospital: Hospital) -> Study:
    more = Scenario(name="one more bay", levers=(lever_from("beds", unit="bays", change=1),))
    sides = (Experiment(hospital, days=2.0, starts=FIRST_DAY), Experiment(hospital, more, days=2.0, starts=FIRST_DAY))
    return Study("Would a bay more help?", sides, command="hospital-twin compare",
                 faults=("2 rows were rejected: no arrival",))


@pytest.fixture
def made_up() -> Callable[..., Result]:
    def result(seed: int) -> Result:
        draw = np.random.default_rng(seed)
        rows = [("door_to_clinician", "whole hospital", None, "median", draw.gamma(3), 12, ""),
                ("occupancy", "bays", 23, "share", float("nan"), 0, "not computable: no staffed place"),
                ("occupancy", "bays", None, "census", draw.gamma(2), 7, "")]
        kpis = pd.DataFrame(rows, columns=["kpi", "place", "hour", "statistic", "value", "n", "reason"])
        census = {"bays": draw.random(48) / 3, "everybody present": draw.random(48)}
        return Result(kpis[list(KPI_TABLE_COLUMNS)].astype(KPI_TABLE_COLUMNS), census_table(census))
    return result


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "twin.db", patience=0.2) as opened:
        yield opened
