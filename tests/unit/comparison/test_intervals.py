from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hospital_twin.comparison import mean_interval

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_it_is_the_interval_of_a_t_test(confidence):
    values = np.random.default_rng(1).lognormal(3, 1, (4, 12))
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


@pytest.mark.parametrize("draw", ["normal", "exponential"])
def test_it_covers_as_often_as_it_says(draw):
    """4,000 means of 20 replications with known mean: normal exactly 95 %, skewed ones a little less."""
    generator = np.random.default_rng(2)
    values = {"normal": generator.normal(1, 3, (4000, 20)), "exponential": generator.exponential(1, (4000, 20))}[draw]
    found = mean_interval(values)
    covered = int(((found.low <= 1) & (found.high >= 1)).sum())
    share = 0.95 if draw == "normal" else 0.92
    assert stats.binomtest(covered, 4000, share, alternative="two-sided" if draw == "normal" else "less").pvalue > 0.01


def test_systems_that_are_alike_seldom_seem_different():
    """4,000 comparisons of two alike systems, strongly skewed (a t statistic then rejects at most as often)."""
    generator = np.random.default_rng(3)
    ours, theirs = generator.gamma(0.5, 10, (2, 4000, 10))
    found = mean_interval(theirs - ours)
    different = int(((found.low > 0) | (found.high < 0)).sum())
    assert stats.binomtest(different, 4000, 0.05, alternative="greater").pvalue > 0.01
    assert different > 40
