"""Critical care (ICU, level 3)."""
from hospital_twin.distributions import read_distribution
from hospital_twin.layout import Unit
from hospital_twin.unit_types import UnitType, filled

_CLEANING = read_distribution("lognormal(median 70 min, p90 105 min)")
"""A bed space with its ventilator and pumps: a plausible figure, to be replaced by the hospital's own."""


def _expand(unit: Unit) -> Unit:
    """Critical care: nobody waits in line for it. A patient has a bed and its nurses at once, or is refused."""
    return filled(unit, kind="critical_care", cleaning=_CLEANING, room=0, refuse_as="transferred_out")


UNIT_TYPE = UnitType(title="Critical care (ICU, level 3)", expand=_expand)
