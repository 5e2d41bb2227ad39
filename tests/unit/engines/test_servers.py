"""Named servers, caseloads and attention, and how fast each one is."""
from __future__ import annotations

import pytest

from tests.tiny import at, pathway, rows, run, spans, who

pytestmark = pytest.mark.unit


def served_by(log, activity: str) -> dict[str, int]:
    found = log.stays[(log.stays["activity"] == activity) & log.stays["space"].notna()]
    return {who(visit): int(space) for visit, space in zip(found["visit"], found["space"], strict=True)}


def test_the_longest_idle_is_granted_then_the_lowest_number():
    # 1 ends at 10, 2 at 5: at 20 server 3 was never busy, then 2, then 1.
    log = run(f"""
        staff: {{d: {{on_duty: 3, named: true}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 0, 20, 21, 22)}}}}}
        pathways: {{p: {pathway("{do: see, by: d, takes: {by: hour, of: {0: 10 min}, otherwise: 1 h}}")}}}
    """)
    assert served_by(log, "see") == {"a0": 1, "a1": 2, "a2": 3, "a3": 1, "a4": 2}


def test_of_two_idle_ones_who_was_free_first():
    log = run(f"""
        staff: {{d: {{on_duty: 2, named: true}}}}
        sources: {{a: {{pathway: long, trace: {at(0)}}}, b: {{pathway: p, trace: {at(1, 20)}}}}}
        pathways:
          long: [{{do: see_long, by: d, takes: 15 min}}, {{leave: o1, as: home}}]
          p: [{{do: see, by: d, takes: 5 min}}, {{leave: o2, as: home}}]
    """)
    assert served_by(log, "see") == {"b0": 2, "b1": 2}  # 2 is free since 6, 1 since 15


def test_the_same_person_is_waited_for_while_on_duty():
    log = run(f"""
        staff: {{d: {{on_duty: 2, named: true}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}, b: {{pathway: q, trace: {at(11)}}}}}
        pathways:
          p: [{{do: first, by: d, takes: 10 min}}, {{stay: rest, takes: 10 min}},
              {{do: again, by: d, takes: 5 min, same_as: first}}, {{leave: o1, as: home}}]
          q: [{{do: see, by: {{first_of: [d]}}, takes: 30 min}}, {{leave: o2, as: home}}]
    """)
    # b takes server 2 (never busy), so a's server 1 is free at 20.
    assert served_by(log, "first") == served_by(log, "again") == {"a0": 1}
    assert spans(log, "again") == {"a0": (20, 25)}


def test_though_another_one_is_free():
    log = run(f"""
        staff: {{d: {{on_duty: 2, named: true}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}, b: {{pathway: q, trace: {at(2, 11)}}}}}
        pathways:
          p: [{{do: first, by: d, takes: 10 min}}, {{stay: rest, takes: 10 min}},
              {{do: again, by: d, takes: 5 min, same_as: first}}, {{leave: o1, as: home}}]
          q: [{{do: see, by: d, takes: 10 min}}, {{leave: o2, as: home}}]
    """)
    # b0 has 2 until 12, b1 has 1 from 11 to 21: at 20 only 2 is free, and a waits for 1.
    assert served_by(log, "see") == {"b0": 2, "b1": 1}
    assert rows(log, "again") == [("a0", "again", 20, 21, 26, "done")]


def test_until_that_persons_shift_ends_then_anyone():
    log = run(f"""
        staff: {{d: {{on_duty: {{"00:00-00:30": 2, "00:30-24:00": 1}}, named: true}}}}
        sources: {{z: {{pathway: q, trace: {at(0)}}}, a: {{pathway: p, trace: {at(1)}}}}}
        pathways:
          p: [{{do: first, by: d, takes: 10 min}}, {{stay: rest, takes: 30 min}},
              {{do: again, by: d, takes: 5 min, same_as: first}}, {{leave: o1, as: home}}]
          q: [{{do: see, by: d, takes: 5 min}}, {{leave: o2, as: home}}]
    """)
    assert served_by(log, "first") == {"a0": 2}
    assert served_by(log, "again") == {"a0": 1}
    assert spans(log, "again") == {"a0": (41, 46)}


def test_a_visit_that_waits_for_a_person_is_served_by_anyone_from_the_tick_of_the_shifts_end():
    log = run(f"""
        staff: {{d: {{on_duty: {{"00:00-00:30": 2, "00:30-24:00": 1}}, named: true}}}}
        sources: {{z: {{pathway: q, trace: {at(0)}}}, a: {{pathway: p, trace: {at(1)}}},
                    b: {{pathway: r, trace: {at(12)}}}}}
        pathways:
          p: [{{do: first, by: d, takes: 10 min}}, {{stay: rest, takes: 9 min}},
              {{do: again, by: d, takes: 5 min, same_as: first}}, {{leave: o1, as: home}}]
          q: [{{do: see, by: d, takes: 5 min}}, {{leave: o2, as: home}}]
          r: [{{do: see_1, by: d, takes: 1 min}}, {{do: long, by: d, takes: 18 min}}, {{leave: o3, as: home}}]
    """)
    # b has server 1 from 12 to 13, then 2 from 13 to 31 (idle longest: since 11). a waits for 2 from 20; at 30 number 2
    # goes off duty, but b is still in hand: nobody starts while as many are busy as are on duty. At 31 b is done.
    assert served_by(log, "long") == {"b0": 2}
    assert rows(log, "again") == [("a0", "again", 20, 31, 36, "done")]
    assert served_by(log, "again") == {"a0": 1}


def test_doctors_differ_in_pace_in_turn():
    log = run(f"""
        staff: {{d: {{on_duty: 3, named: true, pace: [1, 1.5]}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 0, 0)}}}}}
        pathways: {{p: {pathway("{do: see, by: d, takes: 10 min}")}}}
    """)
    assert spans(log, "see") == {"a0": (0, 10), "a1": (0, 15), "a2": (0, 10)}


def test_a_caseload_is_a_resource_and_attention_is_the_clinician():
    # Two slots, one doctor: a third patient is not begun until a case is closed, though the doctor is idle.
    log = run(f"""
        equipment: {{cases: {{number: 2, role: slot}}}}
        staff: {{d: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 0, 0)}}}}}
        pathways:
          p: [{{seize: take_on, of: cases}}, {{do: see, by: d, takes: 5 min}}, {{stay: results, takes: 30 min}},
              {{do: decide, by: d, takes: 5 min}}, {{release: hand_off, of: cases}}, {{leave: out, as: home}}]
    """)
    assert spans(log, "see") == {"a0": (0, 5), "a1": (5, 10), "a2": (45, 50)}
    assert spans(log, "take_on") == {"a0": (0, 40), "a1": (0, 45), "a2": (40, 85)}


def test_a_release_by_the_name_of_the_step_and_a_turnover_after_it():
    log = run(f"""
        equipment: {{theatre: {{number: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1)}}}}}
        pathways:
          p: [{{seize: enter, of: theatre}}, {{stay: operation, takes: 60 min}},
              {{release: out_of_it, of: enter, after: 20 min}}, {{stay: recovery, takes: 5 min}},
                          {{leave: out, as: home}}]
    """)
    assert spans(log, "enter") == {"a0": (0, 60), "a1": (80, 140)}
    assert spans(log, "recovery")["a0"] == (60, 65)
    assert rows(log, "cleaning")[0] == ("a0", "cleaning", 60, 60, 80, "done")
