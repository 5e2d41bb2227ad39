"""What changes during a run: visits, their tokens, what they hold and what they wait for."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NEVER = -1


@dataclass(slots=True, eq=False)
class Holding:
    """Something that a visit holds: `amount` integer units of a resource, granted to the step `step`.

    place: a unit's place. group: for a place and the nurses that go with it, a number that rises with each move; -1
    for others. key: the request's place in the order, by which pre-emption chooses.
    """

    resource: int
    amount: int
    step: int
    activity: int
    place: bool
    group: int
    branch: int
    joined: int
    start: int
    server: int
    key: tuple
    unit: int


@dataclass(slots=True, eq=False)
class Waiting:
    """One wait, in all the lines of what it asks for (a JUDGE waits too, asking for nothing).

    joined: when this wait began. since: the join tick of its order, which pre-emption does not renew. key: (order,
    join tick, visit, branch, step), by which requests are tried. alternatives: lists of (resource, amount). judge: the
    operation of a JUDGE, -1 for a request. regrant: what a pre-empted step lost, all of it asked for again at once.
    ways: what admitted it at the last look, and how much of it had to be free (`Lines.otherwise_admitted`).
    """

    token: Token
    op: int
    request: int
    key: tuple
    joined: int
    since: int
    alternatives: tuple
    lines: tuple[int, ...]
    fresh: bool = True
    judge: bool = False
    regrant: tuple[Holding, ...] = ()
    patience_ends: int = NEVER
    ways: tuple[int, ...] = ()


@dataclass(slots=True, eq=False)
class Token:
    """A visit on its way through the operations; a fork gives it more than one.

    pc: the operation at work or next. ends: tick at which a DELAY or WAIT ends. remaining: ticks that a pre-empted
    step has left. bell: what its process waits on when it waits for others. turn: what a branch waits on when others
    wake with it. pending: branches still under way.
    """

    visit: Visit
    branch: int
    pc: int
    began: int = NEVER
    ends: int = NEVER
    remaining: int = NEVER
    waiting: Waiting | None = None
    parent: Token | None = None
    pending: int = 0
    bell: Any = None
    turn: Any = None
    wait: Any = None
    process: Any = None
    started: bool = False


@dataclass(slots=True, eq=False)
class Visit:
    """One visit. attributes: the place of each attribute's value. counts: draws made at steps that repeat."""

    id: int
    patient: int
    source: int
    arrival: int
    key: int
    attributes: tuple[int, ...]
    unit: int = -1
    holdings: list[Holding] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)
    servers: dict[int, tuple[int, int]] = field(default_factory=dict)
    returns: int = 0
