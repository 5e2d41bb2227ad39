"""Pages about what lies in the drawers: levers, KPIs, unit types, importers."""
from __future__ import annotations

import inspect
from typing import Any

from hospital_twin.distributions import Family
from hospital_twin.drawers import open_drawer
from hospital_twin.kpis import kpi_drawer
from hospital_twin.layout import Unit
from hospital_twin.layout.steps import Profile
from hospital_twin.levers import describe_levers
from scripts.doc_blocks.markdown import block, code, in_yaml, table

BETTER = {"lower": "lower is better", "higher": "higher is better", "none": "neither way is better as such"}


def levers(_: str) -> str:
    """Every lever with its fields, ranges, defaults and how it is written."""
    return "\n\n".join(_lever(lever) for lever in describe_levers())


def _lever(lever: dict[str, Any]) -> str:
    rows = [(code(field["name"]), field["title"], _takes(field), field["unit"],
             "**must be given**" if field["required"] else code(in_yaml(field["default"])), field["description"],
             code(in_yaml(field["example"]))) for field in lever["fields"]]
    return "\n\n".join((
        f"## {lever['title']}: {code(lever['id'])}", lever["purpose"],
        table(("field", "title", "takes", "unit", "if left out", "what it is", "example"), rows),
        "In a scenario file:", block(f"levers:\n  - {in_yaml(lever['example'])}", "yaml")))


def _takes(field: dict[str, Any]) -> str:
    if field["names"]:
        return f"a name of the layout's {field['names']}"
    kind = {"integer": "whole number", "number": "number", "string": "text"}.get(field["type"], field["type"])
    low, high = field["min"], field["max"]
    bounds = ((f" from {low:g}" if low is not None else "") + (f" to {high:g}" if high is not None else ""))
    return kind + bounds


def kpis(_: str) -> str:
    """Every KPI with its definition, source and statistics."""
    return "\n\n".join(_kpi(kpi) for kpi in kpi_drawer().values())


def _kpi(kpi: Any) -> str:
    rows = [(code(name) + (" **headline**" if name == kpi.headline else ""), statistic.words, statistic.unit,
             str(statistic.decimals), f"{statistic.least:.2g}") for name, statistic in kpi.statistics.items()]
    tests = (f"Not an answer but a test, in the back-check alone, of what calibration takes for granted: that "
             f"{kpi.assumes}.",) if kpi.assumes else ()
    return "\n\n".join((
        f"## {kpi.title}: {code(kpi.id)}", kpi.definition, *tests,
        f"Direction: {BETTER[kpi.better]}. Headline: {kpi.say}, in {kpi.unit}.", f"Source: {kpi.source}.",
        table(("statistic", "what it is", "unit", "decimals shown", "least difference that matters"), rows)))


def unit_types(_: str) -> str:
    """Every unit type with what it fills in."""
    return "\n\n".join(_unit_type(name, kind)
                       for name, kind in open_drawer("hospital_twin.unit_types", "UNIT_TYPE").items())


def _unit_type(name: str, kind: Any) -> str:
    bare = Unit(places=10, type=name)
    full = kind.expand(bare)
    rows = [(code(field), code(_shown(getattr(full, field)))) for field in Unit.model_fields
            if getattr(full, field) != getattr(bare, field)]
    return "\n\n".join((f"## {kind.title}: {code(name)}", inspect.getdoc(kind.expand),
                        table(("fills in", "with"), rows)))


def _shown(value: Any) -> str:
    if isinstance(value, Family):
        return value.text()
    if isinstance(value, Profile):
        return in_yaml({"profile": _hours(value.profile), "weekdays": value.weekdays})
    return in_yaml(value)


def _hours(weights: dict[str, float]) -> dict[str, float]:
    """The windows in which somebody goes, neighbours of one weight put together."""
    found: list[tuple[str, str, float]] = []
    for window, weight in weights.items():
        begin, end = window.split("-")
        if found and found[-1][1:] == (begin, weight):
            begin = found.pop()[0]
        found.append((begin, end, weight))
    return {f"{begin}-{end}": weight for begin, end, weight in found if weight}
