"""What visits hold: taking, letting go, cleaning after, moving house, and nurse ratios that follow the class."""
from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_twin.engines.record import BREACH, DONE, SWAPPED
from hospital_twin.engines.state import Holding, Visit, Waiting
from hospital_twin.program.program import Request
from hospital_twin.streams import uniform

if TYPE_CHECKING:
    from hospital_twin.engines.simpy_engine import Engine


class Holdings:
    """Acts on what visits hold, keeping lines, counts and record in step."""

    def __init__(self, engine: Engine):
        self.engine, self.program = engine, engine.program
        self.lines, self.record, self.lookups = engine.lines, engine.record, engine.lookups
        resources = self.program.resources
        self._unit_of = resources.unit_of.tolist()
        self._cleaning = resources.cleaning.tolist()
        self._cleaning_site = resources.cleaning_site.tolist()
        self.in_cleaning: dict[int, tuple[Visit, Holding, int, int]] = {}
        self._cleanings = 0

    # ---- taking
    def take(self, waiting: Waiting, request: Request, needs: tuple[tuple[int, int], ...], step: int) -> None:
        """A visit holds what it was granted, from now on."""
        visit, lines, now = waiting.token.visit, self.lines, self.engine.now
        unit = self._unit_of[needs[0][0]] if request.place else visit.unit
        group = 1 + max((h.group for h in visit.holdings), default=-1) if request.place else -1
        for resource, amount in needs:
            lines.held[resource] += amount
            server = 0
            if lines.servers.named[resource]:
                server = lines.servers.assign(resource, waiting, lines.capacity[resource], step)
            visit.holdings.append(Holding(
                resource, amount, step, request.activity, request.place and self._unit_of[resource] >= 0, group,
                waiting.token.branch, waiting.joined, now, server, waiting.key, unit))

    # ---- choosing
    def of_step(self, visit: Visit, step: int) -> list[Holding]:
        """What a step seized."""
        return [h for h in visit.holdings if h.step == step]

    def places(self, visit: Visit) -> list[Holding]:
        """Everything held for being somewhere: places, and the nurses that go with them."""
        return [h for h in visit.holdings if h.group >= 0]

    # ---- letting go
    def let_go(self, visit: Visit, chosen: list[Holding], *, turnover: tuple[int, float] | None = None,
               reason: int = DONE) -> None:
        """End holdings: a row each; a place is cleaned, a turnover (choice, uniform) keeps things a while longer."""
        now = self.engine.now
        for holding in chosen:
            visit.holdings.remove(holding)
            self.record.held(visit, holding, now, reason)
            if holding.server:
                self.lines.servers.free(holding.resource, holding.server, now)
            idle = self._cleaning_ticks(visit, holding) if turnover is None else self.engine.flow.ticks(
                visit, *turnover)
            if idle > 0:
                self.clean(visit, holding, now, now + idle)
            else:
                self.lines.give(holding.resource, holding.amount)

    def _cleaning_ticks(self, visit: Visit, holding: Holding) -> int:
        choice = self._cleaning[holding.resource] if holding.place else -1
        if choice < 0:
            return 0
        place = self._cleaning_site[holding.resource]
        occurrence = visit.counts.get(place, 0)
        visit.counts[place] = occurrence + 1
        return self.engine.flow.ticks(visit, choice, uniform(visit.key, place, occurrence))

    def clean(self, visit: Visit, holding: Holding, start: int, until: int) -> None:
        """What was held stays out of use until a tick, though nobody holds it."""
        self._cleanings += 1
        self.in_cleaning[self._cleanings] = (visit, holding, start, until)
        self.engine.alarm(until, self._cleaned, self._cleanings)

    def _cleaned(self, number: int) -> None:
        visit, holding, start, until = self.in_cleaning.pop(number)
        self.record.cleaned(visit, holding, start, until)
        self.lines.give(holding.resource, holding.amount)

    def swap_out(self, visit: Visit, *, passes_on: bool) -> None:
        """Give up the present places. To another in a circle they pass on at once, the cleaning is recorded only."""
        now = self.engine.now
        for holding in self.places(visit):
            if holding.place and not passes_on:
                self.let_go(visit, [holding])
                continue
            visit.holdings.remove(holding)
            self.record.held(visit, holding, now, SWAPPED)
            idle = self._cleaning_ticks(visit, holding)
            if idle > 0:
                self.record.cleaned(visit, holding, now, now + idle, SWAPPED)
            self.lines.give(holding.resource, holding.amount)

    # ---- moving house
    def settle(self, visit: Visit) -> None:
        """The visit is now where its newest place is; older places, with their nurses, are let go."""
        newest = max(h.group for h in visit.holdings)
        unit = next(h.unit for h in visit.holdings if h.group == newest and h.place)
        old = [h for h in visit.holdings if 0 <= h.group < newest]
        self.is_in(visit, unit)
        self.let_go(visit, old)

    def is_in(self, visit: Visit, unit: int) -> None:
        """The visit's unit from now on, -1 for none."""
        present = self.engine.present
        if visit.unit >= 0:
            present[visit.unit] -= 1
        if unit >= 0:
            present[unit] += 1
        visit.unit = unit

    # ---- class
    def class_changed(self, visit: Visit) -> None:
        """Lines and nurse ratios follow a change of class at once; what is then lacking is recorded, nobody evicted."""
        for token in visit.tokens:
            if token.waiting is not None and not token.waiting.judge and not token.waiting.regrant:
                self.lines.rekey(token.waiting)
                if self.lines.keeps_place(token.waiting):
                    self.engine.flow.blocked.append(token.waiting)
        for holding in [h for h in self.places(visit) if not h.place]:
            ways = self.lines.needs_of(visit, self.engine.flow.request_of(holding.step))
            place = next(h.resource for h in visit.holdings if h.place and h.group == holding.group)
            way = next((way for way in ways if way[0][0] == place), ())
            amount = dict(way).get(holding.resource, holding.amount)
            if amount != holding.amount:
                self._reweigh(visit, holding, amount)

    def _reweigh(self, visit: Visit, holding: Holding, amount: int) -> None:
        now = self.engine.now
        self.record.held(visit, holding, now)
        self.lines.give(holding.resource, holding.amount - amount)
        holding.amount, holding.joined, holding.start = amount, now, now
        if self.lines.held[holding.resource] > self.lines.capacity[holding.resource]:
            self.record.event(visit, self.record.CHANGE, now, BREACH, holding.resource)
