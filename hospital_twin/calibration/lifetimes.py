"""Durations of which some are known only in part, and the families that describe them best.

Maximum likelihood with right and interval censoring and truncation (Klein and Moeschberger, Survival Analysis, 2nd
edition 2003, sections 3.5 and 3.6): an exact duration contributes its density, one known to lie between two values the
probability between them, and each is divided by the probability of the range in which it could be seen at all.
"""
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, lgamma, log, sqrt
from typing import NamedTuple

import numpy as np

Z95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Lifetimes:
    """n durations in hours, one entry each.

    low, high: it lies between these (equal where exact, `high` infinite while it still goes on).
    entry, exit: it could only be seen if it lay between these (0 and infinity where nothing was cut off).
    weight: how many it counts for.
    """

    low: np.ndarray
    high: np.ndarray
    entry: np.ndarray
    exit: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(cls, low: np.ndarray, high: np.ndarray | None = None, entry: np.ndarray | None = None,
           weight: np.ndarray | None = None, exit_: np.ndarray | None = None) -> Lifetimes:
        """Durations, exact and seen without restriction unless said otherwise; those that cannot be are left out."""
        low = np.asarray(low, dtype=float)
        high = low if high is None else np.asarray(high, dtype=float)
        entry = np.zeros(len(low)) if entry is None else np.asarray(entry, dtype=float)
        exit_ = np.full(len(low), np.inf) if exit_ is None else np.asarray(exit_, dtype=float)
        weight = np.ones(len(low)) if weight is None else np.asarray(weight, dtype=float)
        keep = (high >= low) & (high > entry) & (low <= exit_) & (high > 0)
        return cls(*(column[keep] for column in (np.maximum(low, entry), high, entry, exit_, weight)))

    def __len__(self) -> int:
        return len(self.low)

    def take(self, which: np.ndarray) -> Lifetimes:
        """Some of them."""
        return Lifetimes(*(getattr(self, c)[which] for c in ("low", "high", "entry", "exit", "weight")))

    def divided(self, by: np.ndarray | float) -> Lifetimes:
        """Each duration divided by a number of its own."""
        return Lifetimes(self.low / by, self.high / by, self.entry / by, self.exit / by, self.weight)

    @property
    def exact(self) -> np.ndarray:
        """Which are known exactly."""
        return self.low == self.high

    @property
    def events(self) -> float:
        """How many ended within a known range."""
        return float(self.weight[np.isfinite(self.high)].sum())

    @property
    def number(self) -> int:
        """How many they are."""
        return round(float(self.weight.sum()))

    @property
    def censored(self) -> int:
        """How many had not ended when last seen."""
        return round(float(self.weight[~np.isfinite(self.high)].sum()))

    def constant(self) -> float | None:
        """The one value that all ended ones have, if no other lasted longer."""
        exact = self.low[self.exact]
        if len(exact) < 2 or exact.max() - exact.min() > 1e-9 * exact.max() or (self.low > exact[0]).any():
            return None
        return float(exact[0])


def joined_up(parts: Sequence[Lifetimes]) -> Lifetimes:
    """Several lots of durations as one."""
    return Lifetimes(*(np.concatenate([getattr(p, c) for p in parts])
                       for c in ("low", "high", "entry", "exit", "weight")))


class Sums:
    """What likelihoods need of exact durations. logs, weights: one entry each; the rest are weighted means."""

    def __init__(self, exact: np.ndarray, weights: np.ndarray):
        # Clocks tell minutes: among many stays, most last as long as some other.
        exact, which = np.unique(exact, return_inverse=True)
        weights = np.bincount(which, weights=weights)
        self.logs, self.weights = np.log(exact), weights
        self.weight = float(weights.sum())
        self.mean = float(weights @ exact) / self.weight
        self.mean_log = float(weights @ self.logs) / self.weight
        self.variance_log = float(weights @ (self.logs - self.mean_log) ** 2) / self.weight


class Family(ABC):
    """A family with a scale and (all but the exponential) a shape; parameters are their logarithms."""

    name: str
    parameters = 2

    @abstractmethod
    def log_densities(self, sums: Sums, scale: float, shape: float) -> float:
        """Sum of the logarithms of the densities of exact durations."""

    @abstractmethod
    def survival(self, x: np.ndarray, scale: float, shape: float) -> np.ndarray:
        """Probability of more than x."""

    @abstractmethod
    def median(self, scale: float, shape: float) -> float:
        """The median."""

    @abstractmethod
    def first_guess(self, mean: float, sd: float) -> tuple[float, float]:
        """Scale and shape from the mean and the standard deviation of the logarithms."""


class Lognormal(Family):
    """scale: the median. shape: the standard deviation of the logarithm."""

    name = "lognormal"

    def log_densities(self, sums: Sums, scale: float, shape: float) -> float:
        off = sums.mean_log - log(scale)
        squares = sums.weight * (sums.variance_log + off * off) / (shape * shape)
        return -sums.weight * (sums.mean_log + log(shape) + 0.9189385332046727) - 0.5 * squares

    def survival(self, x: np.ndarray, scale: float, shape: float) -> np.ndarray:
        from scipy.special import ndtr
        with np.errstate(divide="ignore"):
            return ndtr(-(np.log(x) - log(scale)) / shape)

    def median(self, scale: float, shape: float) -> float:
        return scale

    def first_guess(self, mean: float, sd: float) -> tuple[float, float]:
        return exp(mean), sd


class Gamma(Family):
    """A gamma of a scale and a shape."""

    name = "gamma"

    def log_densities(self, sums: Sums, scale: float, shape: float) -> float:
        return sums.weight * ((shape - 1.0) * sums.mean_log - sums.mean / scale - shape * log(scale) - lgamma(shape))

    def survival(self, x: np.ndarray, scale: float, shape: float) -> np.ndarray:
        from scipy.special import gammaincc
        return gammaincc(shape, x / scale)

    def median(self, scale: float, shape: float) -> float:
        from scipy.special import gammaincinv
        return float(gammaincinv(shape, 0.5)) * scale

    def first_guess(self, mean: float, sd: float) -> tuple[float, float]:
        shape = min(max(1.0 / (sd * sd), 0.06), 1e4)
        return exp(mean) / shape, shape


class Weibull(Family):
    """A Weibull of a scale and a shape."""

    name = "weibull"

    def log_densities(self, sums: Sums, scale: float, shape: float) -> float:
        powers = float(sums.weights @ np.exp(shape * (sums.logs - log(scale))))
        return sums.weight * (log(shape / scale) + (shape - 1.0) * (sums.mean_log - log(scale))) - powers

    def survival(self, x: np.ndarray, scale: float, shape: float) -> np.ndarray:
        return np.exp(-(x / scale) ** shape)

    def median(self, scale: float, shape: float) -> float:
        return scale * log(2.0) ** (1.0 / shape)

    def first_guess(self, mean: float, sd: float) -> tuple[float, float]:
        shape = min(max(1.2825 / sd, 0.06), 1e3)
        return exp(mean + 0.5772 / shape), shape


class Exponential(Weibull):
    """A Weibull of shape 1. scale: the mean."""

    name = "exponential"
    parameters = 1

    def log_densities(self, sums: Sums, scale: float, shape: float) -> float:
        return super().log_densities(sums, scale, 1.0)

    def survival(self, x: np.ndarray, scale: float, shape: float) -> np.ndarray:
        return super().survival(x, scale, 1.0)

    def median(self, scale: float, shape: float) -> float:
        return super().median(scale, 1.0)

    def first_guess(self, mean: float, sd: float) -> tuple[float, float]:
        return exp(mean + 0.5772), 1.0


FAMILIES: dict[str, Family] = {f.name: f for f in (Lognormal(), Gamma(), Weibull(), Exponential())}


class Fitted(NamedTuple):
    """A family fitted. scale, shape as the family has them; low, high: 95 % interval of the median.

    criterion: Schwarz's (BIC), with as many observations as durations that ended (Volinsky and Raftery, Biometrics 56,
    2000, 256-262); the less the better.
    """

    family: str
    scale: float
    shape: float
    median: float
    low: float
    high: float
    criterion: float

    def scaled(self, factor: float) -> Fitted:
        """The same of durations that are all longer by a factor."""
        return self._replace(scale=self.scale * factor, median=self.median * factor, low=self.low * factor,
                             high=self.high * factor)


def fitted(times: Lifetimes, family: str) -> Fitted | None:
    """A family fitted to durations by maximum likelihood; None where they cannot tell its parameters."""
    chosen = FAMILIES[family]
    known = np.isfinite(times.high) & (times.high > 0)
    if times.weight[known].sum() < 2 * chosen.parameters:
        return None
    middle = np.log(np.where(times.exact, times.low, 0.5 * (times.low + np.where(known, times.high, times.low)))[known])
    mean = float(np.average(middle, weights=times.weight[known]))
    sd = sqrt(float(np.average((middle - mean) ** 2, weights=times.weight[known])))
    if sd < 1e-6:
        return None
    likelihood = _Likelihood(chosen, times)
    begin = np.log(chosen.first_guess(mean, sd))
    best = begin
    if not (family == "lognormal" and likelihood.whole):
        best = _best(likelihood, begin[:chosen.parameters])
    if best is None:
        return None
    return _with_interval(likelihood, best)


def _best(likelihood: _Likelihood, begin: np.ndarray) -> np.ndarray | None:
    """The parameters at which the likelihood is greatest: a quick climb, then a sure one from where it ended."""
    from scipy.optimize import minimize
    quick = minimize(lambda theta: likelihood(theta) / likelihood.total, begin, method="BFGS",
                     options={"gtol": 1e-7, "maxiter": 60})
    if quick.fun < 1e200 and np.abs(quick.jac).max() < 1e-5:
        return quick.x
    sure = minimize(likelihood, begin, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-7, "maxiter": 600})
    return sure.x if sure.fun < 1e200 else None


def _with_interval(likelihood: _Likelihood, best: np.ndarray) -> Fitted | None:
    """The interval of the median by the delta method from the observed information.

    Of few durations the likelihood knows the spread too well: as for a mean, the variance is taken over n less the
    parameters, and Student's t stands for the normal.
    """
    from scipy.stats import t
    family = likelihood.family
    size = family.parameters
    theta = np.array(best[:size], dtype=float)
    step = 1e-3
    curvature = np.empty((size, size))
    unit = np.eye(size) * step
    for i in range(size):
        for j in range(size):
            curvature[i, j] = (likelihood(theta + unit[i] + unit[j]) - likelihood(theta + unit[i] - unit[j])
                               - likelihood(theta - unit[i] + unit[j]) + likelihood(theta - unit[i] - unit[j])
                               ) / (4 * step * step)
    slope = np.array([(_log_median(family, theta + u) - _log_median(family, theta - u)) / (2 * step) for u in unit])
    try:
        variance = float(slope @ np.linalg.solve(curvature, slope))
    except np.linalg.LinAlgError:
        return None
    if not variance > 0 or not isfinite(variance):
        return None
    scale, shape = _parameters(theta)
    free = max(likelihood.events - size, 1.0)
    spread = float(t.ppf(0.975, free)) * sqrt(variance * likelihood.events / free)
    median = family.median(scale, shape)
    if spread > 50:
        return None
    return Fitted(family.name, scale, shape, median, median * exp(-spread), median * exp(spread),
                  2.0 * likelihood(theta) + size * log(likelihood.events))


def _parameters(theta: np.ndarray) -> tuple[float, float]:
    return exp(theta[0]), exp(theta[1]) if len(theta) > 1 else 1.0


def _log_median(family: Family, theta: np.ndarray) -> float:
    return log(max(family.median(*_parameters(theta)), 1e-300))


class _Likelihood:
    """Minus the log-likelihood of a family's (log) parameters."""

    def __init__(self, family: Family, times: Lifetimes):
        self.family = family
        exact = times.exact
        self.total, self.events = float(times.weight.sum()), times.events
        self._sums = Sums(times.low[exact], times.weight[exact]) if exact.any() else None
        self._between = times.take(~exact)
        cut = (times.entry > 0) | np.isfinite(times.exit)
        self._cut = times.take(cut)
        self.whole = not len(self._between) and not len(self._cut)

    def __call__(self, theta: np.ndarray) -> float:
        if abs(theta[0]) > 40 or (len(theta) > 1 and not -3.0 <= theta[1] <= 12.0):
            return 1e300
        scale, shape = _parameters(theta)
        total = 0.0
        if self._sums is not None:
            total += self.family.log_densities(self._sums, scale, shape)
        if len(self._between):
            total += self._ranges(self._between.low, self._between.high, self._between.weight, scale, shape)
        if len(self._cut):
            total -= self._ranges(self._cut.entry, self._cut.exit, self._cut.weight, scale, shape)
        return -total if isfinite(total) else 1e300

    def _ranges(self, low: np.ndarray, high: np.ndarray, weight: np.ndarray, scale: float, shape: float) -> float:
        beyond = np.where(np.isfinite(high), self.family.survival(np.where(np.isfinite(high), high, 1.0), scale, shape),
                          0.0)
        within = np.where(low > 0, self.family.survival(np.maximum(low, 1e-300), scale, shape), 1.0) - beyond
        return float(weight @ np.log(np.maximum(within, 1e-300)))
