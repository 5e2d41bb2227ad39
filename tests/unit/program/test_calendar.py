"""The local clock as tables: every weekly pattern at every moment, whatever the zone and the first day."""
from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital_twin.errors import BadInput
from hospital_twin.layout.terms import DAYS, week_minutes
from hospital_twin.program.calendar import calendar, dates_of, tick_of, tick_of_text, weekly_changes

pytestmark = pytest.mark.unit

MINUTE = 60_000_000
ZONES = ("UTC", "Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "America/Santiago")


def local(clock, tick: int) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC")) + timedelta(microseconds=clock.epoch + tick)).astimezone(
        ZoneInfo(clock.time_zone))


@given(st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2026, 12, 1)))
@settings(max_examples=25)
def test_the_tables_are_the_local_clock(zone: str, first: date):
    clock = calendar(zone, first, 3)
    assert local(clock, 0).date() == first
    for row in range(0, len(clock.boundary), 7):
        then = local(clock, int(clock.boundary[row]))
        assert (clock.hour[row], clock.weekday[row], clock.month[row]) == (then.hour, then.weekday(), then.month)
    assert (np.diff(clock.hour_start.ravel()) >= 0).all()
    assert dates_of(clock).tolist() == [first + timedelta(days=n) for n in range(len(clock.hour_start) - 1)]
    for day in range(0, 60, 7):
        for hour in range(0, 24, 5):
            then = local(clock, int(clock.hour_start[day, hour]))
            assert then.date() == first + timedelta(days=day)
            assert then.hour == hour or clock.hour_start[day, hour] == clock.hour_start[day, hour + 1]


@given(st.integers(0, 6), st.dictionaries(
    st.builds(lambda d, h, n: f"{d} {h:02d}:30-{(h + n) % 24:02d}:15", st.sampled_from(DAYS), st.integers(0, 23),
              st.integers(1, 23)), st.integers(0, 5), max_size=4))
def test_a_weekly_pattern_holds_at_every_moment_whatever_day_the_run_starts(start: int, windows: dict[str, int]):
    clock = calendar("UTC", date(2025, 1, 6) + timedelta(days=start), 14)
    week, changes = week_minutes(windows or 0), weekly_changes(clock, windows or 0)
    assert changes[0][0] == 0
    assert [t for t, _ in changes] == sorted({t for t, _ in changes})
    for minute in range(0, 14 * 1440, 61):
        wanted = next(v for m, v in reversed(week) if m <= (start * 1440 + minute) % 10_080)
        found = next(v for t, v in reversed(changes) if t <= minute * MINUTE)
        assert found == wanted


def test_the_23_and_the_25_hour_day():
    for first, length in ((date(2025, 3, 30), 23), (date(2025, 10, 26), 25), (date(2025, 1, 6), 24)):
        clock = calendar("Europe/London", first, 2)
        assert clock.hour_start[1, 0] == length * 60 * MINUTE
    spring = calendar("Europe/London", date(2025, 3, 30), 2)
    assert tick_of(spring, 0, 90) == tick_of(spring, 0, 120) == 60 * MINUTE
    autumn = calendar("Europe/London", date(2025, 10, 26), 2)
    assert (tick_of(autumn, 0, 90), tick_of(autumn, 0, 120)) == (90 * MINUTE, 180 * MINUTE)


def test_dates_are_local():
    clock = calendar("Europe/London", date(2025, 7, 1), 2)
    assert tick_of_text(clock, "2025-07-01 08:30", "x") == 510 * MINUTE
    assert tick_of_text(clock, "2025-06-30", "x") == -1440 * MINUTE
    with pytest.raises(BadInput, match="'soon' is not a date"):
        tick_of_text(clock, "soon", "x")


@pytest.mark.parametrize(("days", "year"), [(0, 2025), (-1, 2025), (4000, 2025), (1, 1800), (1, 2262), (1, 9999)])
def test_horizons_and_years_that_no_clock_has_are_refused(days: float, year: int):
    with pytest.raises(BadInput, match="the run"):
        calendar("UTC", date(year, 1, 1), days)


def test_a_horizon_may_be_part_of_a_day():
    assert calendar("UTC", date(2025, 1, 6), 0.25).horizon == 360 * MINUTE
