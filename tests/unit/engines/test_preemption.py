"""Pre-emption and handing over: who loses what, and how they go on."""
from __future__ import annotations

import pytest

from hospital_twin.engines.simpy_engine import pause, simulate
from hospital_twin.engines.snapshot import Snapshot
from tests.tiny import MINUTE, at, ends, named, program_of, rows, run, spans

pytestmark = pytest.mark.unit

LAYOUT = """
    attributes: {{acuity: [1, 2, 3]}}
    staff: {{d: {{on_duty: {doctors}, order: [acuity]}}}}
    sources: {sources}
    pathways:
      p: [{{do: see, by: d, takes: {takes}}}, {{leave: o1, as: home}}]
      urgent: [{{do: rescue, by: d, takes: 10 min, preempt: {how}}}, {{leave: o2, as: home}}]
"""


def preempted(sources: str, how: str = "resume", takes: str = "30 min", doctors: int = 1):
    return run(LAYOUT.format(sources=sources, how=how, takes=takes, doctors=doctors))


def of(source: str, minute: float, acuity: int, pathway: str = "p") -> str:
    return f"{source}: {{pathway: {pathway}, trace: {at(minute)}, sets: {{acuity: {acuity}}}}}"


def braces(*sources: str) -> str:
    return "{" + ", ".join(sources) + "}"


def test_resume_goes_on_with_what_is_left_and_each_stint_is_a_row():
    log = preempted(braces(of("a", 0, 2), of("u", 12, 1, "urgent")))
    assert rows(log, "see") == [("a0", "see", 0, 0, 12, "preempted"), ("a0", "see", 12, 22, 40, "done")]
    assert spans(log, "rescue") == {"u0": (12, 22)}


def test_restart_begins_again_with_a_new_draw():
    log = preempted(braces(of("a", 0, 2), of("u", 12, 1, "urgent")), how="restart")
    assert rows(log, "see") == [("a0", "see", 0, 0, 12, "preempted"), ("a0", "see", 12, 22, 52, "done")]
    drawn = preempted(braces(of("a", 0, 2), of("u", 1, 1, "urgent")), how="restart", takes="'uniform(100, 200 min)'")
    undisturbed = preempted(braces(of("a", 0, 2)), takes="'uniform(100, 200 min)'")
    again = rows(drawn, "see")[1]
    assert again[4] - again[3] != rows(undisturbed, "see")[0][4]
    assert 100 <= again[4] - again[3] <= 200


def test_resume_works_the_time_that_was_drawn_in_all():
    undisturbed = preempted(braces(of("a", 0, 2)), takes="'uniform(100, 200 min)'")
    log = preempted(braces(of("a", 0, 2), of("u", 1, 1, "urgent"), of("v", 30, 1, "urgent")),
                    takes="'uniform(100, 200 min)'")
    worked = sum(end - start for _, _, _, start, end, _ in rows(log, "see"))
    assert worked == pytest.approx(rows(undisturbed, "see")[0][4], abs=1e-5)
    assert len(rows(log, "see")) == 3


def test_nobody_of_the_same_or_a_higher_order_is_displaced():
    log = preempted(braces(of("a", 0, 1), of("u", 12, 1, "urgent")))
    assert rows(log, "see") == [("a0", "see", 0, 0, 30, "done")]
    assert spans(log, "rescue") == {"u0": (30, 40)}


def test_the_victim_is_the_lowest_in_order():
    log = preempted(braces(of("a", 0, 3), of("b", 1, 2), of("u", 12, 1, "urgent")), doctors=2)
    assert named(r for r in rows(log, "see") if r[5] == "preempted") == ["a0"]


def test_of_equals_the_one_who_started_last():
    log = preempted(braces(of("a", 0, 2), of("b", 1, 2), of("u", 12, 1, "urgent")), doctors=2)
    assert named(r for r in rows(log, "see") if r[5] == "preempted") == ["b0"]


def test_of_those_who_started_together_the_highest_visit():
    log = preempted(braces(of("a", 0, 2), of("b", 0, 2), of("u", 12, 1, "urgent")), doctors=2)
    seen = log.stays[log.stays["activity"] == "see"]
    assert seen.loc[seen["end_reason"] == "preempted", "visit"].tolist() == [seen["visit"].max()]


def test_the_victim_rejoins_with_its_first_tick_of_joining():
    # b waits since 5, a joined at 0: a goes on before b though it was sent back at 12.
    log = preempted(braces(of("a", 0, 2), of("b", 5, 2), of("u", 12, 1, "urgent")))
    assert rows(log, "see") == [("a0", "see", 0, 0, 12, "preempted"), ("a0", "see", 12, 22, 40, "done"),
                                ("b0", "see", 5, 40, 70, "done")]


def test_one_resource_is_taken_and_all_else_stays_held():
    log = run(f"""
        attributes: {{acuity: [1, 2]}}
        staff: {{d: {{on_duty: 1, order: [acuity]}}, n: {{on_duty: 1}}}}
        sources: {braces(of("a", 0, 2), of("u", 10, 1, "urgent"), f"b: {{pathway: q, trace: {at(11)}}}")}
        pathways:
          p: [{{do: see, by: [d, n], takes: 30 min}}, {{leave: o1, as: home}}]
          urgent: [{{do: rescue, by: d, takes: 10 min, preempt: resume}}, {{leave: o2, as: home}}]
          q: [{{do: nurse_task, by: n, takes: 1 min}}, {{leave: o3, as: home}}]
    """)
    assert rows(log, "see", resource="n") == [("a0", "see", 0, 0, 40, "done")]
    assert rows(log, "see", resource="d") == [("a0", "see", 0, 0, 10, "preempted"), ("a0", "see", 10, 20, 40, "done")]
    assert spans(log, "nurse_task") == {"b0": (40, 41)}


def test_several_are_displaced_where_several_are_needed_and_none_where_they_would_not_do():
    layout = """
        attributes: {{acuity: [1, 2]}}
        staff: {{d: {{on_duty: 2, order: [acuity]}}}}
        sources: {sources}
        pathways:
          p: [{{do: see, by: d, takes: 30 min}}, {{leave: o1, as: home}}]
          urgent: [{{do: rescue, by: {{d: 2}}, takes: 10 min, preempt: resume}}, {{leave: o2, as: home}}]
    """
    log = run(layout.format(sources=braces(of("a", 0, 2), of("b", 1, 2), of("u", 10, 1, "urgent"))))
    assert spans(log, "rescue") == {"u0": (10, 20)}
    assert ends(log) == {"u0": (20, "home"), "a0": (40, "home"), "b0": (41, "home")}
    log = run(layout.format(sources=braces(of("a", 0, 1), of("b", 1, 2), of("u", 10, 1, "urgent"))))
    # At 10 one of the two would do no good; at 30 a is done, and b alone makes room.
    assert [r for r in rows(log, "see") if r[5] == "preempted"] == [("b0", "see", 1, 1, 30, "preempted")]
    assert spans(log, "rescue") == {"u0": (30, 40)}


def test_a_displaced_visit_that_waits_for_a_time_of_day_goes_on_waiting_for_it():
    log = run(f"""
        attributes: {{acuity: [1, 2]}}
        staff: {{d: {{on_duty: 1, order: [acuity]}}}}
        sources: {braces(of("a", 0, 2), of("u", 10, 1, "urgent"))}
        pathways:
          p: [{{seize: s, of: d}}, {{wait: w, until: {{at: ["01:00"]}}}}, {{stay: z, takes: 20 min}},
              {{leave: o1, as: home}}]
          urgent: [{{do: rescue, by: d, takes: 10 min, preempt: resume}}, {{leave: o2, as: home}}]
    """)
    assert spans(log, "z") == {"a0": (60, 80)}


HAND_OVER = """
    attributes: {{acuity: [1, 2, 3]}}
    staff: {{d: {{on_duty: {{"00:00-00:20": {before}, "00:20-00:40": {between}, "00:40-24:00": {after}}},
                order: [acuity], at_fall: {at_fall}, named: {named}}}}}
    sources: {sources}
    pathways: {{p: [{{do: see, by: d, takes: 30 min}}, {{leave: o1, as: home}}]}}
"""


def shift(at_fall: str, sources: str, before: int = 1, between: int = 0, after: int = 1, named: str = "false"):
    return run(HAND_OVER.format(at_fall=at_fall, sources=sources, before=before, between=between, after=after,
                                named=named))


def test_at_the_end_of_a_shift_the_patient_in_hand_is_finished():
    log = shift("finish", braces(of("a", 0, 2), of("b", 1, 2)))
    assert rows(log, "see") == [("a0", "see", 0, 0, 30, "done"), ("b0", "see", 1, 40, 70, "done")]


def test_or_handed_over_with_what_is_left_of_the_task():
    log = shift("hand_over", braces(of("a", 0, 2), of("b", 1, 1)))
    # b is more urgent and waits: at 40 it comes first, then a does its remaining 10 minutes.
    assert rows(log, "see") == [("a0", "see", 0, 0, 20, "handed_over"), ("b0", "see", 1, 40, 70, "done"),
                                ("a0", "see", 20, 70, 80, "done")]


def test_only_the_excess_is_handed_over_the_lowest_in_order_first():
    log = shift("hand_over", braces(of("a", 0, 3), of("b", 1, 2), of("c", 2, 2)), before=3, between=1, after=3)
    assert named(r for r in rows(log, "see") if r[5] == "handed_over") == ["a0", "c0"]
    assert ends(log)["b0"] == (31, "home")


def test_a_rise_starts_as_many_as_fit_at_once():
    log = shift("finish", braces(of("a", 0, 2), of("b", 0, 2), of("c", 0, 2)), before=0, between=0, after=2)
    assert sorted(r[3] for r in rows(log, "see")) == [40, 40, 70]


def test_nobody_starts_while_as_many_are_busy_as_are_on_duty():
    # Two finish their patients from before; one is on duty from minute 20. Only when both are done may another start.
    log = shift("finish", braces(of("a", 0, 2), of("b", 5, 2), of("c", 6, 2)), before=2, between=1, after=1)
    assert rows(log, "see")[2] == ("c0", "see", 6, 35, 65, "done")


def test_those_who_go_off_duty_hand_over_first():
    # Server 1 sees the lowest in order, but it is server 2 who goes.
    log = shift("hand_over", braces(of("a", 0, 3), of("b", 1, 1)), before=2, between=1, after=2, named="true")
    assert named(r for r in rows(log, "see") if r[5] == "handed_over") == ["b0"]


PAIR = """
    attributes: {{acuity: [0, 1, 2]}}
    staff: {{doc: {{on_duty: {doctors}, order: [acuity], at_fall: hand_over}},
             nurse: {{on_duty: 1, order: [acuity]}}}}
    sources: {sources}
    pathways:
      p: [{first}{{do: see, by: {by}, takes: 60 min, preempt: resume{patience}}}, {{leave: out, as: home}}]
"""


def pair(*sources: str, by: str = "[doc, nurse]", first: str = "", patience: str = "", doctors: str = "1"):
    return run(PAIR.format(sources=braces(*sources), by=by, first=first, patience=patience, doctors=doctors))


def test_a_step_that_loses_both_of_its_resources_waits_once_for_both():
    log = pair(of("a", 0, 1), of("u", 10, 0))
    assert rows(log, "see", resource="doc") == [
        ("a0", "see", 0, 0, 10, "preempted"), ("u0", "see", 10, 10, 70, "done"), ("a0", "see", 10, 70, 120, "done")]
    assert rows(log, "see", resource="nurse") == rows(log, "see", resource="doc")
    assert ends(log) == {"u0": (70, "home"), "a0": (120, "home")}


def test_what_one_step_loses_may_have_been_seized_by_two():
    log = pair(of("a", 0, 1), of("u", 10, 0), by="nurse", first="{seize: keep, of: doc}, ")
    assert ends(log)["a0"] == (60, "home")  # a seize alone does not displace anybody
    both = pair(of("a", 0, 1), of("u", 10, 0), first="{seize: keep, of: nurse, if: acuity == 1}, ",
                by="{by: acuity, of: {0: [doc, nurse], 1: [doc], 2: [doc]}}")
    assert ends(both) == {"u0": (70, "home"), "a0": (120, "home")}


def test_who_gives_up_after_losing_both_holds_neither():
    log = pair(of("a", 0, 1), of("u", 10, 0), of("v", 20, 2), patience=", patience: 30 min, patience_renewed: true")
    assert ends(log)["a0"] == (40, "left_without_being_seen")
    assert ends(log)["u0"] == (70, "home")


def test_a_snapshot_keeps_all_that_a_step_has_lost(tmp_path):
    program = program_of(PAIR.format(sources=braces(of("a", 0, 1), of("u", 10, 0)), by="[doc, nurse]", first="",
                                     patience="", doctors="1"))
    pause(program, seed=1, at=30 * MINUTE).save(tmp_path / "half.gz")
    resumed = simulate(program, seed=1, resume=Snapshot.load(tmp_path / "half.gz"))
    assert resumed.fingerprint() == simulate(program, seed=1).fingerprint()


def test_a_step_with_two_of_one_pool_hands_both_over_at_once():
    log = run(f"""
        staff: {{doc: {{on_duty: {{"00:00-00:20": 2, "01:00-24:00": 2}}, at_fall: hand_over}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: [{{seize: keep, of: doc}}, {{do: see, by: doc, takes: 30 min}}, {{leave: out, as: home}}]}}
    """)
    assert ends(log) == {"a0": (70, "home")}
