"""Boarding circles: patients who keep a place while waiting for each other's."""
from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_twin.engines.state import Visit, Waiting

if TYPE_CHECKING:
    from hospital_twin.engines.simpy_engine import Engine


class CircleFormed(RuntimeError):
    """Patients wait for each other's places, in a layout that says that this is a fault."""


def move_circles(engine: Engine) -> None:
    """After somebody newly kept a place while waiting: find knots, and let one circle of each move.

    A knot: blocked visits such that every place that any of them asks for is held by a blocked member, not by a
    patient in a stay nor by cleaning. Nobody in it could ever move.
    """
    blocked, engine.flow.blocked = engine.flow.blocked, []
    if not any(w.token.waiting is w for w in blocked):
        return
    knot = _knot(engine)
    while knot:
        circle = _circle(engine, knot)
        if not engine.program.swap:
            names = engine.program.words.resources
            raise CircleFormed("patients wait for each other's places: " + ", ".join(
                f"visit {v.id} in {names[_place_of(v)]} for {names[target]}" for v, target in circle))
        _swap(engine, [v for v, _ in circle], knot)
        knot = _knot(engine)


def _place_of(visit: Visit) -> int:
    return next(h.resource for h in visit.holdings if h.place)


def _knot(engine: Engine) -> dict[int, tuple[Visit, Waiting]]:
    """The largest set of blocked visits that wait only for each other, by visit id."""
    program, lines = engine.program, engine.lines
    members: dict[int, tuple[Visit, Waiting]] = {}
    for visit in engine.visits.values():
        for token in visit.tokens:
            waiting = token.waiting
            if (waiting is not None and not waiting.judge and waiting.regrant is None
                    and program.requests[waiting.request].keeps and any(h.place for h in visit.holdings)):
                members[visit.id] = (visit, waiting)
    while members:
        inside: dict[int, int] = {}
        for visit, _ in members.values():
            for h in visit.holdings:
                inside[h.resource] = inside.get(h.resource, 0) + h.amount * h.place
        hopeful = [i for i, (_, w) in members.items() if not (asked := _asked(engine, w)) or any(
            lines.held[r] < max(1, lines.capacity[r]) or inside.get(r, 0) < lines.held[r] for r in asked)]
        if not hopeful:
            return members
        for i in hopeful:
            del members[i]
    return members


def _asked(engine: Engine, waiting: Waiting) -> list[int]:
    return [needs[0][0] for needs, _ in engine.lines.options(waiting)]


def _circle(engine: Engine, knot: dict[int, tuple[Visit, Waiting]]) -> list[tuple[Visit, int]]:
    """One circle of a knot, from its lowest visit: each member with the place that the next one holds."""
    path: list[tuple[Visit, int]] = []
    seen: dict[int, int] = {}
    visit = knot[min(knot)][0]
    while visit.id not in seen:
        seen[visit.id] = len(path)
        target = _asked(engine, knot[visit.id][1])[0]
        path.append((visit, target))
        visit = min((v for v, _ in knot.values() if any(h.place and h.resource == target for h in v.holdings)),
                    key=lambda v: v.id)
    return path[seen[visit.id]:]


def _swap(engine: Engine, circle: list[Visit], knot: dict[int, tuple[Visit, Waiting]]) -> None:
    """Each member of a circle moves into the next one's place in this tick."""
    moves = []
    for visit in circle:
        waiting = knot[visit.id][1]
        moves.append((waiting, engine.lines.options(waiting)[0][0]))
        engine.lines.leave(waiting)
        engine.holdings.swap_out(visit)
    for waiting, needs in moves:
        engine.flow.granted(waiting, needs)
