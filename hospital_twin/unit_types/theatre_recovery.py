"""Recovery room (PACU)."""
from hospital_twin.distributions import read_distribution
from hospital_twin.layout import Unit
from hospital_twin.unit_types import UnitType, filled

_CLEANING = read_distribution("10 min")
"""A recovery bay between two patients: a plausible figure, to be replaced by the hospital's own."""


def _expand(unit: Unit) -> Unit:
    """A recovery room: who has no bed to go to stays there, and so holds up the theatres."""
    return filled(unit, kind="recovery", cleaning=_CLEANING)


UNIT_TYPE = UnitType(title="Recovery room (PACU)", expand=_expand)
