"""Waits for a place that a log does not tell: it says when a place was given, but not when it was asked for."""
from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hospital_twin.calibration.trails import Seen
from hospital_twin.distributions.units import convert
from hospital_twin.eventlog import StepCurve
from hospital_twin.eventlog.clock import NEVER, TICKS_PER_HOUR
from hospital_twin.layout.terms import UNLIMITED

if TYPE_CHECKING:
    from hospital_twin.calibration.findings import Findings

LONG_CLEANING = 0.999
"""Where a log has no cleaning, a place counts as taken for the layout's cleaning time up to this quantile."""


class Asked(NamedTuple):
    """When each sighting was asked for, in ticks: between these two (equal where that is known)."""

    earliest: np.ndarray
    latest: np.ndarray


def asked(findings: Findings) -> Asked:
    """When each sighting of a log was asked for.

    A place of which the layout has no end is there when it is asked for. Where no place was ever waited for by the log,
    one that was given while its unit was full till then (by the log's own census, against the layout's places) may have
    been asked for at any time since it filled up: had it been asked for before, it would have been given before.
    """
    trails, words = findings.seen.trails, findings.program.words.resources
    limited = [words.index(name) for name, unit in findings.layout.units.items() if unit.places != UNLIMITED]
    kind, what = (np.array([getattr(label, c) for label in trails.labels], dtype=np.int64)[trails.label]
                  for c in ("kind", "what"))
    place = kind == Seen.PLACE
    joined = np.minimum(trails.joined, trails.start)
    latest = np.where(place & ~np.isin(what, limited), trails.start, joined)
    if (latest[place] < trails.start[place]).any():
        return Asked(latest, latest)
    earliest = latest.copy()
    for resource in limited:
        mine = np.flatnonzero(place & (what == resource))
        if len(mine):
            earliest[mine] = _full_since(_full(findings, resource, mine), trails.start[mine])
    return Asked(earliest, latest)


def _full(findings: Findings, resource: int, stays: np.ndarray) -> StepCurve:
    """1 while all the layout's places of a unit were taken, or being cleaned, by the log."""
    program, trails = findings.program, findings.seen.trails
    name = program.words.resources[resource]
    cleaning = findings.layout.units[name].cleaning
    longest = 0.0 if cleaning is None else max(
        convert(leaf.quantile(LONG_CLEANING), leaf.unit or "h", "h") for leaf in findings.cells(cleaning, ()).leaves)
    end, out_of_use = trails.end[stays], round(longest * TICKS_PER_HOUR)
    end = np.where(end < NEVER - out_of_use, end + out_of_use, NEVER)
    changes = program.resources.changes
    changes = changes[changes[:, 0] == resource]
    places = StepCurve.of_settings(changes[:, 1] + program.calendar.epoch,
                                   changes[:, 2] / program.resources.scale[resource])
    return StepCurve.of_intervals(trails.start[stays], end).joined_with(
        places, lambda taken, there: (taken >= there - 1e-9).astype(float))


def _full_since(full: StepCurve, given: np.ndarray) -> np.ndarray:
    """For each tick, since when the curve had been 1 until then; the tick itself where it was not."""
    filled = np.append(False, (full.levels[1:] == 1.0) & (full.levels[:-1] != 1.0))
    since = np.maximum.accumulate(np.where(filled, np.arange(len(filled)), 0))
    before = np.searchsorted(full.ticks, given, side="left")
    return np.where(full.levels[before] == 1.0, full.ticks[np.maximum(since[before] - 1, 0)], given)


def place_ends(findings: Findings) -> tuple[np.ndarray, np.ndarray]:
    """For each sighting, the unit of the place that its visit was given last, and when that was let go (ticks).

    -1 and `NEVER` where there was none.
    """
    trails, unit_of = findings.seen.trails, findings.program.resources.unit_of
    place = np.array([label.kind == Seen.PLACE for label in trails.labels])[trails.label]
    unit = np.array([unit_of[label.what] if label.kind == Seen.PLACE else -1 for label in trails.labels])
    number = np.arange(len(trails.label))
    visit_begins = np.repeat(trails.first[:-1], np.diff(trails.first))
    latest = np.maximum.accumulate(np.where(place, number, -1))
    none = latest < visit_begins
    return np.where(none, -1, unit[trails.label[latest]]), np.where(none, NEVER, trails.end[latest])
