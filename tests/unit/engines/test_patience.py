"""Patience: when it starts, what ends it, and what does not."""
from __future__ import annotations

import pytest

from tests.tiny import at, ends, named, pathway, rows, run, spans

pytestmark = pytest.mark.unit


def test_who_waits_too_long_leaves_unseen():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1, 2)}}}}}
        pathways: {{p: {pathway("{do: see, by: d, takes: 30 min, patience: 10 min}")}}}
    """)
    assert rows(log, "wait") == [("a1", "wait", 1, 11, 11, "gave_up"), ("a2", "wait", 2, 12, 12, "gave_up")]
    assert ends(log) == {"a1": (11, "left_without_being_seen"), "a2": (12, "left_without_being_seen"),
                         "a0": (30, "home")}


def test_giving_up_has_a_route_of_its_own_that_may_come_back_to_the_pathway():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}, e: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1)}}}}}
        pathways:
          p: [{{do: see, by: d, takes: 30 min, patience: 10 min, gives_up: [{{do: advice, by: e, takes: 5 min}}]}},
              {{stay: rest, takes: 1 min}}, {{leave: out, as: home}}]
    """)
    assert spans(log, "advice") == {"a1": (11, 16)}
    assert named(rows(log, "see")) == ["a0"]
    assert ends(log) == {"a1": (17, "home"), "a0": (31, "home")}


def test_patience_from_arrival_counts_what_came_before():
    layout = """
        staff: {{d: {{on_duty: 1}}}}
        sources: {{z: {{pathway: q, trace: {z}}}, a: {{pathway: p, trace: {a}}}}}
        pathways:
          q: [{{do: keep, by: d, takes: 60 min}}, {{leave: o1, as: home}}]
          p: [{{stay: first, takes: {first} min}},
              {{do: see, by: d, takes: 5 min, patience: 10 min, patience_from: {since}}}, {{leave: o2, as: home}}]
    """
    times = {"z": at(0), "a": at(1)}
    assert ends(run(layout.format(first=7, since="arrival", **times)))["a0"] == (11, "left_without_being_seen")
    assert ends(run(layout.format(first=7, since="joining", **times)))["a0"] == (18, "left_without_being_seen")
    # Already over when it joins: gone in that tick, unless it can start in it.
    assert ends(run(layout.format(first=20, since="arrival", **times)))["a0"] == (21, "left_without_being_seen")
    assert ends(run(layout.format(first=59, since="arrival", **times)))["a0"] == (65, "home")


def test_patience_ends_at_the_first_grant():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: {pathway("{do: see, by: d, takes: 30 min, patience: 10 min}")}}}
    """)
    assert ends(log) == {"a0": (30, "home")}


def test_one_patience_for_all_alternatives():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}, e: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 0, 1)}}}}}
        pathways: {{p: {pathway("{do: see, by: {first_of: [d, e]}, takes: 30 min, patience: 10 min}")}}}
    """)
    assert rows(log, "wait") == [("a2", "wait", 1, 11, 11, "gave_up")]


PREEMPTED = """
    attributes: {{acuity: [1, 2]}}
    staff: {{d: {{on_duty: 1, order: [acuity]}}}}
    sources:
      a: {{pathway: p, trace: {a}, sets: {{acuity: 2}}}}
      b: {{pathway: q, trace: {b}, sets: {{acuity: 1}}}}
    pathways:
      p: [{{do: see, by: d, takes: 30 min, patience: 10 min, patience_renewed: {renewed}}}, {{leave: o1, as: home}}]
      q: [{{do: urgent, by: d, takes: 60 min, preempt: resume}}, {{leave: o2, as: home}}]
"""


def test_preemption_does_not_restart_patience():
    log = run(PREEMPTED.format(a=at(0), b=at(5), renewed="false"))
    assert ends(log)["a0"] == (90, "home")


def test_renewed_patience_is_a_new_draw_at_each_return():
    log = run(PREEMPTED.format(a=at(0), b=at(5), renewed="true"))
    assert rows(log, "wait") == [("a0", "wait", 5, 15, 15, "gave_up")]
    assert ends(log)["a0"] == (15, "left_without_being_seen")


def test_without_a_patience_there_is_none_to_renew():
    endless = PREEMPTED.replace("patience: 10 min, ", "")
    log = run(endless.format(a=at(0), b=at(5, 6), renewed="true"))
    assert log.stays.equals(run(endless.format(a=at(0), b=at(5, 6), renewed="false")).stays)
    assert ends(log)["a0"] == (150, "home")


def test_who_gives_up_after_preemption_lets_go_of_the_rest_of_the_step():
    log = run(f"""
        attributes: {{acuity: [1, 2]}}
        staff: {{d: {{on_duty: 1, order: [acuity]}}, room: {{on_duty: 1}}}}
        sources:
          a: {{pathway: p, trace: {at(0)}, sets: {{acuity: 2}}}}
          b: {{pathway: q, trace: {at(5)}, sets: {{acuity: 1}}}}
          c: {{pathway: r, trace: {at(6)}}}
        pathways:
          p: [{{do: see, by: [d, room], takes: 30 min, patience: 10 min, patience_renewed: true,
                gives_up: [{{stay: ambulatory, takes: 300 min}}]}}, {{leave: o1, as: home}}]
          q: [{{do: urgent, by: d, takes: 60 min, preempt: resume}}, {{leave: o2, as: home}}]
          r: [{{do: scan, by: room, takes: 5 min}}, {{leave: o3, as: home}}]
    """)
    assert spans(log, "ambulatory") == {"a0": (15, 315)}
    assert rows(log, "see", resource="room") == [("a0", "see", 0, 0, 15, "done")]
    assert spans(log, "scan") == {"c0": (15, 20)}


def test_renewed_patience_is_drawn_afresh():
    layout = PREEMPTED.format(a=at(0), b=at(5), renewed="true").replace("patience: 10 min",
                                                                        "patience: exponential(mean 20 min)")
    first = PREEMPTED.format(a=at(1), b=at(0), renewed="true").replace("patience: 10 min",
                                                                       "patience: exponential(mean 20 min)")
    renewed, original = [], []
    for seed in range(8):
        renewed += [end - joined for _, _, joined, _, end, _ in rows(run(layout, seed=seed), "wait")]
        original += [end - joined for _, _, joined, _, end, _ in rows(run(first, seed=seed), "wait")]
    assert len(renewed) >= 5
    assert len(original) >= 5
    assert not set(renewed) & set(original)


def test_patience_is_drawn_once_a_visit_and_step_whatever_happens_before():
    # The second wait of the same visit draws its own patience; an earlier wait in another step does not change it.
    layout = """
        staff: {{d: {{on_duty: 0}}, e: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {a}}}}}
        pathways: {{p: [{before} {{do: see, by: d, takes: 5 min, patience: exponential(mean 10 min)}},
                        {{leave: out, as: home}}]}}
    """
    plain = rows(run(layout.format(a=at(0), before="")), "wait")
    later = rows(run(layout.format(a=at(0), before="{do: x, by: e, takes: 7 min, patience: exponential(mean 1 h)},")),
                 "wait")
    assert plain[0][4] - plain[0][2] == pytest.approx(later[0][4] - later[0][2], abs=1e-6)


def test_patience_by_class_and_none_for_some():
    log = run(f"""
        attributes: {{acuity: [1, 2]}}
        staff: {{d: {{on_duty: 0}}}}
        sources:
          a: {{pathway: p, trace: {at(0)}, sets: {{acuity: 1}}}}
          b: {{pathway: p, trace: {at(0)}, sets: {{acuity: 2}}}}
        pathways: {{p: {pathway("{do: see, by: d, takes: 5 min, patience: {by: acuity, of: {1: 100 d, 2: 20 min}}}")}}}
    """)
    assert rows(log, "wait") == [("b0", "wait", 0, 20, 20, "gave_up"), ("a0", "wait", 0, None, None, "open")]


def test_giving_up_while_boarding_keeps_the_place():
    log = run(f"""
        units: {{ed: {{places: 2}}, w: {{places: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 0)}}}}}
        pathways: {{p: {pathway("{move: to_ed, to: ed}",
                                "{move: to_w, to: w, patience: 10 min, gives_up: [{stay: ambulatory, takes: 7 min}]}",
                                "{stay: s, takes: 30 min}")}}}
    """)
    assert spans(log, "ambulatory") == {"a1": (10, 17)}
    assert rows(log, "stay", resource="ed") == [("a0", "stay", 0, 0, 0, "done"), ("a1", "stay", 0, 0, 47, "done")]
