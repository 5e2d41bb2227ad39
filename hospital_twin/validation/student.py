"""The quantile of Student's t, by which the range of one more replication follows from a few."""
from __future__ import annotations

from math import cos, exp, lgamma, pi, sqrt, tan

_STEPS = 400


def prediction_factor(n: int, level: float, periods: float = 1.0) -> float:
    """How many standard deviations of n normal values around their mean hold one more with probability `level`.

    t √(1/periods + 1/n) (Hahn and Meeker, Statistical Intervals, 1991, section 4.2, for the mean of several more).
    n: at least 2. periods: over how many times the time of each of the n the one more is measured; its variance falls
    with the length, as that of a time average does once the length is many times what the hospital remembers.
    """
    return t_quantile(0.5 + level / 2, n - 1) * sqrt(1.0 / periods + 1.0 / n)


def t_quantile(probability: float, degrees: int) -> float:
    """The value that Student's t with some degrees of freedom does not exceed with a probability above 0.5.

    Found by halving on the integral of the density (Simpson's rule), substituted by t = √ν tan(a), which makes it a
    power of a cosine.
    """
    constant = exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2)) / sqrt(pi)

    def beyond_half(angle: float) -> float:
        width = angle / _STEPS
        inner = sum((4 if k % 2 else 2) * cos(k * width) ** (degrees - 1) for k in range(1, _STEPS))
        return constant * width / 3 * (1.0 + inner + cos(angle) ** (degrees - 1))

    low, high = 0.0, pi / 2
    for _ in range(45):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if 0.5 + beyond_half(middle) < probability else (low, middle)
    return sqrt(degrees) * tan(0.5 * (low + high))
