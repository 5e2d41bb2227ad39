"""Stays of which the log does not say when the next place was asked for, and time between two places."""
import numpy as np
import pandas as pd
import pytest

from hospital_twin.calibration import calibrate, outline
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.eventlog import EventLog
from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout
from hospital_twin.program import compile_program
from tests.round_trips import guessed
from tests.unit.calibration.logs import fits_of, layout_of, log_of, visit

pytestmark = pytest.mark.unit

BOARDING = """
    units: {ed: {kind: ed, places: 60}, ward: {kind: ward, places: 12, cleaning: CLEANING}}
    sources: {door: {pathway: p, rate: 1, ceiling: 2}}
    pathways:
      p:
        - {move: in, to: ed}
        - {stay: look, takes: "lognormal(median 2 h, sigma 0.6)"}
        - {branch: way, options: [{chance: 0.3, then: [{follow: up}]}, {then: [{leave: well, as: home}]}]}
      up: [{move: to_ward, to: ward}, {stay: inpatient, takes: "lognormal(median 28 h, sigma 0.7)"},
           {leave: out, as: home}]
"""


def stay_rows(layout: Layout, days: float = 240) -> EventLog:
    """What a system records that knows a place's beginning and end, to the minute, and nothing else."""
    log = simulate(compile_program(Hospital.of(layout), days=days), seed=1)
    rows = log.stays[log.stays["activity"].isin(("arrive", "stay", "leave"))].copy()
    for column in ("start", "end"):
        rows[column] = rows[column].dt.floor("min")
    rows["joined"] = rows["start"]
    return EventLog.of(rows, units=log.units, resources=log.resources, start=log.start, end=log.end)


@pytest.mark.parametrize("cleaning", ["0 min", '"lognormal(median 40 min, sigma 0.4)"'])
def test_the_wait_for_a_bed_is_not_taken_for_treatment(cleaning: str):
    layout = layout_of(BOARDING.replace("CLEANING", cleaning))
    log = stay_rows(layout)
    at_ed = log.stays[log.stays["resource"].eq("ed")]
    seen = (at_ed["end"] - at_ed["start"]).median() / pd.Timedelta(hours=1)
    # The log's own stays are much longer than what the department did.
    assert seen > 2.3
    hospital = calibrate(log, guessed(layout) if cleaning == "0 min" else layout)
    fit = {fit.path: fit for fit in hospital.fits}["pathways.p.look.takes"]
    assert float(fit.low * fit.high) ** 0.5 == pytest.approx(2, rel=0.05)
    assert "% may include the wait for a bed: the log does not say when it was asked for" in fit.note
    assert any("how long patients wait for a place in ward: the log does not say when it was asked for" in sentence
               for sentence in hospital.not_fitted)


def test_nothing_is_said_of_beds_where_nobody_can_have_waited():
    layout = layout_of(BOARDING.replace("CLEANING", "0 min").replace("places: 12", "places: 90"))
    hospital = calibrate(stay_rows(layout, 60), guessed(layout))
    assert not hospital.not_fitted
    assert {fit.path: fit for fit in hospital.fits}["pathways.p.look.takes"].note == "low, high: of the median, h"


def test_a_log_that_tells_waits_is_believed():
    layout = layout_of(BOARDING.replace("CLEANING", "0 min"))
    log = simulate(compile_program(Hospital.of(layout), days=120), seed=1)
    stays = log.stays[log.stays["activity"].isin(("arrive", "stay", "leave"))]
    log = EventLog.of(stays, units=log.units, resources=log.resources, start=log.start, end=log.end)
    hospital = calibrate(log, guessed(layout))
    fit = {fit.path: fit for fit in hospital.fits}["pathways.p.look.takes"]
    assert float(fit.low * fit.high) ** 0.5 == pytest.approx(2, rel=0.05)
    assert fit.note == "low, high: of the median, h"


def test_time_between_two_stays_belongs_to_neither():
    rng = np.random.default_rng(1)
    rows, own = [], []
    layout = layout_of(BOARDING.replace("CLEANING", "0 min").replace("places: 12", "places: 90"))
    for k in range(150):
        t, at_ed, between = k * 60.0, float(np.exp(rng.normal(np.log(178), 0.5))), float(rng.uniform(5, 400))
        own.append(at_ed / 60)
        then = t + at_ed + between
        rows += visit(k, t, ("stay", "ed", t, t, t + at_ed), ("stay", "ward", then, then, then + 600 + k),
                      leave=(then + 600 + k, "home"))
    log = log_of(*rows, layout=layout, days=30)
    expected = np.exp(np.log(own).mean())
    drafted = calibrate(log, outline(log))
    assert drafted.layout.pathways["in_a_unit"][0].takes.of["ed"].quantile(0.5) == pytest.approx(expected, rel=0.01)
    given, _ = fits_of(log, layout)
    assert given.layout.pathways["p"][1].takes.quantile(0.5) == pytest.approx(expected, rel=0.01)
    for hospital in (drafted, given):
        assert any("the place was let go before the next began" in sentence for sentence in hospital.not_fitted)
