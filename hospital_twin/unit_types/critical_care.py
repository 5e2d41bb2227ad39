"""Critical care (ICU, level 3)."""
from hospital_twin.unit_types import UnitType, filled

UNIT_TYPE = UnitType(title="Critical care (ICU, level 3)",
                     expand=lambda unit: filled(unit, kind="critical_care"))
