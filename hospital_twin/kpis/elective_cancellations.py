"""Planned admissions that are cancelled."""
from collections.abc import Iterator

import pandas as pd

from hospital_twin.kpis._framework import Kpi, Measured, NotComputable, Statistic, Window

_CANCELLED = "cancelled"
_ELECTIVE = ("elective", "planned")
"""Values of a class attribute, in any letter case, that mark a planned admission."""


def _measure(window: Window) -> Iterator[Measured]:
    if not window.records("leave"):
        raise NotComputable("no 'leave' rows in this log")
    visits = window.visits
    cancelled = visits["disposition"].eq(_CANCELLED)
    marked = _marked(window)
    if marked is None and not cancelled.any():
        raise NotComputable("no visit is marked elective, and none left as cancelled")
    window.ask_for_leaving(_CANCELLED, never="nobody in this layout is cancelled",
                           unrecorded="nobody is said to have been cancelled: the log does not record it")
    now = cancelled & window.within(visits["leave"])
    yield Measured("per_day", window.a_day(float(now.sum())), int(now.sum()))
    if marked is None:
        yield Measured("share", NotComputable("no class attribute says which visits are elective"), 0)
        return
    went_ahead = marked & ~cancelled & window.within(_first_place(window))
    decided = int(now.sum() + went_ahead.sum())
    yield Measured("share", 100 * float(now.sum()) / decided if decided else float("nan"), decided)


def _marked(window: Window) -> pd.Series | None:
    """Which visits arrived with a value of `_ELECTIVE`; None when no class attribute has such a value."""
    found = None
    for name in window.log.attributes:
        column = window.visits[name]
        words = [value for value in column.cat.categories if str(value).lower() in _ELECTIVE]
        if words:
            found = column.isin(words) if found is None else found | column.isin(words)
    return found


def _first_place(window: Window) -> pd.Series:
    rows = window.places.stays
    rows = rows[rows["activity"].eq("stay")]
    return rows.groupby("visit")["start"].min().reindex(window.visits.index)


KPI = Kpi(
    id="elective_cancellations",
    title="Elective cancellations",
    better="lower",
    definition="Visits that leave with the disposition cancelled within the window: a day, and as a share of the "
               "elective visits decided within the window, which were cancelled or got their first place. Elective "
               "is a visit with a class attribute at arrival whose value is elective or planned. Both outcomes count "
               "when they happen, so visits that still wait when the log ends are in neither.",
    source="NHS England, cancelled elective operations: last-minute cancellations for non-clinical reasons, as a "
           "share of elective activity",
    statistics={"per_day": Statistic("elective cancellations a day", "a day", 2),
                "share": Statistic("share of electives cancelled", "%", 1)},
    headline="per_day",
    measure=_measure,
)
