"""Warm-up: how long runs that start with an empty hospital are not yet what they become."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hospital_twin.comparison.intervals import mean_interval
from hospital_twin.errors import BadInput
from hospital_twin.runs import EVERYBODY, Runs

WEEK = 7
FEWEST_DAYS = 10
"""Days below which no warm-up can be told: the least of them in which half is more than a few days."""

CLEARLY = 1.25
"""How many times the least value of the criterion is clearly more than it. By experience: chance moves the place of the
least value by days among values that differ by a few per cent, and while a hospital fills they fall by half in days."""

FLAT = 0.10
"""Share of the census by which what is measured may yet rise, at most, for a late warm-up to be believed. By
experience: where stays have a median of 5 days and a 90th percentile of 30, MSER finds a warm-up in the first half of
63 days in every third set of 8 replications, with the census at 0.7 to 0.9 of what it becomes. Chance hides rises of
that size, so it is not enough that none is seen: it has to be surely small."""

EARLY = 4
"""A warm-up of at most the run's length over this is early: what fills with such stays is full long before the end."""


@dataclass(frozen=True, eq=False)
class WarmUp:
    """A warm-up period and how it was found.

    days: to leave out. enough: whether the run is long enough to tell, which it is not when the census still changes
    after half of it, or may well go on rising in what is left.
    how: the finding and its method, in words. place: whose census was looked at.
    curve: the picture: ``day``, ``census`` (mean over replications of the day's mean number of patients), ``smooth``
    (its mean over the week around that day) and ``criterion`` (the quantity that is least at the warm-up's end); NaN
    where there is none.
    """

    days: int
    enough: bool
    how: str
    place: str
    curve: pd.DataFrame

    def checked(self) -> int:
        """The days. Raises `BadInput` when the run was too short to tell them."""
        if not self.enough:
            raise BadInput("warm-up", self.how, f"a run of at least {4 * max(self.days, FEWEST_DAYS)} days to look at")
        return self.days

    def is_missed_by(self, days: float) -> bool:
        """Whether to leave out only `days` would be clearly worse: the criterion there is over `CLEARLY` the least."""
        tried = self.curve["criterion"].dropna()
        return days < self.days and (days < tried.index[0] or tried[int(days)] > CLEARLY * tried.min())


def warm_up(runs: Runs, place: str = EVERYBODY) -> WarmUp:
    """The warm-up of some runs, from the hourly census over their whole window (whatever they leave out).

    MSER (White, An effective truncation heuristic for bias reduction in simulation output, Simulation 1997;69:323-334):
    leave out the first d values such that the mean of the rest has the least estimated variance, Σ (x − x̄)² / (n − d)².
    It is applied to the mean over replications, as Hoad, Robinson and Davies recommend, Automating warm-up length
    estimation, Proc Winter Simulation Conference 2008, 532-540. A hospital's census has a rhythm of the day and of
    the week, which would be taken for change: so x is Welch's moving average, the mean of the week around each day
    (of the day alone in runs under four weeks), and no warm-up is shorter than its half.
    d is tried up to half of the days; least at the last one, the census is still changing and the run too short.
    Nor is it enough when the second half of what is left has clearly more or fewer patients than the first, or, unless
    the warm-up is `EARLY`, may have over `FLAT` more: the interval of that rise, over the replications, decides.
    Everybody together tell it best: in a single small unit, chance is easily taken for change.
    Raises `BadInput` for a place without census and for runs too short to look at.
    """
    rows = runs.census[runs.census["place"] == place]
    if rows.empty:
        raise BadInput("warm-up", f"the runs have no census of {place!r}",
                       "one of " + ", ".join(map(str, runs.census["place"].unique())))
    hourly = rows.pivot(index="replication", columns="hour", values="value").to_numpy()
    days = hourly.shape[1] // 24
    if days < FEWEST_DAYS:
        raise BadInput("warm-up", f"runs of {days} whole days are too short to find it",
                       f"runs of {FEWEST_DAYS} days or more, better of several months")
    daily = hourly[:, :24 * days].reshape(-1, days, 24).mean(axis=2)
    census = daily.mean(axis=0)
    window = WEEK if days >= 4 * WEEK else 1
    smooth = np.convolve(census, np.full(window, 1 / window), mode="valid")
    criterion = mser(smooth)
    least, found = int(criterion.argmin()), int(criterion.argmin()) + window // 2
    inside = least < len(criterion) - 1
    enough = inside and _flat(daily, found)
    return WarmUp(found, enough, _in_words(found if inside else None, enough, days, window, runs), place, pd.DataFrame({
        "day": np.arange(days), "census": census, "smooth": _centred(smooth, window // 2, days),
        "criterion": _centred(criterion, window // 2, days)}))


def mser(values: np.ndarray) -> np.ndarray:
    """White's criterion for leaving out the first 0, 1, 2 … values, up to half of them."""
    rest = np.arange(len(values), 0, -1)
    backwards = values[::-1] - values[-1]
    sums, squares = np.cumsum(backwards)[::-1], np.cumsum(backwards ** 2)[::-1]
    return (np.maximum(squares - sums ** 2 / rest, 0.0) / rest ** 2.0)[:len(values) // 2 + 1]


def _flat(daily: np.ndarray, found: int) -> bool:
    """Whether the census of what is left after `found` days neither rises nor falls. daily: (replications, days)."""
    days, early = daily.shape[1], EARLY * found <= daily.shape[1]
    half = (days - found) // (2 * WEEK) * WEEK
    if not half or len(daily) < 2:
        return early
    rise = mean_interval(daily[:, -half:].mean(axis=1) - daily[:, -2 * half:-half].mean(axis=1))
    changes = rise.low[0] > 0 or rise.high[0] < 0
    return not changes and (early or bool(rise.high[0] <= FLAT * daily[:, found:].mean()))


def cautions(every: Sequence[Runs]) -> tuple[str, ...]:
    """For each of some runs that left out clearly less than their warm-up: a sentence that says so."""
    found = []
    for runs in every:
        if len(runs.census) and runs.census["hour"].max() + 1 >= 24 * FEWEST_DAYS:
            told = warm_up(runs)
            if told.is_missed_by(runs.warm_up_days):
                found.append(f"{runs.scenario}: {told.how}." if not told.enough else
                             f"{runs.scenario}: the hospital needs {told.days} days to fill, but only "
                             f"{runs.warm_up_days:g} are left out, so the numbers are those of a hospital that is "
                             "emptier than it becomes.")
    return tuple(found)


def _centred(values: np.ndarray, shift: int, days: int) -> np.ndarray:
    return np.concatenate((np.full(shift, np.nan), values, np.full(days - shift - len(values), np.nan)))


def _in_words(found: int | None, enough: bool, days: int, window: int, runs: Runs) -> str:
    by = (f"from there on leaving out more makes the mean no surer: MSER on the {'weekly' if window > 1 else 'daily'} "
          f"mean census of {len(runs.replications)} replications")
    if found is None:
        return (f"after half of the {days} days the number of patients still changes ({by}); it may not have settled, "
                "or the hospital may fill without end")
    if not enough:
        return (f"the number of patients seems to settle after {found} of {days} days, but in what is left it still "
                f"changes or may well do so ({by}); longer runs, or more replications, would tell")
    return f"the number of patients settles after {found} of {days} days ({by})"
