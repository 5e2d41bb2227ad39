"""A lever changes the hospital and not its patients: who comes in both worlds is the same, draw by draw."""
from __future__ import annotations

import pandas as pd
import pytest

from hospital_twin.drawers import open_drawer
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.eventlog import EventLog, staffed
from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout
from hospital_twin.levers import describe_levers, lever_from
from hospital_twin.program import compile_program
from hospital_twin.scenario import Lever

pytestmark = pytest.mark.integration

ARRIVING = ["visit", "patient", "start", "acuity", "mode"]
LEVERS = open_drawer("hospital_twin.levers", "LEVER")


@pytest.fixture(scope="module")
def hospital() -> Hospital:
    visit = [{"do": "triage", "by": "triage_nurse", "takes": "lognormal(median 6 min, p90 11 min)"},
             {"move": "to_bay", "to": "bays", "patience": "exponential(mean 5 h)"},
             {"do": "see", "by": "ed_doctor", "takes": {"by": "acuity", "of": {
                 1: "lognormal(median 40 min, p90 90 min)", 2: "exponential(mean 22 min)"}}},
             {"branch": "admit", "options": [{"chance": 0.2, "then": [
                 {"move": "to_ward", "to": "ward"}, {"stay": "heal", "takes": "exponential(mean 1.5 d)"}]}, {}]},
             {"leave": "out", "as": "home"}]
    return Hospital.of(Layout.model_validate({
        "name": "Two worlds", "attributes": {"acuity": [1, 2], "mode": ["foot", "blue_light"]},
        "staff": {"ed_doctor": {"on_duty": {"08:00-22:00": 2, "22:00-08:00": 1}, "role": "doctor"},
                  "triage_nurse": {"on_duty": 1, "role": "triage"}},
        "units": {"bays": {"kind": "ed", "places": 6}, "ward": {"type": "ward", "places": 13}},
        "sources": {"walk_in": {"pathway": "visit", "rate": 2.2, "ceiling": 2.5, "day_factor_sd": 0.1, "sets": {
                        "acuity": {"draw": {1: 0.2, 2: 0.8}}, "mode": "foot"}},
                    "ambulance": {"pathway": "visit", "rate": 0.6, "ceiling": 1, "sets": {
                        "acuity": {"draw": {1: 0.6, 2: 0.4}}, "mode": "blue_light"}}},
        "pathways": {"visit": visit}}))


def simulated(hospital: Hospital, days: float = 4) -> EventLog:
    return simulate(compile_program(hospital, days=days), seed=5, replication=1)


@pytest.fixture(scope="module")
def as_it_is(hospital) -> EventLog:
    return simulated(hospital)


def levers(hospital: Hospital, *, only_required: bool = False) -> dict[str, Lever]:
    """Each lever of the drawer with its example's numbers, or with those that change nothing."""
    found = {}
    for about in describe_levers(hospital):
        fields = [field for field in about["fields"] if field["required"] or not only_required]
        found[about["id"]] = lever_from(about["id"], **{
            field["name"]: field["choices"][0] if field["choices"] else field["example"] for field in fields})
    return found


def arrivals(log: EventLog) -> pd.DataFrame:
    found = log.stays[log.stays["activity"].eq("arrive")][ARRIVING]
    return found.astype({"acuity": str, "mode": str}).set_index("visit").sort_index()


def durations(log: EventLog, activity: str) -> pd.Series:
    """How long a task took each visit that finished it."""
    rows = log.stays[log.stays["activity"].eq(activity) & log.stays["end_reason"].eq("done")].set_index("visit")
    return rows["end"] - rows["start"]


@pytest.mark.parametrize("name", LEVERS)
def test_neutral_changes_nothing_bit_for_bit(name, hospital, as_it_is):
    neutral = levers(hospital, only_required=True)[name]
    assert simulated(neutral.apply(hospital)).fingerprint() == as_it_is.fingerprint()


@pytest.mark.parametrize("name", LEVERS)
def test_who_comes_to_both_stays_the_same(name, hospital, as_it_is):
    changed = simulated(levers(hospital)[name].apply(hospital))
    assert changed.fingerprint() != as_it_is.fingerprint()
    before, after = arrivals(as_it_is), arrivals(changed)
    common = before.index.intersection(after.index)
    assert len(common) > 150
    pd.testing.assert_frame_equal(before.loc[common], after.loc[common])
    for task in ("triage", "see"):
        here, there = durations(as_it_is, task), durations(changed, task)
        both = here.index.intersection(there.index)
        assert len(both) > 100
        pd.testing.assert_series_equal(here.loc[both].sort_index(), there.loc[both].sort_index())


@pytest.mark.parametrize(("name", "fields"), [("beds", {"unit": "ward", "change": 1}),
                                              ("ed_staffing", {"pool": "ed_doctor", "extra": 1})])
def test_a_bed_or_a_doctor_more_meets_the_very_same_arrivals(name, fields, hospital, as_it_is):
    changed = simulated(lever_from(name, **fields).apply(hospital))
    pd.testing.assert_frame_equal(arrivals(as_it_is), arrivals(changed))


def test_demand_only_adds_and_only_takes_away(hospital, as_it_is):
    more, fewer = (arrivals(simulated(lever_from("demand", change=change).apply(hospital))) for change in (40, -40))
    usual = arrivals(as_it_is)
    assert set(fewer.index) < set(usual.index) < set(more.index)
    assert len(more) / len(usual) == pytest.approx(1.4, abs=0.15)
    assert len(fewer) / len(usual) == pytest.approx(0.6, abs=0.1)
    one = arrivals(simulated(lever_from("demand", source="ambulance", change=40).apply(hospital)))
    assert set(one.query("mode == 'foot'").index) == set(usual.query("mode == 'foot'").index)
    assert len(one) > len(usual)


def test_more_doctors_are_on_duty_in_the_window_and_at_no_other_time(hospital, as_it_is):
    lever = lever_from("ed_staffing", pool="ed_doctor", extra=2, window="tue,wed 20:00-02:00")
    changed = staffed(simulated(lever.apply(hospital)), "ed_doctor")
    usual = staffed(as_it_is, "ed_doctor")
    hours = as_it_is.start.value // 1000 + 3_600_000_000 * pd.Series(range(4 * 24)).to_numpy()
    extra = changed.at(hours) - usual.at(hours)
    # The run begins on a Monday.
    expected = [2.0 if hour in {*range(24 + 20, 24 + 26), *range(48 + 20, 48 + 26)} else 0.0 for hour in range(96)]
    assert extra.tolist() == expected
