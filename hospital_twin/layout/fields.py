"""Which fields there are at a place of a file, for whoever wrote one that there is not."""
from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

MOST_NAMED = 12
_PLAIN = re.compile(r"[A-Za-z_][\w-]*")
LONGEST_SHOWN = 40


def shown_key(key: object) -> str | None:
    """A key as a message may quote it, None for what is no name: the file may be any file, with secrets in it."""
    text = str(key)
    if not _PLAIN.fullmatch(text):
        return None
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN - 3] + "..."


def in_place(model: type[BaseModel], path: tuple, beside: Collection[str]) -> list[str]:
    """The names of the fields at a path of a file that is read as `model`.

    beside: the keys that stand there. Where several kinds of part may stand, the one that most of them fit is meant.
    """
    kinds: list[Any] = [model]
    for part in path:
        kinds = [below for kind in kinds for below in _below(kind, part)]
    choices = [_names(part) for kind in kinds for part in _parts(kind)]
    return list(max(choices, key=lambda names: len(names.keys() & set(beside)), default={}))


def advice(name: object, known: Collection[str]) -> str:
    """What to write instead of a name that is not known: the nearest first, at most a dozen."""
    if not known:
        return "a field that there is"
    near = get_close_matches(str(name), known, n=1)
    others = [one for one in known if one not in near]
    listed, more = others[:MOST_NAMED - len(near)], len(others) - (MOST_NAMED - len(near))
    rest = ", ".join(listed) + (f" and {more} more" if more > 0 else "")
    if not near:
        return f"one of {rest}"
    return f"{near[0]!r}, most likely" + (f"; there are also {rest}" if rest else "")


def _names(part: type[BaseModel]) -> dict[str, Any]:
    """Field as it is written in a file → its type."""
    return {field.alias or name: field.annotation for name, field in part.model_fields.items()}


def _plain(kind: Any) -> Iterator[Any]:
    """The alternatives of a type, without what is noted beside them."""
    kind = getattr(kind, "__value__", kind)
    if get_origin(kind) is Annotated:
        yield from _plain(get_args(kind)[0])
    elif get_origin(kind) in (Union, UnionType):
        for one in get_args(kind):
            yield from _plain(one)
    else:
        yield kind


def _parts(kind: Any) -> Iterator[type[BaseModel]]:
    return (one for one in _plain(kind) if isinstance(one, type) and issubclass(one, BaseModel))


def _below(kind: Any, part: object) -> Iterator[Any]:
    """The types of what stands under a key, or at a place of a list."""
    for one in _plain(kind):
        if get_origin(one) is dict:
            yield get_args(one)[1]
        elif get_origin(one) in (tuple, list) and isinstance(part, int):
            yield get_args(one)[0]
        elif isinstance(one, type) and issubclass(one, BaseModel) and part in _names(one):
            yield _names(one)[part]
