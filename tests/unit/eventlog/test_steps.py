"""Step curves against counting by hand, minute by minute."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_twin.eventlog import StepCurve
from hospital_twin.eventlog.clock import NEVER, TICKS_PER_HOUR

pytestmark = pytest.mark.unit
MINUTE = TICKS_PER_HOUR // 60
SPAN = 120  # minutes

intervals = st.lists(max_size=12, elements=st.tuples(
    st.integers(-30, SPAN + 30), st.integers(0, SPAN) | st.none(), st.sampled_from([1, 0.5])))


def arrays(stays):
    begin = np.array([b * MINUTE for b, _, _ in stays], dtype=np.int64)
    end = np.array([NEVER if length is None else (b + length) * MINUTE for b, length, _ in stays], dtype=np.int64)
    return begin, end, np.array([float(amount) for *_, amount in stays])


def number_at(stays, minute):
    """How much is there in the minute that begins then, by looking at every stay."""
    return sum(amount for b, length, amount in stays if b <= minute and (length is None or minute < b + length))


@given(intervals, st.lists(st.integers(0, SPAN), min_size=2, max_size=6, unique=True).map(sorted))
def test_integral_is_the_sum_over_minutes(stays, edges):
    found = StepCurve.of_intervals(*arrays(stays)).integral(np.array(edges) * MINUTE)
    expected = [sum(number_at(stays, m) for m in range(a, b)) / 60 for a, b in zip(edges, edges[1:], strict=False)]
    assert np.allclose(found, expected)


@given(intervals)
def test_level_at_each_minute(stays):
    curve = StepCurve.of_intervals(*arrays(stays))
    assert np.allclose(curve.at(np.arange(SPAN) * MINUTE), [number_at(stays, m) for m in range(SPAN)])


@given(intervals, intervals)
def test_joined_curves_are_the_function_of_both(one, other):
    joined = StepCurve.of_intervals(*arrays(one)).joined_with(StepCurve.of_intervals(*arrays(other)), np.maximum)
    expected = [max(number_at(one, m), number_at(other, m)) for m in range(SPAN)]
    assert np.allclose(joined.at(np.arange(SPAN) * MINUTE), expected)


def test_what_never_began_or_ends_before_it_begins_does_not_count():
    begin, end = np.array([NEVER, 60 * MINUTE]), np.array([NEVER, 30 * MINUTE])
    assert StepCurve.of_intervals(begin, end).integral(np.array([0, 120 * MINUTE])).tolist() == [0.0]


def test_settings_hold_until_the_next_and_are_unknown_before_the_first():
    curve = StepCurve.of_settings(np.array([10, 20, 20]), np.array([3.0, 5.0, 4.0]))
    assert np.isnan(curve.at(np.array([9]))[0])
    assert curve.at(np.array([10, 19, 20, 99])).tolist() == [3, 3, 4, 4]


def test_without_cells_there_is_nothing_to_add_up():
    assert len(StepCurve.of_settings(np.array([0]), np.array([1.0])).integral(np.zeros(0, np.int64))) == 0
