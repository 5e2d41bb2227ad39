"""Distributions as people write them: what is read, what is written back, and what is refused with which words."""
from __future__ import annotations

import json
import traceback

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

from hospital_twin.distributions import FAMILIES, Bounds, Distribution, Quantity, read_distribution

pytestmark = pytest.mark.unit


class Step(BaseModel):
    takes: Distribution


def errors(written: object) -> list[dict]:
    with pytest.raises(ValidationError) as caught:
        read_distribution(written)
    return caught.value.errors()


@pytest.mark.parametrize(("written", "canonical"), [
    ("12 min", "12 min"),
    ("  12   minutes ", "12 min"),
    ("0.4 h", "0.4 h"),
    (".4 hour", "0.4 h"),
    (3, "3"),
    (2.5, "2.5"),
    ("1e-3 d", "0.001 d"),
    ("90 s", "90 s"),
    ("-5 min", "-5 min"),
    ("fixed(12 min)", "12 min"),
    ("fixed(value 12 min)", "12 min"),
    ("exponential(mean 3 min)", "exponential(mean 3 min)"),
    ("exponential( mean  3 )", "exponential(mean 3)"),
    ("lognormal(median 6 min, p90 11 min)", "lognormal(median 6 min, p90 11 min)"),
    ("lognormal(median 6, p90 11 min)", "lognormal(median 6 min, p90 11 min)"),
    ("lognormal(p90 11, median 6)", "lognormal(median 6, p90 11)"),
    ("lognormal(median 0.33 h, sigma 0.3)", "lognormal(median 0.33 h, sigma 0.3)"),
    ("lognormal(mean 7.4 d, sd 8.61 d)", "lognormal(mean 7.4 d, sd 8.61 d)"),
    ("gamma(mean 4 d, sd 2 d)", "gamma(mean 4 d, sd 2 d)"),
    ("gamma(shape 2, scale 3 h)", "gamma(shape 2, scale 3 h)"),
    ("erlang(stages 3, mean 12 min)", "erlang(stages 3, mean 12 min)"),
    ("weibull(shape 1.4, scale 3 h)", "weibull(shape 1.4, scale 3 h)"),
    ("uniform(0 min, 15 min)", "uniform(0 min, 15 min)"),
    ("uniform(low 0, high 15 min)", "uniform(0 min, 15 min)"),
    ("uniform(30 min, 2 h)", "uniform(30 min, 120 min)"),
    ("triangular(1, 2, 5 h)", "triangular(1 h, 2 h, 5 h)"),
    ("normal(mean 16 min, sd 1.732 min) clamped 0.5 min ..",
     "normal(mean 16 min, sd 1.732 min) clamped 0.5 min .."),
    ("normal(mean 1 h, sd 5 min) truncated 30 .. 90 min shifted 10 s clamped ..2h",
     "normal(mean 60 min, sd 5 min) truncated 30 min .. 90 min shifted 10 s clamped .. 2 h"),
    ("12 min shifted 3 min", "12 min shifted 3 min"),
    ({"family": "lognormal", "median": "6 min", "p90": 11}, "lognormal(median 6 min, p90 11 min)"),
    ({"family": "lognormal", "median": 6, "p90": 11, "unit": "minutes"}, "lognormal(median 6 min, p90 11 min)"),
    ({"family": "normal", "mean": 16, "sd": 2, "unit": "h", "clamped": "30 min ..", "shifted": 1, "truncated": "..20"},
     "normal(mean 16 h, sd 2 h) truncated .. 20 shifted 1 clamped 30 min .."),
    ({"family": "weibull", "shape": 1.5, "scale": "3 h", "unit": "min"}, "weibull(shape 1.5, scale 180 min)"),
])
def test_reads_and_writes_back(written: object, canonical: str):
    distribution = read_distribution(written)
    assert distribution.text() == canonical
    assert Step(takes=written).model_dump() == {"takes": canonical}
    assert read_distribution(canonical) == distribution
    assert read_distribution(canonical).text() == canonical


@pytest.mark.parametrize("family", FAMILIES)
def test_the_example_of_each_family_survives_yaml_and_json(family: str):
    written = yaml.safe_load(FAMILIES[family].EXAMPLE)
    step = Step(takes=written)
    assert step.takes.family == family
    assert Step.model_validate(yaml.safe_load(yaml.safe_dump(step.model_dump(mode="json")))) == step
    assert Step.model_validate_json(step.model_dump_json()) == step
    assert hash(step.takes) == hash(Step(takes=written).takes)
    assert isinstance(step.model_dump()["takes"], str) == FAMILIES[family].WRITTEN_AS_TEXT


def test_families_without_a_text_are_written_as_short_mappings():
    written = {"family": "mixture", "clamped": "1 min ..", "parts": [
        {"weight": 0.3, "of": {"family": "empirical", "values": [3.0, 1.0], "weights": [2.0, 1.0], "unit": "h"}},
        {"weight": 0.7, "of": "lognormal(median 20 min, sigma 0.5)"}]}
    assert json.loads(Step(takes=written).model_dump_json())["takes"] == written
    assert read_distribution(written).text() == (
        "mixture(0.3 of empirical(2 values from 1 to 3 h), 0.7 of lognormal(median 20 min, sigma 0.5)) "
        "clamped 1 min ..")


def test_modifiers_are_values():
    normal = read_distribution("normal(mean 16 min, sd 2 min) truncated 10 .. 20 min shifted 30 s clamped .. 1 h")
    assert normal.truncated == Bounds(Quantity(10.0, "min"), Quantity(20.0, "min"))
    assert normal.shifted == Quantity(30.0, "s")
    assert normal.clamped == Bounds(None, Quantity(1.0, "h"))
    with pytest.raises(ValidationError, match="frozen"):
        normal.shifted = None


def mixture(*parts: tuple[float, object]) -> dict:
    return {"family": "mixture", "parts": [{"weight": weight, "of": of} for weight, of in parts]}


FAULTS = [
    ("about 3 minutes", "'about 3 minutes' is not a distribution; expected '12 min', 'exponential"),
    ("12 12", "'12 12' is not a number with a unit"),
    ("12 parsecs", "the unit 'parsecs' is not known; expected s, min, h or d"),
    (True, "True is not a distribution"),
    ({"median": 6}, "family None in a distribution; expected one of fixed, uniform"),
    ("lognorm(median 6 min, sigma 1)", "there is no distribution 'lognorm'.*expected fixed, uniform"),
    ("exponential(3 min)", r"\(3 min\) has a parameter without a name; expected \(mean\), as in exponential"),
    ("uniform(3 min)", r"1 parameters in \(3 min\); expected \(low, high\)"),
    ("normal(mean 1, mean 2, sd 1)", "gives mean twice"),
    ("lognormal(median 6 min, sd 2 min)", r"lognormal with median, sd; expected lognormal with \(median, sigma\) or"),
    ("lognormal(median 6 min, sigma 2 min)", "sigma is 2 min; expected a number without a unit"),
    ("triangular(1, 30 min, 2 h)", "low has no unit beside h and min; expected a unit with each number"),
    ("exponential(mean 3 min) roughly", "'roughly' after a distribution; expected truncated, shifted or clamped"),
    ("exponential(mean 3 min) clamped 1 .. shifted 2", "clamped then shifted; expected each at most once, and in the"),
    ("exponential(mean 3 min) clamped 1 min", "'1 min' is not a range; expected '1 min .. 60 min'"),
    ({"family": "exponential", "mean": "3 min", "clamped": [1, 2]}, r"\[1, 2\] is not a range; expected text"),
    ({"family": "exponential", "mean": 10**400}, "is out of range; expected a number between -1e.12 and 1e.12"),
    ({"family": "exponential", "mean": [3]}, r"\[3\] is not a number with a unit"),
    ("exponential(mean 3 min) clamped 5 .. 2 min", "the range 5 min .. 2 min ends before it begins"),
    ("exponential(mean 3) clamped 1 min ..", "'1 min' is a time, but exponential.mean 3. is a number without a unit"),
    ("uniform(1 h, 2 h) truncated 3 h ..", "has no values in 3 h ..; expected a range that it reaches"),
    ("uniform(2 h, 1 h)", "has no width; expected low < high"),
    ("triangular(1, 6, 5 h)", "is out of order; expected low <= mode <= high"),
    ("lognormal(median 6 min, p90 5 min)", "has its median at or above its p90"),
    ("lognormal(median 1e-300 h, p90 1e9 h)", "spreads over too many powers of ten"),
    ("gamma(mean 1 h, sd 1e-9 h)", "hardly varies; expected a standard deviation of at least 0.001 means"),
    ("gamma(mean 1 h, sd 9 h)", "has a standard deviation of more than 4.4 means"),
    (mixture((0.5, "3 min"), (0.4, "5 min")), "the weights 0.5, 0.4 add up to 0.9; expected 1"),
    (mixture((0.5, "3 min"), (0.5, 5)), "has parts with and without a unit"),
    ({"family": "empirical", "values": [1, 2], "weights": [1]}, "1 weights for 2 values; expected one weight a value"),
    ({"family": "piecewise", "at": [1, 2, 3], "cumulative": [0, 1]}, "3 values at 2 cumulative shares"),
    ({"family": "piecewise", "at": [1, 3, 2], "cumulative": [0, 0.5, 1]}, "at falls from 3 to 2; expected rising"),
    ({"family": "piecewise", "at": [1, 2], "cumulative": [0.1, 1]}, "cumulative runs from 0.1 to 1; expected from 0"),
]


@pytest.mark.parametrize(("written", "words"), FAULTS)
def test_what_is_wrong_is_said(written: object, words: str):
    with pytest.raises(ValidationError, match=words):
        read_distribution(written)


def test_no_two_faults_are_raised_at_one_line():
    places = {}
    for written, _ in FAULTS:
        frame = traceback.extract_tb(errors(written)[0]["ctx"]["error"].__traceback__)[-1]
        places.setdefault((frame.filename, frame.lineno), []).append(written)
    assert [shared for shared in places.values() if len(shared) > 1] == []


@pytest.mark.parametrize("written", [
    "exponential(mean 1e999 h)", "12 min shifted 1e999 h", float("inf"), float("nan"), "nan min", "1e13 d",
    {"family": "normal", "mean": float("inf"), "sd": 1}])
def test_what_is_no_finite_number_is_refused(written: object):
    assert "expected" in errors(written)[0]["msg"]


@pytest.mark.parametrize(("written", "place"), [
    ({"family": "exponential", "mean": 0}, ("exponential", "mean")),
    ({"family": "lognormal", "median": 1, "sigma": 0}, ("lognormal", "sigma")),
    ({"family": "empirical", "values": [1, float("inf")]}, ("empirical", "values", 1)),
    ({"family": "weibull", "shape": 0.001, "scale": 1}, ("weibull", "shape")),
    ("erlang(stages 2.5, mean 1 h)", ("erlang", "stages")),
    ({"family": "empirical", "values": [1]}, ("empirical", "values")),
    ({"family": "empirical", "values": [1, 2], "unit": "weeks"}, ("empirical", "unit")),
    ({"family": "piecewise", "at": [0, 1], "cumulative": [0, 1], "shape": 3}, ("piecewise", "shape")),
    (mixture((1.0, "exponential(mean -3 min)")), ("mixture", "parts", 0, "of", "exponential", "mean")),
])
def test_what_pydantic_refuses_is_named_by_its_place(written: object, place: tuple):
    assert errors(written)[0]["loc"] == place


def test_the_schema_lets_pass_what_is_read():
    schema = Step.model_json_schema()
    check = Draft202012Validator(schema)
    for family in FAMILIES.values():
        check.validate({"takes": yaml.safe_load(family.EXAMPLE)})
    check.validate({"takes": {"family": "lognormal", "median": "6 min", "p90": 11}})
    assert not check.is_valid({"takes": {"family": "lognorm", "median": 6}})
    assert not check.is_valid({"takes": ["6 min"]})
    assert schema["properties"]["takes"] == {"$ref": "#/$defs/Distribution"}
