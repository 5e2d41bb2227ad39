"""Visits, boarding and occupancy of small logs, told by hand."""
from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital_twin.eventlog import EventLog, boarding, hours_full, mean_occupied, visits

pytestmark = pytest.mark.unit
UNITS = {"majors": "ed", "minors": "ed", "ward": "ward", "icu": "critical_care", "lounge": "other"}
RESOURCES = {**dict.fromkeys(UNITS, "place"), "ed_doctor": "doctor", "triage_nurse": "triage"}
NOON = pd.Timestamp("2024-03-01 12:00", tz="UTC")


def hour(h: float | None) -> pd.Timestamp:
    return pd.NaT if h is None else NOON + pd.Timedelta(hours=h)


def log_of(*rows, capacity=(), start=0.0, end=48.0, **about) -> EventLog:
    """Rows: visit, activity, unit, resource, joined, start, end, end reason (hours from noon)."""
    names = ["visit", "activity", "unit", "resource", "joined", "start", "end", "end_reason"]
    table = pd.DataFrame([(*r, "done")[:8] if len(r) < 8 else r for r in rows], columns=names)
    for column in names[4:7]:
        microseconds = (table[column].astype(float) * 3.6e9).round().astype("Int64")
        table[column] = (NOON + pd.to_timedelta(microseconds, unit="us")).astype("datetime64[us, UTC]")
    staff = pd.DataFrame([(r, hour(h), float(a), "schedule") for r, h, a in capacity],
                         columns=["resource", "from", "amount", "reason"])
    staff["from"] = staff["from"].astype("datetime64[us, UTC]")
    return EventLog.of(table, staff, units=UNITS, resources=RESOURCES, start=hour(start), end=hour(end), **about)


def moment(visit, activity, h, reason="done", unit="", resource=""):
    return (visit, activity, unit, resource, h, h, h, reason)


def stay(visit, unit, joined, start, end):
    return (visit, "stay", unit, unit, joined, start, end, "open" if end is None else "done")


def spans(log):
    hours = boarding(log).assign(start=lambda t: (t["start"] - NOON) / pd.Timedelta(hours=1),
                                 end=lambda t: (t["end"] - NOON) / pd.Timedelta(hours=1))
    return [(row.visit, row.start, None if pd.isna(row.end) else row.end) for row in hours.itertuples()]


def test_an_admitted_patient():
    log = log_of(moment(1, "arrive", 0), (1, "triage", "", "triage_nurse", 0, 0.1, 0.2), stay(1, "majors", 0.2, 0.5, 6),
                 (1, "see", "majors", "ed_doctor", 0.5, 1.0, 1.5), (1, "review", "majors", "ed_doctor", 1.5, 2, 2.5),
                 stay(1, "ward", 3, 6, 30), moment(1, "leave", 30, "home"))
    row = visits(log).loc[1]
    assert row[["arrive", "seen", "ed_left", "bed_asked", "bed_given", "leave"]].tolist() == [
        hour(h) for h in (0, 1, 6, 3, 6, 30)]
    assert (row["disposition"], row["ed"], row["admitted"]) == ("home", True, True)
    assert spans(log) == [(1, 3, 6)]


def test_a_patient_who_gives_up_in_the_waiting_room():
    log = log_of(moment(1, "arrive", 0), (1, "wait", "", "majors", 0.2, 3, 3, "gave_up"),
                 moment(1, "leave", 3, "left_without_being_seen"))
    row = visits(log).loc[1]
    assert row["ed"]
    assert row["ed_left"] == hour(3)
    assert pd.isna(row["seen"])
    assert row["disposition"] == "left_without_being_seen"


def test_a_discharged_patient_leaves_the_department_when_leaving_the_hospital():
    log = log_of(moment(1, "arrive", 0), stay(1, "minors", 0, 0, 2), stay(1, "lounge", 2, 2, 5),
                 moment(1, "leave", 5, "home"))
    row = visits(log).loc[1]
    assert row["ed_left"] == hour(5)
    assert not row["admitted"]


def test_an_elective_is_no_attendance():
    log = log_of(moment(1, "arrive", 0), stay(1, "ward", 0, 1, None))
    row = visits(log).loc[1]
    assert not row["ed"]
    assert row[["ed_left", "leave", "seen"]].isna().all()
    assert row["disposition"] == ""
    assert spans(log) == []


def test_a_doctor_waited_for_in_vain_is_no_contact():
    log = log_of(moment(1, "arrive", 0), (1, "wait", "minors", "ed_doctor", 0, 3, 3, "gave_up"))
    assert pd.isna(visits(log).loc[1, "seen"])


def test_who_boards_still():
    in_line = (1, "wait", "majors", "icu", 2, None, None, "open")
    log = log_of(moment(1, "arrive", 0), stay(1, "majors", 0, 0, None), in_line)
    assert spans(log) == [(1, 2, None)]
    assert visits(log).loc[1, "bed_asked"] == hour(2)
    assert pd.isna(visits(log).loc[1, "ed_left"])


def test_boarding_counts_only_while_the_ed_place_is_held():
    assert spans(log_of(stay(1, "majors", 0, 0, 4), stay(1, "ward", 2, 9, 20))) == [(1, 2, 4)]


def test_requests_at_one_time_count_once():
    log = log_of(stay(1, "majors", 0, 0, 3), stay(1, "minors", 3, 3, 8), stay(1, "ward", 2, 8, 20),
                 (1, "wait", "majors", "icu", 2, 5, 5, "withdrawn"))
    assert spans(log) == [(1, 2, 8)]


def test_two_spells_stay_two():
    log = log_of(stay(1, "majors", 0, 0, 20), (1, "wait", "majors", "icu", 1, 2, 2, "gave_up"),
                 stay(1, "ward", 6, 20, 40))
    assert spans(log) == [(1, 1, 2), (1, 6, 20)]


def test_visits_whose_long_numbers_are_neighbours_stay_apart():
    first = 3_423_817_636_243_309_949
    log = log_of(stay(first, "majors", 0, 0, 4), stay(first, "ward", 1, 4, 9),
                 stay(first + 1, "majors", 0, 0, 5), stay(first + 1, "ward", 2, 5, 9))
    assert spans(log) == [(first, 1, 4), (first + 1, 2, 5)]


def test_moving_between_wards_is_no_boarding():
    assert spans(log_of(stay(1, "icu", 0, 0, 20), stay(1, "ward", 5, 20, 30))) == []


def test_attributes_are_those_at_arrival():
    rows = [moment(1, "arrive", 1), moment(1, "change", 2), moment(2, "change", 3), moment(2, "change", 4)]
    table = log_of(*rows).stays.assign(acuity=[5, 2, 3, 1])
    found = visits(EventLog.of(table, attributes=("acuity",)))
    assert found["acuity"].tolist() == [5, 3]


def test_a_log_without_arrive_and_leave_rows():
    log = log_of(stay(1, "majors", -1, 0, 4), stay(1, "ward", 3, 4, 30), stay(2, "majors", 5, 6, None))
    found = visits(log)
    assert found["arrive"].tolist() == [hour(-1), hour(5)]
    assert found["leave"].isna().tolist() == [False, True]
    assert found.loc[1, "leave"] == hour(30)
    assert found["disposition"].tolist() == ["", ""]


def test_no_rows_no_visits():
    assert visits(log_of()).empty
    assert boarding(log_of()).empty


stays = st.lists(st.tuples(st.integers(-600, 2900), st.integers(0, 900) | st.none(), st.sampled_from(["ward", "icu"])),
                 max_size=15)


@settings(max_examples=40)
@given(stays, st.integers(0, 1000), st.integers(1, 1500))
def test_occupancy_is_what_counting_each_minute_gives(rows, first, length):
    log = log_of(*(stay(i, unit, b / 60, b / 60, None if d is None else (b + d) / 60)
                   for i, (b, d, unit) in enumerate(rows)))
    minutes = np.arange(first, first + length)
    expected = np.mean([sum(b <= m and (d is None or m < b + d) for b, d, unit in rows if unit == "ward")
                        for m in minutes])
    found = mean_occupied(log, "ward", hour(first / 60), hour((first + length) / 60))
    assert found == pytest.approx(expected, abs=1e-6)


@settings(max_examples=40)
@given(stays, st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 5)), min_size=1, max_size=5,
                       unique_by=lambda pair: pair[0]))
def test_time_full_is_what_counting_each_minute_gives(rows, settings):
    log = log_of(*(stay(i, unit, b / 60, b / 60, None if d is None else (b + d) / 60)
                   for i, (b, d, unit) in enumerate(rows)),
                 capacity=[("ward", minute / 60, amount) for minute, amount in settings])
    full = is_open = 0
    for m in range(1440):
        known = [amount for minute, amount in sorted(settings) if minute <= m]
        if known and known[-1] > 0:
            is_open += 1
            full += sum(b <= m and (d is None or m < b + d) for b, d, unit in rows if unit == "ward") >= known[-1]
    found = hours_full(log, "ward", hour(0), hour(24))
    assert found == pytest.approx((full / 60, is_open / 60), abs=1e-6)


def test_a_place_being_cleaned_is_not_free():
    log = log_of(stay(1, "ward", 0, 0, 4), (1, "cleaning", "ward", "ward", 4, 4, 6), capacity=[("ward", 0, 1)])
    assert hours_full(log, "ward", hour(0), hour(12)) == (6.0, 12.0)
    assert mean_occupied(log, "ward", hour(0), hour(12)) == pytest.approx(4 / 12)


def test_a_unit_without_known_or_limited_places():
    log = log_of(stay(1, "ward", 0, 0, 4), capacity=[("ward", 0, np.inf)])
    assert hours_full(log, "ward", hour(0), hour(12)) == (0.0, 0.0)
    assert hours_full(log, "icu", hour(0), hour(12)) is None


def test_an_admitted_patient_who_leaves_the_ed_place_early():
    log = log_of(moment(1, "arrive", 0), stay(1, "majors", 0, 0, 2), stay(1, "ward", 2, 5, 9), moment(1, "leave", 9))
    assert visits(log).loc[1, "ed_left"] == hour(2)


def test_an_admitted_patient_who_never_has_an_ed_place():
    log = log_of(moment(1, "arrive", 0), (1, "triage", "", "triage_nurse", 0, 0, 0.2), stay(1, "ward", 0.2, 3, None))
    row = visits(log).loc[1]
    assert row["ed"]
    assert row["ed_left"] == hour(3)


def test_who_is_with_triage_attends():
    log = log_of(moment(1, "arrive", 0), (1, "wait", "", "triage_nurse", 0, None, None, "open"), moment(2, "arrive", 0))
    assert visits(log)["ed"].tolist() == [True, False]


def test_an_open_wait_counts_to_the_end_even_when_its_start_is_given():
    log = log_of(stay(1, "majors", 0, 0, None), (1, "wait", "majors", "icu", 2, 2, None, "open"))
    assert spans(log) == [(1, 2, None)]


def test_a_short_request_within_a_long_one_adds_nothing():
    log = log_of(stay(1, "majors", 0, 0, 20), (1, "wait", "majors", "icu", 1, 12, 12, "gave_up"),
                 (1, "wait", "majors", "icu", 2, 3, 3, "withdrawn"), stay(1, "ward", 8, 20, 40))
    assert spans(log) == [(1, 1, 20)]


def test_requests_that_overlap_in_a_chain_are_one_spell():
    log = log_of(stay(1, "majors", 0, 0, 20), (1, "wait", "majors", "icu", 1, 4, 4, "gave_up"),
                 (1, "wait", "majors", "icu", 2, 10, 10, "gave_up"), stay(1, "ward", 8, 20, 40))
    assert spans(log) == [(1, 1, 20)]
