"""How far a fitted curve is from the observed one: one number that respects censoring, truncation and rounding.

The observed curve is the nonparametric maximum-likelihood estimate (Turnbull, JRSS B 38, 1976, 290-295) on the steps
between the fitted curve's own quantiles: Kaplan and Meier's, where there is nothing but open stays.
"""
from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np

from hospital_twin.calibration.lifetimes import Lifetimes
from hospital_twin.distributions import Family

STEPS, A_STEP = 20, 10
"""At most so many steps, and so many ended durations for each: none is drawn from fewer than it would take on
average."""
RESOLUTIONS = (24.0, 1.0, 0.25, 1 / 12, 1 / 60)
"""Hours to which a log may round."""
MOSTLY = 0.95
CHANCE = 0.89
"""Over the root of n: how far the observed curve is from that of its own family, fitted, once in twenty times
(Lilliefors, JASA 62, 1967, for the lognormal; Stephens, Biometrika 64, 1977, has nearly the same for the Weibull)."""
ROUNDS = 200


class Fitness(NamedTuple):
    """gap: the greatest difference between the observed and the fitted share that ended by some time, 0 to 1.
    by_chance: what it exceeds once in twenty times though the family is right.
    """

    gap: float
    by_chance: float


def fitness(times: Lifetimes, curve: Family) -> Fitness | None:
    """A fitted curve (in hours, no modifiers) against the durations; None where they are too few to compare."""
    steps = min(STEPS, int(times.events) // A_STEP)
    if steps < 2:
        return None
    at = np.array([curve.quantile(j / steps) for j in range(1, steps)])
    observed = np.cumsum(_shares(times, at))[:-1]
    return Fitness(float(np.abs(observed - np.arange(1, steps) / steps).max()), CHANCE / sqrt(times.events))


def resolution(hours: np.ndarray) -> float:
    """To how many hours durations are rounded; 0 where they are not."""
    for unit in RESOLUTIONS if len(hours) else ():
        if (np.abs(hours / unit - np.round(hours / unit)) < 1e-6).mean() >= MOSTLY:
            return unit
    return 0.0


def _shares(times: Lifetimes, at: np.ndarray) -> np.ndarray:
    """The share that ends in each step, the last without end."""
    plain = times.exact & (times.entry <= 0) & ~np.isfinite(times.exit)
    exact, where = np.unique(times.low[plain], return_inverse=True)
    known = _spread(exact, np.bincount(where, weights=times.weight[plain], minlength=len(exact)), at)
    rest = times.take(~plain)
    if not len(rest):
        return known / known.sum()
    may, seen, weight = _ranges(rest, at)
    share = np.full(len(known), 1.0 / len(known))
    for _ in range(ROUNDS):
        inside, visible = may @ share, seen @ share
        ended = known + share * ((weight / inside) @ may) + share * ((weight / visible) @ (1.0 - seen))
        before, share = share, np.maximum(ended / ended.sum(), 1e-12)
        if np.abs(share - before).max() < 1e-6:
            break
    return share / share.sum()


def _spread(hours: np.ndarray, weight: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Exact durations by step; what was rounded may have been anything that is rounded so."""
    half = 0.5 * resolution(hours)
    if half <= 0:
        return np.bincount(np.searchsorted(at, hours, side="right"), weights=weight, minlength=len(at) + 1)
    low = np.maximum(hours - half, 0.0)
    upto = np.clip((at[:, None] - low) / (hours + half - low), 0.0, 1.0) @ weight
    return np.diff(np.concatenate(([0.0], upto, [weight.sum()])))


def _ranges(rest: Lifetimes, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each kind of duration known in part: the steps that it may end in, those in which it could have been seen to
    end (both 0 or 1, by step), and how many it counts for. A bound in a step's later half is that of the next."""
    middle = np.concatenate((0.5 * (np.concatenate(([0.0], at[:-1])) + at), [np.inf]))
    first, last = np.searchsorted(middle, rest.low, side="left"), np.searchsorted(middle, rest.high, side="left") - 1
    exact = rest.exact
    place = np.searchsorted(at, rest.low, side="right")
    first, last = np.where(exact, place, first), np.where(exact, place, np.maximum(last, first))
    last = np.where(np.isfinite(rest.high), last, len(at))
    begin = np.where(rest.entry > 0, np.searchsorted(middle, rest.entry, side="left"), 0)
    end = np.where(np.isfinite(rest.exit), np.searchsorted(middle, rest.exit, side="left") - 1, len(at))
    begin, end = np.minimum(begin, first), np.maximum(end, last)
    kinds, which = np.unique(np.stack((first, last, begin, end), axis=1), axis=0, return_inverse=True)
    step = np.arange(len(at) + 1)
    may, seen = (((step >= kinds[:, i, None]) & (step <= kinds[:, i + 1, None])).astype(float) for i in (0, 2))
    return may, seen, np.bincount(which.ravel(), weights=rest.weight, minlength=len(kinds))
