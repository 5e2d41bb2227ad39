"""The typical week: how many patients are in a place at each hour of the week, and how much weeks differ.

A band is the range of single weeks, over all measured weeks of all replications: where a week to come will lie, not how
well a mean is known.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import INPATIENT_KINDS, Series
from hospital_twin.eventlog.clock import TICKS_PER_HOUR
from hospital_twin.reports.answers import Answer
from hospital_twin.reports.staffing import hours_of
from hospital_twin.reports.wording import rounded
from hospital_twin.runs import Runs
from hospital_twin.unit_types import expanded

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BANDS = {"q05": 0.05, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q95": 0.95}
_WEEK = 168


@dataclass(frozen=True, eq=False)
class TypicalWeek:
    """One place over the hours of the week (0 is Monday 00:00, local).

    says: the place's name as it is read.
    bands: index hour of the week, columns of `BANDS`: patients.
    staffed: planned staffed places, same index; None where they are unlimited or the place has none.
    logged: the middle week of the log, same index; None without a log of this place.
    """

    place: str
    says: str
    scenario: str
    bands: pd.DataFrame
    staffed: pd.Series | None = None
    logged: pd.Series | None = None

    def title(self) -> str:
        """What it shows, with the unit."""
        return f"Patients in {self.says}"

    def sentence(self) -> str:
        """What the picture shows, from the numbers that it is drawn from."""
        if self.bands.empty:
            return "No hour was measured."
        return " ".join(part for part in (self._fullest(), self._against_staffed(), self._against_log()) if part)

    def _fullest(self) -> str:
        hour = int(self.bands["q50"].idxmax())
        low, middle, high = (rounded(float(self.bands.loc[hour, q])) for q in ("q05", "q50", "q95"))
        return (f"{self.title()}: the peak is on {DAYS[hour // 24]} from {hour % 24:02d}:00, with {middle} in the "
                f"middle week and between {low} and {high} in 9 weeks of 10.")

    def _against_staffed(self) -> str:
        if self.staffed is None or not (self.staffed > 0).any():
            return ""
        open_ = self.staffed[self.staffed > 0]
        low, high = int(open_.min()), int(open_.max())
        places = f"{low}" if low == high else f"{low} to {high}"
        full = int((self.bands["q95"].loc[open_.index] >= open_ - 0.05).sum())
        if not full:
            return f"The {places} staffed places are enough in 19 weeks of 20 at every hour."
        hours = f"{len(open_)} hours of the week" + ("" if len(open_) == len(self.staffed) else " at which it is open")
        return f"All {places} staffed places are taken in at least 1 week of 20 at {full} of the {hours}."

    def _against_log(self) -> str:
        if self.logged is None or not self.logged.notna().any():
            return ""
        known = self.logged.dropna()
        bands = self.bands.loc[known.index]
        inside = int(((known >= bands["q05"] - 1e-9) & (known <= bands["q95"] + 1e-9)).sum())
        return f"The log's middle week lies within the twin's 9 weeks of 10 at {inside} of {len(known)} hours."


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
    bands = week_bands(values[:, measured], week[measured])
    staffed = answer.staffed(runs.scenario).get(place)
    logged = answer.observed if runs is answer.baseline else None
    return TypicalWeek(
        place, answer.places()[place], runs.scenario, bands,
        None if staffed is None else _middle(week[measured], staffed[measured]).reindex(bands.index),
        None if logged is None else _logged(logged, place).reindex(bands.index))


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
    Returns index hour of the week (those that occur), columns of `BANDS`.
    """
    rows = {hour: np.quantile(values[:, week == hour], list(BANDS.values())) for hour in range(_WEEK)
            if (week == hour).any()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(BANDS), dtype=float).rename_axis("hour")


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
