"""Changes of capacity by schedule, one after another; while a run drains, the last week of the tables repeats."""
from __future__ import annotations

import numpy as np

from hospital_twin.program import Program
from hospital_twin.streams import TICKS_PER_HOUR

WEEK = 168 * TICKS_PER_HOUR
Change = tuple[int, int, int, int]


class Shifts:
    """(resource, tick, amount, reason) of each change, by number in the order of ticks."""

    def __init__(self, program: Program):
        changes = program.resources.changes
        end = int(program.calendar.hour_start[-1, 0])  # the last day's changes are not in the tables
        self._changes = changes
        self._within = int(np.searchsorted(changes[:, 1], end))
        self._last_week = changes[:self._within][changes[:self._within, 1] >= end - WEEK]
        self.repeating = False

    def repeat(self, number: int) -> bool:
        """Go on beyond the tables; whether the `number`-th change, the next one, lies there."""
        self.repeating = True
        return number >= self._within

    def change(self, number: int) -> Change | None:
        """The `number`-th change; None when there is none any more."""
        if number < (self._within if self.repeating else len(self._changes)):
            row, later = self._changes[number], 0
        elif self.repeating and len(self._last_week):
            weeks, which = divmod(number - self._within, len(self._last_week))
            row, later = self._last_week[which], (weeks + 1) * WEEK
        else:
            return None
        resource, tick, amount, reason = (int(v) for v in row)
        return resource, tick + later, amount, reason
