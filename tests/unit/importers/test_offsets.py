"""Offset rows: times that are told as the time since the arrival."""
from __future__ import annotations

import numpy as np
import pytest

from hospital_twin.errors import BadInput
from hospital_twin.importers._offsets import minutes_of, placed, unit_in
from tests.unit.importers.conftest import Read, faults, rows

pytestmark = pytest.mark.unit

ARRIVED = """
    visit,unit,arrived,in (min),out (min),triage_min,seen_min,left_min,disposition
    1,ED,2025-07-03 10:00,0,240,5,30,2880,home
    1,Ward 3,2025-07-03 10:00,250,2880,,,,home
"""
STAYS = """
    visit,unit,arrived,in,out,triage,seen,left,disposition
    1,ED,2025-07-03 10:00,2025-07-03 10:00,2025-07-03 14:00,2025-07-03 10:05,2025-07-03 10:30,2025-07-05 10:00,home
    1,Ward 3,2025-07-03 10:00,2025-07-03 14:10,2025-07-05 10:00,,,,home
"""


def test_with_an_arrival_offsets_are_the_same_as_times(read: Read):
    ours, report = read(ARRIVED, time_zone="Europe/London")
    theirs, _ = read(STAYS, time_zone="Europe/London")
    assert report.shape == "offset rows"
    assert rows(ours) == rows(theirs)
    assert ours.provenance.dates_comparable


@pytest.mark.parametrize(("text", "unit", "minutes"), [
    ("12", "min", 12), ("-3,5", "min", -3.5), ("−2", "min", -2), ("1.5", "h", 90), ("36:10", "min", 2170),
    ("-0:05", "h", -5), ("0:00:30", "min", 0.5), ("2 h", "min", 120), ("90 s", "h", 1.5), ("1", "d", 1440),
])
def test_ways_to_write_an_offset(text: str, unit: str, minutes: float):
    found = minutes_of(np.array([text, "", "soon", "12 x"], dtype=object), unit)
    assert found.minutes[0] == pytest.approx(minutes)
    assert np.isnan(found.minutes[1:]).all()
    assert found.unreadable.tolist() == [False, False, True, True]


@pytest.mark.parametrize(("header", "unit"), [
    ("triage_min", "min"), ("Out offset (min)", "min"), ("Aufenthaltsdauer in Stunden", "h"), ("LOS days", "d"),
    ("duree sejour (heures)", "h"), ("uren tot vertrek", "h"), ("left", None)])
def test_units_in_headers(header: str, unit: str | None):
    assert unit_in(header) == unit


@pytest.mark.parametrize("arrival", ["", "arrival_hour,", "arrival_hour,weekday,"])
def test_without_a_date_nothing_is_said_of_arrivals_and_census(read: Read, arrival: str):
    values = {"": "", "arrival_hour,": "10,", "arrival_hour,weekday,": "10,mercredi,"}[arrival]
    log, report = read(f"visit,unit,patient,{arrival}triage_min,LOS (h)\n1,ED,1,{values}5,\"2,5\"\n"
                       f"2,ED,1,{values}-1,3\n3,ED,2,{values},soon\n4,ED,2,{values},\n")
    assert not log.provenance.dates_comparable
    assert "arrivals by hour of the week" in {lack.what for lack in report.cannot}
    assert any(lack.what.startswith("how many are in each unit") for lack in report.cannot)
    assert any("no column says on which day a visit arrived" in note for note in report.notes)
    assert "length of stay by unit, and routing between units" in report.can
    stays = log.stays[log.stays["activity"].eq("stay")]
    assert sorted(stays["end"].sub(stays["start"]).dropna().dt.total_seconds() / 3600) == [2.5, 3.0]
    assert (3, "triage_min", "negative_offset") in faults(report, "repaired")
    assert (4, "LOS (h)", "optional_unreadable") in faults(report, "repaired")
    assert stays["start"].dt.hour.eq(10 if arrival else 0).all()
    assert stays["start"].dt.day_of_week.eq(2 if "weekday" in arrival else 0).all()


def test_each_row_is_a_visit_where_nothing_numbers_them(read: Read):
    log, report = read("ed_arrival,door_to_doctor_min,los_min\n2025-07-03 10:00,12,90\n2025-07-03 11:00,3,30\n")
    assert log.units == {"ed": "ed"}
    assert report.visits == 2
    assert any("each row is taken for one" in note for note in report.notes)
    assert sorted(rows(log, "activity", "start", "end"))[-2:] == [("stay", "3 10:00", "3 11:30"),
                                                                 ("stay", "3 11:00", "3 11:30")]


def test_rows_that_cannot_be_used_are_rejected(read: Read):
    _, report = read("""
        visit,unit,arrived,start_min,end_min
        1,ED,2025-07-03 10:00,0,10
        2,ED,,0,10
        3,ED,2025-07-03 10:00,soon,10
        4,ED,2025-07-03 10:00,0,99999999999
        5,ED,2025-07-03 10:00,20,10
    """)
    assert {(line, reason) for line, _, reason in faults(report, "rejected")} == {
        (3, "no_arrival"), (4, "unreadable_time"), (5, "impossible_time"), (6, "end_before_start")}


def test_a_unit_that_nobody_names_is_asked_for(read: Read):
    text = "visit,unit,arrived,start offset,end offset\n1,ED,2025-07-03 10:00,0,10\n"
    with pytest.raises(BadInput, match="nothing says in what") as refused:
        read(text)
    assert "offset_unit: min" in refused.value.expected
    log, _ = read(text, mapping={"offset_unit": "h"})
    assert rows(log, "activity", "end")[1] == ("stay", "3 20:00")


def test_hours_of_one_week():
    found = placed(np.array([10.0, np.nan, 23.0]), np.array(["Di", "5", "?"], dtype=object), 3, "UTC")
    assert [str(time)[:16] for time in found] == ["2001-01-02T10:00", "2001-01-05T00:00", "2001-01-01T23:00"]
