"""Where the numbers of a layout are, and how to put others in their place."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

from hospital_twin.layout import Layout, Part
from hospital_twin.layout.steps import KINDS, name_of

Path = tuple[str | int | bool, ...]


class Place(NamedTuple):
    """A step, its path in the layout, and the same in words: ``pathways.walk_in.triage``."""

    path: Path
    step: Part
    words: str


def steps_of(layout: Layout) -> dict[str, Place]:
    """Every step that has a name of its own, by that name."""
    return {name: Place(path, step, f"pathways.{pathway}.{name}")
            for pathway, steps in layout.pathways.items()
            for path, step in _walk(("pathways", pathway), steps)
            if (name := name_of(step)) and not hasattr(step, "follow")}


def _walk(path: Path, steps: Sequence[Part]) -> Iterator[tuple[Path, Part]]:
    for number, step in enumerate(steps):
        here = (*path, number)
        yield here, step
        for field in type(step).model_fields:
            for inner, below in _lists(getattr(step, field), (*here, field)):
                yield from _walk(inner, below)


def _lists(value: Any, path: Path) -> Iterator[tuple[Path, Sequence[Part]]]:
    """The lists of steps inside a field: its own, those of its options, those side by side."""
    if not isinstance(value, tuple) or not value:
        return
    if all(isinstance(item, tuple(KINDS.values())) for item in value):
        yield path, value
    for number, item in enumerate(value):
        if isinstance(item, tuple):
            yield from _lists(item, (*path, number))
        elif hasattr(item, "then"):
            yield from _lists(item.then, (*path, number, "then"))


def replaced(layout: Layout, values: Mapping[Path, Any]) -> Layout:
    """The layout with some values exchanged; the path of each exists."""
    tree: dict = {}
    for path, value in values.items():
        node = tree
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = _New(value)
    return _with(layout, tree)


class _New(NamedTuple):
    value: Any


def _with(old: Any, tree: Any) -> Any:
    if isinstance(tree, _New):
        return tree.value
    if isinstance(old, BaseModel):
        return old.model_copy(update={name: _with(getattr(old, name), below) for name, below in tree.items()})
    if isinstance(old, Mapping):
        return {**old, **{key: _with(old.get(key), below) for key, below in tree.items()}}
    return tuple(_with(item, tree[number]) if number in tree else item for number, item in enumerate(old))
