"""Taking a resource from a running step: pre-emption by order, and handing over at the end of a shift."""
from __future__ import annotations

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
        if waiting.regrant is not None or len(waiting.alternatives) != 1:
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
        for holding, token in chosen:
            self._send_back(holding, token, PREEMPTED, restart=restart)
        return waiting.alternatives[0]

    def hand_over(self, resource: int) -> None:
        """What exceeds the new capacity goes back to its line, with the work that is left."""
        lines = self.engine.lines
        victims = self._running(resource)
        victims.sort(key=lambda v: v[0].server <= lines.capacity[resource])
        for holding, token in victims:
            if lines.held[resource] > lines.capacity[resource]:
                self._send_back(holding, token, HANDED_OVER, restart=False)

    def _running(self, resource: int) -> list[Victim]:
        """Steps at work with a resource: lowest in order first, then the latest start, then the highest visit."""
        found = [(h, token) for visit in self.engine.visits.values() for h in visit.holdings if h.resource == resource
                 for token in visit.tokens if token.branch == h.branch and token.ends >= 0]
        found.sort(key=lambda v: (v[0].key[:-4], v[0].start, v[1].visit.id), reverse=True)
        return found

    def _send_back(self, holding: Holding, token: Token, reason: int, *, restart: bool) -> None:
        engine, visit = self.engine, token.visit
        visit.holdings.remove(holding)
        engine.record.held(visit, holding, engine.now, reason)
        engine.lines.servers.free(holding.resource, holding.server, engine.now)
        engine.lines.give(holding.resource, holding.amount)
        op = engine.flow.ops[token.pc]
        if op[1] == Op.DELAY and op[5] >= 0:
            engine.record.task(visit, op[5], token.began, token.began, engine.now, reason)
        if restart:
            engine.flow.next_occurrence(visit, token.pc)
            token.remaining = NEVER
        elif op[1] == Op.DELAY:
            token.remaining = token.ends - engine.now
        token.ends = token.began = NEVER
        seize = engine.flow.seize_of[holding.step]
        request = engine.flow.ops[seize][4]
        waiting = Waiting(token, seize, request, holding.key, engine.now, holding.key[-4],
                          (((holding.resource, holding.amount),),), (holding.resource,), fresh=False, regrant=holding)
        token.waiting = waiting
        token.bell = token.wait = engine.env.event()
        engine.rouse(token)
        if engine.program.requests[request].patience_renewed:
            engine.flow.next_occurrence(visit, seize)
            engine.flow.be_patient(waiting, engine.flow.draw(visit, seize))
        engine.lines.join(waiting)

    def regranted(self, waiting: Waiting) -> None:
        """What was lost is held again; the step goes on where its token stands."""
        engine, old, token = self.engine, waiting.regrant, waiting.token
        engine.lines.take(old.resource, old.amount)
        server = engine.lines.servers.assign(old.resource, waiting, engine.lines.capacity[old.resource], old.step)
        token.visit.holdings.append(Holding(old.resource, old.amount, old.step, old.activity, old.place, old.group,
                                            old.branch, waiting.joined, engine.now, server, old.key, old.unit))
        engine.flow.go(token, token.pc)
