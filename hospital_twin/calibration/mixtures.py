"""Two lognormals in one: short stays and long ones, say. Maximum likelihood, as `lifetimes` has it for one family."""
from __future__ import annotations

from math import exp, log
from typing import NamedTuple

import numpy as np

from hospital_twin.calibration.fitness import Fitness
from hospital_twin.calibration.lifetimes import Z95, Lifetimes

PARAMETERS = 5
LEAST_WEIGHT, LEAST_SIGMA = 0.03, 0.1
"""A narrower or rarer part would follow single values, or what a log rounds to."""
CELLS = 300
"""Exact durations are taken in so many steps of their logarithm, and bounds to three digits."""


class Mixed(NamedTuple):
    """weight: share of the first. medians (hours), sigmas: of the two. criterion: as that of `lifetimes.Fitted`."""

    weight: float
    medians: tuple[float, float]
    sigmas: tuple[float, float]
    criterion: float
    family: str = "mixture"


def fitted_mixture(times: Lifetimes) -> Mixed | None:
    """The most likely mixture of two lognormals; None where a climb from each of several beginnings fails."""
    from scipy.optimize import minimize
    likelihood = _Likelihood(times)
    if likelihood.spread < LEAST_SIGMA:
        return None
    bounds = [*[(likelihood.least, likelihood.most), (log(LEAST_SIGMA), log(5.0))] * 2,
              (LEAST_WEIGHT, 1.0 - LEAST_WEIGHT)]
    climbs = [minimize(likelihood, begin, method="L-BFGS-B", bounds=bounds, options={"maxiter": 200})
              for begin in likelihood.beginnings()]
    best = min(climbs, key=lambda climb: climb.fun)
    if not best.fun < 1e200:
        return None
    first, first_sigma, second, second_sigma, weight = best.x
    return Mixed(float(weight), (exp(first), exp(second)), (exp(first_sigma), exp(second_sigma)),
                 2.0 * float(best.fun) * likelihood.total + PARAMETERS * log(times.events))


def median_between(found: Fitness, events: float) -> tuple[float, float] | None:
    """95 % interval of the median from the observed curve (binomial), in hours; None where its steps end before."""
    steps = len(found.at) + 1
    half = 0.5 * Z95 / np.sqrt(events)
    rising = np.maximum.accumulate(found.observed)
    if steps < 4 or rising[0] >= 0.5 - half or rising[-1] <= 0.5 + half:
        return None
    low, high = np.interp((0.5 - half, 0.5 + half), rising, found.at)
    return float(low), float(high)


class _Likelihood:
    """Minus the mean log-likelihood of (log median, log sigma) of both parts and the first's weight."""

    def __init__(self, times: Lifetimes):
        exact = times.exact
        self._logs, self._weights = _in_cells(np.log(times.low[exact]), times.weight[exact])
        self._between = _rounded(times.low[~exact], times.high[~exact], times.weight[~exact])
        cut = (times.entry > 0) | np.isfinite(times.exit)
        self._cut = _rounded(times.entry[cut], times.exit[cut], times.weight[cut])
        self.total = float(times.weight.sum())
        known = np.isfinite(times.high)
        middle = np.where(exact, times.low, 0.5 * (times.low + np.where(known, times.high, times.low)))[known]
        self._middle = np.log(middle)
        self.spread = float(self._middle.std())
        self.least, self.most = float(self._middle.min()), float(self._middle.max()) + self.spread

    def beginnings(self) -> list[list[float]]:
        """Where the climbs begin: the lower and the upper part, and a narrow and a wide one."""
        low, centre, high = np.quantile(self._middle, (0.25, 0.5, 0.8)).tolist()
        sd = self.spread
        pairs = [[low, 0.7 * sd, high, 0.5 * sd, 0.6], [centre, 0.5 * sd, centre, 1.4 * sd, 0.6]]
        return [[a, log(max(s, 1.1 * LEAST_SIGMA)), b, log(max(t, 1.1 * LEAST_SIGMA)), w] for a, s, b, t, w in pairs]

    def __call__(self, theta: np.ndarray) -> float:
        first, log_s, second, log_t, weight = theta.tolist()
        parts = ((weight, first, exp(log_s)), (1.0 - weight, second, exp(log_t)))
        density = sum(w / s * np.exp(-0.5 * ((self._logs - m) / s) ** 2) for w, m, s in parts)
        total = float(self._weights @ (np.log(np.maximum(density, 1e-300)) - self._logs - 0.9189385332046727))
        total += _probability(self._between, parts) - _probability(self._cut, parts)
        return -total / self.total


def _probability(ranges: tuple[np.ndarray, np.ndarray, np.ndarray], parts: tuple[tuple[float, ...], ...]) -> float:
    """Sum of the logarithms of the probabilities of ranges (logarithms of their ends)."""
    from scipy.special import ndtr
    low, high, weight = ranges
    if not len(low):
        return 0.0
    within = sum(w * (ndtr((m - low) / s) - ndtr((m - high) / s)) for w, m, s in parts)
    return float(weight @ np.log(np.maximum(within, 1e-300)))


def _in_cells(logs: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Logarithms by cell: their mean in each, and how many there are."""
    if len(logs) <= CELLS:
        return logs, weight
    width = max(float(np.ptp(logs)), 1e-9) / CELLS
    cell = np.unique(np.floor((logs - logs.min()) / width), return_inverse=True)[1]
    many = np.bincount(cell, weights=weight)
    return np.bincount(cell, weights=weight * logs) / many, many


def _rounded(low: np.ndarray, high: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ranges with ends of three digits, as logarithms, each once."""
    with np.errstate(divide="ignore"):
        ends = np.stack([np.round(np.log(low), 2), np.round(np.log(high), 2)], axis=1)
    kinds, which = np.unique(ends, axis=0, return_inverse=True)
    return kinds[:, 0], kinds[:, 1], np.bincount(which.ravel(), weights=weight, minlength=len(kinds))
