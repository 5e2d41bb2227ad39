"""Times that people or systems put in by default, or rounded, and did not read off the clock."""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hospital_twin.eventlog.clock import NEVER, TICKS_PER_HOUR
from hospital_twin.importers._finding import Finding, WholeLog, wall_ticks
from hospital_twin.importers._flows import DAY, Flow

_MANY = 200
"""Rows of which a share says something."""
_MIDNIGHT, _ROUNDED, _DEFAULT = 0.01, 0.25, 0.01
_MINUTES, _BESIDE = 1440, 30
_TIMETABLE = 3
_EVERYWHERE, _SEEN, _ENOUGH = 0.8, 4.0, 100
"""A default is put in for stays of units with this share of all; in one of them it is seen from so many standard
deviations on, and so many stays tell of it."""
_AT_ONCE, _TIMES_MORE = 10, 3
_LEAST = 0.001
_MINUTE = TICKS_PER_HOUR // 60
_THURSDAY, _SATURDAY = 3, 5
"""The weekday of 1970-01-01, and the first of the weekend's."""


def midnight_heaping(whole: WholeLog) -> Iterator[Finding]:
    """More times of a column at midnight to the minute than `_MIDNIGHT`: of times as they come, 1 of 1,440 is."""
    for column, of_day in _columns(whole):
        share = of_day[0] / of_day.sum()
        if share > _MIDNIGHT:
            yield Finding("midnight_heaping", f"{share:.1%} of the times in {column!r} are midnight to the minute (by "
                          "chance: 0.1%): dates without a time of day?", rows=int(of_day[0]))


def rounded_times(whole: WholeLog) -> Iterator[Finding]:
    """Times that are multiples of some minutes more often than chance would have it, by `_ROUNDED` of them.

    Where lists begin and areas open on the hour, some of all times are full hours, and rightly so: the `_TIMETABLE`
    commonest minutes of the day do not count. Other times are whenever somebody came or was ready.
    """
    for column, of_day in _columns(whole):
        rest = of_day.copy()
        rest[np.argsort(-of_day, kind="stable")[:_TIMETABLE]] = 0
        if rest.sum() < _MANY:
            continue
        shares = {step: float(rest[::step].sum() / rest.sum()) for step in (60, 30, 15, 10, 5)}
        step = max(shares, key=lambda step: shares[step] - 1 / step)
        if shares[step] - 1 / step > _ROUNDED:
            yield Finding("rounded_times", f"{shares[step]:.0%} of the times in {column!r} are multiples of {step} "
                          f"minutes (by chance: {1 / step:.0%}): they were rounded, and waits of less than that are "
                          "not to be trusted", rows=int(of_day[::step].sum()))


def default_times(whole: WholeLog) -> Iterator[Finding]:
    """A minute of the day at which stays begin or end in nearly all units alike, and far more than at the minutes near.

    What opens at 09:00, or operates from 08:00 on, has many times of that minute too, and is not to be accused: such
    an hour is that of a unit or two, and of working days. A default is put in everywhere and on all days. Midnight
    has a finding of its own.
    """
    stays, zone = whole.stays, whole.log.time_zone
    for what, times in (("begin", stays.start), ("end", stays.end)):
        known = times != NEVER
        wall = wall_ticks(times[known].astype("datetime64[us]"), zone)
        minute, weekend = wall % DAY // _MINUTE, (wall // DAY + _THURSDAY) % 7 >= _SATURDAY
        heights = np.bincount(stays.unit[known] * _MINUTES + minute, minlength=len(stays.names) * _MINUTES)
        for at in _peaks(heights.reshape(-1, _MINUTES), np.bincount(minute[weekend], minlength=_MINUTES)):
            total = heights.reshape(-1, _MINUTES).sum(axis=0)
            yield Finding("default_time", f"{total[at]:,} stays {what} at {at // 60:02}:{at % 60:02} to the minute, at "
                          f"nearly all units and on all days, where about {_beside(total)[at]:,.0f} were to be "
                          "expected: a time that is put in by default?", rows=int(total[at]))


def one_moment(whole: WholeLog) -> Iterator[Finding]:
    """Far more arrivals, or ends of stays, within one minute than ever at that time of day: written down together.

    The chance of k where λ are to be expected, the greater of what the hour and the time of day have, is at most
    exp(k - λ) (λ/k)^k (Chernoff), times the number of minutes with any.
    """
    for flow in whole.flows.all:
        if len(flow.times) >= _MANY:
            yield from _moments(whole, flow)


def _moments(whole: WholeLog, flow: Flow) -> Iterator[Finding]:
    edges = whole.flows.hours.edges
    minutes, counts = np.unique(flow.times // _MINUTE, return_counts=True)
    many = np.flatnonzero(counts >= _AT_ONCE)
    if not len(many):
        return
    in_hour = flow.expected[np.searchsorted(edges, minutes[many] * _MINUTE, side="right") - 1]
    of_day = minutes % _MINUTES
    for place, hourly in zip(many, in_hour, strict=True):
        k, others = int(counts[place]), counts[(of_day == of_day[place]) & (minutes != minutes[place])]
        usual = max(float(hourly) / 60, others.sum() * 1440 * _MINUTE / float(edges[-1] - edges[0]), 1e-6)
        chance = k - usual + k * np.log(usual / k) + np.log(len(minutes))
        if k > _TIMES_MORE * others.max(initial=0) and k > usual and chance < np.log(_LEAST):
            at = pd.Timestamp(int(minutes[place]) * _MINUTE, unit="us", tz="UTC")
            where = f"at {flow.place}" if flow.place else "in the whole hospital"
            words = "arrivals" if flow.what == "arrivals" else "ends of stays"
            yield Finding("one_moment", f"{k:,} {words} {where} are all of {whole.clock(at)}, and at most "
                          f"{others.max(initial=0):,} at that time of any other day: written down together, and not "
                          "when they were?", flow.place, at, at + pd.Timedelta(minutes=1), k)


def _peaks(heights: np.ndarray, of_weekend: np.ndarray) -> Iterator[int]:
    """Minutes of the day that stand out in nearly all units, and at weekends.

    heights: number of times by unit and minute of the day. of_weekend: by minute of the day.
    """
    total, of_unit = heights.sum(axis=0), heights.sum(axis=1)
    if total.sum() < _MANY:
        return
    beside = _beside(total)
    for at in np.flatnonzero((total - beside) > _DEFAULT * total.sum()):
        usual = np.array([_beside(own)[at] for own in heights])
        seen = heights[:, at] - usual > np.maximum(_SEEN * np.sqrt(usual + 1), _DEFAULT / 2 * of_unit)
        telling = of_unit >= _ENOUGH
        everywhere = of_unit[seen & telling].sum() >= _EVERYWHERE * of_unit[telling].sum()
        excess = of_weekend[at] - _beside(of_weekend)[at]
        always = excess > _DEFAULT / 2 * of_weekend.sum()
        if at and everywhere and always and (seen & telling).sum() > 1:
            yield int(at)


def _beside(heights: np.ndarray) -> np.ndarray:
    """The median of the minutes of the day near each."""
    around = np.pad(heights, _BESIDE, mode="wrap")
    return np.median(np.lib.stride_tricks.sliding_window_view(around, 2 * _BESIDE + 1), axis=1)


def _columns(whole: WholeLog) -> Iterator[tuple[str, np.ndarray]]:
    """Columns with many times, and how many are of each minute of the day."""
    for field, of_day in whole.minutes.items():
        if of_day.sum() >= _MANY:
            yield whole.columns.get(field, field), of_day
