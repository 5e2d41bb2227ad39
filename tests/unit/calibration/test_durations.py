"""Durations, patience and cleaning, from logs by hand."""
import numpy as np
import pytest

from hospital_twin.calibration.durations import write
from hospital_twin.calibration.lifetimes import Fitted
from hospital_twin.distributions import read_distribution
from tests.unit.calibration.logs import fits_of, layout_of, log_of, visit

pytestmark = pytest.mark.unit

WARD = """
    attributes: {sex: [f, m]}
    staff: {doctor: {role: doctor, on_duty: 9}}
    units: {ward: {kind: ward, places: 50, cleaning: 20 min}}
    sources: {door: {pathway: p, rate: 1, ceiling: 1, sets: {sex: {draw: {f: 1, m: 1}}}}}
    pathways:
      p:
        - {move: in, to: ward, patience: "lognormal(median 1 h, sigma 1)"}
        - {do: see, by: doctor, takes: {by: sex, of: {f: "lognormal(median 10 min, sigma 0.5)",
                                                      m: "lognormal(median 20 min, sigma 0.5)"}}}
        - {stay: ward_stay, takes: "lognormal(median 9 h, sigma 0.6)"}
        - {leave: out, as: home}
"""
RNG = np.random.default_rng


def ward_log(n: int = 60, seed: int = 1, *, tasks: bool = True, days: float = 30, sex: str = "fm", **more):
    rng, layout = RNG(seed), layout_of(WARD)
    rows, truth = [], []
    for number in range(n):
        begin = number * 30.0
        see = float(np.exp(rng.normal(np.log(14), 0.5)))
        stays = float(np.exp(rng.normal(np.log(400), 0.6)))
        truth.append((see, stays))
        out = begin + see + stays
        end, left = (out, (out, "home")) if out < days * 1440 else (None, None)
        seen = [("stay", "ward", begin, begin, end)]
        if tasks:
            seen += [("see", "doctor", begin, begin, begin + see), ("ward_stay", "", begin + see, begin + see, end)]
        rows += visit(number, begin, *seen, leave=left)
    values = {number: sex[number % len(sex)] for number in range(n)}
    return log_of(*rows, layout=layout, days=days, attributes={"sex": values}, **more), layout, np.array(truth)


def test_tasks_and_stays_by_their_own_rows():
    log, layout, truth = ward_log()
    hospital, fits = fits_of(log, layout)
    assert hospital.layout.pathways["p"][2].takes.quantile(0.5) * 60 == pytest.approx(
        np.exp(np.log(truth[:, 1]).mean()), rel=1e-4)
    women = truth[::2, 0]
    fit = fits["pathways.p.see.takes (sex f)"]
    assert hospital.layout.pathways["p"][1].takes.of["f"].quantile(0.5) == pytest.approx(
        np.exp(np.log(women).mean()), rel=1e-4)
    assert (fit.n, fit.censored) == (30, 0)
    assert fit.low < np.median(women) < fit.high


def test_stays_of_a_log_that_has_only_places():
    log, layout, truth = ward_log(tasks=False)
    hospital, _ = fits_of(log, layout)
    # The visit to the doctor leaves no trace: it is taken off with its mean by the layout, 17 minutes.
    mean = (np.exp(np.log(10) + 0.125) + np.exp(np.log(20) + 0.125)) / 2
    expected = np.exp(np.log(truth.sum(axis=1) - mean).mean()) / 60
    assert hospital.layout.pathways["p"][2].takes.quantile(0.5) == pytest.approx(expected, rel=1e-3)
    assert hospital.layout.pathways["p"][1].takes == layout.pathways["p"][1].takes
    assert any("how long 'see' takes" in s and "no such times" in s for s in hospital.not_fitted)


def test_a_stay_that_goes_on_is_not_a_short_one():
    log, layout, _ = ward_log(n=100, days=2.2)
    hospital, fits = fits_of(log, layout)
    fit = fits["pathways.p.ward_stay.takes"]
    assert 5 < fit.censored < 20
    assert fit.estimator == "maximum likelihood with censoring"
    assert fit.low < 400 / 60 < fit.high


def test_what_a_log_knows_of_after_its_end_is_not_used():
    log, layout, _ = ward_log(n=60, days=30)
    early = log.start + (log.end - log.start) / 30
    cut = fits_of(log.until(early), layout)[1]["pathways.p.ward_stay.takes"]
    from dataclasses import replace
    beyond = fits_of(replace(log, end=early), layout)[1]["pathways.p.ward_stay.takes"]
    assert beyond == cut
    assert cut.censored > 5


def test_a_class_with_few_is_stretched_like_the_others():
    log, layout, truth = ward_log(n=60, sex="f" * 59 + "m")
    hospital, fits = fits_of(log, layout)
    of = hospital.layout.pathways["p"][1].takes.of
    assert of["m"].quantile(0.5) / of["f"].quantile(0.5) == pytest.approx(2.0, rel=0.05)
    assert "only 1 of this class ended" in fits["pathways.p.see.takes (sex m)"].note


def test_a_class_that_nobody_is_of_keeps_its_number_and_is_named():
    log, layout, _ = ward_log(n=60, sex="f")
    hospital, fits = fits_of(log, layout)
    assert "pathways.p.see.takes (sex m)" not in fits
    assert hospital.layout.pathways["p"][1].takes.of["m"] == layout.pathways["p"][1].takes.of["m"]
    assert any("(pathways.p.see.takes): too little is known of sex m: there was nobody" in sentence
               for sentence in hospital.not_fitted)


def test_patience_counts_those_who_were_served_as_not_yet_impatient():
    layout, rng, rows = layout_of(WARD), RNG(3), []
    for number in range(400):
        patience, wait = float(np.exp(rng.normal(np.log(90), 0.8))), float(rng.uniform(1, 60))
        begin = number * 20.0
        if patience < wait:
            rows += visit(number, begin, ("wait", "ward", begin, begin + patience, begin + patience, "gave_up"),
                          leave=(begin + patience, "left_without_being_seen"))
        else:
            given = begin + wait
            rows += visit(number, begin, ("stay", "ward", begin, given, given + 70),
                          ("see", "doctor", given, given, given + 10),
                          ("ward_stay", "", given + 10, given + 10, given + 70),
                          leave=(given + 70, "home"))
    log = log_of(*rows, layout=layout, days=30, attributes={"sex": dict.fromkeys(range(400), "f")})
    _, fits = fits_of(log, layout)
    fit = fits["pathways.p.in.patience"]
    assert fit.n == 400
    assert 200 < fit.censored < 380
    assert fit.low < 1.5 < fit.high
    assert fit.high < 2.4


PLAIN = """
    units: {ward: {kind: ward, places: unlimited}}
    sources: {door: {pathway: p, rate: 1, ceiling: 2}}
    pathways: {p: [{move: in, to: ward}, {stay: ward_stay, takes: 20 d}, {leave: out, as: home}]}
"""


def test_what_always_takes_no_time_takes_none():
    layout = layout_of(PLAIN)
    rows = [row for k in range(60) for row in visit(k, k * 30, ("stay", "ward", k * 30, k * 30, k * 30),
                                                    leave=(k * 30, "home"))]
    hospital, fits = fits_of(log_of(*rows, layout=layout, days=3), layout)
    assert fits["pathways.p.ward_stay.takes"].estimator == "always the same"
    assert hospital.layout.pathways["p"][1].takes.quantile(0.5) == 0
    assert not any("ward_stay" in sentence for sentence in hospital.not_fitted)


def test_who_is_only_passed_on_does_not_make_the_others_stays_shorter():
    layout = layout_of(PLAIN)
    rows = [row for k in range(60) for long in [0 if k % 6 == 0 else 60 + k] for row in visit(
        k, k * 30, ("stay", "ward", k * 30, k * 30, k * 30 + long), leave=(k * 30 + long, "home"))]
    hospital, fits = fits_of(log_of(*rows, layout=layout, days=9), layout)
    assert fits["pathways.p.ward_stay.takes"].n == 50
    assert hospital.layout.pathways["p"][1].takes.in_unit("min").quantile(0.5) == pytest.approx(90, rel=0.05)


@pytest.mark.parametrize(("days", "said"), [(30, "contradicts the layout: of 100 that were followed, for up to 720 h"),
                                            (10, "the log has none that ended; the layout's 20 d is kept")])
def test_nobody_ending_speaks_against_a_layout_by_which_they_should_have(days: float, said: str):
    layout = layout_of(PLAIN)
    rows = [row for k in range(100) for row in visit(k, k * 9, ("stay", "ward", k * 9, k * 9, None))]
    hospital, fits = fits_of(log_of(*rows, layout=layout, days=days), layout)
    assert "pathways.p.ward_stay.takes" not in fits
    assert any(said in sentence for sentence in hospital.not_fitted)


def test_who_was_there_before_the_record_was_due_only_what_was_left_to_him():
    """By the layout, of those who have been there for twenty days 1 - 1/e end in the next ten: 63 of a hundred."""
    layout = layout_of(PLAIN.replace("20 d", "exponential(mean 10 d)"))
    rows = [row for k in range(100) for row in visit(k, -28800, ("stay", "ward", -28800, -28800, None))]
    hospital, _ = fits_of(log_of(*rows, layout=layout, days=10), layout)
    assert any("for up to 720 h, 0 ended, by the layout about 63 should have" in sentence
               for sentence in hospital.not_fitted)


def test_a_class_of_which_too_little_is_known_is_named():
    layout = layout_of(PLAIN)
    # Whole minutes: those below one may have taken anything up to half a minute, which tells no distribution.
    rows = [row for k in range(9) for begin, end in [(k * 30 + 9, k * 30 + 9 + k // 8 / 120)] for row in visit(
        k, begin, ("stay", "ward", begin, begin, end), ("ward_stay", "", begin, begin, end), leave=(end, "home"))]
    hospital, _ = fits_of(log_of(*rows, layout=layout, days=3), layout)
    assert any("too little is known of all: 9 of 9 ended" in sentence for sentence in hospital.not_fitted)


def test_cleaning_and_constants():
    log, layout, _ = ward_log()
    import pandas as pd

    from hospital_twin.eventlog import EventLog
    stays = log.stays[log.stays["activity"] == "stay"].copy()
    stays["activity"], stays["joined"], stays["start"] = "cleaning", stays["end"], stays["end"]
    stays["end"] = stays["end"] + pd.Timedelta(minutes=25)
    whole = pd.concat([log.stays.astype({"activity": object}), stays.astype({"activity": object})])
    both = EventLog.of(whole, attributes=log.attributes, units=log.units, resources=log.resources, start=log.start,
                       end=log.end)
    hospital, fits = fits_of(both, layout)
    assert hospital.layout.units["ward"].cleaning == read_distribution("25 min")
    assert fits["units.ward.cleaning"].estimator == "always the same"
    unfitted = fits_of(log, layout)[0]
    assert any("no cleaning of ward" in sentence for sentence in unfitted.not_fitted)


def test_a_fit_keeps_the_modifiers_and_the_unit_of_what_it_replaces():
    like = read_distribution("normal(mean 16 min, sd 2 min) clamped 0.5 min ..")
    found = Fitted("gamma", 0.1, 2.0, 0.17, 0.1, 0.2, 0.0)
    assert write(found, like, "min").text() == "gamma(shape 2, scale 6 min) clamped 0.5 min .."
    assert write(Fitted("weibull", 48.0, 1.5, 40, 30, 50, 0), None, "d").text() == "weibull(shape 1.5, scale 2 d)"
    assert write(Fitted("exponential", 2.0, 1.0, 1.4, 1, 2, 0), None, "h").text() == "exponential(mean 2 h)"
