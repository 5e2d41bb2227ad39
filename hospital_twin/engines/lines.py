"""Waiting lines and who is served next: the rules that every engine shares, without a clock of its own.

A line is kept per resource, sorted by (order, join tick, visit, branch, step). At an instant the requests of all lines
that something happened to are tried in that order; one starts when all that it names is free. Grants only take, so
one pass is the same as starting again after each; only where admission reads counters, or pre-emption gives back,
does the scan start again.
"""
from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Protocol

from hospital_twin.engines.lookups import Lookups
from hospital_twin.engines.servers import Servers
from hospital_twin.engines.state import Token, Visit, Waiting
from hospital_twin.program import Program
from hospital_twin.program.codes import Act, X
from hospital_twin.program.program import Alternative

Needs = tuple[tuple[int, int], ...]
_MOVING = {X.WAITED, X.AGE, X.HOUR, X.WEEKDAY, X.MONTH, X.ACTIVE}
_CHANGING = _MOVING | set(range(X.FREE, X.ACTIVE + 1))
"""Words of expressions whose value may change while nothing happens to who waits."""


class Grants(Protocol):
    """What an engine does with the lines' decisions."""

    def fail(self, visit: Visit, problem: str, expected: str) -> None:
        """Stop the run: the program asks for what cannot be."""

    def judged(self, waiting: Waiting) -> None:
        """A branch that reads counts has its turn."""

    def granted(self, waiting: Waiting, needs: Needs) -> None:
        """A request starts."""

    def refused(self, waiting: Waiting) -> None:
        """A request finds no room."""

    def still_full(self, resource: int) -> None:
        """What was given back may help nobody: the capacity had fallen, or it is too little, or reserved."""

    def preempted_for(self, waiting: Waiting) -> Needs | None:
        """Make room for a request by pre-emption, if its order allows; what it then gets."""


class Lines:
    """Capacity, what is held, and who waits, per resource."""

    def __init__(self, program: Program):
        n = len(program.words.resources)
        self.program = program
        self.capacity, self.held = [0] * n, [0] * n
        self.lines: list[list[tuple]] = [[] for _ in range(n)]
        self.dirty: set[int] = set()
        self.newcomers: list[Waiting] = []
        self._joining: list[Waiting] = []
        self.servers = Servers(program)
        self._coupled, self._special = [0] * n, [0] * n
        self._reserve = [tuple(int(v) for v in row) for row in program.resources.reserve]
        self._asks = [tuple((tuple(a.needs), a.admits, a.cost) for a in options) for options in program.asks]

    def connect(self, lookups: Lookups, engine: Grants) -> None:
        """Join lines, functions of the program and the engine that acts on grants."""
        self.lookups, self.engine = lookups, engine
        self._orders = [tuple(lookups.terms[t] for t in self._terms_of(r)) for r in range(len(self.lines))]
        self._moving = [any(self.codes(t) & _MOVING for t in self._terms_of(r)) for r in range(len(self.lines))]
        self._restart = any(self._reads_counters(a) for options in self.program.asks for a in options)
        self._simple = [self._one_need(options) for options in self._asks]
        self._any_moving = any(self._moving)
        self.watched = self._watched()
        self._admitted_for_good = [self._for_good(options) for options in self.program.asks]
        self.may_never_admit = any(self._admitted_for_good) and not any(
            act == Act.EVICT for rule in self.program.rules for act, _, _ in rule.acts)
        self._is_special = [r.room >= 0 or r.preempt > 0 for r in self.program.requests]
        self._plain = [self._plain_need(request) for request in range(len(self.program.requests))]
        self._may_not_suffice = [keep > 0 for keep, _ in self._reserve]
        for needs in (alternative.needs for options in self.program.asks for alternative in options):
            if len(needs) > 1 and self.program.resources.unit_of[needs[0][0]] >= 0:
                for resource, _ in needs:
                    self._may_not_suffice[resource] = True

    def _terms_of(self, resource: int) -> list[int]:
        first, n = self.program.resources.orders[resource]
        return [int(t) for t in self.program.resources.order_terms[first:first + n]]

    def codes(self, expression: int) -> set[int]:
        """The codes of an expression's words."""
        first, n = self.program.tables.expressions[expression]
        return {int(code) for code, _ in self.program.tables.words[first:first + n]}

    def _reads_counters(self, alternative) -> bool:
        return any(e >= 0 and self.codes(e) & set(range(X.FREE, X.PRESENT + 1))
                   for e in (alternative.admits, alternative.cost))

    def _watched(self) -> set[int]:
        """Resources whose admission or reserve looks at counts or the clock: it changes while nothing happens here."""
        found = {a.needs[0][0] for options in self.program.asks for a in options
                 if a.admits >= 0 and self.codes(a.admits) & _CHANGING}
        return found | {r for r, (keep, whom) in enumerate(self._reserve) if keep and self.codes(whom) & _CHANGING}

    def _one_need(self, options: tuple) -> Needs | None:
        """The needs of an ask that can be met in one way and amount, whatever the class."""
        if len(options) != 1 or options[0][1] >= 0:
            return None
        choices = self.program.tables.choices
        if any(choices[amount][1] for _, amount in options[0][0]):
            return None
        return tuple((r, int(self.lookups.value(amount, None))) for r, amount in options[0][0])

    def _plain_need(self, request: int) -> tuple[int, Needs] | None:
        """(amount, needs) of a request for one thing, the same for everybody, that just waits its turn."""
        r = self.program.requests[request]
        first_key, keys, cell = (int(v) for v in self.program.tables.choices[r.asks])
        which = int(self.program.tables.cells[cell]) if keys == 0 else -1
        needs = self._simple[which] if which >= 0 else None
        if needs is None or len(needs) > 1 or self._is_special[request] or r.hold_line:
            return None
        resource, amount = needs[0]
        return None if self._reserve[resource][0] or self.servers.named[resource] else (amount, needs)

    # ---- joining
    def waiting(self, resource: int) -> int:
        """How many requests wait in a line (new ones that may yet be refused, and branches, apart)."""
        if not self._special[resource]:
            return len(self.lines[resource])
        return sum(1 for _, w in self.lines[resource] if not w.judge and not (w.fresh and self._room(w) >= 0))

    def _before(self, waiting: Waiting) -> int:
        """How many a new request finds waiting: of those who join the line with it, only who stand before it."""
        line = waiting.lines[0]
        behind = sum(1 for w in self._joining if w.key > waiting.key and line in w.lines and w.token.waiting is w
                     and not w.judge and not (w.fresh and self._room(w) >= 0))
        return self.waiting(line) - behind

    def _room(self, waiting: Waiting) -> int:
        return -1 if waiting.request < 0 or waiting.regrant else self.program.requests[waiting.request].room

    def keeps_place(self, waiting: Waiting | None) -> bool:
        """Whether somebody asks for a place and keeps the present one meanwhile; a step that goes on asks for none."""
        return (waiting is not None and not waiting.judge and not waiting.regrant
                and self.program.requests[waiting.request].keeps)

    def otherwise_admitted(self) -> list[Waiting]:
        """Who keeps a place and waits where admission looks at counts or the clock, and has other ways than before."""
        found = []
        for _, waiting in (entry for resource in self.watched for entry in self.lines[resource]):
            if self.keeps_place(waiting):
                ways = tuple(n for needs, _ in self.options(waiting)
                             for r, amount in needs for n in (r, self.needed(waiting, r, amount)))
                if ways != waiting.ways:
                    waiting.ways = ways
                    found.append(waiting)
        return found

    def needs_of(self, visit: Visit, request: int) -> tuple[Needs, ...]:
        """The ways to meet a request, with amounts for this visit's class, those that admit it."""
        which = self.lookups.choices[self.program.requests[request].asks](visit)
        if which < 0:
            self.engine.fail(visit, "a patient asks for nothing: its class or unit has no entry",
                             "an entry for each, or `otherwise`")
        if self._simple[which] is not None:
            return (self._simple[which],)
        return tuple(tuple((r, int(self.lookups.value(amount, visit))) for r, amount in needs)
                     for needs, _, _ in self._asks[which])

    def _for_good(self, options: tuple[Alternative, ...]) -> bool:
        """Whether admission to every one of some units looks at nothing that changes while somebody waits."""
        return all(a.admits >= 0 and not self.codes(a.admits) & _CHANGING for a in options)

    def never_admits(self, waiting: Waiting) -> bool:
        """Whether no unit asked for admits such a visit, now or later."""
        which = self.lookups.choices[self.program.requests[waiting.request].asks](waiting.token.visit)
        return self._admitted_for_good[which] and not self.options(waiting)

    def let_in(self) -> None:
        """Newly joining requests take their places, after the rules have looked and before anybody is served."""
        newcomers, self.newcomers = self.newcomers, []
        self._joining = newcomers
        for waiting in newcomers:
            self.join(waiting)

    def join(self, waiting: Waiting) -> None:
        """A request (or a branch that reads counts) takes its place in the lines."""
        entry = (waiting.key, waiting)
        for resource in waiting.lines:
            insort(self.lines[resource], entry)
        self.dirty.update(waiting.lines)
        self._count(waiting, 1)

    def leave(self, waiting: Waiting) -> None:
        """A request is withdrawn from all its lines, or before it has come to stand in them."""
        if self.newcomers and waiting in self.newcomers:
            self.newcomers.remove(waiting)
            return
        for resource in waiting.lines:
            line = self.lines[resource]
            del line[bisect_left(line, (waiting.key,))]
        if waiting.request >= 0 and self.program.requests[waiting.request].hold_line:
            self.dirty.update(waiting.lines)
        self._count(waiting, -1)

    def _count(self, waiting: Waiting, sign: int) -> None:
        """Keep count of the requests that a full line must be looked through for, and of those in several lines."""
        coupled = len(waiting.lines) > 1
        special = waiting.judge or (self._is_special[waiting.request] and (self._preempts(waiting) or waiting.fresh))
        if special or coupled:
            for resource in waiting.lines:
                self._special[resource] += sign * special
                self._coupled[resource] += sign * coupled

    def _preempts(self, waiting: Waiting) -> bool:
        return waiting.request >= 0 and self.program.requests[waiting.request].preempt > 0 and not waiting.judge

    def key_of(self, token: Token, resource: int, waiting: Waiting, step: int) -> tuple:
        """(order terms, join tick, visit, branch, step) in the resource's own order."""
        visit, terms = token.visit, self._orders[resource]
        if len(terms) == 2:  # noqa: PLR2004 - by far the commonest order, (class, arrival)
            return (terms[0](visit, waiting), terms[1](visit, waiting), waiting.since, visit.id, token.branch, step)
        return (*[term(visit, waiting) for term in terms], waiting.since, visit.id, token.branch, step)

    def rekey(self, waiting: Waiting) -> None:
        """What a request asks for, and its place, after its visit's class has changed."""
        is_new = waiting in self.newcomers
        self.leave(waiting)
        waiting.alternatives = self.needs_of(waiting.token.visit, waiting.request)
        waiting.lines = tuple(dict.fromkeys(r for way in waiting.alternatives for r, _ in way))
        waiting.key = self.key_of(waiting.token, waiting.lines[0], waiting, waiting.key[-1])
        if is_new:
            self.newcomers.append(waiting)
        else:
            self.join(waiting)

    # ---- serving
    def serve(self) -> None:
        """Try every request that something happened to, until nothing more can start."""
        while self.dirty:
            dirty, self.dirty = self.dirty, set()
            if self._any_moving:
                for resource in dirty:
                    self._resort(resource)
            if self._restart or any(self._coupled[r] for r in dirty):
                self._scan(dirty)
            else:
                for resource in sorted(dirty) if len(dirty) > 1 else dirty:
                    if self.lines[resource]:
                        self._serve_line(resource)
        self._joining = []

    def _resort(self, resource: int) -> None:
        """A line whose order moves with time (ageing priority) is sorted at the instant it is used."""
        for _, waiting in list(self.lines[resource]):
            if self._moving[waiting.lines[0]]:
                key = self.key_of(waiting.token, waiting.lines[0], waiting, waiting.key[-1])
                for line in waiting.lines:
                    del self.lines[line][bisect_left(self.lines[line], (waiting.key,))]
                    insort(self.lines[line], (key, waiting))
                waiting.key = key

    def _serve_line(self, resource: int) -> None:
        """One line whose requests name nothing else: from its head until it is full."""
        line, place, held, capacity = self.lines[resource], 0, self.held, self.capacity[resource]
        blocked: set[int] = set()
        while place < len(line):
            if held[resource] >= capacity and not self._special[resource]:
                return
            waiting = line[place][1]
            plain = None if waiting.judge or waiting.regrant or blocked else self._plain[waiting.request]
            if plain is not None:
                if capacity - held[resource] >= plain[0]:
                    del line[place]
                    self.engine.granted(waiting, plain[1])
                else:
                    place += 1
            elif not self._tried(waiting, blocked):
                place += 1

    def _scan(self, dirty: set[int]) -> None:
        """Several lines at once, in one order over all of them."""
        blocked: set[int] = set()
        tried: set[int] = set()
        for waiting in self._in_order(dirty):
            if id(waiting) in tried or waiting.token.waiting is not waiting:
                continue
            tried.add(id(waiting))
            if self._tried(waiting, blocked) and self._restart:
                self.dirty |= dirty
                return

    def _in_order(self, dirty: set[int]) -> Iterator[Waiting]:
        entries = [entry for r in dirty for entry in self.lines[r]]
        entries.sort(key=lambda entry: entry[0])
        return (waiting for _, waiting in entries)

    def _tried(self, waiting: Waiting, blocked: set[int]) -> bool:
        """Try one request in its turn; whether it is out of the line now."""
        if waiting.judge:
            self.leave(waiting)
            self.engine.judged(waiting)
            return True
        needs = self._startable(waiting, blocked)
        if needs is None and self._preempts(waiting):
            needs = self.engine.preempted_for(waiting)
        if needs is not None:
            self.leave(waiting)
            self.engine.granted(waiting, needs)
            return True
        room = self._room(waiting)
        if waiting.fresh and room >= 0 and self._before(waiting) >= room:
            self.leave(waiting)
            self.engine.refused(waiting)
            return True
        if waiting.fresh:
            waiting.fresh = False
            self._settle_special(waiting, room)
        if waiting.request >= 0 and self.program.requests[waiting.request].hold_line:
            blocked.update(waiting.lines)
        return False

    def _settle_special(self, waiting: Waiting, room: int) -> None:
        """Once let into the line, a request with limited room waits like any other."""
        if room >= 0 and not self._preempts(waiting):  # it is no longer fresh, so `_count` will not count it either
            for resource in waiting.lines:
                self._special[resource] -= 1

    def _startable(self, waiting: Waiting, blocked: set[int]) -> Needs | None:
        """The first (or cheapest) way in which a request can start now."""
        if len(waiting.alternatives) == 1 and not waiting.regrant and not blocked:
            needs = waiting.alternatives[0]
            if len(needs) == 1 and self.capacity[needs[0][0]] - self.held[needs[0][0]] < needs[0][1]:
                return None
        options = self.options(waiting)
        free = [(cost, i, needs) for i, (needs, cost) in enumerate(options)
                if all(self._has_free(waiting, r, amount) and r not in blocked for r, amount in needs)]
        return min(free)[2] if free else None

    def options(self, waiting: Waiting) -> list[tuple[Needs, float]]:
        """The ways to meet a request that admit it now, with their costs."""
        if waiting.regrant:
            return [(waiting.alternatives[0], 0.0)]
        visit, terms = waiting.token.visit, self.lookups.terms
        which = self.lookups.choices[self.program.requests[waiting.request].asks](visit)
        asked = self._asks[which]
        if self._simple[which] is not None:
            return [(waiting.alternatives[0], 0.0)]
        return [(needs, terms[cost](visit, waiting) if cost >= 0 else 0.0)
                for needs, (_, admits, cost) in zip(waiting.alternatives, asked, strict=True)
                if admits < 0 or terms[admits](visit, waiting)]

    def needed(self, waiting: Waiting, resource: int, amount: int) -> int:
        """How much must be free for a request to be given an amount: also what it has to leave to others."""
        keep, reserved_for = self._reserve[resource]
        if keep and not self.lookups.terms[reserved_for](waiting.token.visit, waiting):
            return amount + keep * self.lookups.scale[resource]
        return amount

    def _has_free(self, waiting: Waiting, resource: int, amount: int) -> bool:
        if self.capacity[resource] - self.held[resource] < self.needed(waiting, resource, amount):
            return False
        return self.servers.can_serve(resource, waiting, self.capacity[resource])

    # ---- taking and giving back
    def take(self, resource: int, amount: int) -> None:
        """An amount is held."""
        self.held[resource] += amount

    def give(self, resource: int, amount: int) -> None:
        """An amount is free again."""
        self.held[resource] -= amount
        self.dirty.add(resource)
        if self._may_not_suffice[resource] or self.held[resource] >= self.capacity[resource]:
            self.engine.still_full(resource)

    def set_capacity(self, resource: int, amount: int) -> None:
        """A capacity changes; who holds keeps it."""
        self.capacity[resource] = amount
        self.dirty.add(resource)
