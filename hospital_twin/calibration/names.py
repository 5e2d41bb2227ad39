"""Names of a log as names of a layout."""
from __future__ import annotations

import re
from collections.abc import Iterable

UNKNOWN = "unknown"
"""How a layout writes a name that a log leaves empty."""


def spelled(name: str) -> str:
    """A log's name as a layout writes it: ``Medical Ward (4 B)`` is medical_ward_4_b."""
    found = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    if not found:
        return UNKNOWN
    return found if found[:1].isalpha() else f"n_{found}"


def distinct(names: Iterable[str]) -> dict[str, str]:
    """Each name of a log and its spelling in a layout; what would be spelled alike is numbered."""
    found: dict[str, str] = {}
    for name in names:
        spelling, number = spelled(name), 2
        while spelling in found.values():
            spelling, number = f"{spelled(name)}_{number}", number + 1
        found[name] = spelling
    return found


def places(names: Iterable[str], known: Iterable[str]) -> list[int]:
    """For each name of a log, its place among the names of a layout, spelled as it stands or as `distinct` does.

    -1 where the layout has no such name.
    """
    names, known = list(names), list(known)
    alike = distinct(names)
    return [known.index(name) if name in known else known.index(alike[name]) if alike[name] in known else -1
            for name in names]
