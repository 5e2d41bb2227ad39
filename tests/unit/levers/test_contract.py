"""What holds for every lever of the drawer, also for those that are still to come."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

import hospital_twin.levers as house
from hospital_twin.drawers import open_drawer
from hospital_twin.errors import BadInput
from hospital_twin.hospital import Hospital
from hospital_twin.levers import describe_levers, lever_from, read_scenario
from hospital_twin.scenario import Lever, Scenario

pytestmark = pytest.mark.unit
LEVERS = open_drawer("hospital_twin.levers", "LEVER")
every_lever = pytest.mark.parametrize("name", LEVERS)


def described(name: str, hospital: Hospital | None = None) -> dict:
    return next(one for one in describe_levers(hospital) if one["id"] == name)


def made(name: str, hospital: Hospital, **fields: object) -> Lever:
    """The lever of its own example, with what it names taken from the hospital, and other fields."""
    example = {field["name"]: field["example"] for field in described(name)["fields"]}
    names = {field["name"]: field["choices"][0] for field in described(name, hospital)["fields"] if field["names"]}
    return lever_from(name, **{**example, **names, **fields})


def neutral(name: str, hospital: Hospital) -> Lever:
    """The lever with what it must be given, and nothing else."""
    return lever_from(name, **{field["name"]: field["choices"][0] if field["choices"] else field["example"]
                               for field in described(name, hospital)["fields"] if field["required"]})


def test_the_drawer_holds_a_lever_per_file():
    files = {path.stem for path in Path(house.__file__).parent.glob("*.py") if not path.name.startswith("_")}
    assert set(LEVERS) >= files >= {"beds", "demand", "ed_staffing"}


@every_lever
def test_it_says_what_it_is(name):
    lever = LEVERS[name]
    assert issubclass(lever, Lever)
    assert lever.id == name
    assert lever.title
    assert len(lever.purpose.split()) > 15


@every_lever
def test_its_fields_tell_a_reader_all_that_is_needed(name, hospital):
    fields = described(name, hospital)["fields"]
    assert [field["name"] for field in fields] == list(LEVERS[name].model_fields)
    for field in fields:
        assert field["title"]
        assert len(field["description"].split()) >= 2
        assert field["type"] in ("integer", "number", "string")
        assert field["example"] is not None
        assert field["required"] == LEVERS[name].model_fields[field["name"]].is_required()
        if field["type"] == "string":
            assert field["names"] is None or field["choices"]
        else:
            assert field["unit"]
            assert field["min"] <= field["default"] <= field["max"]
            assert field["min"] <= field["example"] <= field["max"]
        if not field["required"]:
            assert field["default"] is not None


@every_lever
def test_its_example_is_a_lever(name, hospital):
    assert described(name)["example"]["lever"] == name
    lever = lever_from(**described(name)["example"])
    assert lever.sentence()
    assert lever != neutral(name, hospital)


@every_lever
def test_its_example_fits_the_hospital_that_is_named(name, hospital):
    about = described(name, hospital)
    assert lever_from(**about["example"]).apply(hospital) != hospital
    assert about["example"] == {"lever": name, **{field["name"]: field["example"] for field in about["fields"]}}


@every_lever
def test_names_may_be_written_as_people_write_them(name, hospital):
    for field in described(name, hospital)["fields"]:
        for choice in field["choices"] or ():
            if "_" in choice:
                for written in (f" {choice.replace('_', ' ').title()} ", choice.replace("_", "-").upper(),
                                choice.replace("_", "")):
                    assert outcome(made(name, hospital, **{field["name"]: written}), hospital) == outcome(
                        made(name, hospital, **{field["name"]: choice}), hospital)


def outcome(lever: Lever, hospital: Hospital) -> object:
    """The other hospital, or what is wrong with it."""
    try:
        return lever.apply(hospital)
    except BadInput as wrong:
        return str(wrong)


@every_lever
def test_it_changes_another_hospital_than_the_one_given(name, hospital):
    before = hospital.model_dump_json()
    lever = made(name, hospital)
    changed = lever.apply(hospital)
    assert hospital.model_dump_json() == before
    assert changed != hospital
    assert lever.apply(hospital) == changed
    assert changed.fits == hospital.fits


@every_lever
def test_neutral_changes_nothing(name, hospital):
    assert neutral(name, hospital).apply(hospital).model_dump_json() == hospital.model_dump_json()
    assert "unchanged" in neutral(name, hospital).sentence()


@every_lever
def test_what_is_saved_is_read_again(name, hospital, tmp_path):
    scenario = Scenario(name="a what-if: häuser", levers=(made(name, hospital), neutral(name, hospital)))
    scenario.save(tmp_path / "scenario.yaml")
    assert read_scenario(tmp_path / "scenario.yaml", hospital) == scenario


@every_lever
def test_fields_may_come_as_text(name, hospital):
    lever = made(name, hospital)
    text = {field: str(value) for field, value in lever.model_dump().items()}
    assert lever_from(**text) == lever


@every_lever
def test_a_name_that_the_hospital_does_not_have_is_answered_with_those_it_has(name, hospital):
    for field in described(name, hospital)["fields"]:
        if field["names"]:
            with pytest.raises(BadInput) as refused:
                made(name, hospital, **{field["name"]: "nowhere"}).apply(hospital)
            assert name in refused.value.where
            assert field["name"] in refused.value.where
            assert "'nowhere'" in refused.value.problem
            assert all(choice in refused.value.expected for choice in field["choices"])


@every_lever
def test_a_number_out_of_range_is_refused(name, hospital):
    numbers = [field for field in described(name)["fields"] if field["type"] != "string"]
    assert numbers
    for field in numbers:
        for value in (field["min"] - 1, field["max"] + 1, "many"):
            with pytest.raises(BadInput, match=re.escape(field["name"])):
                made(name, hospital, **{field["name"]: value})


@every_lever
def test_its_sentence_has_no_hyphen_for_a_minus(name, hospital):
    fewer = {field["name"]: -abs(field["example"]) for field in described(name)["fields"] if field["type"] != "string"}
    assert made(name, hospital, **fewer).sentence().startswith("\N{MINUS SIGN}")
