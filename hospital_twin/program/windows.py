"""Times of day that steps wait for → tables."""
from __future__ import annotations

from itertools import accumulate

import numpy as np

from hospital_twin.errors import BadInput
from hospital_twin.layout import steps as s
from hospital_twin.layout.terms import days_of, minutes_of, week_minutes, window_of
from hospital_twin.program.program import Window

PROFILE, ROUNDS, OPEN = 0, 1, 2
_NONE = np.zeros(0, dtype=np.int64)


class Windows:
    """Windows under construction; equal ones are one."""

    def __init__(self) -> None:
        self.found: list[Window] = []
        self._places: dict[str, int] = {}

    def window(self, until: s.Profile | s.Rounds | s.Open, where: str) -> int:
        """The place of a window."""
        key = repr(until)
        if key not in self._places:
            make = {s.Profile: _profile, s.Rounds: _rounds, s.Open: _open}[type(until)]
            self._places[key] = len(self.found)
            self.found.append(make(until, where))
        return self._places[key]


def _profile(until: s.Profile, where: str) -> Window:
    week = np.zeros(10080)
    changes = week_minutes(until.profile)
    if any(minute % 60 for minute, _ in changes):
        raise BadInput(where, "the profile changes within an hour",
                       "windows from full hour to full hour, as 10:00-12:00")
    for (begin, value), (end, _) in zip(changes, [*changes[1:], (10080, 0)], strict=True):
        week[begin:end] = value
    hourly = week.reshape(168, 60).mean(axis=1).reshape(7, 24)
    accept = np.ones(7)
    for days, share in (until.weekdays or {}).items():
        try:
            accept[list(days_of(days))] = share
        except ValueError as wrong:
            raise BadInput(where, f"{days!r} names no weekdays", "mon, sat,sun or mon-fri") from wrong
    if not hourly.any(axis=1)[accept > 0].all() or not (accept > 0).any():
        raise BadInput(where, "a day on which nobody ever goes, yet whose share is not 0",
                       "a weight above 0 in at least one hour of each day, or a share of 0 for the day")
    sums = np.zeros((7, 25))
    for day in range(7):
        total = sum(hourly[day])
        sums[day] = [c / total if total else 0.0 for c in accumulate(hourly[day], initial=0)]
    return Window(PROFILE, sums, accept, bool(until.weekdays), _NONE)


def _rounds(until: s.Rounds, where: str) -> Window:
    try:
        times = sorted({day * 1440 + minutes_of(at) for day in days_of(until.days) for at in until.at})
    except ValueError as wrong:
        raise BadInput(where, str(wrong).split(": expected")[0], "at: [08:00, 14:00], days: mon-fri") from wrong
    return Window(ROUNDS, np.zeros((7, 25)), np.ones(7), False, np.array(times, dtype=np.int64))


def _open(until: s.Open, where: str) -> Window:
    week = week_minutes(dict.fromkeys([until.open] if isinstance(until.open, str) else until.open, 1))
    return Window(OPEN, np.zeros((7, 25)), np.ones(7), False, weekly_spans(week))


def weekly_spans(week: list[tuple[int, float]]) -> np.ndarray:
    """Spans of minutes of the week in which a pattern is not 0, shape (spans, 2)."""
    ends = [m for m, _ in week[1:]] + [10080]
    return np.array([(m, e) for (m, value), e in zip(week, ends, strict=True) if value], dtype=np.int64).reshape(-1, 2)


def weekly_spans_of(text: str, where: str) -> np.ndarray:
    """Spans of minutes of the week of one window."""
    try:
        window_of(text)
    except ValueError as wrong:
        raise BadInput(where, f"{text!r} is not a window", "[days] HH:MM-HH:MM, as in mon-fri 08:00-16:00") from wrong
    return weekly_spans(week_minutes({text: 1}))
