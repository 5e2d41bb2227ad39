from __future__ import annotations

import pandas as pd
import pytest

from hospital_twin.eventlog import EventLog
from hospital_twin.generator import INTERVAL_COLUMNS, STAY_COLUMNS, interval_rows, stay_rows
from hospital_twin.generator.rows import written

pytestmark = pytest.mark.unit


def _log() -> EventLog:
    """Two visits of one patient in summer time, the second still there; another patient who gives up."""
    def row(visit: int, activity: str, unit: str, resource: str, times: tuple, reason: str = "done",  # noqa: PLR0913
            patient: int = 70) -> dict:
        joined, start, end = (pd.Timestamp(f"2024-06-0{t}", tz="UTC") if t else pd.NaT for t in times)
        return {"visit": visit, "patient": patient, "unit": unit, "activity": activity, "resource": resource,
                "amount": 1.0, "joined": joined, "start": start, "end": end, "end_reason": reason, "acuity": 2}
    rows = [
        row(900, "arrive", "", "", ("1 08:00:30",) * 3),
        row(900, "stay", "bays", "bays", ("1 08:00:30", "1 08:00:50", "1 10:00:00")),
        row(900, "see_doctor", "bays", "doctor", ("1 08:01:10", "1 08:20:59", "1 08:40:00")),
        row(900, "wait", "bays", "ward", ("1 09:00:00", "1 09:10:00", "1 09:10:00"), "withdrawn"),
        row(900, "stay", "ward", "ward", ("1 09:00:00", "1 10:00:00", "1 18:00:00")),
        row(900, "stay", "ward", "ward_nurse", ("1 09:00:00", "1 10:00:00", "1 18:00:00")),
        row(900, "leave", "ward", "", ("1 18:00:00",) * 3, "home"),
        row(900, "cleaning", "bays", "bays", ("1 10:00:00", "1 10:00:00", "1 10:09:00")),
        row(900, "cleaning", "ward", "ward", ("1 18:00:00", "1 18:00:00", "1 18:45:00")),
        row(300, "arrive", "", "", ("1 09:30:00",) * 3, patient=71),
        row(300, "wait", "", "bays", ("1 09:30:00", "1 12:00:00", "1 12:00:00"), "gave_up", patient=71),
        row(300, "leave", "", "", ("1 12:00:00",) * 3, "left_without_being_seen", patient=71),
        row(100, "arrive", "", "", ("3 07:00:00",) * 3),
        row(100, "stay", "ward", "ward", ("3 07:00:00", "3 07:30:00", ""), "open"),
        row(100, "wait", "ward", "icu", ("3 08:00:00", "", ""), "open"),
    ]
    return EventLog.of(pd.DataFrame(rows), attributes=["acuity"], units={"bays": "ed", "ward": "ward",
                                                                         "icu": "critical_care"},
                       resources={"doctor": "doctor", "ward_nurse": "nurse"}, time_zone="Europe/London")


def _intervals() -> pd.DataFrame:
    return written(interval_rows(_log()), INTERVAL_COLUMNS, ("acuity",))


def test_headers() -> None:
    assert list(_intervals()) == ["Visit", "Patient", "Acuity", "Unit", "Activity", "Resource", "Outcome", "Requested",
                                  "Start", "End"]


def test_visits_and_patients_are_numbered_as_they_came() -> None:
    rows = _intervals()
    assert rows["Visit"].drop_duplicates().tolist() == ["100001", "100002", "100003"]
    assert rows.groupby("Visit")["Patient"].first().tolist() == ["100001", "100002", "100001"]


def test_times_are_local_and_to_the_minute_and_a_request_at_the_start_is_left_empty() -> None:
    rows = _intervals()
    doctor = rows[rows["Activity"].eq("see_doctor")].iloc[0]
    assert (doctor["Requested"], doctor["Start"], doctor["End"]) == (
        "2024-06-01 09:01", "2024-06-01 09:20", "2024-06-01 09:40")
    bay = rows[rows["Unit"].eq("bays") & rows["Activity"].eq("stay")].iloc[0]
    assert (bay["Requested"], bay["Start"]) == ("", "2024-06-01 09:00")


def test_what_no_hospital_writes_down_is_left_out() -> None:
    rows = _intervals()
    first = rows[rows["Visit"].eq("100001")]
    assert first["Activity"].tolist() == ["arrive", "stay", "see_doctor", "stay", "cleaning", "leave"]
    assert first["Unit"].tolist() == ["", "bays", "bays", "ward", "ward", "ward"]
    assert first["Resource"].tolist() == ["", "", "doctor", "", "", ""]


def test_an_outcome_stands_where_the_visit_ends() -> None:
    rows = _intervals()
    assert rows[rows["Outcome"].ne("")][["Activity", "Outcome"]].to_numpy().tolist() == [
        ["leave", "home"], ["leave", "left_without_being_seen"]]


def test_a_wait_that_was_given_up_says_what_was_waited_for() -> None:
    wait = _intervals().query("Visit == '100002' and Activity == 'wait'").iloc[0]
    assert (wait["Resource"], wait["Requested"], wait["End"]) == ("bays", "2024-06-01 10:30", "2024-06-01 13:00")


def test_what_still_goes_on_has_no_end() -> None:
    last = _intervals().query("Visit == '100003'")
    assert last[["Activity", "Resource", "Start", "End"]].to_numpy().tolist() == [
        ["arrive", "", "2024-06-03 08:00", "2024-06-03 08:00"], ["stay", "", "2024-06-03 08:30", ""],
        ["wait", "icu", "", ""]]


def test_stay_rows_hold_stays_in_units_alone() -> None:
    rows = written(stay_rows(_log()), STAY_COLUMNS, ("acuity",))
    assert list(rows) == ["Visit", "Patient", "Acuity", "Ward", "Outcome", "In", "Out"]
    assert rows[["Visit", "Ward", "Outcome", "Out"]].to_numpy().tolist() == [
        ["100001", "bays", "", "2024-06-01 11:00"], ["100001", "ward", "home", "2024-06-01 19:00"],
        ["100003", "ward", "", ""]]
