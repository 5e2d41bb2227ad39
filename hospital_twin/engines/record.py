"""The record of a run: rows as they happen, an `EventLog` at the end."""
from __future__ import annotations

import numpy as np
import pandas as pd

from hospital_twin.engines.state import Holding, Visit
from hospital_twin.eventlog import RESERVED, EventLog, Provenance
from hospital_twin.program import Program
from hospital_twin.program.graph import ways_asked
from hospital_twin.program.places import REASONS

END_REASONS = ("done", "open", "gave_up", "refused", "preempted", "handed_over", "withdrawn", "swapped", "ratio_breach")
DONE, OPEN, GAVE_UP, REFUSED, PREEMPTED, HANDED_OVER, WITHDRAWN, SWAPPED, BREACH = range(len(END_REASONS))
NOT_ENDED = np.iinfo(np.int64).min


class Record:
    """Rows of both tables, in ticks and numbers until the end.

    An activity is a number of the program's, or, below zero, a reserved word: -1 is the first of `RESERVED`.
    A reason is a place in `END_REASONS`, or beyond them a disposition of the program's.
    """

    ARRIVE, LEAVE, CHANGE, REFUSED, STAY, CLEANING, WAIT = (-1 - RESERVED.index(w) for w in (
        "arrive", "leave", "change", "refused", "stay", "cleaning", "wait"))

    def __init__(self, program: Program):
        self.program = program
        self.rows: list[tuple] = []
        self.capacity: list[tuple] = []
        self._latest: dict[int, int] = {}
        self._scale = program.resources.scale.tolist()

    def event(self, visit: Visit, activity: int, now: int, reason: int = DONE, resource: int = -1) -> None:
        """A row that takes no time: arrival, refusal, attribute change, leaving."""
        self.rows.append((visit.id, visit.patient, visit.unit, 0, activity, resource, 0.0, now, now, now, reason,
                          visit.attributes))

    def left(self, visit: Visit, now: int, disposition: int) -> None:
        """The visit's last row."""
        self.event(visit, self.LEAVE, now, len(END_REASONS) + disposition)

    def task(self, visit: Visit, activity: int, joined: int, start: int, end: int, reason: int = DONE) -> None:
        """Time spent in a step that holds nothing of its own."""
        self.rows.append((visit.id, visit.patient, visit.unit, 0, activity, -1, 0.0, joined, start, end, reason,
                          visit.attributes))

    def held(self, visit: Visit, holding: Holding, end: int, reason: int = DONE) -> None:
        """Something held, from grant to letting go."""
        activity = self.STAY if holding.place else holding.activity
        self.rows.append((visit.id, visit.patient, holding.unit, holding.server, activity, holding.resource,
                          holding.amount / self._scale[holding.resource], holding.joined, holding.start, end, reason,
                          visit.attributes))

    def cleaned(self, visit: Visit, holding: Holding, start: int, end: int, reason: int = DONE) -> None:
        """A place out of use after a patient, or a turnover."""
        self.rows.append((visit.id, visit.patient, holding.unit, holding.server, self.CLEANING, holding.resource,
                          holding.amount / self._scale[holding.resource], start, start, end, reason, visit.attributes))

    def wait_ended(self, visit: Visit, resource: int, joined: int, end: int, reason: int) -> None:
        """A wait that ended without a grant."""
        self.rows.append((visit.id, visit.patient, visit.unit, 0, self.WAIT, resource, 0.0, joined, end, end, reason,
                          visit.attributes))

    def capacity_is(self, resource: int, now: int, amount: int, reason: int) -> None:
        """A new capacity (integer units); the last word of a tick stands, and what does not change is no row."""
        row = (resource, now, amount / self._scale[resource], reason)
        latest = self._latest.get(resource)
        if latest is not None and self.capacity[latest][1] == now:
            self.capacity[latest] = row
        elif latest is None or self.capacity[latest][2] != row[2]:
            self._latest[resource] = len(self.capacity)
            self.capacity.append(row)

    def go_on(self, rows: list[tuple], capacity: list[tuple]) -> None:
        """Take over what was recorded before a snapshot."""
        self.rows, self.capacity = rows, capacity
        self._latest = {row[0]: i for i, row in enumerate(capacity)}

    # ---- the end
    def event_log(self, open_rows: list[tuple], seed: int, replication: int, end: int, version: str) -> EventLog:
        """Both tables; `open_rows` are what is still held or waited for at the end."""
        p = self.program
        columns = list(zip(*(self.rows + open_rows), strict=True)) or [[]] * 12
        epoch = p.calendar.epoch
        frame = {"visit": np.array(columns[0], dtype=np.int64), "patient": np.array(columns[1], dtype=np.int64),
                 "unit": _words(columns[2], ("", *p.words.units), 1), "space": _spaces(columns[3]),
                 "activity": self._activities(columns[4]), "resource": _words(columns[5], ("", *p.words.resources), 1),
                 "amount": np.array(columns[6], dtype=float)}
        for name, column in zip(("joined", "start", "end"), columns[7:10], strict=True):
            frame[name] = _times(column, epoch)
        reasons = END_REASONS + p.words.dispositions
        names = list(dict.fromkeys(reasons))
        code = np.array([names.index(r) for r in reasons], dtype=np.int64)
        frame["end_reason"] = pd.Categorical.from_codes(code[np.array(columns[10], dtype=np.int64)], categories=names)
        attributes = np.array(columns[11], dtype=np.int64).reshape(len(columns[0]), len(p.words.attributes))
        for i, name in enumerate(p.words.attributes):
            frame[name] = pd.Categorical.from_codes(attributes[:, i], categories=list(p.words.values[i]), ordered=True)
        return EventLog.of(
            pd.DataFrame(frame), self._capacity_table(), attributes=p.words.attributes,
            units=dict(zip(p.words.units, p.words.kinds, strict=True)),
            resources=dict(zip(p.words.resources, p.words.roles, strict=True)), time_zone=p.calendar.time_zone,
            start=pd.Timestamp(epoch, unit="us", tz="UTC"), end=pd.Timestamp(epoch + end, unit="us", tz="UTC"),
            provenance=Provenance(kind="simulation", name=p.name, seed=seed, replication=replication, version=version,
                                  complete=True, refusing=_refusing(p), leaving=p.words.dispositions,
                                  untold=p.untold))

    def _activities(self, column: tuple) -> pd.Categorical:
        names = [*RESERVED, *(a for a in self.program.words.activities if a != "stay")]
        place = {a: names.index(a) for a in self.program.words.activities}
        code = np.array([place[a] for a in self.program.words.activities] + [0], dtype=np.int64)
        numbers = np.array(column, dtype=np.int64)
        places = np.where(numbers < 0, -1 - numbers, code[np.maximum(numbers, 0)])
        return pd.Categorical.from_codes(places, categories=names)

    def _capacity_table(self) -> pd.DataFrame:
        resource, at, amount, reason = list(zip(*self.capacity, strict=True)) or [[]] * 4
        return pd.DataFrame({"resource": _words(resource, self.program.words.resources, 0),
                             "from": _times(at, self.program.calendar.epoch),
                             "amount": np.array(amount, dtype=float), "reason": _words(reason, REASONS, 0)})


def _refusing(program: Program) -> tuple[str, ...]:
    """The units that somebody asks for who can be refused."""
    asked = {resource for request in program.requests if request.room >= 0
             for way in ways_asked(program, request.asks) for resource, _ in way.needs}
    return tuple(program.words.resources[r] for r in sorted(asked) if program.resources.unit_of[r] >= 0)


def _words(numbers: tuple, words: tuple[str, ...], shift: int) -> pd.Categorical:
    return pd.Categorical.from_codes(np.array(numbers, dtype=np.int64) + shift, categories=list(words))


def _spaces(column: tuple) -> pd.arrays.IntegerArray:
    numbers = np.array(column, dtype=np.int32)
    return pd.arrays.IntegerArray(numbers, numbers == 0)


def _times(column: tuple, epoch: int) -> pd.DatetimeIndex:
    ticks = np.array(column, dtype=np.int64)
    values = np.where(ticks == NOT_ENDED, NOT_ENDED, ticks + epoch)
    return pd.DatetimeIndex(values.view("datetime64[us]")).tz_localize("UTC")
