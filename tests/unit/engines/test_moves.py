"""Moving house: boarding, blocking, outliers, admission, cleaning, and where a visit is."""
from __future__ import annotations

import pytest

from tests.tiny import at, ends, named, pathway, rows, run, spans

pytestmark = pytest.mark.unit


def units_of(log) -> list[tuple[str, float, float]]:
    """(unit, start, end) of each stay, by start."""
    found = log.stays[log.stays["activity"] == "stay"]
    minutes = [(found[c] - log.start).dt.total_seconds() / 60 for c in ("start", "end")]
    return sorted(zip(found["unit"], *minutes, strict=True), key=lambda s: s[1:])


def test_a_patient_boards_in_the_present_place_until_the_next_is_granted():
    log = run(f"""
        units: {{ed: {{places: 2}}, w: {{places: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 0, 11)}}}}}
        pathways: {{p: {pathway("{move: to_ed, to: ed}", "{stay: emergency, takes: 10 min}", "{move: to_w, to: w}",
                                "{stay: inpatient, takes: 60 min}")}}}
    """)
    assert rows(log, "stay", resource="w") == [("a0", "stay", 10, 10, 70, "done"), ("a1", "stay", 10, 70, 130, "done"),
                                               ("a2", "stay", 21, 130, 190, "done")]
    # a1 keeps its place in the emergency department while it waits, which blocks nobody else here but is seen.
    assert rows(log, "stay", resource="ed") == [("a0", "stay", 0, 0, 10, "done"), ("a1", "stay", 0, 0, 70, "done"),
                                                ("a2", "stay", 11, 11, 130, "done")]


def test_boarders_block_those_who_come():
    log = run(f"""
        units: {{ed: {{places: 1}}, w: {{places: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1, 2)}}}}}
        pathways: {{p: {pathway("{move: to_ed, to: ed}", "{stay: emergency, takes: 10 min}", "{move: to_w, to: w}",
                                "{stay: inpatient, takes: 60 min}")}}}
    """)
    assert spans(log, "emergency") == {"a0": (0, 10), "a1": (10, 20), "a2": (70, 80)}


def test_or_lets_the_place_go_first():
    log = run(f"""
        units: {{ed: {{places: 1}}, w: {{places: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1, 2)}}}}}
        pathways: {{p: {pathway("{move: to_ed, to: ed}", "{stay: emergency, takes: 10 min}",
                                "{move: to_w, to: w, keep_place: false}", "{stay: inpatient, takes: 60 min}")}}}
    """)
    assert spans(log, "emergency") == {"a0": (0, 10), "a1": (10, 20), "a2": (20, 30)}
    assert spans(log, "inpatient") == {"a0": (10, 70), "a1": (70, 130), "a2": (130, 190)}


def test_both_places_are_held_on_the_way():
    log = run(f"""
        units: {{ed: {{places: 1}}, w: {{places: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: {pathway("{move: to_ed, to: ed}", "{stay: emergency, takes: 10 min}",
                                "{move: to_w, to: w, takes: 7 min}", "{stay: inpatient, takes: 60 min}")}}}
    """)
    assert units_of(log) == [("ed", 0, 17), ("w", 10, 77)]
    assert spans(log, "to_w") == {"a0": (10, 17)}
    place = log.stays.set_index("activity")["unit"]
    assert place["to_w"] == "ed"
    assert place["inpatient"] == "w"


def test_two_moves_in_one_tick_leave_only_the_last_place():
    log = run(f"""
        units: {{x: {{places: 1}}, y: {{places: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 5)}}}}}
        pathways: {{p: {pathway("{move: to_x, to: x}", "{move: to_y, to: y}", "{stay: s, takes: 30 min}")}}}
    """)
    assert units_of(log) == [("x", 0, 0), ("y", 0, 30), ("x", 5, 30), ("y", 30, 60)]


def test_a_full_unit_uses_its_outliers_in_their_order():
    log = run(f"""
        units: {{w: {{places: 1, outliers: [x, y]}}, x: {{places: 1}}, y: {{places: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1, 2, 3)}}}}}
        pathways: {{p: {pathway("{move: m, to: w}", "{stay: s, takes: 30 min}")}}}
    """)
    assert units_of(log) == [("w", 0, 30), ("x", 1, 31), ("y", 2, 32), ("w", 30, 60)]


def test_a_unit_admits_only_whom_it_admits():
    log = run(f"""
        attributes: {{sex: [f, m]}}
        units: {{w: {{places: 1, admits: sex == f, outliers: [x]}}, x: {{places: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1)}, sets: {{sex: m}}}},
                    b: {{pathway: p, trace: {at(2)}, sets: {{sex: f}}}}}}
        pathways: {{p: {pathway("{move: m, to: w}", "{stay: s, takes: 30 min}")}}}
    """)
    assert units_of(log) == [("x", 0, 30), ("w", 2, 32), ("x", 30, 60)]
    assert named(rows(log, "stay", resource="w")) == ["b0"]


def test_an_admission_rule_may_read_counts_and_is_judged_at_each_try():
    # A cohort bay: it takes x only while nobody else is there. present() counts who has settled.
    log = run(f"""
        attributes: {{kind: [x, y]}}
        units: {{w: {{places: 3, admits: "kind == y or busy(w) == 0"}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 0, 1)}, sets: {{kind: x}}}},
                    b: {{pathway: p, trace: {at(5)}, sets: {{kind: y}}}}}}
        pathways: {{p: {pathway("{move: m, to: w}", "{stay: s, takes: 10 min}")}}}
    """)
    assert spans(log, "stay") == {"a0": (0, 10), "b0": (5, 15), "a1": (15, 25), "a2": (25, 35)}


def test_a_mover_who_is_admitted_nowhere_yet_waits_and_is_in_no_circle():
    log = run(f"""
        units: {{ed: {{places: 1}}, w: {{places: 1, admits: month == 2}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: {pathway("{move: to_ed, to: ed}", "{move: to_w, to: w}", "{stay: s, takes: 10 min}")}}}
    """)
    assert rows(log, "wait") == [("a0", "wait", 0, None, None, "open")]


def test_a_mover_waits_for_a_unit_that_is_closed_and_empty():
    log = run(f"""
        units: {{ed: {{places: 1}}, w: {{places: {{"08:00-20:00": 1}}}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: {pathway("{move: to_ed, to: ed}", "{move: to_w, to: w}", "{stay: s, takes: 10 min}")}}}
    """)
    assert units_of(log) == [("ed", 0, 480), ("w", 480, 490)]


def test_a_place_is_cleaned_before_it_is_free_and_its_nurse_is_free_at_once():
    log = run(f"""
        staff: {{n: {{on_duty: 1}}}}
        units: {{w: {{places: 1, cleaning: 15 min, staff: {{n: 1 per 1}}}}, x: {{places: 1, staff: {{n: 1 per 1}}}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1)}}}, b: {{pathway: q, trace: {at(2)}}}}}
        pathways:
          p: [{{move: m, to: w}}, {{stay: s, takes: 10 min}}, {{leave: o1, as: home}}]
          q: [{{move: m2, to: x}}, {{stay: s2, takes: 3 min}}, {{leave: o2, as: home}}]
    """)
    assert rows(log, "cleaning")[0] == ("a0", "cleaning", 10, 10, 25, "done")
    assert spans(log, "s2") == {"b0": (10, 13)}
    assert spans(log, "s") == {"a0": (0, 10), "a1": (25, 35)}


def test_the_unit_of_a_row_is_where_the_visit_is():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        units: {{w: {{places: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: {pathway("{do: triage, by: d, takes: 5 min}", "{move: m, to: w}",
                    "{do: see, by: d, takes: 5 min}",
                                "{release: go, of: w}", "{stay: lounge, takes: 5 min}")}}}
    """)
    unit = log.stays.set_index("activity")["unit"].to_dict()
    assert unit == {"arrive": "", "triage": "", "stay": "w", "see": "w", "lounge": "", "leave": ""}
    assert units_of(log) == [("w", 5, 10)]


def test_who_has_let_go_of_the_place_is_no_longer_present():
    log = run(f"""
        units: {{w: {{places: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}, b: {{pathway: q, trace: {at(15)}}}}}
        pathways:
          p: [{{move: m, to: w}}, {{stay: s, takes: 10 min}}, {{release: go, of: m}}, {{stay: lounge, takes: 20 min}},
              {{leave: o1, as: home}}]
          q: [{{leave: o2, as: somebody, if: present(w) > 0}}, {{leave: o3, as: nobody}}]
    """)
    assert ends(log)["b0"] == (15, "nobody")


def test_durations_and_routes_may_depend_on_the_unit_that_was_found():
    log = run(f"""
        units: {{w: {{places: 1, outliers: [x]}}, x: {{places: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1)}}}}}
        pathways: {{p: [{{move: m, to: w}}, {{stay: s, takes: {{by: unit, of: {{w: 10 min, x: 20 min}}}}}},
                        {{leave: o1, as: outlier, if: unit == x}}, {{leave: o2, as: home}}]}}
    """)
    assert ends(log) == {"a0": (10, "home"), "a1": (21, "outlier")}


def test_who_waits_for_an_admission_rule_is_let_in_when_it_changes_though_nothing_happens_to_the_line():
    layout = """
        staff: {{d: {{on_duty: {{"00:00-00:30": 0, "00:30-24:00": 1}}}}}}
        units: {{w: {{places: 1, {rule}}}}}
        sources: {{a: {{pathway: p, trace: {t}}}}}
        pathways: {{p: [{{move: m, to: w}}, {{stay: s, takes: 10 min}}, {{leave: out, as: home}}]}}
    """
    assert spans(run(layout.format(rule="admits: hour >= 6", t=at(5))), "s") == {"a0": (360, 370)}
    assert spans(run(layout.format(rule="admits: free(d) > 0", t=at(5))), "s") == {"a0": (30, 40)}
    assert spans(run(layout.format(rule="reserve: {keep: 1, for: hour >= 6}", t=at(5))), "s") == {"a0": (360, 370)}
