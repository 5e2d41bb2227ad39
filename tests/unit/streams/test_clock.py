"""Whole microseconds, rounded half to even once."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_twin.streams import TICKS_PER_HOUR, to_hours, to_ticks

pytestmark = pytest.mark.unit


def test_ticks_are_microseconds():
    assert TICKS_PER_HOUR == 3600 * 1_000_000
    assert to_ticks(1.0) == TICKS_PER_HOUR
    assert to_ticks(12 / 60.0) == 12 * 60 * 1_000_000
    assert isinstance(to_ticks(0.4), int)


@pytest.mark.parametrize(("ticks", "rounded"), [(0.5, 0), (1.5, 2), (2.5, 2), (4.5, 4), (-0.5, 0), (-1.5, -2)])
def test_halves_go_to_the_even_tick(ticks: float, rounded: int):
    hours = ticks / TICKS_PER_HOUR
    assert hours * TICKS_PER_HOUR == ticks, "the example has to be exactly half a tick"
    assert to_ticks(hours) == rounded


@given(st.integers(0, 20 * 366 * 24 * TICKS_PER_HOUR))
def test_twenty_years_of_ticks_survive_the_way_to_hours_and_back(ticks: int):
    assert abs(to_ticks(to_hours(ticks)) - ticks) <= 1
