"""Boarding circles: patients who keep a place while waiting for each other's."""
from __future__ import annotations

import pytest

from hospital_twin.engines.circles import CircleFormed
from hospital_twin.program import circles
from tests.tiny import at, ends, layout_of, rows, run

pytestmark = pytest.mark.unit

TWO = """
    in_a_circle: {what}
    units: {{a: {{places: 1, cleaning: {cleaning} min}}, b: {{places: 1}}}}
    sources: {{x: {{pathway: px, trace: {t}}}, y: {{pathway: py, trace: {t}}}}}
    pathways:
      px: [{{move: x1, to: a}}, {{stay: x2, takes: 30 min}}, {{move: x3, to: b}}, {{stay: x4, takes: 10 min}},
           {{leave: x5, as: home}}]
      py: [{{move: y1, to: b}}, {{stay: y2, takes: 40 min}}, {{move: y3, to: a}}, {{stay: y4, takes: 20 min}},
           {{leave: y5, as: home}}]
"""


def test_two_who_wait_for_each_others_place_swap_in_that_tick():
    log = run(TWO.format(what="swap", cleaning=0, t=at(0)))
    assert rows(log, "stay") == [
        ("x0", "stay", 0, 0, 40, "swapped"), ("y0", "stay", 0, 0, 40, "swapped"),
        ("x0", "stay", 30, 40, 50, "done"), ("y0", "stay", 40, 40, 60, "done")]
    assert ends(log) == {"x0": (50, "home"), "y0": (60, "home")}


def test_the_cleaning_follows_the_swap_and_is_recorded():
    log = run(TWO.format(what="swap", cleaning=15, t=at(0)))
    assert rows(log, "cleaning") == [("x0", "cleaning", 40, 40, 55, "swapped"),
                                     ("y0", "cleaning", 60, 60, 75, "done")]
    assert ends(log) == {"x0": (50, "home"), "y0": (60, "home")}


def test_or_the_run_fails_and_names_the_circle():
    with pytest.raises(CircleFormed) as wrong:
        run(TWO.format(what="fail", cleaning=0, t=at(0)))
    assert "in a for b" in str(wrong.value)
    assert "in b for a" in str(wrong.value)


def test_a_layout_says_which_circles_it_can_form():
    assert circles(layout_of(TWO.format(what="swap", cleaning=0, t=at(0)))) == [("a", "b")]
    # Letting the place go first, or moving one way only, makes none.
    assert circles(layout_of(TWO.format(what="swap", cleaning=0, t=at(0)).replace(
        "{move: y3, to: a}", "{move: y3, to: a, keep_place: false}"))) == []
    assert circles(layout_of(TWO.format(what="swap", cleaning=0, t=at(0)).replace(
        "{move: y3, to: a}", "{stay: y3, takes: 1 min}"))) == []


def test_circles_are_found_through_outliers_branches_and_returns():
    text = f"""
        units: {{a: {{places: 1, outliers: [c]}}, b: {{places: 1}}, c: {{places: 1}}, d: {{places: 1}}}}
        sources: {{x: {{pathway: px, trace: {at(0)}}}}}
        pathways:
          px: [{{move: x1, to: a}}, {{branch: q, options: [{{chance: 0.1,
                      then: [{{move: x2, to: b}}, {{move: x3, to: a}}]}},
                                                            {{then: [{{move: x6, to: d}}]}}]}}, {{leave: x5, as: home}}]
    """
    assert circles(layout_of(text)) == [("a", "b", "c")]


def test_a_circle_of_three():
    layout = f"""
        units: {{a: {{places: 1}}, b: {{places: 1}}, c: {{places: 1}}}}
        sources: {{x: {{pathway: px, trace: {at(0)}}}, y: {{pathway: py, trace: {at(0)}}},
                    z: {{pathway: pz, trace: {at(0)}}}}}
        pathways:
          px: [{{move: x1, to: a}}, {{stay: x2, takes: 10 min}}, {{move: x3, to: b}}, {{leave: x5, as: home}}]
          py: [{{move: y1, to: b}}, {{stay: y2, takes: 20 min}}, {{move: y3, to: c}}, {{leave: y5, as: home}}]
          pz: [{{move: z1, to: c}}, {{stay: z2, takes: 30 min}}, {{move: z3, to: a}}, {{leave: z5, as: home}}]
    """
    log = run(layout)
    assert ends(log) == {"x0": (30, "home"), "y0": (30, "home"), "z0": (30, "home")}
    assert [r[5] for r in rows(log, "stay")].count("swapped") == 3


def test_a_circle_that_is_no_knot_waits_in_its_line():
    # b has two places: y waits for a, but z is in a stay there and will leave. x gets z's place, then y gets x's.
    log = run(f"""
        units: {{a: {{places: 1}}, b: {{places: 2}}}}
        sources: {{x: {{pathway: px, trace: {at(0)}}}, y: {{pathway: py, trace: {at(0)}}},
                    z: {{pathway: pz, trace: {at(0)}}}}}
        pathways:
          px: [{{move: x1, to: a}}, {{stay: x2, takes: 10 min}}, {{move: x3, to: b}}, {{leave: x5, as: home}}]
          py: [{{move: y1, to: b}}, {{stay: y2, takes: 20 min}}, {{move: y3, to: a}}, {{leave: y5, as: home}}]
          pz: [{{move: z1, to: b}}, {{stay: z2, takes: 50 min}}, {{leave: z5, as: home}}]
    """)
    assert "swapped" not in {r[5] for r in rows(log)}
    assert ends(log) == {"x0": (50, "home"), "y0": (50, "home"), "z0": (50, "home")}


def test_nor_one_that_waits_for_cleaning():
    log = run(f"""
        units: {{a: {{places: 1}}, b: {{places: 2, cleaning: 30 min}}}}
        sources: {{x: {{pathway: px, trace: {at(0)}}}, y: {{pathway: py, trace: {at(0)}}},
                    z: {{pathway: pz, trace: {at(0)}}}}}
        pathways:
          px: [{{move: x1, to: a}}, {{stay: x2, takes: 30 min}}, {{move: x3, to: b}}, {{leave: x5, as: home}}]
          py: [{{move: y1, to: b}}, {{stay: y2, takes: 40 min}}, {{move: y3, to: a}}, {{leave: y5, as: home}}]
          pz: [{{move: z1, to: b}}, {{stay: z2, takes: 20 min}}, {{leave: z5, as: home}}]
    """)
    assert "swapped" not in {r[5] for r in rows(log)}
    assert ends(log)["x0"] == (50, "home")


def test_a_place_that_closes_instead_of_coming_free_can_close_a_circle():
    # The second place of b is being cleaned when it closes at 60: at 80 x and y are left waiting for each other.
    log = run(f"""
        units: {{a: {{places: 1}}, b: {{places: {{"00:00-01:00": 2, "01:00-24:00": 1}}, cleaning: 30 min}}}}
        sources: {{x: {{pathway: px, trace: {at(0)}}}, y: {{pathway: py, trace: {at(0)}}},
                    z: {{pathway: pz, trace: {at(0)}}}}}
        pathways:
          px: [{{move: x1, to: a}}, {{stay: x2, takes: 30 min}}, {{move: x3, to: b}}, {{leave: x5, as: home}}]
          py: [{{move: y1, to: b}}, {{stay: y2, takes: 40 min}}, {{move: y3, to: a}}, {{leave: y5, as: home}}]
          pz: [{{move: z1, to: b}}, {{stay: z2, takes: 50 min}}, {{leave: z5, as: home}}]
    """)
    assert ends(log) == {"z0": (50, "home"), "x0": (80, "home"), "y0": (80, "home")}


def test_a_way_out_that_admission_closes_closes_a_circle():
    # Until d fills up at 60, x could have gone to c once z leaves there.
    log = run(f"""
        units: {{a: {{places: 1}}, b: {{places: 1}}, c: {{places: 1, admits: free(d) > 0}}, d: {{places: 1}}}}
        sources: {{x: {{pathway: px, trace: {at(0)}}}, y: {{pathway: py, trace: {at(0)}}},
                    z: {{pathway: pz, trace: {at(0)}}}, w: {{pathway: pw, trace: {at(60)}}}}}
        pathways:
          px: [{{move: x1, to: a}}, {{stay: x2, takes: 10 min}}, {{move: x3, to: {{first_of: [b, c]}}}},
               {{leave: x5, as: home}}]
          py: [{{move: y1, to: b}}, {{stay: y2, takes: 20 min}}, {{move: y3, to: a}}, {{leave: y5, as: home}}]
          pz: [{{move: z1, to: c}}, {{stay: z2, takes: 90 min}}, {{leave: z5, as: home}}]
          pw: [{{move: w1, to: d}}, {{stay: w2, takes: 90 min}}, {{leave: w5, as: home}}]
    """)
    assert ends(log) == {"x0": (60, "home"), "y0": (60, "home"), "z0": (90, "home"), "w0": (150, "home")}


def test_a_shift_that_ends_closes_a_circle():
    # Two places of c are kept for others: with three, x may have the one that z leaves; from 60 there are only two.
    log = run(f"""
        attributes: {{kind: [x, y]}}
        units: {{a: {{places: 1}}, b: {{places: 1}}, c: {{places: {{"00:00-01:00": 3, "01:00-24:00": 2}},
                                                     reserve: {{keep: 2, for: kind == y}}}}}}
        sources: {{x: {{pathway: px, trace: {at(0)}}}, y: {{pathway: py, trace: {at(0)}}},
                    z: {{pathway: pz, trace: {at(0)}, sets: {{kind: y}}}}}}
        pathways:
          px: [{{move: x1, to: a}}, {{stay: x2, takes: 10 min}}, {{move: x3, to: {{first_of: [b, c]}}}},
               {{leave: x5, as: home}}]
          py: [{{move: y1, to: b}}, {{stay: y2, takes: 20 min}}, {{move: y3, to: a}}, {{leave: y5, as: home}}]
          pz: [{{move: z1, to: c}}, {{stay: z2, takes: 90 min}}, {{leave: z5, as: home}}]
    """)
    assert ends(log) == {"x0": (60, "home"), "y0": (60, "home"), "z0": (90, "home")}


def test_who_has_an_alternative_outside_the_circle_is_in_none():
    log = run(f"""
        units: {{a: {{places: 1}}, b: {{places: 1}}, c: {{places: 1}}}}
        sources: {{x: {{pathway: px, trace: {at(0)}}}, y: {{pathway: py, trace: {at(0)}}},
                    z: {{pathway: pz, trace: {at(0)}}}}}
        pathways:
          px: [{{move: x1, to: a}}, {{stay: x2, takes: 10 min}}, {{move: x3, to: {{first_of: [b, c]}}}},
               {{leave: x5, as: home}}]
          py: [{{move: y1, to: b}}, {{stay: y2, takes: 20 min}}, {{move: y3, to: a}}, {{leave: y5, as: home}}]
          pz: [{{move: z1, to: c}}, {{stay: z2, takes: 90 min}}, {{leave: z5, as: home}}]
    """)
    assert "swapped" not in {r[5] for r in rows(log)}
    assert ends(log)["x0"] == (90, "home")


def test_one_circle_of_a_knot_moves_and_the_rest_wait_for_those_who_moved():
    # Two places each way and four movers: after one pair has swapped, the other pair waits for places in which somebody
    # is in a stay, which is no knot; both move when those leave at 30.
    log = run(f"""
        units: {{a: {{places: 2}}, b: {{places: 2}}}}
        sources: {{x: {{pathway: px, trace: {at(0, 0)}}}, y: {{pathway: py, trace: {at(0, 0)}}}}}
        pathways:
          px: [{{move: x1, to: a}}, {{stay: x2, takes: 10 min}}, {{move: x3, to: b}}, {{stay: x4, takes: 10 min}},
               {{leave: x5, as: home}}]
          py: [{{move: y1, to: b}}, {{stay: y2, takes: 20 min}}, {{move: y3, to: a}}, {{stay: y4, takes: 10 min}},
               {{leave: y5, as: home}}]
    """)
    assert sorted(when for when, _ in ends(log).values()) == [30, 30, 40, 40]
    assert [r[5] for r in rows(log, "stay")].count("swapped") == 2


def test_traffic_both_ways_between_ward_and_icu_never_freezes():
    # 40 ward and 4 ICU beds froze in 6 of 50 simulated years; here smaller, and busier than it can bear.
    layout = """
        in_a_circle: swap
        units: {ward: {places: 4}, icu: {places: 2}}
        sources: {a: {pathway: p, rate: 1.2, ceiling: 2}}
        pathways:
          p:
            - {move: to_ward, to: ward, patience: 6 h}
            - {stay: on_ward, takes: exponential(mean 3 h)}
            - branch: worse
              options:
                - chance: 0.5
                  then:
                    - {move: to_icu, to: icu}
                    - {stay: in_icu, takes: exponential(mean 3 h)}
                    - {move: back, to: ward}
                    - {stay: on_ward_again, takes: exponential(mean 3 h)}
                - then: []
            - {leave: out, as: home}
    """
    log = run(layout, days=40)
    swapped = log.stays[log.stays["end_reason"] == "swapped"]
    assert len(swapped) > 20
    leaves = log.stays.loc[log.stays["activity"] == "leave", "start"]
    assert leaves.sort_values().diff().max().total_seconds() < 24 * 3600
    with pytest.raises(CircleFormed):
        run(layout.replace("in_a_circle: swap", "in_a_circle: fail"), days=40)
