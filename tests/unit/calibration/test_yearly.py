"""Months and public holidays from counts by day: what is there is found, and nothing where there is nothing."""
from __future__ import annotations

import numpy as np
import pytest

from hospital_twin.calibration.yearly import FEWEST_HOLIDAYS, Days, holiday_factor, season_of

pytestmark = pytest.mark.unit

TRUE = np.array([1.12, 1.08, 1.03, 1.0, 0.99, 0.96, 0.92, 0.9, 0.96, 1.0, 1.01, 1.03])
LOGS = 100


def made_up(rng: np.random.Generator, days: int, *, first: str = "2021-03-10", season: np.ndarray | None = None,
            trend: float = 0.0, spells: float = 0.0, rate: float = 60.0) -> Days:
    """Poisson days, by months where there is a season. trend: share a year. spells: deviation of a factor of days
    whose neighbours are correlated by 0.8."""
    date = np.datetime64(first) + np.arange(days)
    mean = np.full(days, rate) * np.exp(trend * np.arange(days) / 365.25)
    if season is not None:
        mean *= season[date.astype("datetime64[M]").astype(int) % 12]
    if spells:
        level = rng.normal(size=days)
        for day in range(1, days):
            level[day] = 0.8 * level[day - 1] + 0.6 * level[day]
        mean *= np.exp(spells * level)
    count = rng.poisson(mean).astype(float)
    return Days(date, count, np.full(days, count.mean()))


def test_months_that_are_alike_are_a_season_in_two_logs_of_a_hundred_at_most():
    # One of a hundred is meant (`CLEARLY_SEASONAL`); spells make neighbouring months alike. A rise is no season.
    rng = np.random.default_rng(1)
    clear = []
    for days, trend, spells in ((731, 0.0, 0.0), (731, 0.15, 0.0), (1096, 0.05, 0.1)):
        found = [season_of(made_up(rng, days, trend=trend, spells=spells)) for _ in range(LOGS)]
        clear += [one.clear for one in found]
        assert np.mean([one.trend for one in found]) == pytest.approx(np.exp(trend), abs=0.01)
    assert 0 < np.mean(clear) <= 0.02


@pytest.mark.parametrize(("days", "trend"), [(731, 0.0), (1096, 0.1)])
def test_a_season_is_found_with_intervals_that_hold_it(days: int, trend: float):
    rng = np.random.default_rng(2)
    found = [season_of(made_up(rng, days, season=TRUE, trend=trend)) for _ in range(LOGS)]
    assert np.mean([one.clear for one in found]) > 0.95
    held = np.mean([[month.low <= true <= month.high for month, true in zip(one.months, TRUE, strict=True)]
                    for one in found])
    assert 0.93 < held < 0.98
    values = np.array([[month.value for month in one.months] for one in found])
    assert values.mean(axis=0) == pytest.approx(TRUE, abs=0.015)
    assert np.abs(values - TRUE).mean() < 0.5 * np.abs(TRUE - 1).mean()


@pytest.mark.parametrize("first", ["2021-01-01", "2021-02-15", "2021-05-25", "2021-12-31"])
def test_two_years_are_enough_from_any_day_on_and_two_months_less_are_not(first: str):
    rng = np.random.default_rng(3)
    assert season_of(made_up(rng, 731, first=first)) is not None
    assert season_of(made_up(rng, 731 - 62, first=first)) is None


def test_what_hardly_comes_or_stops_tells_no_season():
    rng = np.random.default_rng(4)
    assert season_of(made_up(rng, 731, rate=0.4)) is None
    stopped = made_up(rng, 731)
    august = stopped.date.astype("datetime64[M]").astype(int) % 12 == 7
    assert season_of(stopped._replace(count=np.where(august, 0.0, stopped.count))) is None


def holidays(rng: np.random.Generator, days: int, factor: float, *, spread: float = 0.08, unlike: float = 0.0,
             rate: float = 120.0) -> Days:
    mean = np.full(days, rate) * factor * rng.gamma(1 / spread ** 2, spread ** 2, days)
    mean *= rng.gamma(1 / unlike ** 2, unlike ** 2, days) if unlike else 1.0
    return Days(np.arange(days).astype("datetime64[D]"), rng.poisson(mean).astype(float), np.full(days, rate))


@pytest.mark.parametrize("days", [FEWEST_HOLIDAYS, 8, 30])
def test_holidays_that_are_as_other_days_differ_in_five_logs_of_a_hundred_at_most(days: int):
    rng = np.random.default_rng(5)
    found = [holiday_factor(holidays(rng, days, 1.0), 0.08) for _ in range(500)]
    assert np.mean([one.clear for one in found]) <= 0.05


@pytest.mark.parametrize(("days", "factor", "unlike"), [(3, 0.5, 0.0), (8, 0.8, 0.0), (30, 0.85, 0.0), (30, 0.85, 0.1)])
def test_a_factor_of_holidays_is_found_also_where_they_are_unlike(days: int, factor: float, unlike: float):
    rng = np.random.default_rng(6)
    found = [holiday_factor(holidays(rng, days, factor, unlike=unlike), 0.08) for _ in range(500)]
    assert np.mean([one.low <= factor <= one.high for one in found]) > 0.93
    assert np.mean([one.clear for one in found]) > 0.9
    assert np.mean([one.value for one in found]) == pytest.approx(factor, abs=0.04)


def test_few_holidays_and_few_patients_tell_nothing():
    rng = np.random.default_rng(7)
    assert holiday_factor(holidays(rng, FEWEST_HOLIDAYS - 1, 0.5), 0.08) is None
    assert holiday_factor(holidays(rng, 8, 1.0, rate=1.0), 0.08) is None
    assert holiday_factor(holidays(rng, 0, 1.0), 0.08) is None
    closed = holiday_factor(Days(np.arange(8), np.zeros(8), np.full(8, 30.0)), 0.0)
    assert closed.clear
    assert closed.value < 0.01
