"""Quantiles and distribution functions of the families that have closed ones, each written once.

They are functions of numbers alone (a code, parameters, a table), in the distribution's own unit; the models and the
flat program both call them. The order of operations is part of the contract: a published program that draws with the
same uniforms has to give the same bits.
"""
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from enum import IntEnum
from math import erfc, exp, expm1, log, sqrt

from hospital_twin.streams import normal_quantile

Number = Callable[[float], float]
"""A function of one number."""

_ROOT_HALF = sqrt(0.5)


class Code(IntEnum):
    """The family of a flat distribution, and what its `params` are, in its own unit."""

    FIXED = 0
    """value"""
    UNIFORM = 1
    """low, high"""
    TRIANGULAR = 2
    """low, mode, high"""
    EXPONENTIAL = 3
    """mean"""
    LOGNORMAL = 4
    """median, sigma of the logarithm"""
    NORMAL = 5
    """mean, sd"""
    WEIBULL = 6
    """shape, scale"""
    TABLE = 7
    """scale; the table's values are multiplied by it"""


def columns(table: tuple[float, ...]) -> tuple[tuple[float, ...], ...]:
    """The columns u, x, a, b, c of a table: a monotone quantile as pieces of cubics.

    A table is one flat tuple of floats, for engines of any kind. With n pieces: n, then u[0..n] (from 0 to 1,
    increasing), then x[0..n-1], a[0..n-1], b[0..n-1], c[0..n-1]. For u[i] <= u < u[i+1] and
    t = (u - u[i]) / (u[i+1] - u[i]) the quantile is x[i] + t (a[i] + t (b[i] + t c[i])).
    """
    n = int(table[0])
    blocks = [table[begin:begin + n] for begin in range(n + 2, len(table), n)]
    return table[1:n + 2], *blocks


def normal_cdf(z: float) -> float:
    """Standard normal distribution function, accurate in relative terms far into the lower tail."""
    return 0.5 * erfc(-z * _ROOT_HALF)


def quantile_of(code: Code, params: tuple[float, ...], table: tuple[float, ...] | None = None) -> Number:
    """u → value in the distribution's own unit, for u strictly inside (0, 1); increasing up to the last bits."""
    return _QUANTILES[code](*params) if table is None else _table_quantile(table, *params)


def cdf_of(code: Code, params: tuple[float, ...], table: tuple[float, ...] | None = None) -> Number:
    """Value in the distribution's own unit → probability of at most that."""
    return _CDFS[code](*params) if table is None else _table_cdf(table, *params)


def _fixed_quantile(value: float) -> Number:
    return lambda u: value


def _uniform_quantile(low: float, high: float) -> Number:
    width = high - low
    return lambda u: low + u * width


def _triangular_quantile(low: float, mode: float, high: float) -> Number:
    width, rise, fall = high - low, mode - low, high - mode
    turn = rise / width

    def quantile(u: float) -> float:
        return low + sqrt(u * width * rise) if u < turn else high - sqrt((1.0 - u) * width * fall)

    return quantile


def _exponential_quantile(mean: float) -> Number:
    return lambda u: -log(1.0 - u) * mean


def _lognormal_quantile(median: float, sigma: float) -> Number:
    return lambda u: median * exp(sigma * normal_quantile(u))


def _normal_quantile(mean: float, sd: float) -> Number:
    return lambda u: mean + sd * normal_quantile(u)


def _weibull_quantile(shape: float, scale: float) -> Number:
    power = 1.0 / shape
    return lambda u: scale * (-log(1.0 - u)) ** power


def _table_quantile(table: tuple[float, ...], scale: float) -> Number:
    us, x, a, b, c = columns(table)
    last = len(x)

    def quantile(u: float) -> float:
        i = bisect_right(us, u, 1, last) - 1
        begin = us[i]
        t = (u - begin) / (us[i + 1] - begin)
        return (x[i] + t * (a[i] + t * (b[i] + t * c[i]))) * scale

    return quantile


def _fixed_cdf(value: float) -> Number:
    return lambda x: 0.0 if x < value else 1.0


def _uniform_cdf(low: float, high: float) -> Number:
    return lambda x: min(1.0, max(0.0, (x - low) / (high - low)))


def _triangular_cdf(low: float, mode: float, high: float) -> Number:
    def cdf(x: float) -> float:
        if x <= low or x >= high:
            return float(x >= high)
        if x < mode:
            return (x - low) ** 2 / ((high - low) * (mode - low))
        return 1.0 - (high - x) ** 2 / ((high - low) * (high - mode))

    return cdf


def _exponential_cdf(mean: float) -> Number:
    return lambda x: -expm1(-x / mean) if x > 0.0 else 0.0


def _lognormal_cdf(median: float, sigma: float) -> Number:
    return lambda x: normal_cdf(log(x / median) / sigma) if x > 0.0 else 0.0


def _normal_cdf(mean: float, sd: float) -> Number:
    return lambda x: normal_cdf((x - mean) / sd)


def _weibull_cdf(shape: float, scale: float) -> Number:
    # Past e**6 hazards the answer is 1 in floats; the power itself could overflow.
    return lambda x: -expm1(-exp(min(6.0, shape * log(x / scale)))) if x > 0.0 else 0.0


def _table_cdf(table: tuple[float, ...], scale: float) -> Number:
    us, x, a, b, c = columns(table)

    def cdf(value: float) -> float:
        value /= scale
        i = bisect_right(x, value) - 1
        if i < 0:
            return 0.0
        # Halving ends at exactly 1 where the piece lies below the value: in a gap, or where many draws share it.
        low, high = 0.0, 1.0
        for _ in range(54):
            t = 0.5 * (low + high)
            if x[i] + t * (a[i] + t * (b[i] + t * c[i])) <= value:
                low = t
            else:
                high = t
        return us[i] + low * (us[i + 1] - us[i])

    return cdf


_QUANTILES: dict[Code, Callable[..., Number]] = {
    Code.FIXED: _fixed_quantile,
    Code.UNIFORM: _uniform_quantile,
    Code.TRIANGULAR: _triangular_quantile,
    Code.EXPONENTIAL: _exponential_quantile,
    Code.LOGNORMAL: _lognormal_quantile,
    Code.NORMAL: _normal_quantile,
    Code.WEIBULL: _weibull_quantile,
}
_CDFS: dict[Code, Callable[..., Number]] = {
    Code.FIXED: _fixed_cdf,
    Code.UNIFORM: _uniform_cdf,
    Code.TRIANGULAR: _triangular_cdf,
    Code.EXPONENTIAL: _exponential_cdf,
    Code.LOGNORMAL: _lognormal_cdf,
    Code.NORMAL: _normal_cdf,
    Code.WEIBULL: _weibull_cdf,
}
