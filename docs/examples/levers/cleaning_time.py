"""Faster or slower cleaning of a unit's places."""
from typing import Any, ClassVar

from pydantic import Field

from hospital_twin.errors import BadInput
from hospital_twin.hospital import Hospital
from hospital_twin.layout import By
from hospital_twin.levers._named import Named, meant
from hospital_twin.levers._words import changed, in_words
from hospital_twin.scenario import Lever
from hospital_twin.unit_types import expanded


class CleaningTime(Lever):
    """Multiplies the time that a place is out of use after a patient."""

    id: ClassVar[str] = "cleaning_time"
    title: ClassVar[str] = "Cleaning time of a unit"
    purpose: ClassVar[str] = (
        "A bed is ready sooner or later after a patient left it. Only the cleaning changes: when patients are ready "
        "to leave, and how many there are, stays as it is.")

    unit: Named = Field(title="Unit", description="Which unit.", examples=["icu"],
                       json_schema_extra={"names": "units"})
    change: float = Field(0.0, ge=-90, le=300, title="Change in cleaning time", examples=[-20],
                          description="By how much it takes longer; below zero it is quicker.",
                          json_schema_extra={"unit": "%"})

    def apply(self, hospital: Hospital) -> Hospital:
        """The hospital with another cleaning time in the unit."""
        units = hospital.layout.units
        unit = meant(self.unit, units)
        if unit not in units:
            raise BadInput("lever cleaning_time, unit", f"there is no unit {unit!r} in {hospital.layout.name}",
                           "one of " + ", ".join(units))
        cleaning = expanded(hospital.layout).units[unit].cleaning
        if cleaning is None:
            raise BadInput("lever cleaning_time, unit", f"{unit!r} is not cleaned between two patients",
                           "a unit with a cleaning time, in its own lines or from its type")
        if self.change == 0:
            return hospital
        other = units[unit].model_copy(update={"cleaning": _scaled(cleaning, 1 + self.change / 100)})
        return hospital.with_layout(units={**units, unit: other})

    def sentence(self) -> str:
        """``−20 % ICU cleaning time``."""
        return changed(self.change, f"{in_words(self.unit)} cleaning time", "% ")


def _scaled(value: Any, factor: float) -> Any:
    """A duration, those by class, or the nested values of those, each multiplied."""
    if isinstance(value, By):
        return value.model_copy(update={"of": _scaled(value.of, factor), "otherwise": _scaled(value.otherwise, factor)})
    if isinstance(value, dict):
        return {key: _scaled(below, factor) for key, below in value.items()}
    return None if value is None else value.scaled(factor)


LEVER = CleaningTime
