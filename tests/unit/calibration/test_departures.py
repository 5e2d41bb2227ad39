"""Discharge hours and weekdays."""
import numpy as np
import pytest

from hospital_twin.calibration import calibrate
from hospital_twin.calibration.departures import _trials
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.eventlog.clock import TICKS_PER_HOUR
from hospital_twin.hospital import Hospital
from hospital_twin.program import compile_program
from tests.round_trips import guessed
from tests.unit.calibration.logs import layout_of

pytestmark = pytest.mark.unit

MONDAY = 20_094 * 24 * TICKS_PER_HOUR
"""Midnight of Monday 2025-01-06, UTC."""
HOUR = TICKS_PER_HOUR


def trials(*stays: tuple[float, float]) -> tuple[list[float], list[float]]:
    ready, gone = (np.array([MONDAY + int(h * HOUR) for h in hours]) for hours in zip(*stays, strict=True))
    tried, went = _trials(ready, gone, "UTC")
    return tried.tolist(), went.tolist()


def test_who_goes_on_the_day_tried_once():
    assert trials((9, 14)) == ([1, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0])


def test_who_is_ready_after_the_own_time_of_day_first_tries_the_next_day():
    assert trials((16, 38)) == ([0, 1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0])


def test_who_is_passed_over_tried_each_day():
    friday = 4 * 24
    tried, went = trials((friday + 9, friday + 3 * 24 + 14))
    assert tried == [1, 0, 0, 0, 1, 1, 1]
    assert went == [1, 0, 0, 0, 0, 0, 0]


DISCHARGES = """
    units:
      ward:
        kind: ward
        places: 400
        discharge: {profile: {"08:00-12:00": 1, "12:00-18:00": 3}, weekdays: {"sat,sun": 0.5}}
    sources: {door: {pathway: p, rate: 1, ceiling: 1}}
    pathways:
      p:
        - {move: in, to: ward}
        - {stay: ward_stay, takes: "lognormal(median 30 h, sigma 0.6)"}
        - {wait: for_discharge, until: discharge}
        - {leave: out, as: home}
"""


def test_profile_and_weekday_shares_come_back():
    layout = layout_of(DISCHARGES)
    log = simulate(compile_program(Hospital.of(layout), days=120), seed=3)
    found = calibrate(log, guessed(layout)).layout.units["ward"].discharge
    weights = np.array([found.profile.get(f"{h:02d}:00-{h + 1:02d}:00", 0.0) for h in range(24)])
    truth = np.repeat([0, 1, 3, 0], [8, 4, 6, 6]) / 22
    assert np.abs(weights / weights.sum() - truth).max() < 0.025
    assert found.weekdays["sat,sun"] == pytest.approx(0.5, abs=0.05)


def test_hours_are_known_without_rows_of_waiting_and_stays_are_not_lengthened_by_it():
    layout = layout_of(DISCHARGES)
    log = simulate(compile_program(Hospital.of(layout), days=120), seed=4).only("arrive", "leave", "stay")
    hospital = calibrate(log, guessed(layout))
    profile = hospital.layout.units["ward"].discharge.profile
    assert profile.keys() == {f"{h:02d}:00-{h + 1:02d}:00" for h in range(8, 18)}
    # Weekends put off more than a day, which the log cannot tell: hence not quite 30 hours.
    assert hospital.layout.pathways["p"][1].takes.quantile(0.5) == pytest.approx(30, rel=0.2)
    assert any("when patients were ready" in sentence for sentence in hospital.not_fitted)
