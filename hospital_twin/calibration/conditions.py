"""Conditions of a layout, as far as a log can tell whether they held."""
from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import NamedTuple

from hospital_twin.program import Program
from hospital_twin.program.codes import X

Known = float | None
"""A number, or None where the log does not tell it (how many were waiting, what a counter read)."""

_BINARY: dict[int, Callable[[float, float], float]] = {
    X.ADD: operator.add, X.SUBTRACT: operator.sub, X.MULTIPLY: operator.mul,
    X.DIVIDE: lambda a, b: a / (b or 1e-300), X.LESS: operator.lt, X.AT_MOST: operator.le, X.EQUAL: operator.eq,
    X.DIFFERENT: operator.ne}


class Clock(NamedTuple):
    """Hour (0-23), weekday (0 is Monday) and month (1-12) on the hospital's clock."""

    hour: int
    weekday: int
    month: int


class Conditions:
    """The expressions of a program over what a log knows of a visit."""

    def __init__(self, program: Program):
        tables = program.tables
        self._words = [[(int(code), float(argument)) for code, argument in tables.words[first:first + n]]
                       for first, n in tables.expressions]
        self._numbers = program.attribute_numbers

    def read_clock(self, expressions: Sequence[int]) -> bool:
        """Whether any of some expressions looks at the clock."""
        return any(code in (X.HOUR, X.WEEKDAY, X.MONTH) for e in expressions for code, _ in self._words[e])

    def value(self, expression: int, attributes: tuple[int, ...], unit: int, clock: Clock | None) -> Known:
        """What an expression gives for a visit; None if that hangs on something the log does not tell."""
        stack: list[Known] = []
        for code, argument in self._words[expression]:
            if code == X.IF:
                no, yes, test = stack.pop(), stack.pop(), stack.pop()
                stack.append(None if test is None and yes != no else yes if test is None or test else no)
            elif code in (X.NOT, X.NEGATE):
                value = stack.pop()
                stack.append(None if value is None else float(not value) if code == X.NOT else -value)
            elif code >= X.ADD:
                b, a = stack.pop(), stack.pop()
                stack.append(_both(code, a, b))
            else:
                stack.append(self._word(code, argument, attributes, unit, clock))
        return stack.pop()

    def _word(self, code: int, argument: float, attributes: tuple[int, ...], unit: int, clock: Clock | None) -> Known:
        if code == X.NUMBER:
            return argument
        if code == X.ATTRIBUTE:
            place = attributes[int(argument)]
            return None if place < 0 else self._numbers[int(argument)][place]
        if code == X.UNIT:
            return None if unit < -1 else float(unit)
        if clock is None:
            return None
        return {X.HOUR: clock.hour, X.WEEKDAY: clock.weekday, X.MONTH: clock.month}.get(code)


def _both(code: int, a: Known, b: Known) -> Known:
    """An operation on two numbers; `and` and `or` may be known though one side is not."""
    if code in (X.AND, X.OR):
        decisive = float(code == X.OR)
        if any(side is not None and float(bool(side)) == decisive for side in (a, b)):
            return decisive
        return None if a is None or b is None else 1.0 - decisive
    return None if a is None or b is None else float(_BINARY[code](a, b))
