"""What a KPI is, what it may look at, and the table of results."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.drawers import entry, open_drawer
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import (
    UNTOLD,
    WHOLE_HOSPITAL,
    EventLog,
    LocalHours,
    StepCurve,
    held,
    hours_full,
    local_hours,
    not_told,
    staffed,
    visits,
)

DRAWER = "hospital_twin.kpis"
Better = Literal["lower", "higher", "none"]
KPI_TABLE_COLUMNS = {"kpi": "str", "place": "str", "hour": "Int8", "statistic": "str", "value": "float64",
                     "n": "int64", "reason": "str"}


class NotComputable(Exception):  # noqa: N818 - it is an answer, not a fault
    """Why a log cannot tell a number: raised for a whole KPI, or given in the place of one value."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Measured(NamedTuple):
    """One number of a KPI.

    n: how many visits, stays or requests it rests on. place: a unit's name or `WHOLE_HOSPITAL`.
    hour: hour of the local day (0-23), None for the whole window.
    """

    statistic: str
    value: float | NotComputable
    n: int
    place: str = WHOLE_HOSPITAL
    hour: int | None = None


class Statistic(NamedTuple):
    """What one statistic of a KPI is called in a sentence, and its unit.

    decimals: that are worth showing. matters: the least difference that does, in its unit; by default the least that
    is shown.
    """

    words: str
    unit: str
    decimals: int
    matters: float = 0.0

    @property
    def least(self) -> float:
        """The least difference that matters: smaller ones are hardly a change, however surely they are there."""
        return max(self.matters, 10.0 ** -self.decimals)


@dataclass(frozen=True, eq=False)
class Kpi:
    """One KPI: the `KPI` of a file in this folder.

    id: the file's name. title: a heading. better: which direction is good.
    definition: in plain words, with what is counted when and what happens to visits that are still there at the end.
    source: who defines it so. statistics: statistic → its words, unit and decimals.
    headline: the statistic, of the whole hospital, that is THE number where there is room for one.
    measure: gives the numbers, the same ones (by statistic, place and hour) for every log of one hospital; NaN stands
    for a number that rests on no case.
    needs: statistic → what of `eventlog.UNTOLD` it rests on; one that is not named rests on all of it. Where a twin has
    only a stand-in for that, it gives the reason and no number.
    assumes: what calibration takes for granted, if the number is there to test that beside a log, and not to answer
    questions; else empty.
    """

    id: str
    title: str
    better: Better
    definition: str
    source: str
    statistics: Mapping[str, Statistic]
    headline: str
    measure: Callable[[Window], Iterable[Measured]]
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assumes: str = ""

    @property
    def unit(self) -> str:
        """Unit of the headline: min, h, %, a day."""
        return self.statistics[self.headline].unit

    @property
    def decimals(self) -> int:
        """Decimals of the headline that are worth showing."""
        return self.statistics[self.headline].decimals

    @property
    def say(self) -> str:
        """The headline's name in a sentence: ``median wait for a doctor``."""
        return self.statistics[self.headline].words


@dataclass(frozen=True, eq=False)
class Window:
    """The part of a log that is measured, ``[start, end)``, as it stood at `end`; what several KPIs need is kept.

    What looks at all patients on one calendar (rates, the census, the hours of the clock, the staffed places) raises
    `NotComputable` where each patient's dates are shifted by an amount of its own.
    """

    log: EventLog
    start: pd.Timestamp
    end: pd.Timestamp

    @classmethod
    def of(cls, log: EventLog, warm_up: pd.Timedelta) -> Window:
        """The log's window without its first part; raises `BadInput` when nothing is left."""
        if warm_up < pd.Timedelta(0):
            raise BadInput("warm-up", f"it is {warm_up}", "zero or more")
        if warm_up and log.start + warm_up >= log.end:
            raise BadInput("warm-up", f"it is {warm_up}, and the log covers {log.end - log.start}",
                           "less than the log covers")
        over = log.stays[["joined", "start", "end"]].max().max() > log.end
        return cls(log.until(log.end) if over else log, log.start + warm_up, log.end)

    @property
    def one_calendar(self) -> EventLog:
        """The log, if its patients share one calendar; else raises `NotComputable`."""
        if not self.log.provenance.dates_comparable:
            raise NotComputable("every patient's dates in this log are shifted by an amount of its own")
        return self.log

    @property
    def days(self) -> float:
        """Length in days of 24 hours."""
        return (self.one_calendar.end - self.start) / pd.Timedelta(days=1)

    def a_day(self, number: float) -> float | NotComputable:
        """So many in the whole window, as so many per day of 24 hours; or why that cannot be said."""
        try:
            return number / self.days
        except NotComputable as answer:
            return answer

    @cached_property
    def visits(self) -> pd.DataFrame:
        """`eventlog.visits` of all visits."""
        return visits(self.log)

    @cached_property
    def attendances(self) -> pd.DataFrame:
        """The `visits` at the emergency department that arrived within the window.

        Visits whose records run backwards (seen or gone before they came) are left out. Raises `NotComputable`
        without an emergency department, or without anybody in it.
        """
        if not self.log.units_of("ed"):
            raise NotComputable("no unit of kind ed in this log")
        found = self.visits[self.visits["ed"] & self.within(self.visits["arrive"])]
        backwards = (found["ed_left"] < found["arrive"]) | (found["seen"] < found["arrive"])
        found = found[~backwards]
        if found.empty:
            raise NotComputable("nobody arrived at the emergency department")
        return found

    @cached_property
    def places(self) -> EventLog:
        """The log's rows of places alone: held by patients, and being cleaned."""
        return self.log.only("stay", "cleaning")

    @cached_property
    def census(self) -> Mapping[str, StepCurve]:
        """Unit → number of its places held by patients."""
        return {unit: held(self.places, unit) for unit in self.one_calendar.units}

    @cached_property
    def staffed(self) -> Mapping[str, StepCurve]:
        """Unit → its staffed places, for the units of which the log knows them."""
        curves = {unit: staffed(self.one_calendar, unit) for unit in self.log.units}
        return {unit: curve for unit, curve in curves.items() if curve is not None}

    @cached_property
    def hours_full(self) -> Mapping[str, tuple[float, float] | None]:
        """Unit → `eventlog.hours_full`: hours without a free staffed place, and hours open."""
        return {unit: hours_full(self.places, unit, self.start, self.end) for unit in self.one_calendar.units}

    @cached_property
    def hours(self) -> LocalHours:
        """The window cut at the full hours of the hospital's clock."""
        return local_hours(self.start, self.end, self.one_calendar.time_zone)

    def within(self, moments: pd.Series) -> pd.Series:
        """Which of some times lie in the window."""
        return (moments >= self.start) & (moments < self.end)

    def hours_between(self, begin: pd.Series, finish: pd.Series) -> np.ndarray:
        """Hours from `begin` to `finish`, or to the window's end where there is no finish yet."""
        return ((finish.fillna(self.end) - begin) / pd.Timedelta(hours=1)).to_numpy(float)

    def records(self, activity: str) -> bool:
        """Whether the log, at any time, has rows of an activity."""
        return bool(self.log.stays["activity"].eq(activity).any())

    def ask_for_leaving(self, disposition: str, *, never: str, unrecorded: str) -> None:
        """Raises `NotComputable` where that nobody leaves with a disposition would not mean that nobody did.

        never: why, of a simulated run whose layout has no such end. unrecorded: why, of a log that does not know the
        word at any time.
        """
        about = self.log.provenance
        if about.leaving is not None and disposition not in about.leaving:
            raise NotComputable(never)
        if not about.complete and not self.visits["disposition"].eq(disposition).any():
            raise NotComputable(unrecorded)


@dataclass(frozen=True, eq=False)
class KpiTable:
    """All numbers of some KPIs for one log.

    table: columns of `KPI_TABLE_COLUMNS`, one row per number; ``hour`` is missing for the whole window. Where a log
    cannot tell, ``value`` is NaN and ``reason`` says why; else ``reason`` is empty.
    """

    table: pd.DataFrame

    def row(self, kpi: str, statistic: str | None = None, place: str = WHOLE_HOSPITAL,
            hour: int | None = None) -> pd.Series:
        """One row, by default the headline's. Raises `BadInput` when the table has none such."""
        statistic = statistic or entry(DRAWER, "KPI", kpi, where="KPI table").headline
        rows = self.table
        rows = rows[(rows["kpi"] == kpi) & (rows["statistic"] == statistic) & (rows["place"] == place)]
        rows = rows[rows["hour"].isna() if hour is None else rows["hour"].eq(hour).fillna(False).astype(bool)]
        if rows.empty:
            raise BadInput("KPI table", f"has no {statistic} of {kpi} for {place}"
                           + ("" if hour is None else f" at hour {hour}"), "a row that the KPI gives")
        return rows.iloc[0]

    def value(self, kpi: str, statistic: str | None = None, place: str = WHOLE_HOSPITAL,
              hour: int | None = None) -> float:
        """One number, by default the headline; NaN when it is not computable."""
        return float(self.row(kpi, statistic, place, hour)["value"])

    def headlines(self) -> pd.DataFrame:
        """The row of each KPI that is shown where there is room for one, in the table's order."""
        rows = answering(self.table)
        wanted = rows["kpi"].map({name: kpi.headline for name, kpi in kpi_drawer().items()})
        shown = rows["statistic"].eq(wanted) & rows["place"].eq(WHOLE_HOSPITAL) & rows["hour"].isna()
        return rows[shown].reset_index(drop=True)


def kpi_drawer() -> Mapping[str, Kpi]:
    """Every KPI by id."""
    return open_drawer(DRAWER, "KPI")


def answering(table: pd.DataFrame) -> pd.DataFrame:
    """The rows whose ``kpi`` answers questions: without those that test what calibration takes for granted."""
    return table[~table["kpi"].isin([name for name, kpi in kpi_drawer().items() if kpi.assumes])]


def compute_kpis(log: EventLog, *, warm_up: pd.Timedelta = pd.Timedelta(0),
                 only: Iterable[str] | None = None) -> KpiTable:
    """The KPIs of a log, real or simulated.

    warm_up: first part of the log's window that is not measured (it is still used for who is there already).
    only: ids of the KPIs wanted; by default all of the drawer.
    Raises `BadInput` for a warm-up that leaves nothing and for an unknown id. What a log cannot tell is a row with
    its reason, never a guess.
    """
    chosen = open_drawer(DRAWER, "KPI").values() if only is None else [
        entry(DRAWER, "KPI", name, where="KPIs") for name in only]
    window = Window.of(log, warm_up)
    rows = [(kpi.id, number.place, number.hour, number.statistic, *_answer(number), number.n)
            for kpi in chosen for number in _measured(kpi, window)]
    table = pd.DataFrame(rows, columns=["kpi", "place", "hour", "statistic", "value", "reason", "n"])
    return KpiTable(table.astype(KPI_TABLE_COLUMNS)[list(KPI_TABLE_COLUMNS)])


def _measured(kpi: Kpi, window: Window) -> list[Measured]:
    try:
        if window.log.stays.empty or not window.start < window.end:
            raise NotComputable("the log is empty")
        found = list(kpi.measure(window))
    except NotComputable as answer:
        found = [Measured(statistic, answer, 0) for statistic in kpi.statistics]
    untold = window.log.provenance.untold
    return [_told(kpi, number, untold) for number in found] if untold else found


def _told(kpi: Kpi, number: Measured, untold: tuple[str, ...]) -> Measured:
    """The number, or why there is none where it rests on what is untold."""
    needed = {*kpi.needs.get(number.statistic, UNTOLD), *(() if number.hour is None else ("hours",))}
    missing = [what for what in UNTOLD if what in needed and what in untold]
    return number._replace(value=NotComputable(not_told(missing[0])), n=0) if missing else number


def _answer(number: Measured) -> tuple[float, str]:
    """Value and reason."""
    if isinstance(number.value, NotComputable):
        return np.nan, f"not computable: {number.value.reason}"
    if not np.isfinite(number.value):
        short = "too many were still there when the log ends" if number.n else "no cases in this log"
        return np.nan, f"not computable: {short}"
    return float(number.value), ""
