"""Time from arrival at the emergency department to the first doctor."""
from collections.abc import Iterator

from hospital_twin.eventlog import FollowUp
from hospital_twin.kpis._framework import Kpi, Measured, NotComputable, Statistic, Window


def _measure(window: Window) -> Iterator[Measured]:
    if not window.log.resources_of("doctor"):
        raise NotComputable("no resource of role doctor in this log")
    patients = window.attendances
    seen = patients["seen"].notna() & ~(patients["seen"] > patients["ed_left"])
    settled = patients["seen"].where(seen, patients["ed_left"])
    waits = FollowUp(60 * window.hours_between(patients["arrive"], settled), settled.notna().to_numpy())
    among = seen.to_numpy()
    number = waits.number(among)
    yield Measured("median", waits.quantile(0.5, among), number)
    yield Measured("p90", waits.quantile(0.9, among), number)
    yield Measured("mean", waits.mean(among), number)


KPI = Kpi(
    id="door_to_clinician",
    title="Door to clinician",
    better="lower",
    definition="Minutes from arrival to the start of the first task with a doctor in the emergency department, for "
               "patients who arrive within the window and are seen before they leave it. Patients who still wait when "
               "the log ends are neither dropped nor taken as short: those seen later than they have waited so far "
               "stand for them (Aalen-Johansen weights; who leaves unseen is no longer waiting).",
    source="Welch et al., Emergency department operational metrics, measures and definitions: results of the Second "
           "Performance Measures and Benchmarking Summit, Ann Emerg Med 2011;58:33-40 (arrival to provider contact)",
    statistics={"median": Statistic("median wait for a doctor", "min", 0),
                "p90": Statistic("90th percentile of the wait for a doctor", "min", 0),
                "mean": Statistic("mean wait for a doctor", "min", 1)},
    headline="median",
    measure=_measure,
)
