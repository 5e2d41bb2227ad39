"""Acute assessment unit."""
from hospital_twin.unit_types import UnitType, filled

UNIT_TYPE = UnitType(title="Acute assessment unit", expand=lambda unit: filled(unit, kind="assessment"))
