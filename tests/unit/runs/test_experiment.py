from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from hospital_twin.errors import BadInput
from hospital_twin.hospital import Hospital, read_hospital
from hospital_twin.layout import Layout
from hospital_twin.levers import lever_from
from hospital_twin.runs import Experiment, replicate
from hospital_twin.runs.experiment import fingerprint
from hospital_twin.scenario import Scenario

pytestmark = pytest.mark.unit

FAULTS = {
    "no days": ({"days": 0}, "days"),
    "negative warm-up": ({"warm_up_days": -1}, "warm-up"),
    "warm-up longer than half": ({"days": 10, "warm_up_days": 5.5}, "a run of at least 11 days"),
    "more days than a program has": ({"days": 3701}, "at most 3,700"),
    "negative seed": ({"seed": -1}, "seed"),
    "a seed that no store holds": ({"seed": 10**30}, "at most 9,223"),
    "a seed in parts": ({"seed": 1.5}, "1.5 is not a whole number"),
    "days in quotes": ({"days": "7"}, "'7' is not a number"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_numbers_that_make_no_run_are_refused(hospital, fault):
    fields, words = FAULTS[fault]
    with pytest.raises(BadInput, match=words):
        Experiment(hospital, **fields)


@pytest.mark.parametrize(("fields", "words"), [
    ({"days": float("nan")}, "days"), ({"days": float("inf")}, "at most"),
    ({"warm_up_days": float("nan")}, "warm-up"), ({"seed": None}, "seed"),
    ({"warm_up_days": None}, "warm-up"), ({"seed": True}, "seed"), ({"seed": float("nan")}, "seed")])
def test_odd_values_are_refused_in_words(hospital, fields, words):
    with pytest.raises(BadInput, match=words):
        Experiment(hospital, **fields)


def test_numbers_of_numpy_are_numbers(hospital):
    odd = Experiment(hospital, days=np.int64(7), warm_up_days=np.float32(1), seed=np.int64(4))
    assert odd.key() == Experiment(hospital, days=7, warm_up_days=1, seed=4).key()


def test_each_refusal_has_its_own_line(hospital):
    lines = set()
    for fields, _ in FAULTS.values():
        with pytest.raises(BadInput) as refused:
            Experiment(hospital, **fields)
        lines.add(refused.traceback[-1].lineno)
    assert len(lines) == len(FAULTS)


def test_an_unknown_engine_is_answered_with_those_there_are(hospital):
    with pytest.raises(BadInput, match="'steam'\n.*reference"):
        replicate(Experiment(hospital, engine="steam"), 0)


def test_the_key_is_of_everything_that_decides_the_result(hospital):
    experiment = Experiment(hospital, days=20)
    more = Scenario(name="more", levers=(lever_from("ed_staffing", pool="ed_doctor", extra=1),))
    others = [replace(experiment, **change) for change in (
        {"days": 21}, {"warm_up_days": 1}, {"seed": 2}, {"starts": date(2025, 1, 1)}, {"scenario": more},
        {"hospital": more.apply(hospital)}, {"engine": "other"})]
    assert len({one.key() for one in (experiment, *others)}) == len(others) + 1
    assert experiment.key() == Experiment(Hospital.of(hospital.layout), days=20.0, starts=date(2025, 3, 29)).key()


def test_a_saved_hospital_is_the_same_hospital(hospital, tmp_path):
    hospital.save(tmp_path / "hospital.yaml")
    assert fingerprint(read_hospital(tmp_path / "hospital.yaml")) == fingerprint(hospital)


def test_what_a_unit_type_fills_in_counts():
    def made(**unit):
        return fingerprint(Hospital.of(Layout.model_validate({
            "name": "x", "units": {"ward": {"type": "ward", "places": 3, **unit}},
            "sources": {"s": {"pathway": "p", "present": 1}}, "pathways": {"p": [{"leave": "out", "as": "home"}]}})))
    assert made() == made(kind="ward")
    assert made() != made(kind="other")
