"""Ticks, and the hours of the wall clock on days that are not 24 hours long."""
from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hospital_twin.eventlog import local_hours
from hospital_twin.eventlog.clock import NEVER, tick, ticks, times

pytestmark = pytest.mark.unit


def hours(start: str, end: str, zone: str):
    return local_hours(pd.Timestamp(start, tz=zone), pd.Timestamp(end, tz=zone), zone)


def test_ticks_there_and_back():
    column = pd.Series(pd.to_datetime(["1969-12-31 23:59:59.999999", None, "2262-04-12"], utc=True, format="ISO8601"))
    assert ticks(column).tolist()[:2] == [-1, NEVER]
    assert (times(ticks(column)) == column).tolist() == [True, False, True]
    assert times(ticks(column)).isna().tolist() == [False, True, False]
    assert tick(pd.Timestamp("1970-01-01 01:00", tz="Europe/Amsterdam")) == 0
    assert tick(pd.NaT) == NEVER


def test_an_ordinary_day():
    day = hours("2024-06-03", "2024-06-04", "Europe/London")
    assert day.hour.tolist() == list(range(24))
    assert set(day.weekday) == {0}
    assert set(day.hours) == {1.0}


def test_the_short_day_has_no_hour_that_the_clock_leaps_over():
    day = hours("2024-03-31", "2024-04-01", "Europe/London")
    assert day.hour.tolist() == [0, *range(2, 24)]
    assert day.hours.tolist() == [1.0] * 23


def test_the_long_day_has_one_hour_twice():
    day = hours("2024-10-27", "2024-10-28", "Europe/London")
    assert day.hour.tolist() == [0, 1, 1, *range(2, 24)]
    assert day.hours.tolist() == [1.0] * 25


def test_a_clock_that_changes_by_half_an_hour():
    day = hours("2024-04-07", "2024-04-08", "Australia/Lord_Howe")
    assert day.hours.sum() == 24.5
    assert set(day.hours) == {1.0, 0.5}
    assert {int(h) for h in day.hour} == set(range(24))


def test_a_zone_off_the_full_hour():
    day = hours("2024-06-03", "2024-06-04", "Asia/Kathmandu")
    assert day.hour.tolist() == list(range(24))
    assert set(day.hours) == {1.0}


def test_a_window_within_the_hour():
    cells = hours("2024-06-03 08:40", "2024-06-03 10:10", "Europe/London")
    assert cells.hour.tolist() == [8, 9, 10]
    assert np.allclose(cells.hours, [1 / 3, 1, 1 / 6])


def test_no_window_no_cells():
    assert len(hours("2024-06-03", "2024-06-03", "UTC").hour) == 0
    assert len(local_hours(pd.NaT, pd.NaT, "UTC").hours) == 0
