"""Five-line layouts beside closed forms: within three standard errors, and a wrong figure is not.

Standard errors are those of independent replications. Each figure also has a near but wrong one (a server more, the
other discipline, a formula without a term), which the same runs must reject: a comparison that cannot fail says
nothing. The formulas themselves are held to the published cases where those are at hand.
"""
from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.eventlog import EventLog
from hospital_twin.hospital import read_hospital
from hospital_twin.program import compile_program
from tests import closed_forms as theory
from tests.checks import check_log, checked_run
from tests.tiny import LAYOUTS

pytestmark = pytest.mark.integration

HOUR = pd.Timedelta(hours=1)


def replicated(layout: str, measure: Callable[[EventLog], list[float]], *, days: float, replications: int
               ) -> tuple[np.ndarray, np.ndarray]:
    """Means over replications and their standard errors, of several figures of one layout."""
    program = compile_program(read_hospital(LAYOUTS / f"{layout}.yaml"), days=days)
    found = []
    for replication in range(replications):
        log = simulate(program, seed=2025, replication=replication)
        if replication == 0:
            check_log(log)
        found.append(measure(log))
    table = np.array(found)
    return table.mean(axis=0), table.std(axis=0, ddof=1) / replications ** 0.5


def agree(measured: tuple[np.ndarray, np.ndarray], *pairs: tuple[float, float], decided: float = 0.05) -> None:
    """Each figure is within 3 standard errors of the right value and not of the wrong one; the errors are small."""
    for mean, error, (right, wrong) in zip(*measured, pairs, strict=True):
        assert error < decided * right, f"{mean} ± {error} decides nothing about {right}"
        assert abs(mean - right) < 3 * error, f"{mean} ± {error} is not {right}"
        assert abs(mean - wrong) > 3 * error, f"{mean} ± {error} would also be {wrong}"


def waits(log: EventLog, activity: str, warm_up: float) -> pd.Series:
    """Hours waited for an activity by those who joined after the warm-up (hours) and began."""
    rows = log.stays[(log.stays["activity"] == activity) & (log.stays["joined"] >= log.start + warm_up * HOUR)]
    return (rows["start"] - rows["joined"]) / HOUR


def ends(log: EventLog, warm_up: float) -> pd.Series:
    """Dispositions of those who left after the warm-up."""
    rows = log.stays[(log.stays["activity"] == "leave") & (log.stays["start"] >= log.start + warm_up * HOUR)]
    return rows["end_reason"]


def in_system(log: EventLog, warm_up: float) -> pd.DataFrame:
    """Arrival, hours in the system and class of those who came after the warm-up and left."""
    came, left = (log.stays[log.stays["activity"] == a].set_index("visit") for a in ("arrive", "leave"))
    both = came.join(left["start"].rename("left"), how="inner")
    both = both[both["start"] >= log.start + warm_up * HOUR]
    return both.assign(hours=(both["left"] - both["start"]) / HOUR)


def occupied(log: EventLog, hours: np.ndarray) -> np.ndarray:
    """How many are in a place at each of some hours since the start."""
    rows = log.stays[log.stays["activity"] == "stay"]
    begin = ((rows["start"] - log.start) / HOUR).to_numpy()
    end = ((rows["end"] - log.start) / HOUR).fillna(np.inf).to_numpy()
    return np.array([((begin <= hour) & (end > hour)).sum() for hour in hours])


def test_mmc():
    found = replicated("mm_c", lambda log: [waits(log, "service", 24).mean(), (waits(log, "service", 24) > 0).mean()],
                       days=18, replications=16)
    agree(found, (theory.mmc_wait(6, 3, 3), theory.mmc_wait(6, 3, 4)),
          (theory.erlang_c(6, 3, 3), theory.erlang_c(5.5, 3, 3)), decided=0.08)


def test_mmck():
    found = replicated("mm_c_k", lambda log: [(ends(log, 24) == "refused").mean(), waits(log, "service", 24).mean()],
                       days=22, replications=12)
    (lost, wait), (wrong_lost, wrong_wait) = theory.mmck(5, 1.2, 4, 9), theory.mmck(5, 1.2, 4, 11)
    agree(found, (lost, wrong_lost), (wait, wrong_wait))


def test_patience():
    found = replicated("mm_c_patience", lambda log: [
        (ends(log, 24) == "left_without_being_seen").mean()], days=11, replications=10)
    agree(found, (theory.erlang_a(12, 2, 6, 1)[0], theory.erlang_a(12, 2, 6, 2)[0]))


def test_loss_does_not_depend_on_the_law_of_the_stays():
    found = replicated("mg_c_c", lambda log: [(ends(log, 24 * 60) == "transferred_out").mean()], days=1100,
                       replications=12)
    agree(found, (theory.erlang_b(10, 12), theory.erlang_b(10, 11)))


def test_unlimited_places_fill_from_empty():
    times = np.array([24.0, 72.0, 168.0])
    found = replicated("mg_infinite", lambda log: [
        *occupied(log, times), float(occupied(log, times[:1])[0] == 0)], days=8, replications=260)
    mean = [0.125 * theory.gamma_two_survival_integral(t, 72) for t in times]
    agree(found, *[(m, m * 1.2) for m in mean], (np.exp(-mean[0]), 1.0), decided=0.4)


def test_mg1():
    found = replicated("mg_1", lambda log: [waits(log, "service", 24).mean()], days=60, replications=14)
    agree(found, (theory.pollaczek_khinchine(2, 0.25, 0.25), theory.pollaczek_khinchine(2, 0.25, 0)), decided=0.06)


def test_two_classes_without_preemption():
    def measure(log: EventLog) -> list[float]:
        rows = log.stays[(log.stays["activity"] == "service") & (log.stays["joined"] >= log.start + 24 * HOUR)]
        hours = (rows["start"] - rows["joined"]) / HOUR
        return hours.groupby(rows["urgency"], observed=True).mean().tolist()
    right, swapped = theory.priority_waits([2, 4], 1.6, 5), theory.priority_waits([4, 2], 1.6, 5)
    found = replicated("priority", measure, days=22, replications=14)
    agree(found, (right[0], swapped[0]), (right[1], theory.mmc_wait(6, 1.6, 5)), decided=0.07)


def test_two_classes_with_preemptive_resume():
    def measure(log: EventLog) -> list[float]:
        visits = in_system(log, 24)
        return visits.groupby("urgency", observed=True)["hours"].mean().tolist()
    right = theory.preemptive_times([3, 3], 10)
    not_preemptive = [wait + 0.1 for wait in theory.priority_waits([3, 3], 10, 1)]
    found = replicated("priority_preemptive", measure, days=15, replications=12)
    agree(found, *zip(right, not_preemptive, strict=True), decided=0.06)


def test_a_jackson_network():
    def measure(log: EventLog) -> list[float]:
        days = (log.end - log.start) / HOUR - 24
        return [len(waits(log, step, 24)) / days for step in ("triage", "assessment", "treatment")] + [
            waits(log, "triage", 24).mean(), in_system(log, 24)["hours"].mean()]
    external, service, servers = [5.0, 0.0, 0.0], [8.0, 2.5, 2.0], [1, 3, 3]
    routing = [[0, 0.6, 0.2], [0, 0, 0.5], [0.1, 0, 0]]
    rates = theory.jackson_rates(external, routing)
    station_waits = [theory.mmc_wait(r, s, c) for r, s, c in zip(rates, service, servers, strict=True)]
    time = sum(r * (w + 1 / s) for r, w, s in zip(rates, station_waits, service, strict=True)) / 5
    no_return = theory.jackson_rates(external, [*routing[:2], [0, 0, 0]])
    found = replicated("jackson", measure, days=14, replications=16)
    agree(found, *zip(rates, no_return, strict=True), (station_waits[0], theory.mmc_wait(5, 8, 2)),
          (time, 0.7 * time), decided=0.1)


def test_a_fork_and_join():
    found = replicated("fork_join", lambda log: [in_system(log, 24)["hours"].mean()], days=14, replications=12)
    agree(found, (theory.fork_join_time(5, 10), 1 / (10 - 5)))  # the longer of two, not one M/M/1


def test_batches():
    found = replicated("batch", lambda log: [waits(log, "service", 24).mean()], days=20, replications=14)
    agree(found, (theory.batch_wait(1.5, 3, 8), theory.mmc_wait(4.5, 8, 1)), decided=0.06)


def test_a_rate_by_the_hour():
    clock = np.array([8, 12, 16, 23])

    def measure(log: EventLog) -> list[float]:
        days = np.arange(3, 15) * 24
        return [occupied(log, days + hour).mean() for hour in clock]
    by_hour = [14 if 11 <= h < 14 else 8 if 8 <= h < 20 else 2 for h in range(24)]
    right = theory.hourly_occupancy(by_hour, 5)[clock]
    late = theory.hourly_occupancy([by_hour[h - 3] for h in range(24)], 5)[clock]
    found = replicated("mt_infinite", measure, days=15, replications=12)
    agree(found, *zip(right, late, strict=True))


def test_a_closed_population_of_ten():
    def measure(log: EventLog) -> list[float]:
        times = waits(log, "visit", 48)
        return [len(times) / ((log.end - log.start) / HOUR - 48), times.mean()]
    right, wrong = theory.finite_source(10, 0.25, 1.5, 2), theory.finite_source(9, 0.25, 1.5, 2)
    agree(replicated("machine_repair", measure, days=52, replications=14), *zip(right, wrong, strict=True))


def test_eighteen_patients_for_six_beds():
    def measure(log: EventLog) -> list[float]:
        after = log.stays[log.stays["start"] >= log.start + 24 * 40 * HOUR]
        refused, taken = ((after["activity"] == a).sum() for a in ("refused", "stay"))
        return [refused / (refused + taken)]
    time_congestion = theory.birth_death([(18 - n) * 0.08 for n in range(6)], [n * 0.25 for n in range(1, 7)])[-1]
    found = replicated("engset", measure, days=900, replications=16)
    agree(found, (theory.engset(18, 0.08, 0.25, 6), float(time_congestion)))


def test_blocking_between_two_units():
    def measure(log: EventLog) -> list[float]:
        boarding = waits(log, "stay", 24).sum() / ((log.end - log.start) / HOUR - 24)
        return [(ends(log, 24) == "refused").mean(), boarding]
    lost, blocked = theory.tandem_blocking(1.5, 2)
    found = replicated("tandem_blocking", measure, days=60, replications=16)
    agree(found, (lost, theory.erlang_b(0.75, 1)), (blocked, 1.5 * blocked))


@pytest.mark.parametrize("file", sorted(LAYOUTS.glob("*.yaml")), ids=lambda file: file.stem)
def test_laws_on_every_small_layout(file: Path):
    days = 60 if file.stem in ("engset", "mg_c_c", "mg_infinite") else 1.5
    assert len(checked_run(compile_program(read_hospital(file), days=days), seed=3).stays) > 10


CASES = {
    ("S02_mmc_3", "mean_wait"): lambda: theory.mmc_wait(7, 3, 3),
    ("S02_mmc_3", "P(wait>0)"): lambda: theory.erlang_c(7, 3, 3),
    ("S04_mmc_8_heavy", "mean_wait"): lambda: theory.mmc_wait(7.6, 1, 8),
    ("S05_mmck", "P(lost)"): lambda: theory.mmck(5, 1.2, 4, 9)[0],
    ("S05_mmck", "mean_wait_of_admitted"): lambda: theory.mmck(5, 1.2, 4, 9)[1],
    ("S06_erlang_b", "P(refused)"): lambda: theory.erlang_b(10, 12),
    ("S07_erlang_a", "P(abandon)"): lambda: theory.erlang_a(12, 2, 6, 1)[0],
    ("S07_erlang_a", "P(wait>0)"): lambda: theory.erlang_a(12, 2, 6, 1)[1],
    ("S08_mg1_lognormal", "mean_wait"): lambda: theory.pollaczek_khinchine(2.8, 0.25, 0.35),
    ("S09_md1", "mean_wait"): lambda: theory.pollaczek_khinchine(8.5, 0.1, 0),
    ("S10_mginf_transient", "mean_occupancy(t=3d)"): lambda: 3 * theory.gamma_two_survival_integral(3, 3),
    ("S12_priority_nonpreemptive", "mean_wait_high"): lambda: theory.priority_waits([2, 4], 1.6, 5)[0],
    ("S12_priority_nonpreemptive", "mean_wait_low"): lambda: theory.priority_waits([2, 4], 1.6, 5)[1],
    ("S13_jackson_3", "throughput_triage"): lambda: theory.jackson_rates(
        [6, 0, 0], [[0, 0.6, 0.2], [0, 0, 0.5], [0.1, 0, 0]])[0],
    ("S14_tandem_blocking", "P(lost)"): lambda: theory.tandem_blocking(1.5, 2)[0],
    ("S14_tandem_blocking", "P(station 1 blocked)"): lambda: theory.tandem_blocking(1.5, 2)[1],
    ("S15_engset", "call_congestion"): lambda: theory.engset(18, 0.08, 0.25, 6),
    ("S16_batch_fixed", "mean_wait"): lambda: theory.batch_wait(2, 3, 8),
    ("S17_finite_source_queue", "throughput"): lambda: theory.finite_source(10, 0.25, 1.5, 2)[0],
    ("S17_finite_source_queue", "mean_wait"): lambda: theory.finite_source(10, 0.25, 1.5, 2)[1],
}


def test_the_formulas_are_those_of_the_published_cases(shared: Path):
    with open(shared / "targets" / "analytic" / "cases.csv", encoding="utf-8", newline="") as file:
        published = {(row["case"], row["metric"]): float(row["value"]) for row in csv.DictReader(file)}
    for case, formula in CASES.items():
        assert formula() == pytest.approx(published[case], rel=1e-9), case
