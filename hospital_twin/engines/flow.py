"""What the operations of a program do to a token."""
from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hospital_twin.engines.lines import Needs
from hospital_twin.engines.record import GAVE_UP, NOT_ENDED, OPEN, REFUSED
from hospital_twin.engines.state import NEVER, Token, Visit, Waiting
from hospital_twin.engines.windows import next_time
from hospital_twin.errors import BadInput
from hospital_twin.program.codes import Let, Op
from hospital_twin.streams import Owner, owner_key, return_id, to_ticks, uniform

if TYPE_CHECKING:
    from hospital_twin.engines.simpy_engine import Engine

STOP = -1
MOST_OPERATIONS = 100_000
"""Operations of one token without a wait, after which the run is given up."""


MOST_NAMED = 5
"""Steps that a message names."""


class RunFailed(BadInput):
    """The layout asks for what cannot be, which only a run shows; `where` names layout, pathway and step."""


class Flow:
    """Handlers of operations. Each returns the next operation, or STOP where the token waits or ends."""

    def __init__(self, engine: Engine):
        self.engine, self.program = engine, engine.program
        self.lines, self.record, self.lookups = engine.lines, engine.record, engine.lookups
        self.holdings, self.forks = engine.holdings, engine.forks
        handlers = {Op.UNLESS: self._unless, Op.CHANCE: self._chance, Op.PICK: self._pick, Op.JUDGE: self._judge,
                    Op.SEIZE: self._seize, Op.DELAY: self._delay, Op.RELEASE: self._release, Op.SETTLE: self._settle,
                    Op.ASSIGN: self._assign, Op.FORK: self._fork, Op.JOIN: self._join, Op.WAIT: self._wait,
                    Op.HOLD: self._hold, Op.LEAVE: self._leave, Op.RETURN: self._return}
        code = self.program.code
        self.ops = [(handlers.get(row[0]), *row) for row in code.ops.tolist()]
        self.seize_of = {op[7]: pc for pc, op in enumerate(self.ops) if op[1] == Op.SEIZE}
        self.sites = code.sites.tolist()
        self.loops = code.loops.tolist()
        self.ways = code.ways.tolist()
        self.blocked: list[Waiting] = []
        self.holders: list[Token] = []
        self._paced = any(self.program.resources.pace)
        resources = self.program.resources
        self._discharge = {int(u): int(w) for u, w in zip(resources.unit_of, resources.discharge, strict=True)}

    def fail(self, visit: Visit, problem: str, expected: str) -> None:
        """Stop the run with the steps that cannot go on."""
        raise RunFailed(self.places_of([visit]), problem, expected)

    def places_of(self, visits: Iterable[Visit]) -> str:
        """The layout and the steps at which visits are (those that bring visits back, if there is none)."""
        steps = sorted({self.step_of(token) for visit in visits for token in visit.tokens} or {
            self.program.words.places[pc] for pc, op in enumerate(self.ops) if op[1] == Op.RETURN})
        more = f" and {len(steps) - MOST_NAMED} more" * (len(steps) > MOST_NAMED)
        return f"{self.program.name}: {', '.join(steps[:MOST_NAMED])}{more}"

    def step_of(self, token: Token) -> str:
        """The pathway and the step that a token is at."""
        return self.program.words.places[token.pc]

    def request_of(self, step: int) -> int:
        """The request by which a step seizes."""
        return self.ops[self.seize_of[step]][4]

    def advance(self, token: Token) -> None:
        """Let a token go on until it waits or ends."""
        token.wait = None
        pc, ops = token.pc, self.ops
        for _ in range(MOST_OPERATIONS):
            op = ops[pc]
            token.pc = pc
            pc = op[0](token, op)
            if pc < 0:
                return
        self.fail(token.visit, f"a patient goes round here without end, {MOST_OPERATIONS:,} operations in no time",
                  "a step that takes time, or a way out that is taken")

    def draw(self, visit: Visit, pc: int) -> float:
        """The uniform of an operation; numbered where the visit can come by again."""
        place = self.sites[pc][0]
        counts = visit.counts
        if not counts and not self.loops[pc]:
            return uniform(visit.key, place)
        occurrence = counts.get(place, 0)
        if self.loops[pc]:
            counts[place] = occurrence + 1
        return uniform(visit.key, place, occurrence)

    def next_occurrence(self, visit: Visit, pc: int) -> None:
        """Let the next draw at an operation be a new one, though the visit does not come by again."""
        if not self.loops[pc]:
            place = self.sites[pc][0]
            visit.counts[place] = visit.counts.get(place, 0) + 1

    def ticks(self, visit: Visit, choice: int, u: float) -> int:
        """A duration of the visit's class at a uniform, in ticks."""
        which = self.lookups.choices[choice](visit)
        if which < 0:
            self.fail(visit, "no duration is given for a patient's class or unit",
                      "a value for each, or `otherwise`")
        return max(0, to_ticks(self.lookups.quantiles[which](u)))

    # ---- ways
    def _unless(self, token: Token, op: tuple) -> int:
        return op[2] if self.lookups.terms[op[4]](token.visit, None) else op[3]

    def _chance(self, token: Token, op: tuple) -> int:
        return op[2] if self.draw(token.visit, token.pc) < self.lookups.value(op[4], token.visit) else op[3]

    def _pick(self, token: Token, op: tuple) -> int:
        u, total = self.draw(token.visit, token.pc), 0.0
        for choice, target in self.ways[op[4]:op[4] + op[5]]:
            total += 2.0 if choice < 0 else self.lookups.value(choice, token.visit)
            if u < total:
                return target
        return op[3]

    def _judge(self, token: Token, op: tuple) -> int:
        self._wait_in_line(token, op, -1, (), (op[5],), judge=True)
        return STOP

    def judged(self, waiting: Waiting) -> None:
        """A branch that reads counts has its turn in the line of the resource it names."""
        op = self.ops[waiting.op]
        holds = self.lookups.terms[op[4]](waiting.token.visit, waiting)
        self.go(waiting.token, op[2] if holds else op[3])

    def go(self, token: Token, target: int) -> None:
        """A token that waited goes on at `target` in the next round."""
        token.waiting, token.pc = None, target
        self.engine.ring(token)

    # ---- asking
    def _seize(self, token: Token, op: tuple) -> int:
        visit, request = token.visit, self.program.requests[op[4]]
        needs = self.lines.needs_of(visit, op[4])
        lines = (needs[0][0][0],) if len(needs) == 1 and len(needs[0]) == 1 else tuple(
            dict.fromkeys(r for option in needs for r, _ in option))
        waiting = self._wait_in_line(token, op, op[4], needs, lines)
        if request.patience >= 0:
            self.be_patient(waiting, self.draw(visit, token.pc))
        if request.keeps and any(h.place for h in visit.holdings):
            self.blocked.append(waiting)
        if (self.lines.may_never_admit and waiting.patience_ends < 0 and request.room != 0
                and len(visit.tokens) == 1 and self.lines.never_admits(waiting)):
            self.fail(visit, "no unit that it asks for admits such a patient, who would wait for ever",
                      "`outliers` or a `first_of` that admit them, an `if` on the step, or a `patience`")
        return STOP

    def _wait_in_line(self, token: Token, op: tuple, request: int, needs: tuple, lines: tuple[int, ...],
                      *, judge: bool = False) -> Waiting:
        engine = self.engine
        waiting = Waiting(token, token.pc, request, (), engine.now, engine.now, needs, lines, judge=judge)
        waiting.key = self.lines.key_of(token, lines[0], waiting, op[7])
        token.waiting = waiting
        token.bell = token.wait = engine.env.event()
        self.lines.newcomers.append(waiting)
        return waiting

    def be_patient(self, waiting: Waiting, u: float) -> None:
        """Set the alarm for the end of a wait's patience."""
        visit, request = waiting.token.visit, self.program.requests[waiting.request]
        which = self.lookups.choices[request.patience](visit)
        if which < 0:
            return
        hours = self.lookups.quantiles[which](u)
        if hours < 1e7:
            begin = visit.arrival if request.patience_from_arrival else waiting.joined
            waiting.patience_ends = max(self.engine.now, begin + to_ticks(hours))
            self.engine.alarm(waiting.patience_ends, self.engine.due_patience.append, waiting)

    def granted(self, waiting: Waiting, needs: Needs) -> None:
        """A request starts: what it names is held, and its token goes on in the next round."""
        token, op = waiting.token, self.ops[waiting.op]
        if waiting.regrant:
            self.engine.preemption.regranted(waiting)
            return
        request = self.program.requests[waiting.request]
        self.holdings.take(waiting, request, needs, op[7])
        if request.place and len(token.visit.tokens) > 1:
            self._keeps_now(token)
        self.go(token, op[2])

    def _keeps_now(self, token: Token) -> None:
        """Another branch that waits for a place keeps from now on the one that this branch was given."""
        self.blocked += [t.waiting for t in token.visit.tokens if t is not token and self.lines.keeps_place(t.waiting)]

    def refused(self, waiting: Waiting) -> None:
        """A request finds no room: it is recorded, and the visit goes the way of those refused."""
        self.record.event(waiting.token.visit, self.record.REFUSED, self.engine.now, REFUSED, waiting.lines[0])
        self.go(waiting.token, self.program.requests[waiting.request].when_full)

    def gives_up(self, waiting: Waiting) -> None:
        """Patience has ended."""
        self.lines.leave(waiting)
        self.record.wait_ended(waiting.token.visit, waiting.lines[0], waiting.joined, self.engine.now, GAVE_UP)
        if waiting.regrant:
            visit = waiting.token.visit
            waiting.token.remaining = NEVER
            for step in {lost.step: None for lost in waiting.regrant}:
                self.holdings.let_go(visit, self.holdings.of_step(visit, step))
        self.go(waiting.token, self.program.requests[waiting.request].gives_up)

    def still_full(self, resource: int) -> None:
        """Not all who wait for it can start, and why has changed: they may be in a circle now."""
        self.blocked += [w for _, w in self.lines.lines[resource]
                         if not w.judge and self.program.requests[w.request].keeps]

    def preempted_for(self, waiting: Waiting) -> Needs | None:
        """Make room by pre-emption, if the order allows."""
        return self.engine.preemption.make_room(waiting)

    # ---- time
    def _delay(self, token: Token, op: tuple) -> int:
        engine, visit = self.engine, token.visit
        if token.ends >= 0:
            if op[5] >= 0:
                self.record.task(visit, op[5], token.began, token.began, engine.now)
            token.ends = token.began = NEVER
            return op[2]
        if token.remaining >= 0:
            duration, token.remaining = token.remaining, NEVER
        else:
            duration = self.ticks(visit, op[4], self.draw(visit, token.pc))
            if self._paced and op[6] >= 0:
                duration = round(duration * self.lines.servers.pace(visit, op[6]))
        token.began, token.ends = engine.now, engine.now + duration
        engine.sleep(token, token.ends)
        return STOP

    def _wait(self, token: Token, op: tuple) -> int:
        engine, visit = self.engine, token.visit
        if token.ends >= 0:
            self.record.task(visit, op[5], token.began, token.ends, token.ends)
            token.ends = token.began = NEVER
            return op[2]
        window = op[4] if op[4] >= 0 else self._discharge.get(visit.unit, -1)
        token.began, token.ends = engine.now, engine.now
        if window >= 0:
            token.ends = next_time(engine, visit, self.program.windows[window], self.sites[token.pc], engine.now)
        engine.sleep(token, token.ends)
        return STOP

    def _hold(self, token: Token, op: tuple) -> int:
        if token.began < 0:
            token.began = self.engine.now
            token.bell = token.wait = self.engine.env.event()
            self.holders.append(token)
            return STOP
        self.record.task(token.visit, op[5], token.began, self.engine.now, self.engine.now)
        token.began = NEVER
        return op[2]

    def look_at_conditions(self) -> None:
        """Who waits for a condition goes on when it holds, in the order of visits."""
        for token in sorted(self.holders, key=lambda t: (t.visit.id, t.branch)):
            if token.wait is None:
                self.holders.remove(token)
            elif self.lookups.terms[self.ops[token.pc][4]](token.visit, None):
                self.holders.remove(token)
                self.engine.ring(token)

    # ---- letting go
    def _release(self, token: Token, op: tuple) -> int:
        visit, how, what = token.visit, op[4], op[5]
        if how == Let.STEP:
            chosen = self.holdings.of_step(visit, what)
        elif how == Let.RESOURCE:
            chosen = [h for h in visit.holdings if h.resource == what]
        else:
            chosen = self.holdings.places(visit)
            self.holdings.is_in(visit, -1)
        turnover = (op[6], self.draw(visit, token.pc)) if op[6] >= 0 and chosen else None
        self.holdings.let_go(visit, chosen, turnover=turnover)
        if visit.unit >= 0 and not any(h.place for h in visit.holdings):
            self.holdings.is_in(visit, -1)
        return op[2]

    def _settle(self, token: Token, op: tuple) -> int:
        self.holdings.settle(token.visit)
        return op[2]

    # ---- class
    def _assign(self, token: Token, op: tuple) -> int:
        before = token.visit.attributes
        after = self.assigned(token.visit, token.pc, op)
        if after != before:
            token.visit.attributes = after
            self.record.event(token.visit, self.record.CHANGE, self.engine.now)
            self.holdings.class_changed(token.visit)
        return op[2]

    def assigned(self, visit: Visit, pc: int, op: tuple) -> tuple[int, ...]:
        """The visit's attributes after an ASSIGN."""
        which = op[4]
        if op[6] >= 0:
            mix = self.lookups.choices[op[6]](visit)
            value = self.lookups.pick(mix, self.draw(visit, pc) if self.sites[pc][0] else 0.5)
        else:
            number = self.lookups.terms[op[5]](visit, None)
            numbers = self.program.attribute_numbers[which]
            value = min(range(len(numbers)), key=lambda i: abs(numbers[i] - number))
        return (*visit.attributes[:which], value, *visit.attributes[which + 1:])

    # ---- branches
    def _fork(self, token: Token, op: tuple) -> int:
        self.forks.fork(token, op[4], op[5])
        return STOP

    def _join(self, token: Token, op: tuple) -> int:
        self.forks.ended.append(token)
        return STOP

    # ---- leaving and coming
    def _leave(self, token: Token, op: tuple) -> int:
        visit, engine = token.visit, self.engine
        for other in [t for t in visit.tokens if t is not token]:
            self.forks.cancel(other)
        visit.tokens.clear()
        self.holdings.let_go(visit, list(visit.holdings))
        self.record.left(visit, engine.now, op[4])
        self.holdings.is_in(visit, -1)
        del engine.visits[visit.id]
        return STOP

    def _return(self, token: Token, op: tuple) -> int:
        visit = token.visit
        after = self.ticks(visit, op[4], self.draw(visit, token.pc))
        self.engine.arrivals.returns_at(self.engine.now + after, return_id(visit.id, visit.returns), visit, op[5])
        visit.returns += 1
        return op[2]

    def set_class(self, visit: Visit, entry: int) -> int:
        """Give a new visit its class; where it goes on."""
        pc = entry
        while self.ops[pc][1] == Op.ASSIGN:
            visit.attributes = self.assigned(visit, pc, self.ops[pc])
            pc = self.ops[pc][2]
        return pc

    def new_visit(self, number: int, patient: int, source: int, entry: int, attributes: tuple[int, ...]) -> None:
        """A visit arrives: its class is set, it is recorded, and it goes to its first wait."""
        engine = self.engine
        visit = Visit(number, patient, source, engine.now, owner_key(engine.key, Owner.VISIT, number), attributes)
        pc = self.set_class(visit, entry)
        self.record.event(visit, self.record.ARRIVE, engine.now)
        if engine.rules.any and engine.rules.diverted(visit):
            self.record.left(visit, engine.now, self.program.words.dispositions.index("diverted"))
            return
        engine.visits[number] = visit
        token = Token(visit, 0, pc)
        visit.tokens.append(token)
        engine.start(token)

    # ---- the end
    def open_rows(self) -> list[tuple]:
        """Rows of what is still held, waited for, under way or being cleaned at the end of the run."""
        record, kept = self.record, len(self.record.rows)
        for visit in self.engine.visits.values():
            for holding in visit.holdings:
                record.held(visit, holding, NOT_ENDED, OPEN)
            for token in visit.tokens:
                op = self.ops[token.pc]
                if token.waiting is not None and not token.waiting.judge:
                    record.wait_ended(visit, token.waiting.lines[0], token.waiting.joined, NOT_ENDED, OPEN)
                elif op[1] == Op.DELAY and token.ends >= 0 and op[5] >= 0:
                    record.task(visit, op[5], token.began, token.began, NOT_ENDED, OPEN)
                elif op[1] in (Op.WAIT, Op.HOLD) and token.began >= 0:
                    record.task(visit, op[5], token.began, NOT_ENDED, NOT_ENDED, OPEN)
        for visit, holding, start, _ in self.holdings.in_cleaning.values():
            record.cleaned(visit, holding, start, NOT_ENDED, OPEN)
        found = record.rows[kept:]
        del record.rows[kept:]
        return found
