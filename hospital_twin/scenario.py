"""`Scenario`: a named list of levers, each of which turns a hospital into another one."""
from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, SerializeAsAny, model_serializer

from hospital_twin.hospital import Hospital
from hospital_twin.layout import Part, write_yaml


class Lever(Part, ABC):
    """One thing that somebody could change: a subclass in a file of its own in `levers/`.

    id: the file's name, which is the lever's name in a scenario file. title: a heading. purpose: what it is for and
    what it does not do, in words. The fields carry title, description, unit, range, default and an example; what is
    asked of the reader anywhere (command line, reference page) is made from them. With its optional fields at
    their defaults a lever is neutral and changes nothing.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    purpose: ClassVar[str]

    @abstractmethod
    def apply(self, hospital: Hospital) -> Hospital:
        """The hospital after the change; the one given stays as it is.

        Raises `BadInput` for what this hospital does not have, naming what it has.
        """

    @abstractmethod
    def sentence(self) -> str:
        """The change in a few plain words, ``+2 ED doctors 10:00–22:00``; neutral, ``ED doctors unchanged``."""

    @model_serializer(mode="wrap")
    def _with_its_id(self, handler: Any) -> dict[str, Any]:
        return {"lever": self.id, **handler(self)}


class Scenario(Part):
    """A named list of levers, applied in order.

    `levers.read_scenario` and `levers.scenario_from` make one from a file or from its saved form.
    """

    name: str = Field(min_length=1, description="What it is called in tables and files.")
    description: str = Field("", description="Why somebody asks, in words.")
    levers: tuple[SerializeAsAny[Lever], ...] = Field((), description="What is changed, in this order.")

    def apply(self, hospital: Hospital) -> Hospital:
        """The hospital after all levers; the one given stays as it is."""
        for lever in self.levers:
            hospital = lever.apply(hospital)
        return hospital

    def sentence(self) -> str:
        """What is changed, in plain words; the name where nothing is."""
        return "; ".join(lever.sentence() for lever in self.levers) or self.name

    def save(self, path: str | Path) -> None:
        """Write as YAML; `levers.read_scenario` reads it back."""
        write_yaml(self, path)


BASELINE = Scenario(name="baseline")
"""The hospital as it is."""
