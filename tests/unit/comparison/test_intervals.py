from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hospital_twin.comparison import mean_interval
from hospital_twin.comparison.intervals import enough_to_halve, skewness

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_it_is_the_interval_of_a_t_test(confidence):
    values = np.random.default_rng(1).lognormal(3, 1, (4, 7))
    found = mean_interval(values, confidence)
    for row, mean, low, high in zip(values, found.mean, found.low, found.high, strict=True):
        expected = stats.ttest_1samp(row, 0).confidence_interval(confidence)
        assert mean == pytest.approx(row.mean())
        assert (low, high) == pytest.approx((expected.low, expected.high))


def test_what_is_missing_counts_for_nothing():
    found = mean_interval(np.array([[np.nan, 1.0, 2.0, np.nan, 4.0], [5, np.nan, np.nan, np.nan, np.nan],
                                    [np.nan] * 5]))
    alone = mean_interval(np.array([1.0, 2.0, 4.0]))
    assert found.n.tolist() == [3, 1, 0]
    assert (found.low[0], found.high[0]) == pytest.approx((alone.low[0], alone.high[0]))
    assert found.mean[1] == 5
    assert np.isnan(found.low[1:]).all()
    assert np.isnan(found.high[1:]).all()
    assert np.isnan(found.mean[2])


@given(st.floats(-1e9, 1e9), st.integers(2, 40))
def test_equal_values_have_exactly_that_mean_and_no_width(value, n):
    found = mean_interval(np.full(n, value))
    assert found.mean[0] == found.low[0] == found.high[0] == value


def test_lopsided_values_reach_further_to_the_side_of_their_tail():
    """By hand: 7 zeros and 8 have mean 1, s² = 8, skewness 6/√7; t(7; 0.975) = 2.3646 and a = 6/√7/√8 = 0.8018, so
    3/a · (∛(1 + a(−t − a/6)) − 1) = −7.487, so 7.487 standard errors above, and Student's 2.36 below."""
    values = np.array([0.0] * 7 + [8])
    found = mean_interval(values)
    assert skewness(values) == pytest.approx(6 / 7 ** 0.5)
    assert (found.low[0], found.high[0]) == pytest.approx((1 - 2.3646, 1 + 7.487), abs=2e-3)
    turned = mean_interval(-values)
    assert (turned.low[0], turned.high[0]) == pytest.approx((-found.high[0], -found.low[0]))


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30), st.sampled_from([0.8, 0.95, 0.99]))
def test_no_interval_is_shorter_than_students(values, confidence):
    found, n = mean_interval(np.array(values), confidence), len(values)
    half = stats.t.ppf(0.5 + confidence / 2, n - 1) * np.std(values, ddof=1) / n ** 0.5
    slack = 1e-6 * (1 + np.abs(values).max())
    assert found.low[0] <= found.mean[0] - half + slack
    assert found.high[0] >= found.mean[0] + half - slack


@pytest.mark.parametrize(("draw", "n", "least", "students"), [
    ("normal", 8, 0.95, 0.95), ("normal", 20, 0.95, 0.95), ("exponential", 8, 0.93, 0.90),
    ("exponential", 20, 0.94, 0.92), ("gamma", 8, 0.89, 0.78)])
def test_it_covers_as_often_as_it_says(draw, n, least, students):
    """4,000 means with known mean; Student alone would miss those of lopsided values."""
    generator = np.random.default_rng(2)
    values = {"normal": generator.normal(1, 3, (4000, n)), "exponential": generator.exponential(1, (4000, n)),
              "gamma": generator.gamma(0.25, 4, (4000, n))}[draw]
    found = mean_interval(values)
    covered = ((found.low <= 1) & (found.high >= 1)).mean()
    alone = np.abs(stats.ttest_1samp(values, 1, axis=1).pvalue >= 0.05).mean()
    assert least - 0.01 < covered < 0.975
    assert alone == pytest.approx(students, abs=0.015)


def test_systems_that_are_alike_seldom_seem_different():
    """4,000 comparisons of two alike systems, strongly skewed (a t statistic then rejects at most as often)."""
    generator = np.random.default_rng(3)
    ours, theirs = generator.gamma(0.5, 10, (2, 4000, 10))
    found = mean_interval(theirs - ours)
    different = int(((found.low > 0) | (found.high < 0)).sum())
    assert stats.binomtest(different, 4000, 0.05, alternative="greater").pvalue > 0.01
    assert different > 40


def test_how_many_replications_halve_an_interval():
    assert [enough_to_halve(n) for n in (2, 3, 8, 20)] == [3, 5, 25, 73]
    for n in (2, 8, 20):
        more = enough_to_halve(n)
        width = {k: stats.t.ppf(0.975, k - 1) / np.sqrt(k) for k in (n, more - 1, more)}
        assert width[more] <= width[n] / 2 < width[more - 1]
