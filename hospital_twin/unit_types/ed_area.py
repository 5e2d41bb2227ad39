"""Area of the emergency department."""
from hospital_twin.distributions import read_distribution
from hospital_twin.layout import Unit
from hospital_twin.unit_types import UnitType, filled

_CLEANING = read_distribution("lognormal(median 9 min, p90 13 min)")
"""A trolley bay between two patients: a plausible figure, to be replaced by the hospital's own."""


def _expand(unit: Unit) -> Unit:
    """A bay, cubicle or chair of the emergency department: wiped down between two patients."""
    return filled(unit, kind="ed", cleaning=_CLEANING)


UNIT_TYPE = UnitType(title="Area of the emergency department", expand=_expand)
