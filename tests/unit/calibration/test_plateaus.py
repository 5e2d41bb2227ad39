"""Staffed places from the census: found where a unit is full often enough, and not made up where it never is."""
import pytest

from hospital_twin.calibration.plateaus import staffed_places
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.eventlog import EventLog
from hospital_twin.hospital import Hospital
from hospital_twin.program import compile_program
from tests.tiny import layout_of

pytestmark = pytest.mark.unit


def log_of_a_ward(places: object, rate: float, seed: int = 1) -> EventLog:
    """120 days of a ward to which patients come from an emergency department, four times as often by day as by night,
    for 55 h on average."""
    layout = layout_of(f"""
        time_zone: UTC
        starts: 2025-01-06
        units: {{ed: {{kind: ed, places: unlimited}}, ward: {{kind: ward, places: {places}, cleaning: "45 min"}}}}
        sources: {{door: {{pathway: p, rate: {{"20:00-08:00": {0.4 * rate}, "08:00-20:00": {1.6 * rate}}},
                         ceiling: 9}}}}
        pathways:
          p:
            - {{move: into_ed, to: ed}}
            - {{stay: work, takes: "lognormal(median 3 h, sigma 0.5)"}}
            - {{move: to_ward, to: ward}}
            - {{stay: bed_days, takes: "lognormal(median 40 h, sigma 0.8)"}}
            - {{leave: out, as: home}}
    """)
    return simulate(compile_program(Hospital.of(layout), days=120), seed=seed)


@pytest.mark.parametrize(("places", "rate"), [(20, 0.35), (20, 0.27), (50, 0.85)])
def test_the_places_of_a_unit_that_is_full_at_times_are_found(places: int, rate: float):
    found = staffed_places(log_of_a_ward(places, rate), "ward")
    assert abs(found.whole.places - places) <= 1
    assert found.whole.low <= places <= found.whole.high
    assert found.whole.came < 0.1 * found.whole.due
    assert found.places == found.whole.places


@pytest.mark.parametrize("seed", range(1, 7))
def test_of_a_unit_that_is_never_full_the_most_ever_there_is_all_that_is_known(seed: int):
    found = staffed_places(log_of_a_ward(200, 0.35, seed), "ward")
    assert (found.whole, found.shifts) == (None, {})
    assert found.places == found.most < 60


def test_nights_with_fewer_places_are_told_apart():
    found = staffed_places(log_of_a_ward('{"08:00-20:00": 20, "20:00-08:00": 15}', 0.28), "ward")
    assert found.places == {"08:00-20:00": 20, "20:00-08:00": 15}
