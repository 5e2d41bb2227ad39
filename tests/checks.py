"""Laws that every run obeys, whatever the hospital: an engine that looks over its own shoulder, and its log.

`checked_run` interprets a program like `simulate` and, after each instant, counts again from scratch what the engine
keeps by hand, and tries everybody who waits. At the end it holds the log against what it saw: nobody vanishes, nothing
is held beyond capacity, and L = λW (Little, Operations Research 9, 1961) for every resource, unit, line and for the
hospital, where L is integrated from the engine's state and λ and W are taken from the rows of the log.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from hospital_twin.engines.simpy_engine import Engine
from hospital_twin.engines.snapshot import Snapshot
from hospital_twin.eventlog import EventLog
from hospital_twin.program import Program

TINY = 1e-6
"""Heads: rounding of amounts that a ratio makes fractions of."""


@dataclass(frozen=True)
class Little:
    """Mean number (L), entries an hour (λ), and mean hours (W) of one place."""

    place: str
    number: float
    rate: float
    hours: float


class Auditor(Engine):
    """The reference engine, watched."""

    def __init__(self, program: Program, seed: int, replication: int = 0, resume: Snapshot | None = None):
        n, units = len(program.words.resources), len(program.words.units)
        self.held_time, self.line_time, self.present_time = [0] * n, [0] * n, [0] * units
        self.visit_time, self.seen = 0, 0
        self.in_two_rows: set[tuple[int, int]] = set()
        self.most: dict[tuple[str, int], float] = {}
        super().__init__(program, seed, replication, resume)
        self.seen = self.now

    def run(self, until: int) -> None:
        super().run(until)
        self._integrate(self.now)

    def drain(self) -> None:
        super().drain()
        self._integrate(self.now)

    def _record_capacity(self, resource: int, reason: int) -> None:
        """The log has the last word of an instant; a rule may have added for others of it, and taken back."""
        super()._record_capacity(resource, reason)
        for r in (resource, *self.staffing.places_of.get(resource, ())):
            there = self.staffing.staffed(r, self.lines.capacity) / self.lookups.scale[r]
            self.most[self._name(r), self.now] = max(there, self.most.get((self._name(r), self.now), 0.0))

    def _instant(self) -> None:
        self._integrate(self.now)
        super()._instant()
        self._counts_are_right()
        self._nobody_could_start()

    def _integrate(self, now: int) -> None:
        """Number × time since the last look, of everything there is a number of."""
        passed, self.seen = now - self.seen, now
        waiting = Counter(w.lines[0] for w in self._requests())
        for w in self._requests():
            if len({lost.activity for lost in w.regrant}) > 1:  # one wait, two rows of the log: left out on both sides
                waiting[w.lines[0]] -= 1
                self.in_two_rows.add((w.token.visit.id, w.joined))
        for r, held in enumerate(self.lines.held):
            self.held_time[r] += held * passed
            self.line_time[r] += waiting[r] * passed
        for unit, number in enumerate(self.present):
            self.present_time[unit] += number * passed
        self.visit_time += len(self.visits) * passed

    def _requests(self) -> list[Any]:
        waiting = [token.waiting for visit in self.visits.values() for token in visit.tokens]
        return [w for w in waiting if w is not None and not w.judge]

    # ---- after each instant
    def _counts_are_right(self) -> None:
        held: Counter[int] = Counter()
        for visit in self.visits.values():
            for holding in visit.holdings:
                assert holding.amount > 0, f"holds {holding.amount} of {self._name(holding.resource)}"
                held[holding.resource] += holding.amount
        for _, holding, _, until in self.holdings.in_cleaning.values():
            assert until > self.now, "cleaning is overdue"
            held[holding.resource] += holding.amount
        assert [held[r] for r in range(len(self.lines.held))] == self.lines.held, "what is held does not add up"
        assert min(self.lines.capacity, default=0) >= 0
        here = Counter(v.unit for v in self.visits.values() if v.unit >= 0)
        assert [here[u] for u in range(len(self.present))] == self.present, "who is present does not add up"
        self._lines_are_right()
        self._servers_are_right()

    def _lines_are_right(self) -> None:
        requests = self._requests()
        for r, line in enumerate(self.lines.lines):
            keys = [key for key, _ in line]
            assert keys == sorted(keys), f"the line of {self._name(r)} is out of order"
            assert all(w.key == key and not w.judge and w.token.waiting is w for key, w in line), self._name(r)
            assert len(line) == sum(r in w.lines for w in requests), f"the line of {self._name(r)} lacks somebody"
        for waiting in requests:
            assert waiting.patience_ends < 0 or waiting.patience_ends > self.now, "patience is overdue"

    def _servers_are_right(self) -> None:
        for r, named in enumerate(self.program.resources.named):
            numbers = [h.server for v in self.visits.values() for h in v.holdings if h.resource == r]
            if named:
                assert len(set(numbers)) == len(numbers), f"one of {self._name(r)} is in two places"
                assert set(numbers) == self.lines.servers.busy[r]

    def _nobody_could_start(self) -> None:
        """Work is conserved: everybody who waits waits for something, and nobody in a circle."""
        blocked: set[int] = set()
        for waiting in sorted(self._requests(), key=lambda w: w.key):
            if self.stopped:
                return
            for needs, _ in self.lines.options(waiting):
                free = all(self._is_free(waiting, r, amount) for r, amount in needs)
                assert not free or blocked & {r for r, _ in needs}, (
                    f"visit {waiting.token.visit.id} waits at {self.flow.step_of(waiting.token)} for what is free: "
                    f"{[self._name(r) for r, _ in needs]}")
            if self.program.requests[waiting.request].hold_line:
                blocked |= set(waiting.lines)
        stuck = self._behind_each_other_only()
        assert not stuck, f"they wait for each other and nobody moves: {[self.flow.step_of(w.token) for w in stuck]}"

    def _behind_each_other_only(self) -> list[Any]:
        """Blocked movers who would still be there if everybody else went: they wait for each other, for ever.

        Let all go who are no blocked movers, then each mover who can start, and so on. Who is left over lacks what
        others left over hold; a swap would help if there were all that it takes with what the mover brings. While there
        is not, others may go first, and it still waits for somebody if his is the place that it asks for.
        """
        there = [max(pair) for pair in zip(self.lines.capacity, self.lines.held, strict=True)]
        movers = [w for w in self._requests() if not w.regrant and self.program.requests[w.request].keeps
                  and any(h.place for h in w.token.visit.holdings)]
        left = self._left_over(movers, there, brings=False)
        could = [w for w in left if any(self._fits(w, way, self.lines.capacity, self.lines.held, brings=True)
                                        for way in self._within(w, there))]
        left = self._left_over(left, there, brings=True)
        held, behind = self._held_by(left), []
        while more := [w for w in left if w not in behind and any(
                self._taken(w, way[0]) and self._open(way[0][0], held, behind) for way in self._within(w, there))]:
            behind += more
        return could + [w for w in left if w not in behind]

    def _left_over(self, left: list[Any], there: list[int], *, brings: bool) -> list[Any]:
        going = left
        while going:
            held = self._held_by(left)
            going = [w for w in left if not (ways := self._within(w, there)) or any(
                self._fits(w, way, there, held, brings=brings) for way in ways)]
            left = [w for w in left if w not in going]
        return left

    def _fits(self, waiting: Any, way: Any, there: list[int], held: list[int], *, brings: bool) -> bool:
        own = Counter[int]()
        for h in waiting.token.visit.holdings if brings else ():
            own[h.resource] += h.amount * (h.group >= 0)
        return all(there[r] - held[r] + own[r] >= self.lines.needed(waiting, r, amount) for r, amount in way)

    def _held_by(self, waiting: list[Any]) -> list[int]:
        held = Counter[int]()
        for visit in {w.token.visit for w in waiting}:
            for h in visit.holdings:
                held[h.resource] += h.amount
        return [held[r] for r in range(len(self.lines.held))]

    def _within(self, waiting: Any, there: list[int]) -> list[Any]:
        """The ways of a request that ask for no more than there is."""
        return [way for way, _ in self.lines.options(waiting)
                if all(self.lines.needed(waiting, r, amount) <= there[r] for r, amount in way)]

    def _taken(self, waiting: Any, place: tuple[int, int]) -> bool:
        return self.lines.capacity[place[0]] - self.lines.held[place[0]] < self.lines.needed(waiting, *place)

    def _open(self, place: int, held: list[int], behind: list[Any]) -> bool:
        """Whether a place is held by somebody who will go, or who waits behind one."""
        return held[place] < self.lines.held[place] or any(
            h.place and h.resource == place for w in behind for h in w.token.visit.holdings)

    def _is_free(self, waiting: Any, resource: int, amount: int) -> bool:
        keep, reserved_for = self.program.resources.reserve[resource]
        if keep and not self.lookups.terms[reserved_for](waiting.token.visit, waiting):
            amount += int(keep) * int(self.program.resources.scale[resource])
        free = self.lines.capacity[resource] - self.lines.held[resource]
        return free >= amount and self.lines.servers.can_serve(resource, waiting, self.lines.capacity[resource])

    def _name(self, resource: int) -> str:
        return self.program.words.resources[resource]


def checked_run(program: Program, *, seed: int, replication: int = 0, resume: Snapshot | None = None) -> EventLog:
    """What `simulate` gives, with all laws checked on the way and on the log."""
    engine = Auditor(program, seed, replication, resume)
    engine.run(program.calendar.horizon)
    if program.drain and not engine.stopped:
        engine.drain()
    log = engine.event_log()
    rows = check_log(log, engine.most)
    if resume is None:
        for law in little(engine, rows):
            assert abs(law.number - law.rate * law.hours) < TINY * max(1.0, law.number), law
    return log


# ---- the log alone
NAT = np.iinfo(np.int64).min


class Rows:
    """The stays of a log as arrays of ticks since its start; what is open lasts until its end, and has no `done`."""

    def __init__(self, log: EventLog):
        stays, zero = log.stays, _ticks(pd.Series([log.start]))[0]
        self.end_of_log = int(_ticks(pd.Series([log.end]))[0] - zero)
        self.visit = stays["visit"].to_numpy()
        self.activity, self.resource, self.reason = (stays[c].astype(str).to_numpy(dtype=object)
                                                     for c in ("activity", "resource", "end_reason"))
        self.amount = stays["amount"].to_numpy()
        self.joined, self.start, self.end = (_since(stays[c], zero, self.end_of_log) for c in ("joined", "start",
                    "end"))
        self.started, self.done = stays["start"].notna().to_numpy(), stays["end"].notna().to_numpy()
        self.capacity = {r: (_since(rows["from"], zero, 0), rows["amount"].to_numpy())
                         for r, rows in log.capacity.groupby("resource", observed=True)}

    def of(self, activity: str) -> dict[int, int]:
        """Start by visit of an activity that each visit has at most once."""
        mine = self.activity == activity
        found = dict(zip(self.visit[mine].tolist(), self.start[mine].tolist(), strict=True))
        assert len(found) == mine.sum(), f"somebody has {activity} twice"
        return found

    def held(self, resource: str) -> np.ndarray:
        """Rows in which a resource is held. Cleaning after a swap goes on beside the next patient's stay."""
        beside = (self.activity == "cleaning") & (self.reason == "swapped")
        return np.flatnonzero((self.resource == resource) & (self.amount > 0) & ~beside)


def _ticks(times: pd.Series) -> np.ndarray:
    return times.dt.tz_convert(None).to_numpy().astype("datetime64[us]").astype(np.int64)


def _since(times: pd.Series, zero: int, instead: int) -> np.ndarray:
    ticks = _ticks(times)
    return np.where(ticks == NAT, instead, ticks - zero)


def check_log(log: EventLog, most: Mapping[tuple[str, int], float] = MappingProxyType({})) -> Rows:
    """Conservation of visits, and no grant beyond capacity. most: the highest of an instant, by resource and tick."""
    rows = Rows(log)
    _visits_are_conserved(rows)
    nursing = log.stays[log.stays["activity"].eq("stay") & ~log.stays["resource"].isin(log.units)]
    for resource in log.resources:
        _never_over_capacity(rows, resource, most, staffed=resource in set(nursing["unit"]))
    return rows


def _visits_are_conserved(rows: Rows) -> None:
    assert (rows.joined <= rows.start).all(), "granted before it was asked for"
    assert (rows.start <= rows.end).all(), "ends before it starts"
    assert (rows.amount >= 0).all()
    arrive, leave = rows.of("arrive"), rows.of("leave")
    assert set(rows.visit.tolist()) == set(arrive), "somebody never arrived"
    assert (rows.joined >= [arrive[v] for v in rows.visit.tolist()]).all(), "something before arrival"
    patients = rows.activity != "cleaning"
    last = np.array([leave.get(v, rows.end_of_log) for v in rows.visit.tolist()], dtype=np.int64)
    assert (rows.end <= last)[patients].all(), "something after leaving"
    present = set(rows.visit[patients & ~rows.done].tolist())
    assert not present & set(leave), "somebody left and is still there"
    assert len(arrive) == len(leave) + len(present), "arrived is not left + present: somebody vanished"


def _never_over_capacity(rows: Rows, resource: str, most: Mapping[tuple[str, int], float], *, staffed: bool) -> None:
    """At no grant is more held than there is; more may be held after a fall of capacity, a swap or a change of class.

    staffed: the log's capacity is what the nurses allow, and cleaning takes none of them.
    """
    mine = rows.held(resource)
    mine = mine[rows.activity[mine] != "cleaning"] if staffed else mine
    if not len(mine):
        return
    begin, until, amount = rows.start[mine], rows.end[mine] + ~rows.done[mine], rows.amount[mine]
    changes = set(zip(rows.visit[rows.activity == "change"].tolist(), rows.start[rows.activity == "change"].tolist(),
                      strict=True))
    weighed = [(v, s) in changes for v, s in zip(rows.visit[mine].tolist(), begin.tolist(), strict=True)]
    granted = (until > begin) & (rows.activity[mine] != "cleaning") & ~np.array(weighed)
    grants = np.unique(begin[granted])
    swaps = rows.end[mine][rows.reason[mine] == "swapped"]
    order, ends = np.argsort(begin, kind="stable"), np.argsort(until, kind="stable")
    taken, given = np.cumsum(amount[order]), np.cumsum(amount[ends])
    begun, ended = np.searchsorted(begin[order], grants, "right"), np.searchsorted(until[ends], grants, "right")
    now = np.append(0.0, taken)[begun] - np.append(0.0, given)[ended]
    changed, there = rows.capacity[resource]
    place = np.searchsorted(changed, grants, "right") - 1
    before = np.maximum(place - (changed[place] == grants), 0)
    within = np.array([most.get((resource, tick), 0.0) for tick in grants.tolist()])
    over = (now > np.maximum.reduce((there[place], there[before], within)) + TINY) & ~np.isin(grants, swaps)
    assert not over.any(), f"{now[over]} of {resource} are held, of {there[place][over]}, at {grants[over]}"


# ---- Little's law
def little(engine: Auditor, rows: Rows) -> list[Little]:
    """Little's law of every resource and unit, of the lines, and of the hospital, over the whole run."""
    words, scale = engine.program.words, engine.program.resources.scale
    leave = rows.of("leave")
    lasted = np.array([leave.get(v, rows.end_of_log) - came for v, came in rows.of("arrive").items()])
    found = [_law("hospital", engine.visit_time, lasted, rows.end_of_log)]
    for r, name in enumerate(words.resources):
        mine = rows.held(name)
        weighed = (np.minimum(rows.end[mine], rows.end_of_log) - rows.start[mine]) * rows.amount[mine]
        found.append(_law(name, engine.held_time[r] / scale[r], weighed, rows.end_of_log))
    return [*found, _law("lines", sum(engine.line_time), _waits(rows, engine.in_two_rows), rows.end_of_log)]


def _law(place: str, integral: float, lasted: np.ndarray, length: int) -> Little:
    """L from the engine's integral over ticks; λ and W from how many ticks each one in the log was there."""
    if not length:
        return Little(place, 0.0, 0.0, 0.0)
    return Little(place, integral / length, len(lasted) / length * 3.6e9,
                  float(lasted.mean()) / 3.6e9 if len(lasted) else 0.0)


def _waits(rows: Rows, left_out: set[tuple[int, int]]) -> np.ndarray:
    """Ticks of every wait for a resource: granted ones once each, given up and open ones."""
    counted = np.array([wait not in left_out for wait in zip(rows.visit.tolist(), rows.joined.tolist(), strict=True)],
                       dtype=bool)
    ended = (rows.activity == "wait") & counted
    asked = (rows.resource != "") & counted & ~np.isin(rows.activity, ("wait", "cleaning", "refused", "change"))
    once = set(zip(rows.visit[asked].tolist(), rows.activity[asked].tolist(), rows.joined[asked].tolist(),
                   rows.start[asked].tolist(), strict=True))
    granted = [start - joined for _, _, joined, start in once]
    return np.array([*granted, *(rows.start - rows.joined)[ended]], dtype=float)
