"""Share of inpatient discharges in the morning."""
from collections.abc import Iterator

import numpy as np
import pandas as pd

from hospital_twin.eventlog import INPATIENT_KINDS
from hospital_twin.kpis._framework import WHOLE_HOSPITAL, Kpi, Measured, NotComputable, Statistic, Window

_NOT_DISCHARGES = ("died", "transferred_out", "cancelled")
"""Dispositions that nobody could have planned for the morning."""


def _measure(window: Window) -> Iterator[Measured]:
    units = window.log.units_of(*INPATIENT_KINDS)
    if not units:
        raise NotComputable("no inpatient unit in this log")
    beds = _discharges(window, units)
    morning = beds["end"].dt.tz_convert(window.log.time_zone).dt.hour < 12
    for place in (WHOLE_HOSPITAL, *units):
        here = beds["resource"].eq(place) if place != WHOLE_HOSPITAL else np.ones(len(beds), bool)
        number = int(np.sum(here))
        yield Measured("share", 100 * float((morning & here).sum()) / number if number else np.nan, number, place)


def _discharges(window: Window, units: list[str]) -> pd.DataFrame:
    """The last inpatient stay of each visit that was discharged and left that bed within the window."""
    rows = window.places.stays
    beds = rows[rows["activity"].eq("stay") & rows["resource"].isin(units)]
    beds = beds.sort_values(["end", "start"]).drop_duplicates("visit", keep="last")
    gone = window.visits[window.visits["leave"].notna() & ~window.visits["disposition"].isin(_NOT_DISCHARGES)]
    return beds[beds["visit"].isin(gone.index) & window.within(beds["end"])]


KPI = Kpi(
    id="discharges_before_noon",
    title="Discharges before noon",
    better="higher",
    definition="Of the patients who leave their last inpatient bed within the window and then the hospital, alive and "
               "not for another one, the share who leave that bed before 12:00 local time (a discharge lounge thus "
               "counts from when the bed is free). By unit: of those whose last bed was there. Patients still in bed "
               "when the log ends are no discharges yet.",
    source="NHS Improvement, the SAFER patient flow bundle: a third of discharges from inpatient wards before midday",
    statistics={"share": Statistic("share of discharges before noon", "%", 1, matters=1)},
    headline="share",
    measure=_measure,
)
