"""More or fewer beds in a unit."""
from typing import ClassVar

from pydantic import Field

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import not_told
from hospital_twin.hospital import Hospital
from hospital_twin.levers._capacity import raised
from hospital_twin.levers._named import Named, meant
from hospital_twin.levers._words import changed, counted, in_words
from hospital_twin.scenario import Lever


class Beds(Lever):
    """Adds places to a unit, or takes some away."""

    id: ClassVar[str] = "beds"
    title: ClassVar[str] = "Beds of a unit"
    purpose: ClassVar[str] = (
        "A unit has more or fewer beds (bays, chairs) whenever it is open. Where the unit needs nurses per patient, "
        "more beds are of use only as far as there are nurses for them. Dates for which the layout states a number "
        "of its own (a closure) keep that number.")

    unit: Named = Field(title="Unit", description="Which unit.", examples=["icu"],
                       json_schema_extra={"names": "units"})
    change: int = Field(0, ge=-500, le=500, title="Change in beds", examples=[2],
                        description="How many more; below zero, how many fewer.", json_schema_extra={"unit": "beds"})

    def apply(self, hospital: Hospital) -> Hospital:
        """The hospital with another number of places in the unit."""
        units = hospital.layout.units
        name = meant(self.unit, units)
        if name not in units:
            raise BadInput("lever beds, unit", f"there is no unit {name!r} in {hospital.layout.name}",
                           "one of " + ", ".join(units))
        if self.change and "full" in hospital.untold:
            raise BadInput("lever beds, change", not_told("full"), "a hospital calibrated on a log of visits that says "
                           "when each place was asked for")
        places = raised(units[name].places, self.change, "lever beds, change", f"{in_words(name)} beds")
        if self.change == 0:
            return hospital
        return hospital.with_layout(units={**units, name: units[name].model_copy(update={"places": places})})

    def sentence(self) -> str:
        """``+2 ICU beds``, ``+2 beds in ward 3``."""
        words = in_words(self.unit)
        if words[-1] in "0123456789s":
            return f"{changed(self.change, counted('bed', self.change))} in {words}"
        return changed(self.change, counted(f"{self.unit}_bed", self.change))


LEVER = Beds
