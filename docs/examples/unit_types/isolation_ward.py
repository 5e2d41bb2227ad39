"""Isolation ward."""
from hospital_twin.distributions import read_distribution
from hospital_twin.layout import Unit
from hospital_twin.layout.steps import Profile
from hospital_twin.unit_types import UnitType, filled

_DISCHARGES = Profile(profile={"10:00-13:00": 1, "13:00-18:00": 2}, weekdays={"sat,sun": 0.7})
"""When patients who are ready go home: a plausible figure, to be replaced by the hospital's own."""

_CLEANING = read_distribution("lognormal(median 110 min, p90 160 min)")
"""A deep clean of a single room: a plausible figure, to be replaced by the hospital's own."""


def expand(unit: Unit) -> Unit:
    """A ward of single rooms: each is deep-cleaned after a patient, which keeps it out of use for two hours."""
    return filled(unit, kind="ward", cleaning=_CLEANING, discharge=_DISCHARGES)


UNIT_TYPE = UnitType(title="Isolation ward", expand=expand)
