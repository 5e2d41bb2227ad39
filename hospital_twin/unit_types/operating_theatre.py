"""Operating theatres."""
from hospital_twin.distributions import read_distribution
from hospital_twin.layout import Unit
from hospital_twin.unit_types import UnitType, filled

_TURNOVER = read_distribution("lognormal(median 22 min, p90 34 min)")
"""A theatre between two operations: a plausible figure, to be replaced by the hospital's own."""


def _expand(unit: Unit) -> Unit:
    """Theatres as places: turned over between two patients, and still taken while recovery has no bay."""
    return filled(unit, kind="theatre", cleaning=_TURNOVER)


UNIT_TYPE = UnitType(title="Operating theatres", expand=_expand)
