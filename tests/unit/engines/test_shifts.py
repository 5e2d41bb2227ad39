"""Capacity over time: weekly patterns, dates, and the two odd days of the year."""
from __future__ import annotations

import pytest

from tests.tiny import at, capacity, pathway, rows, run, spans

pytestmark = pytest.mark.unit

NOBODY = "sources: {a: {pathway: p, present: 1}}\npathways: {p: [{stay: s, takes: 100 d}, {leave: out, as: home}]}\n"


def pattern(on_duty: str, *, days: float = 1, starts: str = "2025-01-06", zone: str = "UTC", more: str = ""):
    text = f"time_zone: {zone}\nstaff: {{d: {{on_duty: {on_duty}{more}}}}}\n{NOBODY}"
    return capacity(run(text, days=days, starts=starts), "d")


def test_later_windows_win_and_hours_that_none_names_have_none():
    assert pattern('{"08:00-20:00": 2, "12:00-13:30": 1}')[:5] == [
        (0, 0, "start"), (480, 2, "schedule"), (720, 1, "schedule"), (810, 2, "schedule"), (1200, 0, "schedule")]


def test_a_night_shift_goes_past_midnight_and_a_week_past_sunday():
    assert pattern('{"22:00-06:00": 1}')[:3] == [(0, 1, "start"), (360, 0, "schedule"), (1320, 1, "schedule")]
    sunday = pattern('{"sun 22:00-06:00": 1}', starts="2025-01-12", days=3)
    assert sunday[:3] == [(0, 0, "start"), (1320, 1, "schedule"), (1800, 0, "schedule")]
    # A run that starts on a Monday is in the middle of Sunday's night shift.
    assert pattern('{"sun 22:00-06:00": 1}')[:2] == [(0, 1, "start"), (360, 0, "schedule")]


def test_days_are_names_spans_and_lists():
    found = pattern('{"mon-tue,fri 00:00-24:00": 1}', days=6)
    assert found[:4] == [(0, 1, "start"), (2 * 1440, 0, "schedule"), (4 * 1440, 1, "schedule"),
        (5 * 1440, 0, "schedule")]
    over_the_weekend = pattern('{"sat-mon 00:00-24:00": 1}', days=6)
    assert over_the_weekend[:3] == [(0, 1, "start"), (1440, 0, "schedule"), (5 * 1440, 1, "schedule")]


def test_lists_of_24_and_of_168_hours():
    assert pattern(str([0] * 8 + [2] * 12 + [1] * 4), days=2)[:4] == [
        (0, 0, "start"), (480, 2, "schedule"), (1200, 1, "schedule"), (1440, 0, "schedule")]
    assert pattern(str([0] * 24 + [3] * 144), days=2)[:2] == [(0, 0, "start"), (1440, 3, "schedule")]


def test_closures_by_date_hold_whatever_the_week_says_and_later_ones_win():
    dated = (', dated: [{from: 2025-01-06 10:00, to: 2025-01-06 14:00, number: 0},'
             ' {from: 2025-01-06 12:00, to: 2025-01-06 13:00, number: 5}]')
    assert pattern('{"08:00-12:30": 2, "12:30-24:00": 3}', more=dated)[:6] == [
        (0, 0, "start"), (480, 2, "schedule"), (600, 0, "closure"), (720, 5, "closure"), (780, 0, "closure"),
        (840, 3, "closure")]


def test_a_closure_that_began_before_the_run_holds_from_its_start():
    dated = ", dated: [{from: 2025-01-01, to: 2025-01-06 10:00, number: 0}]"
    assert pattern("2", more=dated) == [(0, 0, "start"), (600, 2, "closure")]
    dated = ", dated: [{from: 2025-01-01, to: 2025-01-05, number: 0}]"
    assert pattern("2", more=dated) == [(0, 2, "start")]


def test_a_ward_that_closes_takes_nobody_and_keeps_who_is_there():
    log = run(f"""
        units: {{w: {{places: 2, dated: [{{from: 2025-01-06 01:00, to: 2025-01-06 05:00, number: 0}}]}}}}
        sources: {{a: {{pathway: p, trace: {at(50, 55, 61, 70)}}}}}
        pathways: {{p: {pathway("{move: m, to: w}", "{stay: s, takes: 30 min}")}}}
    """)
    assert spans(log, "stay") == {"a0": (50, 80), "a1": (55, 85), "a2": (300, 330), "a3": (300, 330)}


# ---- Europe/London goes from 00:59:59 UTC+0 to 02:00 UTC+1 on 30 March 2025 and back at 01:00 UTC on 26 October 2025.
SPRING, AUTUMN, LONDON = "2025-03-30", "2025-10-26", "Europe/London"


def test_the_spring_day_has_23_hours():
    found = pattern('{"08:00-20:00": 1}', starts=SPRING, zone=LONDON, days=2)
    assert found[:4] == [(0, 0, "start"), (7 * 60, 1, "schedule"), (19 * 60, 0, "schedule"), (31 * 60, 1, "schedule")]


def test_the_autumn_day_has_25_hours():
    found = pattern('{"08:00-20:00": 1}', starts=AUTUMN, zone=LONDON, days=2)
    assert found[:4] == [(0, 0, "start"), (9 * 60, 1, "schedule"), (21 * 60, 0, "schedule"), (33 * 60, 1, "schedule")]


def test_a_change_inside_the_hour_that_the_clock_skips_comes_when_that_hour_does():
    found = pattern('{"00:00-01:30": 1, "01:30-02:00": 5, "02:00-24:00": 3}', starts=SPRING, zone=LONDON)
    assert found[:2] == [(0, 1, "start"), (60, 3, "schedule")]
    found = pattern('{"00:00-01:30": 1, "01:30-24:00": 5}', starts=SPRING, zone=LONDON)
    assert found[:2] == [(0, 1, "start"), (60, 5, "schedule")]


def test_a_change_inside_the_hour_that_comes_twice_comes_the_first_time():
    found = pattern('{"00:00-01:30": 1, "01:30-02:00": 5, "02:00-24:00": 3}', starts=AUTUMN, zone=LONDON)
    assert found[:3] == [(0, 1, "start"), (90, 5, "schedule"), (180, 3, "schedule")]


def test_arrivals_and_classes_follow_the_local_clock_on_both_days():
    layout = """
        time_zone: Europe/London
        attributes: {{shift: [night, day]}}
        sources:
          a: {{pathway: p, timetable: [{{at: "09:00"}}], sets: {{shift: {{draw: {{by: hour,
               of: {{"08-20": {{day: 1}}}}, otherwise: {{night: 1}}}}}}}}}}
          b: {{pathway: p, trace: ["{day} 09:30"], sets: {{shift: day}}}}
        pathways: {{p: [{{leave: out, as: home}}]}}
    """
    for day, nine in ((SPRING, 8), (AUTUMN, 10)):
        log = run(layout.format(day=day), starts=day)
        assert [(r[0], r[3]) for r in rows(log, "arrive")] == [("a0", nine * 60), ("b0", nine * 60 + 30)]
        assert set(log.stays["shift"]) == {"day"}


def test_a_window_is_opened_by_the_local_clock_on_both_days():
    layout = """
        time_zone: Europe/London
        sources: {{a: {{pathway: p, trace: ["{day} 00:10"]}}}}
        pathways: {{p: [{{wait: w, until: {{at: ["08:00"]}}}}, {{wait: v, until: {{open: "12:00-13:00"}}}},
                        {{leave: out, as: home}}]}}
    """
    for day, midnight_to_eight in ((SPRING, 7 * 60), (AUTUMN, 9 * 60)):
        log = run(layout.format(day=day), starts=day)
        assert rows(log, "w")[0][3] == midnight_to_eight
        assert rows(log, "v")[0][3] == midnight_to_eight + 240


def test_the_hourly_rate_follows_the_local_clock():
    text = """
        time_zone: Europe/London
        sources: {a: {pathway: p, rate: {"08:00-09:00": 60}, ceiling: 60}}
        pathways: {p: [{leave: out, as: home}]}
    """
    for day, eight in ((SPRING, 7), (AUTUMN, 9)):
        came = [r[3] for r in rows(run(text, starts=day), "arrive")]
        assert len(came) > 30
        assert eight * 60 <= min(came)
        assert max(came) < (eight + 1) * 60
