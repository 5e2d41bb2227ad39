"""Rates by hour of the week from small counts."""
import numpy as np
import pytest

from hospital_twin.calibration.weekly import drawn_in, smoothed

pytestmark = pytest.mark.unit

WEEKS = 52.0
EXPOSURE = np.full((7, 24), WEEKS)


def by_day_and_hour(day: np.ndarray, a_year: float) -> np.ndarray:
    hours = np.arange(24)
    profile = 1 + 0.6 * np.sin((hours - 9) / 24 * 2 * np.pi)
    rate = day[:, None] * profile
    return rate * a_year / (rate.sum() * WEEKS)


def error(rate: np.ndarray, truth: np.ndarray) -> float:
    return float(np.median(np.abs(rate / truth - 1)))


def test_weekday_and_hour_are_found_better_than_by_counting():
    truth = by_day_and_hour(np.array([1.08, 1, 0.98, 0.98, 1, 0.97, 0.95]), 45_000)
    rng = np.random.default_rng(1)
    counts = [rng.poisson(truth * WEEKS) for _ in range(5)]
    found = np.mean([error(smoothed(c, EXPOSURE), truth) for c in counts])
    counted = np.mean([error(c / EXPOSURE, truth) for c in counts])
    assert counted > 0.035
    assert found < 0.03
    assert found < 0.7 * counted


def test_the_total_stays():
    counts = np.random.default_rng(2).poisson(by_day_and_hour(np.ones(7), 20_000) * WEEKS)
    assert (smoothed(counts, EXPOSURE) * EXPOSURE).sum() == pytest.approx(counts.sum(), rel=0.01)


def test_one_rate_for_all_hours_comes_out_as_one():
    counts = np.random.default_rng(3).poisson(5.0, (7, 24))
    rate = smoothed(counts, np.ones((7, 24)))
    assert rate.std() / rate.mean() < 0.06


def test_weekends_of_their_own_are_not_smoothed_away():
    truth = np.full((7, 24), 0.02)
    truth[:5, 10:19], truth[5:, 10:18] = 0.55, 0.25
    rates = [smoothed(np.random.default_rng(s).poisson(truth * WEEKS), EXPOSURE) for s in range(6)]
    rate = np.mean(rates, axis=0)
    assert rate[:5, 10:19].mean() == pytest.approx(0.55, rel=0.1)
    assert rate[5:, 10:18].mean() == pytest.approx(0.25, rel=0.15)
    assert rate[:, :9].mean() < 0.05


def test_exposure_counts_and_not_the_number_of_hours():
    exposure = EXPOSURE.copy()
    exposure[:, 2] = WEEKS / 2
    counts = 4.0 * exposure
    assert smoothed(counts, exposure) == pytest.approx(np.full((7, 24), 4.0), rel=1e-6)


def test_nothing_seen_is_nothing():
    assert not smoothed(np.zeros((7, 24)), EXPOSURE).any()
    assert not smoothed(np.zeros((7, 24)), np.zeros((7, 24))).any()


def test_what_scatters_no_more_than_chance_is_drawn_in_and_what_does_is_not():
    expected = np.full(200, 100.0)
    chance = np.random.default_rng(4).poisson(expected)
    assert np.abs(drawn_in(chance, expected, np.ones(200)) - 1).max() < 0.08
    wide = expected * np.linspace(0.2, 1.8, 200)
    assert drawn_in(wide, expected, np.ones(200)) == pytest.approx(wide / expected, abs=0.05)
