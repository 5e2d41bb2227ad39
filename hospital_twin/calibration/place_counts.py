"""What a series of counts knows of one place: who was there at which moments, who came and who left in between."""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hospital_twin.calibration.hour_counts import HourCounts
from hospital_twin.eventlog import Series
from hospital_twin.eventlog.clock import TICKS_PER_HOUR, ticks

CAME, LEFT, THERE = ("entries", "arrivals"), ("departures",), ("census_on_the_hour", "occupied")
"""Quantities that say who came, who left and who is there; of several the first that a place has."""
HOURLY, DAILY = (0.2, 1.01), (22.9, 25.1)
"""Hours that a count or a reading by the hour (or a part of it) and one by the day may stand for."""
HOURS = 168


@dataclass(frozen=True, eq=False)
class PlaceCounts:
    """One place's rows in order of time, n of them; NaN where nothing is known.

    quantities: those that the numbers are. begin: ticks; hours: for which a row stands. came, left: within them;
    there: the number at the beginning. adjoins: whether the next row begins where this one ends. day: local dates,
    hour: 0-23, both of the row's middle; moment: hour of the week, from 0 on Monday 00:00, nearest to its beginning.
    """

    name: str
    quantities: tuple[str, ...]
    time_zone: str
    begin: np.ndarray
    hours: np.ndarray
    came: np.ndarray
    left: np.ndarray
    there: np.ndarray
    adjoins: np.ndarray
    day: np.ndarray
    hour: np.ndarray
    moment: np.ndarray

    @classmethod
    def of(cls, series: Series, name: str) -> PlaceCounts:
        """The rows of a place of a series."""
        rows = series.table[series.table["place"].eq(name)]
        of = {str(q): own.assign(begin=ticks(own["from"])).set_index("begin")
              for q, own in rows.groupby("quantity", observed=True)}
        chosen = [next((q for q in quantities if q in of), "") for quantities in (CAME, LEFT, THERE)]
        begin = np.unique(np.concatenate([np.zeros(0, np.int64), *(of[q].index.to_numpy() for q in chosen if q)]))
        end = np.full(len(begin), np.iinfo(np.int64).min)
        values = []
        for quantity in chosen:
            own = of[quantity] if quantity else pd.DataFrame({"to": [], "value": []}, dtype=float)
            values.append(own["value"].reindex(begin).to_numpy(float))
            if quantity:
                here = np.searchsorted(begin, own.index.to_numpy())
                end[here] = np.maximum(end[here], ticks(own["to"]))
        middle, nearest = (pd.DatetimeIndex(at.astype("datetime64[us]")).tz_localize("UTC").tz_convert(series.time_zone)
                           for at in (begin + (end - begin) // 2, begin + TICKS_PER_HOUR // 2))
        return cls(name, tuple(filter(None, chosen)), series.time_zone, begin, (end - begin) / TICKS_PER_HOUR, *values,
                   np.append(begin[1:] == end[:-1], False)[:len(begin)],
                   middle.tz_localize(None).to_numpy().astype("datetime64[D]"), np.asarray(middle.hour, np.int64),
                   np.asarray(nearest.day_of_week, np.int64) * 24 + np.asarray(nearest.hour, np.int64))

    @cached_property
    def step(self) -> float:
        """Hours for which a row usually stands."""
        return float(np.median(self.hours)) if len(self.hours) else np.nan

    @property
    def hourly(self) -> bool:
        """Whether rows stand for hours or parts of them."""
        return HOURLY[0] <= self.step <= HOURLY[1]

    @property
    def daily(self) -> bool:
        """Whether rows stand for days."""
        return DAILY[0] <= self.step <= DAILY[1]

    @cached_property
    def week(self) -> np.ndarray:
        """The number of each row's week, in weeks from the first day."""
        return (self.day - self.day.min()).astype(np.int64) // 7 if len(self.day) else np.zeros(0, np.int64)

    def days_of(self, values: np.ndarray) -> int:
        """On how many days some values are known."""
        return len(np.unique(self.day[~np.isnan(values)]))

    @cached_property
    def change(self) -> np.ndarray:
        """By how much the number there has changed when the next row begins."""
        following = np.append(self.there[1:], np.nan)[:len(self.there)]
        return np.where(self.adjoins, following - self.there, np.nan)

    def hour_counts(self) -> HourCounts:
        """Who came by hours of the wall clock; of daily counts, all in one entry of the day that exposes all of it."""
        known = ~np.isnan(self.came)
        hour = np.zeros_like(self.hour) if self.daily else self.hour
        keys, place = np.unique(np.stack([self.day.astype(np.int64)[known], hour[known]], axis=1), axis=0,
                                return_inverse=True)
        exposure, count = (np.bincount(place.ravel(), weights=x[known], minlength=len(keys))
                           for x in (self.hours, self.came))
        return HourCounts(keys[:, 0].astype("datetime64[D]"), keys[:, 1], exposure, count)
