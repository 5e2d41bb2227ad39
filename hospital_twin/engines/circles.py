"""Boarding circles: patients who keep what they hold while waiting for each other's places and nurses."""
from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hospital_twin.engines.flow import RunFailed
from hospital_twin.engines.lines import Needs
from hospital_twin.engines.record import BREACH
from hospital_twin.engines.state import Visit, Waiting

if TYPE_CHECKING:
    from hospital_twin.engines.simpy_engine import Engine

Knot = dict[int, tuple[Visit, Waiting]]
Move = tuple[Waiting, Needs]


class CircleFormed(RunFailed):
    """Patients wait for each other, in a layout that says that this is a fault."""


def move_circles(engine: Engine) -> None:
    """After somebody newly kept a place while waiting: find knots, and let one circle of each move.

    A knot: blocked visits none of whom could start if everybody else let go of all that they hold; what they lack is
    held by members. Nobody in it could ever move, and a swap is the way out.
    """
    blocked, engine.flow.blocked = engine.flow.blocked, []
    if not any(w.token.waiting is w for w in blocked):
        return
    while moves := _way_out(engine):
        if not engine.program.swap:
            names = engine.program.words.resources
            raise CircleFormed(
                engine.program.name, "patients wait for each other: " + ", ".join(
                    f"one in {names[_place_of(w.token.visit)]} for {names[_lacking(engine, w, needs)]}"
                    for w, needs in moves),
                "`in_a_circle: swap`, a way that does not keep the place, or more places or nurses")
        _swap(engine, moves)


def _place_of(visit: Visit) -> int:
    return next(h.resource for h in visit.holdings if h.place)


# ---- knots
def _blocked(engine: Engine) -> Knot:
    """Those who keep a place while waiting for another, by visit."""
    found: Knot = {}
    for visit in engine.visits.values():
        for token in visit.tokens:
            if engine.lines.keeps_place(token.waiting) and any(h.place for h in visit.holdings):
                found[visit.id] = (visit, token.waiting)
    return found


def _knot(engine: Engine, members: Knot, *, with_own: bool) -> Knot:
    """The largest set of members who wait only for each other.

    with_own: what a member holds counts as free for its own request, as in a swap; in a line it does not.
    """
    members = dict(members)
    while members:
        inside = Counter[int]()
        for visit, _ in members.values():
            inside.update(_own(engine, visit, places_only=False))
        hopeful = [i for i, (visit, waiting) in members.items() if _could_start(
            engine, waiting, inside - _own(engine, visit) if with_own else inside)]
        if not hopeful:
            break
        for i in hopeful:
            del members[i]
    return members


def _could_start(engine: Engine, waiting: Waiting, inside: Counter[int]) -> bool:
    """Whether a request could be met in some way if all were let go of that is not held by members (`inside`).

    Who waits for more than there is at all waits for the next shift, or for admission, not for the others.
    """
    lines, ways = engine.lines, _ways(engine, waiting)
    return not ways or any(
        all(max(lines.capacity[r], lines.held[r]) - inside[r] >= lines.needed(waiting, r, amount)
            for r, amount in needs) for needs in ways)


def _ways(engine: Engine, waiting: Waiting) -> list[Needs]:
    """The ways to meet a request that ask for no more than there is."""
    lines = engine.lines
    return [needs for needs, _ in lines.options(waiting)
            if all(lines.needed(waiting, r, amount) <= max(lines.capacity[r], lines.held[r]) for r, amount in needs)]


# ---- the way out
def _way_out(engine: Engine) -> list[Move]:
    """Who moves, and to what: the lowest visit of a knot for whom what it brings along suffices, else one circle.

    Nobody, while a member only waits for somebody outside the knot to leave a place, or nurses that make up the rest.
    """
    knot = _knot(engine, _blocked(engine), with_own=False)
    for i in sorted(knot):
        visit, waiting = knot[i]
        own = _own(engine, visit)
        for needs in _ways(engine, waiting):
            if all(_free(engine, r) + own[r] >= engine.lines.needed(waiting, r, amount) for r, amount in needs):
                return [(waiting, needs)]
    knot = _knot(engine, knot, with_own=True)
    for i in sorted(knot):
        circle = _circle(engine, knot, knot[i][0])
        if circle and _has_places(engine, circle):
            return circle
    return []


def _own(engine: Engine, visit: Visit, *, places_only: bool = True) -> Counter[int]:
    """How much a visit holds of each resource: what it lets go of when it moves, or all."""
    own = Counter[int]()
    for h in engine.holdings.places(visit) if places_only else visit.holdings:
        own[h.resource] += h.amount
    return own


def _free(engine: Engine, resource: int) -> int:
    return engine.lines.capacity[resource] - engine.lines.held[resource]


def _lacking(engine: Engine, waiting: Waiting, needs: Needs) -> int:
    """The first thing asked for of which too little is free."""
    return next((r for r, amount in needs if _free(engine, r) < engine.lines.needed(waiting, r, amount)), needs[0][0])


def _circle(engine: Engine, knot: Knot, first: Visit) -> list[Move]:
    """The circle that a visit leads to, each member lacking what the next one holds; empty if it leads out."""
    path: list[Move] = []
    seen: dict[int, int] = {}
    visit = first
    while visit.id not in seen:
        seen[visit.id] = len(path)
        waiting = knot[visit.id][1]
        found = [(v, needs) for needs in _ways(engine, waiting)
                 for v in _holders(engine, knot, _lacking(engine, waiting, needs))]
        if not found:
            return []
        visit, needs = found[0]
        path.append((waiting, needs))
    return path[seen[visit.id]:]


def _holders(engine: Engine, knot: Knot, resource: int) -> list[Visit]:
    """The members for whose place, or with it, something is held: in the order of visits."""
    return [knot[i][0] for i in sorted(knot)
            if any(h.resource == resource for h in engine.holdings.places(knot[i][0]))]


def _has_places(engine: Engine, moves: list[Move]) -> bool:
    """Whether there is a place for each one who moves, once all of them have left theirs."""
    change = Counter(needs[0][0] for _, needs in moves)
    change.subtract(h.resource for w, _ in moves for h in w.token.visit.holdings if h.place)
    return all(more <= max(0, _free(engine, place)) for place, more in change.items())


def _swap(engine: Engine, moves: list[Move]) -> None:
    """Each one moves in this tick; nurses taken beyond those on duty are recorded, and keep nobody waiting."""
    brought = [_own(engine, waiting.token.visit) for waiting, _ in moves]
    taken = Counter(needs[0][0] for _, needs in moves)
    for waiting, _ in moves:
        engine.lines.leave(waiting)
        place = _place_of(waiting.token.visit)
        engine.holdings.swap_out(waiting.token.visit, passes_on=taken[place] > 0)
        taken[place] -= 1
    for waiting, needs in moves:
        engine.flow.granted(waiting, needs)
    for own, (waiting, needs) in zip(brought, moves, strict=True):
        for r, amount in needs[1:]:
            if amount > own[r] and _free(engine, r) < 0:
                engine.record.event(waiting.token.visit, engine.record.CHANGE, engine.now, BREACH, r)
