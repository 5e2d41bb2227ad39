"""Taking a resource from a running step: pre-emption by order, and handing over at the end of a shift."""
from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hospital_twin.engines.lines import Needs
from hospital_twin.engines.record import HANDED_OVER, PREEMPTED
from hospital_twin.engines.state import NEVER, Holding, Token, Waiting
from hospital_twin.program.codes import Op

if TYPE_CHECKING:
    from hospital_twin.engines.simpy_engine import Engine

RESTART = 2
Victim = tuple[Holding, Token]


class Preemption:
    """Finds victims and sends them back to their lines."""

    def __init__(self, engine: Engine):
        self.engine = engine

    def make_room(self, waiting: Waiting) -> Needs | None:
        """Free what a request needs from those lower in order; None when its order does not allow that."""
        lines = self.engine.lines
        if waiting.regrant or len(waiting.alternatives) != 1:
            return None
        order, chosen = waiting.key[:-4], []
        for resource, amount in waiting.alternatives[0]:
            short = amount - (lines.capacity[resource] - lines.held[resource])
            for holding, token in self._running(resource):
                if short > 0 and holding.key[:-4] > order and token is not waiting.token:
                    chosen.append((holding, token))
                    short -= holding.amount
            if short > 0:
                return None
        restart = self.engine.program.requests[waiting.request].preempt == RESTART
        self._send_back(chosen, PREEMPTED, restart=restart)
        return waiting.alternatives[0]

    def hand_over(self, resource: int) -> None:
        """What exceeds the new capacity goes back to its line, with the work that is left."""
        lines, chosen = self.engine.lines, []
        victims = self._running(resource)
        victims.sort(key=lambda v: v[0].server <= lines.capacity[resource])
        excess = lines.held[resource] - lines.capacity[resource]
        for holding, token in victims:
            if excess > 0:
                chosen.append((holding, token))
                excess -= holding.amount
        self._send_back(chosen, HANDED_OVER, restart=False)

    def _running(self, resource: int) -> list[Victim]:
        """Steps at work with a resource: lowest in order first, then the latest start, then the highest visit."""
        found = [(h, token) for visit in self.engine.visits.values() for h in visit.holdings if h.resource == resource
                 for token in visit.tokens if token.branch == h.branch and token.ends >= 0]
        found.sort(key=lambda v: (v[0].key[:-4], v[0].start, v[1].visit.id), reverse=True)
        return found

    def _send_back(self, chosen: list[Victim], reason: int, *, restart: bool) -> None:
        """End the stints of the steps chosen, each step once, whatever it loses."""
        lost_by: dict[Token, list[Holding]] = {}
        for holding, token in chosen:
            lost_by.setdefault(token, []).append(holding)
        for token, lost in lost_by.items():
            for holding in lost:
                self._take_from(token, holding, reason)
            self._interrupt(token, reason, restart=restart)
            self._wait_again(token, lost)

    def _take_from(self, token: Token, holding: Holding, reason: int) -> None:
        engine = self.engine
        token.visit.holdings.remove(holding)
        engine.record.held(token.visit, holding, engine.now, reason)
        engine.lines.servers.free(holding.resource, holding.server, engine.now)
        engine.lines.give(holding.resource, holding.amount)

    def _interrupt(self, token: Token, reason: int, *, restart: bool) -> None:
        engine, op = self.engine, self.engine.flow.ops[token.pc]
        if op[1] == Op.DELAY and op[5] >= 0:
            engine.record.task(token.visit, op[5], token.began, token.began, engine.now, reason)
        if restart:
            engine.flow.next_occurrence(token.visit, token.pc)
            token.remaining = NEVER
        elif op[1] == Op.DELAY:
            token.remaining = token.ends - engine.now
        token.ends = token.began = NEVER

    def _wait_again(self, token: Token, lost: list[Holding]) -> None:
        """One request for all that was lost, in the order of the first, with its first join tick."""
        engine, first = self.engine, lost[0]
        seize = engine.flow.seize_of[first.step]
        request = engine.flow.ops[seize][4]
        needs = Counter[int]()
        for holding in lost:
            needs[holding.resource] += holding.amount
        waiting = Waiting(token, seize, request, first.key, engine.now, first.key[-4], (tuple(needs.items()),),
                          tuple(needs), fresh=False, regrant=tuple(lost))
        token.waiting = waiting
        token.bell = token.wait = engine.env.event()
        engine.rouse(token)
        if engine.program.requests[request].patience_renewed:
            engine.flow.next_occurrence(token.visit, seize)
            engine.flow.be_patient(waiting, engine.flow.draw(token.visit, seize))
        engine.lines.join(waiting)

    def regranted(self, waiting: Waiting) -> None:
        """What was lost is held again; the step goes on where its token stands."""
        engine, token = self.engine, waiting.token
        for old in waiting.regrant:
            engine.lines.take(old.resource, old.amount)
            server = engine.lines.servers.assign(old.resource, waiting, engine.lines.capacity[old.resource], old.step)
            token.visit.holdings.append(Holding(
                old.resource, old.amount, old.step, old.activity, old.place, old.group, old.branch, waiting.joined,
                engine.now, server, old.key, old.unit))
        engine.flow.go(token, token.pc)
