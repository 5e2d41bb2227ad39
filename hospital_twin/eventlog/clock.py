"""Ticks (whole microseconds since 1970, UTC) and the hours of the wall clock."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

NEVER = int(np.iinfo(np.int64).max)
"""The tick of what has not happened: later than every time."""
TICKS_PER_HOUR = 3_600_000_000
_NOT_A_TIME = np.iinfo(np.int64).min
_QUARTER = TICKS_PER_HOUR // 4


def ticks(times: pd.Series) -> np.ndarray:
    """A column of zoned times as int64 ticks; ``NaT`` becomes `NEVER`."""
    plain = times.dt.tz_convert(None).to_numpy().astype("datetime64[us]").astype(np.int64)
    return np.where(plain == _NOT_A_TIME, NEVER, plain)


def tick(time: pd.Timestamp) -> int:
    """One zoned time as a tick; ``NaT`` becomes `NEVER`."""
    return NEVER if pd.isna(time) else int(time.to_datetime64().astype("datetime64[us]").astype(np.int64))


def times(of_ticks: np.ndarray) -> pd.Series:
    """Ticks as a column ``datetime64[us, UTC]``; `NEVER` becomes ``NaT``."""
    plain = np.where(of_ticks == NEVER, _NOT_A_TIME, of_ticks).astype("datetime64[us]")
    return pd.Series(plain).dt.tz_localize("UTC")


@dataclass(frozen=True, eq=False)
class LocalHours:
    """A window cut at the full hours of a wall clock.

    edges: n + 1 ticks. hour (0-23) and weekday (0 = Monday): n local values, one per cell. The first and the last
    cell are shorter when the window begins or ends within an hour; a 25-hour day has two cells of one hour.
    """

    edges: np.ndarray
    hour: np.ndarray
    weekday: np.ndarray

    @property
    def hours(self) -> np.ndarray:
        """Length of each cell in hours."""
        return np.diff(self.edges) / TICKS_PER_HOUR


def local_hours(start: pd.Timestamp, end: pd.Timestamp, time_zone: str) -> LocalHours:
    """The hours of ``[start, end)`` on the wall clock of `time_zone`; no cells when the window is empty."""
    first, last = tick(start), tick(end)
    if NEVER in (first, last) or first >= last:
        return LocalHours(np.zeros(0, np.int64), np.zeros(0, np.int8), np.zeros(0, np.int8))
    # Every offset from UTC in use, and every change of one, is a whole number of quarter hours.
    grid = np.arange(first // _QUARTER * _QUARTER, last, _QUARTER)
    local = pd.DatetimeIndex(times(grid)).tz_convert(time_zone)
    offset = local.tz_localize(None).to_numpy().astype("datetime64[us]").astype(np.int64) - grid
    full = (np.asarray(local.minute) == 0) | (np.diff(offset, prepend=offset[0]) != 0)
    inside = full & (grid > first)
    edges = np.concatenate(([first], grid[inside], [last]))
    begins = pd.DatetimeIndex(times(edges[:-1])).tz_convert(time_zone)
    return LocalHours(edges, np.asarray(begins.hour, np.int8), np.asarray(begins.day_of_week, np.int8))
