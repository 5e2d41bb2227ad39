from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hospital_twin.errors import BadInput
from hospital_twin.layout import Layout
from hospital_twin.reports import TypicalWeek, telling_places, typical_week
from hospital_twin.reports.staffing import hours_of, staffed_places
from hospital_twin.reports.weeks import week_bands
from tests import answers

pytestmark = pytest.mark.unit

MONDAY_NOON = 12


def test_bands_by_hand():
    values = np.array([[1.0, 5.0, 2.0], [3.0, 7.0, 4.0]])
    bands = week_bands(values, np.array([10, 11, 10]))
    assert bands.index.tolist() == [10, 11]
    assert bands.loc[10, "q50"] == 2.5
    assert bands.loc[11].tolist() == [5.0, 5.5, 6.0, 6.5, 7.0]


def test_a_week_of_the_made_up_hospital():
    week = typical_week(answers.answer(), "majors")
    # At noon every replication r has 12 + r patients, r = 0..3.
    assert week.bands.loc[MONDAY_NOON, "q50"] == 13.5
    assert week.bands.loc[MONDAY_NOON, ["low", "high"]].tolist() == [12, 15]
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


HEAD = "Baseline, patients in majors, 8 weeks simulated (from Mar 2025): "


def shaped(middle: np.ndarray, spread: float = 1.0, **changes: object) -> TypicalWeek:
    """Majors with this middle week; single weeks lie so far on either side of it."""
    week = typical_week(replace(answers.answer(), observed=None), "majors")
    bands = pd.DataFrame({name: middle + by * spread for name, by in (
        ("low", -1.0), ("q25", -0.5), ("q50", 0.0), ("q75", 0.5), ("high", 1.0))}).rename_axis("hour")
    return replace(week, **{"bands": bands, "sure": bands["q50"] * 0, "staffed": None, **changes})


def test_a_peak_that_stands_out_is_named():
    middle = np.full(168, 6.0)
    middle[[61, 62]] = 12.0
    assert shaped(middle).sentence() == (
        f"{HEAD}the peak is on Wednesday from 13:00 to 15:00, with 12 in the middle week and 11 to 13 in the lowest "
        "and the highest of them.")
    around_midnight = np.full(168, 6.0)
    around_midnight[[167, 0]] = 12.0
    assert "the peak is on Sunday from 23:00 to 01:00" in shaped(around_midnight).sentence()


def test_no_peak_is_named_where_hours_tie_or_chance_makes_it():
    daily = 6.0 + (np.arange(168) % 24 == 13) * 6
    assert shaped(daily).sentence() == (f"{HEAD}the middle week lies between 6.0 and 12 over its hours, with no single "
                                        "peak.")
    bump = np.full(168, 6.0)
    bump[61] = 6.5
    assert shaped(bump).sentence() == (f"{HEAD}about 6.0 at every hour (the middle week lies between 6.0 and 6.5), and "
                                       "at a usual hour 5.0 to 7.0 in the lowest and the highest of them.")
    # Two days are as full, as far as these runs can tell.
    two = np.full(168, 6.0)
    two[[61, 85]] = 12.0, 11.5
    assert "on Wednesday" in shaped(two).sentence()
    assert "no single peak" in shaped(two, sure=pd.Series(np.full(168, 0.3))).sentence()
    # The peak of a full place is surely known; another hour that may be as full is not.
    capped = pd.Series(np.zeros(168))
    capped[85] = 0.6
    assert "no single peak" in shaped(two, sure=capped).sentence()


def test_how_often_it_is_full_is_what_the_kpi_says():
    found = answers.answer()
    # A full unit with beds in cleaning never has as many patients as places: only the KPI knows that it was full.
    rows = [("time_full", "majors", None, "share", share, 336, "") for share in (20.0, 21.4)]
    kpis = pd.DataFrame(rows, columns=["kpi", "place", "hour", "statistic", "value", "n", "reason"])
    runs = replace(found.baseline, kpis=pd.concat([found.baseline.kpis, kpis.assign(replication=[0, 1])],
                                                  ignore_index=True))
    week = typical_week(replace(found, runs=(runs, *found.scenarios)), "majors")
    assert (week.bands["high"] < week.staffed).all()
    assert "There is no free place (of 30) 21 % of the time." in week.sentence()
    assert "no free staffed place (of 30) 21 % of" in replace(week, nursed=True).sentence()
    assert "(of 30) in less than 1 % of the time" in replace(week, full=0.3).sentence()
    assert "At every moment at least one of the 30 places was free." in replace(week, full=0.0).sentence()
    closed = week.staffed.copy()
    closed.loc[:23] = 0
    assert "(of 30) 21 % of the time it is open." in replace(week, staffed=closed).sentence()
    for unknown in (typical_week(found, "majors"), replace(week, staffed=None)):
        assert "free" not in unknown.sentence()
        assert "enough" not in unknown.sentence()


def test_only_where_nurses_count_are_places_staffed():
    both = answers.experiments()[0].hospital
    nurses = {"ward_nurse": {"on_duty": 9, "role": "nurse"}}
    layout = both.layout.model_dump(by_alias=True, exclude_unset=True)
    layout["staff"] |= nurses
    layout["units"]["ward_b"]["staff"] = {"ward_nurse": "1 per 4"}
    found = replace(answers.answer(), hospital=both.model_copy(update={"layout": Layout.model_validate(layout)}))
    assert typical_week(found, "ward_b").places_called() == "staffed places"
    assert typical_week(found, "majors").places_called() == "places"


def test_the_log_is_held_to_the_middle_week():
    middle = np.full(168, 10.0)
    logged = pd.Series(middle)
    logged[:100] -= 2.0
    logged[100] += 0.5
    week = shaped(middle, spread=5.0, logged=logged)
    # Within the range of single weeks at every hour, and yet plainly lower.
    assert week.sentence().endswith("Beyond the uncertainty of the twin's, the log's middle week is lower at 100 of "
                                    "168 hours (by 2.0 at most) and higher at 1 (by 0.5 at most).")
    unsure = replace(week, sure=pd.Series(np.full(168, 2.5)))
    assert unsure.sentence().endswith("is within the uncertainty of the twin's at all 168 hours.")


def test_how_well_the_middle_week_is_known():
    # Replications r = 0..3 have r more patients each: mean ± t(3) · s / 2.
    week = typical_week(answers.answer(), "majors")
    assert week.sure.to_numpy() == pytest.approx(3.182446 * np.std([0, 1, 2, 3], ddof=1) / 2)


def test_the_scenario_beside_it_has_a_sentence():
    week = shaped(np.full(168, 10.0))
    more = replace(shaped(np.r_[np.full(24, 12.5), np.full(144, 10.0)]), scenario="+10 % arrivals")
    assert week.sentence(more).endswith("With +10 % arrivals the middle week is higher at 24 of 168 hours (by 2.5 at "
                                        "most).")
    assert week.sentence(replace(week, scenario="new paint")).endswith(
        "With new paint the middle week is the same at every hour.")


def test_few_weeks_have_ends_and_many_have_quantiles():
    few = week_bands(np.arange(19.0)[:, None], np.array([5]))
    assert few.loc[5, ["low", "high"]].tolist() == [0, 18]
    many = week_bands(np.arange(21.0)[:, None], np.array([5]))
    assert many.loc[5, ["low", "high"]].tolist() == [1, 19]
    week = typical_week(answers.answer(), "majors")
    assert (week.weeks, week.few, week.outer()) == (8, True, "lowest to highest of 8 weeks")
    more = replace(week, weeks=1200)
    assert more.outer() == "9 in 10 of 1,200 weeks"
    peak = replace(shaped(np.r_[np.full(10, 20.0), np.full(158, 6.0)]), weeks=1200).sentence()
    assert "1,200 weeks simulated (from Mar 2025)" in peak
    assert "19 to 21 in 9 of 10 of them" in peak


def test_an_unlimited_place_has_no_line():
    week = typical_week(answers.answer(), "everybody present")
    assert week.staffed is None
    assert "places" not in week.sentence()
    assert week.title() == "Everybody present (emergency department included)"


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
    assert "log" not in replace(week, logged=pd.Series(np.nan, week.bands.index)).sentence()
