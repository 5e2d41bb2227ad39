"""A visit's trail laid along the pathways: which ways through them leave just what was seen."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from typing import NamedTuple

from hospital_twin.calibration.conditions import Clock
from hospital_twin.calibration.grammar import AGAIN, LEFT, Choice, Grammar, Now, Way
from hospital_twin.calibration.readings import NOWHERE, Fork, Gap, Leaf, Moment, Reading, Sighting, Start, Token, Use
from hospital_twin.calibration.trails import Label, Seen
from hospital_twin.program.codes import Op

MOST_PATHS = 24
"""Ways through the pathways that are told apart for one trail."""
MOST_TRIED = 20_000
"""Sightings tried on operations for one trail, after which it counts as not understood."""
MOST_KEPT = 200_000
"""Tokens with a sighting each of which what they can make is kept for other trails: some hundreds of megabytes."""


class _Step(NamedTuple):
    """What one sighting did: a token consumed it."""

    token: Token | None
    now: Now
    notes: tuple[Moment | Use | Gap, ...]


class _Known(NamedTuple):
    """A step as searches know it. token, now: as in the step. number: of both together; place: the number of all of
    them that lead on alike, -1 for out. told: the step's notes in any order."""

    token: Token | None
    now: Now
    notes: tuple[Moment | Use | Gap, ...]
    number: int
    place: int
    told: frozenset


class _Steps:
    """All steps that a token can make of a sighting, found as far as they are asked for, and kept."""

    def __init__(self, steps: Iterator[_Known]):
        self.found: list[_Known] = []
        self.are_all = False
        self._steps = steps

    def __iter__(self) -> Iterator[_Known]:
        for place in count():
            if place == len(self.found):
                step = next(self._steps, None)
                if step is None:
                    self.are_all = True
                    return
                self.found.append(step)
            yield self.found[place]


class _State(NamedTuple):
    """How far a search is. made: the last step. met: what has been reached within the present instant, by whatever
    order of its parts."""

    made: _Known
    group: int
    taken: int
    told: frozenset = frozenset()
    met: set | None = None

    @property
    def bare(self) -> tuple[int, int, int]:
        """The state without what does not matter for where it can lead."""
        return self.made.place, self.group, self.taken


class Aligner:
    """Lays trails along the pathways of one grammar."""

    def __init__(self, grammar: Grammar):
        self.grammar = grammar
        self.ops = grammar.ops
        self._labels: list[Label] = grammar.trails.labels
        self._classes = grammar.trails.classes
        self._resources = grammar.program.resources
        self._numbers: dict[tuple, int] = {}
        self._places: dict[tuple, int] = {}
        self._steps: dict[tuple[int, int, int], _Steps] = {}

    def readings(self, starts: Sequence[Start], seen: Sequence[Sighting], arrival: Clock | None, *,
                 is_open: bool) -> list[Reading]:
        """The ways through the pathways that leave these sightings, at most `MOST_PATHS`; none if there is no such.

        is_open: the visit was still there at the end, so that any way that begins like this will do.
        """
        search = _Search(self, seen, arrival, is_open)
        found: list[Reading] = []
        for start in starts:
            for notes in search.paths(start):
                found.append(_reading(start, notes))
                if len(found) >= MOST_PATHS:
                    return found
        return found

    # ---- one sighting
    def steps(self, before: _Known, number: int, seen: Sighting, search: _Search) -> Iterable[_Known]:
        """The ways in which a token can have left a sighting. Trails that go alike up to it share them, unless what
        their visits may do hangs on the clock."""
        if self.grammar.reads_clock:
            return map(self.known, self.consumed(before.token, number, seen, before.now, search))
        key = before.number, number, seen.label
        found = self._steps.get(key)
        if found is None:
            if len(self._steps) >= MOST_KEPT:
                self._steps.clear()
            found = _Steps(map(self.known, self.consumed(before.token, number, seen, before.now, search)))
            self._steps[key] = found
        return found.found if found.are_all else found

    def known(self, step: _Step) -> _Known:
        """A step with the numbers by which searches compare it with others."""
        token, now, notes = step
        if token is None:
            return _Known(token, now, notes, -1, -1, frozenset(notes))
        number = self._numbers.setdefault((token, now), len(self._numbers))
        place = self._places.setdefault((_position(token), now), len(self._places))
        return _Known(token, now, notes, number, place, frozenset(notes))

    def consumed(self, token: Token, number: int, seen: Sighting, now: Now, search: _Search) -> Iterator[_Step]:
        """The ways in which a token (or a branch of it) can have left a sighting."""
        if isinstance(token, Fork):
            yield from self._by_a_branch(token, number, seen, now, search)
            for closed in self._closed(token, now, search):
                after = Leaf(self.ops[token.op][1], search.latest(token), over=True, vague=True)
                for step in self.consumed(after, number, seen, closed.now, search):
                    yield step._replace(notes=closed.notes + step.notes)
            return
        clock = search.clock(token)
        for way, target in self.grammar.leaving(token.op, now, clock, seen.label):
            yield self._left(token, way, target, number, self._labels[seen.label])
        if self._labels[seen.label].kind == Seen.CHANGE:
            yield from self._by_a_change(token, number, seen, now, clock)
        for way in self.grammar.ending(token.op, now, clock):
            if self.ops[way.op][0] == Op.FORK:
                yield from self._by_a_new_fork(token, way, number, seen, search)
        if now.missing:
            for way, target in self.grammar.unrecorded(token.op, now, clock):
                after = Leaf(target, token.last, token.over, vague=True)
                for step in self.consumed(after, number, seen, way.now, search):
                    yield step._replace(notes=_noted(token, way, NOWHERE) + step.notes)

    def _left(self, token: Leaf, way: Way, target: int, number: int, label: Label) -> _Step:
        """A sighting left by the operation at the end of a silent way."""
        base = way.op % AGAIN
        now = way.now
        if label.kind == Seen.PLACE:
            now = now._replace(given=int(self._resources.unit_of[label.what]))
        over = label.kind == Seen.TASK and (base in self.grammar.tasks or self.ops[base][0] != Op.SEIZE)
        leaf = None if target == LEFT else Leaf(target, number, over)
        return _Step(leaf, now, (*_noted(token, way, number), Use(base, number, way.now)))

    def _by_a_change(self, token: Leaf, number: int, seen: Sighting, now: Now, clock: Clock | None
                     ) -> Iterator[_Step]:
        for way in self.grammar.ways_from(token.op, now, clock):
            base = way.op % AGAIN
            changed = self._changed(base, way.now, self._labels[seen.label].what)
            if changed is not None:
                after, choice = changed
                notes = _noted(token, way, number)
                if choice is not None:
                    notes = (*notes, Moment(choice, token.last, token.over))
                yield _Step(Leaf(self.ops[base][1], number, over=False), after, notes)

    def _changed(self, op: int, now: Now, into: int) -> tuple[Now, Choice | None] | None:
        """A change of class by an ASSIGN, if that one can have made it."""
        code, _, _, which, expression, mix, _ = self.ops[op]
        if code != Op.ASSIGN:
            return None
        after = self._classes[into]
        others = all(a == b for i, (a, b) in enumerate(zip(after, now.attributes, strict=True)) if i != which)
        if not others or after[which] == now.attributes[which]:
            return None
        value = self.grammar.set_to(which, expression, mix, now, None)
        if value is not None and value != after[which]:
            return None
        return now._replace(attributes=after), Choice(op, after[which], now) if value is None else None

    # ---- forks
    def _by_a_branch(self, token: Fork, number: int, seen: Sighting, now: Now, search: _Search) -> Iterator[_Step]:
        for i, branch in enumerate(token.branches):
            for step in self.consumed(branch, number, seen, now, search):
                if step.token is None:
                    yield step
                else:
                    branches = (*token.branches[:i], step.token, *token.branches[i + 1:])
                    yield step._replace(token=Fork(token.op, branches))

    def _by_a_new_fork(self, token: Leaf, way: Way, number: int, seen: Sighting, search: _Search) -> Iterator[_Step]:
        _, _, _, first, branches, _, _ = self.ops[way.op]
        targets = self.grammar.branches[first:first + branches]
        vague = token.vague or way.takes_time
        fork = Fork(way.op, tuple(Leaf(target, token.last, token.over, vague) for target in targets))
        notes = _noted(token, way, NOWHERE)
        for step in self.consumed(fork, number, seen, way.now, search):
            yield step._replace(notes=notes + step.notes)

    def _closed(self, token: Fork, now: Now, search: _Search) -> Iterator[_Step]:
        """Ways in which a fork's branches (or the first of them) can have come to their end without a trace."""
        first_ends = self.ops[token.op][5] == 1
        if first_ends:
            for branch in token.branches:
                yield from self._ended(branch, now, search)
            return
        yield from self._all_ended(token.branches, now, search)

    def _all_ended(self, branches: tuple[Token, ...], now: Now, search: _Search) -> Iterator[_Step]:
        if not branches:
            yield _Step(None, now, ())
            return
        for step in self._ended(branches[0], now, search):
            for rest in self._all_ended(branches[1:], step.now, search):
                yield rest._replace(notes=step.notes + rest.notes)

    def _ended(self, token: Token, now: Now, search: _Search) -> Iterator[_Step]:
        if isinstance(token, Fork):
            for closed in self._closed(token, now, search):
                after = Leaf(self.ops[token.op][1], search.latest(token), over=True, vague=True)
                for step in self._ended(after, closed.now, search):
                    yield step._replace(notes=closed.notes + step.notes)
            return
        for way in self.grammar.ending(token.op, now, search.clock(token)):
            if self.ops[way.op][0] == Op.JOIN:
                yield _Step(None, way.now, _noted(token, way, NOWHERE))
            else:
                _, _, _, first, branches, _, _ = self.ops[way.op]
                targets = self.grammar.branches[first:first + branches]
                fork = Fork(way.op, tuple(Leaf(target, token.last, token.over, vague=True) for target in targets))
                for step in self._ended(fork, way.now, search):
                    yield step._replace(notes=_noted(token, way, NOWHERE) + step.notes)

        if now.missing:
            for way, target in self.grammar.unrecorded(token.op, now, search.clock(token)):
                after = Leaf(target, token.last, token.over, vague=True)
                for step in self._ended(after, way.now, search):
                    yield step._replace(notes=_noted(token, way, NOWHERE) + step.notes)

    def can_leave(self, token: Token, now: Now, search: _Search) -> Iterator[tuple[Moment | Gap, ...]]:
        """Ways in which a token can come to leave without a trace (in a log that does not see anybody leave)."""
        if isinstance(token, Fork):
            for closed in self._closed(token, now, search):
                after = Leaf(self.ops[token.op][1], search.latest(token), over=True, vague=True)
                for notes in self.can_leave(after, closed.now, search):
                    yield closed.notes + notes
            return
        for way in self.grammar.ways_from(token.op, now, search.clock(token)):
            if way.op < AGAIN and self.ops[way.op][0] == Op.LEAVE and not self.grammar.after[way.op]:
                yield _noted(token, way, -1)


def _noted(token: Leaf, way: Way, to: int) -> tuple[Moment | Gap, ...]:
    """What a silent way tells: its choices, and the time that its silent operations took."""
    notes: list = [Moment(choice, to, False) if to >= 0 and (choice.late or token.vague)
                   else Moment(choice, token.last, token.over) for choice in way.choices]
    if way.takes_time and not token.vague and to != NOWHERE:
        notes.append(Gap(way.silent, way.perhaps, token.last, token.over, to, way.now))
    return tuple(notes)


def _reading(start: Start, notes: Sequence[Moment | Use | Gap]) -> Reading:
    before = tuple(Moment(choice, -1, over=True) for choice in start.choices)
    return Reading(start.entry, before + tuple(n for n in notes if isinstance(n, Moment)),
                   tuple(n for n in notes if isinstance(n, Use)), tuple(n for n in notes if isinstance(n, Gap)))


class _Search:
    """The search for one trail: depth first, remembering from where no way leads on."""

    def __init__(self, aligner: Aligner, seen: Sequence[Sighting], arrival: Clock | None, is_open: bool):
        self.aligner, self.seen, self.arrival, self.is_open = aligner, seen, arrival, is_open
        self.dead: set[tuple] = set()
        self.tried = 0
        self._group_end = _group_ends(seen)

    def clock(self, token: Leaf) -> Clock | None:
        """The clock at a token's last sighting, where conditions read it."""
        if not self.aligner.grammar.reads_clock:
            return None
        return self.arrival if token.last < 0 else self.seen[token.last].clocks[token.over]

    def latest(self, token: Token) -> int:
        """The last sighting of any branch."""
        return token.last if isinstance(token, Leaf) else max(self.latest(branch) for branch in token.branches)

    def paths(self, start: Start) -> Iterator[list[Moment | Use | Gap]]:
        """The notes of every way from a start that leaves the whole trail."""
        state = _State(self.aligner.known(_Step(Leaf(start.op), start.now, ())), 0, 0)
        if not self.seen:
            yield from self._ends(state, [])
            return
        states, onward, reached, notes = [state], [self._next(state)], [False], [()]
        while states:
            step = next(onward[-1], None)
            if step is None or self.tried > MOST_TRIED:
                self._back(states, reached)
                onward.pop()
                notes.pop()
                continue
            after, noted = step
            if after is None or after.group >= len(self.seen):
                for end in [list(noted)] if after is None else list(self._ends(after, list(noted))):
                    reached[-1] = True
                    yield [*chain.from_iterable(notes), *end]
            elif after.bare not in self.dead:
                states.append(after)
                onward.append(self._next(after))
                reached.append(False)
                notes.append(noted)

    def _back(self, states: list[_State], reached: list[bool]) -> None:
        """Leave the last state, from which there is no more way on."""
        state = states.pop()
        if not reached.pop():
            self.dead.add(state.bare)
        elif reached:
            reached[-1] = True

    def _ends(self, state: _State, notes: list) -> Iterator[list]:
        """How a visit whose sightings are all used can be: still there, or gone without a trace."""
        if self.is_open:
            yield notes + self._going_on(state)
        elif not self.aligner.grammar.sees_leaving:
            for more in self.aligner.can_leave(state.made.token, state.made.now, self):
                yield notes + list(more)

    def _going_on(self, state: _State) -> list[Gap]:
        """The one silent operation in which a visit that is still there must be."""
        token, now = state.made.token, state.made.now
        if not isinstance(token, Leaf) or token.op < 0:
            return []
        ways = self.aligner.grammar.ways_from(token.op, now, self.clock(token))
        first = {way.silent[:1] for way in ways} | {way.perhaps[:1] for way in ways if way.perhaps}
        if len(first) != 1 or first == {()} or token.vague:
            return []
        return [Gap(first.pop(), (), token.last, token.over, -1, ways[0].now)]

    def _next(self, state: _State) -> Iterator[tuple[_State | None, tuple]]:
        """Every sighting of the present instant, made by every token that can have made it."""
        made, begin, before, told, met = state
        end, tried = self._group_end[begin], set()
        met, every = set() if met is None else met, (1 << end - begin) - 1
        for number in range(begin, end):
            taken, seen = before | 1 << number - begin, self.seen[number]
            if taken == before or seen.label in tried:
                continue
            tried.add(seen.label)
            for step in self.aligner.steps(made, number, seen, self):
                self.tried += 1
                if step.token is None:
                    if taken == every and end >= len(self.seen):
                        yield None, step.notes
                elif end == begin + 1:
                    yield _State(step, end, 0), step.notes
                else:
                    # Another order of the same instant's sightings may have led there.
                    all_told = told | step.told
                    key = step.place, taken, all_told
                    if key not in met:
                        met.add(key)
                        yield (_State(step, end, 0) if taken == every
                               else _State(step, begin, taken, all_told, met)), step.notes


def _group_ends(seen: Sequence[Sighting]) -> list[int]:
    """For each sighting, where the sightings of its instant end."""
    ends = [len(seen)] * len(seen)
    for number in range(len(seen) - 2, -1, -1):
        ends[number] = ends[number + 1] if seen[number + 1].tied else number + 1
    return ends


def _position(token: Token) -> tuple | int:
    return token.op if isinstance(token, Leaf) else (token.op, tuple(_position(b) for b in token.branches))
