"""How stays differ from patient to patient, from hourly counts of who came and who left.

Given who came, those who leave in the hour t are sums of binomial numbers with the mean

    mean(t) = sum over k of came(t − k) · P(a stay ends k hours after that of the arrival)

where nobody waits for another: the M/G/infinity queue (Brown, An M/G/infinity estimation problem, Annals of
Mathematical Statistics 41, 1970, 651-654). The mean stay is that of Little's law; the ratio of the standard deviation
to it has the greatest Poisson likelihood of who left. Its interval is a jackknife over stretches of the record.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from hospital_twin.calibration.place_counts import PlaceCounts
from hospital_twin.eventlog.clock import TICKS_PER_HOUR

FAMILIES = ("lognormal", "gamma")
SPREADS = (0.1, 3.0)
"""Standard deviations over the mean among which is sought."""
STRETCHES = 10
LONGEST, FILLING = 20.0, 8.0
"""In mean stays: how long a stay may last, and how long it takes until those who came before the record have left."""
PARTS = 8
"""Parts of an hour on which a stay's distribution is summed."""
SURE = 1.7
"""High over low end of the interval, above which the shape is not told."""
LATE, CHANCE = 0.05, 1.5
"""Share of departures that may be at other hours of the day than the shape says, and how many times chance."""
_STILL = 1e-3


class Shape(NamedTuple):
    """A family, its standard deviation over its mean with its 95 % interval, twice the log likelihood that each other
    family lacks (over the scatter of the counts), departures that it rests on, and the share of them that is at other
    hours of the day than by the fit."""

    family: str
    spread: float
    low: float
    high: float
    lacks: dict[str, float]
    departures: int
    astray: float


class _Hours(NamedTuple):
    """Who came and who left by hours of the record without a gap, and which hours of who left can be used."""

    came: np.ndarray
    left: np.ndarray
    known: np.ndarray
    hour: np.ndarray


def shape_of(place: PlaceCounts, left: np.ndarray, mean: float) -> tuple[Shape | None, str]:
    """The shape of the stays at a place where `left` went by row, their mean in hours; or None, and why not."""
    hours = _grid(place, left)
    if hours is None:
        return None, "the counts are not by full hours"
    used = hours.known & (np.arange(len(hours.left)) >= FILLING * mean)
    if used.sum() < STRETCHES * max(24.0, 4 * mean):
        return None, "the record is too short for stays as long"
    found = {family: _spread(hours, used, mean, family) for family in FAMILIES}
    fits = {family: _expected(hours.came, mean, family, spread) for family, (spread, _) in found.items()}
    family = max(found, key=lambda name: found[name][1])
    spread, best = found[family]
    expected = fits[family]
    scatter = max(1.0, float(((hours.left - expected)[used] ** 2 / np.maximum(expected[used], 1e-9)).mean()))
    low, high = _jackknife(hours, used, mean, family, spread)
    lacks = {name: float(2 * (best - value) / scatter) for name, (_, value) in found.items()}
    astray, by_chance = _astray(hours, used, expected)
    shape = Shape(family, spread, low, high, lacks, round(float(hours.left[used].sum())), astray)
    if astray > max(LATE, CHANCE * by_chance):
        return None, (f"{100 * astray:.0f} % of the departures are at other hours of the day than stays of one shape "
                      "would end: patients leave by the clock")
    if high > SURE * low:
        return None, (f"the standard deviation could be {low:.2g} to {high:.2g} times the mean, by "
                      f"{shape.departures:,} departures")
    return shape, ""


def _grid(place: PlaceCounts, left: np.ndarray) -> _Hours | None:
    """The rows hour by hour; who came in an hour without a count is taken as usual for the hour of the week."""
    at = (place.begin - place.begin[0]) / TICKS_PER_HOUR
    where = np.round(at).astype(np.int64)
    full = (np.abs(at - where) < 0.02) & (np.abs(place.hours - np.round(place.hours)) < 0.02) & (place.hours > 0.5)
    if full.mean() < 0.95 or not 0.9 < place.step < 1.1:
        return None
    n = int(where[-1] + round(float(place.hours[-1])))
    came, gone, moment = np.full(n, np.nan), np.full(n, np.nan), (place.moment[0] + np.arange(n)) % 168
    for row in np.flatnonzero(full).tolist():
        span = slice(where[row], where[row] + round(float(place.hours[row])))
        came[span] = place.came[row] / round(float(place.hours[row]))
        if place.hours[row] < 1.5:
            gone[span] = left[row]
        moment[span] = place.moment[row]
    seen = ~np.isnan(came)
    usual = np.bincount(moment[seen], weights=came[seen], minlength=168) / np.maximum(
        np.bincount(moment[seen], minlength=168), 1)
    return _Hours(np.where(seen, came, usual[moment]), np.nan_to_num(gone), ~np.isnan(gone), moment % 24)


def _expected(came: np.ndarray, mean: float, family: str, spread: float) -> np.ndarray:
    """Who leaves in each hour, on average."""
    from scipy.signal import oaconvolve
    ends = ends_by_hour(_cdf(family, mean, spread), min(len(came), int(np.ceil(LONGEST * mean)) + 2))
    return np.maximum(oaconvolve(came, ends)[:len(came)], 1e-9)


def ends_by_hour(cdf: Callable[[np.ndarray], np.ndarray], hours: int) -> np.ndarray:
    """Probabilities that who comes at any time of an hour leaves in it, in the next one, ...: `hours` of them."""
    grid = np.arange(hours * PARTS + 1) / PARTS
    value = cdf(grid)
    area = np.concatenate(([0.0], np.cumsum((value[1:] + value[:-1]) / (2 * PARTS))))[::PARTS]
    return np.diff(np.concatenate(([0.0], np.diff(area))))


def _cdf(family: str, mean: float, spread: float) -> Callable[[np.ndarray], np.ndarray]:
    from scipy.special import gammainc, ndtr
    if family == "gamma":
        return lambda x: gammainc(spread ** -2, x / (mean * spread ** 2))
    sigma = np.sqrt(np.log1p(spread ** 2))
    middle = np.log(mean) - sigma ** 2 / 2
    with np.errstate(divide="ignore"):
        return lambda x: ndtr((np.log(np.maximum(x, 1e-300)) - middle) / sigma)


def _spread(hours: _Hours, used: np.ndarray, mean: float, family: str) -> tuple[float, float]:
    """The most likely standard deviation over the mean, and its log likelihood."""
    from scipy.optimize import minimize_scalar

    def lacking(log_spread: float) -> float:
        expected = _expected(hours.came, mean, family, float(np.exp(log_spread)))[used]
        return float((expected - hours.left[used] * np.log(expected)).sum())
    found = minimize_scalar(lacking, bounds=tuple(np.log(SPREADS)), method="bounded", options={"xatol": _STILL})
    return float(np.exp(found.x)), -float(found.fun)


def _jackknife(hours: _Hours, used: np.ndarray, mean: float, family: str, spread: float) -> tuple[float, float]:
    """The interval from fits that leave out one stretch of the record each (Efron and Tibshirani, An Introduction to
    the Bootstrap, 1993, chapter 11), on the logarithm."""
    from scipy.stats import t
    stretch = np.arange(len(used)) * STRETCHES // len(used)
    apart = np.log([_spread(hours, used & (stretch != one), mean, family)[0] for one in range(STRETCHES)])
    error = np.sqrt((STRETCHES - 1) / STRETCHES * ((apart - apart.mean()) ** 2).sum())
    half = t.ppf(0.975, STRETCHES - 1) * error
    return float(spread * np.exp(-half)), float(spread * np.exp(half))


def _astray(hours: _Hours, used: np.ndarray, expected: np.ndarray) -> tuple[float, float]:
    """The share of departures at other hours of the day than by the fit, and what chance alone makes of it."""
    seen, mean = (np.bincount(hours.hour[used], weights=x[used], minlength=24) for x in (hours.left, expected))
    total = max(seen.sum(), 1.0)
    # The mean of |normal| is the root of 2/pi times its standard deviation.
    chance = 0.5 * np.sqrt(2 / np.pi * mean / mean.sum() / total).sum()
    return float(0.5 * np.abs(seen / total - mean / mean.sum()).sum()), float(chance)
