"""Which days are holidays, and how a layout names their calendar."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hospital_twin.errors import BadInput
from hospital_twin.hospital import Hospital, read_hospital
from hospital_twin.layout.public_holidays import GROUPS, holiday_groups
from tests.tiny import layout_of

pytestmark = pytest.mark.unit

A_YEAR = np.arange("2024-01-01", "2025-01-01", dtype="datetime64[D]")
LAYOUT = """
    sources: {a: {pathway: p, rate: 1, ceiling: 4, holidays: HOLIDAYS}}
    pathways: {p: [{leave: out, as: home}]}
"""


def holidays(text: str):
    return layout_of(LAYOUT.replace("HOLIDAYS", text)).sources["a"].holidays


@pytest.mark.parametrize(("calendar", "groups"), [
    ("US", {"christmas_day": ["12-25"], "thanksgiving": ["11-28"],
            "others": ["01-01", "01-15", "02-19", "05-27", "06-19", "07-04", "09-02", "10-14", "11-11"]}),
    ("CA-QC", {"christmas_day": ["12-25"], "thanksgiving": ["10-14"],
               "others": ["01-01", "03-29", "05-20", "06-24", "07-01", "09-02"]}),
    ("GB-ENG", {"christmas_day": ["12-25"], "thanksgiving": [],
                "others": ["01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-26"]})])
def test_the_holidays_of_2024_are_those_of_the_almanac(calendar: str, groups: dict[str, list[str]]):
    found = holiday_groups(A_YEAR, calendar)
    assert {group: [str(day)[5:] for day in A_YEAR[found == place]] for place, group in enumerate(GROUPS)} == groups


def test_without_a_calendar_no_day_is_one():
    assert (holiday_groups(A_YEAR, None) == len(GROUPS)).all()


@pytest.mark.parametrize("calendar", ["XX", "US-", "US-Bavaria", "", "-QC", "us"])
def test_a_place_without_a_calendar_is_refused(calendar: str):
    with pytest.raises(BadInput, match="no calendar"):
        holiday_groups(A_YEAR, calendar)
    with pytest.raises(BadInput, match="sources.a.holidays.*there is no calendar of public holidays"):
        holidays(repr(calendar))


def test_a_calendar_alone_stands_for_one_factor():
    assert holidays("US").by_group() == (1.0, 1.0, 1.0, 1.0)
    assert holidays("{calendar: US, times: 0.8}").by_group() == (0.8, 0.8, 0.8, 1.0)
    assert holidays("{calendar: US, times: {others: 0.9, christmas_day: 0.5}}").by_group() == (0.5, 1.0, 0.9, 1.0)


def test_norway_is_a_place_and_no_word_for_false(tmp_path: Path):
    with pytest.raises(BadInput, match="no is read as false"):
        holidays("NO")
    with pytest.raises(BadInput, match="no is read as false"):
        holidays("{calendar: NO, times: 0.9}")
    hospital = Hospital.of(layout_of(LAYOUT.replace("HOLIDAYS", '"NO"')))
    hospital.save(tmp_path / "hospital.yaml")
    assert read_hospital(tmp_path / "hospital.yaml") == hospital


def test_holidays_of_what_has_no_rate_are_refused():
    with pytest.raises(BadInput, match="has holidays but no rate"):
        layout_of("""
            sources: {a: {pathway: p, present: 3, holidays: US}}
            pathways: {p: [{leave: out, as: home}]}
        """)
