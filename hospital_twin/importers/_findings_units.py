"""Units that are none, or that overlap: patients who count twice."""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hospital_twin.eventlog.clock import NEVER, TICKS_PER_HOUR
from hospital_twin.importers._finding import Finding, WholeLog
from hospital_twin.importers._flows import InUnits
from hospital_twin.importers._words import says_total

_MINUTE = TICKS_PER_HOUR // 60
_MANY, _NEARLY_ALL = 20, 0.9
_OFTEN = 0.25
_NO_MATTER = 5 * _MINUTE


def total_units(whole: WholeLog) -> Iterator[Finding]:
    """Units whose stays begin with a stay in another unit of the same visit, and end with one, nine times in ten.

    Of two that are a total of each other, the longer one is it, or the one that is called so.
    """
    stays = whole.stays
    left = np.ones(len(stays.unit), dtype=bool)
    while left.any():
        shared = np.zeros(len(left), dtype=bool)
        shared[left] = _shared(stays, left, stays.start) & _shared(stays, left, stays.end)
        n, both = (np.bincount(stays.unit[of], minlength=len(stays.names)) for of in (left, shared))
        found = np.flatnonzero((n >= _MANY) & (both >= _NEARLY_ALL * n))
        if not len(found):
            return
        name = max((stays.names[unit] for unit in found), key=lambda name: (_length(stays, name), says_total(name)))
        n = int(stays.at(name).sum())
        yield Finding("total_unit", f"{n:,} stays in {name} begin and end with stays of the same visits in other "
                      "units: it is a total over them, and each of its patients counts twice. A mapping leaves it out "
                      f"(units: {{{name}: null}})", name, rows=n)
        left &= ~stays.at(name)


def repeated_overlaps(whole: WholeLog) -> Iterator[Finding]:
    """Moves between two units after which, one time in four, the stay in the first goes on, for over five minutes."""
    stays = whole.stays
    totals = {finding.place for finding in total_units(whole)}
    own = np.flatnonzero(~np.isin(stays.unit, [stays.names.index(name) for name in totals]))
    own = own[np.lexsort((stays.end[own], stays.start[own], stays.visit[own]))]
    visit, unit, start, end = (getattr(stays, name)[own] for name in ("visit", "unit", "start", "end"))
    move = np.flatnonzero((visit[1:] == visit[:-1]) & (unit[1:] != unit[:-1]))
    late = np.where(end[move] == NEVER, 0, np.minimum(end[move], end[move + 1]) - start[move + 1])
    pair, twice = unit[move] * len(stays.names) + unit[move + 1], late > _NO_MATTER
    n, often = (np.bincount(of, minlength=len(stays.names) ** 2) for of in (pair, pair[twice]))
    for one in np.flatnonzero((often >= _MANY) & (often >= _OFTEN * n)):
        there, to = (stays.names[i] for i in divmod(int(one), len(stays.names)))
        both = np.median(late[twice & (pair == one)]) / TICKS_PER_HOUR
        yield Finding("repeated_overlap", f"{often[one]:,} of {n[one]:,} stays in {to} begin before the one in {there} "
                      f"has ended, half of them by {_hours(both)} or more: is the bed in {there} kept, or the leaving "
                      "typed in late? These patients count in both", there, rows=int(often[one]))


def units_not_in_layout(whole: WholeLog) -> Iterator[Finding]:
    """Units of the log that the layout does not have."""
    if whole.unknown_units:
        n = sum(word.rows for word in whole.unknown_units)
        names = ", ".join(f"{word.log} ({word.rows:,} rows)" for word in whole.unknown_units)
        yield Finding("unit_not_in_layout", f"the layout has no unit {names}: what was there is not calibrated. If it "
                      "is one of the layout's under another name, a mapping says so (units: {its name: the "
                      "layout's name})", rows=n)


def _shared(stays: InUnits, left: np.ndarray, moment: np.ndarray) -> np.ndarray:
    """Of the stays that are left: whether a stay of the same visit in another unit has a moment in the same minute."""
    visit, unit, minute = stays.visit[left], stays.unit[left], moment[left] // _MINUTE
    order = np.lexsort((unit, minute, visit))
    fresh = np.append(True, (np.diff(visit[order]) != 0) | (np.diff(minute[order]) != 0))
    group, own = np.cumsum(fresh) - 1, unit[order]
    first = np.flatnonzero(fresh)
    least, most = (ufunc.reduceat(own, first) for ufunc in (np.minimum, np.maximum))
    found = np.zeros(len(own), dtype=bool)
    found[order] = (least != most)[group]
    return found


def _length(stays: InUnits, name: str) -> float:
    """The mean length in minutes of the stays in a unit that have ended."""
    own = stays.at(name) & (stays.end != NEVER)
    return round(float((stays.end[own] - stays.start[own]).mean() / _MINUTE), 3) if own.any() else 0.0


def _hours(hours: float) -> str:
    return f"{hours:.1f} hours" if hours >= 2 else f"{hours * 60:.0f} minutes"
