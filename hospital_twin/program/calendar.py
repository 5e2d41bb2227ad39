"""The local clock of a run as tables, so that engines never meet a time zone."""
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from hospital_twin.errors import BadInput
from hospital_twin.layout.terms import week_minutes
from hospital_twin.program.program import Calendar
from hospital_twin.streams import TICKS_PER_HOUR

TICKS_PER_MINUTE = TICKS_PER_HOUR // 60
LONGEST_DAYS = 3700
"""Days that a program can last: ten years and some weeks to fill the hospital before."""
SPARE_DAYS = 60
"""Days of tables beyond the horizon: stays that reach over it look up their hours there, and a drained run ends."""

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)


def calendar(time_zone: str, starts: date, days: float) -> Calendar:
    """Tables of `days` days (and some to spare) from local midnight of `starts`."""
    if not 0 < days <= LONGEST_DAYS:
        raise BadInput("the run", f"a horizon of {days:g} days", f"more than 0 and at most {LONGEST_DAYS:,} days")
    if not 1900 <= starts.year <= 2250:
        raise BadInput("the run", f"a start in {starts.year}", "a year from 1900 to 2250")
    zone = ZoneInfo(time_zone)
    epoch = _unix_ticks(datetime(starts.year, starts.month, starts.day, tzinfo=zone))
    n_days = int(-(-days // 1)) + SPARE_DAYS
    boundary = np.arange(n_days * 24, dtype=np.int64) * TICKS_PER_HOUR
    local = (epoch + boundary + _offsets(zone, epoch, n_days)).astype("datetime64[us]")
    return Calendar(epoch=epoch, horizon=round(days * 24 * TICKS_PER_HOUR), time_zone=time_zone,
                    hour_start=_hour_starts(starts, n_days, zone) - epoch, boundary=boundary,
                    hour=local.astype("datetime64[h]").astype(np.int64) % 24,
                    weekday=(local.astype("datetime64[D]").astype(np.int64) + 3) % 7,  # day 0 was a Thursday
                    month=local.astype("datetime64[M]").astype(np.int64) % 12 + 1)


def _offsets(zone: ZoneInfo, epoch: int, n_days: int) -> np.ndarray:
    """Ticks by which the local clock is ahead at each UTC hour; looked up hour by hour only in days with a change."""
    def ahead(hour: int) -> int:
        there = (_UNIX + timedelta(microseconds=epoch + hour * TICKS_PER_HOUR)).astimezone(zone).utcoffset()
        return there // timedelta(microseconds=1)
    found = np.empty((n_days, 24), dtype=np.int64)
    for day, row in enumerate(found):
        first, last = ahead(day * 24), ahead(day * 24 + 23)
        row[:] = first if first == last else [ahead(day * 24 + hour) for hour in range(24)]
    return found.ravel()


def _hour_starts(starts: date, n_days: int, zone: ZoneInfo) -> np.ndarray:
    """Ticks since 1970 at which each local hour begins, shape (days, 24)."""
    midnight = [_unix_ticks(_local(starts, day, 0, zone)) for day in range(n_days + 1)]
    found = np.array(midnight[:-1], dtype=np.int64)[:, None] + np.arange(24, dtype=np.int64) * TICKS_PER_HOUR
    for day in np.flatnonzero(np.diff(midnight) != 24 * TICKS_PER_HOUR).tolist():
        found[day] = [_unix_ticks(_local(starts, day, hour, zone)) for hour in range(24)]
    return found


def _local(starts: date, day: int, hour: int, zone: ZoneInfo) -> datetime:
    """Local time as an instant; an hour that the spring clock skips begins when the next one does."""
    then = datetime(starts.year, starts.month, starts.day, tzinfo=zone) + timedelta(days=day, hours=hour)
    back = then.astimezone(UTC).astimezone(zone)
    return back.replace(minute=0) if back.hour != then.hour else then


def _unix_ticks(then: datetime) -> int:
    return (then - _UNIX) // timedelta(microseconds=1)


def tick_of(calendar_: Calendar, day: int, minute: int) -> int:
    """The tick of a local minute of a day; minutes past midnight (>= 1440) are of the days after."""
    day, minute = day + minute // 1440, minute % 1440
    begins, ends = (int(calendar_.hour_start.flat[day * 24 + minute // 60 + later]) for later in (0, 1))
    return begins + min(minute % 60 * TICKS_PER_MINUTE, ends - begins)


def weekday_of(calendar_: Calendar, day: int) -> int:
    """The weekday of a local day, 0 is Monday."""
    return int(calendar_.weekday[np.searchsorted(calendar_.boundary, calendar_.hour_start[day, 12], "right") - 1])


def dates_of(calendar_: Calendar) -> np.ndarray:
    """The local dates of the days of the tables that end within them, datetime64[D]."""
    first = (_UNIX + timedelta(microseconds=calendar_.epoch)).astimezone(ZoneInfo(calendar_.time_zone)).date()
    return np.datetime64(first) + np.arange(len(calendar_.hour_start) - 1)


def tick_of_text(calendar_: Calendar, text: str, where: str) -> int:
    """The tick of a local date or date and time written in a layout."""
    try:
        then = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise BadInput(where, f"{text!r} is not a date", "2025-12-25 or 2025-12-25 07:00, local time") from wrong
    return _unix_ticks(then.replace(tzinfo=ZoneInfo(calendar_.time_zone))) - calendar_.epoch


def weekly_changes(calendar_: Calendar, pattern: float | dict) -> list[tuple[int, float]]:
    """A weekly pattern over the horizon: [(tick, value from then on)], without repeats."""
    week = week_minutes(pattern)
    if len(week) == 1:
        return [(0, week[0][1])]
    changes: list[tuple[int, float]] = []
    for day in range(len(calendar_.hour_start) - 1):
        weekday = weekday_of(calendar_, day)
        for minute, value in week:
            if minute // 1440 == weekday:
                changes.append((tick_of(calendar_, day, minute % 1440), value))
    return _without_repeats(_before_start(week, calendar_) + changes)


def _before_start(week: list[tuple[int, float]], calendar_: Calendar) -> list[tuple[int, float]]:
    """The value in force at tick 0, when the week's last change lies before it."""
    minute = int(calendar_.weekday[0]) * 1440
    return [(0, next(value for begin, value in reversed(week) if begin <= minute))]


def _without_repeats(changes: list[tuple[int, float]]) -> list[tuple[int, float]]:
    kept: list[tuple[int, float]] = []
    for tick, value in sorted(changes, key=lambda change: change[0]):
        if kept and kept[-1][0] == tick:
            kept[-1] = (tick, value)
        elif not kept or kept[-1][1] != value:
            kept.append((tick, value))
    return kept


def overridden(changes: list[tuple[int, float]], spans: list[tuple[int, int, float]]) -> list[tuple[int, float]]:
    """Changes with each (from, to, value) holding inside its span, later spans over earlier ones."""
    for first, end, value in spans:
        if end < 0:
            continue
        begin = max(first, 0)
        after = next(v for t, v in reversed(changes) if t <= end)
        kept = [(t, v) for t, v in changes if t < begin or t > end]
        changes = _without_repeats([*kept, (begin, value), (end, after)])
    return changes
