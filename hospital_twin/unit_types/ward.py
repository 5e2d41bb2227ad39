"""Inpatient ward."""
from hospital_twin.unit_types import UnitType, filled

UNIT_TYPE = UnitType(title="Inpatient ward", expand=lambda unit: filled(unit, kind="ward"))
