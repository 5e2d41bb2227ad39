"""Rules that act during a run: when a condition holds, capacity, routes or arrivals change."""
from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_twin.distributions import Flat, quantile_function
from hospital_twin.engines.state import Visit
from hospital_twin.program.codes import Act, Op, X
from hospital_twin.program.places import RULE
from hospital_twin.streams import TICKS_PER_HOUR, Owner, owner_key, site, to_ticks, uniform

if TYPE_CHECKING:
    from hospital_twin.engines.simpy_engine import Engine

NOT_YET = -1


class Rules:
    """The state of every rule. decided: its condition has made it active; active: its actions are in force."""

    def __init__(self, engine: Engine):
        self.engine, self.rules = engine, engine.program.rules
        n, resources = len(self.rules), len(engine.program.words.resources)
        self.any = bool(self.rules)
        self.decided, self.active = [False] * n, [False] * n
        self.true_since, self.not_before, self.in_force_at = [NOT_YET] * n, [0] * n, [NOT_YET] * n
        self.firings = [0] * n
        self.scheduled, self.added = [0] * resources, [0] * resources
        self._moved: set[int] = set()
        self._owners = [site(name, "rule") >> 1 for name in engine.program.words.rules]
        self.lasting = [0] * n

    def wake_hourly(self, tick: int) -> None:
        """At every full hour there is an instant, so that conditions that look at the clock are looked at."""
        if self.engine.shifts.repeating or tick <= self.engine.program.calendar.boundary[-1]:
            self.engine.alarm(tick, self.wake_hourly, tick + TICKS_PER_HOUR)

    def look_at_the_clock(self) -> bool:
        """Whether a rule, a wait for a condition, an admission or a reserve looks at the clock."""
        program, codes = self.engine.program, self.engine.lines.codes
        conditions = [e for rule in self.rules for e in (rule.when, rule.until) if e >= 0]
        conditions += [int(op[3]) for op in program.code.ops if op[0] == Op.HOLD]
        conditions += [a.admits for options in program.asks for a in options if a.admits >= 0]
        conditions += [int(whom) for keep, whom in program.resources.reserve if keep]
        return any(codes(e) & {X.HOUR, X.WEEKDAY, X.MONTH} for e in conditions)

    def new_instant(self) -> None:
        """Each rule changes at most once an instant."""
        self._moved.clear()

    def look(self) -> None:
        """Let every rule that has not changed at this instant look at the counts."""
        for i, rule in enumerate(self.rules):
            if self.in_force_at[i] == self.engine.now and self.decided[i] and not self.active[i]:
                self._in_force(i)
            if i in self._moved:
                continue
            if self.decided[i]:
                if self.engine.now >= self.not_before[i] and self._over(rule):
                    self._moved.add(i)
                    self._end(i)
            elif self._holds_long_enough(i, rule):
                self._moved.add(i)
                self._begin(i, rule)

    def _term(self, expression: int) -> bool:
        return bool(self.engine.lookups.terms[expression](None, None))

    def _over(self, rule) -> bool:
        return self._term(rule.until) if rule.until >= 0 else not self._term(rule.when)

    def _holds_long_enough(self, i: int, rule) -> bool:
        now = self.engine.now
        if not self._term(rule.when) or (rule.until >= 0 and self._term(rule.until)):
            self.true_since[i] = NOT_YET
            return False
        if self.true_since[i] == NOT_YET:
            self.true_since[i] = now
            self.lasting[i] = self._ticks(i, rule.lasting, rule.sites["lasting"])
            if self.lasting[i]:
                self.engine.alarm(now + self.lasting[i], _wake)
        return now - self.true_since[i] >= self.lasting[i] and self._inside(i, rule)

    def _inside(self, i: int, rule) -> bool:
        """Whether the rule's window is open; if not, an instant is set for when it opens."""
        if not len(rule.between):
            return True
        days, now = self.engine.days, self.engine.now
        minute = days.minute_of_week(now)
        spans = rule.between.tolist()
        if any(begin <= minute < end for begin, end in spans):
            return True
        wait = min((begin - minute) % 10080 for begin, _ in spans)
        self.engine.alarm(now - now % 60_000_000 + wait * 60_000_000, _wake)
        return False

    def _ticks(self, i: int, flat: Flat | None, where: int) -> int:
        if flat is None:
            return 0
        key = owner_key(self.engine.key, Owner.RULE, self._owners[i])
        return max(0, to_ticks(quantile_function(flat)(uniform(key, where, self.firings[i]))))

    def _begin(self, i: int, rule) -> None:
        now = self.engine.now
        self.decided[i], self.true_since[i] = True, NOT_YET
        self.not_before[i] = now + self._ticks(i, rule.at_least, rule.sites["at_least"])
        if self.not_before[i] > now:
            self.engine.alarm(self.not_before[i], _wake)
        self.in_force_at[i] = now + self._ticks(i, rule.after, rule.sites["after"])
        self.firings[i] += 1
        if self.in_force_at[i] > now:
            self.engine.alarm(self.in_force_at[i], _wake)
        else:
            self._in_force(i)

    def _end(self, i: int) -> None:
        self.decided[i], self.in_force_at[i] = False, NOT_YET
        if self.active[i]:
            self.active[i] = False
            self._act(i, -1)

    def _in_force(self, i: int) -> None:
        self.active[i] = True
        self._act(i, 1)

    def _act(self, i: int, sign: int) -> None:
        for act, target, value in self.rules[i].acts:
            if act == Act.ADD:
                self.added[target] += sign * value
                self.engine.set_capacity(target, RULE)
            elif act == Act.EVICT and sign > 0:
                for visit in sorted((v for v in self.engine.visits.values() if v.unit == target), key=lambda v: v.id):
                    self.engine.forks.restart_at(visit, value)
            elif act == Act.STOP and sign > 0:
                self.engine.stopped = True

    def set_alarms(self) -> None:
        """After a snapshot: wake for what is still to come."""
        now = self.engine.now
        for i in range(len(self.rules)):
            since = self.true_since[i] + self.lasting[i] if self.true_since[i] != NOT_YET else NOT_YET
            for tick in (since, self.not_before[i], self.in_force_at[i]):
                if tick >= now:
                    self.engine.alarm(tick, _wake)
            if self.true_since[i] != NOT_YET:
                self._inside(i, self.rules[i])

    def diverted(self, visit: Visit) -> bool:
        """Whether an arrival is sent elsewhere by a rule in force."""
        for i, rule in enumerate(self.rules):
            if self.active[i]:
                for act, source, share in rule.acts:
                    if (act == Act.DIVERT and source == visit.source and uniform(visit.key, rule.sites["divert"])
                            < self.engine.lookups.value(share, visit)):
                        return True
        return False


def _wake() -> None:
    """An alarm whose only purpose is that there is an instant."""
