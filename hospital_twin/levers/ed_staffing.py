"""More or fewer staff on duty at some hours."""
from typing import ClassVar

from pydantic import Field

from hospital_twin.errors import BadInput
from hospital_twin.hospital import Hospital
from hospital_twin.layout.terms import Window
from hospital_twin.levers._capacity import raised_within
from hospital_twin.levers._named import Named, meant
from hospital_twin.levers._words import changed, counted, hours_in_words
from hospital_twin.scenario import Lever


class EdStaffing(Lever):
    """Adds staff of one pool to some hours of the week, or takes some away."""

    id: ClassVar[str] = "ed_staffing"
    title: ClassVar[str] = "ED staffing"
    purpose: ClassVar[str] = (
        "A pool of staff has more or fewer people on duty at some hours of the week. Who is treating a patient when "
        "an extra shift ends does what the layout says for the end of a shift. Dates for which the layout states a "
        "number of its own keep that number.")

    pool: Named = Field(title="Staff", description="Which pool of staff.", examples=["ed_doctor"],
                       json_schema_extra={"names": "staff"})
    extra: int = Field(0, ge=-50, le=50, title="Change in staff on duty", examples=[2],
                       description="How many more are on duty; below zero, how many fewer.",
                       json_schema_extra={"unit": "people"})
    window: Window = Field("00:00-24:00", title="Hours", examples=["mon-fri 10:00-22:00"],
                           description="At which hours: from-to, with weekdays in front where it is not every day. It "
                                       "may run past midnight.")

    def apply(self, hospital: Hospital) -> Hospital:
        """The hospital with another number on duty in the window."""
        staff = hospital.layout.staff
        name = meant(self.pool, staff)
        if name not in staff:
            raise BadInput("lever ed_staffing, pool", f"there is no staff {name!r} in {hospital.layout.name}",
                           "one of " + ", ".join(staff) if staff else "a hospital with staff in its layout")
        if self.extra == 0:
            return hospital
        pool = staff[name]
        on_duty = raised_within(pool.on_duty, self.extra, self.window, "lever ed_staffing, extra",
                                counted(name, 2))
        return hospital.with_layout(staff={**staff, name: pool.model_copy(update={"on_duty": on_duty})})

    def sentence(self) -> str:
        """``+2 ED doctors 10:00–22:00``."""
        return changed(self.extra, counted(self.pool, self.extra) + hours_in_words(self.window))


LEVER = EdStaffing
