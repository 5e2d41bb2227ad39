"""Interval rows → the event log, by hand and back from a simulated one."""
from __future__ import annotations

import pandas as pd
import pytest

from hospital_twin.eventlog import EventLog, conservation
from tests.tiny import run
from tests.unit.importers.conftest import Read, faults, pseudonymised, rows

pytestmark = pytest.mark.unit

ONE = """
    Visit;Activity;Unit;Resource;Requested;Start;End;Outcome
    1;arrive;;;;2025-03-03 10:00;2025-03-03 10:00;
    1;triage;ED;triage nurse;2025-03-03 10:00;2025-03-03 10:04;2025-03-03 10:09;
    1;stay;ED;;;2025-03-03 10:05;2025-03-03 12:00;
    1;wait;ED;ICU;;2025-03-03 11:00;2025-03-03 11:30;
    1;refused;ED;ICU;2025-03-03 11:45;2025-03-03 11:45;2025-03-03 11:45;
    1;CT scan;ED;CT;;2025-03-03 11:10;2025-03-03 11:20;
    1;leave;ED;;;2025-03-03 12:05;2025-03-03 12:05;transferred to other hospital
    1;cleaning;ED;;;2025-03-03 12:05;2025-03-03 12:20;
"""


def test_stays_tasks_and_reserved_words(read: Read):
    log, report = read(ONE)
    assert rows(log, "activity", "unit", "resource", "joined", "start", "end", "end_reason") == [
        ("arrive", "", "", "3 10:00", "3 10:00", "3 10:00", "done"),
        ("triage", "ed", "triage_nurse", "3 10:00", "3 10:04", "3 10:09", "done"),
        ("stay", "ed", "ed", "3 10:05", "3 10:05", "3 12:00", "done"),
        ("ct_scan", "ed", "ct", "3 11:10", "3 11:10", "3 11:20", "done"),
        ("wait", "ed", "icu", "3 11:00", "3 11:30", "3 11:30", "gave_up"),
        ("refused", "ed", "icu", "3 11:45", "3 11:45", "3 11:45", "refused"),
        ("leave", "ed", "", "3 12:05", "3 12:05", "3 12:05", "transferred_out"),
        ("cleaning", "ed", "ed", "3 12:05", "3 12:05", "3 12:20", "done")]
    assert log.resources == {"ed": "place", "triage_nurse": "triage", "icu": "place", "ct": "equipment"}
    assert conservation(log).holds
    assert report.rejected == report.repaired == 0


def test_visits_without_arriving_and_leaving_rows_get_them(read: Read):
    log, _ = read("""
        case,task,ward,start,end
        1,stay,ed,2025-03-03 10:00,2025-03-03 12:00
        1,seen,ed,2025-03-03 10:30,2025-03-03 10:45
    """)
    assert [row[:5] for row in rows(log) if row[0] in ("arrive", "leave")] == [
        ("arrive", "", "3 10:00", "3 10:00", "3 10:00"), ("leave", "ed", "3 12:00", "3 12:00", "3 12:00")]


def test_a_leaving_without_a_unit_is_from_where_the_visit_was_last(read: Read):
    log, _ = read("""
        visit,activity,unit,start,end
        1,stay,ed,2025-03-03 10:00,2025-03-03 12:00
        1,stay,ward,2025-03-03 12:00,2025-03-04 12:00
        1,leave,,2025-03-04 12:00,2025-03-04 12:00
    """)
    assert [row[:2] for row in rows(log)][-1] == ("leave", "ward")


def test_a_visit_arrives_once_and_leaves_once(read: Read):
    log, report = read("""
        visit,activity,unit,start,end
        1,arrive,,2025-03-03 10:00,2025-03-03 10:00
        1,arrive,,2025-03-03 10:02,2025-03-03 10:02
        1,stay,ed,2025-03-03 10:05,2025-03-03 12:00
        1,leave,,2025-03-03 12:01,2025-03-03 12:01
        1,leave,,2025-03-03 12:05,2025-03-03 12:05
    """)
    assert faults(report, "rejected") == [(3, "activity", "arrives_twice"), (5, "activity", "leaves_twice")]
    assert [row[0:4:3] for row in rows(log)] == [("arrive", "3 10:00"), ("stay", "3 10:05"), ("leave", "3 12:05")]


def test_other_words_for_a_stay_are_tasks_where_the_log_says_stay(read: Read):
    log, _ = read("""
        visit,activity,unit,start,end
        1,stay,ward,2025-03-03 10:00,2025-03-05 10:00
        1,ward_stay,ward,2025-03-03 10:00,2025-03-05 09:00
    """)
    assert sorted(row[0] for row in rows(log)) == ["arrive", "leave", "stay", "ward_stay"]
    alone, _ = read("visit,activity,unit,start,end\n1,bed stay,ward,2025-03-03 10:00,2025-03-05 10:00\n")
    assert [row[0] for row in rows(alone)] == ["arrive", "stay", "leave"]


def test_an_activity_called_like_its_unit_is_a_stay_there(read: Read):
    log, _ = read("""
        visit,activity,unit,start,end
        1,Ward 3,Ward 3,2025-03-03 10:00,2025-03-05 10:00
        1,physio,Ward 3,2025-03-03 11:00,2025-03-03 12:00
    """)
    assert [row[:2] for row in rows(log)] == [("arrive", ""), ("stay", "ward_3"), ("physio", "ward_3"),
                                              ("leave", "ward_3")]


def test_without_a_column_of_units_those_known_by_name_are(read: Read):
    log, report = read("""
        visit,activity,start,end
        1,Emergency Department,2025-03-03 10:00,2025-03-03 12:00
        1,blood test,2025-03-03 10:30,2025-03-03 10:40
        1,MICU,2025-03-03 12:00,2025-03-05 12:00
    """)
    assert [row[:2] for row in rows(log)] == [("arrive", ""), ("stay", "emergency_department"), ("blood_test", ""),
                                              ("stay", "micu"), ("leave", "micu")]
    assert log.units == {"emergency_department": "ed", "micu": "critical_care"}
    assert any("taken as stays in a unit" in note for note in report.notes)


def test_a_task_without_end_of_a_visit_that_has_left(read: Read):
    done = "".join(f"{v},see,ed,2025-03-03 10:00,2025-03-03 10:10\n" for v in (2, 3, 4))
    log, report = read("visit,activity,unit,start,end\n1,leave,,2025-03-03 12:00,\n1,see,ed,2025-03-03 11:00,\n"
                       "5,see,ed,2025-03-03 11:00,\n" + done)
    assert faults(report, "rejected") == [(3, "end", "no_end")]
    assert [row[4:] for row in rows(log) if row[0] == "see"][-1] == ("", "open")
    moments, noted = read("visit,activity,unit,start,end\n1,leave,,2025-03-03 12:00,\n1,registered at desk,ed,"
                          "2025-03-03 11:00,\n")
    assert [row[3:5] for row in rows(moments) if row[0] == "registered_at_desk"] == [("3 11:00", "3 11:00")]
    assert any("taken as moments" in note for note in noted.notes)


def test_our_own_columns_are_read_back_as_they_were(read: Read):
    log = run("""
        attributes: {acuity: [1, 2, 3]}
        staff: {doctor: {on_duty: 1, role: doctor}}
        units: {ed: {kind: ed, places: 2, cleaning: 10 min}, ward: {kind: ward, places: 1}}
        sources:
          a: {pathway: p, rate: 2, ceiling: 2, sets: {acuity: {draw: {1: 1, 2: 1, 3: 2}}}}
        pathways:
          p:
            - {move: m, to: ed, patience: 40 min}
            - {do: see, by: doctor, takes: exponential(mean 20 min)}
            - {branch: b, options: [{chance: 0.2, then: [{move: n, to: ward}, {stay: s, takes: 5 h}]}, {}]}
            - {leave: out, as: home}
    """, days=4)
    text = log.stays.drop(columns="space").to_csv(index=False)
    again, report = read(text, importer="intervals")
    assert report.rejected == report.repaired == 0
    left, right = (_plain(one) for one in (pseudonymised(log), again))
    pd.testing.assert_frame_equal(left, right)


def _plain(log: EventLog) -> pd.DataFrame:
    keep = log.stays[~(log.stays["activity"].isin(["arrive"]))].drop(columns="space").astype(
        dict.fromkeys(("unit", "activity", "resource", "end_reason", "acuity"), str))
    return keep.sort_values(["visit", "start", "end", "activity", "resource"]).reset_index(drop=True)
