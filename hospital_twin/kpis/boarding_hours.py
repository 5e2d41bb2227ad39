"""How long admitted patients wait in the emergency department for a bed."""
from collections.abc import Iterator

import pandas as pd

from hospital_twin.eventlog import INPATIENT_KINDS, FollowUp, boarding
from hospital_twin.kpis._framework import Kpi, Measured, NotComputable, Statistic, Window


def _measure(window: Window) -> Iterator[Measured]:
    log = window.log
    if not log.units_of("ed") or not log.units_of(*INPATIENT_KINDS):
        raise NotComputable("no unit of kind ed, or no inpatient unit, in this log")
    if not log.provenance.complete and not (log.stays["joined"] < log.stays["start"]).any():
        raise NotComputable("no times of bed requests in this log")
    spells = boarding(log)
    hour = pd.Timedelta(hours=1)
    inside = (spells["end"].fillna(window.end).clip(upper=window.end) - spells["start"].clip(lower=window.start)) / hour
    yield Measured("per_day", window.a_day(float(inside.clip(lower=0).sum())), int((inside > 0).sum()))
    yield from _per_patient(window, spells)


def _per_patient(window: Window, spells: pd.DataFrame) -> Iterator[Measured]:
    spells = spells.assign(hours=window.hours_between(spells["start"], spells["end"]), ended=spells["end"].notna())
    patients = spells.groupby("visit").agg({"start": "min", "hours": "sum", "ended": "all"})
    patients = patients[window.within(patients["start"])]
    waits = FollowUp(patients["hours"].to_numpy(), patients["ended"].to_numpy())
    yield Measured("mean", waits.mean(), waits.number())
    yield Measured("p90", waits.quantile(0.9), waits.number())
    yield Measured("over_4_hours", 100 * waits.exceeding(4.0), waits.number())
    yield Measured("patients_per_day", window.a_day(len(patients)), len(patients))


KPI = Kpi(
    id="boarding_hours",
    title="Boarding",
    better="lower",
    definition="A patient boards from when a place of an inpatient unit is asked for until it is granted, as long as "
               "an emergency department place is still held. The total a day counts every boarding hour that lies "
               "within the window. Hours per patient are of those who boarded at all and began to within the window; "
               "who still boards when the log ends is neither dropped nor taken as short: those who boarded longer "
               "stand for them (Kaplan-Meier weights).",
    source="CMS1244 Emergency Care Access & Timeliness v1.0 (boarded: decision to admit until departure from the "
           "emergency department, limit 240 minutes)",
    statistics={"mean": Statistic("mean boarding time of those who board", "h", 1),
                "p90": Statistic("90th percentile of the boarding time", "h", 1),
                "over_4_hours": Statistic("share of boarders who board more than four hours", "%", 1),
                "per_day": Statistic("boarding hours a day", "h a day", 1),
                "patients_per_day": Statistic("patients a day who board", "a day", 1)},
    headline="per_day",
    measure=_measure,
)
