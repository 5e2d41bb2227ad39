from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from hospital_twin.distributions import Lognormal, Mixture
from hospital_twin.errors import BadInput
from hospital_twin.generator import CLEAN, REALISTIC, Surprises, Truth, read_truth, true_hospital
from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout

pytestmark = pytest.mark.unit

ABOUT = {"seed": 3, "starts": date(2024, 1, 1), "days": 5}
HOSPITAL = Hospital.of(Layout.model_validate({
    "name": "Two beds", "attributes": {"acuity": [1, 2]},
    "staff": {"ed_doctor": {"on_duty": 2, "named": True}, "porter": {"on_duty": 1}},
    "units": {"ward": {"places": 2}},
    "sources": {"a": {"pathway": "p", "rate": 1, "ceiling": 1, "sets": {"acuity": {"draw": {1: 0.5, 2: 0.5}}},
                      "dated": [{"from": "2024-01-03", "to": "2024-01-04", "times": 2, "reason": "fair"}]},
                "b": {"pathway": "p", "timetable": [{"at": "08:00"}], "sets": {"acuity": 1}}},
    "pathways": {"p": [
        {"move": "in", "to": "ward", "room": 0, "when_full": [{"stay": "corridor", "takes": "uniform(1 h, 2 h)"},
                                                              {"leave": "off", "as": "refused"}]},
        {"do": "look", "by": "ed_doctor", "takes": "lognormal(median 10 min, p90 20 min)"},
        {"branch": "way", "options": [{"chance": 0.5, "then": [
            {"stay": "long", "takes": {"by": "acuity", "of": {1: "lognormal(mean 30 h, sd 20 h)", 2: 4},
                                       "otherwise": "lognormal(median 2 d, sigma 0.8)"}}]}, {"then": []}]},
        {"leave": "out", "as": "home"}]}}))


def _pathway(hospital: Hospital) -> tuple:
    return hospital.layout.pathways["p"]


def test_nothing_changes_without_surprises() -> None:
    assert true_hospital(HOSPITAL, CLEAN, **ABOUT) == (HOSPITAL, ())


def test_other_stays_have_another_family_and_the_same_mean() -> None:
    true, (departure,) = true_hospital(HOSPITAL, Surprises(other_stays=True), **ABOUT)
    before, after = (_pathway(h)[2].options[0].then[0].takes for h in (HOSPITAL, true))
    assert isinstance(after.of[1], Mixture)
    assert after.of[1].mean() == pytest.approx(before.of[1].mean(), rel=1e-4)
    assert after.otherwise.mean() == pytest.approx(before.otherwise.mean(), rel=1e-4)
    assert after.of[1].quantile(0.5) != pytest.approx(before.of[1].quantile(0.5), rel=0.01)
    assert after.of[2] == before.of[2]
    assert departure.where == ("step long",)


def test_other_stays_leave_everything_but_lognormal_stays_alone() -> None:
    true, _ = true_hospital(HOSPITAL, Surprises(other_stays=True), **ABOUT)
    assert isinstance(_pathway(true)[1].takes, Lognormal)
    assert [_pathway(true)[i] for i in (0, 1, 3)] == [_pathway(HOSPITAL)[i] for i in (0, 1, 3)]
    assert true.layout.model_copy(update={"pathways": HOSPITAL.layout.pathways}) == HOSPITAL.layout


def test_pace_is_given_to_named_people() -> None:
    true, (departure,) = true_hospital(HOSPITAL, Surprises(pace={"ed_doctor": (0.8, 1.2)}), **ABOUT)
    assert true.layout.staff["ed_doctor"].pace == (0.8, 1.2)
    assert departure.where == ("staff.ed_doctor.pace",)
    assert departure.numbers == {"pace": [0.8, 1.2]}


def test_weather_is_a_factor_on_each_day_of_every_rate_beside_what_was_dated_before() -> None:
    true, (departure,) = true_hospital(HOSPITAL, Surprises(weather_sd=0.1, weather_persistence=0.5), **ABOUT)
    dated = true.layout.sources["a"].dated
    assert dated[0].reason == "fair"
    assert [(d.from_, d.to) for d in dated[1:]] == [(f"2024-01-0{i}", f"2024-01-0{i + 1}") for i in range(1, 6)]
    assert len({d.times for d in dated[1:]}) == 5
    assert true.layout.sources["b"].dated == ()
    assert departure.numbers["highest"] == pytest.approx(max(d.times for d in dated[1:]), abs=0.001)


@pytest.mark.parametrize(("pool", "problem"), [("surgeon", "there is no staff 'surgeon'"),
                                               ("porter", "the staff 'porter' are not named")])
def test_a_pace_for_nobody_is_refused(pool: str, problem: str) -> None:
    with pytest.raises(BadInput, match=problem) as answer:
        true_hospital(HOSPITAL, Surprises(pace={pool: (1.1,)}), **ABOUT)
    assert answer.value.where == "surprises.pace"


@pytest.mark.parametrize("wrong", [{"misrecorded": 1.5}, {"weather_persistence": 1.0}, {"pace": {"x": (0.0,)}},
                                   {"weather": 0.1}])
def test_surprises_that_cannot_be_are_refused(wrong: dict) -> None:
    with pytest.raises(ValidationError):
        Surprises(**wrong)


def test_the_realistic_doctors_are_as_fast_on_average_as_the_plain_ones() -> None:
    # Doctors 1 … 4 of the community hospital are on duty 24, 24, 16 and 9 hours a day.
    pace = REALISTIC.pace["ed_doctor"]
    assert sum(p * hours for p, hours in zip(pace, (24, 24, 16, 9), strict=True)) / 73 == pytest.approx(1.0, abs=0.01)


def test_a_truth_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    true, departures = true_hospital(HOSPITAL, REALISTIC, **ABOUT)
    truth = Truth(log="x.csv", filled_days=2, beyond_calibration=departures, hospital=true, **ABOUT)
    truth.save(tmp_path / "x.truth.yaml")
    assert read_truth(tmp_path / "x.truth.yaml") == truth
    assert (tmp_path / "x.truth.yaml").read_text().startswith("synthetic: true\n")
