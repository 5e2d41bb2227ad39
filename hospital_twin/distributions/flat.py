"""The form a distribution has in a flat program, and the functions that engines draw with.

A `Flat` is one row of numbers: nothing else is needed to evaluate it. For a uniform u::

    v     = base(min(u_low + u · u_span, 1 - 2**-53))       the family's quantile, in its own unit
    value = min(max(v + shift, low), high)
    hours = value · multiply / divide

An unmodified distribution has u_low 0, u_span 1, shift 0 and no bounds, and is evaluated as ``base(u)`` alone.
"""
from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import NamedTuple

from hospital_twin.distributions.closed import Code, cdf_of, quantile_of
from hospital_twin.distributions.family import Family
from hospital_twin.distributions.units import ratio
from hospital_twin.streams import LARGEST_UNIFORM


class Flat(NamedTuple):
    """A distribution as numbers.

    code: the family (`closed.Code`). params: its parameters in the distribution's own unit (see `Code`).
    table: pieces of the base quantile where it has no closed form (see `closed.columns`), else None.
    multiply, divide: own unit → hours as value · multiply / divide; one of them is 1, both for a pure number.
    u_low, u_span: the truncation. shift: what is added. low, high: no value is less or greater; own unit, too.
    """

    code: int
    params: tuple[float, ...]
    table: tuple[float, ...] | None = None
    multiply: float = 1.0
    divide: float = 1.0
    u_low: float = 0.0
    u_span: float = 1.0
    shift: float = 0.0
    low: float = -inf
    high: float = inf


def flatten(distribution: Family) -> Flat:
    """The row of a distribution. Gamma, Erlang and mixtures get their tables here (tens of milliseconds)."""
    code, params, table = distribution.row()
    return Flat(int(code), params, table, *ratio(distribution.unit, "h"), *distribution.kept(), distribution.shift(),
                *distribution.reach())


def quantile_function(flat: Flat) -> Callable[[float], float]:
    """u (strictly inside 0 … 1) → hours, or the pure number."""
    base = quantile_of(Code(flat.code), flat.params, flat.table)
    modified = flat[5:] != Flat(0, ())[5:]
    own = _modified(base, *flat[5:]) if modified else base
    multiply, divide = flat.multiply, flat.divide
    if divide != 1.0:
        return lambda u: own(u) / divide
    if multiply != 1.0:
        return lambda u: own(u) * multiply
    return own


def _modified(base: Callable[[float], float], u_low: float, u_span: float, shift: float, low: float,
              high: float) -> Callable[[float], float]:
    def quantile(u: float) -> float:
        value = base(min(u_low + u * u_span, LARGEST_UNIFORM)) + shift
        return low if value < low else high if value > high else value

    return quantile


def cdf_function(flat: Flat) -> Callable[[float], float]:
    """Hours (or the pure number) → probability of at most that, from the row alone."""
    base = cdf_of(Code(flat.code), flat.params, flat.table)
    # The least and the greatest value are compared in hours, as they were drawn: a way back into the own unit may
    # miss them by a bit, and they carry probability.
    least, greatest = (end * flat.multiply / flat.divide for end in (flat.low, flat.high))
    if flat.code == Code.FIXED:
        fixed = quantile_function(flat)(0.5)
        return lambda hours: float(hours >= fixed)

    def cdf(hours: float) -> float:
        if hours < least or hours >= greatest:
            return float(hours >= greatest)
        probability = base(hours * flat.divide / flat.multiply - flat.shift)
        return min(1.0, max(0.0, (probability - flat.u_low) / flat.u_span))

    return cdf


def conditional(flat: Flat) -> Callable[[float, float], float]:
    """(u, hours already spent) → total hours, given that it was not over by then: u becomes F(t) + u (1 − F(t)).

    Never less than the hours spent. Who has stayed longer than the distribution reaches leaves at once.
    """
    quantile, cdf = quantile_function(flat), cdf_function(flat)

    def total(u: float, spent: float) -> float:
        if spent <= 0.0:
            return quantile(u)
        passed = cdf(spent)
        if passed > LARGEST_UNIFORM:
            return spent
        return max(spent, quantile(min(LARGEST_UNIFORM, passed + u * (1.0 - passed))))

    return total
