"""Acute assessment unit."""
from hospital_twin.distributions import read_distribution
from hospital_twin.layout import Unit
from hospital_twin.layout.steps import Profile
from hospital_twin.unit_types import UnitType, filled

_DISCHARGES = Profile(
    profile=[0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 7, 8, 8, 8, 8, 8, 8, 8, 7, 6, 4, 2, 0, 0], weekdays={"sat,sun": 0.9})
"""An assessment unit has senior doctors into the evening and at weekends, and sends people home whenever they are
ready in the day: plausible figures."""

_CLEANING = read_distribution("lognormal(median 35 min, p90 55 min)")
"""A bed between two patients: a plausible figure, to be replaced by the hospital's own."""


def _expand(unit: Unit) -> Unit:
    """An assessment unit: discharges from morning to late evening, every day nearly alike."""
    return filled(unit, kind="assessment", cleaning=_CLEANING, discharge=_DISCHARGES)


UNIT_TYPE = UnitType(title="Acute assessment unit", expand=_expand)
