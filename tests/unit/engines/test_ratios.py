"""Nurses by ratio: whole units, together with the place, re-weighed with the class."""
from __future__ import annotations

import pytest

from tests.tiny import at, capacity, named, pathway, rows, run, spans

pytestmark = pytest.mark.unit


def amounts(log, resource: str) -> list[tuple[float, float]]:
    """(minute of the start, heads held) of each row of a pool."""
    found = log.stays[log.stays["resource"] == resource].sort_values("start")
    return [((s - log.start).total_seconds() / 60, a) for s, a in zip(found["start"], found["amount"], strict=True)]


def test_a_place_and_its_share_of_a_nurse_are_taken_together():
    # Four beds, one nurse for two: the third waits though beds are free.
    log = run(f"""
        staff: {{n: {{on_duty: 1, role: nurse}}}}
        units: {{w: {{places: 4, staff: {{n: 1 per 2}}}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1, 2)}}}}}
        pathways: {{p: {pathway("{move: m, to: w}", "{stay: s, takes: 30 min}")}}}
    """)
    assert rows(log, "stay", resource="w") == [("a0", "stay", 0, 0, 30, "done"), ("a1", "stay", 1, 1, 31, "done"),
                                               ("a2", "stay", 2, 30, 60, "done")]
    assert amounts(log, "n") == [(0, 0.5), (1, 0.5), (30, 0.5)]


def test_ratios_of_one_pool_are_weighed_in_their_common_multiple():
    # One nurse is 6 units: a patient of the 1:2 unit takes 3, one of the 1:3 unit 2. 3 + 2 leaves 1: no more of either.
    # When b0 goes at 11, three are free: a1, who has waited longest, takes them.
    log = run(f"""
        staff: {{n: {{on_duty: 1}}}}
        units: {{h: {{places: 9, staff: {{n: 1 per 2}}}}, w: {{places: 9, staff: {{n: 1 per 3}}}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 2)}}}, b: {{pathway: q, trace: {at(1, 3, 4)}}}}}
        pathways:
          p: [{{move: to_h, to: h}}, {{stay: sh, takes: 30 min}}, {{leave: o1, as: home}}]
          q: [{{move: to_w, to: w}}, {{stay: sw, takes: 10 min}}, {{leave: o2, as: home}}]
    """)
    assert [(r[0], r[3]) for r in rows(log, "sh", "sw")] == [("a0", 0), ("b0", 1), ("a1", 11), ("b1", 30), ("b2", 40)]
    assert amounts(log, "n")[0] == (0, 0.5)
    assert amounts(log, "n")[1][1] == pytest.approx(1 / 3)


def test_more_than_one_nurse_for_a_patient():
    log = run(f"""
        staff: {{n: {{on_duty: 3}}}}
        units: {{icu: {{places: 9, staff: {{n: 2 per 1}}}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1)}}}}}
        pathways: {{p: {pathway("{move: m, to: icu}", "{stay: s, takes: 30 min}")}}}
    """)
    assert rows(log, "s") == [("a0", "s", 0, 0, 30, "done"), ("a1", "s", 30, 30, 60, "done")]


SICKER = """
    attributes: {{sick: [0, 1]}}
    staff: {{n: {{on_duty: {nurses}}}}}
    units: {{w: {{places: 4, staff: {{n: {{by: sick, of: {{0: 1 per 2, 1: 1 per 1}}}}}}}}}}
    sources: {{a: {{pathway: p, trace: {a}}}}}
    pathways:
      p: [{{move: m, to: w}}, {{stay: s, takes: 10 min}}, {{assign: worse, set: {{sick: {to}}}}},
          {{stay: s2, takes: 10 min}}, {{leave: out, as: home}}]
"""


def test_a_change_of_class_weighs_again_at_once():
    log = run(SICKER.format(nurses=2, a=at(0), to=1))
    assert rows(log, "stay", resource="n") == [("a0", "stay", 0, 0, 10, "done"), ("a0", "stay", 10, 10, 20, "done")]
    assert amounts(log, "n") == [(0, 0.5), (10, 1)]
    assert rows(log, "change") == [("a0", "change", 10, 10, 10, "done")]


def test_what_is_then_lacking_is_recorded_and_nobody_is_moved():
    log = run(SICKER.format(nurses=1, a=at(0, 1), to=1))
    assert [r for r in rows(log, "change") if r[5] == "ratio_breach"] == [
        ("a0", "change", 10, 10, 10, "ratio_breach"), ("a1", "change", 11, 11, 11, "ratio_breach")]
    assert rows(log, "stay", resource="w") == [("a0", "stay", 0, 0, 20, "done"), ("a1", "stay", 1, 1, 21, "done")]


def test_nothing_is_lacking_where_the_nurses_just_suffice():
    log = run(SICKER.format(nurses=2, a=at(0, 1), to=1))
    # From 11 on both need a whole nurse, which are the two there are.
    assert amounts(log, "n") == [(0, 0.5), (1, 0.5), (10, 1), (11, 1)]
    assert rows(log, "change") == [("a0", "change", 10, 10, 10, "done"), ("a1", "change", 11, 11, 11, "done")]


def test_a_class_that_gets_better_lets_the_next_one_in():
    log = run(SICKER.format(nurses=1, a=at(0, 1), to=0).replace("{pathway: p,", "{sets: {sick: 1}, pathway: p,"))
    # a0 takes the whole nurse; at 10 it needs half of one, but a1 (sick) still needs a whole one.
    assert [(r[0], r[3]) for r in rows(log, "s")] == [("a0", 0), ("a1", 20)]
    log = run(SICKER.format(nurses=1, a=at(0), to=0).replace("sources: {",
                f"sources: {{b: {{pathway: p, trace: {at(1)}}}, ")
              .replace("a: {pathway: p,", "a: {sets: {sick: 1}, pathway: p,"))
    assert [(r[0], r[3]) for r in rows(log, "s")] == [("a0", 0), ("b0", 10)]


def test_the_ratio_is_that_of_the_unit_where_the_patient_is():
    # The outlier ward has another ratio; a class change that concerns neither changes nothing.
    log = run(f"""
        attributes: {{kind: [x, y]}}
        staff: {{n: {{on_duty: 2}}}}
        units: {{a: {{places: 1, staff: {{n: 1 per 1}}, outliers: [b]}}, b: {{places: 1, staff: {{n: 1 per 2}}}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: {pathway("{move: m, to: a}", "{stay: s, takes: 10 min}", "{assign: k, set: {kind: y}}",
                                "{stay: s2, takes: 10 min}")}}}
    """)
    assert amounts(log, "n") == [(0, 1)]


def test_staffed_places_are_what_the_nurses_allow():
    log = run(f"""
        staff: {{n: {{on_duty: {{"00:00-08:00": 1, "08:00-24:00": 3}}}}}}
        units: {{w: {{places: 4, staff: {{n: 1 per 2}}}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: {pathway("{move: m, to: w}", "{stay: s, takes: 30 min}")}}}
    """)
    assert capacity(log, "w")[:2] == [(0, 2, "start"), (480, 4, "schedule")]


def test_nurses_who_go_leave_the_patients_and_nobody_comes():
    log = run(f"""
        staff: {{n: {{on_duty: {{"00:00-00:20": 2, "00:20-01:00": 1, "01:00-24:00": 2}}}}}}
        units: {{w: {{places: 4, staff: {{n: 1 per 1}}}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1, 2)}}}}}
        pathways: {{p: {pathway("{move: m, to: w}", "{stay: s, takes: {by: source, of: {a: 25 min}}}")}}}
    """)
    assert named(rows(log, "stay", resource="w")) == ["a0", "a1", "a2"]
    assert spans(log, "s") == {"a0": (0, 25), "a1": (1, 26), "a2": (26, 51)}
