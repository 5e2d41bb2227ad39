"""More or fewer arrivals."""
from typing import ClassVar

from pydantic import Field

from hospital_twin.errors import BadInput
from hospital_twin.hospital import Hospital
from hospital_twin.levers._named import Named, meant
from hospital_twin.levers._words import changed, in_words
from hospital_twin.scenario import Lever

_ALL = "all"


class Demand(Lever):
    """Multiplies the arrival rate of one source or of all."""

    id: ClassVar[str] = "demand"
    title: ClassVar[str] = "Demand"
    purpose: ClassVar[str] = (
        "More or fewer patients arrive, at the same hours and of the same mix. A rise only adds patients and a fall "
        "only takes some away; all others stay who they were. Booked patients (a timetable) do not change.")

    source: Named = Field(_ALL, title="Source", examples=["walk_in"],
                          description="Where the patients come from; all means every source that has an arrival rate.",
                          json_schema_extra={"names": "sources", "also": [_ALL]})
    change: float = Field(0.0, ge=-90, le=300, title="Change in arrivals", examples=[10],
                          description="By how much arrivals rise; below zero they fall.",
                          json_schema_extra={"unit": "%"})

    def apply(self, hospital: Hospital) -> Hospital:
        """The hospital with other arrival rates."""
        sources = hospital.layout.sources
        rated = [name for name, source in sources.items() if source.rate is not None]
        chosen = meant(self.source, (_ALL, *sources))
        if chosen not in (_ALL, *sources):
            raise BadInput("lever demand, source", f"there is no source {chosen!r} in {hospital.layout.name}",
                           "one of " + ", ".join((_ALL, *sources)))
        wanted = rated if chosen == _ALL else [chosen]
        if not set(wanted) <= set(rated):
            raise BadInput("lever demand, source", f"{chosen!r} has no arrival rate: its patients are booked or "
                           "listed one by one", "one of " + ", ".join((_ALL, *rated)))
        if self.change == 0:
            return hospital
        factor = 1 + self.change / 100
        changed = {name: sources[name].model_copy(update={"times": sources[name].times * factor}) for name in wanted}
        return hospital.with_layout(sources={**sources, **changed})

    def sentence(self) -> str:
        """``+10 % arrivals``, ``−5 % walk-in arrivals``."""
        which = "" if self.source == _ALL else f"{in_words(self.source)} "
        return changed(self.change, f"{which}arrivals", "% ")


LEVER = Demand
