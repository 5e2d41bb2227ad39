"""What is found in a log as a whole: the value, what it is looked for in, and what a check is."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.eventlog import EventLog
from hospital_twin.eventlog.clock import TICKS_PER_HOUR
from hospital_twin.importers._flows import Flows, InUnits, flows_of
from hospital_twin.importers._ledger import NOTICED, Ledger
from hospital_twin.importers._naming import Word

_TIMES = ("start", "end", "requested", "arrived", "left")


@dataclass(frozen=True)
class Finding:
    """Something about many rows together that a person should know; all of them are kept as they are.

    kind: of which check. says: a plain sentence with its numbers, and no value of the log but names of units and
    columns. place: the unit, None for the whole hospital. start, end: the span of time (with a zone), None where it is
    of no span. rows: how many are touched; 0 where they are those that are missing.
    """

    kind: str
    says: str
    place: str | None = None
    start: pd.Timestamp | None = None
    end: pd.Timestamp | None = None
    rows: int = 0
    action: str = NOTICED

    def to_dict(self) -> dict[str, Any]:
        """The finding for JSON."""
        return {"kind": self.kind, "says": self.says, "place": self.place,
                "start": self.start.isoformat() if self.start is not None else None,
                "end": self.end.isoformat() if self.end is not None else None,
                "rows": self.rows, "action": self.action}


@dataclass(frozen=True, eq=False)
class WholeLog:
    """What checks look at.

    log: as it was made of the file. rows: of the file in its order, named, with those that were rejected; those that
    are kept are `ledger.kept` up to their number. columns: field → name of its column in the file.
    times_of_day: whether starts have one. zone_assumed: whether nobody said of which zone the times are.
    unknown_units: units that the layout does not have; none without a layout.
    """

    log: EventLog
    rows: pd.DataFrame
    ledger: Ledger
    columns: Mapping[str, str]
    times_of_day: bool = True
    zone_assumed: bool = False
    unknown_units: tuple[Word, ...] = ()

    @cached_property
    def stays(self) -> InUnits:
        """The stays in units, as arrays."""
        return InUnits.of(self.log)

    @cached_property
    def flows(self) -> Flows:
        """Arrivals and ends of the hospital and of each unit."""
        return flows_of(self.log, self.stays)

    @cached_property
    def minutes(self) -> dict[str, np.ndarray]:
        """Field of times → how many of its rows that are kept are of each minute of the day (1,440 numbers)."""
        kept, found = self.ledger.kept[:len(self.rows)], {}
        for field in (field for field in _TIMES if field in self.rows and field in self.columns):
            times = self.rows[field].to_numpy()[kept]
            minute = wall_ticks(times[~np.isnat(times)], self.log.time_zone) // (TICKS_PER_HOUR // 60) % 1440
            found[field] = np.bincount(minute, minlength=1440)
        return found

    def clock(self, time: pd.Timestamp) -> str:
        """A time on the hospital's clock, in words."""
        return f"{time.tz_convert(self.log.time_zone):%Y-%m-%d %H:%M}"


class Check(NamedTuple):
    """One thing that is looked for.

    words: what it is. look: what of it is in a log, as findings of this kind.
    false_alarms: the share of sound logs of a year in which chance alone gives such a finding, at most.
    by_calendar: whether dates have to be those of the calendar; it is left out where they are not.
    without: what a twin can be fitted without to see what such a finding does to it: its ``time``, its ``place``, or
    nothing ("").
    """

    kind: str
    words: str
    look: Callable[[WholeLog], Iterable[Finding]]
    false_alarms: float
    by_calendar: bool = True
    without: str = ""


def wall_ticks(times: np.ndarray, zone: str) -> np.ndarray:
    """Times in UTC (datetime64) → ticks on the clock of a zone, as if that were UTC."""
    wall = pd.DatetimeIndex(times).tz_localize("UTC").tz_convert(zone).tz_localize(None)
    return wall.to_numpy().astype("datetime64[us]").astype(np.int64)
