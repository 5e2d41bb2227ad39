"""A program read as a grammar: what each operation leaves in a log, and where a visit may go without a trace."""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hospital_twin.calibration.conditions import Clock, Conditions
from hospital_twin.calibration.trails import How, Seen, Trails
from hospital_twin.program import Program
from hospital_twin.program.codes import Let, Op

STUCK, LEFT = -9, -8
"""Where a token is that does nothing any more (its end was not seen), and where a visit is that has left."""
AGAIN = 1 << 24
"""Added to an operation: it has been begun before, and is gone on with."""
UNKNOWN = -2
"""A unit that the log does not tell."""
UNTOLD = -1
"""The outcome of a choice that no trace tells: all of its outcomes lead to the same place."""


class Now(NamedTuple):
    """What a visit is at one point of its way: class, unit, the unit it was given last, returns yet to be placed.

    missing: how many rows may be missing from its trail from here on.
    """

    attributes: tuple[int, ...]
    unit: int = -1
    given: int = -1
    returns: int = 0
    missing: int = 0


class Choice(NamedTuple):
    """One decision on the way: an operation that decides by chance, what came of it, and of whom.

    late: time that left no trace passed before it on the way.
    """

    op: int
    outcome: int
    now: Now
    late: bool = False


class Way(NamedTuple):
    """A silent way to an operation that leaves a trace (or forks, joins, leaves).

    choices: what was decided on it. silent: operations on it that take time or may have to be waited for; perhaps:
    those that are only on some of several ways that lead there alike.
    """

    op: int
    now: Now
    choices: tuple[Choice, ...] = ()
    silent: tuple[int, ...] = ()
    perhaps: tuple[int, ...] = ()

    @property
    def takes_time(self) -> bool:
        """Whether time can have passed on it."""
        return bool(self.silent or self.perhaps)


class Grammar:
    """What the operations of a program leave in a log that sees as much as these trails do.

    leaves: labels of leaving. after: for each operation, sighting's label → where the token is then. unseen: where it
    goes on without leaving one. tasks: for each operation that seizes for a task, the one that takes the task's time.
    """

    def __init__(self, program: Program, trails: Trails):
        self.program, self.trails = program, trails
        self.ops = program.code.ops.tolist()
        self.ways = program.code.ways.tolist()
        self.branches = program.code.branches.tolist()
        self.conditions = Conditions(program)
        self.reads_clock = self.conditions.read_clock([op[3] for op in self.ops if op[0] == Op.UNLESS]
                                                      + [op[4] for op in self.ops if op[0] == Op.ASSIGN and op[4] >= 0])
        self._seen_waits = {label.kind for label in trails.labels}
        self._numbers: dict[tuple, list[int]] = {}
        for number, label in enumerate(trails.labels):
            self._numbers.setdefault((label.kind, label.what), []).append(number)
        self.sees_leaving = bool(trails.seen(Seen.LEAVE))
        self.leaves = {n for n, label in enumerate(trails.labels) if label.kind == Seen.LEAVE}
        self._unnamed = [n for n, label in enumerate(trails.labels) if label.kind == Seen.LEAVE and label.what < 0]
        self.after: list[dict[int, int]] = []
        self.unseen: list[list[int]] = []
        self.tasks: dict[int, int] = {}
        for pc in range(len(self.ops)):
            after, unseen = self._traces(pc)
            self.after.append(after)
            self.unseen.append(unseen)
        self._memo: dict[tuple, tuple[Way, ...]] = {}
        self._leaving: dict[tuple, tuple[tuple[Way, int], ...]] = {}
        self._ending: dict[tuple, tuple[Way, ...]] = {}
        self._open: set[tuple] = set()
        self._looped = False

    def useless(self) -> list[int]:
        """Labels (leaving aside) that no operation leaves: what the layout has no step for."""
        left = {number for after in self.after for number in after}
        kinds = {Seen.LEAVE} | ({Seen.CHANGE} if any(op[0] == Op.ASSIGN for op in self.ops) else set())
        return [n for n, label in enumerate(self.trails.labels) if n not in left and label.kind not in kinds]

    # ---- traces
    def _traces(self, pc: int) -> tuple[dict[int, int], list[int]]:
        """Labels that an operation leaves with the operation after each, and where it goes on without a trace."""
        code, nxt, _, a, b, _, _ = self.ops[pc]
        if code == Op.SEIZE:
            return self._seize(pc)
        if code in (Op.DELAY, Op.WAIT, Op.HOLD):
            numbers = [n for n in self._numbers.get((Seen.TASK, b), ()) if b >= 0]
            after = {n: {How.CUT: STUCK, How.AGAIN: pc + AGAIN}.get(self.trails.labels[n].how, nxt) for n in numbers}
            if pc + AGAIN in after.values():
                # What it lost meanwhile is asked for again.
                after |= {n: STUCK for n, label in enumerate(self.trails.labels) if label.kind == Seen.ASKING}
            return after, [] if numbers else [nxt]
        if code == Op.LEAVE:
            return self._leave(a), []
        return {}, []

    def _leave(self, disposition: int) -> dict[int, int]:
        own = self._numbers.get((Seen.LEAVE, disposition), [])
        return dict.fromkeys(own or self._unnamed, LEFT)

    def _seize(self, pc: int) -> tuple[dict[int, int], list[int]]:
        _, nxt, _, a, _, _, step = self.ops[pc]
        request = self.program.requests[a]
        wanted = self.asked(a)
        after: dict[int, int] = {}
        if request.place:
            after = {n: nxt for r in wanted for n in self._numbers.get((Seen.PLACE, r), ())}
        else:
            after = self._task(pc, request.activity, wanted, nxt, step)
        unseen = [] if after or (request.place and wanted & self.trails.units_known) else [nxt]
        for kinds, target in (((Seen.GAVE_UP,), request.gives_up), ((Seen.REFUSED,), request.when_full)):
            numbers = [n for kind in kinds for r in wanted for n in self._numbers.get((kind, r), ())]
            if target >= 0:
                after.update(dict.fromkeys(numbers, target))
                unseen += [] if set(kinds) & self._seen_waits else [target]
        for kind in (Seen.ASKING, Seen.WITHDRAWN):
            after.update({n: STUCK for r in wanted for n in self._numbers.get((kind, r), ())})
        return after, unseen

    def _task(self, pc: int, activity: int, wanted: set[int], nxt: int, step: int) -> dict[int, int]:
        """A task's sightings; a task that takes time by itself is over where its time is."""
        code, beyond, _, _, b, c, _ = self.ops[nxt]
        timed = code == Op.DELAY and b < 0 and c == step
        if timed:
            self.tasks[pc] = nxt
        found = {}
        for number in self._numbers.get((Seen.TASK, activity), ()):
            label = self.trails.labels[number]
            if label.by < 0 or label.by in wanted:
                over = STUCK if timed and label.how == How.CUT else beyond if timed else nxt
                # What is held over several steps is lost, and asked for again, in one of those.
                found[number] = pc + AGAIN if timed and label.how == How.AGAIN else over
        return found

    def asked(self, request: int) -> set[int]:
        """The resources that a request may name for anybody, places alone if it asks for a place."""
        tables, asks = self.program.tables, self.program.requests[request].asks
        first_key, keys, first = (int(v) for v in tables.choices[asks])
        size = 1
        for _, _, options in tables.keys[first_key:first_key + keys]:
            size *= int(options)
        lists = {int(c) for c in tables.cells[first:first + size] if c >= 0}
        if self.program.requests[request].place:
            return {way.needs[0][0] for which in lists for way in self.program.asks[which]}
        return {resource for which in lists for way in self.program.asks[which] for resource, _ in way.needs}

    # ---- silent ways
    def ways_from(self, pc: int, now: Now, clock: Clock | None) -> tuple[Way, ...]:
        """All silent ways from an operation to the next ones that leave a trace, fork, join or leave."""
        key = (pc, now, clock)
        if key not in self._memo:
            self._looped = False
            self._memo[key] = self._found(key)
        return self._memo[key]

    def unrecorded(self, pc: int, now: Now, clock: Clock | None) -> Iterator[tuple[Way, int]]:
        """Ways to operations that should have left a row but did not, and where the token is then."""
        for way in self.ways_from(pc, now, clock):
            base = way.op % AGAIN
            code, nxt, _, a, _, _, _ = self.ops[base]
            if code not in (Op.SEIZE, Op.DELAY, Op.WAIT, Op.HOLD):
                continue
            given = way.now
            if code == Op.SEIZE and self.program.requests[a].place:
                given = given._replace(given=self._only_unit(a))
            target = self.ops[self.tasks[base]][1] if base in self.tasks else nxt
            yield way._replace(now=given._replace(missing=given.missing - 1)), target

    def _only_unit(self, request: int) -> int:
        """The unit that a request asks for, if there is no choice."""
        units = self.asked(request)
        return int(self.program.resources.unit_of[next(iter(units))]) if len(units) == 1 else UNKNOWN

    def _found(self, key: tuple[int, Now, Clock | None]) -> tuple[Way, ...]:
        """The ways from an operation: its own if it leaves a trace, and those of the operations after it."""
        pc, now, clock = key
        if key in self._memo:
            return self._memo[key]
        if pc < 0 or pc >= AGAIN:
            return () if pc < 0 else (Way(pc, now),)
        if key in self._open:
            # Round and round without a trace: whoever does that leaves as good as one who does not.
            self._looped = True
            return ()
        self._open.add(key)
        stops, onward = self._step(Way(pc, now), clock)
        found = [Way(pc, now)] if stops else []
        for way in onward:
            found += [_joined(way, more) for more in self._found((way.op, way.now, clock))]
        self._open.discard(key)
        result = _merged(found)
        if not self._looped:
            self._memo[key] = result
        return result

    def leaving(self, pc: int, now: Now, clock: Clock | None, label: int) -> tuple[tuple[Way, int], ...]:
        """Silent ways from an operation to one that leaves a sighting of this label, and where the token is then."""
        key = (pc, now, clock, label)
        found = self._leaving.get(key)
        if found is None:
            found = tuple((way, target) for way in self.ways_from(pc, now, clock)
                          if (target := self.after[way.op % AGAIN].get(label)) is not None)
            self._leaving[key] = found
        return found

    def ending(self, pc: int, now: Now, clock: Clock | None) -> tuple[Way, ...]:
        """Silent ways from an operation to the end of a branch, or to a fork."""
        key = (pc, now, clock)
        if key not in self._ending:
            self._ending[key] = tuple(way for way in self.ways_from(pc, now, clock)
                                      if way.op < AGAIN and self.ops[way.op][0] in (Op.JOIN, Op.FORK))
        return self._ending[key]

    def _step(self, way: Way, clock: Clock | None) -> tuple[bool, list[Way]]:
        """Whether a way may end at its operation, and the ways on from it that leave no trace."""
        code, nxt, other, a, b, c, _ = self.ops[way.op]
        if code in (Op.FORK, Op.JOIN, Op.LEAVE):
            return True, []
        if code in (Op.UNLESS, Op.JUDGE):
            value = self.conditions.value(a, way.now.attributes, way.now.unit, clock)
            targets = [nxt, other] if value is None else [nxt] if value else [other]
            return False, [way._replace(op=t) for t in targets]
        if code in (Op.CHANCE, Op.PICK):
            targets = ((1, nxt), (0, other)) if code == Op.CHANCE else self._options(a, b, other)
            return False, [self._chosen(way, outcome, target) for outcome, target in targets]
        if code == Op.ASSIGN:
            return self._assign(way, a, b, c, clock)
        if code == Op.RETURN:
            left = way.now.returns
            return False, [way._replace(op=nxt, now=way.now._replace(returns=left - 1),
                                        choices=(*way.choices, Choice(way.op, 1, way.now)))] if left else []
        return self._timed(way)

    def _options(self, first: int, size: int, other: int) -> list[tuple[int, int]]:
        """The ways of a PICK: (outcome, operation), and where it goes on when it takes none of them."""
        options = self.ways[first:first + size]
        found = [(i, target) for i, (_, target) in enumerate(options)]
        return [*found, (size, other)] if all(choice >= 0 for choice, _ in options) else found

    def _chosen(self, way: Way, outcome: int, target: int) -> Way:
        return way._replace(op=target, choices=(*way.choices, Choice(way.op, outcome, way.now)))

    def _timed(self, way: Way) -> tuple[bool, list[Way]]:
        """Operations that seize, let go, or take time."""
        code, nxt, _, a, _, _, _ = self.ops[way.op]
        now = way.now
        if code == Op.RELEASE:
            return False, [way._replace(op=nxt, now=now._replace(unit=-1) if a == Let.PLACES else now)]
        if code == Op.SETTLE:
            return False, [way._replace(op=nxt, now=now._replace(unit=now.given))]
        silent = (*way.silent, way.op) if code != Op.SEIZE or not self.after[way.op] else way.silent
        onward = []
        for target in self.unseen[way.op]:
            given = now
            if code == Op.SEIZE and target == nxt and self.program.requests[a].place:
                given = now._replace(given=self._only_unit(a))
            onward.append(way._replace(op=target, now=given, silent=silent))
        return bool(self.after[way.op]), onward

    def _assign(self, way: Way, which: int, expression: int, mix: int, clock: Clock | None) -> tuple[bool, list[Way]]:
        """A class attribute is set: silently where it stays what it is, else by a sighting."""
        now, nxt = way.now, self.ops[way.op][1]
        if not self.trails.attributes_known[which]:
            return False, [way._replace(op=nxt)]
        value = self.set_to(which, expression, mix, now, clock)
        if value == now.attributes[which] or (value is not None and not self.trails.changes_known):
            changed = (*now.attributes[:which], value, *now.attributes[which + 1:])
            return False, [way._replace(op=nxt, now=now._replace(attributes=changed))]
        if value is None:
            same = self._chosen(way, now.attributes[which], nxt)
            return self.trails.changes_known, [same]
        return True, []

    def set_to(self, which: int, expression: int, mix: int, now: Now, clock: Clock | None) -> int | None:
        """The value that an ASSIGN gives; None where it is drawn or not known."""
        if expression >= 0:
            number = self.conditions.value(expression, now.attributes, now.unit, clock)
            numbers = self.program.attribute_numbers[which]
            return None if number is None else min(range(len(numbers)), key=lambda i: abs(numbers[i] - number))
        return self.only_value(mix)

    def only_value(self, mix: int) -> int | None:
        """The one value that a mix can give to anybody, None when it can give several."""
        tables = self.program.tables
        first_key, keys, first = (int(v) for v in tables.choices[mix])
        if keys:
            return None
        begin, size = (int(v) for v in tables.mixes[tables.cells[first]])
        return int(tables.mix_value[begin]) if size == 1 else None


def _joined(first: Way, more: Way) -> Way:
    """A way and its continuation."""
    late = more.choices
    if first.takes_time:
        late = tuple(choice._replace(late=True) for choice in late)
    return more._replace(choices=(*first.choices, *late), silent=(*first.silent, *more.silent),
                         perhaps=(*first.perhaps, *more.perhaps))


def _merged(ways: list[Way]) -> tuple[Way, ...]:
    """Ways that end alike as one, whose choices are those they have in common; the others are untold."""
    alike: dict[tuple[int, Now], list[Way]] = {}
    for way in ways:
        alike.setdefault((way.op, way.now), []).append(way)
    return tuple(same[0] if len(same) == 1 else _common(same) for same in alike.values())


def _common(ways: list[Way]) -> Way:
    every = {choice.op: choice for way in ways for choice in way.choices}
    made = [{choice[:3] for choice in way.choices} for way in ways]
    late = {choice[:3] for way in ways for choice in way.choices if choice.late}
    common = [choice._replace(late=choice[:3] in late) for choice in ways[0].choices
              if all(choice[:3] in other for other in made)]
    told = {choice.op for choice in common}
    untold = [choice._replace(outcome=UNTOLD) for op, choice in every.items() if op not in told]
    silent = tuple(op for op in ways[0].silent if all(op in way.silent for way in ways))
    perhaps = dict.fromkeys(op for way in ways for op in (*way.silent, *way.perhaps) if op not in silent)
    return Way(ways[0].op, ways[0].now, (*common, *untold), silent, tuple(perhaps))
