from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hospital_twin.errors import BadInput
from hospital_twin.reports import telling_places, typical_week
from hospital_twin.reports.staffing import hours_of, staffed_places
from hospital_twin.reports.weeks import week_bands
from tests import answers

pytestmark = pytest.mark.unit

MONDAY_NOON, SUNDAY_NIGHT = 12, 6 * 24 + 3


def test_bands_by_hand():
    values = np.array([[1.0, 5.0, 2.0], [3.0, 7.0, 4.0]])
    bands = week_bands(values, np.array([10, 11, 10]))
    assert bands.index.tolist() == [10, 11]
    assert bands.loc[10, "q50"] == 2.5
    assert bands.loc[11].tolist() == pytest.approx([5.1, 5.5, 6.0, 6.5, 6.9])


def test_a_week_of_the_made_up_hospital():
    week = typical_week(answers.answer(), "majors")
    # At noon every replication r has 12 + r patients, r = 0..3.
    assert week.bands.loc[MONDAY_NOON, "q50"] == 13.5
    assert week.bands.loc[MONDAY_NOON, "q05"] == pytest.approx(12.0, abs=0.16)
    assert len(week.bands) == 168
    assert (week.title(), week.scenario) == ("Patients in majors", "baseline")


def test_local_hours_are_kept_when_the_clock_changes():
    # The run crosses the night in which 01:00 is skipped; an hour of the day is that hour before and after.
    bands = typical_week(answers.answer(), "majors").bands
    assert bands["q50"].to_numpy() == pytest.approx(bands.index.to_numpy() % 24 + 1.5)


def test_the_warm_up_is_not_in_it():
    found = answers.answer()
    runs = found.baseline
    census = runs.census.copy()
    census.loc[census["hour"] < answers.WARM_UP * 24, "value"] = 1e6
    found = replace(found, runs=(replace(runs, census=census), *found.runs[1:]))
    assert typical_week(found, "majors").bands.to_numpy().max() < 30


def test_planned_places_follow_the_week():
    week = typical_week(answers.answer(), "ward_b")
    assert week.staffed is not None
    assert week.staffed.loc[[7, 8, 19, 20]].tolist() == [20, 26, 26, 20]
    runs = answers.answer().baseline
    places = staffed_places(answers.hospital(), runs)
    assert {unit: len(values) for unit, values in places.items()} == dict.fromkeys(("majors", "ward_b"),
                                                                                  len(hours_of(runs).hour))


def test_the_log_stands_beside_the_baseline_only():
    found = answers.answer()
    assert typical_week(found, "majors").logged.tolist() == [12.0] * 168
    assert typical_week(found, "majors", "two more doctors").logged is None
    assert typical_week(replace(found, observed=None), "majors").logged is None


def test_the_sentence_is_true_of_the_numbers():
    week = typical_week(answers.answer(), "majors")
    assert week.sentence() == (
        "Patients in majors: the peak is on Monday from 23:00, with 24 in the middle week and between 23 and 26 in 9 "
        "weeks of 10. The 30 staffed places are enough in 19 weeks of 20 at every hour. The log's middle week lies "
        "within the twin's 9 weeks of 10 at 28 of 168 hours.")


def test_the_sentence_follows_the_numbers():
    week = typical_week(answers.answer(), "ward_b")
    # 20 patients fill all 20 places of the 12 night hours of 7 days, and none of the log's 99 are possible.
    assert "All 20 to 26 staffed places are taken in at least 1 week of 20 at 84 of the 168 hours" in week.sentence()
    assert "at 0 of 168 hours" in week.sentence()
    half = replace(week, staffed=week.staffed * 0 + 21, logged=None)
    assert half.sentence().endswith("The 21 staffed places are enough in 19 weeks of 20 at every hour.")
    closed = week.staffed.copy()
    closed.loc[:23] = 0
    assert "at 72 of the 144 hours of the week at which it is open" in replace(week, staffed=closed).sentence()


def test_an_unlimited_place_has_no_line():
    week = typical_week(answers.answer(), "everybody present")
    assert week.staffed is None
    assert "staffed" not in week.sentence()
    assert week.title() == "Patients in the whole hospital"


def test_what_is_not_there_is_named():
    with pytest.raises(BadInput, match="there is no 'moon'"):
        typical_week(answers.answer(), "moon")
    with pytest.raises(BadInput, match="there is no 'winter'"):
        typical_week(answers.answer(), "majors", "winter")


def test_a_run_of_three_days_shows_three_days():
    found = answers.answer()
    runs = found.baseline
    short = replace(runs, days=3.0, warm_up_days=0.0, census=runs.census[runs.census["hour"] < 72])
    week = typical_week(replace(found, runs=(short,)), "majors")
    assert week.bands.index.tolist() == list(range(72))
    assert week.sentence()


def test_the_fullest_of_each_kind_come_first():
    assert telling_places(answers.answer()) == ["majors", "ward_b"]


def test_an_empty_picture_says_so():
    week = typical_week(answers.answer(), "majors")
    assert replace(week, bands=week.bands.iloc[:0]).sentence() == "No hour was measured."
    assert replace(week, logged=pd.Series(np.nan, week.bands.index)).sentence().endswith("at every hour.")
