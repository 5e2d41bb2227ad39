"""Inpatient ward."""
from hospital_twin.distributions import read_distribution
from hospital_twin.layout import Unit
from hospital_twin.layout.steps import Profile
from hospital_twin.unit_types import UnitType, filled

_DISCHARGES = Profile(
    profile=[0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 6, 8, 9, 10, 10, 8, 6, 4, 2, 0, 0, 0, 0],
    weekdays={"sat": 0.75, "sun": 0.65})
"""When patients who are ready go home: 19 % before noon (the mean of English hospitals in 2014-15 was 17.6 %, range
10.4-26.2, Health Service Journal), and at weekends fewer (NHS England asks for at least 60 % of a weekday)."""

_CLEANING = read_distribution("lognormal(median 45 min, p90 66 min)")
"""A bed and its bay after a discharge: a plausible figure, to be replaced by the hospital's own."""


def _expand(unit: Unit) -> Unit:
    """A ward: discharges in the day, mostly in the afternoon, and a bed that is made up after each patient."""
    return filled(unit, kind="ward", cleaning=_CLEANING, discharge=_DISCHARGES)


UNIT_TYPE = UnitType(title="Inpatient ward", expand=_expand)
