"""Tables for families whose quantile has no closed form.

The knots are chosen on the axis of values, where only the distribution function is needed and nothing has to be
inverted: each piece is the cubic in u through four points of (F(x), x). A piece is halved until it increases and
until it meets the exact function, at points between its own, to a fifth of the error that is promised.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from math import ldexp, sqrt, ulp
from typing import NamedTuple

from hospital_twin.distributions.closed import Number

TOLERANCE = 2e-7
"""Relative error at the test points; the promise is 1e-6 on (1e-9, 1 - 1e-9)."""

_TAIL, _TAIL_TOLERANCE = 1e-10, 1e-3
_NOISE = 4.0
"""What a distribution function may be off, in units of its last place. Where values are so rare that this moves the
quantile (at the edge of a gap, say), no table and no exact inverse can do better."""
_TESTED_AT = (0.02, 0.1, 0.5, 0.9)

LEVELS = tuple(chain(
    (ldexp(1.0, -53), 1e-13, 1e-11, 1e-9, 1e-7, 1e-5, 1e-3, 0.01, 0.05),
    (0.1 * k for k in range(1, 10)),
    (0.95, 0.99, 0.999, 1 - 1e-5, 1 - 1e-7, 1 - 1e-9, 1 - 1e-11, 1 - 1e-13, 1 - ldexp(1.0, -53)),
))
"""Probabilities whose quantiles show where a smooth family lives, from the least uniform to the greatest."""


class Piece(NamedTuple):
    """One cubic: from u = begin to end the quantile is x + t (a + t (b + t c)), t from 0 to 1."""

    begin: float
    end: float
    x: float
    a: float = 0.0
    b: float = 0.0
    c: float = 0.0


def tabulate(cdf: Number, cdf_left: Number, marks: Sequence[float]) -> tuple[float, ...]:
    """The table (its form is told at `closed.columns`) of the quantile that inverts a distribution function.

    cdf, cdf_left: probability of at most x, and of less than x.
    marks: values in increasing order, from the least to the greatest that can be drawn; among them every value of
    positive probability, every place where the function bends, and enough others to see all that it does.
    """
    pieces: list[Piece] = []
    reached = 0.0
    for left, right in pairwise([marks[0], *marks]):
        below = max(reached, cdf_left(right)) if left < right else 0.0
        pieces += _curve(cdf, left, right, reached, below)
        reached = max(below, cdf(right)) if below < 1.0 else 1.0
        if reached > below and cdf_left(right) < cdf(right):
            pieces.append(Piece(below, reached, right))
    return pack(pieces)


def pack(pieces: Sequence[Piece]) -> tuple[float, ...]:
    """Pieces as one flat tuple; they are in order and each begins where the last ended."""
    begin, end, x, a, b, c = zip(*pieces, strict=True)
    return float(len(pieces)), 0.0, *end[:-1], 1.0, *x, *a, *b, *c


def polyline(us: Sequence[float], xs: Sequence[float]) -> tuple[float, ...]:
    """The table of a quantile that is linear between points; points of one u are a jump."""
    points = pairwise(zip(us, xs, strict=True))
    return pack([Piece(u, v, x, y - x) for (u, x), (v, y) in points if v > u])


def _curve(cdf: Number, left: float, right: float, begin: float, end: float) -> Iterator[Piece]:
    """Pieces for the values between two marks, whose probabilities run from `begin` to `end`."""
    waiting = [(left, right, begin, end)]
    while waiting:
        left, right, begin, end = waiting.pop()
        if end <= begin:
            continue
        if end - begin <= 4 * _NOISE * ulp(end) or right - left <= 4 * ulp(right):
            yield Piece(begin, end, left)
        elif piece := _cubic(cdf, left, right, begin, end):
            yield piece
        else:
            middle = sqrt(left) * sqrt(right) if 0.0 < 4 * left < right else 0.5 * (left + right)
            half = min(end, max(begin, cdf(middle)))
            waiting += [(middle, right, half, end), (left, middle, begin, half)]


def _cubic(cdf: Number, left: float, right: float, begin: float, end: float) -> Piece | None:
    """The cubic through the ends and two points between, or None if it is not good enough."""
    width, span = right - left, end - begin
    first, second = ((cdf(left + f * width) - begin) / span for f in (0.25, 0.75))
    if not 0.0 < first < second < 1.0:
        return None
    # Newton's form over t (1 - t), which is 0 at both ends; values are in widths from the left end.
    bend, other = ((f - t) / (t * (1.0 - t)) for f, t in ((0.25, first), (0.75, second)))
    twist = (other - bend) / (second - first)
    bend -= twist * first
    a, b, c = 1.0 + bend, twist - bend, -twist
    if not _increases(a, b, c):
        return None
    tolerance = TOLERANCE if end > _TAIL and begin < 1.0 - _TAIL else _TAIL_TOLERANCE
    for f in _TESTED_AT:
        value = left + f * width
        t = (cdf(value) - begin) / span
        error, slope = t * (a + t * (b + t * c)) - f, a + t * (2.0 * b + t * 3.0 * c)
        if abs(error) * width > tolerance * abs(value) + _NOISE * ulp(end) / span * slope * width:
            return None
    return Piece(begin, end, left, a * width, b * width, c * width)


def _increases(a: float, b: float, c: float) -> bool:
    """Whether the slope a + 2 b t + 3 c t² is nowhere negative on [0, 1]."""
    if a < 0.0 or a + 2.0 * b + 3.0 * c < 0.0:
        return False
    turn = -b / (3.0 * c) if c > 0.0 else 0.0
    return not 0.0 < turn < 1.0 or a + b * turn >= 0.0
