"""Time from arrival at the emergency department to leaving it."""
from collections.abc import Iterator

import numpy as np

from hospital_twin.eventlog import FollowUp
from hospital_twin.kpis._framework import Kpi, Measured, Statistic, Window


def _measure(window: Window) -> Iterator[Measured]:
    patients = window.attendances
    stays = FollowUp(window.hours_between(patients["arrive"], patients["ed_left"]),
                     patients["ed_left"].notna().to_numpy())
    admitted = patients["admitted"].to_numpy()
    for group, among in (("", np.ones(len(admitted), bool)), ("_admitted", admitted), ("_discharged", ~admitted)):
        number = stays.number(among)
        yield Measured("median" + group, stays.quantile(0.5, among), number)
        yield Measured("p95" + group, stays.quantile(0.95, among), number)
        yield Measured("mean" + group, stays.mean(among), number)


def _statistics() -> dict[str, Statistic]:
    return {statistic + group: Statistic(f"{words} emergency department stay{whose}", "h", 2, matters=1 / 60)
            for group, whose in (("", ""), ("_admitted", " of admitted patients"),
                                 ("_discharged", " of patients not admitted"))
            for statistic, words in (("median", "median"), ("p95", "95th percentile of the"), ("mean", "mean"))}


KPI = Kpi(
    id="ed_length_of_stay",
    title="Emergency department length of stay",
    better="lower",
    definition="Hours from arrival to leaving the emergency department, for patients who arrive within the window. "
               "Admitted patients (who get a place on a unit, in theatre or recovery) leave it with the end of their "
               "last place there, so boarding counts; all others when they leave the hospital, also unseen. Patients "
               "who are still there when the log ends are neither dropped nor taken as short: those who stayed longer "
               "than they have so far stand for them (Kaplan-Meier weights).",
    source="Welch et al., Emergency department operational metrics, measures and definitions: results of the Second "
           "Performance Measures and Benchmarking Summit, Ann Emerg Med 2011;58:33-40 (arrival to departure)",
    statistics=_statistics(),
    headline="median",
    measure=_measure,
    needs={"mean": ("stays",), "median": ("stays", "shapes"), "p95": ("stays", "shapes")},
)
