"""Student-t intervals over replications."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Interval(NamedTuple):
    """Means, the ends of their intervals and the number of replications behind them; one entry per row."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray


def mean_interval(values: np.ndarray, confidence: float = 0.95) -> Interval:
    """The mean of each row with its interval, mean ± t(n − 1) · s / √n.

    values: shape (rows, replications); NaN where a replication could not tell. Replications are independent, so
    nothing has to be assumed about what happens within one. The interval is exact for normally distributed values
    and holds nearly for means of ten or more of any moderately skewed ones (Law, Simulation Modeling and Analysis,
    5th ed. 2015, section 4.5); with fewer than two values its ends are NaN. Equal values have an interval of length 0.
    """
    from scipy.special import stdtrit
    values = np.atleast_2d(np.asarray(values, float))
    known = np.isfinite(values)
    n = known.sum(axis=1)
    filled = np.where(known, values, 0.0)
    # Around the first known value, so that equal values have exactly that mean and no spread.
    origin = filled[np.arange(len(values)), known.argmax(axis=1)] if values.shape[1] else np.zeros(len(values))
    centred = np.where(known, values - origin[:, None], 0.0)
    mean = centred.sum(axis=1) / np.where(n > 0, n, 1)
    spread = (np.where(known, centred - mean[:, None], 0.0) ** 2).sum(axis=1)
    freedom = np.where(n > 1, n - 1, 1)
    half = stdtrit(freedom, 0.5 + confidence / 2) * np.sqrt(spread / freedom / np.where(n > 0, n, 1))
    mean = np.where(n > 0, origin + mean, np.nan)
    half = np.where(n > 1, half, np.nan)
    return Interval(mean, mean - half, mean + half, n)
