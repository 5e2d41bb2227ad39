"""Who came and who went, by place, and how many were to be expected in each hour."""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Self

import numpy as np

from hospital_twin.eventlog import EventLog, LocalHours, local_hours
from hospital_twin.eventlog.clock import tick, ticks

ARRIVALS, ENDS = "arrivals", "ends"
DAY = 24 * 3_600_000_000
_HOURS = 168


class InUnits(NamedTuple):
    """All stays in units: visit, unit (its number in `names`), and ticks; an open end is `NEVER`."""

    visit: np.ndarray
    unit: np.ndarray
    start: np.ndarray
    end: np.ndarray
    names: tuple[str, ...]

    @classmethod
    def of(cls, log: EventLog) -> Self:
        """The rows ``stay`` of a log."""
        stay = np.flatnonzero(log.stays["activity"].eq("stay").to_numpy())
        unit = log.stays["unit"].cat
        visit, start, end = (log.stays[column].iloc[stay] for column in ("visit", "start", "end"))
        return cls(visit.to_numpy(), unit.codes.to_numpy().astype(np.int64)[stay], ticks(start), ticks(end),
                   tuple(map(str, unit.categories)))

    def at(self, place: str | None) -> np.ndarray:
        """Which are at a place; None for the whole hospital."""
        if place is None:
            return np.ones(len(self.unit), dtype=bool)
        return self.unit == (self.names.index(place) if place in self.names else -1)


class Flow(NamedTuple):
    """The arrivals at a place within the window, or the ends of stays there (None: the whole hospital).

    times: ticks in order. expected: for each hour of the window how many there would be, were every week alike.
    """

    place: str | None
    what: str
    times: np.ndarray
    expected: np.ndarray


class Flows(NamedTuple):
    """All flows of a log, the whole hospital's first. hours: of the window."""

    hours: LocalHours
    all: tuple[Flow, ...]

    def of(self, what: str) -> tuple[Flow, ...]:
        """The arrivals, or the ends."""
        return tuple(flow for flow in self.all if flow.what == what)


def flows_of(log: EventLog, stays: InUnits) -> Flows:
    """What flows through the hospital and each of its units within the window of a log; none through an empty one."""
    hours = local_hours(log.start, log.end, log.time_zone)
    if not len(hours.hour):
        return Flows(hours, ())
    first, last = tick(log.start), tick(log.end)
    found = []
    for place, what, times in _all_times(log, stays):
        inside = np.sort(times[(times >= first) & (times < last)])
        expected = _expected(inside, hours)
        if what == ENDS:
            expected *= _filled(stays.start[stays.at(place)], stays.end[stays.at(place)], hours)
        found.append(Flow(place, what, inside, expected))
    return Flows(hours, tuple(found))


def _all_times(log: EventLog, stays: InUnits) -> Iterator[tuple[str | None, str, np.ndarray]]:
    activity = log.stays["activity"]
    for what, word in ((ARRIVALS, "arrive"), (ENDS, "leave")):
        yield None, what, ticks(log.stays["start"].iloc[np.flatnonzero(activity.eq(word).to_numpy())])
    for name in log.units:
        own = stays.at(name)
        yield name, ARRIVALS, stays.start[own]
        yield name, ENDS, stays.end[own]


def _expected(times: np.ndarray, hours: LocalHours) -> np.ndarray:
    """By the hour of the week; where that leaves little to count, by day and hour apart if that is less.

    A hole in the record lowers what is expected in it, so what is found there is rather too little than too much.
    """
    counts = np.bincount(np.searchsorted(hours.edges, times, side="right") - 1, minlength=len(hours.hour))
    length, of_week = hours.hours, hours.weekday.astype(int) * 24 + hours.hour
    came, lasted = (np.bincount(of_week, values, _HOURS).reshape(7, 24) for values in (counts, length))
    rate = _ratio(came, lasted)
    mean = _ratio(came.sum(), lasted.sum())
    apart = np.outer(_ratio(came.sum(axis=1), lasted.sum(axis=1)), _ratio(came.sum(axis=0), lasted.sum(axis=0)))
    rate = np.minimum(rate, apart / mean if mean else 0.0)
    return rate.ravel()[of_week] * length


def _filled(start: np.ndarray, end: np.ndarray, hours: LocalHours) -> np.ndarray:
    """Who is there in each hour, as a share of half of who is at that hour of the week, at most 1: fewer leave a place
    that is still filling up, or to which nobody comes any more."""
    there = np.searchsorted(np.sort(start), hours.edges[:-1], side="right") \
        - np.searchsorted(np.sort(end), hours.edges[:-1], side="right")
    of_week = hours.weekday.astype(int) * 24 + hours.hour
    usual = _ratio(np.bincount(of_week, there, _HOURS), np.bincount(of_week, minlength=_HOURS))[of_week]
    return np.minimum(2 * _ratio(there, usual), 1.0)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
