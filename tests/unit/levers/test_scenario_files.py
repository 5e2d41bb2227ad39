"""Scenario files: read, written, and refused with file, line and what would be right."""
from __future__ import annotations

from textwrap import dedent

import pytest

from hospital_twin.errors import BadInput
from hospital_twin.levers import lever_from, read_scenario, scenario_from
from hospital_twin.scenario import BASELINE, Scenario

pytestmark = pytest.mark.unit

GOOD = """
    name: More of everything
    description: To see what gives way first.
    levers:
      - {lever: demand, change: 10}
      - lever: ed_staffing
        pool: ed_doctor
        extra: 2
        window: "10:00-22:00"
"""
FAULTS = {
    "no such lever": ("levers:\n  - lever: helicopters", "line 3", "'helicopters'", "one of beds, "),
    "no lever named": ("levers:\n  - extra: 2", "line 3", "names no lever", "{lever: id"),
    "no list": ("levers: {lever: demand}", "line 2", "levers is", "a list of levers"),
    "unknown field": ("levers:\n  - lever: beds\n    unit: icu\n    number: 3", "line 5", "no field 'number'",
                      "one of unit, change"),
    "out of range": ("levers:\n  - lever: beds\n    unit: icu\n    change: 2000", "line 5: change", "2000", "500"),
    "not a window": ("levers:\n  - lever: ed_staffing\n    pool: ed_doctor\n    window: always", "line 5", "'always'",
                     "HH:MM-HH:MM"),
    "unknown unit": ("levers:\n  - lever: beds\n    unit: moon\n    change: 2", "line 3", "'moon'", "icu, corridor"),
    "unknown pool": ("levers:\n  - lever: ed_staffing\n    pool: pilot", "line 3", "'pilot'", "ed_doctor, porter"),
    "unknown source": ("levers:\n  - lever: demand\n    source: sea", "line 3", "'sea'", "all, walk_in"),
    "fewer than nothing": ("levers:\n  - lever: beds\n    unit: icu\n    change: -9", "line 3", "9 fewer", "−4"),
    "more of what is missing": ("lever: beds", "line 2", "'lever'", "'levers'"),
    "not YAML": ("levers: [", "line 3", "not YAML", "spaces"),
}


def written(tmp_path, text: str):
    path = tmp_path / "what_if.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file(tmp_path, hospital):
    scenario = read_scenario(written(tmp_path, dedent(GOOD)), hospital)
    assert scenario.name == "More of everything"
    assert scenario.sentence() == "+10 % arrivals; +2 ED doctors 10:00–22:00"
    assert scenario.levers[1] == lever_from("ed_staffing", pool="ed_doctor", extra=2, window="10:00-22:00")
    changed = scenario.apply(hospital)
    assert changed.layout.sources["walk_in"].times == pytest.approx(1.65)
    assert changed.layout.staff != hospital.layout.staff


def refusal(tmp_path, hospital, fault: str) -> pytest.ExceptionInfo[BadInput]:
    with pytest.raises(BadInput) as refused:
        read_scenario(written(tmp_path, f"name: x\n{FAULTS[fault][0]}"), hospital)
    return refused


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_file_line_and_what_would_be_right(tmp_path, hospital, fault):
    _, where, problem, expected = FAULTS[fault]
    error = refusal(tmp_path, hospital, fault).value
    assert "what_if.yaml" in error.where
    assert where in error.where
    assert problem in error.problem
    assert expected in error.expected
    assert error.where in str(error)


def test_faults_are_raised_each_at_a_line_of_its_own(tmp_path, hospital):
    raised = {fault: (str(at.path), at.lineno) for fault in FAULTS
              for at in [refusal(tmp_path, hospital, fault).traceback[-1]]}
    # What the model itself says of a value (its range, its form, a word that is not known) comes from one door.
    of_the_model = ("not a window", "more of what is missing")
    assert all(raised[fault] == raised["out of range"] for fault in of_the_model)
    others = [place for fault, place in raised.items() if fault not in of_the_model]
    assert len(set(others)) == len(others) == 10


def test_a_file_that_is_not_there_or_empty(tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        read_scenario(tmp_path / "nowhere.yaml")
    with pytest.raises(BadInput, match="holds no fields"):
        read_scenario(written(tmp_path, ""))


def test_a_fault_of_a_lever_on_its_own_names_the_lever():
    with pytest.raises(BadInput) as refused:
        lever_from("beds", unit="icu", change="lots")
    assert "lever beds" in refused.value.where
    assert "change" in refused.value.where
    with pytest.raises(BadInput, match="'unit' is missing"):
        lever_from("beds", change=2)


def test_plain_values_make_the_same_scenario():
    scenario = Scenario(name="x", levers=(lever_from("beds", unit="icu", change=2),))
    assert scenario_from(scenario.model_dump(mode="json")) == scenario
    assert hash(scenario_from(scenario.model_dump(mode="json"))) == hash(scenario)


def test_the_baseline_changes_nothing_and_says_its_name(hospital):
    assert BASELINE.apply(hospital) is hospital
    assert BASELINE.sentence() == BASELINE.name == "baseline"
