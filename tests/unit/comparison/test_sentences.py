from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_twin.comparison import compare
from hospital_twin.comparison.sentences import decimals_for, number
from hospital_twin.kpis import kpi_drawer

pytestmark = pytest.mark.unit
WAIT, BOARDING, CANCELLED = ("door_to_clinician", "median"), ("boarding_hours", "per_day"), ("elective_cancellations",
                                                                                            "per_day")
STEADY = np.array([-1.0, 0.5, 1.0, -0.5, 0.0])


def sentence(made, ours, theirs, **about) -> str:
    return compare(made(ours), made(theirs, **{"scenario": "x", **about})).sentence()


def test_the_answer_in_one_sentence(made):
    before = {WAIT: 38 + 5 * STEADY, BOARDING: 40 + STEADY, CANCELLED: [float("nan")] * 5}
    after = {WAIT: 27 + 4 * STEADY, BOARDING: 40 + 2 * STEADY, CANCELLED: [float("nan")] * 5}
    assert sentence(made, before, after, says="+2 ED doctors 10:00–22:00") == (
        "+2 ED doctors 10:00–22:00: median wait for a doctor 38 → 27 min, −11 [−12, −10]; "
        "boarding hours a day: no clear difference")


def test_a_unit_that_the_words_say_is_not_said_twice(made):
    assert sentence(made, {BOARDING: 3 + STEADY / 9}, {BOARDING: 5 + STEADY / 8}) == (
        "x: boarding hours a day 3.0 → 5.0 h, +2.0 [+2.0, +2.0]")
    assert sentence(made, {CANCELLED: 3 + STEADY / 9}, {CANCELLED: 5 + STEADY / 8}) == (
        "x: elective cancellations a day 3.00 → 5.00, +2.00 [+1.99, +2.01]")


def test_a_clear_difference_is_never_shown_as_nothing(made):
    assert sentence(made, {WAIT: [0.0] * 5}, {WAIT: 0.02 + STEADY / 1000}) == (
        "x: median wait for a doctor 0 → 0.02 min, +0.02 [+0.02, +0.02]")


def test_rounded_numbers_agree_with_each_other(made):
    assert sentence(made, {WAIT: 38.4 + STEADY / 50}, {WAIT: 26.9 + STEADY / 60}) == (
        "x: median wait for a doctor 38.4 → 26.9 min, −11.5 [−11.5, −11.5]")


def test_nothing_to_say(made):
    assert sentence(made, {WAIT: [float("nan")] * 3}, {WAIT: [float("nan")] * 3}) == (
        "x: nothing can be computed from these runs")


@pytest.mark.parametrize(("value", "decimals", "sign", "text"), [
    (-11, 0, True, "−11"), (11.26, 1, True, "+11.3"), (1234.5, 0, False, "1,234"), (0, 2, True, "0"),
    (0.0, 1, False, "0"), (-0.4, 0, False, "−0.4"), (0.000012, 2, False, "0.00001"), (-2, 1, False, "−2.0"),
])
def test_numbers(value, decimals, sign, text):
    assert number(value, decimals, sign=sign) == text


@given(st.floats(-1e6, 1e6).filter(lambda value: abs(value) > 1e-12), st.integers(0, 3), st.booleans())
def test_no_number_but_nothing_looks_like_nothing(value, decimals, sign):
    shown = number(value, decimals_for([value], decimals), sign=sign)
    assert any(digit in shown for digit in "123456789")
    assert "-" not in shown
    assert (shown[0] == "−") == (value < 0)
    assert (shown[0] == "+") == (value > 0 and sign)


def test_every_kpi_can_be_said(made):
    for kpi in (kpi for kpi in kpi_drawer().values() if not kpi.assumes):
        for statistic, about in kpi.statistics.items():
            key = (kpi.id, kpi.headline)
            said = sentence(made, {key: 30 + STEADY}, {key: 40 + STEADY / 2})
            assert said.startswith(f"x: {kpi.say} 30")
            assert about.words[0] != " "
            assert statistic
