"""Runs that go on until everybody has left."""
from __future__ import annotations

import pytest

from hospital_twin.engines.flow import RunFailed
from hospital_twin.errors import BadInput
from tests.tiny import at, capacity, ends, program_of, run

pytestmark = pytest.mark.unit

DAY = 1440


def test_staff_come_to_work_for_as_long_as_somebody_is_there():
    # Monday 6 January + 100 days is a Wednesday; the tables of a one-day run end after 61 days.
    text = f"""
        after_horizon: drain
        staff: {{doctor: {{on_duty: {{"mon-wed 08:00-16:00": 1, "thu 10:00-11:00": 2}}}}}}
        sources: {{a: {{pathway: p, trace: {at(*[0] * 11)}}}}}
        pathways: {{p: [{{stay: s, takes: 100 d}}, {{do: see, by: doctor, takes: 60 min}}, {{leave: o, as: home}}]}}
    """
    log = run(text)
    wednesday, thursday, monday = 100 * DAY, 101 * DAY, 105 * DAY
    assert sorted(minute for minute, _ in ends(log).values()) == [
        *(wednesday + 60 * hour for hour in range(9, 17)), thursday + 660, thursday + 660, monday + 540]
    seen = [(minute - wednesday, number) for minute, number, _ in capacity(log, "doctor") if minute >= wednesday]
    assert seen == [(480, 1), (960, 0), (DAY + 600, 2), (DAY + 660, 0), (5 * DAY + 480, 1)]


def test_a_dated_change_beyond_the_tables_is_not_waited_for():
    log = run(f"""
        after_horizon: drain
        staff: {{doctor: {{on_duty: {{"08:00-16:00": 1}},
                           dated: [{{from: "2030-01-01", to: "2030-02-01", number: 0}}]}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: [{{stay: s, takes: 100 d}}, {{do: see, by: doctor, takes: 60 min}}, {{leave: o, as: home}}]}}
    """)
    assert ends(log) == {"a0": (100 * DAY + 540, "home")}


def test_a_condition_on_the_clock_is_looked_at_for_as_long():
    log = run(f"""
        after_horizon: drain
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: [{{stay: s, takes: 100 d}}, {{wait: w, until: {{holds: hour == 7}}}}, {{leave: o, as: home}}]}}
    """)
    assert ends(log) == {"a0": (100 * DAY + 420, "home")}


@pytest.mark.parametrize(("steps", "where"), [
    ("{do: see, by: doctor, takes: 60 min}", "tiny: pathways.p.0 (do: see)"),
    ("{stay: round, takes: 20 d}, {repeat: again, from: round, if: k == 1}", "tiny: pathways.p.0 (stay: round)"),
])
def test_who_never_leaves_ends_the_run_with_the_step(steps: str, where: str):
    with pytest.raises(RunFailed, match="never leave") as wrong:
        run(f"""
            after_horizon: drain
            attributes: {{k: [1, 2]}}
            staff: {{doctor: {{on_duty: 0}}}}
            sources: {{a: {{pathway: p, present: 2}}}}
            pathways: {{p: [{steps}, {{leave: o, as: home}}]}}
        """)
    assert wrong.value.where == where


@pytest.mark.parametrize("way", ["{repeat: again, from: round, chance: 1}",
                                 "{branch: b, options: [{chance: 1.0, then: [{follow: p}]}, {then: []}]}"])
def test_a_closed_population_that_surely_never_leaves_is_refused(way: str):
    with pytest.raises(BadInput, match="never drain"):
        program_of(f"""
            after_horizon: drain
            sources: {{a: {{pathway: p, present: 2}}}}
            pathways: {{p: [{{stay: round, takes: 1 h}}, {way}, {{leave: o, as: home}}]}}
        """)
