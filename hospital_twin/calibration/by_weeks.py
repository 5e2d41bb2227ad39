"""Ratios of sums over weeks, as arrivals a day or patient hours per arrival, with intervals that busy spells widen."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

FEWEST_WEEKS = 4


class Ratio(NamedTuple):
    """A ratio of sums, its 95 % interval, and the weeks that it rests on."""

    value: float
    low: float
    high: float
    weeks: int

    def scaled(self, by: float) -> Ratio:
        """The same in another unit."""
        return Ratio(self.value * by, self.low * by, self.high * by, self.weeks)

    def wider(self, by: float) -> Ratio:
        """The same, less certain by so much on either side; never below 0."""
        return Ratio(self.value, max(0.0, self.low - by), self.high + by, self.weeks)


def by_weeks(number: np.ndarray, of: np.ndarray, week: np.ndarray) -> Ratio | None:
    """Sum of `number` over sum of `of`, rows with a NaN left out; None with fewer than `FEWEST_WEEKS` weeks.

    The interval is that of the ratio estimator (Cochran, Sampling Techniques, 1977, 6.13) with whole weeks as batches
    and Student's t, so that whatever makes the hours and days of a week alike widens it; for patient hours per arrival
    it is the interval that Kim and Whitt give for Little's law (Operations Research 61, 2013, 1030-1045).
    """
    from scipy.stats import t
    known = ~np.isnan(number) & ~np.isnan(of)
    _, place = np.unique(week[known], return_inverse=True)
    sums, over = (np.bincount(place, weights=x[known]) for x in (number, of))
    weeks = int((over > 0).sum())
    if weeks < FEWEST_WEEKS:
        return None
    value = float(sums.sum() / over.sum())
    error = np.sqrt(weeks / (weeks - 1) * ((sums - value * over) ** 2).sum()) / over.sum()
    half = float(t.ppf(0.975, weeks - 1) * error)
    return Ratio(value, max(0.0, value - half), value + half, weeks)
