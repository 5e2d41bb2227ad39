"""Where visits begin: the entries of sources and of returns, and which of them a visit can have come by."""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hospital_twin.calibration.grammar import UNKNOWN, Choice, Grammar, Now
from hospital_twin.calibration.readings import Start
from hospital_twin.calibration.trails import Seen, Trails
from hospital_twin.eventlog.clock import NEVER, TICKS_PER_HOUR
from hospital_twin.program.codes import Op

LONGEST_RETURN = 90 * 24 * TICKS_PER_HOUR
"""A patient who comes again later than this, and may be anybody's visit, is taken for a new one."""


class Entry(NamedTuple):
    """An operation at which visits begin. source: its number, -1 for a return."""

    op: int
    source: int


class Entries:
    """The entries of a program."""

    def __init__(self, grammar: Grammar):
        self.grammar = grammar
        program = grammar.program
        found = [Entry(source.entry, number) for number, source in enumerate(program.sources)
                 if not len(source.slots) or (source.slots[:, 2] < 0).any()]
        found += [Entry(int(op), number) for number, source in enumerate(program.sources)
                  for op in np.unique(source.slots[:, 2]) if op >= 0]
        self.returns = bool((program.code.ops[:, 0] == Op.RETURN).any())
        found += [Entry(op, -1) for op in sorted({row[4] for row in grammar.ops if row[0] == Op.RETURN})]
        self.all = found
        self._memo: dict[tuple, list[Start]] = {}
        self._places = [pc for pc, row in enumerate(grammar.ops)
                        if row[0] == Op.SEIZE and program.requests[row[3]].place]

    def chain(self, entry: Entry) -> Iterator[int]:
        """The operations that set a visit's class before it arrives."""
        pc = entry.op
        while pc >= 0 and self.grammar.ops[pc][0] == Op.ASSIGN:
            yield pc
            pc = self.grammar.ops[pc][1]

    def starts(self, attributes: tuple[int, ...], *, returning: bool, returns: int, missing: int = 0) -> list[Start]:
        """The entries by which a visit of a class can have come, those that explain its class best."""
        key = (attributes, returning, returns, missing)
        if key not in self._memo:
            found = [(self._unexplained(entry, attributes), start) for number, entry in enumerate(self.all)
                     if (entry.source < 0) == returning
                     and (start := self._start(number, entry, Now(attributes, returns=returns, missing=missing)))]
            least = min((unexplained for unexplained, _ in found), default=0)
            self._memo[key] = [start for unexplained, start in found if unexplained == least]
        return self._memo[key]

    def midway(self, attributes: tuple[int, ...], first: int) -> list[Start]:
        """Where a visit can have been that was there before the record began: wherever its first place is given."""
        return [Start(-1, pc, Now(attributes, UNKNOWN)) for pc in self._places if first in self.grammar.after[pc]]

    def _start(self, number: int, entry: Entry, now: Now) -> Start | None:
        attributes = now.attributes
        chain = list(self.chain(entry))
        last = {self.grammar.ops[pc][3]: pc for pc in chain}
        choices = []
        for which, pc in last.items():
            _, _, _, _, expression, mix, _ = self.grammar.ops[pc]
            if attributes[which] < 0:
                continue
            value = self.grammar.set_to(which, expression, mix, now, None)
            if value is not None and value != attributes[which]:
                return None
            if value is None and mix >= 0:
                choices.append(Choice(pc, attributes[which], now))
        after = self.grammar.ops[chain[-1]][1] if chain else entry.op
        return Start(number, after, now, tuple(choices))

    def _unexplained(self, entry: Entry, attributes: tuple[int, ...]) -> int:
        """Attributes that nothing sets for visits of a source, though they are not at their first value."""
        if entry.source < 0:
            return 0
        explained = {self.grammar.ops[pc][3] for pc in self.chain(entry)}
        return sum(value > 0 for which, value in enumerate(attributes) if which not in explained)


def returning(entries: Entries, trails: Trails) -> tuple[np.ndarray, np.ndarray]:
    """Which visits are returns, and for each the one (its place) that it is a return of: the same patient's before it.

    -1 for none. A return of a visit before the record began is known by its class alone, if that is no source's.
    """
    parent = np.full(len(trails.number), -1)
    if not entries.returns:
        return np.zeros(len(parent), bool), parent
    own = trails.arrived_as if trails.changes_known else trails.last_as
    can = {way: np.array([bool(entries.starts(c, returning=way, returns=0)) for c in trails.classes])[own]
           for way in (True, False)}
    order = np.lexsort((trails.arrive, trails.patient))
    patient, arrive = trails.patient[order], trails.arrive[order]
    again = np.flatnonzero((patient[1:] == patient[:-1]) & (arrive[1:] < NEVER)) + 1
    visit = order[again]
    soon = arrive[again] - arrive[again - 1] < LONGEST_RETURN
    is_return = can[True][visit] & (soon | ~can[False][visit])
    parent[visit[is_return]] = order[again - 1][is_return]
    return (parent >= 0) | (can[True] & ~can[False]), parent


def first_places(trails: Trails) -> np.ndarray:
    """The label of each visit's first sighting if that is a place given, else -1."""
    found = np.full(len(trails.number), -1)
    some = trails.first[1:] > trails.first[:-1]
    label = trails.label[trails.first[:-1][some]]
    place = np.array([one.kind == Seen.PLACE for one in trails.labels] or [False])
    found[some] = np.where(place[label], label, -1) if len(label) else -1
    return found
