"""The contract of every unit type of the drawer, and what each is known to give."""
from __future__ import annotations

import pytest

from hospital_twin.distributions import read_distribution
from hospital_twin.drawers import open_drawer
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import UNIT_KINDS
from hospital_twin.layout import Layout, Unit
from hospital_twin.unit_types import UnitType, expanded

pytestmark = pytest.mark.unit

DRAWER = open_drawer("hospital_twin.unit_types", "UNIT_TYPE")
SAID = {"type": "ward", "kind": "other", "places": 7, "role": "place", "order": ("number", "join"),
        "at_fall": "hand_over", "named": True, "staff": {"nurse": "1 per 4"}, "cleaning": "3 min", "admits": "1",
        "outliers": ("elsewhere",), "room": 9, "refuse_as": "sent_away",
        "discharge": {"profile": {"09:00-10:00": 1}}}
"""Every field that a template could fill, said by the unit itself."""


@pytest.fixture(params=sorted(DRAWER))
def unit_type(request: pytest.FixtureRequest) -> UnitType:
    return DRAWER[request.param]


def test_a_type_has_a_title_of_its_own(unit_type: UnitType) -> None:
    assert unit_type.title.strip()
    assert sum(other.title == unit_type.title for other in DRAWER.values()) == 1


def test_expanding_leaves_the_unit_as_it_was(unit_type: UnitType) -> None:
    unit = Unit(places=4)
    unit_type.expand(unit)
    assert unit == Unit(places=4)
    assert unit.model_fields_set == {"places"}


def test_expanding_is_the_same_each_time_and_twice_is_once(unit_type: UnitType) -> None:
    once = unit_type.expand(Unit(places=4))
    assert once == unit_type.expand(Unit(places=4)) == unit_type.expand(once)


def test_what_the_unit_says_holds(unit_type: UnitType) -> None:
    unit = Unit.model_validate(SAID)
    assert unit_type.expand(unit) == unit


def test_a_unit_may_say_that_it_has_none(unit_type: UnitType) -> None:
    unit = Unit(places=4, cleaning=None, discharge=None, room=None, refuse_as=None)
    filled = unit_type.expand(unit)
    assert (filled.cleaning, filled.discharge, filled.room, filled.refuse_as) == (None, None, None, None)


def test_a_type_fills_something_with_values_that_a_layout_could_state(unit_type: UnitType) -> None:
    filled = unit_type.expand(Unit(places=4))
    assert filled != Unit(places=4)
    assert filled.kind in UNIT_KINDS
    assert Unit.model_validate(filled.model_dump(by_alias=True, mode="json")) == filled


def test_a_type_never_touches_what_only_the_hospital_knows(unit_type: UnitType) -> None:
    filled = unit_type.expand(Unit(places=4))
    assert (filled.places, filled.staff, filled.outliers, filled.polygon) == (4, {}, (), ())


@pytest.mark.parametrize(("name", "kind"), [
    ("ward", "ward"), ("ed_area", "ed"), ("assessment_unit", "assessment"), ("high_dependency", "high_dependency"),
    ("critical_care", "critical_care"), ("operating_theatre", "theatre"), ("theatre_recovery", "recovery")])
def test_kinds(name: str, kind: str) -> None:
    assert DRAWER[name].expand(Unit(places=1)).kind == kind


def test_a_ward_sends_a_fifth_home_before_noon_and_fewer_at_weekends() -> None:
    window = DRAWER["ward"].expand(Unit(places=1)).discharge
    weights = {int(hours[:2]): weight for hours, weight in window.profile.items()}
    assert sum(w for hour, w in weights.items() if hour < 12) / sum(weights.values()) == pytest.approx(0.186, abs=0.001)
    assert window.weekdays["sun"] < window.weekdays["sat"] < 1


def test_critical_care_gives_a_bed_at_once_or_refuses() -> None:
    unit = DRAWER["critical_care"].expand(Unit(places=1))
    assert (unit.room, unit.refuse_as) == (0, "transferred_out")
    assert DRAWER["high_dependency"].expand(Unit(places=1)).room is None


def _layout(**units: Unit) -> Layout:
    return Layout(name="Any", units=units, sources={"x": {"pathway": "p", "rate": 1, "ceiling": 1}},
                  pathways={"p": [{"leave": "l", "as": "home"}]})


def test_a_layout_is_filled_in_unit_by_unit() -> None:
    layout = _layout(a=Unit(places=1, type="ward", cleaning="5 min"), b=Unit(places=2))
    filled = expanded(layout)
    assert filled.units["a"].kind == "ward"
    assert filled.units["a"].cleaning == read_distribution("5 min")
    assert filled.units["b"] == layout.units["b"]
    assert layout.units["a"].kind == "other"
    assert expanded(filled) == filled


def test_a_type_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(BadInput, match="there is no unit type 'wardd'") as answer:
        expanded(_layout(a=Unit(places=1, type="wardd")))
    assert answer.value.where == "units.a.type"
    assert all(name in answer.value.expected for name in DRAWER)
