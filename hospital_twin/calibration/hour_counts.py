"""Counts by hours of the wall clock, and negative binomial forecasts of counts with their scores."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.eventlog.clock import local_hours


@dataclass(frozen=True, eq=False)
class HourCounts:
    """Counts by hours of the wall clock, n of them in any order.

    date: datetime64[D]; hour: 0-23, both local; exposure: hours that were counted (2 in the autumn hour that the clock
    shows twice); count: whole numbers, NaN where nothing was observed, which is not 0.
    Raises `BadInput` where these do not hold.
    """

    date: np.ndarray
    hour: np.ndarray
    exposure: np.ndarray
    count: np.ndarray

    def __post_init__(self) -> None:
        if len({np.shape(x) for x in (self.date, self.hour, self.exposure, self.count)}) != 1:
            raise BadInput("hourly counts", "date, hour, exposure and count differ in length", "one of each per hour")
        if np.isnat(self.date).any():
            raise BadInput("hourly counts", _first(np.isnat(self.date), "has no date"), "a date for each hour")
        if (wrong := ~np.isin(self.hour, np.arange(24))).any():
            raise BadInput("hourly counts", _first(wrong, "has an hour that no clock shows"), "hours from 0 to 23")
        if (wrong := ~((self.exposure >= 0) & (self.exposure < np.inf))).any():
            raise BadInput("hourly counts", _first(wrong, "has an exposure that is no length of time"),
                           "hours, 0 or more")
        seen = ~np.isnan(self.count)
        if (wrong := seen & ~((self.count >= 0) & (self.count < np.inf) & (np.floor(self.count) == self.count))).any():
            raise BadInput("hourly counts", _first(wrong, "has a count that is no number of people"),
                           "whole numbers from 0 on, and NaN where nothing was observed")
        if (wrong := seen & (self.count > 0) & (self.exposure == 0)).any():
            raise BadInput("hourly counts", _first(wrong, "has arrivals in no time"), "an exposure above 0")


def _first(wrong: np.ndarray, what: str) -> str:
    return f"entry {int(np.argmax(wrong)) + 1} {what}"


def wall_hours(first: date, end: date, time_zone: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(date, hour, exposure) of the hours that the clocks of `time_zone` show on the days ``[first, end)``.

    One entry per reading of the clock: the hour that spring skips has none, that which autumn repeats has exposure 2.
    Raises `BadInput` for an unknown zone.
    """
    try:
        zone = ZoneInfo(time_zone)
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise BadInput("time zone of hourly counts", f"{time_zone!r} is none", "a name such as Europe/Paris") from error
    # In some zones the clock changes at midnight: a day then begins an hour late, or at the first of two midnights.
    begin, finish = (pd.Timestamp(day).tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
                     for day in (first, end))
    cells = local_hours(begin, finish, time_zone)
    begins = pd.DatetimeIndex(cells.edges[:-1].astype("datetime64[us]")).tz_localize("UTC").tz_convert(time_zone)
    label = begins.tz_localize(None).to_numpy().astype("datetime64[h]")
    unique, place = np.unique(label, return_inverse=True)
    day = unique.astype("datetime64[D]")
    return day, (unique - day).astype(np.int64), np.bincount(place, weights=cells.hours)


@dataclass(frozen=True, eq=False)
class CountDistribution:
    """Negative binomial counts: n means, and n variances of the gamma factor (0 is refused: nothing is certain).

    The variance of a count is mean + variance · mean².
    """

    mean: np.ndarray
    variance: np.ndarray

    def cdf(self, count: np.ndarray) -> np.ndarray:
        """Probability of at most `count`; 0 below 0."""
        from scipy.special import betainc
        size, count = 1.0 / self.variance, np.floor(count)
        return np.where(count < 0, 0.0, betainc(size, np.maximum(count, 0.0) + 1.0, size / (size + self.mean)))

    def interval(self, share: float) -> tuple[np.ndarray, np.ndarray]:
        """The counts between which the central `share` lies: those at its two quantiles."""
        from scipy.stats import nbinom
        size = 1.0 / self.variance
        low, high = (nbinom.ppf(q, size, size / (size + self.mean)) for q in ((1 - share) / 2, (1 + share) / 2))
        return low, high

    def coverage(self, count: np.ndarray, share: float) -> np.ndarray:
        """How much of each observed count's probability integral transform lies in the central `share`.

        Of a count it is uniform on [F(count − 1), F(count)], used as an interval, so that the mean of a true forecast
        is `share` exactly (Czado, Gneiting and Held, Biometrics 65, 2009, 1254-1261).
        """
        low, high = self.cdf(count - 1), self.cdf(count)
        inside = np.clip(high, (1 - share) / 2, (1 + share) / 2) - np.clip(low, (1 - share) / 2, (1 + share) / 2)
        middle = (np.abs(high - 0.5) <= share / 2).astype(float)
        return np.divide(inside, high - low, out=middle, where=high > low)

    def crps(self, count: np.ndarray) -> np.ndarray:
        """Continuous ranked probability score, in people: the sum over k of (F(k) − 1[count ≤ k])².

        Summed to where 1e-12 of the probability is left (Gneiting and Raftery, JASA 102, 2007, 359-378).
        """
        from scipy.stats import nbinom
        size = 1.0 / self.variance
        tail = nbinom.ppf(1 - 1e-12, size, size / (size + self.mean))
        last = int(max(np.max(tail, initial=0), np.max(count, initial=0)))
        score = np.zeros(len(self.mean))
        for k in range(last + 1):
            score += (self.cdf(np.full(len(score), k)) - (count <= k)) ** 2
        return score
