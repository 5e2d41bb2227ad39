"""What the calendar does to arrivals beyond the week: months of the year and public holidays, from counts by day.

Both are quasi-Poisson regressions (McCullagh and Nelder, Generalized Linear Models, 1989, 9.2): the scatter of what is
compared, and not the counts alone, says how well a factor is known.
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

FEWEST_OF_A_MONTH = 10
"""Days of a month of one year below which that month is left out."""
FEWEST_A_MONTH = 30
"""Arrivals that each month of the year is to have, all years together."""
CLEARLY_SEASONAL = 0.01
"""A season is taken for one where months that are all alike would differ so, relative to what the same month differs
by from year to year, with less than this probability."""
FEWEST_HOLIDAYS = 3
"""Holidays below which how much they scatter, and so what they do, is not known."""
HOLIDAY_SD = 0.2
"""How far holidays are from other days before any has been seen."""
DAYS_OF_A_MONTH = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
ROUNDS = 25
"""Of Newton's method at most."""


class Days(NamedTuple):
    """Local days, one entry each: date (datetime64[D]), arrivals, and how many were expected without the factor sought.
    """

    date: np.ndarray
    count: np.ndarray
    mean: np.ndarray

    def take(self, which: np.ndarray) -> Days:
        """Some of the days."""
        return Days(*(column[which] for column in self))


class Factor(NamedTuple):
    """A factor on the rate with its 95 % interval; from so many arrivals on so many days.

    scatter: variance of what was compared over that expected: of chance, and for holidays of whole days' factors.
    """

    value: float
    low: float
    high: float
    cases: float
    days: int
    scatter: float

    @property
    def clear(self) -> bool:
        """Whether it differs from 1 by more than chance."""
        return not self.low <= 1.0 <= self.high


class Season(NamedTuple):
    """Factors of the twelve months, whose mean over the days of a year is 1, drawn towards it by 1 / ratio (James and
    Stein, Proc. 4th Berkeley Symp. 1, 1961).

    ratio: the variance between months over that between the years of a month, by F with (11, freedom) degrees.
    chance: the probability of such a ratio where all months are alike. trend: factor from a year to the next.
    """

    months: tuple[Factor, ...]
    ratio: float
    freedom: int
    chance: float
    trend: float

    @property
    def clear(self) -> bool:
        """Whether months differ by more than the same month does from year to year."""
        return self.chance < CLEARLY_SEASONAL


def holiday_factor(days: Days, spread: float) -> Factor | None:
    """What holidays multiply the rate by, drawn towards 1 (normal, `HOLIDAY_SD`); None for too few of them.

    days: the holidays alone. spread: standard deviation of whole days' factors. The interval is of the counts alone.
    Holidays that are unlike each other make it wider, and what is fitted is then their mean.
    """
    from scipy.stats import t
    n, total = len(days.date), float(days.mean.sum())
    if n < FEWEST_HOLIDAYS or total <= 0.0:
        return None
    value = float(days.count.sum()) / total
    # A day without anybody would else be taken for one that is sure to be so.
    mean = np.maximum(value, 0.5 / total) * days.mean
    usual = mean + (spread * mean) ** 2
    scatter = float(((days.count - mean) ** 2 / usual).sum() / (n - 1))
    variance = max(1.0, scatter) * float(usual.sum()) / total ** 2
    if variance > HOLIDAY_SD ** 2:
        return None
    half = float(t.ppf(0.975, n - 1)) * np.sqrt(variance)
    weight = HOLIDAY_SD ** 2 / (HOLIDAY_SD ** 2 + variance)
    return Factor(1.0 + weight * (value - 1.0), max(0.0, value - half), value + half, float(days.count.sum()), n,
                  scatter)


def season_of(days: Days) -> Season | None:
    """Months of the year beside a steady trend; None where one was not there in two years, or had hardly anybody.

    A month of one year is one observation, its peers are the same month of other years: what makes neighbouring days
    alike (spells, an epidemic that comes in another month next year) is then scatter, and no season.
    """
    from scipy.stats import f
    months, place = np.unique(days.date.astype("datetime64[M]").astype(np.int64), return_inverse=True)
    enough = np.bincount(place) >= FEWEST_OF_A_MONTH
    count, mean = (np.bincount(place, weights=x)[enough] for x in (days.count, days.mean))
    at, month = months[enough], months[enough] % 12
    cases = np.bincount(month, weights=count, minlength=12)
    if np.bincount(month, minlength=12).min() < 2 or cases.min() < FEWEST_A_MONTH or mean.min() <= 0.0:
        return None
    trend = (at - at.mean()) / 12.0
    apart = np.column_stack([month[:, None] == np.arange(12), trend])
    _, alike = _regression(np.column_stack([np.ones(len(at)), trend]), count, mean)
    found, fitted = _regression(apart, count, mean)
    freedom = len(at) - 13
    scatter = float(((count - fitted) ** 2 / fitted).sum() / freedom)
    ratio = max(_deviance(count, alike) - _deviance(count, fitted), 1e-9) / 11.0 / max(scatter, 1e-9)
    information = (apart * fitted[:, None]).T @ apart / max(scatter, 1.0)
    low, middle, high = _around_their_mean(found[:12], np.linalg.inv(information)[:12, :12], freedom)
    shown = np.exp(max(0.0, 1.0 - 1.0 / ratio) * middle)
    days_of = np.bincount(month, weights=np.bincount(place)[enough], minlength=12).astype(int)
    columns = (each.tolist() for each in (shown, low, high, cases, days_of))
    return Season(tuple(Factor(*one, scatter) for one in zip(*columns, strict=True)), float(ratio), freedom,
                  float(f.sf(ratio, 11, freedom)), float(np.exp(found[12])))


def _around_their_mean(logs: np.ndarray, covariance: np.ndarray, freedom: int
                       ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Months' factors relative to the mean of a year: low, the logarithm of the estimate, high (95 % intervals)."""
    from scipy.stats import t
    share = DAYS_OF_A_MONTH * np.exp(logs) / (DAYS_OF_A_MONTH @ np.exp(logs))
    middle = logs - np.log(DAYS_OF_A_MONTH @ np.exp(logs) / DAYS_OF_A_MONTH.sum())
    contrast = np.eye(12) - share
    half = t.ppf(0.975, freedom) * np.sqrt(np.einsum("ij,jk,ik->i", contrast, covariance, contrast))
    return np.exp(middle - half), middle, np.exp(middle + half)


def _regression(design: np.ndarray, count: np.ndarray, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Poisson regression with a logarithmic link and an offset: coefficients and fitted counts (Newton's method)."""
    found = np.linalg.lstsq(design, np.log(np.maximum(count, 0.5) / mean), rcond=None)[0]
    for _ in range(ROUNDS):
        fitted = mean * np.exp(design @ found)
        step = np.linalg.solve((design * fitted[:, None]).T @ design, design.T @ (count - fitted))
        found = found + step
        if np.abs(step).max() < 1e-10:
            break
    return found, mean * np.exp(design @ found)


def _deviance(count: np.ndarray, fitted: np.ndarray) -> float:
    """Twice the log likelihood that fitted Poisson means lack of the counts' own."""
    part = np.where(count > 0, count * np.log(np.maximum(count, 1e-300) / fitted), 0.0)
    return 2.0 * float((part - (count - fitted)).sum())
