"""The window that a log observes: from when on, and until when, its records are complete."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

_REGULAR = 0.25
"""A day with less than this share of the median day's arrivals is no day of full records."""
_ENOUGH = 4
"""Arrivals on the median day from which a day without any says something."""


class Observed(NamedTuple):
    """The window ``[start, end)``, and how many visits arrived outside of it."""

    start: pd.Timestamp
    end: pd.Timestamp
    before: int
    after: int


def observed(stays: pd.DataFrame, time_zone: str, *, comparable: bool) -> Observed:
    """The window of a log.

    An export of all stays that touch a year holds, of earlier times, only the longest stays; taken for times of full
    record they would make arrivals look rare. The window therefore reaches from the first to the last day with at
    least a quarter of the median day's arrivals, in full hours, and not beyond the last recorded time. With few
    arrivals a day, or dates that are not comparable, it is from the first to the last time.
    """
    times = pd.concat([stays["start"], stays["end"]])
    first, last = (time.tz_localize("UTC") for time in (times.min(), times.max()))
    arrivals = stays.loc[stays["activity"].eq("arrive"), "start"].dt.tz_localize("UTC")
    if not comparable:
        return Observed(first, last, 0, 0)
    day = arrivals.dt.tz_convert(time_zone).dt.tz_localize(None).dt.floor("D")
    counts = day.value_counts().sort_index()
    median = float(counts.median())
    if median < _ENOUGH:
        return Observed(first, last, 0, 0)
    regular = counts.index[counts >= _REGULAR * median]
    inside = arrivals[(day >= regular[0]).to_numpy()]
    start = inside.min().floor("h")
    stop = (regular[-1] + pd.Timedelta(days=1)).tz_localize(time_zone, nonexistent="shift_forward", ambiguous=True)
    end = min(stop.tz_convert("UTC"), last.ceil("h"))
    return Observed(start, end, int(np.sum(arrivals < start)), int(np.sum(arrivals >= end)))
