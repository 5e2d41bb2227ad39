"""Refusals, pedigree, and arrivals."""
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from hospital_twin.calibration import calibrate
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.errors import BadInput
from hospital_twin.hospital import Hospital, read_hospital
from hospital_twin.layout.public_holidays import holiday_groups
from hospital_twin.program import compile_program
from tests.round_trips import weekly
from tests.unit.calibration.logs import fits_of, layout_of, log_of, visit

pytestmark = pytest.mark.unit

DOOR = """
    time_zone: Europe/London
    units: {ward: {kind: ward, places: 400}}
    sources: {door: {pathway: p, rate: RATE, ceiling: 4, day_factor_sd: SPREAD, season: SEASON}}
    pathways: {p: [{move: in, to: ward}, {stay: there, takes: 30 min}, {leave: out, as: home}]}
"""
GUESS = layout_of(DOOR.replace("RATE", "1").replace("SPREAD", "0").replace("SEASON", "{}"))


def run(rate: str = "1.5", spread: str = "0", season: str = "{}", days: float = 120, starts: date = date(2025, 1, 6)):
    layout = layout_of(DOOR.replace("RATE", rate).replace("SPREAD", spread).replace("SEASON", season))
    return simulate(compile_program(Hospital.of(layout), days=days, starts=starts), seed=1)


@pytest.mark.parametrize("starts", [date(2025, 3, 3), date(2025, 10, 6)])
def test_rates_follow_the_wall_clock_over_a_clock_change(starts: date):
    log = run('{"08:00-20:00": 4, "20:00-08:00": 0.5}', days=56, starts=starts)
    hospital, fits = fits_of(log, GUESS)
    rate = weekly(hospital.layout.sources["door"].rate).reshape(7, 24)
    assert rate[:, 8:20].mean() == pytest.approx(4, rel=0.04)
    assert rate[:, list(range(8)) + list(range(20, 24))].mean() == pytest.approx(0.5, rel=0.1)
    assert rate[:, 7].max() < 1
    assert rate[:, 8].min() > 3.4
    fit = fits["sources.door.rate"]
    assert fit.low < 54 < fit.high
    assert fit.n == log.stays["visit"].nunique()


def test_the_spread_of_whole_days_is_found_and_chance_is_not_taken_for_it():
    _, fits = fits_of(run(spread="0.3"), GUESS)
    assert fits["sources.door.day_factor_sd"].low < 0.3 < fits["sources.door.day_factor_sd"].high
    assert float(fits["sources.door.day_factor_sd"].value) == pytest.approx(0.3, abs=0.06)
    assert float(fits_of(run(), GUESS)[1]["sources.door.day_factor_sd"].value) == 0


def test_the_spread_of_days_in_a_short_log_makes_up_for_the_weekdays_that_follow_it():
    """Two weeks with one arrival an hour, two with two: days of 24 and 48 where 36 are expected. Of 28 days 21 are free
    beside the seven weekdays, so that their variance is 28 x 12² / 21 = 192, of which 36 is chance."""
    begins = [week * 10080 + hour * 60 + minute for week in range(4) for hour in range(168)
              for minute in ((10, 40) if week > 1 else (10,))]
    rows = [row for k, begin in enumerate(begins) for row in visit(k, begin, ("stay", "ward", begin, begin, begin + 9),
                                                                   leave=(begin + 9, "home"))]
    _, fits = fits_of(log_of(*rows, layout=GUESS, days=28), GUESS)
    assert float(fits["sources.door.day_factor_sd"].value) == pytest.approx((192 - 36) ** 0.5 / 36, abs=0.002)


def test_what_the_layout_multiplies_a_rate_by_is_taken_off():
    more = "times: 2, dated: [{from: 2025-01-20, to: 2025-02-10, times: 3}]"
    truth, guess = (layout_of(DOOR.replace("RATE", f"{rate}, {more}").replace("SPREAD", "0").replace("SEASON", "{}"))
                    for rate in ("1.5", "1"))
    log = simulate(compile_program(Hospital.of(truth), days=56, starts=date(2025, 1, 6)), seed=1)
    hospital, fits = fits_of(log, guess)
    assert weekly(hospital.layout.sources["door"].rate).mean() == pytest.approx(1.5, rel=0.05)
    assert float(fits["sources.door.day_factor_sd"].value) == 0


def test_seasons_of_the_layout_move_towards_the_log():
    guess = layout_of(DOOR.replace("RATE", "1").replace("SPREAD", "0").replace("SEASON", "{2: 1.0, 3: 1.0}"))
    found, _ = fits_of(run(season="{2: 1.6, 3: 0.5}"), guess)
    assert found.layout.sources["door"].season == pytest.approx({2: 1.6, 3: 0.5}, rel=0.12)


SEASONAL = "{1: 0.5, 2: 0.7, 3: 0.9, 4: 1.2, 5: 1.4, 6: 1.6, 7: 1.5, 8: 1.3, 9: 1.1, 10: 0.9, 11: 0.7, 12: 0.6}"


@pytest.mark.parametrize(("season", "spread", "said"), [(SEASONAL, "0", True), (SEASONAL, "0.2", True),
                                                        ("{}", "0", False), ("{}", "0.3", False)])
def test_a_season_that_the_layout_has_not_is_told(season: str, spread: str, said: bool):  # noqa: FBT001
    hospital, _ = fits_of(run(season=season, spread=spread, days=365), GUESS)
    assert any("differ from month to month more than chance, from 0." in sentence
               for sentence in hospital.not_fitted) == said


def test_nothing_is_said_of_a_season_that_the_layout_has():
    guess = layout_of(DOOR.replace("RATE", "1").replace("SPREAD", "0").replace("SEASON", SEASONAL))
    assert not any("month" in sentence for sentence in fits_of(run(season=SEASONAL, days=365), guess)[0].not_fitted)


BY_MONTH = np.array([1.25, 1.2, 1.1, 1.0, 0.95, 0.9, 0.8, 0.75, 0.9, 1.0, 1.05, 1.1])


def two_years(holidays: tuple[float, ...] = (1.0, 1.0, 1.0), season: np.ndarray | None = None, days: int = 731):
    """A log of 19 visits a day from 2025-01-06 on, on London's clock. holidays: factor of each group, in England."""
    rng = np.random.default_rng(1)
    dates = np.datetime64("2025-01-06") + np.arange(days)
    times = np.append(holidays, 1.0)[holiday_groups(dates, "GB-ENG")]
    if season is not None:
        times = times * season[dates.astype("datetime64[M]").astype(int) % 12]
    begins = (pd.DatetimeIndex(dates).tz_localize("Europe/London") - pd.Timestamp("2025-01-06", tz="UTC"))
    begins = begins / pd.Timedelta(minutes=1)
    came = [begin + m for begin, n in zip(begins, rng.poisson(19 * times), strict=True)
            for m in sorted(rng.integers(0, 1380, n).tolist())]
    rows = [row for k, t in enumerate(came)
            for row in visit(k, t, ("stay", "ward", t, t, t + 9), leave=(t + 9, "home"))]
    return log_of(*rows, layout=GUESS, days=days)


def guessing(holidays: str, season: str = "{}"):
    return layout_of(DOOR.replace("RATE", f"1, holidays: {holidays}").replace("SPREAD", "0").replace("SEASON", season))


@pytest.mark.parametrize("season", ["{}", "{1: 1.0, 12: 2.0}"])
def test_two_years_tell_a_season_that_no_layout_has_to_know_of(season: str):
    hospital, fits = fits_of(two_years(season=BY_MONTH), guessing("null", season))
    found = hospital.layout.sources["door"].season
    assert list(found) == list(range(1, 13)) or season != "{}"
    assert [found[month] for month in range(1, 13)] == pytest.approx(BY_MONTH, abs=0.08)
    own = [fits[f"sources.door.season.{month}"] for month in range(1, 13)]
    assert sum(fit.low <= true <= fit.high for fit, true in zip(own, BY_MONTH, strict=True)) >= 10
    assert sum(fit.n for fit in own) == pytest.approx(fits["sources.door.rate"].n, rel=0.02)
    assert "months differ by" in own[0].note
    assert not any("season" in sentence for sentence in hospital.not_fitted)


def test_what_holidays_do_is_told_by_as_many_as_the_layout_distinguishes():
    log = two_years((0.3, 1.0, 0.5), BY_MONTH)
    hospital, fits = fits_of(log, guessing("GB-ENG"))
    fit = fits["sources.door.holidays.times"]
    # Two of seventeen are Christmas Day.
    assert fit.low < 0.48 < fit.high < 0.8
    assert hospital.layout.sources["door"].holidays.times == pytest.approx(0.5, abs=0.12)
    assert hospital.layout.sources["door"].holidays.calendar == "GB-ENG"
    assert "17 days" in fit.note
    apart, fits = fits_of(log, guessing("{calendar: GB-ENG, times: {christmas_day: 0.4, others: 1}}"))
    assert apart.layout.sources["door"].holidays.times["christmas_day"] == 0.4
    assert apart.layout.sources["door"].holidays.times["others"] == pytest.approx(0.5, abs=0.12)
    assert "sources.door.holidays.times.christmas_day" not in fits
    assert any("by 'door' on Christmas Day" in sentence and "2 such days, too few to tell; the layout's 0.4 is kept"
               in sentence for sentence in apart.not_fitted)


def test_two_years_without_season_and_holidays_tell_of_none():
    hospital, fits = fits_of(two_years(), guessing("GB-ENG"))
    assert hospital.layout.sources["door"].season == {}
    assert hospital.layout.sources["door"].holidays.times == 1.0
    assert "no different from other days" in fits["sources.door.holidays.times"].note
    assert not any("sources.door" in sentence for sentence in hospital.not_fitted)


def test_a_layout_without_a_calendar_hears_nothing_of_holidays():
    hospital, fits = fits_of(two_years((0.5, 0.5, 0.5), days=60), GUESS)
    assert hospital.layout.sources["door"].holidays is None
    assert not any("holiday" in text for text in (*fits, *hospital.not_fitted))


def test_no_shows_are_slots_without_a_visit():
    layout = layout_of("""
        units: {ward: {kind: ward, places: 400}}
        sources:
          booked: {pathway: p, no_show: 0.5, timetable: [{days: mon-sun, at: "09:00", every: 10 min, count: 20}]}
        pathways: {p: [{move: in, to: ward}, {leave: out, as: home}]}
    """)
    rows = [row for k in range(15) for row in visit(k, 540 + 10 * k, ("stay", "ward", 540 + 10 * k, 540 + 10 * k,
                                                                     560 + 10 * k), leave=(560 + 10 * k, "home"))]
    hospital, fits = fits_of(log_of(*rows, layout=layout), layout)
    assert hospital.layout.sources["booked"].no_show == 0.25
    assert fits["sources.booked.no_show"].n == 20
    assert any("timetable is kept" in sentence for sentence in hospital.not_fitted)


def test_a_log_that_lasts_longer_than_a_program_is_told_how_far_its_timetables_go():
    log = run(days=20)
    late = replace(log, end=log.start + pd.Timedelta(days=3750))
    assert not any("3,700 days" in sentence for sentence in calibrate(log, GUESS).not_fitted)
    assert any("3,700 days" in sentence for sentence in calibrate(late, GUESS).not_fitted)


def test_the_pedigree_and_the_way_through_a_file(tmp_path):
    log = run(days=40)
    hospital, _ = fits_of(log, GUESS)
    assert hospital.fitted_on.visits == log.stays["visit"].nunique()
    assert hospital.fitted_on.sha256 == log.fingerprint()
    assert hospital.fitted_on.start == log.start.isoformat()
    hospital.save(tmp_path / "hospital.yaml")
    assert read_hospital(tmp_path / "hospital.yaml") == hospital
    assert calibrate(log, GUESS) == hospital


def test_strange_visits_are_counted_and_told():
    rows = visit(1, 0, ("stay", "ward", 0, 0, 30), ("there", "", 0, 0, 30), leave=(30, "home"))
    rows += visit(101179, 0, ("stay", "ward", 0, 0, 30), ("stay", "ward", 30, 30, 60), ("stay", "ward", 60, 60, 90),
                  ("stay", "ward", 90, 90, 120), leave=(120, "home"))
    hospital, _ = fits_of(log_of(*rows, layout=GUESS), GUESS)
    told = next(sentence for sentence in hospital.not_fitted if "fit no pathway" in sentence)
    assert "1 of 2 visits (50.0%)" in told
    # The sentence goes into files that are passed on: it names nobody.
    assert "101179" not in told
    assert "ward, ward, ward, ward, left (home)" in told


def test_rows_of_what_the_layout_does_not_have_are_told():
    rows = visit(1, 0, ("stay", "ward", 0, 0, 30), ("there", "", 0, 0, 30), ("mri", "", 5, 5, 20), leave=(30, "home"))
    hospital, _ = fits_of(log_of(*rows, layout=GUESS), GUESS)
    assert "the task mri (1 rows)" in hospital.not_fitted[0]


REFUSED = {
    "it has no rows": lambda log: (replace(log, stays=log.stays[:0]), GUESS),
    "the log is in UTC, the layout in Europe/London": lambda log: (replace(log, time_zone="UTC"), GUESS),
    "no visit of the log can have gone any way": lambda log: (log, layout_of("""
        time_zone: Europe/London
        units: {ward: {kind: ward, places: 400}}
        sources: {door: {pathway: p, rate: 1, ceiling: 4}}
        pathways: {p: [{move: in, to: ward}, {move: over, to: ward}, {move: back, to: ward},
                       {move: again, to: ward}, {leave: out, as: home}]}
    """)),
}


@pytest.mark.parametrize("problem", REFUSED)
def test_what_cannot_be_calibrated_is_refused_with_what_to_do(problem: str):
    log = log_of(*visit(1, 0, ("stay", "ward", 0, 0, 30), ("there", "", 0, 0, 30), leave=(30, "home")), layout=GUESS)
    with pytest.raises(BadInput, match=problem):
        calibrate(*REFUSED[problem](log))


def test_visits_there_before_the_record_count_from_its_start():
    rows = visit(1, -600, ("stay", "ward", -600, -600, 30), leave=(30, "home"))
    rows += [row for k in range(2, 60) for row in visit(k, k * 10, ("stay", "ward", k * 10, k * 10, k * 10 + 25 + k),
                                                       leave=(k * 10 + 25 + k, "home"))]
    log = log_of(*rows, layout=GUESS)
    assert log.stays["start"].min() < log.start
    hospital, fits = fits_of(log, GUESS)
    assert fits["sources.door.rate"].n == 58
    # Truncated at the start: ten and a half hours that could only be seen because they were so long weigh little.
    assert hospital.layout.pathways["p"][1].takes.in_unit("min").quantile(0.5) == pytest.approx(54, rel=0.15)


def test_the_window_of_a_log_without_arrival_rows():
    rows = [row for row in visit(1, 0, ("stay", "ward", 0, 0, 30), leave=(30, "home")) if row[1] != "arrive"]
    log = log_of(*rows, layout=GUESS, days=30)
    assert log.end - log.start == pd.Timedelta(days=30)
    _, fits = fits_of(log, GUESS)
    assert fits["sources.door.rate"].n == 1
