"""One scenario alone: means over replications with intervals that stay where the number can be."""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from hospital_twin.comparison import levels, mean_interval
from hospital_twin.runs import Runs

pytestmark = pytest.mark.unit


def row(table: pd.DataFrame, kpi: str) -> pd.Series:
    return table[table["kpi"] == kpi].iloc[0]


def test_a_level_is_the_mean_with_its_interval(made: Callable[..., Runs]):
    values = [20.0, 30.0, 25.0, 29.0]
    found = row(levels(made({("door_to_clinician", "median"): values})), "door_to_clinician")
    mean, low, high, n = (side[0] for side in mean_interval(np.array([values])))
    assert (found["value"], found["low"], found["high"], found["n"]) == (mean, low, high, n)
    assert found["unit"] == "min"
    assert found["reason"] == ""
    assert pd.isna(found["hour"])


def test_no_interval_ends_below_nothing_or_above_all(made: Callable[..., Runs]):
    table = levels(made({("boarding_hours", "per_day"): [0, 0, 9.0], ("within_4_hours", "share"): [90.0, 100, 100]}))
    assert row(table, "boarding_hours")["low"] == 0
    assert row(table, "boarding_hours")["high"] > 9
    assert row(table, "within_4_hours")["high"] == 100
    assert 0 < row(table, "within_4_hours")["low"] < 90


def test_what_no_replication_saw_is_not_shown_to_be_impossible(made: Callable[..., Runs]):
    for value in (0.0, 22.7):
        found = row(levels(made({("icu_refusals", "share"): [value, value]})), "icu_refusals")
        assert (found["value"], found["n"]) == (value, 2)
        assert np.isnan(found["low"])
        assert np.isnan(found["high"])


def test_more_patients_than_places_is_shown(made: Callable[..., Runs]):
    assert row(levels(made({("occupancy", "share"): [99.0, 104.0, 101.0]})), "occupancy")["high"] > 104


def test_what_no_replication_can_tell_has_its_reason(made: Callable[..., Runs]):
    table = levels(made({("within_4_hours", "share"): [np.nan, np.nan], ("boarding_hours", "per_day"): [np.nan, 4.0]}))
    found = row(table, "within_4_hours")
    assert np.isnan(found["value"])
    assert found["n"] == 0
    assert found["reason"] == "not computable: no cases in this log"
    known = row(table, "boarding_hours")
    assert (known["value"], known["n"], known["reason"]) == (4.0, 1, "")
    assert np.isnan(known["low"])
