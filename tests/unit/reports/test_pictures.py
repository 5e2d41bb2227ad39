from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from hospital_twin.eventlog import WHOLE_HOSPITAL
from hospital_twin.kpis import kpi_drawer
from hospital_twin.reports import beside_rows, beside_sentence, typical_week
from hospital_twin.reports.canvas import Canvas, above, round_steps
from hospital_twin.reports.pictures import beside_picture, spread_picture, week_picture
from tests import answers

pytestmark = pytest.mark.unit

BESIDE = pd.DataFrame(
    [(name, place, None, kpi_drawer()[name].headline, kpi_drawer()[name].unit, *values) for name, place, *values in (
        ("door_to_clinician", WHOLE_HOSPITAL, 30.0, 31.0, 28.0, 34.0, "inside"),
        ("boarding_hours", WHOLE_HOSPITAL, 50.0, 31.0, 28.0, 34.0, "off"),
        ("icu_refusals", WHOLE_HOSPITAL, float("nan"), 0.1, 0.0, 0.2, "not computable"),
        ("occupancy", "ward_b", 80.0, 80.0, 79.0, 81.0, "inside"))],
    columns=["kpi", "place", "hour", "statistic", "unit", "observed", "twin", "low", "high", "verdict"])


def numbers(path: str) -> list[float]:
    return [float(text) for text in re.findall(r"-?\d+(?:\.\d+)?", path)]


def test_places_on_the_paper():
    canvas = Canvas((0, 10), (0, 5), width=100, height=60, edges=(10, 0, 0, 10))
    assert (canvas.x(0), canvas.x(10), canvas.y(0), canvas.y(5)) == (10, 100, 50, 0)
    canvas.line([0, 5, 10], [0, float("nan"), 5], "median")
    canvas.band([0, 10], [0, 0], [5, 5], "outer")
    assert [mark.d for mark in canvas.marks] == ["M10.0 50.0 M100.0 0.0",
                                                 "M10.0 0.0 L100.0 0.0 L100.0 50.0 L10.0 50.0 Z"]


@pytest.mark.parametrize(("low", "high", "steps"), [
    (0, 10, [0, 2, 4, 6, 8, 10]), (0, 0.5, [0, 0.1, 0.2, 0.3, 0.4, 0.5]), (-3, 12, [0, 5, 10]), (2, 2, [2]),
    (0, 1234, [0, 500, 1000])])
def test_round_steps(low: float, high: float, steps: list[float]):
    assert round_steps(low, high) == steps


def test_a_border_above_everything():
    assert above([1, float("nan"), 100]) == pytest.approx(108)
    assert above([]) == 1


def test_the_fan_is_drawn_from_its_frame():
    found = answers.answer()
    week, other = typical_week(found, "majors"), typical_week(found, "majors", "two more doctors")
    picture = week_picture(week, [other])
    paths = {mark.style: numbers(mark.d) for mark in picture.marks if mark.kind == "path"}
    median = paths["median"]
    assert len(median) == 2 * 168
    # The highest point of the line is at the hour that the sentence names.
    heights = median[1::2]
    assert heights.index(min(heights)) == week.bands["q50"].idxmax() == 23
    assert paths["other other0"] == median
    assert len(set(paths["staffed"][1::2])) == 1
    assert picture.sentence == week.sentence(other)
    assert {key.text for key in picture.keys} >= {"places", "the log: middle week"}


def test_the_spread_shows_what_changed():
    picture = spread_picture(answers.answer())
    assert picture is not None
    assert picture.title.startswith("Boarding")
    assert sum(mark.kind == "dot" for mark in picture.marks) == 2 * answers.REPLICATIONS
    assert "30.0 to 33.0 h a day in baseline; 33.0 to 36.1 h a day in two more doctors" in picture.sentence


def test_no_spread_without_a_number():
    found = answers.answer()
    nothing = tuple(replace(runs, kpis=runs.kpis.assign(value=float("nan"))) for runs in found.runs)
    assert spread_picture(replace(found, runs=nothing, comparison=None)) is None


def test_the_log_beside_the_twin():
    rows = {row.title: row for row in beside_rows(BESIDE)}
    assert set(rows) == {"Door to clinician", "Boarding", "Critical care refusals"}
    assert (rows["Door to clinician"].inside, rows["Door to clinician"].position) == (True, pytest.approx(-1 / 3))
    assert (rows["Boarding"].inside, rows["Boarding"].observed) == (False, "50.0")
    assert rows["Critical care refusals"].position is None
    assert beside_sentence(list(rows.values())) == (
        "1 of 2 headline numbers of the log lie within the twin's 95 % range for a log of that length; outside: "
        "Boarding (50.0 in the log, 28.0 to 34.0 h a day in the twin).")
    picture = beside_picture(list(rows.values()))
    assert picture is not None
    assert [mark.style for mark in picture.marks if mark.kind == "dot"] == ["log", "log off"]


def test_ranges_without_width():
    point = BESIDE.assign(low=30.0, high=30.0, observed=[30.0, 31.0, 29.0, 30.0],
                          verdict=["inside", "off", "off", "inside"])
    assert [row.position for row in beside_rows(point)] == [0.0, 2.0, -2.0]
    nothing = beside_rows(point.assign(observed=float("nan"), verdict="not computable"))
    assert beside_picture(nothing) is None
    assert beside_sentence(nothing) == beside_sentence([]) == "The log has no number that the twin has too."


def test_a_range_that_holds_almost_anything_counts_as_nothing():
    wide = BESIDE.assign(verdict=["too wide to tell", "off", "not computable", "inside"])
    row = beside_rows(wide)[0]
    assert (row.word, row.inside, row.position, row.range) == ("too wide to tell", False, None, "28 to 34")
    said = beside_sentence(beside_rows(wide))
    assert said.startswith("0 of 1 headline numbers of the log lie within")
    assert said.endswith("in the twin). Too wide a range to tell: Door to clinician.")
    alone = beside_sentence(beside_rows(wide.head(1)))
    assert alone == ("The log has no number that can be held to the twin's range. Too wide a range to tell: Door to "
                     "clinician.")
