"""What steps ask for → requests and their alternatives."""
from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

from hospital_twin.errors import BadInput
from hospital_twin.layout import By, Layout
from hospital_twin.layout import steps as s
from hospital_twin.program.builder import Builder
from hospital_twin.program.program import Alternative, Request

_PREEMPT = {"none": 0, "resume": 1, "restart": 2}


def scales(layout: Layout) -> dict[str, int]:
    """Integer units that one of each resource supplies: the least common multiple of its ratios' patients."""
    found = dict.fromkeys(layout.resources(), 1)
    for name, unit in layout.units.items():
        for pool, ratio in unit.staff.items():
            if pool not in layout.staff:
                raise BadInput(f"units.{name}.staff", f"there is no staff {pool!r}",
                               "one of " + (", ".join(layout.staff) or "the pools under `staff`"))
            for leaf in _leaves(ratio):
                found[pool] = lcm(found[pool], leaf.denominator)
    return found


def _leaves(value: Any) -> list[Fraction]:
    if isinstance(value, By):
        return [leaf for below in value.of.values() for leaf in _leaves(below)] + _leaves(value.otherwise)
    if isinstance(value, dict):
        return [leaf for below in value.values() for leaf in _leaves(below)]
    return [] if value is None else [value]


class Asks:
    """Requests under construction."""

    def __init__(self, builder: Builder):
        self.b = builder
        self.scale = scales(builder.layout)
        self.requests: list[dict[str, Any]] = []
        self.lists: list[tuple[Alternative, ...]] = []
        self.same_as: list[tuple[str, str]] = []

    def request(self, step: s.Waits, ask: s.Ask, name: str, where: str, *, move: bool) -> int:
        """A new request; its place. Targets are aimed later."""
        number = self.b.choice(step.number, lambda text: self.b.expression(text, where), where)
        if step.same_as is not None:
            self.same_as.append((step.same_as, where))
        own = getattr(step, "activity", None) or name
        activity = self.b.activities.place("stay") if move else self.b.activity(own, where)
        self.requests.append({
            "asks": self._asks(ask, where, move), "place": move, "keeps": move and step.keep_place,
            "activity": activity,
            "patience": self.b.choice(step.patience, self.b.duration, where),
            "patience_from_arrival": step.patience_from == "arrival",
            "patience_renewed": step.patience_renewed and step.patience is not None,
            "gives_up": -1, "when_full": -1, "number": number, "hold_line": step.hold_line,
            "room": self._room(step, ask, move), "preempt": _PREEMPT[step.preempt],
            "same_as": -1 if step.same_as is None else self.b.steps.place(step.same_as)})
        return len(self.requests) - 1

    def aim(self, request: int, field: str, target: int) -> None:
        """Set where a request goes when it gives up or is refused."""
        self.requests[request][field] = target

    def has_room_limit(self, request: int) -> bool:
        """Whether the request can be refused."""
        return self.requests[request]["room"] >= 0

    def _units_asked(self, ask: s.Ask) -> list[str]:
        named = list(ask.all_of or ()) + [n for names in ask.first_of or () for n in names]
        if ask.one_by is not None:
            named += _plain_leaves(ask.one_by)
        return [n for n in named if n in self.b.units]

    def _room(self, step: s.Waits, ask: s.Ask, move: bool) -> int:
        if step.room is not None or not move:
            return -1 if step.room is None else step.room
        rooms = {self.b.layout.units[u].room for u in self._units_asked(ask)} - {None}
        return min(rooms) if rooms else -1

    def refused_as(self, ask: s.Ask, step: s.Waits) -> str:
        """The disposition of who is refused, where the step does not say what happens."""
        named = [self.b.layout.units[u].refuse_as for u in self._units_asked(ask)]
        return next((name for name in named if name), "refused")

    def _asks(self, ask: s.Ask, where: str, move: bool) -> int:
        costs = {name: self.b.expression(text, where) for name, text in (ask.cost or {}).items()}
        if ask.one_by is not None:
            def cell(names: tuple[str, ...]) -> int:
                return self._list([dict.fromkeys(names, 1)], costs, where, move)
            return self.b.choice(ask.one_by, cell, where)
        options = [ask.all_of] if ask.all_of is not None else [dict.fromkeys(names, 1) for names in ask.first_of]
        return self.b.choice(options, lambda o: self._list(o, costs, where, move), where)

    def _list(self, options: list[dict[str, int]], costs: dict[str, int], where: str, move: bool) -> int:
        if move:
            options = [o for option in options for o in [option, *self._outliers(option, where)]]
        found = tuple(self._alternative(option, costs, where, move) for option in options)
        if found not in self.lists:
            self.lists.append(found)
        return self.lists.index(found)

    def _outliers(self, option: dict[str, int], where: str) -> list[dict[str, int]]:
        unit = next(iter(option))
        if len(option) != 1 or unit not in self.b.units:
            raise BadInput(where, f"moves to {', '.join(option)}",
                           "one unit, or the first available of several: one of " + ", ".join(self.b.units))
        outliers = self.b.layout.units[unit].outliers
        for other in outliers:
            if other not in self.b.units:
                raise BadInput(f"units.{unit}.outliers", f"there is no unit {other!r}",
                               "one of " + ", ".join(self.b.units))
        return [{other: 1} for other in outliers]

    def _alternative(self, option: dict[str, int], costs: dict[str, int], where: str, move: bool) -> Alternative:
        needs: list[tuple[int, int]] = []
        for name, amount in option.items():
            if amount > 1 and name in self.b.resources and self.b.layout.resources()[name].named:
                raise BadInput(where, f"asks for {amount} of {name!r} at once, whose members are named",
                               "one of them, or a pool that is not `named`")
            needs.append((self.b.resource(name, where), self._plain(amount * self.scale.get(name, 1), where)))
        unit = self.b.layout.units.get(next(iter(option)))
        admits = -1
        if move and unit is not None:
            place = f"units.{next(iter(option))}"
            for pool, ratio in unit.staff.items():
                amount = self.b.choice(ratio, lambda r, p=pool: self.b.number(int(r * self.scale[p])), place)
                needs.append((self.b.resources[pool], amount))
            admits = -1 if unit.admits is None else self.b.expression(unit.admits, place)
        return Alternative(tuple(needs), admits, costs.get(next(iter(option)), -1))

    def _plain(self, amount: int, where: str) -> int:
        return self.b.choice(amount, self.b.number, where)

    def finished(self, thread: list[int]) -> tuple[Request, ...]:
        """The requests, their targets behind jumps."""
        for request in self.requests:
            for field in ("gives_up", "when_full"):
                if request[field] >= 0:
                    request[field] = thread[request[field]]
        return tuple(Request(**request) for request in self.requests)


def _plain_leaves(value: Any) -> list[str]:
    if isinstance(value, By):
        return [n for below in [*value.of.values(), value.otherwise] for n in _plain_leaves(below)]
    if isinstance(value, dict):
        return [n for below in value.values() for n in _plain_leaves(below)]
    return [] if value is None else list(value)
