"""Arrival rates by hour of the week from counts that are small.

A year of 45,000 visits has about 270 in each of the 168 hours of the week, so that a count alone is off by 6 %. Three
steps borrow strength, each only as far as the counts allow:

1. a common rate × a factor of the weekday × a factor of the hour of the day, where neighbouring hours that the counts
   cannot tell apart share one factor (merged pair by pair, the most alike first, while the likelihood-ratio statistic
   stays below `ALIKE`);
2. what is left, observed over expected, of each such span of hours on working days, Saturdays and Sundays;
3. what is left then of each of the 168 hours.

The factors of weekdays, and those of steps 2 and 3, are drawn towards 1 by as much as their scatter is noise
(empirical Bayes for gamma-Poisson rates, Clayton and Kaldor, Biometrics 43, 1987, 671-681).
"""
from __future__ import annotations

import numpy as np

ALIKE = 5.0
"""Hours of the day are merged while twice the log-likelihood that it costs is below this (2.5 % of equal pairs)."""
KINDS_OF_DAY = np.array([0, 0, 0, 0, 0, 1, 2])
"""Working days, Saturday, Sunday."""


def smoothed(counts: np.ndarray, exposure: np.ndarray, spread: float = 0.0) -> np.ndarray:
    """Rates an hour from counts and hours of exposure by weekday and hour, both of shape (7, 24).

    spread: standard deviation of whole days' factors, which makes the totals of weekdays more uncertain.
    Cells without exposure get the rate that weekday and hour suggest.
    """
    total = counts.sum() / exposure.sum() if exposure.sum() > 0 else 0.0
    if total == 0.0:
        return np.zeros((7, 24))
    span, hour, day = np.arange(24), np.ones(24), np.ones(7)
    for _ in range(4):
        span = _spans(counts.sum(axis=0), (total * exposure * day[:, None]).sum(axis=0))
        hour = _ratio(counts, total * exposure * day[:, None], np.broadcast_to(span, (7, 24)))
        expected = (total * exposure * hour).sum(axis=1)
        noise = 1.0 + spread * spread * expected / np.maximum(exposure.sum(axis=1) / 24.0, 1.0)
        day = drawn_in(counts.sum(axis=1), expected, noise)
    rate = total * day[:, None] * hour
    for block in (KINDS_OF_DAY[:, None] * 24 + span, np.arange(168).reshape(7, 24)):
        rate = rate * _drawn_blocks(counts, rate * exposure, block)
    return rate


def _ratio(counts: np.ndarray, expected: np.ndarray, block: np.ndarray) -> np.ndarray:
    """Observed over expected by block, in every cell of it."""
    observed, mean = (np.bincount(block.ravel(), weights=x.ravel()) for x in (counts, expected))
    return np.divide(observed, mean, out=np.ones_like(mean), where=mean > 0)[block]


def _drawn_blocks(counts: np.ndarray, expected: np.ndarray, block: np.ndarray) -> np.ndarray:
    """The same, each drawn towards 1."""
    observed, mean = (np.bincount(block.ravel(), weights=x.ravel()) for x in (counts, expected))
    return drawn_in(observed, mean, np.ones(len(mean)))[block]


def drawn_in(counts: np.ndarray, expected: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Observed over expected, each drawn towards 1 by the share of its scatter that is noise.

    noise: variance of each count over its mean (1 for Poisson).
    """
    safe = np.maximum(expected, 1e-9)
    between = max(0.0, float(((counts - expected) ** 2 - noise * expected).sum() / (expected ** 2).sum()))
    weight = safe * between / (safe * between + noise)
    return 1.0 + weight * (counts / safe - 1.0)


def _spans(counts: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """For each hour of the day the number of its span: neighbouring hours that cannot be told apart."""
    spans = [[hour] for hour in range(24)]
    while len(spans) > 1:
        sums = [(counts[s].sum(), expected[s].sum()) for s in spans]
        costs = [_cost(*sums[i], *sums[(i + 1) % len(spans)]) for i in range(len(spans))]
        least = int(np.argmin(costs))
        if costs[least] >= ALIKE:
            break
        neighbour = spans[(least + 1) % len(spans)]
        spans[least] = spans[least] + neighbour
        spans.remove(neighbour)
    found = np.zeros(24, dtype=np.int64)
    for number, span in enumerate(spans):
        found[span] = number
    return found


def _cost(a: float, b: float, c: float, d: float) -> float:
    """Twice the log-likelihood that two Poisson counts a, c with means proportional to b, d lose by sharing a rate."""
    if b <= 0.0 or d <= 0.0:
        return 0.0
    return max(0.0, 2.0 * (_part(a, b) + _part(c, d) - _part(a + c, b + d)))


def _part(count: float, mean: float) -> float:
    return count * np.log(count / mean) if count > 0 else 0.0
