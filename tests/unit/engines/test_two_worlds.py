"""Randomness belongs to the patient: what changes elsewhere changes nobody's draws."""
from __future__ import annotations

import pandas as pd
import pytest

from tests.tiny import run, value_of

pytestmark = pytest.mark.unit

BASE = """
    attributes: {acuity: [1, 2, 3, 4, 5]}
    staff: {d: {on_duty: 3, order: [acuity]}, n: {on_duty: 2}}
    equipment: {ct: {number: 1}}
    units: {bay: {places: 6, cleaning: 'lognormal(median 8 min, p90 15 min)'}}
    sources:
      a: {pathway: p, rate: {"00:00-08:00": 1, "08:00-24:00": 4}, ceiling: 5, day_factor_sd: 0.2,
          sets: {acuity: {draw: {1: 0.1, 2: 0.2, 3: 0.3, 4: 0.3, 5: 0.1}}}}
    pathways:
      p:
        - {do: triage, by: n, takes: 'lognormal(median 6 min, p90 11 min)', patience: exponential(mean 3 h)}
        - {move: to_bay, to: bay, patience: exponential(mean 4 h)}
        - {do: see, by: d, takes: {by: acuity, of: {1: exponential(mean 50 min), 2: exponential(mean 40 min)},
                                   otherwise: exponential(mean 20 min)}}
        - {do: scan, by: ct, takes: exponential(mean 25 min), chance: 0.3}
        - {repeat: again, from: see, chance: 0.2}
        - {return: back, after: exponential(mean 2 d), to: p, chance: 0.1}
        - {leave: out, as: home}
"""
NAMELESS = ["to_bay", "out"]


def changed(log, activity: str) -> pd.Series:
    """Durations of an activity by visit and turn, in microseconds."""
    rows = log.stays[(log.stays["activity"] == activity) & (log.stays["end_reason"] == "done")].sort_values("start")
    rows = rows.assign(turn=rows.groupby("visit").cumcount())
    return (rows["end"] - rows["start"]).set_axis(pd.MultiIndex.from_frame(rows[["visit", "turn"]]))


def came(log) -> pd.DataFrame:
    rows = log.stays[log.stays["activity"] == "arrive"]
    return rows.set_index("visit")[["patient", "start", "acuity"]].sort_index()


def same_draws(log, other, *, of_all: bool = True) -> None:
    """Everybody who is in both worlds came at the same time with the same class, and works the same times."""
    ours, theirs = came(log), came(other)
    # A return comes after its parent's visit, whose end may differ; the first visits of a person are compared.
    first, second = (t[t.index == t["patient"]] for t in (ours, theirs))
    both = first.index.intersection(second.index)
    assert len(both) >= 0.5 * len(first) > 50
    if of_all:
        assert first.index.equals(second.index)
    pd.testing.assert_frame_equal(first.loc[both], second.loc[both])
    for activity in ("triage", "see", "scan", "cleaning"):
        a, b = changed(log, activity), changed(other, activity)
        common = a.index.intersection(b.index)
        assert len(common) > 20, activity
        pd.testing.assert_series_equal(a.loc[common], b.loc[common], check_names=False)


@pytest.fixture(scope="module")
def world():
    return run(BASE, days=6)


def variant(change, *, days: float = 6):
    value = value_of(BASE)
    change(value)
    return run(value, days=days)


def test_the_same_seed_gives_the_same_log_and_others_do_not(world):
    assert run(BASE, days=6).fingerprint() == world.fingerprint()
    assert run(BASE, days=6, seed=2).fingerprint() != world.fingerprint()
    assert run(BASE, days=6, replication=1).fingerprint() != world.fingerprint()
    assert not set(came(run(BASE, days=6, seed=2))["start"]) & set(came(world)["start"])


def test_a_step_that_nobody_reaches_changes_nothing_at_all(world):
    def add(value):
        value["pathways"]["p"].insert(2, {"do": "nobody", "by": "d", "takes": "exponential(mean 9 min)", "chance": 0.0})
        value["pathways"]["q"] = [{"do": "never", "by": "d", "takes": "1 h"}, {"leave": "never_out", "as": "home"}]
    assert variant(add).fingerprint() == world.fingerprint()


def test_a_step_that_is_reached_leaves_all_other_draws(world):
    def add(value):
        value["pathways"]["p"].insert(1, {"do": "ecg", "by": "n", "takes": "exponential(mean 9 min)"})
    same_draws(world, variant(add))


def test_steps_in_another_order_draw_the_same(world):
    def swap(value):
        steps = value["pathways"]["p"]
        steps[0], steps[1] = steps[1], steps[0]
    same_draws(world, variant(swap))


def test_a_new_source_leaves_the_patients_of_the_others(world):
    def add(value):
        value["sources"]["b"] = {"pathway": "p", "rate": 1, "ceiling": 2, "sets": {"acuity": 1}}
        value["sources"] = dict(reversed(value["sources"].items()))
    same_draws(world, variant(add), of_all=False)


@pytest.mark.parametrize("section", [("units", "bay", "places"), ("staff", "d", "on_duty"),
            ("equipment", "ct", "number")])
def test_a_bed_a_doctor_or_a_scanner_more_leaves_every_draw(world, section: tuple[str, str, str]):
    def add(value):
        value[section[0]][section[1]][section[2]] += 1
    other = variant(add)
    assert other.fingerprint() != world.fingerprint()
    same_draws(world, other)


def test_a_new_resource_and_attribute_leave_every_draw(world):
    def add(value):
        value["attributes"] = {"sex": ["f", "m"], **value["attributes"]}
        value["staff"] = {"porter": {"on_duty": 1}, **value["staff"]}
        value["sources"]["a"]["sets"] = {"sex": {"draw": {"f": 0.5, "m": 0.5}}, **value["sources"]["a"]["sets"]}
    same_draws(world, variant(add))


def test_more_demand_keeps_everybody_and_only_adds(world):
    def more(value):
        value["sources"]["a"]["times"] = 1.1
    few, many = came(world), came(variant(more))
    few, many = (t[t.index == t["patient"]] for t in (few, many))
    assert set(few.index) < set(many.index)
    pd.testing.assert_frame_equal(few, many.loc[few.index])
    assert len(many) / len(few) == pytest.approx(1.1, abs=4 * (0.1 / len(few)) ** 0.5)


def test_less_demand_only_removes(world):
    def less(value):
        value["sources"]["a"]["times"] = 0.9
    many, few = came(world), came(variant(less))
    many, few = (t[t.index == t["patient"]] for t in (many, few))
    assert set(few.index) < set(many.index)
    pd.testing.assert_frame_equal(few, many.loc[few.index])


def test_demand_that_reaches_another_layer_of_candidates_keeps_everybody_too(world):
    def triple(value):
        value["sources"]["a"]["times"] = 3
    assert set(came(world).query("index == patient").index) < set(came(variant(triple)).query("index == patient").index)


def test_a_neutral_factor_is_bit_equal(world):
    def neutral(value):
        value["sources"]["a"] |= {"times": 1.0, "season": {1: 1.0}, "no_show": 0.0,
                                  "dated": [{"from": "2025-01-07", "to": "2025-01-08", "times": 1.0}]}
    assert variant(neutral).fingerprint() == world.fingerprint()


def test_a_longer_run_begins_with_the_shorter_one(world):
    longer = run(BASE, days=8)
    cut = longer.stays[longer.stays["end"] < world.end].reset_index(drop=True)
    ours = world.stays[world.stays["end"] < world.end].reset_index(drop=True)
    pd.testing.assert_frame_equal(cut.astype(str), ours.astype(str))


def test_the_file_s_order_of_sections_is_nobodys_business(world):
    def shuffle(value):
        for key in ("staff", "units", "equipment"):
            value[key] = dict(reversed(value[key].items()))
        value["staff"]["z"] = {"on_duty": 1}
    other = variant(shuffle)
    plain = ["visit", "activity", "joined", "start", "end", "end_reason"]
    keys = ["start", "visit", "activity", "end"]
    pd.testing.assert_frame_equal(
        world.stays[plain].astype(str).sort_values(keys).reset_index(drop=True),
        other.stays[plain].astype(str).sort_values(keys).reset_index(drop=True))
