"""The reference engine: the flat program interpreted with SimPy, one process a token.

SimPy keeps the calendar and lets processes sleep. Everything else is decided here, in the order that
`docs/flow_language.md` fixes, never by the order in which SimPy happens to wake two processes of one tick.
"""
from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from hospital_twin.engines import snapshot as snapshots
from hospital_twin.engines.arrivals import Arrivals
from hospital_twin.engines.circles import move_circles
from hospital_twin.engines.flow import Flow, RunFailed
from hospital_twin.engines.forks import Forks
from hospital_twin.engines.holdings import Holdings
from hospital_twin.engines.lines import Lines
from hospital_twin.engines.lookups import Lookups
from hospital_twin.engines.preemption import Preemption
from hospital_twin.engines.record import Record
from hospital_twin.engines.rules import Rules
from hospital_twin.engines.shifts import Shifts
from hospital_twin.engines.staffing import Staffing
from hospital_twin.engines.state import Token, Visit
from hospital_twin.engines.windows import Days
from hospital_twin.eventlog import EventLog
from hospital_twin.program import Program
from hospital_twin.streams import TICKS_PER_HOUR, replication_key

MOST_DRAINED = 3700
"""Days beyond the horizon after which a run that drains is given up."""

MOST_ROUNDS = 1000
"""Rounds of one instant after which the run is given up: something goes round without taking time."""


class EndlessInstant(RunFailed):
    """Visits go round without taking time."""


def simulate(program: Program, *, seed: int, replication: int = 0, resume: snapshots.Snapshot | None = None
             ) -> EventLog:
    """One replication of a program over its horizon, as an event log.

    seed: any whole number from 0. replication: from 0; each is independent of the others, and each can be run alone.
    resume: go on from a snapshot of the same program, seed and replication.
    """
    engine = Engine(program, seed, replication, resume)
    engine.run(program.calendar.horizon)
    if program.drain and not engine.stopped:
        engine.drain()
    return engine.event_log()


def pause(program: Program, *, seed: int, replication: int = 0, at: int, resume: snapshots.Snapshot | None = None
          ) -> snapshots.Snapshot:
    """The state just before tick `at`: everything that happened before it, nothing that happens at it.

    At the latest the state at the end of the horizon, with which a run that stops there has ended.
    """
    engine = Engine(program, seed, replication, resume)
    engine.run(min(at, program.calendar.horizon))
    return snapshots.take(engine)


class Engine:
    """One replication under way."""

    def __init__(self, program: Program, seed: int, replication: int, resume: snapshots.Snapshot | None = None):
        self.program, self.seed, self.replication = program, seed, replication
        self.key = replication_key(seed, replication)
        resume = resume if resume and resume.now else None  # before the first instant there is nothing to restore
        self.now = resume.now if resume else 0
        self.env = simpy.Environment(initial_time=self.now)
        self.visits: dict[int, Visit] = {}
        self.present = [0] * len(program.words.units)
        self.lines = Lines(program)
        self.record = Record(program)
        self.rules = Rules(self)
        self.lookups = Lookups(program, self)
        self.days = Days(self)
        self.holdings, self.forks, self.preemption = Holdings(self), Forks(self), Preemption(self)
        self.flow = Flow(self)
        self.staffing, self.shifts = Staffing(program), Shifts(program)
        self.lines.connect(self.lookups, self.flow)
        self.arrivals = Arrivals(self)
        self.stopped = self.somebody_joined = False
        self.due_capacity: list[tuple[int, int, int]] = []
        self.due_patience: list[Any] = []
        self.ringing: list[Token] = []
        self.turns: list[Token] = []
        self.next_change = 0
        if resume:
            snapshots.restore(self, resume)
        else:
            self._apply_changes()
            self.arrivals.begin()
        if self.rules.look_at_the_clock():
            self.rules.wake_hourly(-(-self.now // TICKS_PER_HOUR) * TICKS_PER_HOUR)

    # ---- what expressions ask (`Counts`)
    @property
    def capacity(self) -> list[int]:
        """Capacity per resource, integer units."""
        return self.lines.capacity

    @property
    def held(self) -> list[int]:
        """What is held per resource, integer units."""
        return self.lines.held

    @property
    def active(self) -> list[bool]:
        """Which rules are active."""
        return self.rules.active

    def waiting(self, resource: int) -> int:
        """How many wait in a resource's line."""
        return self.lines.waiting(resource)

    # ---- the calendar
    def alarm(self, tick: int, call: Any, *what: Any) -> None:
        """Call `call(*what)` when the clock reaches `tick`, among the ends and releases of that instant."""
        timeout = self.env.timeout(tick - self.env.now)
        timeout.callbacks.append(lambda event: call(*what))

    def instants(self) -> list[int]:
        """The ticks that the calendar will come to, also those of alarms that nobody waits for any more."""
        return sorted({tick for tick, *_ in self.env._queue})

    def sleep(self, token: Token, tick: int) -> None:
        """The token's process sleeps until `tick`; what takes no time goes on in the next round."""
        if tick > self.now:
            token.wait = self.env.timeout(tick - self.env.now)
        else:
            token.bell = token.wait = self.env.event()
            self.ringing.append(token)

    def ring(self, token: Token) -> None:
        """Wake a token that waits on its bell."""
        token.bell.succeed()

    def start(self, token: Token) -> None:
        """Let a new token run to its first wait, then give it a process to sleep in."""
        self.flow.advance(token)
        if token.wait is not None:
            token.process = self.env.process(self._life(token))

    def put_to_sleep(self, token: Token) -> None:
        """Give a token of a snapshot its process, asleep as it was."""
        if token.ends >= 0:
            self.sleep(token, token.ends)
        else:
            token.bell = token.wait = self.env.event()
        token.process = self.env.process(self._life(token))

    def _life(self, token: Token) -> Generator:
        """A token's SimPy process: one loop over the program."""
        token.started = True
        while token.wait is not None:
            waited_for = token.wait
            try:
                yield waited_for
            except simpy.Interrupt:
                continue
            if token.wait is not waited_for:
                continue
            if token.parent is not None and waited_for is not token.turn:
                self._queue_for_turn(token)
            else:
                self.flow.advance(token)

    def _queue_for_turn(self, token: Token) -> None:
        """Branches of visits that wake at one tick go on in the order of visit and branch, not in that of waking."""
        token.turn = token.wait = self.env.event()
        self.turns.append(token)

    def _take_turns(self) -> None:
        turns, self.turns = self.turns, []
        for token in sorted(turns, key=lambda t: (t.visit.id, t.branch)):
            if token.wait is token.turn:
                token.turn.succeed()

    def rouse(self, token: Token) -> None:
        """Make a sleeping process look at its token's new `wait`."""
        if token.started and token.process.is_alive and token.process is not self.env.active_process:
            token.process.interrupt()

    def settle_processes(self) -> None:
        """Let new processes come to their first sleep, and interrupted ones fall asleep again: no event of ours."""
        queue, now = self.env._queue, self.now
        while queue and queue[0][0] == now and queue[0][1] == simpy.events.URGENT:
            self.env.step()

    # ---- instants
    def run(self, until: int) -> None:
        """Work off every instant before tick `until`."""
        env = self.env
        if not self.stopped and self.now == 0 and until > 0:
            self._instant()
        while not self.stopped:
            tick = env.peek()
            if tick >= until:
                break
            self.now = tick
            self._instant()
        self.now = max(self.now, until) if not self.stopped else self.now

    def drain(self) -> None:
        """No more arrivals; go on until everybody has left. Raises `RunFailed` if somebody never does."""
        self.arrivals.close()
        if self.shifts.repeat(self.next_change):
            self.set_change_alarm(self.next_change)
        last = self.program.calendar.horizon + MOST_DRAINED * 24 * TICKS_PER_HOUR
        while self.visits and not self.stopped:
            tick = self.env.peek()
            if tick > last:
                raise RunFailed(self.flow.places_of(self.visits.values()),
                                f"{len(self.visits):,} patients never leave, so the run does not drain",
                                "`after_horizon: stop`, or whoever they wait for on duty")
            self.now = tick
            self._instant()

    def _instant(self) -> None:
        """One instant, in rounds: ends, capacity, rules, arrivals and joins, serving; at the very end patience."""
        env, now = self.env, self.now
        if self.rules.any:
            self.rules.new_instant()
        for _ in range(MOST_ROUNDS):
            self._round()
            if env.peek() == now or self.ringing or self.forks.ended or self.somebody_joined:
                continue
            if not self._give_up():
                return
        raise EndlessInstant(
            self.flow.places_of({token.visit for token in self.ringing} or self.visits.values()),
            f"after {MOST_ROUNDS:,} rounds of one instant patients still go round without taking time",
            "a step that takes time on the way round; a `return` after more than no time")

    def _round(self) -> None:
        """What has nothing to do is passed over: most rounds are one end and one grant, and there are many."""
        step, queue, now = self.env.step, self.env._queue, self.now
        if self.ringing:
            self._ring_bells()
        while True:
            while queue and queue[0][0] == now:
                step()
            if not self.turns:
                break
            self._take_turns()
        if self.forks.ended:
            self.forks.end_branches()
        if self.due_capacity:
            self._change_capacities()
        if self.rules.any:
            self.rules.look()
        self.somebody_joined = False
        if self.arrivals.due or self.lines.newcomers:
            self._let_in()
        self.lines.dirty |= self.lines.watched
        if self.lines.dirty:
            self.lines.serve()
        if self.lines.watched:
            self.flow.blocked += self.lines.otherwise_admitted()
        if self.flow.blocked:
            move_circles(self)
        if self.flow.holders:
            self.flow.look_at_conditions()

    def _let_in(self) -> None:
        """Arrivals and newly joining requests. Where there are rules they look again, at who then still waits."""
        if self.arrivals.due:
            self.arrivals.let_in()
        self.settle_processes()
        self.somebody_joined = self.rules.any and bool(self.lines.newcomers)
        self.lines.let_in()

    def _ring_bells(self) -> None:
        ringing, self.ringing = self.ringing, []
        for token in ringing:
            if token.wait is token.bell and not token.bell.triggered:
                token.bell.succeed()

    def _give_up(self) -> bool:
        """Whoever's patience ends at this tick and still waits, leaves the line."""
        if not self.due_patience:
            return False
        due, gave_up = sorted(self.due_patience, key=lambda w: w.key[-3:]), False
        self.due_patience.clear()
        for waiting in due:
            if waiting.token.waiting is waiting:
                self.flow.gives_up(waiting)
                gave_up = True
        return gave_up

    # ---- capacity
    def _apply_changes(self) -> None:
        """Queue the changes of this tick and set the alarm for the next tick that has one."""
        while (change := self.shifts.change(self.next_change)) and change[1] <= self.now:
            resource, _, amount, reason = change
            self.due_capacity.append((resource, amount, reason))
            self.next_change += 1
        self.set_change_alarm(self.next_change)

    def set_change_alarm(self, number: int) -> None:
        """Go on with the changes of capacity from the `number`-th."""
        self.next_change = number
        if change := self.shifts.change(number):
            self.alarm(change[1], self._apply_changes)

    def _change_capacities(self) -> None:
        due, self.due_capacity = self.due_capacity, []
        for resource, amount, reason in sorted(due):
            self.rules.scheduled[resource] = amount
            self.set_capacity(resource, reason)

    def set_capacity(self, resource: int, reason: int) -> None:
        """Capacity = what the schedule says plus what active rules add, never below 0."""
        amount = max(0, self.rules.scheduled[resource] + self.rules.added[resource])
        amount *= self.lookups.scale[resource]
        if amount == self.lines.capacity[resource] and self.now:
            return
        fell = amount < self.lines.capacity[resource]
        self.lines.set_capacity(resource, amount)
        self.flow.still_full(resource)
        self._record_capacity(resource, reason)
        if fell and self.program.resources.hand_over[resource]:
            self.preemption.hand_over(resource)

    def _record_capacity(self, resource: int, reason: int) -> None:
        """A unit's capacity is its staffed places, so a change of its nurses is one of the unit too."""
        self.record.capacity_is(resource, self.now, self.staffing.staffed(resource, self.lines.capacity), reason)
        for place in self.staffing.places_of.get(resource, ()):
            self.record.capacity_is(place, self.now, self.staffing.staffed(place, self.lines.capacity), reason)

    # ---- the end
    def event_log(self) -> EventLog:
        """Everything recorded, with what is still going on as open rows."""
        from hospital_twin import __version__
        end = self.now if self.stopped else max(self.now, self.program.calendar.horizon)
        return self.record.event_log(self.flow.open_rows(), self.seed, self.replication, end, __version__)


__all__ = ["EndlessInstant", "Engine", "pause", "simulate"]
