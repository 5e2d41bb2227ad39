"""Unit types: templates that fill in what a unit of the layout leaves out."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hospital_twin.drawers import entry
from hospital_twin.layout import Layout, Unit


@dataclass(frozen=True)
class UnitType:
    """A kind of unit: what it is in words, and how it fills in a unit that names it.

    expand: pure; takes the unit as written and returns it with what it left out filled in. Never called by a
    running engine.
    """

    title: str
    expand: Callable[[Unit], Unit]


def filled(unit: Unit, **defaults) -> Unit:
    """The unit with `defaults` where it says nothing itself."""
    return unit.model_copy(update={k: v for k, v in defaults.items() if k not in unit.model_fields_set})


def expanded(layout: Layout) -> Layout:
    """The layout with every unit filled in by its type."""
    units = {name: _expanded(name, unit) for name, unit in layout.units.items()}
    return layout.model_copy(update={"units": units})


def _expanded(name: str, unit: Unit) -> Unit:
    if unit.type is None:
        return unit
    kind = entry("hospital_twin.unit_types", "UNIT_TYPE", unit.type, where=f"units.{name}.type")
    return kind.expand(unit)
