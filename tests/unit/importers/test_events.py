"""Event rows: what activities mean, and what becomes of their rows."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from hospital_twin.errors import BadInput
from hospital_twin.importers import LogMapping, read_log, read_mapping
from hospital_twin.importers._event_pairs import paired
from hospital_twin.importers._event_words import meaning, transitions_in
from tests.unit.importers.conftest import Read, faults, rows

pytestmark = pytest.mark.unit

MEANINGS = {
    "ER Registration": ("arrive", "ed", "English"), "Arrivée aux urgences": ("arrive", "ed", "French"),
    "Anmeldung Notaufnahme": ("arrive", "ed", "German"), "Aankomst SEH": ("arrive", "ed", "Dutch"),
    "Llegada a urgencias": ("arrive", "ed", "Spanish"), "Arrival": ("arrive", None, "English"),
    "Admission IC": ("stay", "ic", "English"), "Entrée en réanimation": ("stay", "reanimation", "French"),
    "Verlegung auf Intensivstation": ("stay", "intensivstation", "German"), "Opname IC": ("stay", "ic", "Dutch"),
    "Ingreso UCI": ("stay", "uci", "Spanish"), "Transfer to Ward 3": ("stay", "ward_3", "English"),
    "ICU": ("stay", "icu", "a name of a unit"), "Admission": ("stay", None, "English"),
    "Release A": ("leave", "release_a", "English"), "Release D": ("leave", "release_d", "English"),
    "Discharge home": ("leave", "home", "English"), "Sortie domicile": ("leave", "home", "French"),
    "Entlassung": ("leave", None, "German"), "Ontslag naar huis": ("leave", "home", "Dutch"),
    "Alta a domicilio": ("leave", "home", "Spanish"), "Died": ("leave", "died", "English"),
    "Transfer to other hospital": ("leave", "transferred_out", "English"),
    "Return ER": ("again", "ed", "English"), "Heropname": ("again", None, "Dutch"),
    "Bed requested": ("request", None, "English"), "Demande de lit": ("request", None, "French"),
    "ER Triage": ("task", "triage", "English"), "Triaje": ("task", "triage", "Spanish"),
    "Arztkontakt": ("task", "seen", "German"), "Seen by doctor": ("task", "seen", "English"),
    "ER Sepsis Triage": ("task", "er_sepsis_triage", "its own name"), "CRP": ("task", "crp", "its own name"),
    "Discharge letter": ("task", "discharge_letter", "its own name"),
    "Return from theatre": ("task", "return_from_theatre", "its own name"),
}


@pytest.mark.parametrize("text", MEANINGS)
def test_activities_are_told_by_words_of_five_languages(text: str):
    means, certainty, how = meaning(text, ())
    assert (means.verb, means.target, how) == MEANINGS[text]
    assert 0.5 <= certainty <= 1.0
    assert (certainty == 0.5) == (how == "its own name")


LOG = """
    case,activity,time
    1,ED arrival,2025-03-03 10:00
    1,Triage,2025-03-03 10:10
    1,Bed requested,2025-03-03 11:00
    1,Admission ICU,2025-03-03 12:00
    1,CRP,2025-03-03 13:00
    1,Discharge home,2025-03-04 09:00
"""


def test_stays_tasks_requests_and_leavings(read: Read):
    log, report = read(LOG)
    assert rows(log) == [
        ("arrive", "", "3 10:00", "3 10:00", "3 10:00", "done"),
        ("stay", "ed", "3 10:00", "3 10:00", "3 12:00", "done"),
        ("triage", "ed", "3 10:10", "3 10:10", "3 10:10", "done"),
        ("stay", "icu", "3 11:00", "3 12:00", "4 09:00", "done"),
        ("crp", "icu", "3 13:00", "3 13:00", "3 13:00", "done"),
        ("leave", "icu", "4 09:00", "4 09:00", "4 09:00", "home")]
    assert (report.read, report.kept, report.rejected) == (6, 6, 0)
    assert {word.log: word.means.plain() for word in report.events} == {
        "ED arrival": {"arrive": "ed"}, "Triage": {"task": "triage"}, "Bed requested": {"request": None},
        "Admission ICU": {"stay": "icu"}, "CRP": {"task": "crp"}, "Discharge home": {"leave": "home"}}
    assert any("Admission ICU = beginning of a stay: icu (certain, English; 1 rows)" in line for line in report.lines())


def test_a_mapping_says_what_activities_are(read: Read):
    log, report = read(LOG, mapping={"events": {"Triage": {"stay": "majors"}, "crp": None,
                                                "Discharge home": {"leave": "died"}, "gone": {"task": "x"}}})
    assert ("stay", "majors") in rows(log, "activity", "unit")
    assert ("leave", "died") in rows(log, "activity", "end_reason")
    assert faults(report, "rejected") == [(6, "activity", "event_of_nothing")]
    assert any("activities that are not in this log: gone" in note for note in report.notes)
    assert next(word for word in report.events if word.log == "Triage").how == "mapping"


@pytest.mark.parametrize(("said", "line", "what"), [
    ("events:\n  Triage: {stay: icu, task: x}\n", "line 2", "one thing"),
    ("events:\n  A: {leave: home}\n  B: {ward: icu}\n", "line 3", "ward"),
    ("events:\n  A: {}\n", "line 2", "nothing"),
])
def test_a_fault_in_the_events_of_a_mapping_is_told_with_its_line(tmp_path: Path, said: str, line: str, what: str):
    file = tmp_path / "my.yaml"
    file.write_text(said)
    with pytest.raises(BadInput) as refused:
        read_mapping(file)
    assert line in refused.value.where
    assert what in refused.value.problem + refused.value.expected
    assert "stay" in refused.value.expected


def test_what_was_begun_and_completed_is_one_task_and_what_was_scheduled_waited(read: Read):
    log, report = read("""
        case,activity,lifecycle,time
        1,ED stay,start,2025-03-03 10:00
        1,CT,schedule,2025-03-03 10:20
        1,CT,start,2025-03-03 10:30
        1,CT,complete,2025-03-03 10:50
        1,CT,suspend,2025-03-03 10:55
        1,X ray,schedule,2025-03-03 10:56
        1,ED stay,complete,2025-03-03 11:00
        1,Discharge,complete,2025-03-03 11:00
    """)
    assert rows(log)[1:3] == [("stay", "ed", "3 10:00", "3 10:00", "3 11:00", "done"),
                              ("ct", "ed", "3 10:20", "3 10:30", "3 10:50", "done")]
    assert faults(report, "rejected") == [(6, "lifecycle", "other_lifecycle"), (7, "activity", "never_begun")]


def test_names_may_tell_beginnings_and_ends(read: Read):
    assert transitions_in(["CT start", "CT_end", "Rest end", "x"]) == {"CT start": ("CT", "start"),
                                                                       "CT_end": ("CT", "complete")}
    log, _ = read("""
        case,activity,time
        1,ED arrival,2025-03-03 10:00
        1,CT start,2025-03-03 10:30
        1,CT end,2025-03-03 10:50
        1,Discharge,2025-03-03 11:00
    """)
    assert ("ct", "3 10:30", "3 10:50") in rows(log, "activity", "start", "end")


def test_out_of_order_equal_times_missing_and_repeated_rows_are_counted(read: Read):
    log, report = read("""
        case,activity,time,note
        1,Discharge home,2025-03-03 12:00,a
        1,ED arrival,2025-03-03 10:00,a
        1,CRP,2025-03-03 10:00,5
        1,CRP,2025-03-03 10:00,6
        1,CRP,2025-03-03 10:00,5
        ,CRP,2025-03-03 10:00,5
        NA,ED arrival,2025-03-03 10:00,5
        NA,Discharge home,2025-03-03 10:30,5
        2,,2025-03-03 10:00,5
        2,ED arrival,,5
    """)
    assert faults(report, "rejected") == [(7, "case", "no_visit"), (10, "activity", "no_activity"),
                                          (11, "time", "missing_start"), (6, "", "duplicate")]
    assert faults(report, "repaired") == [(5, "activity", "same_event")]
    assert (report.read, report.kept, report.rejected, report.visits) == (10, 6, 4, 2)
    assert any("1 rows are earlier" in note for note in report.notes)
    assert any("1 events are of the same moment" in note for note in report.notes)
    assert log.stays["activity"].value_counts()["crp"] == 1


def test_a_return_is_another_visit_and_who_is_treated_first_came_before_registration(read: Read):
    log, report = read("""
        case,activity,time
        1,Infusion,2025-03-03 09:50
        1,ER Registration,2025-03-03 10:00
        1,Release A,2025-03-03 11:00
        1,Return ER,2025-03-09 11:00
        1,Release A,2025-03-09 12:00
    """)
    assert report.visits == 2
    assert log.stays["patient"].nunique() == 1
    assert rows(log, "activity", "start", "end").count(("stay", "3 09:50", "3 11:00")) == 1
    assert rows(log, "activity", "start", "end").count(("stay", "9 11:00", "9 12:00")) == 1
    assert faults(report, "repaired") == [(3, "activity", "registered_late")]
    assert "returns of the same person" in report.can


def test_without_an_activity_that_opens_a_stay_the_column_of_units_does(read: Read):
    log, report = read("""
        case,activity,time,location
        1,registration,2025-03-03 10:00,ED
        1,triage,2025-03-03 10:10,ED
        1,bloods,2025-03-03 12:00,Ward 3
        1,leave,2025-03-04 09:00,Ward 3
    """)
    assert [row for row in rows(log, "activity", "unit", "start", "end") if row[0] == "stay"] == [
        ("stay", "ed", "3 10:00", "3 12:00"), ("stay", "ward_3", "3 12:00", "4 09:00")]
    assert any("1 events, each the first of its visit in the unit" in note for note in report.notes)


def test_a_group_is_the_unit_where_nothing_else_names_one(read: Read):
    log, report = read("""
        case,activity,time,org:group
        1,arrive,2025-03-03 10:00,ED
        1,enter,2025-03-03 10:00,ED
        1,enter,2025-03-03 12:00,Ward 3
        1,leave,2025-03-04 09:00,Ward 3
    """)
    assert [row for row in rows(log, "activity", "unit", "start", "end") if row[0] == "stay"] == [
        ("stay", "ed", "3 10:00", "3 12:00"), ("stay", "ward_3", "3 12:00", "4 09:00")]
    assert report.columns["unit"] == "org:group"
    assert any("taken for the unit" in note for note in report.notes)


def test_classes_hold_from_the_event_that_tells_them(read: Read):
    log, report = read("""
        case,activity,time,acuity
        1,ED arrival,2025-03-03 10:00,
        1,Triage,2025-03-03 10:10,3
        1,Admission ICU,2025-03-03 12:00,
        1,Discharge,2025-03-04 09:00,
    """)
    assert set(log.stays["acuity"]) == {3}
    assert any("'acuity' is not in every event" in note for note in report.notes)


def test_an_activity_that_one_visit_alone_has_is_not_shown(read: Read):
    text = "case,activity,time\n" + "".join(
        f"{v},ED arrival,2025-03-03 10:00\n{v},Discharge home,2025-03-03 11:00\n" for v in range(150))
    _, report = read(text + "7,Discharge Ann Lee,2025-03-03 10:30\n8,Bob Poe,2025-03-03 10:30\n"
                            "9,Admission 471100,2025-03-03 10:30\n")
    assert [word.log for word in report.events] == ["ED arrival", "Discharge home"]
    assert [line for line in report.lines() if "Lee" in line or "Poe" in line or "471100" in line] == []


def test_dates_that_cannot_be_compared_make_no_endless_stays(read: Read):
    log, report = read("""
        case,activity,time
        1,ED arrival,2025-03-03 10:00
        1,CRP,2025-03-03 12:00
        2,ED arrival,2031-03-03 10:00
    """, mapping={"dates_comparable": False})
    assert log.stays["end"].notna().all()
    assert faults(report, "repaired") == [(2, "activity", "end_from_last"), (4, "activity", "nothing_after")]
    assert {"arrivals by hour of the week"} <= {lack.what for lack in report.cannot}


@given(some.lists(some.tuples(some.integers(0, 2), some.booleans()), max_size=30))
def test_pairs_are_those_of_a_queue(steps: list[tuple[int, bool]]):
    steps = sorted(steps, key=lambda step: step[0])
    group, first = np.array([g for g, _ in steps], dtype=np.int64), np.array([f for _, f in steps], dtype=bool)
    expected, waiting = set(), {}
    for place, (of, begins) in enumerate(steps):
        if begins:
            waiting.setdefault(of, []).append(place)
        elif waiting.get(of):
            expected.add((waiting[of].pop(0), place))
    found = paired(group, first, ~first)
    assert set(zip(found.begun.tolist(), found.ended.tolist(), strict=True)) == expected


def test_a_real_log_of_events_is_the_same_as_csv_and_as_xes(shared: Path):
    said = LogMapping(dates_comparable=False)
    logs, reports = zip(*(read_log(shared / "data" / "sepsis_4tu" / name, mapping=said, time_zone="Europe/Amsterdam")
                          for name in ("sepsis.csv.gz", "sepsis.xes.gz")), strict=True)
    assert logs[0].stays.equals(logs[1].stays)
    assert logs[0].fingerprint() == logs[1].fingerprint()
    counts = reports[0].counts()
    assert counts[("rejected", "duplicate")] == 1
    # The XES file has none of the columns in which six more pairs of events differ.
    assert counts[("repaired", "same_event")] + 1 == reports[1].counts()[("rejected", "duplicate")] == 7
    assert (reports[0].read, reports[0].visits) == (15_214, 1_050 + 294)
    assert logs[0].stays["patient"].nunique() == 1_050
    assert any("16 with IV Liquid" in note for note in reports[0].notes)
    assert any("294 visits are returns" in note for note in reports[0].notes)
