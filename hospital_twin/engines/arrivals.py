"""Who comes, and when: candidates thinned to the rate, timetables, traces, closed populations, returns."""
from __future__ import annotations

from bisect import bisect_right
from math import ceil, log
from typing import TYPE_CHECKING

from hospital_twin.distributions import quantile_function
from hospital_twin.engines.state import Visit
from hospital_twin.program.codes import Kind
from hospital_twin.program.program import Source
from hospital_twin.streams import Owner, owner_key, return_id, to_ticks, uniform, visit_id

if TYPE_CHECKING:
    from hospital_twin.engines.simpy_engine import Engine

BATCH_MEMBERS = 1 << 20
"""Members of a batch after the first have the ids of returns from here on, so that no true return meets them."""
Due = tuple[int, int, int, int, int, tuple[int, ...]]


class Arrivals:
    """Keeps, for every stream of visits, the next one to come."""

    def __init__(self, engine: Engine):
        self.engine, self.sources = engine, engine.program.sources
        self.streams: dict[tuple[int, int], list[int]] = {}
        self.planned: dict[int, list[tuple[int, int, int]]] = {}
        self.next_planned: dict[int, int] = {}
        self.returns: dict[int, tuple[int, int, int, tuple[int, ...], int]] = {}
        self.due: list[Due] = []
        self.closed = False
        self._first = tuple(0 for _ in engine.program.words.attributes)
        self._factors: dict[tuple[int, int], float] = {}
        self._day_factor = [quantile_function(s.day_factor) if s.day_factor is not None else None for s in self.sources]
        self._rate_at = [s.rate_at.tolist() for s in self.sources]
        self._rates = [s.rate.tolist() for s in self.sources]

    def begin(self) -> None:
        """Set up every stream from tick 0."""
        for i, source in enumerate(self.sources):
            if source.kind == Kind.RATE:
                for layer in range(self._layers(i, source)):
                    self.streams[i, layer] = [-1, 0]
                    self._next_candidate(i, layer)
            elif source.kind == Kind.PRESENT:
                self.due += [(i, 0, k, visit_id(source.hash, 0, k), source.entry, self._first)
                             for k in range(source.count)]
            else:
                self.plan(i)
                self.next_planned[i] = 0
                self._next_slot(i)

    def go_on(self, streams: dict[tuple[int, int], list[int]], next_planned: dict[int, int], returns: list) -> None:
        """Set up every stream from where a snapshot left it."""
        self.streams = streams
        for (i, layer), (index, tick) in streams.items():
            if tick >= self.engine.now:
                visit = visit_id(self.sources[i].hash, layer, index)
                self.engine.alarm(tick, self._candidate, i, layer, visit)
        for i, place in next_planned.items():
            self.plan(i)
            self.next_planned[i] = place
            self._next_slot(i)
        for visit, what in returns:
            self.expect(visit, (*what[:3], tuple(what[3]), what[4]))

    def close(self) -> None:
        """No more arrivals from now on."""
        self.closed = True

    # ---- candidates
    def _layers(self, i: int, source: Source) -> int:
        """Layers of candidates that the highest rate of the horizon reaches."""
        days = range(self.engine.days.day_of(self.engine.program.calendar.horizon) + 1)
        factor = max((self._factor(i, day) for day in days), default=1.0)
        return ceil(max(self._rates[i]) * factor / source.ceiling)

    def _factor(self, i: int, day: int) -> float:
        if self._day_factor[i] is None:
            return 1.0
        if (i, day) not in self._factors:
            source = self.sources[i]
            key = owner_key(self.engine.key, Owner.SOURCE_DAY, source.hash << 20 | day)
            self._factors[i, day] = self._day_factor[i](uniform(key, source.sites["day_factor"]))
        return self._factors[i, day]

    def _next_candidate(self, i: int, layer: int) -> None:
        """The next candidate of a layer that is kept: (layer + u) × height below rate × day factor."""
        source, stream, horizon = self.sources[i], self.streams[i, layer], self.engine.program.calendar.horizon
        index, tick = stream
        mean, gap, height = 1 / source.ceiling, source.sites["gap"], source.sites["height"]
        rate_at, rates, day_of = self._rate_at[i], self._rates[i], self.engine.days.day_of
        while True:
            index += 1
            visit = visit_id(source.hash, layer, index)
            key = owner_key(self.engine.key, Owner.VISIT, visit)
            tick += to_ticks(-log(1.0 - uniform(key, gap)) * mean)
            if tick >= horizon:
                stream[:] = [index, -1]
                return
            rate = rates[bisect_right(rate_at, tick) - 1]
            if self._day_factor[i] is not None:
                rate *= self._factor(i, day_of(tick))
            if (layer + uniform(key, height)) * source.ceiling < rate:
                stream[:] = [index, tick]
                self.engine.alarm(tick, self._candidate, i, layer, visit)
                return

    def _candidate(self, i: int, layer: int, visit: int) -> None:
        source = self.sources[i]
        index = self.streams[i, layer][0]
        self.due.append((i, layer, index, visit, source.entry, self._first))
        if source.batch >= 0:
            key = owner_key(self.engine.key, Owner.VISIT, visit)
            mix = self.engine.lookups.choices[source.batch](Visit(visit, visit, i, self.engine.now, key, self._first))
            size = source.batch_sizes[self.engine.lookups.pick(mix, uniform(key, source.sites["batch"]))]
            self.due = self.due if size else self.due[:-1]
            self.due += [(i, layer, index, return_id(visit, BATCH_MEMBERS + m), source.entry, self._first)
                         for m in range(1, size)]
        self._next_candidate(i, layer)

    # ---- slots
    def plan(self, i: int) -> None:
        """Every slot whose patient comes: (tick, visit, entry), in order of tick."""
        source, horizon, now = self.sources[i], self.engine.program.calendar.horizon, self.engine.now
        found = []
        for slot, number, own_entry in source.slots.tolist():
            entry = source.entry if own_entry < 0 else own_entry
            self.engine.now = slot
            visit = self._as_booked(i, visit_id(source.hash, 0, number), entry)
            if uniform(visit.key, source.sites["no_show"]) < self.engine.lookups.value(source.no_show, visit):
                continue
            late = 0
            if source.offset >= 0:
                quantile = self.engine.lookups.quantiles[self.engine.lookups.choices[source.offset](visit)]
                late = to_ticks(quantile(uniform(visit.key, source.sites["offset"])))
            if slot + late < horizon:
                found.append((max(0, slot + late), visit.id, entry))
        self.engine.now = now
        self.planned[i] = sorted(found)

    def _as_booked(self, i: int, number: int, entry: int) -> Visit:
        """The visit as it will be on arrival: its class is known when the slot is booked."""
        key = owner_key(self.engine.key, Owner.VISIT, number)
        visit = Visit(number, number, i, self.engine.now, key, self._first)
        self.engine.flow.set_class(visit, entry)
        return visit

    def _next_slot(self, i: int) -> None:
        place = self.next_planned[i]
        if place < len(self.planned[i]):
            self.engine.alarm(self.planned[i][place][0], self._slot, i)

    def _slot(self, i: int) -> None:
        place = self.next_planned[i]
        _, visit, entry = self.planned[i][place]
        self.due.append((i, 0, place, visit, entry, self._first))
        self.next_planned[i] = place + 1
        self._next_slot(i)

    # ---- returns
    def returns_at(self, tick: int, visit: int, parent: Visit, entry: int) -> None:
        """A patient comes back as a new visit."""
        self.expect(visit, (tick, parent.patient, parent.source, parent.attributes, entry))

    def expect(self, visit: int, what: tuple) -> None:
        """Set the alarm of a return."""
        self.returns[visit] = what
        self.engine.alarm(what[0], self._returned, visit)

    def _returned(self, visit: int) -> None:
        _, _, source, attributes, entry = self.returns[visit]
        self.due.append((source, 1 << 20, 0, visit, entry, attributes))

    # ---- letting in
    def let_in(self) -> None:
        """Everybody who comes at this instant, in the order of source, layer and index."""
        if not self.due:
            return
        due, self.due = sorted(self.due), []
        for source, _, _, visit, entry, attributes in due:
            patient = self.returns.pop(visit)[1] if visit in self.returns else visit
            if not self.closed:
                self.engine.flow.new_visit(visit, patient, source, entry, attributes)
