"""Forecasts of hourly and daily counts: their distribution, their parts on declared counts, clocks, bad input."""
from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from hospital_twin import BadInput
from hospital_twin.calibration.counts import fit_counts
from hospital_twin.calibration.hour_counts import CountDistribution, HourCounts, wall_hours
from tests.counted import ZONE, daily, held_out_year, made_up, part

pytestmark = pytest.mark.unit


def test_a_clock_change_leaves_out_an_hour_or_makes_it_two():
    for day, hours, at_change in ((date(2016, 3, 13), 23, {}), (date(2016, 11, 6), 24, {1: 2.0})):
        _, hour, exposure = wall_hours(day, day + timedelta(days=1), ZONE)
        assert len(hour) == hours
        assert {h: e for h, e in zip(hour.tolist(), exposure.tolist(), strict=True) if e != 1} == at_change
    assert 2 not in wall_hours(date(2016, 3, 13), date(2016, 3, 14), ZONE)[1]


def test_a_clock_that_changes_at_midnight_still_gives_whole_days():
    for day, hours, total in ((date(2024, 3, 10), 23, 23.0), (date(2024, 11, 3), 24, 25.0)):
        dated, hour, exposure = wall_hours(day, day + timedelta(days=1), "America/Havana")
        assert (len(hour), exposure.sum()) == (hours, total)
        assert set(dated.tolist()) == {day}
    days, _, exposure = wall_hours(date(2024, 1, 1), date(2025, 1, 1), "America/Havana")
    assert (len(np.unique(days)), exposure.sum()) == (366, 366 * 24)
    with pytest.raises(BadInput, match="is none"):
        wall_hours(date(2024, 1, 1), date(2024, 1, 2), "Iowa/Nowhere")


def test_a_count_distribution_is_the_negative_binomial_it_says():
    draws = np.random.default_rng(3)
    forecast = CountDistribution(np.full(20_000, 7.0), np.full(20_000, 0.2))
    seen = draws.poisson(7.0 * draws.gamma(5.0, 0.2, 20_000)).astype(float)
    assert seen.mean() == pytest.approx(7.0, rel=0.02)
    assert seen.var() == pytest.approx(7 + 0.2 * 49, rel=0.05)
    for share in (0.5, 0.8, 0.95):
        assert forecast.coverage(seen, share).mean() == pytest.approx(share, abs=0.01)
        low, high = (bound[:1] for bound in forecast.interval(share))
        one = CountDistribution(forecast.mean[:1], forecast.variance[:1])
        assert one.cdf(high) - one.cdf(low - 1) >= share
        assert one.cdf(high - 1) - one.cdf(low) < share
    # E|X − y| − ½ E|X − X′|, from the probabilities themselves
    k = np.arange(200.0)
    one = CountDistribution(np.full(200, 7.0), np.full(200, 0.2))
    p = one.cdf(k) - one.cdf(k - 1)
    score = (p * np.abs(k - 4)).sum() - (p[:, None] * p * np.abs(k[:, None] - k)).sum() / 2
    assert replace(one, mean=one.mean[:1], variance=one.variance[:1]).crps(np.array([4.0])) == pytest.approx(score)


def test_coverage_over_several_hospitals_with_known_truth_is_what_is_promised():
    cut, end = (str(np.datetime64("2020-01-06") + days) for days in (400, 764))
    found = [held_out_year(made_up(seed, 764), cut, end) for seed in range(1, 7)]
    for name in ("hour", "day"):
        for share in (80, 95):
            assert abs(100 * np.mean([one[f"cover{share}_{name}"] for one in found]) - share) <= 5
    assert all(one["crps_hour"] < one["poisson_crps_hour"] for one in found)


def test_the_parts_of_a_declared_process_are_found_again():
    counts = made_up(5, 3 * 364)
    christmas = (counts.date.astype("datetime64[M]").astype(int) % 12 == 11) & (
        (counts.date - counts.date.astype("datetime64[M]")).astype(int) == 24)
    counts = replace(counts, count=np.where(christmas, np.floor(counts.count * 0.7), counts.count))
    model = fit_counts(counts, ZONE, "US", "IA")
    assert np.sqrt(model.day_variance) == pytest.approx(0.04, abs=0.015)
    assert model.holidays[0] < 0.8
    assert model.holidays[2] == pytest.approx(1.0, abs=0.04)
    assert np.hypot(*model.state[2:4]) == pytest.approx(0.05, abs=0.03)
    by_hour = model.rate.mean(axis=0) / model.rate.mean()
    assert by_hour == pytest.approx(1 + 0.6 * np.sin((np.arange(24) - 8) / 12 * np.pi), abs=0.04)


def test_the_farther_ahead_the_wider_and_the_autumn_hour_counts_twice():
    model = fit_counts(made_up(2, 200), ZONE)
    near, far = (model.predict([day]).by_day.variance[0] for day in (date(2020, 8, 3), date(2022, 8, 1)))
    assert far > near > model.day_variance
    ahead = model.predict([date(2020, 11, 1), date(2020, 11, 8)])
    night = ahead.by_hour.mean[ahead.hour == 1]
    assert night[0] == pytest.approx(2 * night[1], rel=0.1)
    assert ahead.by_day.mean == pytest.approx(np.bincount(np.repeat([0, 1], 24), weights=ahead.by_hour.mean))


def test_hours_not_observed_are_no_zeros():
    counts = made_up(4, 120)
    holes = np.random.default_rng(1).random(len(counts.count)) < 0.3
    model = fit_counts(replace(counts, count=np.where(holes, np.nan, counts.count)), ZONE)
    whole = fit_counts(counts, ZONE)
    days = [date(2020, 6, 1) + timedelta(days=n) for n in range(28)]
    assert model.predict(days).by_day.mean == pytest.approx(whole.predict(days).by_day.mean, rel=0.05)
    assert daily(part(counts, ~holes)).mean() < 0.75 * daily(counts).mean()


@pytest.mark.parametrize(("change", "said"), [
    ({"count": -1.0}, "no number of people"), ({"count": 1.5}, "no number of people"),
    ({"count": np.inf}, "no number of people"), ({"hour": 24}, "no clock shows"),
    ({"exposure": -1.0}, "no length of time"), ({"exposure": 0.0}, "arrivals in no time"),
    ({"date": np.datetime64("NaT")}, "no date")])
def test_counts_that_cannot_be_are_refused_with_their_place(change: dict, said: str):
    good = {"date": np.array(["2020-01-01"] * 3, "datetime64[D]"), "hour": np.arange(3), "exposure": np.ones(3),
            "count": np.ones(3)}
    for name, value in change.items():
        good[name][1] = value
    with pytest.raises(BadInput, match=f"entry 2 .*{said}"):
        HourCounts(**good)


def test_records_and_days_that_cannot_be_used_are_refused():
    counts = made_up(1, 60)
    with pytest.raises(BadInput, match="differ in length"):
        replace(counts, hour=counts.hour[1:])
    with pytest.raises(BadInput, match="only 20 days"):
        fit_counts(part(counts, counts.date < np.datetime64("2020-01-26")), ZONE)
    with pytest.raises(BadInput, match="nobody arrived"):
        fit_counts(replace(counts, count=counts.count * 0), ZONE)
    for country, subdivision in (("XX", None), ("US", "Bavaria")):
        with pytest.raises(BadInput, match="no calendar"):
            fit_counts(counts, ZONE, country, subdivision)
    model = fit_counts(counts, ZONE)
    for days in ([], [date(2020, 3, 5)]):
        with pytest.raises(BadInput, match="days from 2020-03-06 on"):
            model.predict(days)
