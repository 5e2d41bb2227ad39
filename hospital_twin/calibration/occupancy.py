"""What the number of patients at a place tells alone: how fast it turns over at most, its rhythm, and its ceiling.

Where patients come and go independently of each other, and stays are exponential of mean T, who is there changes by

    m(t + h) = m(t) exp(−h / T) + rate(t) · T (1 − exp(−h / T))

on average (M(t)/M/infinity; Eick, Massey and Whitt, Operations Research 41, 1993, 731-742), so that for every T there
are rates that give the census of every hour of the week. T is not told by the census alone. A stand-in is taken from
how much the census changes from reading to reading: those who come and those who go are Poisson numbers, and the
variance of their difference is their sum.
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hospital_twin.calibration.by_weeks import Ratio, by_weeks
from hospital_twin.calibration.place_counts import HOURS, PlaceCounts
from hospital_twin.eventlog.clock import TICKS_PER_HOUR
from hospital_twin.layout.nouns import GREATEST_SPREAD, LEAST_SPREAD

OFTEN, ON_DAYS = 0.02, 10
"""Share of the readings, and days, on which the census has to stand at its ceiling to be taken for the places."""
SHORTEST_STAY = 1.0
FADED = 12.0
"""Mean stays after which next to nobody is there any more."""


class Turnover(NamedTuple):
    """census: mean number there. rises: arrivals a day without which it could not have risen as often.
    stay: the mean stay in hours, known or a stand-in; longest: the longest for which there is room beside the rises.
    rate: (168,) an hour. spread: standard deviation of days' factors. readings: how many; days: on how many."""

    census: Ratio
    rises: Ratio
    stay: float
    longest: float
    rate: np.ndarray
    spread: Ratio
    readings: int
    days: int


class _Readings(NamedTuple):
    """Readings every `step` hours, in order: who was there (NaN where not known), the change until the next, the place
    in the week (in steps), the week."""

    there: np.ndarray
    change: np.ndarray
    cell: np.ndarray
    week: np.ndarray
    step: int


def turnover(place: PlaceCounts, stay: float | None = None) -> Turnover | None:
    """What the readings of a place say; None where they are not by the hour or the day, or are of few weeks.

    stay: the mean stay in hours where it is known.
    """
    readings = _readings(place)
    if readings is None:
        return None
    seen, known = ~np.isnan(readings.there), ~np.isnan(readings.change)
    census = by_weeks(readings.there, np.where(seen, 1.0, np.nan), readings.week)
    rises = by_weeks(np.maximum(readings.change, 0.0), np.where(known, readings.step / 24.0, np.nan), readings.week)
    if census is None or rises is None or census.value <= 0:
        return None
    mean = _rhythm(readings)
    longest = census.value * 24.0 / rises.value if rises.value > 0 else np.inf
    stay = min(_stay(readings, mean), longest) if stay is None else stay
    rate = _rates(mean, stay, readings.step)
    spread = _day_spread(readings, mean, rate, stay)
    return Turnover(census, rises, stay, longest, np.repeat(rate, readings.step), spread, int(seen.sum()),
                    place.days_of(place.there))


def ceiling(place: PlaceCounts) -> tuple[int, int] | None:
    """The number at which the census stands still and that it never passes, and how often; None where there is none.

    Where nothing holds it, the census passes its highest numbers ever more seldom; a number that is seen as often as
    the one below, and on many days, is the number of the places.
    """
    known = ~np.isnan(place.there)
    if not known.any():
        return None
    there = place.there[known]
    top = there.max()
    at_top = there == top
    if top < 2 or at_top.mean() < OFTEN or at_top.sum() < (there == top - 1).sum():
        return None
    return (int(top), int(at_top.sum())) if len(np.unique(place.day[known][at_top])) >= ON_DAYS else None


def _readings(place: PlaceCounts) -> _Readings | None:
    if place.daily:
        return _Readings(place.there, place.change, place.moment // 24, place.week, 24)
    if not place.hourly:
        return None
    key, rows = np.unique((place.begin + TICKS_PER_HOUR // 2) // TICKS_PER_HOUR, return_index=True)
    there = place.there[rows]
    change = np.append(np.where(np.diff(key) == 1, np.diff(there), np.nan), np.nan)
    return _Readings(there, change, place.moment[rows], place.week[rows], 1)


def _rhythm(readings: _Readings) -> np.ndarray:
    """The mean census of each step of the week; one that was never read lies between its neighbours."""
    cells = HOURS // readings.step
    seen = ~np.isnan(readings.there)
    count = np.bincount(readings.cell[seen], minlength=cells)
    total = np.bincount(readings.cell[seen], weights=readings.there[seen], minlength=cells)
    return np.interp(np.arange(cells), np.flatnonzero(count), total[count > 0] / count[count > 0], period=cells)


def _stay(readings: _Readings, mean: np.ndarray) -> float:
    """The mean stay in hours for which chance alone would make the census change as much as it does."""
    known = ~np.isnan(readings.change)
    cell = readings.cell[known]
    apart = readings.change[known] - (np.roll(mean, -1) - mean)[cell]
    often = np.bincount(cell, minlength=len(mean))[cell]
    # A cell's own mean takes up one of its readings.
    variance = (apart ** 2 * often / np.maximum(often - 1, 1)).mean()
    gone = min(variance / (2 * mean[cell].mean()), 0.999)
    return max(SHORTEST_STAY, -readings.step / np.log1p(-gone)) if gone > 0 else np.inf


def _rates(mean: np.ndarray, stay: float, step: int) -> np.ndarray:
    """Arrivals an hour by step of the week that lead from each mean census to the next; below none there are none."""
    kept = np.exp(-step / stay)
    rate = np.maximum((np.roll(mean, -1) - mean * kept) / (stay * (1 - kept)), 0.0)
    return rate * (mean.mean() / stay) / rate.mean()


def _day_spread(readings: _Readings, mean: np.ndarray, rate: np.ndarray, stay: float) -> Ratio:
    """Standard deviation of days' factors that makes the census vary as much as it does beyond Poisson.

    Of those who are there in a step of the week, so many came on that day, on the day before, ...; each day's number
    has its own factor, so that the variance beyond Poisson is the factors' times the sum of their squares.
    """
    a_day = 24 // readings.step
    kept = np.exp(-readings.step / stay)
    steps = np.arange(1, int(np.ceil(FADED * stay / readings.step)) + a_day)
    weight = stay * (1 - kept) * kept ** (steps - 1)
    squares = np.zeros(len(mean))
    for cell in range(len(mean)):
        at = cell - steps
        squares[cell] = (np.bincount(cell // a_day - at // a_day, weights=weight * rate[at % len(mean)]) ** 2).sum()
    beyond = (readings.there - mean[readings.cell]) ** 2 - mean[readings.cell]
    variance = by_weeks(beyond, np.where(np.isnan(beyond), np.nan, squares[readings.cell]), readings.week)
    value, low, high = (min(float(np.sqrt(max(x, 0.0))), GREATEST_SPREAD) for x in variance[:3])
    return Ratio(value if value >= LEAST_SPREAD else 0.0, low, high, variance.weeks)
