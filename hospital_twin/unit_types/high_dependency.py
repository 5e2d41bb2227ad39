"""High dependency or step-down (level 2)."""
from hospital_twin.distributions import read_distribution
from hospital_twin.layout import Unit
from hospital_twin.unit_types import UnitType, filled

_CLEANING = read_distribution("lognormal(median 55 min, p90 80 min)")
"""A monitored bed space: a plausible figure, to be replaced by the hospital's own."""


def _expand(unit: Unit) -> Unit:
    """High dependency: patients wait for it where they are, and go on to a ward rather than home."""
    return filled(unit, kind="high_dependency", cleaning=_CLEANING)


UNIT_TYPE = UnitType(title="High dependency or step-down (level 2)", expand=_expand)
