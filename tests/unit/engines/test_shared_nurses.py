"""Knots that are not of places alone: movers who hold the nurses, or the reserved places, that they wait for."""
from __future__ import annotations

import pytest

from hospital_twin.engines.circles import CircleFormed
from hospital_twin.program import circles
from tests.tiny import at, ends, layout_of, rows, run

pytestmark = pytest.mark.unit

STEP_DOWN = """
    staff: {{nurse: {{on_duty: {nurses}}}}}
    units: {{icu: {{places: 4, cleaning: {cleaning} min, staff: {{nurse: 1 per 1 patient}}}},
             hdu: {{places: 4, staff: {{nurse: 1 per 2 patients}}}}}}
    sources: {{a: {{pathway: p, {comes}}}}}
    pathways:
      p: [{{move: m1, to: icu}}, {{stay: s1, takes: {stay}}}, {{move: m2, to: hdu}}, {{stay: s2, takes: {stay}}},
          {{leave: out, as: home}}]
"""


def test_one_patient_goes_on_with_the_only_nurse():
    log = run(STEP_DOWN.format(nurses=1, cleaning=0, comes=f"trace: {at(0)}", stay="30 min"))
    assert ends(log) == {"a0": (60, "home")}
    assert [r[5] for r in rows(log, resource="nurse")] == ["swapped", "done"]


def test_a_place_that_nobody_takes_over_is_cleaned_before_it_is_free():
    log = run(STEP_DOWN.format(nurses=1, cleaning=50, comes=f"trace: {at(0)}", stay="30 min"))
    assert rows(log, "cleaning") == [("a0", "cleaning", 30, 30, 80, "done")]
    assert [r[5] for r in rows(log, resource="icu")] == ["done", "done"]


def test_units_that_share_their_nurses_never_freeze():
    # Three nurses: three patients in intensive care hold all of them, and each waits for half of another.
    for seed in range(3):
        log = run(STEP_DOWN.format(nurses=3, cleaning=0, comes="rate: 0.06, ceiling: 0.1",
                                   stay="exponential(mean 24 h)"), days=60, seed=seed)
        left = log.stays.loc[log.stays["activity"] == "leave", "start"].sort_values()
        assert left.diff().max().days < 6
        assert (log.end - left.iloc[-1]).days < 6
        assert "ratio_breach" not in set(log.stays["end_reason"])  # who steps down takes fewer nurses along


def test_or_the_run_fails_and_says_who_lacks_what():
    with pytest.raises(CircleFormed, match="tiny: patients wait for each other: one in icu for nurse"):
        run("in_a_circle: fail\n" + STEP_DOWN.format(
            nurses=1, cleaning=0, comes=f"trace: {at(0)}", stay="30 min").replace("\n    ", "\n"))


def test_nurses_taken_beyond_those_on_duty_are_recorded():
    # Two patients share the only nurse, and each of them comes to need one alone.
    log = run(f"""
        staff: {{nurse: {{on_duty: 1}}}}
        units: {{icu: {{places: 2, staff: {{nurse: 1 per 1 patient}}}},
                 hdu: {{places: 2, staff: {{nurse: 1 per 2 patients}}}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 0)}}}}}
        pathways:
          p: [{{move: m1, to: hdu}}, {{stay: s1, takes: 30 min}}, {{move: m2, to: icu}}, {{stay: s2, takes: 30 min}},
              {{leave: out, as: home}}]
    """)
    assert rows(log, "change") == [("a0", "change", 30, 30, 30, "ratio_breach")]
    assert ends(log) == {"a0": (60, "home"), "a1": (90, "home")}


def test_who_brings_a_nurse_changes_with_who_needs_one():
    # x waits on the ward for y's nurse, y in intensive care for x's bed: they swap, nobody lacks anything.
    log = run(f"""
        staff: {{nurse: {{on_duty: 1}}}}
        units: {{icu: {{places: 2, cleaning: 40 min, staff: {{nurse: 1 per 1 patient}}}}, ward: {{places: 1}}}}
        sources: {{x: {{pathway: px, trace: {at(0)}}}, y: {{pathway: py, trace: {at(0)}}}}}
        pathways:
          px: [{{move: x1, to: ward}}, {{stay: x2, takes: 10 min}}, {{move: x3, to: icu}}, {{stay: x4, takes: 10 min}},
               {{leave: x5, as: home}}]
          py: [{{move: y1, to: icu}}, {{stay: y2, takes: 20 min}}, {{move: y3, to: ward}}, {{stay: y4, takes: 5 min}},
               {{leave: y5, as: home}}]
    """)
    assert ends(log) == {"x0": (30, "home"), "y0": (25, "home")}
    assert rows(log, "change") == []


def test_a_mover_behind_a_stay_waits_for_it():
    # The nurse whom a needs more of is at b's bed, who is in a stay: no knot, and no breach.
    log = run(f"""
        staff: {{nurse: {{on_duty: 1}}}}
        units: {{icu: {{places: 2, staff: {{nurse: 1 per 1 patient}}}},
                 hdu: {{places: 2, staff: {{nurse: 1 per 2 patients}}}}}}
        sources: {{a: {{pathway: pa, trace: {at(0)}}}, b: {{pathway: pb, trace: {at(0)}}}}}
        pathways:
          pa: [{{move: a1, to: hdu}}, {{stay: a2, takes: 10 min}}, {{move: a3, to: icu}}, {{stay: a4, takes: 10 min}},
               {{leave: a5, as: home}}]
          pb: [{{move: b1, to: hdu}}, {{stay: b2, takes: 45 min}}, {{leave: b3, as: home}}]
    """)
    assert ends(log) == {"b0": (45, "home"), "a0": (55, "home")}


def test_nor_is_waiting_for_the_next_shift_a_knot():
    log = run(f"""
        staff: {{nurse: {{on_duty: {{"00:00-01:00": 1, "01:00-24:00": 2}}}}}}
        units: {{icu: {{places: 2, staff: {{nurse: 2 per 1 patient}}}},
                 hdu: {{places: 2, staff: {{nurse: 1 per 1 patient}}}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways:
          p: [{{move: m1, to: hdu}}, {{stay: s1, takes: 30 min}}, {{move: m2, to: icu}}, {{stay: s2, takes: 30 min}},
              {{leave: out, as: home}}]
    """)
    assert ends(log) == {"a0": (90, "home")}
    assert rows(log, "change") == []


def test_a_free_place_that_is_kept_for_others_does_not_hold_a_circle_up():
    log = run(f"""
        attributes: {{sev: [1, 2]}}
        units: {{a: {{places: 2, reserve: {{keep: 1, for: sev == 1}}}}, b: {{places: 1}}}}
        sources: {{x: {{pathway: px, trace: {at(0)}, sets: {{sev: 2}}}},
                   y: {{pathway: py, trace: {at(0)}, sets: {{sev: 2}}}}}}
        pathways:
          px: [{{move: x1, to: a}}, {{stay: x2, takes: 30 min}}, {{move: x3, to: b}}, {{leave: x5, as: home}}]
          py: [{{move: y1, to: b}}, {{stay: y2, takes: 40 min}}, {{move: y3, to: a}}, {{leave: y5, as: home}}]
    """)
    assert ends(log) == {"x0": (40, "home"), "y0": (40, "home")}


def test_a_layout_says_whose_patients_can_come_to_wait_for_each_others_nurses():
    shared = STEP_DOWN.format(nurses=1, cleaning=0, comes=f"trace: {at(0)}", stay="30 min")
    assert circles(layout_of(shared)) == [("icu",)]
    assert circles(layout_of(shared.replace("{nurse: 1 per 2 patients}", "{}"))) == []
    assert circles(layout_of(shared.replace("{move: m2, to: hdu}", "{move: m2, to: hdu, keep_place: false}"))) == []


def test_a_place_that_another_branch_was_given_is_kept_too():
    # Both branches ask in one tick: the first is given the only nurse with its place, and the second waits for her.
    log = run(f"""
        staff: {{nurse: {{on_duty: 1}}}}
        units: {{icu: {{places: 1, staff: {{nurse: 1 per 1 patient}}}},
                 hdu: {{places: 1, staff: {{nurse: 1 per 1 patient}}}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways:
          p:
            - together: both
              branches: [[{{move: m1, to: icu, takes: 20 min}}, {{stay: s1, takes: 10 min}}],
                         [{{move: m2, to: hdu}}, {{stay: s2, takes: 30 min}}]]
            - {{leave: out, as: home}}
    """)
    assert ends(log)["a0"][1] == "home"
    assert rows(log, resource="hdu")[0][3] == 0
