"""The chart of a typical week, without Dash."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dashboards import theme
from dashboards.views import week
from tests import answers

pytestmark = pytest.mark.unit


def traces(place: str = "majors", scenario: str | None = "two more doctors", **changes: object) -> dict:
    chart = week.figure(week.prepare(answers.answer(**changes), place, scenario))
    return {trace.name: trace for trace in chart.data if trace.name}


def test_every_line_is_there_with_its_numbers():
    found = traces()
    assert list(found) == ["baseline: lowest to highest of 8 weeks", "the middle half of them", "places",
                           "baseline: middle week", "two more doctors: middle week", "the log: middle week"]
    bands = week.prepare(answers.answer(), "majors")[0].bands
    assert np.array_equal(found["baseline: middle week"].y, bands["q50"])
    assert np.array_equal(found["baseline: lowest to highest of 8 weeks"].y, bands["high"])
    assert set(found["the log: middle week"].y) == {12.0}
    assert set(found["places"].y) == {30.0}


def test_without_scenario_or_log():
    found = traces("everybody present", "baseline", observed=None)
    assert list(found) == ["baseline: lowest to highest of 8 weeks", "the middle half of them", "baseline: middle week"]


def test_other_staffed_places_are_shown_where_they_differ():
    ours, theirs = week.prepare(answers.answer(), "majors", "two more doctors")
    more = replace(theirs, staffed=ours.staffed + 2)
    names = [trace.name for trace in week.figure((ours, more)).data]
    assert "two more doctors: places" in names


def test_the_picture_itself_says_what_it_shows():
    for scenario, title in (("two more doctors", "Patients in majors: baseline and two more doctors"),
                            ("baseline", "Patients in majors: baseline")):
        assert week.figure(week.prepare(answers.answer(), "majors", scenario)).layout.title.text == title
    nasty = week.figure(week.prepare(answers.answer(scenario=answers.NASTY), "majors", answers.NASTY))
    assert "<" not in nasty.layout.title.text


def test_no_negative_counts_and_a_named_unit():
    axis = week.figure(week.prepare(answers.answer(), "majors")).layout.yaxis
    assert (axis.title.text, axis.rangemode) == ("patients", "tozero")


def test_the_numbers_are_those_of_the_picture():
    rows = week.table(*week.prepare(answers.answer(), "majors", "two more doctors"))
    assert list(rows.columns) == ["from", "lowest", "1 in 4 below", "middle week", "1 in 4 above", "highest", "places",
                                  "two more doctors: middle week", "log: middle week"]
    noon = rows.set_index("from").loc["Tue 12:00"]
    assert (noon["middle week"], noon["places"], noon["log: middle week"]) == (13.5, 30, 12)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours."""
    def luminance(colour: str) -> float:
        parts = [int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["BASELINE", "SCENARIO", "LOG", "CAPACITY"])
def test_lines_stand_out_from_the_paper(name: str):
    assert contrast(getattr(theme, name), "#FFFFFF") >= 3


@pytest.mark.parametrize("name", ["INK", "MUTED"])
def test_words_stand_out_from_the_paper(name: str):
    assert contrast(getattr(theme, name), "#F4F6F8") >= 4.5


def test_a_tint_is_the_colour_thinned():
    assert theme.tint("#0072B2", 0.18) == "rgba(0, 114, 178, 0.18)"
