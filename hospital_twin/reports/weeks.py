"""The typical week: how many patients are in a place at each hour of the week, and how much weeks differ.

A band is the range of single weeks, over all measured weeks of all replications, not how well a mean is known.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from hospital_twin.comparison import mean_interval
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import INPATIENT_KINDS, Series
from hospital_twin.eventlog.clock import TICKS_PER_HOUR
from hospital_twin.reports.answers import Answer
from hospital_twin.reports.staffing import hours_of
from hospital_twin.reports.week_words import week_sentence
from hospital_twin.runs import EVERYBODY, Runs
from hospital_twin.unit_types import expanded

BANDS = {"low": 0.05, "q25": 0.25, "q50": 0.50, "q75": 0.75, "high": 0.95}
FEW = 20
"""Below so many weeks nobody can say where 9 of 10 lie: the outer band is then from the lowest to the highest."""
_WEEK = 168


@dataclass(frozen=True, eq=False)
class TypicalWeek:
    """One place over the hours of the week (0 is Monday 00:00, local).

    says: the place's name as it is read. weeks: how many single weeks were simulated. since: the first day.
    bands: index hour of the week, columns of `BANDS`: patients; of fewer than `FEW` weeks, low and high are the ends.
    sure: half width of the 95 % interval of the middle week, same index; 0 where one replication cannot tell.
    staffed: planned staffed places, same index; None where they are unlimited or the place has none.
    nursed: whether nurses limit its places. full: percentage of the time without a free place; None when not known.
    logged: the middle week of the log, same index; None without a log of this place.
    """

    place: str
    says: str
    scenario: str
    weeks: int
    since: date
    bands: pd.DataFrame
    sure: pd.Series
    staffed: pd.Series | None = None
    nursed: bool = False
    full: float | None = None
    logged: pd.Series | None = None

    @property
    def few(self) -> bool:
        """Whether there are too few weeks to say where 9 of 10 lie."""
        return self.weeks < FEW

    def title(self) -> str:
        """What it shows, with the unit."""
        return self.says[0].upper() + self.says[1:] if self.place == EVERYBODY else f"Patients in {self.says}"

    def outer(self) -> str:
        """What the outer band is."""
        if self.few:
            return f"lowest to highest of {self.weeks} {'week' if self.weeks == 1 else 'weeks'}"
        return f"9 in 10 of {self.weeks:,} weeks"

    def places_called(self) -> str:
        """What the line of capacity is: only where nurses count are places staffed."""
        return "staffed places" if self.nursed else "places"

    def sentence(self, *others: TypicalWeek) -> str:
        """What the picture shows, with other scenarios beside it, from the numbers that it is drawn from."""
        return week_sentence(self, others)


def typical_week(answer: Answer, place: str, scenario: str | None = None) -> TypicalWeek:
    """A place over the hours of the week in one scenario, by default the baseline.

    Raises `BadInput` for a place or a scenario that the runs do not have.
    """
    runs = _runs(answer, scenario)
    if place not in answer.places():
        raise BadInput("typical week, place", f"there is no {place!r}", "one of " + ", ".join(answer.places()))
    cells = hours_of(runs)
    week = cells.weekday.astype(int) * 24 + cells.hour
    measured = cells.edges[:-1] >= cells.edges[0] + round(runs.warm_up_days * 24 * TICKS_PER_HOUR)
    values = runs.census.loc[runs.census["place"] == place, "value"].to_numpy().reshape(len(runs.replications), -1)
    values, week = values[:, measured], week[measured]
    bands, staffed = week_bands(values, week), answer.staffed(runs.scenario).get(place)
    unit = expanded(answer.hospital.layout).units.get(place)
    found = TypicalWeek(place, answer.places()[place], runs.scenario, weeks_in(values, week),
                        date.fromisoformat(runs.starts), bands, _sure(values, week), full=_full(runs, place),
                        nursed=unit is not None and bool(unit.staff))
    if staffed is not None:
        found = replace(found, staffed=_middle(week, staffed[measured]).reindex(bands.index))
    if runs is answer.baseline and answer.observed is not None:
        found = replace(found, logged=_logged(answer.observed, place).reindex(bands.index))
    return found


def telling_places(answer: Answer) -> list[str]:
    """The places to look at first: of the emergency units and of the others the one that is fullest for its size."""
    units = expanded(answer.hospital.layout).units
    full = {place: _fill(typical_week(answer, place)) for place in answer.places() if place in units}
    groups = [[p for p in full if units[p].kind == "ed"], [p for p in full if units[p].kind in INPATIENT_KINDS]]
    found = [max(group, key=full.__getitem__) for group in groups if group]
    return found or list(answer.places())[:1]


def _fill(week: TypicalWeek) -> float:
    """The middle week's patients over staffed places, at the fullest hour; 0 where places are unlimited."""
    if week.staffed is None or not (week.staffed > 0).any():
        return 0.0
    return float((week.bands["q50"] / week.staffed.where(week.staffed > 0)).max())


def week_bands(values: np.ndarray, week: np.ndarray) -> pd.DataFrame:
    """Quantiles over all weeks and replications, by hour of the week.

    values: shape (replications, hours). week: hour of the week of each of these hours, 0-167.
    Returns index hour of the week (those that occur), columns of `BANDS`; of fewer than `FEW` weeks the outer ones
    are the lowest and the highest.
    """
    at = {**BANDS, **({"low": 0.0, "high": 1.0} if weeks_in(values, week) < FEW else {})}
    rows = {hour: np.quantile(values[:, week == hour], list(at.values())) for hour in _hours(week)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(BANDS), dtype=float).rename_axis("hour")


def weeks_in(values: np.ndarray, week: np.ndarray) -> int:
    """How many single weeks there are, those begun included: what most hours of the week occur in."""
    counts = np.bincount(week, minlength=_WEEK)
    return int(np.median(counts[counts > 0])) * len(values) if len(week) else 0


def _hours(week: np.ndarray) -> list[int]:
    return [hour for hour in range(_WEEK) if (week == hour).any()]


def _sure(values: np.ndarray, week: np.ndarray) -> pd.Series:
    """Half width of the middle week's interval, from each replication's own middle week: these are independent."""
    medians = {hour: np.median(values[:, week == hour], axis=1) for hour in _hours(week)}
    if not medians:
        return pd.Series(dtype=float)
    found = mean_interval(np.stack(list(medians.values())))
    return pd.Series((found.high - found.low) / 2, index=list(medians)).fillna(0.0)


def _full(runs: Runs, place: str) -> float | None:
    """Percentage of the time in which a unit had no free place, as its KPI counts it in these runs."""
    rows = runs.kpis
    found = rows.loc[(rows["kpi"] == "time_full") & (rows["place"] == place) & rows["hour"].isna(), "value"].dropna()
    return float(found.mean()) if len(found) else None


def _runs(answer: Answer, scenario: str | None) -> Runs:
    for runs in answer.runs:
        if scenario in (None, runs.scenario):
            return runs
    raise BadInput("typical week, scenario", f"there is no {scenario!r}",
                   "one of " + ", ".join(runs.scenario for runs in answer.runs))


def _logged(observed: Series, place: str) -> pd.Series:
    wide = observed.wide("census")
    if place not in wide:
        return pd.Series(dtype=float)
    local = wide.index.tz_convert(observed.time_zone)
    return _middle(np.asarray(local.day_of_week * 24 + local.hour), wide[place].to_numpy())


def _middle(week: np.ndarray, values: np.ndarray) -> pd.Series:
    return pd.Series(values).groupby(week).median()
