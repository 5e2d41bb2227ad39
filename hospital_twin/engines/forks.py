"""Things that happen side by side: branches of one visit, and the ends of them."""
from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_twin.engines.record import WITHDRAWN
from hospital_twin.engines.state import Token, Visit
from hospital_twin.program.codes import Op

if TYPE_CHECKING:
    from hospital_twin.engines.simpy_engine import Engine


class Forks:
    """Starts, ends and cancels the tokens of a visit."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.ended: list[Token] = []
        self._targets = engine.program.code.branches.tolist()

    def fork(self, token: Token, first: int, branches: int) -> None:
        """A token waits while its branches run."""
        token.pending = branches
        token.bell = token.wait = self.engine.env.event()
        children = [Token(token.visit, first + i + 1, self._targets[first + i], parent=token) for i in range(branches)]
        token.visit.tokens += children
        for child in children:
            if child in token.visit.tokens:
                self.engine.start(child)

    def end_branches(self) -> None:
        """Branches that ended in this round, in the order of visit and branch."""
        while self.ended:
            ended, self.ended = self.ended, []
            for token in sorted(ended, key=lambda t: (t.visit.id, t.branch)):
                if token in token.visit.tokens:
                    self._branch_ended(token)

    def _branch_ended(self, token: Token) -> None:
        visit, parent, flow = token.visit, token.parent, self.engine.flow
        visit.tokens.remove(token)
        parent.pending -= 1
        if flow.ops[parent.pc][6] == 1:
            for other in [t for t in visit.tokens if t.parent is parent]:
                self.cancel(other)
            parent.pending = 0
        if parent.pending == 0:
            flow.go(parent, flow.ops[parent.pc][2])

    def cancel(self, token: Token) -> None:
        """A token stops: its branches with it, what it waits for withdrawn, what it holds let go."""
        visit, engine = token.visit, self.engine
        for child in [t for t in visit.tokens if t.parent is token]:
            self.cancel(child)
        if token in visit.tokens:
            visit.tokens.remove(token)
        if token.waiting is not None:
            waiting, token.waiting = token.waiting, None
            engine.lines.leave(waiting)
            if not waiting.judge:
                engine.record.wait_ended(visit, waiting.lines[0], waiting.joined, engine.now, WITHDRAWN)
        at_work = engine.flow.ops[token.pc]
        if at_work[1] == Op.DELAY and at_work[6] >= 0:
            engine.holdings.let_go(visit, engine.holdings.of_step(visit, at_work[6]), reason=WITHDRAWN)
        if token.branch:
            engine.holdings.let_go(visit, [h for h in visit.holdings if h.branch == token.branch and h.group < 0],
                                   reason=WITHDRAWN)
        token.wait, token.ends = None, -1
        engine.rouse(token)

    def restart_at(self, visit: Visit, entry: int) -> None:
        """A visit drops what it is doing, keeps what it holds, and follows another pathway from now on."""
        for token in [t for t in visit.tokens if t.parent is None]:
            self.cancel(token)
        token = Token(visit, 0, entry)
        visit.tokens.append(token)
        self.engine.start(token)
