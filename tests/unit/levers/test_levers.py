"""What each lever does, by hand."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_twin.errors import BadInput
from hospital_twin.layout.terms import DAYS, UNLIMITED, week_minutes, window_of
from hospital_twin.levers import describe_levers, lever_from
from hospital_twin.levers._capacity import raised_within

pytestmark = pytest.mark.unit


def by_minute(pattern) -> list[float]:
    changes = [*week_minutes(pattern), (10080, 0)]
    return [value for (begin, value), (end, _) in zip(changes, changes[1:], strict=False) for _ in range(begin, end)]


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def window(days: list[str], begin: int, length: int) -> str:
    return f"{','.join(days)} {clock(begin)}-{clock((begin + length - 1) % 1440 + 1)}"


windows = st.builds(window, st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True), st.integers(0, 1439),
                    st.integers(1, 1439))
patterns = st.integers(0, 9) | st.dictionaries(windows, st.integers(0, 9), min_size=1, max_size=4)


@given(patterns, st.integers(0, 5), windows)
def test_staff_rise_inside_the_window_and_nowhere_else(pattern, extra, window):
    days, begin, end = window_of(window)
    inside = {(day * 1440 + minute) % 10080 for day in days for minute in range(begin, end)}
    before, after = by_minute(pattern), by_minute(raised_within(pattern, extra, window, "", "doctors"))
    assert [later - now for now, later in zip(before, after, strict=True)] == [
        extra if minute in inside else 0 for minute in range(10080)]


def test_ed_staffing_is_said_as_people_say_it():
    def say(**fields):
        return lever_from("ed_staffing", pool="ed_doctor", **fields).sentence()
    assert say(extra=2, window="10:00-22:00") == "+2 ED doctors 10:00–22:00"
    assert say(extra=-1, window="mon-fri,sun 22:00-06:00") == "−1 ED doctor Mon–Fri, Sun 22:00–06:00"
    assert say(extra=1) == "+1 ED doctor"
    assert say(extra=0, window="10:00-22:00") == "ED doctors 10:00–22:00 unchanged"


def test_beds_and_demand_are_said_as_people_say_it():
    assert lever_from("beds", unit="icu", change=2).sentence() == "+2 ICU beds"
    assert lever_from("beds", unit="ward_3", change=-1).sentence() == "−1 bed in ward 3"
    assert lever_from("beds", unit="bays", change=2).sentence() == "+2 beds in bays"
    assert lever_from("beds", unit="assessment_unit", change=-1).sentence() == "−1 assessment unit bed"
    assert lever_from("demand", change=10).sentence() == "+10 % arrivals"
    assert lever_from("demand", source="walk_in", change=-7.5).sentence() == "−7.5 % walk in arrivals"


def test_staff_may_fall_to_nobody_but_not_below(hospital):
    night = lever_from("ed_staffing", pool="ed_doctor", extra=-1, window="00:00-08:00")
    on_duty = night.apply(hospital).layout.staff["ed_doctor"].on_duty
    assert by_minute(on_duty)[:481] == [0] * 480 + [4]
    with pytest.raises(BadInput, match="2 fewer ED doctors, where on Mon 00:00 there are 1\n.*−1 or more"):
        lever_from("ed_staffing", pool="ed_doctor", extra=-2).apply(hospital)


def test_beds_come_and_go_where_the_unit_is_open(hospital):
    def places(unit, change):
        return lever_from("beds", unit=unit, change=change).apply(hospital).layout.units[unit].places
    assert places("icu", 3) == 7
    assert places("icu", -4) == 0
    assert places("attic", 2) == 2
    assert places("day_unit", -2) == {"mon-fri 08:00-18:00": 4, "sat 08:00-12:00": 0}
    with pytest.raises(BadInput, match="5 fewer ICU beds, where there are 4\n.*a change of −4 or more"):
        places("icu", -5)
    with pytest.raises(BadInput, match="3 fewer day unit beds, where there are 2"):
        places("day_unit", -3)
    with pytest.raises(BadInput, match="never open"):
        places("never_open", 3)


def test_what_has_no_limit_is_not_raised(hospital):
    assert hospital.layout.units["corridor"].places == UNLIMITED
    with pytest.raises(BadInput, match="corridor beds have no limit"):
        lever_from("beds", unit="corridor", change=2).apply(hospital)
    with pytest.raises(BadInput, match="porters have no limit"):
        lever_from("ed_staffing", pool="porter", extra=2).apply(hospital)


def test_a_lever_keeps_what_the_unit_type_fills_in(hospital):
    unit = lever_from("beds", unit="icu", change=1).apply(hospital).layout.units["icu"]
    assert unit.model_fields_set == hospital.layout.units["icu"].model_fields_set


def test_demand_multiplies_rates_and_leaves_bookings(hospital):
    sources = lever_from("demand", change=-20).apply(hospital).layout.sources
    assert sources["walk_in"].times == pytest.approx(1.2)
    assert sources["ambulance"].times == pytest.approx(0.8)
    assert sources["clinic"] == hospital.layout.sources["clinic"]
    sources = lever_from("demand", source="ambulance", change=50).apply(hospital).layout.sources
    assert sources["walk_in"] == hospital.layout.sources["walk_in"]
    assert sources["ambulance"].times == 1.5
    with pytest.raises(BadInput, match="'clinic' has no arrival rate.*\n.*all, walk_in, ambulance$"):
        lever_from("demand", source="clinic", change=10).apply(hospital)


def test_levers_follow_one_another(hospital):
    twice = lever_from("demand", change=100)
    assert twice.apply(twice.apply(hospital)).layout.sources["walk_in"].times == 6.0


def test_a_name_that_two_could_mean_is_not_guessed(hospital):
    units = hospital.layout.units
    both = hospital.with_layout(units={**units, "ward_1_1": units["icu"], "ward_11": units["icu"]})
    with pytest.raises(BadInput, match="there is no unit 'ward11'.*\n.*ward_1_1, ward_11"):
        lever_from("beds", unit="Ward11", change=1).apply(both)
    changed = lever_from("beds", unit="WARD 1-1", change=1).apply(both).layout.units
    assert (changed["ward_1_1"].places, changed["ward_11"].places) == (5, 4)
    with pytest.raises(BadInput, match="no unit 'ccu' in Small General\n.*icu, corridor"):
        lever_from("beds", unit="CCU", change=1).apply(hospital)
    with pytest.raises(BadInput, match="3 is not a name"):
        lever_from("beds", unit=3, change=1)


def test_an_example_fits_the_hospital_or_there_is_none(hospital):
    def described(of):
        return {one["id"]: one for one in describe_levers(of)}
    units = hospital.layout.units
    no_icu = hospital.with_layout(units={"corridor": units["corridor"], "day_unit": units["day_unit"]}, staff={})
    assert described(hospital)["beds"]["example"]["unit"] == "icu"
    assert described(no_icu)["beds"]["example"] == {"lever": "beds", "unit": "day_unit", "change": 2}
    assert described(no_icu)["ed_staffing"]["example"] is None


@pytest.mark.parametrize("window", ["22:00-22:00", "mon-fri 10:00-10:00", "24:00-24:00"])
def test_a_window_that_ends_when_it_begins_is_not_all_day(window):
    with pytest.raises(BadInput, match="ends when it begins\n.*00:00-24:00 for the whole day"):
        lever_from("ed_staffing", pool="ed_doctor", extra=1, window=window)
