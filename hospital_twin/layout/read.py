"""Layout files in and out: YAML with the line of every fault."""
from __future__ import annotations

import re
from math import isfinite
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from hospital_twin.errors import BadInput
from hospital_twin.files import replacing
from hospital_twin.layout.fields import LONGEST_SHOWN, advice, in_place, shown_key
from hospital_twin.layout.nouns import Layout
from hospital_twin.layout.steps import KINDS

MOST_NODES = 200_000
"""A file that unfolds to more is refused: nested anchors can make a small file unfold without end."""


_TAGS = {*KINDS, "by", "draw", "profile", "holds", "open"}
MOST_BYTES = 4_000_000
"""A file with more is refused unread."""
LONGEST_VALUE, LONGEST_PROBLEM = 80, 240
"""Characters of a value that a message quotes, and of the whole sentence."""
_EXPECTED = re.compile("[:;] expected ")
_LOG_ENDINGS = (".csv", ".tsv", ".gz", ".zip", ".xlsx", ".parquet")


class _Tree:
    """A YAML document as plain values, with the line on which each began."""

    def __init__(self, file: str):
        self.file, self.lines, self.nodes = file, {}, 0

    def plain(self, node: yaml.Node, path: tuple = ()) -> Any:
        self.nodes += 1
        if self.nodes > MOST_NODES or len(path) > 60:
            raise BadInput(f"{self.file}, line {node.start_mark.line + 1}", "the file unfolds without end",
                           f"at most {MOST_NODES:,} values, nested at most 60 deep, without anchors inside anchors")
        self._no_tag(node)
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(child, (*path, i)) for i, child in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: tuple) -> dict:
        found: dict = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node)
            if key in found:
                raise BadInput(f"{self.file}, line {key_node.start_mark.line + 1}", f"{_shown(key)} stands twice",
                               "each key once")
            found[key] = self.plain(value_node, (*path, key))
            self.lines[(*path, key)] = key_node.start_mark.line + 1
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        place = f"{self.file}, line {node.start_mark.line + 1}"
        if not isinstance(node, yaml.ScalarNode):
            raise BadInput(place, "a key that is a list or a mapping", "a name before the colon")
        self._no_tag(node)
        if node.tag.endswith(":timestamp") or (node.tag.endswith((":int", ":float")) and ":" in node.value):
            return node.value  # a date stays as written, and 10:30 is a time of day, not 630
        try:
            value = yaml.constructor.SafeConstructor().construct_object(node)
        except (ValueError, yaml.YAMLError) as wrong:
            raise BadInput(place, f"{_shown(node.value)} cannot be read", "a plain value") from wrong
        if isinstance(value, float) and not isfinite(value):
            raise BadInput(place, f"{node.value!r} is no number to calculate with", "a finite number")
        return value

    def _no_tag(self, node: yaml.Node) -> None:
        if node.tag.startswith("tag:yaml.org,2002:python") or node.tag.startswith("!"):
            raise BadInput(f"{self.file}, line {node.start_mark.line + 1}", f"the tag {node.tag}",
                           "plain values without tags")


def read_yaml(path: str | Path) -> tuple[Any, dict[tuple, int]]:
    """A YAML file's values, and the line of each by its path."""
    path = Path(path)
    try:
        text = _read(path).decode("utf-8-sig")
    except FileNotFoundError as wrong:
        raise BadInput(str(path), "there is no such file", "a YAML file") from wrong
    except IsADirectoryError as wrong:
        raise BadInput(str(path), "this is a folder", "a YAML file") from wrong
    except UnicodeDecodeError as wrong:
        raise BadInput(str(path), f"byte {wrong.start} is not UTF-8", "a text file in UTF-8") from wrong
    except OSError as wrong:
        raise BadInput(str(path), f"it cannot be read ({wrong.strerror})", "a YAML file that you may read") from wrong
    tree = _Tree(str(path))
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        raise BadInput(f"{path}, line {mark.line + 1 if mark else 1}", f"this is not YAML: {wrong.problem}",
                       "two spaces per level, a space after each colon, quotes round text with a colon") from wrong
    except yaml.YAMLError as wrong:
        raise BadInput(str(path), f"this is not YAML: {wrong}", "a plain text file") from wrong
    return (None if node is None else tree.plain(node)), tree.lines


def _read(path: Path) -> bytes:
    """The bytes of a file of sensible size; never more of one that has no end, or that grows meanwhile."""
    about, found = path.stat(), b""
    if not S_ISREG(about.st_mode) and not S_ISDIR(about.st_mode):
        raise BadInput(str(path), "this is a device or a pipe", "a file on a disk")
    if about.st_size <= MOST_BYTES:
        with path.open("rb") as file:
            found = file.read(MOST_BYTES + 1)
    size = max(len(found), about.st_size)
    if size > MOST_BYTES:
        raise BadInput(str(path), f"the file has {size / 1e6:,.0f} MB",
                       f"at most {MOST_BYTES / 1e6:.0f} MB: a layout, not a log")
    return found


def read_fields(path: str | Path, what: str, expected: str) -> tuple[dict, dict[tuple, int]]:
    """The fields of a YAML file that is to hold `what`, and the line of each by its path.

    Raises `BadInput` for a file without fields, above all for a log that was named in the place of a hospital.
    """
    is_log = Path(path).suffix.lower() in _LOG_ENDINGS and Path(path).is_file()
    value, lines = (None, {}) if is_log else read_yaml(path)
    if not isinstance(value, dict):
        raise BadInput(str(path), f"this is not a {what} file: it holds no fields",
                       f"{expected}; if it is a log, first: hospital-twin calibrate {path}")
    return value, lines


def checked(model: type[BaseModel], value: Any, file: str, lines: dict[tuple, int] | None = None) -> Any:
    """`value` as `model`, or a `BadInput` that names the file, the line and the path of the first fault."""
    try:
        return model.model_validate(value)
    except ValidationError as wrong:
        faults = wrong.errors(include_url=False)
        raise _as_bad_input(faults, model, value, file, lines or {}) from wrong


def _as_bad_input(faults: list[dict], model: type[BaseModel], value: Any, file: str, lines: dict[tuple, int]
                  ) -> BadInput:
    every = [(_path_in_file(fault["loc"], value), fault) for fault in faults]
    found = [one for one in every if _is_meant(model, value, *one)] or every
    path, first = max((f for f in found if f[0][:len(found[0][0])] == found[0][0]), key=_how_exact)
    near = next((lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines), None)
    where = f"{file}, line {near}" if near else file
    unknown = first["type"] == "extra_forbidden"
    named = path if not unknown or shown_key(path[-1]) else path[:-1]
    where += ": " + ".".join(str(part)[:LONGEST_SHOWN] for part in named) if named else ""
    problem, expected = _unknown(model, value, path) if unknown else _in_words(first)
    others = len({other for other, _ in found if other != path[:len(other)]})
    return BadInput(where, problem, expected + (f" ({others} more after this one)" if others else ""))


def _is_meant(model: type[BaseModel], value: Any, path: tuple, fault: dict) -> bool:
    """Whether a fault counts: where several kinds of part may stand, the others miss their fields and do not know
    those of the one that is meant."""
    unknown = fault["type"] == "extra_forbidden"
    if not unknown and fault["type"] != "missing":
        return True
    place = path[:-1] if unknown else path
    known = in_place(model, place, _keys(value, place))
    return (fault["loc"][-1] in known) != unknown


def _keys(value: Any, path: tuple) -> list[str]:
    """The keys that stand at a path."""
    for part in path:
        value = value[part]
    return [str(key) for key in value] if isinstance(value, dict) else []


def _how_exact(found: tuple[tuple, dict]) -> tuple[bool, int]:
    """Of several faults at one place (the ways to read a value each have one): a name that is not known says most,
    then the one that is deepest."""
    return found[1]["type"] == "extra_forbidden", len(found[1]["loc"])


def _path_in_file(loc: tuple, value: Any) -> tuple:
    """The part of pydantic's path that is in the file: union tags (which may be keys too) are left out."""
    path: list = []
    for part, after in zip(loc, (*loc[1:], None), strict=False):
        if part in _TAGS and isinstance(value, dict) and (after in value or _kind_of(value, part, after)):
            continue
        in_list = isinstance(value, (list, tuple)) and isinstance(part, int) and part < len(value)
        if in_list or (isinstance(value, dict) and part in value):
            value = value[part]
            path.append(part)
    return tuple(path)


def _kind_of(step: dict, part: object, after: object) -> bool:
    """Whether a part of pydantic's path is the kind of a step in which `after` is missing."""
    return part in KINDS and after is not None and isinstance(step.get(part), str)


def _in_words(fault: dict) -> tuple[str, str]:
    kind, name, found = fault["type"], fault["loc"][-1] if fault["loc"] else "", fault.get("input")
    if kind == "missing":
        return f"{name!r} is missing", f"a value for {name!r}"
    message = fault["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    problem, *expected = _EXPECTED.split(message, maxsplit=1)
    if expected:
        return problem if len(problem) < LONGEST_PROBLEM else problem[:LONGEST_PROBLEM - 3] + "...", expected[0]
    return f"found {_shown(found)}", message[0].lower() + message[1:]


def _unknown(model: type[BaseModel], value: Any, path: tuple) -> tuple[str, str]:
    shown = shown_key(path[-1])
    if shown is None:
        return ("what stands where the name of a field belongs is no name",
                'names before the colons, and a text with a comma in quotes: "lognormal(median 3 h, sigma 1)"')
    return f"{shown!r} is not known here", advice(path[-1], in_place(model, path[:-1], _keys(value, path[:-1])))


def _shown(found: object) -> str:
    text = repr(found)
    return text if len(text) < LONGEST_VALUE else text[:LONGEST_VALUE - 3] + "..."


def read_layout(path: str | Path) -> Layout:
    """The layout in a YAML file; a fault is a `BadInput` with file, line, path and expectation."""
    value, lines = read_fields(path, "layout", "a layout: name, units, sources, pathways, ...")
    if "layout" in value:
        raise BadInput(str(path), "this file holds a hospital: a layout, and where its numbers come from",
                       "a layout; of this file it is read_hospital(path).layout")
    return checked(Layout, value, str(path), lines)


def write_yaml(model: BaseModel, path: str | Path) -> None:
    """Save a layout, hospital or scenario as YAML, as it was written: what it did not say is left out."""
    with replacing(Path(path)) as part:
        part.write_text(as_yaml(model), encoding="utf-8")


def as_yaml(model: BaseModel) -> str:
    """The text that `write_yaml` saves."""
    return yaml.safe_dump(as_values(model), sort_keys=False, allow_unicode=True, width=110)


def as_values(model: BaseModel) -> dict[str, Any]:
    """A layout, hospital or scenario as lists, mappings and plain values, which read back as the same.

    What was not said stays unsaid, also where it equals a default: a unit's type fills in only what the unit leaves
    open. Unlike JSON's, keys may be numbers: ``of: {1: ...}``.
    """
    return _plain(model.model_dump(by_alias=True, exclude_unset=True))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(below) for key, below in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(below) for below in value]
    return float(value) if isinstance(value, float) else value
