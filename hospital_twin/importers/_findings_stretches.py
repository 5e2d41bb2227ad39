"""Stretches of time in which nothing is recorded, though much should have been."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.eventlog.clock import times
from hospital_twin.importers._finding import Finding, WholeLog
from hospital_twin.importers._flows import ARRIVALS, DAY, ENDS, Flow, Flows

_LEAST = 0.001
"""Chance, over all the stretches looked at, below which nothing is no chance."""
_SCALES = (0.25, 1, 2, 4, 8, 16)
"""Days over which flows vary together."""
_BLOCKS = 10
"""Blocks of a length from which their spread can be told."""
_OFFICE, _HOLIDAYS = 0.25, 16.0
"""A place with less than this share of its weekdays' arrivals on a day of the weekend rests on holidays too, and for so
many days they may last."""
_SAME = 0.5
"""Stretches that share more than this are one."""


class Stretch(NamedTuple):
    """Nothing of a flow was recorded in the ticks [begin, end), where `expected` were to be expected."""

    flow: Flow
    begin: int
    end: int
    expected: float

    def covered(self, others: list[Stretch]) -> float:
        """The share of it that lies in one of some others."""
        return max((min(self.end, o.end) - max(self.begin, o.begin) for o in others), default=0) \
            / (self.end - self.begin)


def missing_stretches(whole: WholeLog) -> Iterator[Finding]:
    """Stretches without any arrivals, or any ends, at a place that has many."""
    return (_finding(whole, "missing_stretch", found, "no {what} recorded {where}, {when}")
            for found, there in _silences(whole) if not there)


def frozen_feeds(whole: WholeLog) -> Iterator[Finding]:
    """Stretches without both, while somebody was there all the time: the record stood still."""
    return (_finding(whole, "frozen_feed", found, f"nothing recorded {{where}}, with {there:,} there all the time, "
                     "{when}") for found, there in _silences(whole) if there)


def stretches(flows: Flows) -> list[Stretch]:
    """All stretches of nothing that are no chance.

    Were all hours independent, none would come with the probability exp(-E), E the number to be expected. Flows vary
    from day to day, and together over days: with a factor of squared coefficient of variation s² that holds for a
    block of d days, nothing comes in n blocks with (1 + s² E/n)^(-n/s²), the zero of the negative binomial. s² is
    estimated for blocks of several lengths, and the greatest of these chances counts; it is multiplied by the number
    of stretches between two records.
    """
    looked_at = sum(len(flow.times) + 1 for flow in flows.all)
    least = np.log(_LEAST / max(looked_at, 1))
    return [stretch for flow in flows.all for stretch in _of_flow(flow, flows, least)]


def _of_flow(flow: Flow, flows: Flows, least: float) -> Iterator[Stretch]:
    edges = flows.hours.edges
    if not len(flow.times):
        return
    at = np.concatenate((edges[:1], flow.times, edges[-1:]))
    reached = np.interp(at, edges, np.append(0.0, np.cumsum(flow.expected)))
    expected, days = np.diff(reached), np.diff(at) / DAY
    chosen = np.flatnonzero((expected > -least) & (days > (_HOLIDAYS if _keeps_office_hours(flow, flows) else 0.0)))
    if not len(chosen):
        return
    # Poisson numbers have the least of these chances: it is what is left where a log is too short for any spread.
    chance = np.max([-expected[chosen], *(_log_chance(expected[chosen], days[chosen] / scale, spread)
                                          for scale, spread in _spreads(flow, flows))], axis=0)
    for first, last in _runs(chosen[chance < least]):
        yield Stretch(flow, int(at[first]), int(at[last + 1]), float(reached[last + 1] - reached[first]))


def _log_chance(expected: np.ndarray, blocks: np.ndarray, spread: float) -> np.ndarray:
    if spread <= 0:
        return -expected
    blocks = np.maximum(blocks, 1.0)
    return -blocks / spread * np.log1p(spread * expected / blocks)


def _spreads(flow: Flow, flows: Flows) -> Iterator[tuple[float, float]]:
    """Length of blocks in days, and the squared coefficient of variation of the factor that a block has."""
    edges = flows.hours.edges
    for scale in _SCALES:
        block = (edges[:-1] - edges[0]) // int(scale * DAY)
        n = int(block[-1]) + 1
        if n < _BLOCKS:
            return
        counts = np.bincount((flow.times - edges[0]) // int(scale * DAY), minlength=n)
        expected = np.bincount(block, flow.expected, n)
        square = float((expected**2).sum())
        yield scale, max(0.0, float(((counts - expected)**2 - expected).sum())) / square if square else 0.0


def _keeps_office_hours(flow: Flow, flows: Flows) -> bool:
    weekend = flows.hours.weekday >= 5
    a_day = [flow.expected[days].sum() / max(flows.hours.hours[days].sum(), 1.0) for days in (weekend, ~weekend)]
    return bool(a_day[0] < _OFFICE * a_day[1])


def _runs(numbers: np.ndarray) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive numbers."""
    for run in np.split(numbers, np.flatnonzero(np.diff(numbers) != 1) + 1) if len(numbers) else []:
        yield int(run[0]), int(run[-1])


def _silences(whole: WholeLog) -> Iterator[tuple[list[Stretch], int]]:
    """Stretches of the hospital, and those of its units that are not in them; arrivals and ends of one time together,
    with how many were there all the while."""
    found = stretches(whole.flows)
    of_all = [stretch for stretch in found if stretch.flow.place is None]
    for stretch in found:
        place, what = stretch.flow.place, stretch.flow.what
        if place is not None and stretch.covered(of_all) > _SAME:
            continue
        both = [o for o in found if o.flow.place == place and o.flow.what != what
                and min(stretch.covered([o]), o.covered([stretch])) > _SAME]
        if not both:
            if what == ARRIVALS or _came(whole.flows, stretch):
                yield [stretch], 0
        elif what == ARRIVALS:
            yield [stretch, both[0]], _there(whole, stretch, both[0])


def _came(flows: Flows, stretch: Stretch) -> bool:
    """Whether arrivals went on in a stretch without ends: where they have ebbed away, few ends are to be expected."""
    flow = next(flow for flow in flows.of(ARRIVALS) if flow.place == stretch.flow.place)
    first, last = np.searchsorted(flows.hours.edges, (stretch.begin, stretch.end))
    came = np.diff(np.searchsorted(flow.times, (stretch.begin, stretch.end)))[0]
    return bool(came >= _SAME * flow.expected[first:last].sum())


def _there(whole: WholeLog, *found: Stretch) -> int:
    """How many were at the place all the while."""
    begin, end = _common(found)
    own = whole.stays.at(found[0].flow.place)
    return int((own & (whole.stays.start <= begin) & (whole.stays.end >= end)).sum())


def _common(found: Sequence[Stretch]) -> tuple[int, int]:
    return max(stretch.begin for stretch in found), min(stretch.end for stretch in found)


def _finding(whole: WholeLog, kind: str, found: list[Stretch], said: str) -> Finding:
    start, end = (pd.Timestamp(time) for time in times(np.array(_common(found))))
    words = {ARRIVALS: "arrivals", ENDS: "ends of stays"}
    expected = " and ".join(f"{stretch.expected:,.0f} {words[stretch.flow.what]}" for stretch in found)
    place = found[0].flow.place
    return Finding(kind, said.format(what=words[found[0].flow.what], where=f"at {place}" if place else
                                     "in the whole hospital", when=f"from {whole.clock(start)} to {whole.clock(end)}")
                   + f": about {expected} were to be expected", place, start, end)
