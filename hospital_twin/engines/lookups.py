"""A program's tables as functions: choices, expressions and durations of one visit at one moment."""
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from hospital_twin.distributions import quantile_function
from hospital_twin.engines.state import Visit, Waiting
from hospital_twin.program import Program
from hospital_twin.program.codes import Key, X
from hospital_twin.streams import TICKS_PER_HOUR as HOUR

Term = Callable[[Visit, Waiting | None], float]


class Counts(Protocol):
    """What expressions may ask of a running hospital."""

    now: int
    capacity: list[int]
    held: list[int]
    present: list[int]
    active: list[bool]

    def waiting(self, resource: int) -> int:
        """How many wait in a resource's line."""


class Lookups:
    """Functions made once a run from the program's arrays."""

    def __init__(self, program: Program, counts: Counts):
        self.program, self.counts = program, counts
        calendar = program.calendar
        self._hours = calendar.hour.tolist()
        self._weekdays = calendar.weekday.tolist()
        self._months = calendar.month.tolist()
        self.scale = program.resources.scale.tolist()
        self.quantiles = [quantile_function(flat) for flat in program.tables.durations]
        self.choices = [self._choice(i) for i in range(len(program.tables.choices))]
        self.terms = [self._expression(i) for i in range(len(program.tables.expressions))]
        self.numbers = program.tables.numbers.tolist()
        t = program.tables
        self.mixes = [([int(v) for v in t.mix_value[a:a + n]], t.mix_sum[a:a + n].tolist()) for a, n in t.mixes]

    # ---- the clock
    def hour_index(self, tick: int) -> int:
        """Which row of the calendar a tick lies in; beyond the last, the last week again."""
        row, rows = tick // HOUR, len(self._hours)
        return row if row < rows else rows - 168 + (row - rows) % 168

    def hour(self, tick: int) -> int:
        """Local hour of the day."""
        return self._hours[self.hour_index(tick)]

    def weekday(self, tick: int) -> int:
        """Local weekday, 0 is Monday."""
        return self._weekdays[self.hour_index(tick)]

    def month(self, tick: int) -> int:
        """Local month, 1 … 12."""
        return self._months[self.hour_index(tick)]

    # ---- choices
    def _choice(self, number: int) -> Callable[[Visit], int]:
        tables = self.program.tables
        first_key, n, first_cell = (int(v) for v in tables.choices[number])
        keys = [tuple(int(v) for v in key) for key in tables.keys[first_key:first_key + n]]
        size = int(np.prod([k[2] for k in keys], dtype=int))
        cells = tables.cells[first_cell:first_cell + size].tolist()
        if not keys:
            only = cells[0]
            return lambda visit: only
        if len(keys) == 1 and keys[0][0] == Key.ATTRIBUTE:
            which = keys[0][1]
            return lambda visit: cells[visit.attributes[which]]
        readers = [(self._reader(kind, which), options) for kind, which, options in keys]

        def choose(visit: Visit) -> int:
            cell = 0
            for read, options in readers:
                cell = cell * options + read(visit)
            return cells[cell]
        return choose

    def _reader(self, kind: int, which: int) -> Callable[[Visit], int]:
        counts = self.counts
        if kind == Key.ATTRIBUTE:
            return lambda visit: visit.attributes[which]
        return {Key.HOUR: lambda visit: self.hour(counts.now), Key.WEEKDAY: lambda visit: self.weekday(counts.now),
                Key.MONTH: lambda visit: self.month(counts.now) - 1, Key.UNIT: lambda visit: visit.unit,
                Key.SOURCE: lambda visit: visit.source}[Key(kind)]

    def value(self, choice: int, visit: Visit) -> float:
        """The number that a choice gives."""
        return self.numbers[self.choices[choice](visit)]

    def pick(self, mix: int, u: float) -> int:
        """The first value whose running sum exceeds `u` (the last one, should rounding leave none)."""
        values, sums = self.mixes[mix]
        return values[min(bisect_right(sums, u), len(sums) - 1)]

    # ---- expressions
    def _expression(self, number: int) -> Term:
        first, n = (int(v) for v in self.program.tables.expressions[number])
        stack: list[Term] = []
        for code, argument in self.program.tables.words[first:first + n]:
            stack.append(self._word(X(int(code)), float(argument), stack))
        return stack.pop()

    def _word(self, code: X, argument: float, stack: list[Term]) -> Term:
        if code >= X.ADD:
            return _operation(code, stack)
        if code == X.NUMBER:
            return lambda visit, waiting: argument
        if code in (X.FREE, X.BUSY, X.WAITING, X.CAPACITY, X.OCCUPANCY, X.PRESENT, X.ACTIVE):
            return self._counter(code, int(argument))
        return self._variable(code, int(argument))

    def _variable(self, code: X, which: int) -> Term:
        counts, numbers = self.counts, self.program.attribute_numbers
        if code == X.ATTRIBUTE:
            mine = numbers[which]
            return lambda visit, waiting: mine[visit.attributes[which]]
        return {X.HOUR: lambda v, w: self.hour(counts.now), X.WEEKDAY: lambda v, w: self.weekday(counts.now),
                X.MONTH: lambda v, w: self.month(counts.now), X.UNIT: lambda v, w: float(v.unit),
                X.ARRIVAL: lambda v, w: v.arrival / HOUR, X.AGE: lambda v, w: (counts.now - v.arrival) / HOUR,
                X.JOIN: lambda v, w: (w.since if w else counts.now) / HOUR,
                X.WAITED: lambda v, w: (counts.now - w.since) / HOUR if w else 0.0,
                X.GIVEN: self._given}[code]

    def _given(self, visit: Visit, waiting: Waiting | None) -> float:
        """The number that the waiting step gives, 0 when it gives none."""
        number = self.program.requests[waiting.request].number if waiting and waiting.request >= 0 else -1
        return self.terms[self.choices[number](visit)](visit, None) if number >= 0 else 0.0

    def _counter(self, code: X, which: int) -> Term:
        c, scale = self.counts, self.scale[which] if code <= X.OCCUPANCY else 1
        return {X.FREE: lambda v, w: max(0, c.capacity[which] - c.held[which]) // scale,
                X.BUSY: lambda v, w: c.held[which] / scale, X.WAITING: lambda v, w: c.waiting(which),
                X.CAPACITY: lambda v, w: c.capacity[which] // scale,
                X.OCCUPANCY: lambda v, w: c.held[which] / c.capacity[which] if c.capacity[which] else 1.0,
                X.PRESENT: lambda v, w: c.present[which], X.ACTIVE: lambda v, w: float(c.active[which])}[code]


def _operation(code: X, stack: list[Term]) -> Term:
    if code == X.IF:
        no, yes, test = stack.pop(), stack.pop(), stack.pop()
        return lambda v, w: yes(v, w) if test(v, w) else no(v, w)
    b = stack.pop()
    if code == X.NOT:
        return lambda v, w: float(not b(v, w))
    if code == X.NEGATE:
        return lambda v, w: -b(v, w)
    a = stack.pop()
    return _BINARY[code](a, b)


_BINARY: dict[X, Callable[[Any, Any], Term]] = {
    X.ADD: lambda a, b: lambda v, w: a(v, w) + b(v, w),
    X.SUBTRACT: lambda a, b: lambda v, w: a(v, w) - b(v, w),
    X.MULTIPLY: lambda a, b: lambda v, w: a(v, w) * b(v, w),
    X.DIVIDE: lambda a, b: lambda v, w: a(v, w) / (b(v, w) or 1e-300),
    X.LESS: lambda a, b: lambda v, w: float(a(v, w) < b(v, w)),
    X.AT_MOST: lambda a, b: lambda v, w: float(a(v, w) <= b(v, w)),
    X.EQUAL: lambda a, b: lambda v, w: float(a(v, w) == b(v, w)),
    X.DIFFERENT: lambda a, b: lambda v, w: float(a(v, w) != b(v, w)),
    X.AND: lambda a, b: lambda v, w: float(bool(a(v, w)) and bool(b(v, w))),
    X.OR: lambda a, b: lambda v, w: float(bool(a(v, w)) or bool(b(v, w))),
}
