"""The quantile of Student's t, by which the range of one more replication follows from a few."""
from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, pi, sqrt

_STEPS = 2000


def prediction_range(values: list[float], level: float) -> tuple[float, float]:
    """The central range in which one more value lies with probability `level`, from at least two values.

    mean ± t s √(1 + 1/n), exact for normal values (Hahn and Meeker, Statistical Intervals, 1991, section 4.2).
    """
    n = len(values)
    mean = sum(values) / n
    spread = sqrt(sum((value - mean) ** 2 for value in values) / (n - 1))
    half = t_quantile(0.5 + level / 2, n - 1) * spread * sqrt(1.0 + 1.0 / n)
    return mean - half, mean + half


@lru_cache(maxsize=256)
def t_quantile(probability: float, degrees: int) -> float:
    """The value that Student's t with some degrees of freedom does not exceed with a probability of 0.5 or more.

    Found by halving on the integral of the density, substituted by t = √ν tan(a), which makes it a power of a cosine.
    """
    constant = exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2)) / sqrt(pi)

    def beyond_half(angle: float) -> float:
        width = angle / _STEPS
        inner = sum((4 if k % 2 else 2) * _power(k * width, degrees) for k in range(1, _STEPS))
        return constant * width / 3 * (1.0 + inner + _power(angle, degrees))

    low, high = 0.0, pi / 2
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if 0.5 + beyond_half(middle) < probability else (low, middle)
    from math import tan
    return sqrt(degrees) * tan(0.5 * (low + high))


def _power(angle: float, degrees: int) -> float:
    from math import cos
    return cos(angle) ** (degrees - 1)
