"""What every lever asks for, as plain values: the command line and the reference page are made from them."""
from __future__ import annotations

from itertools import product
from typing import Any

from hospital_twin.drawers import open_drawer
from hospital_twin.errors import BadInput
from hospital_twin.hospital import Hospital
from hospital_twin.levers._read import DRAWER, lever_from
from hospital_twin.scenario import Lever


def describe_levers(hospital: Hospital | None = None) -> list[dict[str, Any]]:
    """Every lever, in alphabetical order of its id, taken from its model alone.

    Each has ``id``, ``title``, ``purpose``, ``example`` (as in a scenario file; with a hospital one that this can have,
    or None when there is none that changes it) and ``fields``: a list of ``name``,
    ``title``, ``description``, ``type`` (integer, number, string), ``unit``, ``min``, ``max``, ``required``,
    ``default``, ``example``, ``names`` (the section of the layout whose names it takes: units, staff, sources, or
    None) and ``choices`` (those names, when a hospital is given; else None).
    """
    return [_lever(lever, hospital) for lever in open_drawer(DRAWER, "LEVER").values()]


def _lever(lever: type[Lever], hospital: Hospital | None) -> dict[str, Any]:
    schema = lever.model_json_schema(mode="validation")
    required = schema.get("required", [])
    fields = [_field(name, about, name in required, hospital) for name, about in schema["properties"].items()]
    values = {field["name"]: field["example"] for field in fields}
    example = values if hospital is None else _fitting(lever, values, fields, hospital)
    if example is not None:
        fields = [{**field, "example": example[field["name"]]} for field in fields]
    return {"id": lever.id, "title": lever.title, "purpose": lever.purpose,
            "example": example and {"lever": lever.id, **example}, "fields": fields}


def _fitting(lever: type[Lever], values: dict[str, Any], fields: list[dict[str, Any]], hospital: Hospital
             ) -> dict[str, Any] | None:
    """The example with the first names of this hospital, its own before others, with which it can be applied."""
    named = {field["name"]: sorted(field["choices"], key=lambda name, own=field["example"]: name != own)
             for field in fields if field["names"]}
    for names in product(*named.values()):
        tried = {**values, **dict(zip(named, names, strict=True))}
        try:
            lever_from(lever.id, **tried).apply(hospital)
        except BadInput:
            continue
        return tried
    return None


def _field(name: str, about: dict[str, Any], required: bool, hospital: Hospital | None) -> dict[str, Any]:
    section = about.get("names")
    choices = None
    if section and hospital is not None:
        choices = [*about.get("also", ()), *getattr(hospital.layout, section)]
    return {"name": name, "title": about["title"], "description": about["description"], "type": about["type"],
            "unit": about.get("unit", ""), "min": about.get("minimum"), "max": about.get("maximum"),
            "required": required, "default": about.get("default"),
            "example": about.get("examples", [about.get("default")])[0], "names": section, "choices": choices}
