"""Two questions that make sense for any hospital: for a demonstration that has not been told what to ask."""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hospital_twin.errors import BadInput

if TYPE_CHECKING:
    from hospital_twin.hospital import Hospital
    from hospital_twin.scenario import Lever, Scenario

ED_DOCTOR = "ed_doctor"
WINDOW = "10:00-22:00"
WARDS = ("ward", "assessment", "high_dependency", "critical_care")


def what_ifs(hospital: Hospital) -> tuple[Scenario, ...]:
    """More doctors by day (where there are none, more beds), and 10 % more patients; what the hospital can have."""
    from hospital_twin.scenario import Scenario
    chosen = [lever for lever in _candidates(hospital) if _possible(lever, hospital)]
    return tuple(Scenario(name=lever.sentence(), levers=(lever,)) for lever in (*chosen[:1], *chosen[1:][-1:]))


def _candidates(hospital: Hospital) -> Iterator[Lever]:
    """What could be asked, the best first; last the one that any hospital with arrivals can have."""
    from hospital_twin.levers import lever_from
    doctors = [name for name, pool in hospital.layout.staff.items() if pool.role == "doctor"]
    for pool in sorted(doctors, key=lambda name: name != ED_DOCTOR):
        yield lever_from("ed_staffing", pool=pool, extra=2, window=WINDOW)
    for unit in (name for kind in WARDS for name, one in hospital.layout.units.items() if one.kind == kind):
        yield lever_from("beds", unit=unit, change=2)
    yield lever_from("demand", change=10)


def _possible(lever: Lever, hospital: Hospital) -> bool:
    try:
        lever.apply(hospital)
    except BadInput:
        return False
    return True
