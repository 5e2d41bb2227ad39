"""The shape of the stays on inpatient units: whether the family that was fitted is the right one."""
from collections.abc import Iterator

import numpy as np

from hospital_twin.eventlog import INPATIENT_KINDS
from hospital_twin.kpis._framework import WHOLE_HOSPITAL, Kpi, Measured, NotComputable, Statistic, Window

_QUANTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}


def _measure(window: Window) -> Iterator[Measured]:
    units = window.log.units_of(*INPATIENT_KINDS)
    if not units:
        raise NotComputable("no inpatient unit in this log")
    rows = window.places.stays
    rows = rows[rows["activity"].eq("stay") & rows["resource"].isin(units) & window.within(rows["end"])]
    hours, where = window.hours_between(rows["start"], rows["end"]), rows["resource"].to_numpy()
    for place in (WHOLE_HOSPITAL, *units):
        here = hours if place == WHOLE_HOSPITAL else hours[where == place]
        for statistic, q in _QUANTILES.items():
            yield Measured(statistic, float(np.quantile(here, q)) if len(here) else np.nan, len(here), place)


KPI = Kpi(
    id="stay_quartiles",
    title="Stays on inpatient units",
    better="none",
    definition="Hours in a place of an inpatient unit (assessment, ward, high dependency, critical care), for stays "
               "that end within the window, whenever they began: a quarter are shorter than the lower quartile and a "
               "quarter longer than the upper one. Who is still there counts when the stay ends. Whole hospital: the "
               "stays of all those units together.",
    source="NHS Data Dictionary, ward stay; quartiles rather than a mean, since stays are skewed (Marshall et al., "
           "Length of stay-based patient flow models, Health Care Manag Sci 2005;8:213-220)",
    statistics={"lower_quartile": Statistic("lower quartile of the stays on inpatient units", "h", 1),
                "median": Statistic("median stay on an inpatient unit", "h", 1),
                "upper_quartile": Statistic("upper quartile of the stays on inpatient units", "h", 1)},
    headline="median",
    measure=_measure,
    needs=dict.fromkeys(_QUANTILES, ("stays", "shapes")),
    assumes="stays have the shape of the family that the layout names, such as lognormal",
)
