from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_twin.comparison import compare
from hospital_twin.comparison.sentences import number, shown
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


def test_what_is_too_small_to_matter_is_no_answer(made):
    assert sentence(made, {WAIT: [3.0] * 5, BOARDING: 40 + STEADY}, {WAIT: 3.5 + STEADY / 100, BOARDING: 44 + STEADY}
                    ) == (
        "x: median wait for a doctor: hardly changed; boarding hours a day: too few to tell")


def test_the_surest_change_comes_first(made):
    said = sentence(made, {WAIT: 38 + STEADY, BOARDING: 40 + STEADY},
                    {WAIT: 60 + 9 * STEADY, BOARDING: 44 + 2 * STEADY})
    assert said.index("boarding hours") < said.index("median wait")


def test_decimals_are_those_of_the_kpi_everywhere(made):
    ours, theirs = {WAIT: 38.4 + STEADY / 50}, {WAIT: 26.9 + STEADY / 60}
    assert sentence(made, ours, theirs) == "x: median wait for a doctor 38 → 27 min, −12 [−12, −11]"
    row = compare(made(ours), made(theirs, scenario="x")).table.iloc[0]
    assert shown(row, 0) == ("38", "27", "−12", "[−12, −11]")
    assert shown(row, 2) == ("38.40", "26.90", "−11.50", "[−11.50, −11.50]")


def test_a_difference_of_noise_is_shown_as_none(made):
    row = compare(made({WAIT: 30 + STEADY}), made({WAIT: 30 + STEADY}, scenario="x")).table.iloc[0].copy()
    row[["difference", "low", "high"]] = [2e-17, -0.04, 0.31]
    assert shown(row, 1)[2:] == ("0", "[0, +0.3]")


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
    text = number(value, decimals, sign=sign)
    assert any(digit in text for digit in "123456789")
    assert "-" not in text
    assert (text[0] == "−") == (value < 0)
    assert (text[0] == "+") == (value > 0 and sign)


def test_every_kpi_can_be_said(made):
    for kpi in (kpi for kpi in kpi_drawer().values() if not kpi.assumes):
        for statistic, about in kpi.statistics.items():
            key = (kpi.id, kpi.headline)
            said = sentence(made, {key: 30 + STEADY}, {key: 40 + STEADY / 2})
            assert said.startswith(f"x: {kpi.say} 30")
            assert about.words[0] != " "
            assert statistic


@pytest.mark.parametrize(("verdict", "interval"), [("worse", "[+0.04, +0.2]"), ("no clear difference", "[0, +0.2]")])
def test_no_end_of_a_clear_difference_is_written_as_nothing(verdict: str, interval: str):
    row = pd.Series({"baseline": 0.3, "value": 0.4, "difference": 0.1, "low": 0.037, "high": 0.21, "verdict": verdict})
    assert shown(row, 1).interval == interval
