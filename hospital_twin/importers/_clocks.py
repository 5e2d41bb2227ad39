"""Wall-clock times → UTC, through the hours that the clock skips or repeats."""
from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.importers._times import Times


class Moments(NamedTuple):
    """Times in UTC.

    utc: datetime64[us], NaT where missing. later: microseconds to the second of two hours of one name, else 0.
    skipped: whether the clock never showed this time.
    """

    utc: np.ndarray
    later: np.ndarray
    skipped: np.ndarray


def check_zone(name: str, where: str) -> str:
    """A time zone's name, or `BadInput`."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise BadInput(where, f"there is no time zone {name!r}", "a name of the IANA list, as in Europe/London") \
            from wrong
    return name


def moments(times: Times, zone: str) -> Moments:
    """Wall-clock times of `zone` in UTC; a text's own offset counts more.

    A time in the skipped hour is moved on by what the clock skipped: it was read off a clock not yet put forward. One
    in the repeated hour is the first of the two.
    """
    wall = times.wall
    nothing = np.zeros(len(wall), dtype=np.int64)
    own = wall - times.offset.astype("timedelta64[us]")
    if zone == "UTC" or times.known.all():
        return Moments(own, nothing, np.zeros(len(wall), dtype=bool))
    local = pd.DatetimeIndex(np.where(times.known, np.datetime64("NaT", "us"), wall))
    first = _in_utc(local, zone, np.ones(len(wall), dtype=bool))
    second = _in_utc(local, zone, np.zeros(len(wall), dtype=bool))
    skipped = np.isnat(first) & ~np.asarray(local.isna())
    if skipped.any():
        # One day before, the clock still was what it was just before it skipped.
        day = np.timedelta64(1, "D")
        before = _in_utc(pd.DatetimeIndex(wall[skipped] - day), zone, np.ones(skipped.sum(), dtype=bool)) + day
        first[skipped], second[skipped] = before, before
    later = np.where(np.isnat(first), nothing, (second - first).astype(np.int64))
    return Moments(np.where(times.known, own, first), np.where(times.known, 0, later), skipped)


def _in_utc(local: pd.DatetimeIndex, zone: str, ambiguous: np.ndarray) -> np.ndarray:
    zoned = local.tz_localize(zone, ambiguous=ambiguous, nonexistent="NaT")
    return np.array(zoned.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]"))
