"""Recovery room (PACU)."""
from hospital_twin.unit_types import UnitType, filled

UNIT_TYPE = UnitType(title="Recovery room (PACU)", expand=lambda unit: filled(unit, kind="recovery"))
