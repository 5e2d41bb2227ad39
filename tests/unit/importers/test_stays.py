"""Stay rows → the event log, by hand."""
from __future__ import annotations

import numpy as np
import pytest

from hospital_twin.eventlog import conservation, visits
from hospital_twin.importers import Pseudonyms
from tests.unit.importers.conftest import Read, faults, rows

pytestmark = pytest.mark.unit

TWO = """
    visit,patient,unit,start,end,disposition
    7,1,ED majors,2025-03-03 10:05,2025-03-03 14:00,
    7,1,Ward 3,2025-03-03 14:10,2025-03-05 09:00,Home
    8,2,ED majors,2025-03-03 11:00,2025-03-03 12:30,LWBS
"""


def test_each_visit_arrives_stays_and_leaves(read: Read):
    log, report = read(TWO)
    assert rows(log) == [
        ("arrive", "", "3 10:05", "3 10:05", "3 10:05", "done"),
        ("stay", "ed_majors", "3 10:05", "3 10:05", "3 14:00", "done"),
        ("stay", "ward_3", "3 14:10", "3 14:10", "5 09:00", "done"),
        ("leave", "ward_3", "5 09:00", "5 09:00", "5 09:00", "home"),
        ("arrive", "", "3 11:00", "3 11:00", "3 11:00", "done"),
        ("stay", "ed_majors", "3 11:00", "3 11:00", "3 12:30", "done"),
        ("leave", "ed_majors", "3 12:30", "3 12:30", "3 12:30", "left_without_being_seen")]
    assert rows(log, "visit", "patient") == [(7, 1)] * 4 + [(8, 2)] * 3
    assert rows(log, "resource", "amount") == [
        ("", 0), ("ed_majors", 1), ("ward_3", 1), ("", 0), ("", 0), ("ed_majors", 1), ("", 0)]
    assert log.units == {"ed_majors": "ed", "ward_3": "ward"}
    assert log.resources == {"ed_majors": "place", "ward_3": "place"}
    assert conservation(log).holds
    assert (report.read, report.kept, report.rejected, report.visits, report.stays) == (3, 3, 0, 2, 3)


def test_an_outcome_that_is_called_unknown(read: Read):
    log, report = read("""
        visit,unit,start,end,disposition
        1,ed,2025-03-03 10:00,2025-03-03 11:00,Unknown
        2,ed,2025-03-03 11:00,2025-03-03 12:00,
        3,ed,2025-03-03 12:00,2025-03-03 13:00,Home
    """)
    assert [row[-1] for row in rows(log) if row[0] == "leave"] == ["unknown", "unknown", "home"]
    assert (report.kept, report.rejected) == (3, 0)


def test_who_has_not_left_has_an_open_stay_and_no_leaving(read: Read):
    log, report = read("""
        visit,unit,start,end
        1,ed,2025-03-03 10:00,2025-03-03 11:00
        1,icu,2025-03-03 11:00,
    """)
    assert rows(log)[-1] == ("stay", "icu", "3 11:00", "3 11:00", "", "open")
    assert conservation(log).present_at_end == 1
    assert faults(report) == [(3, "end", "open")]


def test_the_start_of_the_next_stay_ends_one_without_end(read: Read):
    log, report = read("""
        visit,unit,start,end
        1,ed,2025-03-03 10:00,
        1,ward,2025-03-03 14:00,2025-03-04 09:00
    """)
    assert rows(log)[1] == ("stay", "ed", "3 10:00", "3 10:00", "3 14:00", "done")
    assert faults(report) == [(2, "end", "end_from_next")]


def test_the_leaving_of_the_visit_ends_its_last_stay(read: Read):
    log, report = read("""
        visit,unit,start,end,discharged
        1,ed,2025-03-03 10:00,2025-03-03 14:00,2025-03-04 09:00
        1,ward,2025-03-03 14:00,,2025-03-04 09:00
    """)
    assert rows(log)[2:] == [("stay", "ward", "3 14:00", "3 14:00", "4 09:00", "done"),
                             ("leave", "ward", "4 09:00", "4 09:00", "4 09:00", "unknown")]
    assert faults(report) == [(3, "end", "end_from_leaving")]


def test_without_a_column_of_ends_they_are_the_next_starts(read: Read):
    log, report = read("""
        visit,unit,in
        1,ed,2025-03-03 10:00
        1,ward,2025-03-03 14:00
    """)
    assert rows(log)[1:] == [("stay", "ed", "3 10:00", "3 10:00", "3 14:00", "done"),
                             ("stay", "ward", "3 14:00", "3 14:00", "", "open")]
    assert any("no column of ends: 1 stays end when the visit's next one starts" in note for note in report.notes)
    assert report.repaired == 0


def test_requests_make_waits(read: Read):
    log, report = read("""
        visit,unit,requested,start,end,arrived
        1,ed,,2025-03-03 10:00,2025-03-03 14:00,2025-03-03 09:50
        1,ward,2025-03-03 12:30,2025-03-03 14:00,2025-03-04 09:00,2025-03-03 09:50
        2,ward,2025-02-20 12:00,2025-03-03 08:00,2025-03-03 09:00,2025-03-03 07:00
        3,ward,2025-03-03 08:30,2025-03-03 08:00,2025-03-03 09:00,2025-03-03 08:00
    """)
    assert rows(log, "activity", "joined", "start") == [
        ("arrive", "3 09:50", "3 09:50"), ("stay", "3 10:00", "3 10:00"), ("stay", "3 12:30", "3 14:00"),
        ("leave", "4 09:00", "4 09:00"), ("arrive", "3 07:00", "3 07:00"), ("stay", "3 07:00", "3 08:00"),
        ("leave", "3 09:00", "3 09:00"), ("arrive", "3 08:00", "3 08:00"), ("stay", "3 08:00", "3 08:00"),
        ("leave", "3 09:00", "3 09:00")]
    assert faults(report, "repaired") == [(5, "requested", "request_after_start"),
                                          (4, "requested", "request_before_arrival")]
    assert conservation(log).holds


def test_a_bed_asked_for_and_not_given_is_an_open_wait(read: Read):
    log, report = read("""
        visit,unit,requested,start,end
        1,ed,,2025-03-03 10:00,
        1,icu,2025-03-03 12:30,,
    """)
    assert rows(log, "activity", "resource", "joined", "start", "end", "end_reason")[-1] == (
        "wait", "icu", "3 12:30", "", "", "open")
    assert ("wait", "icu") in [row[:2] for row in rows(log, "activity", "resource")]
    assert (3, "start", "waiting") in faults(report, "noticed")


def test_moves_from_bed_to_bed_are_one_stay(read: Read):
    log, report = read("""
        visit,unit,start,end
        1,Ward 3,2025-03-03 10:00,2025-03-03 14:00
        1,ward-3,2025-03-03 14:00,2025-03-04 09:00
        1,Ward 3,2025-03-04 09:00,2025-03-05 09:00
        1,Ward 3,2025-03-06 09:00,2025-03-06 10:00
    """)
    assert [row for row in rows(log) if row[0] == "stay"] == [
        ("stay", "ward_3", "3 10:00", "3 10:00", "5 09:00", "done"),
        ("stay", "ward_3", "6 09:00", "6 09:00", "6 10:00", "done")]
    assert faults(report, "repaired") == [(3, "unit", "bed_move"), (4, "unit", "bed_move")]
    assert report.kept == 4


def test_times_of_triage_and_doctor_are_tasks(read: Read):
    log, _ = read("""
        visit,unit,arrived,triage,triage end,seen by doctor,in,out,ESI
        1,ED,2025-03-03 09:55,2025-03-03 10:00,2025-03-03 10:06,2025-03-03 10:40,2025-03-03 10:10,2025-03-03 13:00,3
        2,ED,2025-03-03 10:00,,,,2025-03-03 10:10,2025-03-03 13:00,5
    """)
    assert rows(log, "activity", "resource", "start", "end", "acuity")[:4] == [
        ("arrive", "", "3 09:55", "3 09:55", 3), ("triage", "triage", "3 10:00", "3 10:06", 3),
        ("stay", "ed", "3 10:10", "3 13:00", 3), ("seen", "doctor", "3 10:40", "3 10:40", 3)]
    assert log.resources == {"ed": "place", "triage": "triage", "doctor": "doctor"}
    found = visits(log)
    assert found["seen"].notna().sum() == 1
    assert sorted(found["acuity"]) == [3, 5]


def test_arrival_before_the_first_stay_and_leaving_after_the_last(read: Read):
    log, _ = read("""
        visit,unit,in,out,arrived,discharged
        1,ED,2025-03-03 10:10,2025-03-03 13:00,2025-03-03 09:55,2025-03-03 13:30
    """)
    assert [row[3] for row in rows(log) if row[0] in ("arrive", "leave")] == ["3 09:55", "3 13:30"]


MANY = "visit,unit,in,out,arrived,discharged\n" + "".join(
    f"{v},ED,2025-03-03 10:00,2025-03-03 12:00,2025-03-03 10:00,2025-03-03 12:00\n" for v in range(1, 60))


def test_rows_beyond_the_visit_are_cut_where_they_are_rare(read: Read):
    log, report = read(MANY + "60,ED,2025-03-03 04:00,2025-03-03 12:00,2025-03-03 10:00,2025-03-03 12:00\n"
                       "61,ED,2025-03-03 10:00,2025-03-03 20:00,2025-03-03 10:00,2025-03-03 12:00\n"
                       "62,ED,2025-03-03 10:00,2025-03-03 12:00,2025-03-03 10:00,2025-03-03 12:00\n"
                       "62,ward,2025-03-03 14:00,2025-03-03 15:00,2025-03-03 10:00,2025-03-03 12:00\n")
    assert [row[3:5] for row in rows(log) if row[0] == "stay"] == [("3 10:00", "3 12:00")] * 62
    assert faults(report, "repaired") == [(61, "in", "before_arrival"), (62, "out", "after_leaving")]
    assert faults(report, "rejected") == [(64, "in", "outside_visit")]


def test_where_most_visits_start_before_they_arrive_the_arrival_is_something_else(read: Read):
    log, report = read(MANY.replace("10:00,2025-03-03 12:00\n", "11:00,2025-03-03 12:00\n"))
    assert {row[3] for row in rows(log) if row[0] == "arrive"} == {"3 10:00"}
    assert report.repaired == 0
    assert any("100% of the visits have rows beyond their arrival" in note for note in report.notes)


def test_numbers_of_visits(read: Read):
    big = 9_007_199_254_740_993
    key = b"sixteen secret bytes"
    log, _ = read(f"visit,patient,unit,start,end\n{big},5,ed,2025-03-03 10:00,2025-03-03 11:00\n"
                  f"{big + 1},,ed,2025-03-03 10:00,2025-03-03 11:00\n", key=key)
    assert log.stays["visit"].dtype == np.int64
    visits, patient = (Pseudonyms(key).numbers(np.array(ids, dtype=object), of) for ids, of in (
        ([str(big), str(big + 1)], "visit"), (["5"], "patient")))
    assert set(log.stays["visit"]) == set(visits)
    assert set(log.stays["patient"]) == {patient[0], visits[1]}
    assert not set(log.stays["visit"]) & {big, big + 1}


def test_a_visit_called_na_is_one(read: Read):
    text = "case,unit,start,end\nNA,ed,2025-03-03 10:00,2025-03-03 11:00\nA,ed,2025-03-03 10:00,2025-03-03 11:00\n"
    log, report = read(text)
    again, _ = read(text.replace("A,ed,2025-03-03 10:00,2025-03-03 11:00\n", "", 1))
    assert report.visits == 2
    assert (log.stays["visit"] >= 0).all()
    assert set(again.stays["visit"]) < set(log.stays["visit"])
    assert not log.stays.astype(str).isin(["NA", "A"]).any(axis=None)


def test_a_file_read_twice_is_the_same_log(read: Read):
    assert read(TWO)[0].fingerprint() == read(TWO)[0].fingerprint()


def test_the_order_of_rows_does_not_matter(read: Read):
    head, *body = [line.strip() for line in TWO.strip().splitlines()]
    assert read("\n".join([head, *reversed(body)]))[0].fingerprint() == read(TWO)[0].fingerprint()


def test_only_mapped_columns_enter(read: Read):
    log, report = read("visit,unit,start,end,name,note\n1,ed,2025-03-03 10:00,2025-03-03 11:00,Ann Lee,had a fall\n")
    assert report.unused == ("name", "note")
    assert "Ann" not in log.stays.to_csv() + "".join(report.lines()) + str(report.to_dict())


def test_who_arrived_before_the_days_of_full_records(read: Read):
    body = "".join(f"{d}{n},ed,2025-03-{d:02} {n:02}:30,2025-03-{d:02} 23:45\n"
                   for d in range(3, 13) for n in range(8, 20))
    log, report = read(f"visit,unit,start,end\n1,ward,2024-11-03 08:00,2025-03-04 10:00\n{body}")
    assert str(log.start) == "2025-03-03 08:00:00+00:00"
    assert str(log.end) == "2025-03-13 00:00:00+00:00"
    assert any("1 visits arrived before" in note for note in report.notes)
    found = conservation(log)
    assert found.holds
    assert found.present_at_start == 1


def test_a_bed_whose_number_has_six_digits_is_none(read: Read):
    log, report = read("""
        visit,unit,bed number,start,end
        1,ED,99999,2025-03-03 10:00,2025-03-03 11:00
        2,ED,447119023,2025-03-03 10:00,2025-03-03 11:00
    """)
    assert set(log.stays["space"].dropna()) == {99_999}
    assert faults(report, "repaired") == [(3, "bed number", "unreadable_number")]
