"""Drawers: folders in which one more file is one more lever, importer, KPI or unit type."""
from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from hospital_twin.errors import BadInput


@cache
def open_drawer(package: str, attribute: str) -> Mapping[str, Any]:
    """Every entry of a drawer by id, in alphabetical order.

    package: the drawer's dotted name (``hospital_twin.kpis``).
    attribute: the name of the one public object in each file (``KPI``).

    The id is the file's name. Third parties add theirs by an entry point in the group named as
    the package; an id that is taken twice is refused rather than shadowed.
    """
    folder = importlib.import_module(package)
    found = {}
    for module in pkgutil.iter_modules(folder.__path__):
        if not module.name.startswith("_"):
            found[module.name] = getattr(importlib.import_module(f"{package}.{module.name}"), attribute)
    for point in entry_points(group=package):
        if point.name in found:
            raise BadInput(f"entry point {point.value}", f"the id {point.name!r} is taken in {package}",
                           "an id of its own")
        found[point.name] = point.load()
    return MappingProxyType(dict(sorted(found.items())))


def entry(package: str, attribute: str, name: str, *, where: str) -> Any:
    """One entry of a drawer; a wrong name is answered with the names there are."""
    drawer = open_drawer(package, attribute)
    if name not in drawer:
        kind = package.rsplit(".", 1)[-1].rstrip("s").replace("_", " ")
        raise BadInput(where, f"there is no {kind} {name!r}", "one of " + ", ".join(drawer))
    return drawer[name]
