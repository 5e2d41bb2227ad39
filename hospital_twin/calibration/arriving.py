"""How many come to a place by hour of the week, and how much whole days differ, from counts alone."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hospital_twin.calibration.by_weeks import Ratio, by_weeks
from hospital_twin.calibration.counts import fit_counts
from hospital_twin.calibration.lifetimes import Z95
from hospital_twin.calibration.place_counts import PlaceCounts
from hospital_twin.errors import BadInput
from hospital_twin.layout.nouns import LEAST_SPREAD


class Arriving(NamedTuple):
    """rate: (7, 24) an hour, level with the record's mean. a_day: arrivals a day. spread, with its 95 % interval:
    standard deviation of whole days' factors, seasons and holidays included. total: arrivals; days: with a count."""

    rate: np.ndarray
    a_day: Ratio
    spread: float
    spread_low: float
    spread_high: float
    total: int
    days: int


def arriving(place: PlaceCounts) -> Arriving | None:
    """The arrivals of a place that has them by the hour or by the day; None where nobody came or in too few weeks.

    Level, season and spells are kept apart from the week's rates (`fit_counts`), which then have the record's mean.
    """
    counts = place.hour_counts()
    a_day = by_weeks(place.came, place.hours / 24.0, place.week)
    if a_day is None or not a_day.value > 0:
        return None
    try:
        rate = fit_counts(counts, place.time_zone).rate
    except BadInput as wrong:
        wrong.where = f"counts of {place.name}"
        raise
    rate = np.repeat(rate[:, :1], 24, axis=1) if place.daily else rate
    weekday = (counts.date.astype("datetime64[D]").astype(np.int64) + 3) % 7
    mean = rate[weekday, counts.hour] * counts.exposure
    rate, mean = (x * counts.count.sum() / mean.sum() for x in (rate, mean))
    days, day = np.unique(counts.date, return_inverse=True)
    variance, error = beyond_poisson(*(np.bincount(day, weights=x) for x in (counts.count, mean)))
    spread = float(np.sqrt(variance)) if variance > max(1.645 * error, LEAST_SPREAD ** 2) else 0.0
    low, high = (float(np.sqrt(max(0.0, variance + sign * Z95 * error))) for sign in (-1, 1))
    return Arriving(rate, a_day, spread, low, high, round(float(counts.count.sum())), len(days))


def beyond_poisson(count: np.ndarray, mean: np.ndarray) -> tuple[float, float]:
    """Variance of days' factors beyond Poisson from counts by day, by the method of moments, and its standard error."""
    # The mean follows the counts of each weekday, which takes up seven of the days.
    free = 1.0 - 7.0 / len(count)
    variance = float((((count - mean) ** 2) / free - mean).sum() / (mean ** 2).sum())
    whole = mean + max(variance, 0.0) * mean ** 2
    return variance, float(np.sqrt((2.0 * whole ** 2).sum()) / (mean ** 2).sum())
