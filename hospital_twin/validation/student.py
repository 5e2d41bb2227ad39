"""The range of one more value that follows from a few, by Student's t."""
from __future__ import annotations

from math import sqrt


def prediction_factor(n: int, level: float, periods: float = 1.0) -> float:
    """How many standard deviations of n normal values around their mean hold one more with probability `level`.

    t √(1/periods + 1/n) (Hahn and Meeker, Statistical Intervals, 1991, section 4.2, for the mean of several more).
    n: at least 2. periods: over how many times the time of each of the n the one more is measured; its variance falls
    with the length, as that of a time average does once the length is many times what the hospital remembers.
    """
    from scipy.special import stdtrit
    return float(stdtrit(n - 1, 0.5 + level / 2)) * sqrt(1.0 / periods + 1.0 / n)
