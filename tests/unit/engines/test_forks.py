"""Side by side: forks, joins, cancelling, and what belongs to a branch."""
from __future__ import annotations

import pytest

from tests.tiny import at, ends, pathway, rows, run, spans

pytestmark = pytest.mark.unit


def test_all_branches_run_at_once_and_the_longest_decides():
    log = run(f"""
        equipment: {{lab: {{number: 1}}, ct: {{number: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 0)}}}}}
        pathways:
          p:
            - {{together: tests, branches: [[{{do: blood, by: lab, takes: 10 min}}],
                        [{{do: scan, by: ct, takes: 25 min}}]]}}
            - {{stay: result, takes: 1 min}}
            - {{leave: out, as: home}}
    """)
    assert spans(log, "blood") == {"a0": (0, 10), "a1": (10, 20)}
    assert spans(log, "scan") == {"a0": (0, 25), "a1": (25, 50)}
    assert spans(log, "result") == {"a0": (25, 26), "a1": (50, 51)}


def test_the_first_ends_the_others_and_what_they_hold_is_let_go():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}, e: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}, b: {{pathway: q, trace: {at(1)}}}}}
        pathways:
          p:
            - together: race
              join: first
              branches: [[{{do: quick, by: d, takes: 10 min}}], [{{do: slow, by: e, takes: 60 min}}]]
            - {{stay: after, takes: 1 min}}
            - {{leave: o1, as: home}}
          q: [{{do: next, by: e, takes: 5 min}}, {{leave: o2, as: home}}]
    """)
    assert rows(log, "slow") == [("a0", "slow", 0, 0, 10, "withdrawn")]
    assert spans(log, "next") == {"b0": (10, 15)}
    assert ends(log)["a0"] == (11, "home")


def test_a_branch_that_still_waits_is_withdrawn():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}, e: {{on_duty: 0}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways:
          p:
            - together: race
              join: first
              branches: [[{{do: quick, by: d, takes: 10 min}}], [{{do: slow, by: e, takes: 60 min}}]]
            - {{leave: o1, as: home}}
    """)
    assert rows(log, "wait") == [("a0", "wait", 0, 10, 10, "withdrawn")]


def test_of_branches_that_end_together_the_first_written_wins_and_both_have_ended():
    log = run(f"""
        staff: {{d: {{on_duty: 2}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways:
          p:
            - together: race
              join: first
              branches: [[{{do: one, by: d, takes: 10 min}}], [{{do: two, by: d, takes: 10 min}}]]
            - {{leave: o1, as: home}}
    """)
    assert {r[5] for r in rows(log, "one", "two")} == {"done"}
    assert ends(log) == {"a0": (10, "home")}


def test_leaving_in_a_branch_ends_the_visit():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}, e: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}, b: {{pathway: q, trace: {at(1)}}}}}
        pathways:
          p:
            - together: both
              branches:
                - [{{do: task, by: d, takes: 60 min}}]
                - [{{stay: s, takes: 10 min}}, {{leave: early, as: died}}]
            - {{leave: o1, as: home}}
          q: [{{do: next, by: d, takes: 5 min}}, {{leave: o2, as: home}}]
    """)
    assert ends(log) == {"a0": (10, "died"), "b0": (15, "home")}
    assert rows(log, "task") == [("a0", "task", 0, 0, 10, "withdrawn")]


@pytest.mark.parametrize("order", [0, 1])
def test_leaving_in_the_tick_in_which_another_branch_ends(order: int):
    branches = ["[{stay: s, takes: 10 min}]", "[{stay: t, takes: 10 min}, {leave: early, as: died}]"][::1 - 2 * order]
    log = run(f"""
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: [{{together: both, branches: [{', '.join(branches)}]}}, {{leave: o1, as: home}}]}}
    """)
    assert ends(log) == {"a0": (10, "died")}


def test_places_belong_to_the_visit_and_tasks_to_the_branch():
    # The branch moves house; the place stays when the branch is over, and the other branch's doctor is not let go.
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        units: {{x: {{places: 1}}, y: {{places: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways:
          p:
            - {{move: m, to: x}}
            - together: both
              branches:
                - [{{do: task, by: d, takes: 20 min}}]
                - [{{stay: s, takes: 5 min}}, {{move: m2, to: y}}]
            - {{stay: rest, takes: 10 min}}
            - {{leave: o1, as: home}}
    """)
    assert rows(log, "stay", resource="x") == [("a0", "stay", 0, 0, 5, "done")]
    assert rows(log, "stay", resource="y") == [("a0", "stay", 5, 5, 30, "done")]
    assert rows(log, "task") == [("a0", "task", 0, 0, 20, "done")]


def test_forks_inside_forks():
    log = run(f"""
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways:
          p:
            - together: outer
              branches:
                - [{{stay: s1, takes: 5 min}}]
                - - together: inner
                    join: first
                    branches: [[{{stay: s2, takes: 7 min}}], [{{stay: s3, takes: 30 min}}]]
                  - {{stay: s4, takes: 2 min}}
            - {{leave: o1, as: home}}
    """)
    assert ends(log) == {"a0": (9, "home")}
    assert spans(log, "s4") == {"a0": (7, 9)}


def test_a_fork_in_a_loop_runs_again():
    log = run(f"""
        attributes: {{n: [0, 1, 2]}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways:
          p:
            - {{together: both, branches: [[{{stay: s1, takes: 5 min}}], [{{stay: s2, takes: 7 min}}]]}}
            - {{assign: count, set: {{n: n + 1}}}}
            - {{repeat: again, from: both, if: n < 2}}
            - {{leave: o1, as: home}}
    """)
    assert [r[3:5] for r in rows(log, "s2")] == [(0, 7), (7, 14)]
    assert ends(log) == {"a0": (14, "home")}


def test_going_back_while_a_condition_or_a_chance_holds():
    log = run(f"""
        attributes: {{n: [0, 1, 2, 3]}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: {pathway("{stay: s, takes: 5 min}", "{assign: count, set: {n: n + 1}}",
                                "{repeat: again, from: s, if: n < 3}")}}}
    """)
    assert [r[3:5] for r in rows(log, "s")] == [(0, 5), (5, 10), (10, 15)]
    chance = run(f"""
        sources: {{a: {{pathway: p, trace: {at(*range(1000))}}}}}
        pathways: {{p: {pathway("{stay: s, takes: exponential(mean 1 min)}", "{repeat: again, from: s, chance: 0.6}")}}}
    """)
    # Rounds are geometric with mean 1 / 0.4 = 2.5 and sd sqrt(0.6) / 0.4 = 1.94: within 4 standard errors.
    rounds = len(rows(chance, "s")) / 1000
    assert abs(rounds - 2.5) < 4 * 1.94 / 1000 ** 0.5
    durations = [round(e - s, 5) for _, _, _, s, e, _ in rows(chance, "s")]
    assert len(set(durations)) > 0.99 * len(durations)  # each round draws anew


def test_chances_and_guards_skip_a_step():
    log = run(f"""
        attributes: {{k: [1, 2]}}
        sources: {{a: {{pathway: p, trace: {at(*[i / 2 for i in range(1000)])},
                    sets: {{k: {{draw: {{1: 0.3, 2: 0.7}}}}}}}}}}
        pathways: {{p: {pathway("{stay: s, takes: 5 min, if: k == 1}", "{stay: t, takes: 5 min, chance: 0.25}")}}}
    """)
    assert abs(len(rows(log, "s")) - 300) < 4 * (1000 * 0.3 * 0.7) ** 0.5
    assert abs(len(rows(log, "t")) - 250) < 4 * (1000 * 0.25 * 0.75) ** 0.5
    assert set(log.stays.loc[log.stays["activity"] == "s", "k"]) == {1}


def test_options_by_chance_are_one_draw_and_the_rest_goes_past():
    log = run(f"""
        sources: {{a: {{pathway: p, trace: {at(*[i / 2 for i in range(1000)])}}}}}
        pathways: {{p: [{{branch: b, options: [{{chance: 0.5, then: [{{leave: l1, as: home}}]}},
                                               {{chance: 0.3, then: [{{leave: l2, as: ward}}]}}]}},
                        {{leave: l3, as: died}}]}}
    """)
    counts = log.stays.loc[log.stays["activity"] == "leave", "end_reason"].value_counts()
    for how, share in (("home", 0.5), ("ward", 0.3), ("died", 0.2)):
        assert abs(counts[how] - 1000 * share) < 4 * (1000 * share * (1 - share)) ** 0.5


def test_options_by_condition_take_the_first_that_holds():
    log = run(f"""
        attributes: {{k: [1, 2, 3]}}
        sources:
          a: {{pathway: p, trace: {at(0)}, sets: {{k: 1}}}}
          b: {{pathway: p, trace: {at(0)}, sets: {{k: 2}}}}
          c: {{pathway: p, trace: {at(0)}, sets: {{k: 3}}}}
        pathways: {{p: [{{branch: q, options: [{{when: k <= 1, then: [{{leave: l1, as: one}}]}},
                                               {{when: k <= 2, then: [{{leave: l2, as: two}}]}},
                                               {{then: [{{leave: l3, as: three}}]}}]}}]}}
    """)
    assert {who: how for who, (_, how) in ends(log).items()} == {"a0": "one", "b0": "two", "c0": "three"}


def test_branches_that_wake_together_go_on_in_their_own_order_not_in_that_of_waking():
    """The second branch fell asleep first, so its alarm rings first: it still has the last word."""
    log = run(f"""
        attributes: {{last: [none, first_branch, second_branch]}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways:
          p:
            - together: both
              branches:
                - [{{stay: half, takes: 15 min}}, {{stay: other_half, takes: 15 min}},
                   {{assign: one, set: {{last: first_branch}}}}]
                - [{{stay: whole, takes: 30 min}}, {{assign: two, set: {{last: second_branch}}}}]
            - {{leave: out, as: home}}
    """)
    left = log.stays[log.stays["activity"] == "leave"]
    assert list(left["last"].astype(str)) == ["second_branch"]
