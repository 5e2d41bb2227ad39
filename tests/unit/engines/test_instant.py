"""The order of one instant: ends, capacity, rules, arrivals and joins, serving, patience."""
from __future__ import annotations

import pytest

from hospital_twin.engines.flow import RunFailed
from hospital_twin.engines.simpy_engine import EndlessInstant
from hospital_twin.errors import BadInput
from tests.tiny import at, capacity, ends, pathway, rows, run, spans

pytestmark = pytest.mark.unit

SEE = "{do: see, by: d, takes: 10 min}"


def test_a_rule_sees_who_ended_in_this_tick_as_gone_and_acts_before_who_arrives_in_it():
    # At minute 10 one ends and one arrives. The rule sees nobody busy and closes first.
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 10)}}}}}
        rules: {{closing: {{when: busy(d) == 0, between: "00:10-00:20", until: hour == 1, then: [{{add: -1, to: d}}]}}}}
        pathways: {{p: {pathway(SEE)}}}
    """)
    assert capacity(log, "d") == [(0, 1, "start"), (10, 0, "rule"), (60, 1, "rule")]
    assert spans(log, "see") == {"a0": (0, 10), "a1": (60, 70)}


def test_what_is_released_in_a_tick_serves_who_arrives_in_it():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 10)}}}}}
        pathways: {{p: {pathway("{do: see, by: d, takes: 10 min, room: 0}")}}}
    """)
    assert spans(log, "see") == {"a0": (0, 10), "a1": (10, 20)}
    assert rows(log, "refused") == []


def test_one_tick_earlier_it_is_still_taken():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 9)}}}}}
        pathways: {{p: {pathway("{do: see, by: d, takes: 10 min, room: 0}")}}}
    """)
    assert ends(log)["a1"] == (9, "refused")


def test_capacity_rises_before_those_who_arrive_are_judged():
    log = run(f"""
        staff: {{d: {{on_duty: {{"01:00-24:00": 1}}}}}}
        sources: {{a: {{pathway: p, trace: {at(59, 60)}}}}}
        pathways: {{p: {pathway("{do: see, by: d, takes: 10 min, room: 0}")}}}
    """)
    assert ends(log) == {"a0": (59, "refused"), "a1": (70, "home")}


def test_a_rule_reads_what_releases_and_capacity_left_and_acts_before_those_who_join():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 10)}}}}}
        rules: {{closing: {{when: busy(d) == 0 and hour == 0 and capacity(d) == 1, until: hour == 1,
                            then: [{{add: -1, to: d}}]}}}}
        pathways: {{p: {pathway(SEE)}}}
    """)
    # At tick 0 the schedule has opened and nobody is busy yet when the rule looks: it closes before the first arrival.
    assert capacity(log, "d") == [(0, 0, "rule"), (60, 1, "rule")]
    assert spans(log, "see") == {"a0": (60, 70), "a1": (70, 80)}


def test_who_can_start_in_the_tick_in_which_patience_ends_starts():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 5)}}}}}
        pathways: {{p: {pathway("{do: see, by: d, takes: 10 min, patience: 5 min}")}}}
    """)
    assert spans(log, "see") == {"a0": (0, 10), "a1": (10, 20)}


def test_even_where_the_start_needs_several_rounds_of_that_tick():
    # At minute 10 the first lets go, takes no time over a second task, and only then frees what the other waits for.
    log = run(f"""
        staff: {{d: {{on_duty: 1}}, e: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}, b: {{pathway: q, trace: {at(5)}}}}}
        pathways:
          p: [{{seize: s, of: d}}, {{stay: x, takes: 10 min}}, {{do: y, by: e, takes: 0 min}},
              {{do: z, by: e, takes: 0 min}}, {{leave: p_out, as: home}}]
          q: [{{do: see, by: d, takes: 10 min, patience: 5 min}}, {{leave: q_out, as: home}}]
    """)
    assert spans(log, "see") == {"b0": (10, 20)}


def test_one_tick_later_patience_has_ended():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 5)}}}}}
        pathways: {{p: {pathway("{do: see, by: d, takes: {by: source, of: {a: 600.000001 s}}, patience: 5 min}")}}}
    """)
    assert ends(log)["a1"] == (10, "left_without_being_seen")


def test_a_new_elective_never_passes_one_who_waits():
    # Both are judged in the order of the line: at minute 10 the waiting one takes the bed, then the elective is judged.
    log = run(f"""
        units: {{w: {{places: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 5)}}}, e: {{pathway: elective, trace: {at(10)}}}}}
        pathways:
          p: [{{move: to_w, to: w}}, {{stay: s, takes: 10 min}}, {{leave: p_out, as: home}}]
          elective:
            - branch: bed_free
              options:
                - {{when: free(w) > 0, then: [{{move: to_w2, to: w}}, {{stay: s2, takes: 10 min}},
                                              {{leave: e_home, as: home}}]}}
                - {{then: [{{leave: e_out, as: cancelled}}]}}
    """)
    assert ends(log) == {"a0": (10, "home"), "e0": (10, "cancelled"), "a1": (20, "home")}


def test_a_branch_that_reads_a_count_stands_in_the_order_of_the_line_it_reads():
    # The urgent elective comes first in the order of the line: it is judged before the waiting one takes the bed.
    log = run(f"""
        attributes: {{urgency: [0, 1]}}
        units: {{w: {{places: 1, order: [urgency]}}}}
        sources:
          a: {{pathway: p, trace: {at(0, 5)}, sets: {{urgency: 1}}}}
          e: {{pathway: elective, trace: {at(10)}, sets: {{urgency: 0}}}}
        pathways:
          p: [{{move: to_w, to: w}}, {{stay: s, takes: 10 min}}, {{leave: p_out, as: home}}]
          elective: [{{leave: e_out, as: found_a_bed, if: free(w) > 0}}, {{leave: e_out2, as: cancelled}}]
    """)
    assert ends(log)["e0"] == (10, "found_a_bed")


def test_present_is_judged_with_the_counts_whatever_woke_first():
    # At minute 30 one visit leaves the unit and another counts who is there. Ends come before judging, in any order.
    for counter_first in (True, False):
        early, late = ("c", "a") if counter_first else ("a", "c")
        log = run(f"""
            units: {{w: {{places: 5}}}}
            sources:
              {early}: {{pathway: {"count" if counter_first else "stay_there"}, trace: {at(0)}}}
              {late}: {{pathway: {"stay_there" if counter_first else "count"}, trace: {at(10)}}}
            pathways:
              stay_there: [{{move: m, to: w}}, {{stay: x, takes: {20 if counter_first else 30} min}},
                           {{leave: out, as: home}}]
              count: [{{stay: y, takes: {30 if counter_first else 20} min}},
                      {{leave: l1, as: somebody, if: present(w) > 0}}, {{leave: l2, as: nobody}}]
        """)
        assert ends(log)["c0"] == (30, "nobody")


def test_all_ends_of_a_tick_come_before_its_arrivals_are_served_in_order():
    # Two doctors come free at minute 10, three ask then; the two that come first in the order start.
    log = run(f"""
        attributes: {{urgency: [0, 1, 2]}}
        staff: {{d: {{on_duty: 2, order: [urgency]}}}}
        sources:
          a: {{pathway: p, trace: {at(0, 0)}, sets: {{urgency: 1}}}}
          b: {{pathway: p, trace: {at(10)}, sets: {{urgency: 2}}}}
          c: {{pathway: p, trace: {at(10)}, sets: {{urgency: 1}}}}
          e: {{pathway: p, trace: {at(10)}, sets: {{urgency: 0}}}}
        pathways: {{p: {pathway(SEE)}}}
    """)
    assert {visit: start for visit, (start, _) in spans(log, "see").items()} == {
        "a0": 0, "a1": 0, "e0": 10, "c0": 10, "b0": 20}


def test_a_releaser_who_asks_again_at_once_competes_like_everyone():
    log = run(f"""
        attributes: {{urgency: [0, 1]}}
        staff: {{d: {{on_duty: 1, order: [urgency]}}}}
        sources:
          a: {{pathway: p, trace: {at(0)}, sets: {{urgency: 1}}}}
          b: {{pathway: p, trace: {at(5)}, sets: {{urgency: 0}}}}
        pathways: {{p: [{{do: first, by: d, takes: 10 min}}, {{do: second, by: d, takes: 10 min}},
                        {{leave: out, as: home}}]}}
    """)
    assert spans(log, "first") == {"a0": (0, 10), "b0": (10, 20)}
    assert spans(log, "second") == {"b0": (20, 30), "a0": (30, 40)}


def test_what_takes_no_time_goes_on_in_the_same_tick():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(7)}}}}}
        pathways: {{p: [{{do: one, by: d, takes: 0 min}}, {{do: two, by: d, takes: 0 min}}, {{stay: three, takes: 0 s}},
                        {{leave: out, as: home}}]}}
    """)
    assert ends(log) == {"a0": (7, "home")}


def test_the_thousandth_round_of_an_instant_names_layout_pathway_and_step():
    with pytest.raises(EndlessInstant) as wrong:
        run(f"""
            staff: {{d: {{on_duty: 1}}}}
            sources: {{a: {{pathway: p, trace: {at(3)}}}}}
            pathways: {{p: [{{do: spin, by: d, takes: 0 min}}, {{repeat: again, from: spin, chance: 1}},
                            {{leave: out, as: home}}]}}
        """)
    assert wrong.value.where == "tiny: pathways.p.0 (do: spin)"
    assert "1,000 rounds" in wrong.value.problem
    assert isinstance(wrong.value, BadInput)


def test_a_pathway_that_goes_round_without_any_wait_is_given_up():
    with pytest.raises(RunFailed, match=r"operations in no time") as wrong:
        run(f"""
            attributes: {{k: [1, 2]}}
            sources: {{a: {{pathway: p, trace: {at(3)}}}}}
            pathways: {{p: [{{assign: spin, set: {{k: 1}}}}, {{repeat: again, from: spin, if: k == 1}},
                            {{leave: out, as: home}}]}}
        """)
    assert wrong.value.where.startswith("tiny: pathways.p.")


def test_patients_who_return_without_end_at_one_instant_are_given_up():
    with pytest.raises(EndlessInstant, match=r"tiny: pathways.p.0 \(return: r\): "):
        run(f"""
            sources: {{a: {{pathway: p, trace: {at(3)}}}}}
            pathways: {{p: [{{return: r, after: 0 min, to: p}}, {{leave: out, as: home}}]}}
        """)
