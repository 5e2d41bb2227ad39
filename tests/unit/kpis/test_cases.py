"""Single cases whose answer anybody can say."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.eventlog import EventLog, Provenance
from hospital_twin.hospital import Hospital
from hospital_twin.kpis import compute_kpis
from hospital_twin.program import compile_program
from tests.tiny import layout_of

pytestmark = pytest.mark.unit
UNITS = {"ed": "ed", "ward": "ward", "icu": "critical_care"}
START = pd.Timestamp("2024-03-30", tz="UTC")


def log_of(rows, capacity=(), days=1.0, attributes=(), zone="UTC", units=None) -> EventLog:
    """Rows: visit, activity, resource, joined, start, end (hours), end reason, attribute values."""
    names = ["visit", "activity", "resource", "joined", "start", "end", "end_reason", *attributes]
    table = pd.DataFrame(rows, columns=names)
    for column in names[3:6]:
        table[column] = START + pd.to_timedelta(table[column].astype(float) * 60, unit="min").dt.round("s")
    staff = pd.DataFrame(capacity, columns=["resource", "from", "amount"]).assign(reason="schedule")
    staff["from"] = START + pd.to_timedelta(staff["from"].astype(float), unit="h")
    return EventLog.of(table, staff, units=units or UNITS, time_zone=zone, attributes=attributes, start=START,
                       end=START + pd.Timedelta(days=days), resources={"doctor": "doctor", "triage": "triage"},
                       provenance=Provenance(kind="simulation", name="by hand", complete=bool(len(capacity))))


def at(visit, activity, hour, reason="done", resource=""):
    return (visit, activity, resource, hour, hour, hour, reason)


def seen(visit, arrive, doctor, gone):
    """Somebody who comes, sees a doctor and goes home."""
    return [at(visit, "arrive", arrive), (visit, "stay", "ed", arrive, arrive, gone, "done"),
            (visit, "see", "doctor", arrive, doctor, doctor, "done"), at(visit, "leave", gone, "home")]


def reason(log: EventLog, kpi: str, *which) -> str:
    return compute_kpis(log, only=[kpi]).row(kpi, *which)["reason"]


def test_waits_of_ten_twenty_and_ninety_minutes():
    log = log_of([*seen(1, 1, 1 + 10 / 60, 3), *seen(2, 2, 2 + 20 / 60, 4), *seen(3, 3, 4.5, 9)])
    found = compute_kpis(log, only=["door_to_clinician", "ed_length_of_stay", "within_4_hours"])
    assert found.value("door_to_clinician") == pytest.approx(20)
    assert found.value("door_to_clinician", "mean") == pytest.approx(40)
    assert found.value("ed_length_of_stay") == pytest.approx(2)
    assert found.value("within_4_hours") == pytest.approx(200 / 3)


def test_who_waits_for_ever_is_not_forgotten():
    """Two are seen at once, three have waited for twenty hours: the median is not zero, nor is it known."""
    rows = [row for visit in (1, 2) for row in seen(visit, 1, 1, 2)]
    for visit in (3, 4, 5):
        rows += [at(visit, "arrive", 4), (visit, "wait", "ed", 4, None, None, "open")]
    log = log_of(rows)
    assert np.isnan(compute_kpis(log).value("door_to_clinician"))
    assert reason(log, "door_to_clinician") == "not computable: too many were still there when the log ends"
    assert compute_kpis(log).value("within_4_hours") == pytest.approx(40)


def test_held_beyond_the_staffed_places_is_more_than_all():
    log = log_of([(v, "stay", "ward", 0, 0, 24, "done") for v in (1, 2)], capacity=[("ward", 0, 2), ("ward", 12, 1)])
    found = compute_kpis(log, only=["occupancy", "time_full"])
    assert found.value("occupancy") == pytest.approx(100 * 48 / 36)
    assert found.value("occupancy", "share", "ward", 3) == pytest.approx(100)
    assert found.value("occupancy", "share", "ward", 20) == pytest.approx(200)
    assert found.value("time_full") == 100


def test_a_closed_unit_is_not_full():
    log = log_of([(1, "stay", "ward", 0, 0, 6, "done")], capacity=[("ward", 0, 1), ("ward", 12, 0)])
    assert compute_kpis(log).value("time_full", "share", "ward") == 50
    assert reason(log, "occupancy", "share", "ward", 15).startswith("not computable: no staffed place")


@pytest.mark.parametrize(("kpi", "which", "words"), [
    ("occupancy", (), "no staffed capacity in this log"),
    ("occupancy", ("share", "ward"), "no staffed capacity in this log"),
    ("time_full", (), "no staffed capacity in this log"),
    ("icu_refusals", (), "no 'refused' rows in this log"),
    ("elective_cancellations", (), "no visit is marked elective, and none left as cancelled"),
    ("boarding_hours", (), "no times of bed requests in this log"),
])
def test_a_log_without_the_rows_for_it_says_so(kpi, which, words):
    assert reason(log_of(seen(1, 1, 1, 2)), kpi, *which) == f"not computable: {words}"


@pytest.mark.parametrize(("kpi", "units", "words"), [
    ("door_to_clinician", {"ward": "ward"}, "no unit of kind ed"),
    ("occupancy", {"ed": "ed"}, "no inpatient unit"),
    ("boarding_hours", {"ed": "ed"}, "no inpatient unit"),
    ("discharges_before_noon", {"ed": "ed"}, "no inpatient unit"),
    ("icu_refusals", {"ed": "ed"}, "critical_care"),
])
def test_a_hospital_without_the_units_for_it_says_so(kpi, units, words):
    assert words in reason(log_of(seen(1, 1, 1, 2), units=units), kpi)


def test_no_staff_of_a_kind_is_not_no_waiting():
    log = replace(log_of(seen(1, 1, 1, 2)), resources={"nurse": "nurse"})
    assert reason(log, "door_to_clinician") == "not computable: no resource of role doctor in this log"


def test_nobody_refused_is_zero_where_refusals_are_recorded():
    log = log_of([(1, "stay", "icu", 1, 1, 9, "done")], capacity=[("icu", 0, 4)])
    found = compute_kpis(log, only=["icu_refusals"])
    assert found.value("icu_refusals") == 0
    assert found.value("icu_refusals", "share") == 0


def test_without_requests_there_is_no_share_of_them():
    log = log_of(seen(1, 1, 1, 2), capacity=[("icu", 0, 4)])
    assert reason(log, "icu_refusals", "share") == "not computable: no cases in this log"


def test_cancelled_without_knowing_who_is_elective():
    log = log_of([at(1, "arrive", 1), at(1, "leave", 2, "cancelled")], days=2)
    assert compute_kpis(log).value("elective_cancellations") == 0.5
    assert "no class attribute says" in reason(log, "elective_cancellations", "share")


@pytest.mark.parametrize("word", ["elective", "ELECTIVE", "planned"])
def test_electives_are_known_by_a_word(word):
    rows = [(*at(1, "arrive", 1), word), (*at(1, "leave", 2, "cancelled"), word), (*at(2, "arrive", 1), word),
            (2, "stay", "ward", 1, 3, 20, "done", word), (*at(3, "arrive", 1), "urgent"),
            (3, "stay", "ward", 1, 3, 20, "done", "urgent")]
    assert compute_kpis(log_of(rows, attributes=("admission",))).value("elective_cancellations", "share") == 50


@pytest.mark.parametrize(("zone", "share"), [("UTC", 0), ("America/New_York", 100)])
def test_noon_is_that_of_the_hospitals_clock(zone, share):
    log = log_of([(1, "stay", "ward", 0, 0, 13, "done"), at(1, "leave", 13, "home")], zone=zone)
    assert compute_kpis(log).value("discharges_before_noon") == share


def test_noon_on_the_day_the_clock_goes_forward():
    """11:30 UTC is 11:30 in London on the 30th of March 2024, and 12:30 a day later."""
    rows = [(1, "stay", "ward", 0, 0, 11.5, "done"), at(1, "leave", 11.5, "home"),
            (2, "stay", "ward", 0, 0, 35.5, "done"), at(2, "leave", 35.5, "home")]
    assert compute_kpis(log_of(rows, days=2, zone="Europe/London")).value("discharges_before_noon") == 50


@pytest.mark.parametrize("disposition", ["died", "transferred_out", "cancelled"])
def test_who_dies_is_sent_on_or_cancelled_is_no_discharge(disposition):
    rows = [(1, "stay", "ward", 0, 0, 11, "done"), at(1, "leave", 11, disposition)]
    assert reason(log_of(rows), "discharges_before_noon") == "not computable: no cases in this log"


def test_a_record_that_runs_backwards_is_left_out():
    rows = [*seen(1, 1, 2, 3), at(2, "arrive", 5), (2, "see", "doctor", 4, 4, 4.5, "done"),
            (2, "stay", "ed", 4, 4, 6, "done"), at(2, "leave", 6, "home")]
    found = compute_kpis(log_of(rows), only=["door_to_clinician"])
    assert found.row("door_to_clinician")["n"] == 1
    assert found.value("door_to_clinician", "mean") == pytest.approx(60)


def test_boarding_before_the_window_counts_only_its_hours_within():
    rows = [(1, "stay", "ed", -9, -9, 3, "done"), (1, "stay", "ward", -6, 3, 20, "done"),
            (2, "stay", "ed", 1, 1, 7, "done"), (2, "stay", "ward", 5, 7, 20, "done")]
    found = compute_kpis(log_of(rows), only=["boarding_hours"])
    assert found.value("boarding_hours") == pytest.approx(3 + 2)
    assert found.value("boarding_hours", "mean") == pytest.approx(2)
    assert found.value("boarding_hours", "patients_per_day") == 1


def test_exactly_four_hours_is_within_four_hours():
    assert compute_kpis(log_of(seen(1, 1, 2, 5))).value("within_4_hours") == 100
    assert compute_kpis(log_of(seen(1, 1, 2, 5 + 1 / 60))).value("within_4_hours") == 0


def test_a_doctor_on_the_ward_is_not_the_door_to_clinician():
    rows = [at(1, "arrive", 1), (1, "stay", "ed", 1, 1, 3, "done"), (1, "stay", "ward", 3, 3, 20, "done"),
            (1, "round", "doctor", 9, 10, 11, "done"), at(1, "leave", 20, "home"), *seen(2, 2, 3, 4)]
    found = compute_kpis(log_of(rows), only=["door_to_clinician"])
    assert found.row("door_to_clinician", "mean")["n"] == 1
    assert found.value("door_to_clinician", "mean") == pytest.approx(60)


def test_an_elective_cancelled_from_its_bed_did_not_go_ahead():
    rows = [(*at(1, "arrive", 1), "elective"), (1, "stay", "ward", 1, 1, 5, "done", "elective"),
            (*at(1, "leave", 5, "cancelled"), "elective")]
    found = compute_kpis(log_of(rows, attributes=("admission",)), only=["elective_cancellations"])
    assert found.value("elective_cancellations", "share") == 100
    assert found.row("elective_cancellations", "share")["n"] == 1


def test_a_discharge_is_from_the_last_bed():
    rows = [(1, "stay", "icu", 0, 0, 9, "done"), (1, "stay", "ward", 9, 9, 15, "done"), at(1, "leave", 15, "home")]
    found = compute_kpis(log_of(rows), only=["discharges_before_noon"])
    assert found.value("discharges_before_noon") == 0
    assert found.row("discharges_before_noon", "share", "icu")["n"] == 0


def test_a_task_that_was_broken_off_is_not_one_of_two_that_are_alike():
    """Everybody's two tasks take the same time; the stint of six minutes before them says nothing of a task."""
    rows = []
    for visit, long in enumerate(np.linspace(0.1, 1, 30)):
        rows += [(visit, "see", "doctor", 1, 1, 1.1, "preempted" if visit % 2 else "handed_over"),
                 (visit, "see", "doctor", 1, 2, 2 + long, "done"),
                 (visit, "review", "doctor", 4, 4, 4 + long, "done")]
    found = compute_kpis(log_of(rows), only=["tasks_alike"])
    assert found.value("tasks_alike") == pytest.approx(1, abs=1e-6)
    assert found.row("tasks_alike")["n"] == 30


@pytest.mark.parametrize("kpi", ["boarding_hours", "icu_refusals"])
def test_knowing_the_beds_does_not_tell_that_nobody_waited_or_was_refused(kpi):
    """An export with stays alone, its capacity taken from the layout: no request times, no refusals."""
    rows = [*seen(1, 1, 1, 2)[:-1], (1, "stay", "icu", 2, 2, 9, "done"), at(1, "leave", 9, "home")]
    log = log_of(rows, capacity=[("icu", 0, 4)])
    exported = replace(log, provenance=Provenance(kind="log", name="export.csv"))
    assert compute_kpis(log, only=[kpi]).value(kpi) == 0
    assert "not computable" in compute_kpis(exported, only=[kpi]).row(kpi)["reason"]


@pytest.mark.parametrize(("kpi", "disposition", "words"), [
    ("left_without_being_seen", "left_without_being_seen", "nobody is said to have left unseen"),
    ("elective_cancellations", "cancelled", "nobody is said to have been cancelled")])
def test_an_outcome_that_a_real_log_never_names_is_not_one_that_never_happened(kpi, disposition, words):
    rows = [(*row, "elective") for row in seen(1, 1, 2, 3)]
    simulated = log_of(rows, capacity=[("icu", 0, 4)], attributes=("admission",))
    real = Provenance(kind="log", name="export.csv")
    assert compute_kpis(simulated, only=[kpi]).value(kpi) == 0
    assert reason(replace(simulated, provenance=real), kpi) == f"not computable: {words}: the log does not record it"
    named = log_of([*rows, (*at(2, "arrive", -30), "elective"), (*at(2, "triage", -30, "done", "triage"), "elective"),
                    (*at(2, "leave", -29, disposition), "elective")], attributes=("admission",))
    assert compute_kpis(replace(named, provenance=real), only=[kpi]).value(kpi) == 0


def test_nothing_is_a_day_or_at_once_where_dates_are_shifted():
    rows = [*seen(1, 1, 2, 3), (1, "stay", "ward", 2, 3, 20, "done"), *seen(2, 300, 301, 302),
            at(3, "arrive", 600), at(3, "triage", 600, "done", "triage"),
            at(3, "leave", 601, "left_without_being_seen"),
            at(4, "arrive", 600), at(4, "leave", 601, "cancelled")]
    log = log_of(rows, capacity=[("ward", 0, 4), ("icu", 0, 4)], days=30)
    there = compute_kpis(log).table
    shifted = replace(log, provenance=log.provenance.model_copy(update={"dates_comparable": False}))
    table = compute_kpis(shifted).table
    of_time = table["kpi"].isin(["occupancy", "time_full", "weeks_alike"]) | table["statistic"].str.endswith("per_day")
    assert there.loc[there["statistic"].str.endswith("per_day"), "value"].notna().sum() == 6
    assert table.loc[of_time, "reason"].eq("not computable: every patient's dates in this log are shifted by an amount "
                                           "of its own").all()
    within = [there["kpi"].eq(kpi) & there["value"].notna() & ~there["statistic"].str.endswith("per_day") for kpi in
              ("boarding_hours", "ed_length_of_stay", "stay_quartiles", "within_4_hours", "discharges_before_noon")]
    assert all(rows.any() for rows in within)
    kept = table[table["value"].notna()].merge(there, on=["kpi", "place", "hour", "statistic"])
    assert (kept["value_x"] == kept["value_y"]).all()
    assert len(kept) >= sum(rows.sum() for rows in within)


@pytest.mark.parametrize(("kpi", "disposition", "why"), [
    ("left_without_being_seen", "left_without_being_seen", "nobody in this layout can leave unseen"),
    ("elective_cancellations", "cancelled", "nobody in this layout is cancelled")])
def test_a_layout_in_which_nobody_can_leave_so_says_so(kpi: str, disposition: str, why: str):
    layout = layout_of("""
        attributes: {mode: [elective]}
        units: {bay: {kind: ed, places: 90}}
        sources: {door: {pathway: p, rate: 0.5, ceiling: 1}}
        pathways: {p: [{move: in, to: bay, patience: 9 h, gives_up: [{leave: gone, as: WORD}]},
                       {stay: there, takes: 2 h}, {leave: out, as: home}]}
    """.replace("WORD", disposition))
    log = simulate(compile_program(Hospital.of(layout), days=3), seed=1)
    assert compute_kpis(log, only=[kpi]).value(kpi, "per_day") == 0
    other = replace(log, provenance=log.provenance.model_copy(update={"leaving": ("home",)}))
    assert reason(other, kpi) == f"not computable: {why}"
    assert set(log.provenance.leaving) == {"home", disposition}


def test_a_layout_that_refuses_nobody_says_so():
    log = log_of([(1, "stay", "icu", 1, 1, 9, "done")], capacity=[("icu", 0, 4)],
                 units={**UNITS, "heart": "critical_care"})
    told = {refusing: replace(log, provenance=log.provenance.model_copy(update={"refusing": refusing}))
            for refusing in ((), ("ward",), ("icu",))}
    for refusing in ((), ("ward",)):
        assert reason(told[refusing], "icu_refusals") == (
            "not computable: nothing in this layout refuses critical care")
    assert compute_kpis(told["icu",], only=["icu_refusals"]).value("icu_refusals", "per_day", "icu") == 0
    assert reason(told["icu",], "icu_refusals", "share", "heart").endswith("refuses anybody a place there")


@pytest.mark.parametrize(("room", "possible"), [("", False), (", room: 50", True)])
def test_whether_a_simulated_hospital_can_refuse_is_known_although_nobody_was(room, possible):
    layout = layout_of(f"""
        units: {{icu: {{kind: critical_care, places: 90}}}}
        sources: {{door: {{pathway: p, rate: 0.2, ceiling: 1}}}}
        pathways: {{p: [{{move: to_icu, to: icu{room}}}, {{stay: in_icu, takes: 5 h}}, {{leave: out, as: home}}]}}
    """)
    log = simulate(compile_program(Hospital.of(layout), days=3), seed=1)
    assert log.provenance.refusing == (("icu",) if possible else ())
    assert (compute_kpis(log, only=["icu_refusals"]).value("icu_refusals") == 0) == possible
