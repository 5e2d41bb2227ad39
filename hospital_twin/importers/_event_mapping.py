"""What a mapping file can say of an activity of an event log."""
from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from hospital_twin.layout import Part


class EventMeans(Part):
    """The part of an activity in a visit: exactly one of these, its value left empty where nothing is to be said."""

    arrive: str | None = Field(None, description="The visit begins, in this unit (nothing: in none yet, or in the one "
                                                 "that the row names).")
    again: str | None = Field(None, description="Another visit of the same person begins, in this unit.")
    stay: str | None = Field(None, description="A stay in this unit begins (nothing: in the one that the row names), "
                                               "and the stay before it ends.")
    end: str | None = Field(None, description="The stay that goes on ends; the visit does not.")
    leave: str | None = Field(None, description="The visit ends, with this disposition.")
    request: str | None = Field(None, description="The next stay (in this unit) is asked for.")
    task: str | None = Field(None, description="Something is done; tasks of this name.")

    @model_validator(mode="after")
    def _one(self) -> EventMeans:
        if len(self.model_fields_set) != 1:
            said = ", ".join(sorted(self.model_fields_set)) or "nothing"
            raise ValueError(f"an event means one thing, not {said}: expected one of "
                             f"{', '.join(type(self).model_fields)}, as in {{stay: icu}}")
        return self

    @property
    def verb(self) -> str:
        """Which of the parts it is."""
        return next(iter(self.model_fields_set))

    @property
    def target(self) -> str | None:
        """Its unit, disposition or name."""
        return getattr(self, self.verb)

    def plain(self) -> dict[str, Any]:
        """As a mapping file says it."""
        return {self.verb: self.target}
