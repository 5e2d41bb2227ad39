"""High dependency or step-down (level 2)."""
from hospital_twin.unit_types import UnitType, filled

UNIT_TYPE = UnitType(title="High dependency or step-down (level 2)",
                     expand=lambda unit: filled(unit, kind="high_dependency"))
