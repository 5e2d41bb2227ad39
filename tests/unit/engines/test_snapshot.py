"""The state of a run is a value: stopped, written, read and resumed, it is the unbroken run."""
from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from hospital_twin.engines.simpy_engine import pause, simulate
from hospital_twin.engines.snapshot import Snapshot
from hospital_twin.errors import BadInput
from tests.tiny import MINUTE, at, program_of

pytestmark = pytest.mark.unit

EVERYTHING = """
    attributes: {acuity: [1, 2, 3], shift: [night, day]}
    staff:
      d: {on_duty: {"00:00-08:00": 1, "08:00-24:00": 3}, order: [acuity, arrival], at_fall: hand_over, named: true}
      n: {on_duty: 3, order: ["-waited * acuity"]}
    units:
      ed: {places: 4, cleaning: exponential(mean 10 min), room: 6}
      w: {places: 3, staff: {n: {by: acuity, of: {1: 1 per 1}, otherwise: 1 per 2}}, outliers: [x],
          discharge: {profile: {"09:00-18:00": 1}, weekdays: {mon: 0.7}}}
      x: {places: 1, staff: {n: 1 per 2}}
    sources:
      a: {pathway: p, rate: 2, ceiling: 2, day_factor_sd: 0.2, batch: {1: 0.8, 2: 0.2},
          sets: {acuity: {draw: {1: 1, 2: 2, 3: 2}}}}
      b: {pathway: q, timetable: [{at: "07:30", count: 4, every: 45 min}], offset: "uniform(-20, 20 min)",
          no_show: {by: shift, of: {night: 0.5, day: 0.1}},
          sets: {shift: {draw: {by: hour, of: {"08-20": {day: 1}}, otherwise: {night: 1}}}}}
    rules:
      surge: {when: waiting(d) > 1, lasting: 10 min, until: waiting(d) == 0, at_least: 30 min, after: 15 min,
              between: "05:00-23:00", then: [{add: 1, to: d}]}
      divert: {when: occupancy(ed) >= 1, then: [{divert: 0.3, from: a}]}
    pathways:
      p:
        - {move: to_ed, to: ed, patience: exponential(mean 2 h)}
        - together: work_up
          branches:
            - [{do: see, by: d, takes: exponential(mean 30 min), preempt: resume}]
            - [{stay: bloods, takes: exponential(mean 40 min)}, {assign: worse, set: {acuity: acuity - 1}, chance: 0.3}]
        - {repeat: again, from: work_up, chance: 0.2}
        - {return: back, after: exponential(mean 5 h), to: p, chance: 0.3}
        - branch: admitted
          options:
            - chance: 0.4
              then: [{follow: q}]
            - then: [{leave: home, as: home}]
      q:
        - {move: to_w, to: w, takes: 10 min}
        - {stay: ward_stay, takes: exponential(mean 9 h)}
        - {wait: window, until: discharge}
        - {leave: out, as: home}
"""


@pytest.fixture(scope="module")
def whole():
    program = program_of(EVERYTHING, days=2)
    return program, simulate(program, seed=4).fingerprint()


@pytest.mark.parametrize("minute", [0, 1, 60, 447, 480, 600.25, 1439, 1440, 2000, 2879, 2880, 3000])
def test_resumed_from_any_moment_it_is_the_unbroken_run(whole, minute: float, tmp_path: Path):
    program, unbroken = whole
    pause(program, seed=4, at=round(minute * MINUTE)).save(tmp_path / "snapshot.gz")
    assert simulate(program, seed=4, resume=Snapshot.load(tmp_path / "snapshot.gz")).fingerprint() == unbroken


def test_stopped_many_times_it_is_the_unbroken_run(whole):
    program, unbroken = whole
    snapshot = None
    for minute in range(100, 2880, 173):
        snapshot = pause(program, seed=4, at=minute * MINUTE, resume=snapshot)
    assert simulate(program, seed=4, resume=snapshot).fingerprint() == unbroken


def test_a_snapshot_is_taken_before_what_happens_at_its_tick():
    program = program_of(f"""
        sources: {{a: {{pathway: p, trace: {at(10)}}}}}
        pathways: {{p: [{{stay: s, takes: 5 min}}, {{leave: out, as: home}}]}}
    """)
    assert pause(program, seed=1, at=10 * MINUTE).state["visits"] == []
    assert len(pause(program, seed=1, at=10 * MINUTE + 1).state["visits"]) == 1
    assert len(pause(program, seed=1, at=15 * MINUTE).state["visits"]) == 1
    assert pause(program, seed=1, at=15 * MINUTE + 1).state["visits"] == []


def test_a_snapshot_survives_being_written(whole, tmp_path: Path):
    program, _ = whole
    snapshot = pause(program, seed=4, at=1000 * MINUTE)
    snapshot.save(tmp_path / "s.gz")
    assert Snapshot.load(tmp_path / "s.gz") == snapshot


def test_a_window_of_a_rule_that_is_waited_for_survives():
    program = program_of(f"""
        staff: {{d: {{on_duty: 0}}}}
        sources: {{a: {{pathway: p, trace: {at(0.5)}}}}}
        rules: {{r: {{when: waiting(d) > 0, between: "01:00-02:00", then: [{{add: 1, to: d}}]}}}}
        pathways: {{p: [{{do: see, by: d, takes: 10 min}}, {{leave: out, as: home}}]}}
    """)
    resumed = simulate(program, seed=1, resume=pause(program, seed=1, at=30 * MINUTE))
    assert resumed.fingerprint() == simulate(program, seed=1).fingerprint()
    assert "home" in set(resumed.stays["end_reason"])


def test_a_snapshot_of_other_patients_or_another_hospital_is_refused(whole):
    program, _ = whole
    snapshot = pause(program, seed=4, at=1000 * MINUTE)
    with pytest.raises(BadInput, match="seed 4, replication 0"):
        simulate(program, seed=5, resume=snapshot)
    with pytest.raises(BadInput, match="seed 4, replication 0"):
        simulate(program, seed=4, replication=1, resume=snapshot)
    other = program_of("sources: {a: {pathway: p, rate: 1, ceiling: 1}}\npathways: {p: [{leave: out, as: home}]}")
    with pytest.raises(BadInput, match="another hospital"):
        simulate(other, seed=4, resume=snapshot)


def test_a_file_that_is_no_snapshot_is_refused(tmp_path: Path):
    (tmp_path / "text").write_text("hello")
    with pytest.raises(BadInput, match="no snapshot"):
        Snapshot.load(tmp_path / "text")
    with pytest.raises(BadInput, match="no snapshot"):
        Snapshot.load(tmp_path / "missing")
    with gzip.open(tmp_path / "old", "wt", encoding="utf-8") as file:
        json.dump({"format": 0, "now": 0, "state": {}}, file)
    with pytest.raises(BadInput, match="format 0"):
        Snapshot.load(tmp_path / "old")
