"""Levers and scenarios from what people write and programs save."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hospital_twin.drawers import open_drawer
from hospital_twin.errors import BadInput
from hospital_twin.hospital import Hospital
from hospital_twin.layout import checked, read_yaml
from hospital_twin.scenario import Lever, Scenario

DRAWER = "hospital_twin.levers"
EXAMPLE = "name: more doctors, and below it levers: [{lever: ed_staffing, pool: ed_doctor, extra: 2}]"


def lever_from(lever: str, **fields: Any) -> Lever:
    """A lever by its id, with fields as numbers or as text: ``lever_from("beds", unit="icu", change="2")``.

    Raises `BadInput` for an unknown lever or field and for a value out of range.
    """
    return _lever({"lever": lever, **fields}, "levers", {}, ())


def scenario_from(value: Any, where: str = "scenario", lines: Mapping[tuple, int] | None = None) -> Scenario:
    """A scenario from plain values: ``{"name": ..., "levers": [{"lever": id, field: value, ...}]}``.

    where: what they were read from. lines: the line of each value by its path, for the error.
    """
    lines = lines or {}
    if not isinstance(value, Mapping):
        raise BadInput(where, "it holds no fields", EXAMPLE)
    levers = value.get("levers", [])
    if not isinstance(levers, list | tuple):
        raise BadInput(_place(where, lines, ("levers",)), f"levers is {levers!r}", "a list of levers, or []")
    found = tuple(_lever(item, where, lines, ("levers", i)) for i, item in enumerate(levers))
    return checked(Scenario, {**value, "levers": found}, where, dict(lines))


def read_scenario(path: str | Path, hospital: Hospital | None = None) -> Scenario:
    """The scenario in a YAML file; a fault is a `BadInput` with its file and line.

    hospital: when given, each lever is also tried on it, so that a name it does not have is found here.
    """
    value, lines = read_yaml(path)
    scenario = scenario_from(value, str(path), lines)
    for i, lever in enumerate(scenario.levers if hospital else ()):
        try:
            hospital = lever.apply(hospital)
        except BadInput as wrong:
            wrong.where = f"{_place(str(path), lines, ('levers', i))}: {wrong.where}"
            raise
    return scenario


def _lever(item: Any, where: str, lines: Mapping[tuple, int], path: tuple) -> Lever:
    drawer, place = open_drawer(DRAWER, "LEVER"), _place(where, lines, path)
    if not isinstance(item, Mapping) or "lever" not in item:
        raise BadInput(place, f"{item!r} names no lever", "{lever: id, field: value}, with one of " + ", ".join(drawer))
    name = item["lever"]
    if not isinstance(name, str) or name not in drawer:
        raise BadInput(place, f"there is no lever {name!r}", "one of " + ", ".join(drawer))
    unknown = sorted(set(item) - {"lever"} - set(drawer[name].model_fields))
    if unknown:
        raise BadInput(_place(where, lines, (*path, unknown[0])), f"the lever {name} has no field {unknown[0]!r}",
                       "one of " + ", ".join(drawer[name].model_fields))
    fields = {field: value for field, value in item.items() if field != "lever"}
    below = {found[len(path):]: line for found, line in lines.items() if found[:len(path)] == path}
    return checked(drawer[name], fields, f"{where}, lever {name}" if not below else where, below)


def _place(where: str, lines: Mapping[tuple, int], path: tuple) -> str:
    line = next((lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines), None)
    return where if line is None else f"{where}, line {line}"
