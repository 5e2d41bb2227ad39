"""Patients who come into an inpatient bed."""
from collections.abc import Iterator

from hospital_twin.eventlog import INPATIENT_KINDS
from hospital_twin.kpis import WHOLE_HOSPITAL, Kpi, Measured, NotComputable, Statistic, Window


def _measure(window: Window) -> Iterator[Measured]:
    units = window.log.units_of(*INPATIENT_KINDS)
    if not units:
        raise NotComputable("no inpatient unit in this log")
    rows = window.log.stays
    beds = rows[rows["activity"].eq("stay") & rows["resource"].isin(units)]
    first = beds.sort_values("start", kind="stable").drop_duplicates("visit")
    first = first[window.within(first["start"])]
    yield Measured("per_day", len(first) / window.days, len(first), WHOLE_HOSPITAL)
    for unit in units:
        here = int(first["resource"].eq(unit).sum())
        yield Measured("per_day", here / window.days, here, unit)


KPI = Kpi(
    id="admissions",
    title="Admissions",
    better="none",
    definition="Visits whose first inpatient bed (a place of a unit of kind assessment, ward, high dependency or "
               "critical care) was granted within the window, a day. By unit: those whose first bed was there. Who "
               "still waits for a bed when the log ends is no admission yet; moves between wards do not count again.",
    source="NHS England, Hospital Episode Statistics: an admission begins with the first episode of care in a bed",
    statistics={"per_day": Statistic("admissions a day", "a day", 1)},
    headline="per_day",
    measure=_measure,
)
