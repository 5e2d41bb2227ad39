"""How many places a unit has staffed, told from its census: the height at which it stands while nobody more comes.

A census that nothing holds back goes on rising from every height at the pace at which patients come. At a height where
far fewer come than at that pace, something holds them back: the unit is full, and they wait elsewhere or go elsewhere.
The pace is that of the hour of the week over the whole log, so that quiet nights are not taken for a full unit: the
pace at which a place is asked for where the log tells it, else that at which one is given. Then it is no more than what
would come to a unit with room, so that a height has to show the more.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from hospital_twin.eventlog import EventLog, held, local_hours
from hospital_twin.eventlog.clock import ticks

HELD_BACK = 0.5
"""A height holds back where no more than this share of those due come in."""
SURELY = 1e-3
"""A height is taken for the places where as few as came would come with less than this probability if it did not."""
PERHAPS = 0.05
"""A lower height may be the places as long as what came there has at least this probability if it did."""
SMOOTH = 2.0
"""Arrivals that the pace of all hours counts for in that of each hour of the week."""
HIGHEST = 2_000
SHIFTS: Mapping[str, Mapping[str, np.ndarray]] = MappingProxyType({
    "hour": {"08:00-20:00": np.tile((np.arange(24) >= 8) & (np.arange(24) < 20), 7),
             "20:00-08:00": np.tile((np.arange(24) < 8) | (np.arange(24) >= 20), 7)},
    "weekday": {"mon-fri 00:00-24:00": np.arange(168) < 120, "sat,sun 00:00-24:00": np.arange(168) >= 120}})
"""Parts of the week that may be staffed differently, by windows of the week as a layout writes them."""


class Plateau(NamedTuple):
    """A height at which a census is held back.

    low: the lowest that cannot be told from it. high: up to where the census rose from it all the same.

    hours: spent at it. due: who should have come in meanwhile; came: who did. spells: how often it was reached.
    """

    places: int
    low: int
    high: int
    hours: float
    due: float
    came: int
    spells: int


class Staffed(NamedTuple):
    """What the census of a unit tells of its places.

    most: the greatest number that was ever there at once; there were at least as many places then. whole: the plateau
    over all hours, None where none is seen and the number of places cannot be told. shifts: window of the week → its
    plateau (None for none), where the parts of the week differ.
    """

    most: int
    whole: Plateau | None
    shifts: Mapping[str, Plateau | None]

    @property
    def places(self) -> int | dict[str, int]:
        """For a layout: a number, or one for each part of the week; the most ever there where it cannot be told."""
        if self.shifts:
            return {window: plateau.places if plateau else self.most for window, plateau in self.shifts.items()}
        return self.most if self.whole is None else self.whole.places


class _Heights(NamedTuple):
    """By height (rows) and hour of the week (columns): hours spent there, who came in there, how often it began; and
    how many asked for a place in each hour of the week."""

    hours: np.ndarray
    came: np.ndarray
    begun: np.ndarray
    asked: np.ndarray


def staffed_places(log: EventLog, unit: str) -> Staffed:
    """What the census of a unit (a name in `log.units`) tells of its staffed places.

    A place that is cleaned, where the log has that, counts as taken. Of a log whose dates cannot be compared, and of
    units with more than `HIGHEST` patients, no plateau is looked for.
    """
    most = max(1, int(np.ceil(held(log, unit).levels.max(initial=0.0) - 1e-9)))
    if not log.provenance.dates_comparable or most > HIGHEST:
        return Staffed(most, None, {})
    heights = _heights(log, unit)
    if heights is None:
        return Staffed(most, None, {})
    pace = _pace(heights)
    whole = _plateau(heights, pace, np.ones(168, bool))
    for windows in SHIFTS.values():
        found = {name: _plateau(heights, pace, hours) for name, hours in windows.items()}
        if _differ(heights, pace, list(zip(windows.values(), found.values(), strict=True))):
            return Staffed(most, whole, found)
    return Staffed(most, whole, {})


def _differ(heights: _Heights, pace: np.ndarray, parts: Sequence[tuple[np.ndarray, Plateau | None]]) -> bool:
    """Whether the census of one of two parts of the week rises from where that of the other is held back."""
    for (_, plateau), (which, other) in (parts, parts[::-1]):
        if plateau is not None and (other is None or plateau.places < other.low):
            due, came = _due_and_came(heights, pace, which)
            top = slice(plateau.places, None if other is None else other.places)
            if not _perhaps(came[top].sum(), due[top].sum()):
                return True
    return False


def _heights(log: EventLog, unit: str) -> _Heights | None:
    hours = local_hours(log.start, log.end, log.time_zone)
    if not len(hours.hour):
        return None
    census = held(log, unit, ("stay", "cleaning"))
    week = hours.weekday.astype(np.int64) * 24 + hours.hour
    cell, spent, level = census.pieces(hours.edges)
    height = np.clip(np.round(level).astype(np.int64), 0, HIGHEST)
    stays = log.stays[log.stays["activity"].eq("stay") & log.stays["resource"].eq(unit)]
    start, asked = (np.sort(times[(times >= hours.edges[0]) & (times < hours.edges[-1])])
                    for times in (ticks(stays["start"]), ticks(stays["joined"])))
    instants, times = np.unique(start, return_counts=True)
    # Of one instant, who leaves has left before who comes; and who comes, comes one after the other.
    before = np.round(census.at(instants)).astype(np.int64) - times
    nth = np.arange(len(start)) - np.repeat(np.cumsum(times) - times, times)
    found = np.clip(np.repeat(before, times) + nth, 0, HIGHEST)
    of_start, of_asking = (week[np.searchsorted(hours.edges, times, side="right") - 1] for times in (start, asked))
    shape = (max(height.max(initial=0), found.max(initial=0)) + 1, 168)

    def table(rows: np.ndarray, columns: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        return np.bincount(rows * 168 + columns, weights=weights, minlength=shape[0] * 168).reshape(shape)
    rises = np.append(True, height[1:] != height[:-1])
    return _Heights(table(height, week[cell], spent), table(found, of_start), table(height[rises], week[cell][rises]),
                    np.bincount(of_asking, minlength=168))


def _pace(heights: _Heights) -> np.ndarray:
    """How many ask for a place in an hour, by hour of the week."""
    hours, asked = heights.hours.sum(axis=0), heights.asked
    everywhere = asked.sum() / max(hours.sum(), 1e-9)
    return (asked + SMOOTH) / (hours + SMOOTH / everywhere) if everywhere > 0 else np.zeros(168)


def _due_and_came(heights: _Heights, pace: np.ndarray, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By height, in some hours of the week: who should have come in at the pace of all heights, and who did."""
    return heights.hours[:, which] @ pace[which], heights.came[:, which].sum(axis=1)


def _perhaps(came: np.ndarray, due: np.ndarray) -> np.ndarray:
    """Whether as many as came can have come in where something holds back."""
    from scipy.stats import poisson
    return poisson.sf(came - 1, HELD_BACK * due) >= PERHAPS


def _plateau(heights: _Heights, pace: np.ndarray, which: np.ndarray) -> Plateau | None:
    """The lowest height from which on nearly nobody comes in, in some hours of the week."""
    from scipy.stats import poisson
    due, came = _due_and_came(heights, pace, which)
    surely = poisson.cdf(came, HELD_BACK * due) < SURELY
    perhaps = _perhaps(came, due)
    if not surely.any():
        return None
    # From the highest height that surely holds back down to the lowest that does, past those that may.
    top = int(np.flatnonzero(surely)[-1])
    clear = np.flatnonzero(~perhaps[:top] | (due[:top] <= 0))
    low = int(clear[-1]) + 1 if len(clear) else 0
    few = poisson.cdf(came, due) < PERHAPS
    places = low + int(np.flatnonzero(few[low:top + 1])[0])
    if places == 0:
        return None
    above = np.flatnonzero(came[places:])
    high = places if not len(above) else places + int(above[-1]) + 1
    return Plateau(places, max(low, 1), high, float(heights.hours[places, which].sum()), float(due[places]),
                   int(came[places]), int(heights.begun[places, which].sum()))
