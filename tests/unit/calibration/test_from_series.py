"""A reduced hospital from counts: what comes back of a known truth, and what is refused."""
from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from hospital_twin.calibration import calibrate_series
from hospital_twin.distributions import read_distribution
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import Series, not_told
from hospital_twin.hospital import Fit, Hospital
from hospital_twin.layout.terms import UNLIMITED
from hospital_twin.levers import lever_from
from hospital_twin.program import compile_program
from hospital_twin.runs import Experiment
from hospital_twin.runs.replicate import replicate
from tests.unit.calibration.counted import ALL, counted, daily, series_of, together

pytestmark = pytest.mark.unit
CAME, LEFT, THERE = ALL


@cache
def whole() -> Series:
    return counted(day_sd=0.1)


def only(series: Series, *quantities: str) -> Series:
    return Series.of(series.table[series.table["quantity"].isin(quantities)], time_zone=series.time_zone)


def fit(hospital: Hospital, path: str) -> Fit:
    return next(fit for fit in hospital.fits if fit.path == path)


def stay(hospital: Hospital, place: str = "ed"):
    return hospital.layout.pathways[f"through_{place}"][1].takes


def rates(hospital: Hospital) -> np.ndarray:
    return np.array(list(hospital.layout.sources["to_ed"].rate.values())).reshape(7, 24)


def said(hospital: Hospital) -> str:
    return "; ".join(hospital.not_fitted)


STAY = "pathways.through_ed.stay_in_ed.takes"
SHAPE = f"{STAY} (standard deviation over mean)"


# --- arrivals and a census ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("quantities", [(CAME, THERE), (LEFT, THERE), ALL])
def test_rates_mean_stay_and_shape_come_back(quantities):
    found = calibrate_series(only(whole(), *quantities))
    truths = {"sources.to_ed.rate": 96.0, "sources.to_ed.day_factor_sd": 0.1, STAY: 5.0, SHAPE: 0.9}
    for path, truth in truths.items():
        assert fit(found, path).low <= truth <= fit(found, path).high, path
    rate = rates(found)
    true = 4 * (1 + 0.6 * np.sin((np.arange(24) - 9) / 24 * 2 * np.pi))
    assert np.abs(rate.mean(axis=0) / true - 1).mean() < 0.06, "half as much again as the counts' own chance"
    assert stay(found).family == "lognormal"
    assert stay(found).quantile(0.5) == pytest.approx(5 / np.sqrt(1 + 0.81), rel=0.05)
    assert found.untold == ("care", "places", "full")


def test_every_number_has_its_cases_and_interval_and_says_that_it_is_from_counts():
    found = calibrate_series(together(whole(), counted((THERE,), place="ward", mean=60, days=70),
                                      counted((CAME,), place="gate", days=70)))
    assert len(found.fits) >= 6
    for one in found.fits:
        assert one.estimator.startswith("from counts: ")
        assert one.n > 0
        assert one.low <= one.high
    assert found.fitted_on.counts
    assert found.fitted_on.visits == sum(
        one.n for one in found.fits if one.path in ("sources.to_ed.rate", "sources.to_gate.rate"))


def test_littles_law_holds_to_the_digit():
    found = calibrate_series(only(whole(), CAME, THERE))
    table = whole().wide(CAME).sum().sum(), whole().wide(THERE).sum().sum()
    assert stay(found).mean() == pytest.approx(table[1] / table[0], rel=1e-4)


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Twelve records of ten weeks: of 95 % intervals, four or more of twelve miss with a probability of 0.002."""
    missed = dict.fromkeys(("sources.to_ed.rate", STAY), 0)
    for seed in range(12):
        found = calibrate_series(counted((CAME, THERE), days=70, day_sd=0.1, seed=seed))
        for path, truth in zip(missed, (96.0, 5.0), strict=True):
            missed[path] += not fit(found, path).low <= truth <= fit(found, path).high
    assert max(missed.values()) <= 3, missed


def test_hours_without_a_number_are_no_zeros():
    chance = np.random.default_rng(1)
    table = whole().table
    some = table[chance.random(len(table)) < 0.8]
    found = calibrate_series(only(Series.of(some, time_zone="UTC"), CAME, THERE))
    assert fit(found, "sources.to_ed.rate").low <= 96 <= fit(found, "sources.to_ed.rate").high
    assert fit(found, STAY).low <= 5 <= fit(found, STAY).high


def test_patients_who_leave_by_the_clock_have_a_mean_stay_and_no_shape():
    found = calibrate_series(counted((CAME, THERE), by_clock=True, mean=20))
    assert "shapes" in found.untold
    assert stay(found).family == "exponential"
    assert fit(found, STAY).low <= stay(found).mean() <= fit(found, STAY).high
    assert "patients leave by the clock" in said(found)
    assert not any(one.path == SHAPE for one in found.fits)


def test_a_short_record_has_a_mean_stay_and_no_shape():
    found = calibrate_series(counted((CAME, THERE), days=28, a_day=6, mean=30))
    assert "shapes" in found.untold
    assert "an exponential of the mean stands in" in said(found)


# --- M/M/infinity ---------------------------------------------------------------------------------------------------
def test_who_is_there_is_poisson_where_stays_are_of_any_kind_and_nobody_waits():
    """M/M/infinity: rate 4 an hour, mean stay 5 h, so 20 there on average; and Poisson, so 20 is the variance too."""
    found = calibrate_series(counted((CAME, THERE), rhythm=0.0, spread=1.0))
    rate = rates(found)
    census = whole_census(found)
    assert rate.mean() * stay(found).mean() == pytest.approx(20, rel=0.03)
    assert found.layout.sources["to_ed"].day_factor_sd == 0
    assert census.mean() == pytest.approx(20, rel=0.05)
    assert census.var() == pytest.approx(20, rel=0.2)


def whole_census(hospital: Hospital) -> np.ndarray:
    """The census of the twin's run after a week."""
    from hospital_twin.engines.simpy_engine import simulate
    from hospital_twin.eventlog import hourly
    log = simulate(compile_program(hospital, days=70), seed=1, replication=0)
    return hourly(log, ["census_on_the_hour"]).table["value"].to_numpy()[168:]


# --- a census alone -------------------------------------------------------------------------------------------------
def test_a_census_alone_gives_a_twin_of_the_census_and_refuses_the_rest():
    found = calibrate_series(only(whole(), THERE))
    assert found.untold == ("care", "arrivals", "stays", "shapes", "places", "full")
    assert fit(found, "sources.to_ed.rate").low <= 20 <= fit(found, "sources.to_ed.rate").high
    assert "at least" in said(found)
    least = float(said(found).split("at least ")[1].split(" a day")[0])
    rises = np.maximum(np.diff(whole().wide(THERE)["ed"].to_numpy()), 0).sum() / 182
    assert least == pytest.approx(rises, rel=0.01)
    assert least < 96
    by_hour = whole().wide(THERE)["ed"].to_numpy().reshape(-1, 24).mean(axis=0)
    twin = whole_census(found).reshape(-1, 24)
    assert np.abs(twin.mean(axis=0) / by_hour - 1).max() < 0.12
    true = whole().wide(THERE)["ed"].to_numpy().reshape(-1, 24)
    assert (twin - twin.mean(axis=0)).std() == pytest.approx((true - true.mean(axis=0)).std(), rel=0.15)


def test_the_stand_in_for_the_stay_is_not_far_off_where_patients_are_independent():
    assert stay(calibrate_series(only(whole(), THERE))).mean() == pytest.approx(5, rel=0.25)


def test_departures_that_contradict_the_census_give_its_mean_stay_but_no_arrivals():
    table = only(whole(), LEFT, THERE).table
    less = table.assign(value=table["value"].where(table["quantity"].ne(LEFT), (table["value"] * 0.8).round()))
    found = calibrate_series(Series.of(less, time_zone="UTC"))
    assert "the census fell by more than left" in said(found)
    assert "arrivals" in found.untold
    assert "stays" not in found.untold
    assert fit(found, STAY).value.startswith("exponential")


def test_arrivals_that_contradict_the_census_are_kept_and_the_census_is_not():
    table = only(whole(), CAME, THERE).table
    less = table.assign(value=table["value"].where(table["quantity"].ne(CAME), (table["value"] * 0.8).round()))
    found = calibrate_series(Series.of(less, time_zone="UTC"))
    assert "the census rose by more than came" in said(found)
    assert not found.layout.units
    assert {"stays", "shapes"} <= set(found.untold)


# --- the ceiling ----------------------------------------------------------------------------------------------------
def test_places_are_known_where_the_census_stands_still_at_a_number():
    held = whole().table
    held = held.assign(value=held["value"].where(held["quantity"].ne(THERE), held["value"].clip(upper=24)))
    found = calibrate_series(only(Series.of(held, time_zone="UTC"), THERE))
    assert found.layout.units["ed"].places == 24
    assert fit(found, "units.ed.places").n == (held.loc[held["quantity"].eq(THERE), "value"] == 24).sum()


def test_places_are_not_stated_where_nothing_holds_the_census():
    found = calibrate_series(only(whole(), THERE))
    assert found.layout.units["ed"].places == UNLIMITED
    assert "how many places there are" in said(found)
    with pytest.raises(BadInput, match="do not tell who found no free place"):
        lever_from("beds", unit="ed", change=2).apply(found)


# --- daily counts ---------------------------------------------------------------------------------------------------
def test_daily_counts_give_days_with_even_hours_and_say_so():
    found = calibrate_series(daily(only(whole(), CAME)))
    rate = rates(found)
    assert np.ptp(rate, axis=1).max() == 0
    assert rate.mean() == pytest.approx(4, rel=0.03)
    assert "hours" in found.untold
    assert "their hours are taken to be alike" in said(found)


def test_readings_once_a_day_tell_long_stays_with_a_day_more_doubt_and_no_short_ones():
    long = calibrate_series(daily(counted((CAME, THERE), a_day=20, mean=100)))
    assert fit(long, STAY).high - stay(long).mean() > 24
    assert fit(long, STAY).low <= 100 <= fit(long, STAY).high
    short = calibrate_series(daily(only(whole(), CAME, THERE)))
    assert "tell stays of 2 days or more alone" in said(short)
    assert "stays" in short.untold
    assert not short.layout.units


def test_a_daily_census_alone_gives_the_census_of_the_days():
    found = calibrate_series(daily(counted((THERE,), a_day=20, mean=100)))
    assert {"arrivals", "stays", "hours"} <= set(found.untold)
    assert fit(found, "sources.to_ed.rate").low <= 20 / 24 * 100 <= fit(found, "sources.to_ed.rate").high


# --- what is refused ------------------------------------------------------------------------------------------------
def test_what_tells_nothing_is_refused_with_what_is_needed():
    with pytest.raises(BadInput, match="28 days or more of who came") as refused:
        calibrate_series(counted((CAME, THERE), days=20))
    assert "fewer than 28 days" in refused.value.problem
    with pytest.raises(BadInput, match="who is there"):
        calibrate_series(only(whole(), LEFT))
    with pytest.raises(BadInput, match="nothing can be calibrated"):
        calibrate_series(series_of({CAME: np.full(200, 3.0)}, step="8h"))


def test_a_kind_makes_the_place_what_the_kpis_look_for_and_they_answer_what_is_told():
    found = calibrate_series(only(whole(), CAME, THERE), {"ed": "ed"})
    kpis = replicate(Experiment(found, days=49, warm_up_days=7), 0).kpis
    table = kpis[kpis["hour"].isna()].set_index(["kpi", "place", "statistic"])
    value, reason = table["value"], table["reason"]
    whole_hospital = "whole hospital"
    assert value["ed_length_of_stay", whole_hospital, "mean"] == pytest.approx(5, rel=0.1)
    assert value["ed_length_of_stay", whole_hospital, "median"] == pytest.approx(3.7, rel=0.15)
    assert value["occupancy", "ed", "census"] == pytest.approx(20, rel=0.15)
    for kpi in ("door_to_clinician", "left_without_being_seen", "boarding_hours", "discharges_before_noon"):
        assert set(reason[kpi]) == {f"not computable: {not_told('care')}"}


def test_what_ifs_that_need_staff_do_not_apply_and_more_patients_do():
    found = calibrate_series(only(whole(), CAME, THERE))
    with pytest.raises(BadInput, match="a hospital with staff in its layout"):
        lever_from("ed_staffing", pool="ed_doctor", extra=2).apply(found)
    assert lever_from("demand", change=10).apply(found).layout.sources["to_ed"].times == pytest.approx(1.1)


def test_a_twin_of_arrivals_alone_runs_and_has_no_place():
    found = calibrate_series(only(whole(), CAME))
    assert not found.layout.units
    kpis = replicate(Experiment(found, days=28, warm_up_days=7), 0).kpis
    assert set(kpis.loc[kpis["kpi"].ne("weeks_alike"), "reason"].ne("")) == {True}
    assert kpis.set_index("kpi").loc["weeks_alike", "value"] > 0


def test_distributions_that_are_written_are_those_that_were_found():
    found = calibrate_series(only(whole(), CAME, THERE))
    assert read_distribution(fit(found, STAY).value) == stay(found)
    assert calibrate_series(only(whole(), CAME, THERE)) == found
