"""Area of the emergency department."""
from hospital_twin.unit_types import UnitType, filled

UNIT_TYPE = UnitType(title="Area of the emergency department", expand=lambda unit: filled(unit, kind="ed"))
