"""Pools of a program under construction: names, numbers, mixes, durations, expressions, choices."""
from __future__ import annotations

from collections.abc import Callable
from math import isclose
from typing import Any

import numpy as np

from hospital_twin.distributions import Distribution, flatten
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import RESERVED
from hospital_twin.layout import By, Layout
from hospital_twin.layout.terms import days_of, window_of
from hospital_twin.program.codes import Key
from hospital_twin.program.expressions import Scope, Word, attribute_number, postfix
from hospital_twin.program.program import Tables

_CLOCK = {"hour": (Key.HOUR, list(range(24))), "weekday": (Key.WEEKDAY, list(range(7))),
          "month": (Key.MONTH, list(range(1, 13)))}


class Pool(list):
    """A list whose items are found again by their value."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[Any, int] = {}

    def place(self, item: Any) -> int:
        """The item's place, a new one if it is new."""
        if item not in self._places:
            self._places[item] = len(self)
            self.append(item)
        return self._places[item]


class Builder:
    """What the parts of the compiler fill together."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self.values = {name: list(a.values) for name, a in layout.attributes.items()}
        self.resources = {name: i for i, name in enumerate(layout.resources())}
        self.units = {name: i for i, name in enumerate(layout.units)}
        self.sources = {name: i for i, name in enumerate(layout.sources)}
        self.pathways = {name: i for i, name in enumerate(layout.pathways)}
        self.scope = Scope({n: (i, v) for i, (n, v) in enumerate(self.values.items())}, self.resources, self.units,
                           {name: i for i, name in enumerate(layout.rules)})
        self.steps, self.activities, self.dispositions = Pool(), Pool(), Pool()
        self.numbers, self.durations, self.mixes, self.expressions = Pool(), Pool(), Pool(), Pool()
        self.choices: Pool = Pool()

    # ---- names
    def resource(self, name: str, where: str) -> int:
        """The number of a resource; an unknown name is answered with those there are."""
        if name not in self.resources:
            raise BadInput(where, f"there is no staff, equipment or unit {name!r}",
                           "one of " + ", ".join(self.resources))
        return self.resources[name]

    def attribute(self, name: str, where: str) -> int:
        """The number of a class attribute."""
        if name not in self.values:
            raise BadInput(where, f"there is no class attribute {name!r}", "one of " + ", ".join(self.values))
        return self.scope.attributes[name][0]

    def activity(self, name: str, where: str) -> int:
        """The number of an activity; the log's own words are taken."""
        if name in RESERVED:
            raise BadInput(where, f"its rows would be called {name!r}, which means something else in a log",
                           "another name than " + ", ".join(RESERVED))
        return self.activities.place(name)

    # ---- pools
    def number(self, value: float) -> int:
        """Place of a number."""
        return self.numbers.place(float(value))

    def duration(self, value: Distribution) -> int:
        """Place of a distribution, flattened."""
        return self.durations.place(flatten(value))

    def expression(self, text: str, where: str) -> int:
        """Place of an expression."""
        return self.expressions.place(tuple(postfix(text, self.scope, where)))

    def words(self, expression: int) -> list[Word]:
        """The words of an expression."""
        return self.expressions[expression]

    def mix(self, weights: dict[Any, float], values: list[Any], where: str) -> int:
        """Place of a mix over `values`: (value's place, running sum) each, in the declared order."""
        total = sum(weights.values())
        if total <= 0:
            raise BadInput(where, "the weights sum to nothing", "at least one weight above 0")
        names = [str(v) for v in values]
        cells, running = [], 0.0
        for key, weight in weights.items():
            if str(key) not in names:
                raise BadInput(where, f"{key!r} is not a value", "one of " + ", ".join(names))
            running += weight if isclose(total, 1.0, abs_tol=1e-9) else weight / total
            cells.append((names.index(str(key)), running))
        return self.mixes.place(tuple(cells))

    # ---- choices
    def choice(self, value: Any, cell: Callable[[Any], int], where: str) -> int:
        """Place of a choice: a plain value, or one by class; -1 for none."""
        if value is None:
            return -1
        if not isinstance(value, By):
            return self.choices.place(((), (cell(value),)))
        keys = [self._key(name, where) for name in value.by]
        cells = self._cells(value.of, [options for _, _, options in keys], value, cell, where)
        return self.choices.place((tuple((kind, which, len(options)) for kind, which, options in keys), tuple(cells)))

    def _key(self, name: str, where: str) -> tuple[int, int, list]:
        if name in _CLOCK:
            return _CLOCK[name][0], 0, _CLOCK[name][1]
        if name == "unit":
            return Key.UNIT, 0, list(self.units)
        if name == "source":
            return Key.SOURCE, 0, list(self.sources)
        if name not in self.values:
            raise BadInput(where, f"depends on {name!r}, which is not known",
                           "one of " + ", ".join([*self.values, *_CLOCK, "unit", "source"]))
        return Key.ATTRIBUTE, self.scope.attributes[name][0], self.values[name]

    def _cells(self, of: Any, options: list[list], by: By, cell: Callable, where: str) -> list[int]:
        if not options:
            return [cell(of)]
        named: dict[Any, Any] = {}
        for key, below in of.items():
            for option in _options_of(key, by.by[len(by.by) - len(options)], options[0], where):
                named[option] = below
        width = int(np.prod([len(o) for o in options[1:]], dtype=int))
        found: list[int] = []
        for option in options[0]:
            if option in named:
                found += self._cells(named[option], options[1:], by, cell, where)
            elif by.otherwise is not None:
                found += [cell(by.otherwise)] * width
            elif by.by[len(by.by) - len(options)] in ("unit", "source"):
                found += [-1] * width
            else:
                raise BadInput(where, f"says nothing for {by.by[len(by.by) - len(options)]} {option}",
                               f"a value for each of {', '.join(str(o) for o in options[0])}, or `otherwise`")
        return found

    # ---- the result
    def tables(self) -> Tables:
        """The pools as arrays."""
        keys = [key for choice_keys, _ in self.choices for key in choice_keys]
        cells = [cell for _, choice_cells in self.choices for cell in choice_cells]
        starts, key_at, cell_at = [], 0, 0
        for choice_keys, choice_cells in self.choices:
            starts.append((key_at, len(choice_keys), cell_at))
            key_at, cell_at = key_at + len(choice_keys), cell_at + len(choice_cells)
        return Tables(
            choices=_ints(starts, 3), keys=_ints(keys, 3), cells=np.array(cells, dtype=np.int64),
            numbers=np.array(self.numbers, dtype=float), mixes=_ints(_spans(self.mixes), 2),
            mix_value=np.array([v for mix in self.mixes for v, _ in mix], dtype=np.int64),
            mix_sum=np.array([s for mix in self.mixes for _, s in mix], dtype=float),
            durations=tuple(self.durations), expressions=_ints(_spans(self.expressions), 2),
            words=np.array([w for e in self.expressions for w in e], dtype=float).reshape(-1, 2))

    def attribute_numbers(self) -> tuple[tuple[float, ...], ...]:
        """The number by which each value of each attribute compares."""
        return tuple(tuple(attribute_number(values, v) for v in values) for values in self.values.values())


def _options_of(key: Any, name: str, options: list, where: str) -> list:
    """The options that a key of `of` names: itself, the hours of a window, the days of a span."""
    if name == "hour" and isinstance(key, str) and "-" in key:
        begin, _, end = key.partition("-")
        window = key if ":" in key else f"{begin}:00-{end}:00"
        try:
            _, first, last = window_of(window)
        except ValueError as wrong:
            raise BadInput(where, f"{key!r} is not a span of hours", "08-20 or 08:00-20:00") from wrong
        return [minute // 60 % 24 for minute in range(first, last, 60)]
    if name == "weekday" and isinstance(key, str):
        try:
            return list(days_of(key))
        except ValueError as wrong:
            raise BadInput(where, f"{key!r} is not a weekday", "mon, sat,sun or mon-fri") from wrong
    found = [option for option in options if str(option) == str(key)]
    if not found:
        raise BadInput(where, f"{key!r} is no value of {name}", "one of " + ", ".join(str(o) for o in options))
    return found


def _spans(items: list) -> list[tuple[int, int]]:
    starts, at = [], 0
    for item in items:
        starts.append((at, len(item)))
        at += len(item)
    return starts


def _ints(rows: list, width: int) -> np.ndarray:
    return np.array(rows, dtype=np.int64).reshape(-1, width)


