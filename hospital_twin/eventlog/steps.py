"""`StepCurve`: a number that changes at instants, such as a census or a staffed capacity."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hospital_twin.eventlog.clock import NEVER, TICKS_PER_HOUR


@dataclass(frozen=True, eq=False)
class StepCurve:
    """A right-continuous step function of time.

    ticks: n strictly increasing int64. levels: n + 1 floats; ``levels[i]`` holds from ``ticks[i - 1]`` until before
    ``ticks[i]``. NaN is a level that nobody knows.
    """

    ticks: np.ndarray
    levels: np.ndarray

    @classmethod
    def of_intervals(cls, begin: np.ndarray, end: np.ndarray, amount: np.ndarray | None = None) -> StepCurve:
        """How much is going on, from intervals ``[begin, end)`` in ticks (`NEVER` for an open end).

        Intervals that never begin, or end before they begin, count for nothing. amount: how much each counts (1).
        """
        amount = np.ones(len(begin)) if amount is None else amount
        real = (begin != NEVER) & (end >= begin)
        begin, end, amount = begin[real], end[real], amount[real]
        closed = end != NEVER
        at = np.concatenate((begin, end[closed]))
        change = np.concatenate((amount, -amount[closed]))
        instants, place = np.unique(at, return_inverse=True)
        changes = np.bincount(place, weights=change, minlength=len(instants))
        return cls(instants, np.concatenate(([0.0], np.cumsum(changes))))

    @classmethod
    def of_settings(cls, at: np.ndarray, level: np.ndarray) -> StepCurve:
        """A level that is set anew at times `at` (in order; the last of one instant holds), unknown before."""
        last = np.append(at[1:] != at[:-1], True)[:len(at)]
        return cls(at[last], np.concatenate(([np.nan], level[last])))

    def at(self, instants: np.ndarray) -> np.ndarray:
        """The level that holds at and just after each instant."""
        return self.levels[np.searchsorted(self.ticks, instants, side="right")]

    def pieces(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The curve between the first and last of `edges`, cut at its own changes and at the edges.

        Returns per piece: number of the cell ``[edges[i], edges[i + 1])``, hours, level.
        """
        inside = self.ticks[(self.ticks > edges[0]) & (self.ticks < edges[-1])]
        points = np.union1d(edges, inside)
        cell = np.searchsorted(edges, points[:-1], side="right") - 1
        return cell, np.diff(points) / TICKS_PER_HOUR, self.at(points[:-1])

    def integral(self, edges: np.ndarray) -> np.ndarray:
        """Level × hours in each cell ``[edges[i], edges[i + 1])``; the time-weighted mean is this over its hours."""
        if len(edges) < 2:
            return np.zeros(0)
        cell, hours, level = self.pieces(edges)
        return np.bincount(cell, weights=hours * level, minlength=len(edges) - 1)

    def joined_with(self, other: StepCurve, function: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> StepCurve:
        """The curve of ``function(own level, other's level)``."""
        instants = np.union1d(self.ticks, other.ticks)
        before = function(self.levels[:1], other.levels[:1])
        return StepCurve(instants, np.concatenate((before, function(self.at(instants), other.at(instants)))))
