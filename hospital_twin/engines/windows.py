"""When a visit that waits for a time of day goes on."""
from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from hospital_twin.engines.state import Visit
from hospital_twin.program.program import Window
from hospital_twin.program.windows import OPEN, ROUNDS
from hospital_twin.streams import TICKS_PER_HOUR, uniform

if TYPE_CHECKING:
    from hospital_twin.engines.simpy_engine import Engine

MINUTE = TICKS_PER_HOUR // 60
DAY = 24 * TICKS_PER_HOUR
MOST_DAYS = 3700
"""Days tried for a visit that no day accepts."""


class Days:
    """Local days and their hours as ticks."""

    def __init__(self, engine: Engine):
        calendar = engine.program.calendar
        self.hour_start = calendar.hour_start.tolist()
        self._midnights = [row[0] for row in self.hour_start]
        self._lookups = engine.lookups

    def day_of(self, tick: int) -> int:
        """The local day in which a tick lies, 0 is the first."""
        day = bisect_right(self._midnights, tick) - 1
        last = len(self._midnights) - 1
        return day if day < last else last + (tick - self._midnights[last]) // DAY

    def tick(self, day: int, minute: int, rest: int = 0) -> int:
        """The tick of a minute of a local day."""
        day, minute = day + minute // 1440, minute % 1440
        beyond = max(0, day - len(self.hour_start) + 1)
        return self.hour_start[day - beyond][minute // 60] + beyond * DAY + minute % 60 * MINUTE + rest

    def weekday(self, day: int) -> int:
        """The weekday of a local day, 0 is Monday."""
        return self._lookups.weekday(self.tick(day, 720))

    def minute_of_week(self, tick: int) -> int:
        """Local minutes since Monday 00:00."""
        return (self._lookups.weekday(tick) * 24 + self._lookups.hour(tick)) * 60 + tick % TICKS_PER_HOUR // MINUTE


def next_time(engine: Engine, visit: Visit, window: Window, sites: list[int], ready: int) -> int:
    """The tick at which a visit that is ready goes on: the next such time at or after."""
    if window.kind == ROUNDS:
        return _next_round(engine.days, window, ready)
    if window.kind == OPEN:
        return _next_open(engine.days, window, ready)
    return _by_profile(engine, visit, window, sites, ready)


def _by_profile(engine: Engine, visit: Visit, window: Window, sites: list[int], ready: int) -> int:
    """One uniform gives the time of day, by the profile of the day tried; a draw per day may pass on to the next."""
    days, u = engine.days, uniform(visit.key, sites[0], visit.counts.get(sites[0], 0))
    first = days.day_of(ready)
    for day in range(first, first + MOST_DAYS):
        weekday = days.weekday(day)
        accept = window.accept[weekday]
        if window.shares and uniform(visit.key, sites[1], day) >= accept:
            continue
        sums = window.sums[weekday]
        hour = min(bisect_right(sums, u) - 1, 23)
        while sums[hour + 1] == sums[hour]:
            hour -= 1
        ticks = round((hour + (u - sums[hour]) / (sums[hour + 1] - sums[hour])) * TICKS_PER_HOUR)
        at = days.tick(day, ticks // TICKS_PER_HOUR * 60, ticks % TICKS_PER_HOUR)
        if at >= ready:
            return at
    return engine.flow.fail(visit, "a patient waits for a time of day that never comes",
                            "a weekday with a share above 0")


def _next_round(days: Days, window: Window, ready: int) -> int:
    times = window.times.tolist()
    day = days.day_of(ready)
    for later in range(8):
        weekday = days.weekday(day + later)
        for minute in times:
            if minute // 1440 == weekday and days.tick(day + later, minute % 1440) >= ready:
                return days.tick(day + later, minute % 1440)
    return ready + 7 * DAY


def _next_open(days: Days, window: Window, ready: int) -> int:
    minute = days.minute_of_week(ready)
    spans = window.times.tolist()
    if any(begin <= minute < end for begin, end in spans):
        return ready
    begins = [begin for begin, _ in spans]
    nxt = bisect_left(begins, minute)
    begin = begins[nxt] if nxt < len(begins) else begins[0] + 10080
    day = days.day_of(ready) + begin // 1440 - minute // 1440
    return days.tick(day, begin % 1440)
