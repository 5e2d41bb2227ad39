"""Quantities with a unit of time, as people write them: ``12 min``, ``0.33 h``, ``7.4 d``, or a pure number."""
from __future__ import annotations

import math
import re
from typing import Literal, NamedTuple, cast

Unit = Literal["s", "min", "h", "d", ""]
"""Seconds, minutes, hours, days, or none (a pure number)."""

SECONDS: dict[Unit, int] = {"s": 1, "min": 60, "h": 3600, "d": 86400}
LARGEST = 1e12
"""The greatest number that is taken, so that no formula overflows."""

_SPELLINGS: dict[str, Unit] = {
    "": "", "s": "s", "second": "s", "seconds": "s", "min": "min", "minute": "min", "minutes": "min",
    "h": "h", "hour": "h", "hours": "h", "d": "d", "day": "d", "days": "d",
}
_QUANTITY = re.compile(r"([-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-z]*)")


class Quantity(NamedTuple):
    """A number and its unit."""

    value: float
    unit: Unit = ""

    def __str__(self) -> str:
        return f"{number_text(self.value)} {self.unit}".rstrip()


class Bounds(NamedTuple):
    """A range with its ends included; an end that is None is open."""

    low: Quantity | None
    high: Quantity | None

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.low, "..", self.high) if part is not None)


def number_text(value: float) -> str:
    """The shortest text that reads back as the same number: ``12`` rather than ``12.0``."""
    return repr(float(value)).removesuffix(".0")


def read_unit(written: object) -> Unit:
    """A unit from its short or long spelling (``min``, ``minutes``); raises ValueError."""
    if not isinstance(written, str) or written not in _SPELLINGS:
        raise ValueError(f"the unit {written!r} is not known; expected s, min, h or d")
    return _SPELLINGS[written]


def read_quantity(written: object) -> Quantity:
    """A quantity from ``"12 min"``, ``"3"`` or a number; raises ValueError."""
    if isinstance(written, Quantity):
        return written
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        raise ValueError(f"{written!r} is not a number with a unit; expected something like '12 min'")
    match = _QUANTITY.fullmatch(str(written).strip())
    if not match:
        raise ValueError(f"{written!r} is not a number with a unit; expected something like '12 min' or '0.5 h'")
    value = float(match[1])
    if abs(value) > LARGEST:
        raise ValueError(f"{written!r} is out of range; expected a number between -{LARGEST:g} and {LARGEST:g}")
    return Quantity(value, read_unit(match[2]))


def read_bounds(written: object) -> Bounds:
    """A range from ``"1 min .. 2 h"``, ``"0.5 min .."`` or ``".. 2 h"``; raises ValueError.

    An end without a unit has that of the other: ``1 .. 60 min``.
    """
    if isinstance(written, Bounds):
        return written
    if not isinstance(written, str):
        raise ValueError(f"{written!r} is not a range; expected text like '1 min .. 60 min', '1 min ..' or '.. 60 min'")
    first, dots, last = (part.strip() for part in written.partition(".."))
    if not dots or not (first or last):
        raise ValueError(f"{written!r} is not a range; expected '1 min .. 60 min', '1 min ..' or '.. 60 min'")
    low, high = (read_quantity(part) if part else None for part in (first, last))
    if low and high:
        low, high = low._replace(unit=low.unit or high.unit), high._replace(unit=high.unit or low.unit)
    return Bounds(low, high)


def smallest(units: set[Unit]) -> Unit:
    """The smallest of some units of time, into which the others convert by a whole number; "" if there are none."""
    return cast(Unit, min(units - {""}, key=SECONDS.__getitem__, default=""))


def ratio(unit: Unit, into: Unit) -> tuple[float, float]:
    """(multiply, divide): a value in `unit` × multiply ÷ divide is the value in `into`.

    One of the two is 1, so that minutes become hours as value / 60 and days as value × 24: one rounding, and the one
    that a reader would write down.
    """
    if unit == into or not unit or not into:
        return 1.0, 1.0
    ours, theirs = SECONDS[unit], SECONDS[into]
    return (float(ours // theirs), 1.0) if ours > theirs else (1.0, float(theirs // ours))


def convert(value: float, unit: Unit, into: Unit) -> float:
    """A value in another unit of time; a pure number stays as it is."""
    multiply, divide = ratio(unit, into)
    return value * multiply / divide


def in_unit(quantity: Quantity | None, unit: Unit, otherwise: float = math.nan) -> float:
    """A quantity's value in a unit; `otherwise` when there is none."""
    return otherwise if quantity is None else convert(quantity.value, quantity.unit, unit)
