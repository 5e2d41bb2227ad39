"""What a log tells of each operation of a program: choices made, times taken, visits that fit no pathway."""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any, NamedTuple

import numpy as np

from hospital_twin.calibration.alignment import Aligner
from hospital_twin.calibration.conditions import Clock
from hospital_twin.calibration.entries import Entries, first_places, returning
from hospital_twin.calibration.grammar import UNTOLD, Grammar, Now
from hospital_twin.calibration.priors import Priors
from hospital_twin.calibration.readings import Reading, Sighting, Start
from hospital_twin.calibration.trails import Trails, local, without
from hospital_twin.eventlog.clock import NEVER
from hospital_twin.program import Program
from hospital_twin.program.codes import Key, Op

SHORTEST_FORGIVEN, LONGEST_FORGIVEN = 3, 40
"""Rows of a visit among which a faulty one is looked for: with fewer, too little is left to know the visit by."""
ROUNDS = 30
"""Rounds of expectation and maximisation at most."""
STILL = 1e-4
"""Weights that move less than this in a round have come to rest."""


Silent = tuple[tuple[int, ...], tuple[int, ...]]
"""Operations that left no trace: those passed for sure, and those passed perhaps."""


class Table(NamedTuple):
    """Times that an operation did something, one entry each.

    visit, sighting (-1 is the arrival), over (whether the time is that sighting's end or its start), to (the next
    sighting of a gap, -1 the trail's end), outcome (of a choice), classes (attribute values, shape (n, attributes)),
    unit, source (-1 a return or not known), weight (how probable it is that it was so).
    """

    visit: np.ndarray
    sighting: np.ndarray
    over: np.ndarray
    to: np.ndarray
    outcome: np.ndarray
    classes: np.ndarray
    unit: np.ndarray
    source: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the visits of a log did at each operation.

    choices, uses: by operation. gaps: by the operations that took time between two sightings and left no trace (all
    that did, and those that perhaps did). came: (visit, source, weight) arrays.
    certain: the share of an operation's choices that the log tells for sure. strange: visits that fit no pathway;
    faulty: those that do but for one row, which is missing or in a place where it cannot be.
    parent: the visit that each is a return of, -1 none.
    """

    trails: Trails
    grammar: Grammar
    choices: dict[int, Table]
    uses: dict[int, Table]
    gaps: dict[Silent, Table]
    came: tuple[np.ndarray, np.ndarray, np.ndarray]
    certain: dict[int, float]
    strange: np.ndarray
    faulty: np.ndarray
    parent: np.ndarray


class _Group(NamedTuple):
    """Visits with one trail, and its readings."""

    visits: np.ndarray
    readings: list[Reading]
    faulty: bool = False


def evidence(program: Program, trails: Trails, time_zone: str) -> Evidence:
    """Lay every visit along the pathways and gather what that tells.

    A trail that can be read in several ways counts for each with its probability, which the unequivocal ones teach
    (expectation and maximisation, Dempster, Laird and Rubin 1977), beginning with the layout's own numbers.
    """
    grammar = Grammar(program, trails)
    useless = grammar.useless()
    if useless:
        trails = without(trails, useless)
        grammar = Grammar(program, trails)
    entries = Entries(grammar)
    returns, parent = returning(entries, trails)
    groups = list(_groups(Aligner(grammar), entries, trails, (returns, parent), time_zone))
    weights = _weights(program, entries, [g for g in groups if g.readings])
    strange = np.concatenate([g.visits for g in groups if not g.readings] or [np.zeros(0, dtype=np.int64)])
    faulty = np.concatenate([g.visits for g in groups if g.faulty] or [np.zeros(0, dtype=np.int64)])
    gathered = _Gathered(trails, entries, len(program.words.attributes))
    for group, weight in zip([g for g in groups if g.readings], weights, strict=True):
        for reading, share in zip(group.readings, weight, strict=True):
            if share > 1e-6:
                gathered.add(group.visits, reading, share)
    certain = _certain(groups)
    return Evidence(trails, grammar, gathered.tables(gathered.choices), gathered.tables(gathered.uses),
                    gathered.tables(gathered.gaps), gathered.came(strange), certain, np.sort(strange), faulty, parent)


# ---- alignment
def _groups(aligner: Aligner, entries: Entries, trails: Trails, returns: tuple[np.ndarray, np.ndarray],
            time_zone: str) -> Iterator[_Group]:
    """Visits with equal trails together, each with its readings."""
    is_return, parent = returns
    followed = np.bincount(parent[parent >= 0], minlength=len(parent)) if len(parent) else np.zeros(0, np.int64)
    firsts = first_places(trails)
    clocks = _clocks(trails, time_zone) if aligner.grammar.reads_clock else None
    knows_arrivals = bool((trails.arrive < NEVER).any())
    code = (trails.label * 2 + trails.tied).astype(np.int32)
    alike: dict[tuple, list[int]] = defaultdict(list)
    known_as = trails.arrived_as if trails.changes_known else trails.last_as
    for visit, (begin, end) in enumerate(zip(trails.first[:-1].tolist(), trails.first[1:].tolist(), strict=True)):
        midway = knows_arrivals and trails.arrive[visit] == NEVER
        key = (int(known_as[visit]), bool(is_return[visit]), int(followed[visit]), bool(trails.open[visit]),
               int(firsts[visit]) if midway else None, code[begin:end].tobytes(),
               None if clocks is None else (clocks[0][visit], *clocks[1][begin:end], *clocks[2][begin:end]))
        alike[key].append(visit)
    for key, visits in alike.items():
        readings, faulty = _read(aligner, entries, trails, key, visits[0], clocks)
        yield _Group(np.array(visits), readings, faulty)


def _read(aligner: Aligner, entries: Entries, trails: Trails, key: tuple, visit: int, clocks: Any
          ) -> tuple[list[Reading], bool]:
    """The readings of a trail, and whether one row had to be forgiven for them."""
    known_as, is_return, returns, is_open, midway, _, _ = key
    begin, end = int(trails.first[visit]), int(trails.first[visit + 1])
    seen = [Sighting(int(trails.label[i]), bool(trails.tied[i]) and i > begin,
                     (None, None) if clocks is None else (clocks[1][i], clocks[2][i])) for i in range(begin, end)]
    arrival = None if clocks is None else clocks[0][visit]
    attributes = trails.classes[known_as]
    if midway is not None:
        return aligner.readings(entries.midway(attributes, midway), seen, arrival, is_open=is_open), False
    # A return that no pathway explains may have been a new visit of the same patient.
    for placed in dict.fromkeys((returns, 0)):
        starts = entries.starts(attributes, returning=is_return, returns=placed)
        found = aligner.readings(starts, seen, arrival, is_open=is_open)
        found = [r for r in found if _placed(aligner.grammar, r) == placed] if placed and not is_open else found
        if found:
            return found, False
    starts = entries.starts(attributes, returning=is_return, returns=0, missing=1)
    found = _forgiven(aligner, starts, seen, arrival, is_open=is_open)
    return found, bool(found)


def _forgiven(aligner: Aligner, starts: Sequence[Start], seen: Sequence[Sighting], arrival: Clock | None, *,
              is_open: bool) -> list[Reading]:
    """Readings of a trail with one fault: a row is missing, or one stands where it cannot have been."""
    if not SHORTEST_FORGIVEN <= len(seen) <= LONGEST_FORGIVEN:
        return []
    found = aligner.readings(starts, seen, arrival, is_open=is_open)
    for odd in range(len(seen)):
        if found:
            return found
        if seen[odd].label not in aligner.grammar.leaves:
            rest = list(seen[:odd]) + list(seen[odd + 1:])
            if odd < len(rest):
                rest[odd] = rest[odd]._replace(tied=rest[odd].tied and seen[odd].tied)
            found = [_shifted(r, odd) for r in aligner.readings(starts, rest, arrival, is_open=is_open)]
    return found


def _shifted(reading: Reading, odd: int) -> Reading:
    """A reading of a trail without one sighting, in the numbers of the whole trail."""
    def place(number: int) -> int:
        return number + (number >= odd)
    return reading._replace(
        choices=tuple(m._replace(last=place(m.last)) for m in reading.choices),
        uses=tuple(u._replace(sighting=place(u.sighting)) for u in reading.uses),
        gaps=tuple(g._replace(last=place(g.last), to=place(g.to)) for g in reading.gaps))


def _placed(grammar: Grammar, reading: Reading) -> int:
    return sum(grammar.ops[moment.choice.op][0] == Op.RETURN for moment in reading.choices)


def _clocks(trails: Trails, time_zone: str) -> tuple[list[Clock], list[Clock], list[Clock]]:
    """The clock at each arrival, at each sighting's start, and at its end."""
    def clock(moments: np.ndarray) -> list[Clock]:
        hour, weekday, month, _ = local(np.where(moments == NEVER, trails.finish, moments), time_zone)
        return [Clock(*one) for one in zip(hour.tolist(), weekday.tolist(), month.tolist(), strict=True)]
    return clock(trails.arrive), clock(trails.start), clock(trails.end)


# ---- readings that the log cannot tell apart
def _weights(program: Program, entries: Entries, groups: Sequence[_Group]) -> list[list[float]]:
    """The probability of each reading of each group."""
    weights = [[1.0 / len(g.readings)] * len(g.readings) for g in groups]
    doubtful = [i for i, g in enumerate(groups) if len(g.readings) > 1]
    if not doubtful:
        return weights
    priors, relevant = Priors(program), _relevant(program)
    keys = [[_keys(reading, relevant) for reading in g.readings] for g in groups]
    counts: Counter = Counter()
    totals: Counter = Counter()

    def count(group: int, shares: Sequence[float], sign: float) -> None:
        for reading, share in zip(keys[group], shares, strict=True):
            for key in reading:
                counts[key] += sign * share * len(groups[group].visits)
                totals[key[:-1]] += sign * share * len(groups[group].visits)

    for group, shares in enumerate(weights):
        if len(shares) == 1:
            count(group, shares, 1.0)
    for round_ in range(ROUNDS):
        moved = 0.0
        for group in doubtful:
            if round_:
                count(group, weights[group], -1.0)
            new = _posterior(priors, entries, groups[group].readings, keys[group], counts, totals)
            moved = max(moved, *(abs(a - b) for a, b in zip(new, weights[group], strict=True)))
            weights[group] = new
            count(group, new, 1.0)
        if moved < STILL:
            break
    return weights


def _posterior(priors: Priors, entries: Entries, readings: Sequence[Reading], keys: Sequence[Sequence[tuple]],
               counts: Counter, totals: Counter) -> list[float]:
    """Probabilities of readings: their choices' shares so far, with the layout's as one visit's worth."""
    likely = []
    for reading, own in zip(readings, keys, strict=True):
        total = 0.0
        told = [moment.choice for moment in reading.choices if moment.choice.outcome != UNTOLD]
        for choice, key in zip(told, own[1:], strict=True):
            prior = priors.share(choice.op, choice.outcome, choice.now)
            total += log((counts[key] + prior) / (totals[key[:-1]] + 1.0) + 1e-12)
        total += log((counts[own[0]] + 1.0 / len(entries.all)) / (totals[own[0][:-1]] + 1.0) + 1e-12)
        likely.append(total)
    top = max(likely)
    shares = [exp(value - top) for value in likely]
    return [share / sum(shares) for share in shares]


def _relevant(program: Program) -> dict[int, tuple[tuple[int, ...], bool]]:
    """For each operation that chooses: the attributes its chances hang on, and whether they hang on the unit."""
    found = {}
    tables = program.tables
    for pc, (code, _, _, a, b, c, _) in enumerate(program.code.ops.tolist()):
        choices = {Op.CHANCE: [a], Op.ASSIGN: [c]}.get(code, [])
        if code == Op.PICK:
            choices = [choice for choice, _ in program.code.ways[a:a + b].tolist()]
        keys = [key for choice in choices if choice >= 0
                for key in tables.keys[tables.choices[choice, 0]:][:tables.choices[choice, 1]].tolist()]
        found[pc] = (tuple(sorted({which for kind, which, _ in keys if kind == Key.ATTRIBUTE})),
                     any(kind == Key.UNIT for kind, _, _ in keys))
    return found


def _keys(reading: Reading, relevant: dict[int, tuple[tuple[int, ...], bool]]) -> list[tuple]:
    """The counts that a reading adds to: its entry's, and one for each choice."""
    found: list[tuple] = [("entry", reading.entry)]
    for moment in reading.choices:
        op, outcome, now, _ = moment.choice
        if outcome == UNTOLD:
            continue
        attributes, unit = relevant[op]
        found.append((op, tuple(now.attributes[a] for a in attributes), now.unit if unit else None, outcome))
    return found


def _certain(groups: Sequence[_Group]) -> dict[int, float]:
    """For each operation, the share of visits (of those that may have come by) whose choice there is beyond doubt."""
    known: Counter = Counter()
    every: Counter = Counter()
    for group in groups:
        outcomes = [defaultdict(list) for _ in group.readings]
        for reading, own in zip(group.readings, outcomes, strict=True):
            for moment in reading.choices:
                own[moment.choice.op].append(moment.choice.outcome)
        for op in {op for own in outcomes for op in own}:
            every[op] += len(group.visits)
            if all(own.get(op) == outcomes[0].get(op) for own in outcomes) and UNTOLD not in outcomes[0].get(op, ()):
                known[op] += len(group.visits)
    return {op: known[op] / every[op] for op in every}


# ---- gathering
class _Block(NamedTuple):
    """What some visits with one trail did at one operation, by one reading: so many moments of each visit.

    moments: (sighting and to, counted from the visit's first or -1; over; outcome; what the visit was).
    """

    visits: np.ndarray
    moments: list[tuple[int, int, bool, int, Now]]
    source: int
    share: float


class _Gathered:
    """Rows of tables under way, by operation."""

    def __init__(self, trails: Trails, entries: Entries, attributes: int):
        self.trails, self.entries, self._attributes = trails, entries, attributes
        self.choices: dict[int, list[_Block]] = defaultdict(list)
        self.uses: dict[int, list[_Block]] = defaultdict(list)
        self.gaps: dict[Silent, list[_Block]] = defaultdict(list)
        self._came: list[tuple[np.ndarray, int, float]] = []

    def add(self, visits: np.ndarray, reading: Reading, share: float) -> None:
        """One reading of visits with one trail."""
        source = self.entries.all[reading.entry].source if reading.entry >= 0 else -1
        if reading.entry >= 0:
            self._came.append((visits, source, share))
        choices, uses, gaps = (defaultdict(list) for _ in range(3))
        for (op, outcome, now, _), last, over in reading.choices:
            if outcome != UNTOLD:
                choices[op].append((last, -1, over, outcome, now))
        for op, sighting, now in reading.uses:
            uses[op].append((sighting, -1, True, 0, now))
        for silent, perhaps, last, over, to, now in reading.gaps:
            gaps[silent, perhaps].append((last, to, over, 0, now))
        for whole, part in ((self.choices, choices), (self.uses, uses), (self.gaps, gaps)):
            for op, moments in part.items():
                whole[op].append(_Block(visits, moments, source, share))

    def tables(self, blocks: dict[Any, list[_Block]]) -> dict[Any, Table]:
        """Rows by operation as arrays: of each block visit by visit, and of each visit moment by moment."""
        return {op: self._table(found) for op, found in blocks.items()}

    def _table(self, blocks: list[_Block]) -> Table:
        visits, moments = np.array([len(b.visits) for b in blocks]), np.array([len(b.moments) for b in blocks])
        each = np.repeat(moments, visits)
        visit = np.repeat(np.concatenate([b.visits for b in blocks]), each)
        begins = np.repeat(np.repeat(np.cumsum(moments) - moments, visits), each)
        which = begins + np.arange(len(visit)) - np.repeat(np.cumsum(each) - each, each)
        last, to, over, outcome, now = zip(*(moment for b in blocks for moment in b.moments), strict=True)
        classes = np.array([n.attributes for n in now], dtype=np.int64).reshape(len(now), self._attributes)
        rows = visits * moments
        source, share = (np.repeat([getattr(b, name) for b in blocks], rows) for name in ("source", "share"))
        first = self.trails.first[visit]
        last, to = (np.where(np.array(place)[which] >= 0, first + np.array(place)[which], -1) for place in (last, to))
        return Table(visit, last, np.array(over)[which], to, np.array(outcome)[which], classes[which],
                     np.array([n.unit for n in now])[which], source, share)

    def came(self, strange: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Which source each visit came by; one that fits no pathway counts for those that its class allows."""
        found = list(self._came)
        known_as = self.trails.arrived_as if self.trails.changes_known else self.trails.last_as
        for visit in strange.tolist():
            starts: list[Start] = self.entries.starts(self.trails.classes[known_as[visit]], returning=False, returns=0)
            found += [(np.array([visit]), self.entries.all[s.entry].source, 1.0 / len(starts)) for s in starts]
        number = [len(visits) for visits, _, _ in found]
        return (np.concatenate([np.zeros(0, dtype=np.int64), *(visits for visits, _, _ in found)]),
                np.repeat(np.array([source for _, source, _ in found], dtype=np.int64), number),
                np.repeat(np.array([share for _, _, share in found], dtype=float), number))
