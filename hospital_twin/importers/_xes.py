"""XES event logs (IEEE 1849-2016): a table with one row an event, its own attributes and those of its case."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hospital_twin.errors import BadInput
from hospital_twin.importers._source import Source
from hospital_twin.importers._table import SAMPLE_ROWS, Table, TextRows, of_texts

_VALUES = frozenset(("string", "date", "int", "float", "boolean", "id"))
"""Elements of one value; lists, containers and what is nested in a value are left out."""
XES = "an XES file: <log> with <trace> for each case and <event> for each event in it"


@dataclass(frozen=True, eq=False, kw_only=True)
class XesTable(Table):
    """The events of a file. Attributes of the case are called ``case:``…; an event's line is that of its element."""

    lines: np.ndarray
    texts: Sequence[np.ndarray]

    def read(self, wanted: Sequence[int], unlike: Sequence[int] = ()) -> TextRows:
        return of_texts(self.lines, [self.texts[place] for place in wanted])


def events(source: Source) -> XesTable:
    """The table of a file's events. Raises `BadInput` for what is no XES, is damaged, or has entities of its own."""
    lines: list[int] = []
    columns: dict[str, list[str]] = {}
    known: dict[str, str] = {}
    for line, values in _events(source):
        for name, value in values.items():
            column = columns.setdefault(name, [])
            column.extend([""] * (len(lines) - len(column)))
            column.append(known.setdefault(value, value))
        lines.append(line)
    if not lines:
        raise BadInput(source.name, "there is no event in it", XES)
    order = sorted(columns, key=lambda name: not name.startswith("case:"))
    texts = [np.array(columns[name] + [""] * (len(lines) - len(columns[name])), dtype=object) for name in order]
    sample = tuple(zip(*(column[:SAMPLE_ROWS].tolist() for column in texts), strict=True))
    return XesTable(source.name, tuple(order), 0, sample, lines=np.array(lines), texts=texts)


def _events(source: Source) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and attributes of each event, those of its case among them."""
    from lxml import etree
    case: dict[str, str] = {}
    with source.open() as binary:
        try:
            for _, element in etree.iterparse(binary, events=("end",), resolve_entities=False, no_network=True,
                                              load_dtd=False, huge_tree=False, remove_comments=True):
                name = etree.QName(element).localname if isinstance(element.tag, str) else ""
                if name == "event":
                    case = case or _attributes(element.getparent(), "case:")
                    yield element.sourceline, {**case, **_attributes(element)}
                    _forget(element)
                elif name == "trace":
                    case = {}
                    _forget(element)
                elif element.getparent() is None and name != "log":
                    raise BadInput(source.name, f"this is a file of tags, whose outermost is <{name[:20]}>", XES)
        except etree.XMLSyntaxError as wrong:
            raise BadInput(f"{source.name}, line {wrong.lineno}", "the tags are damaged, or are none of XES", XES
                           ) from wrong


def _forget(element: Any) -> None:
    """So that memory holds one element and not the file: what went before is read already."""
    element.clear()
    before = element.getprevious()
    if before is not None and before.tag == element.tag:
        element.getparent().remove(before)


def _attributes(element: Any, prefix: str = "") -> dict[str, str]:
    from lxml import etree
    found = {}
    for child in element:
        if isinstance(child.tag, str) and etree.QName(child).localname in _VALUES and child.get("key"):
            found[prefix + child.get("key").strip()] = " ".join((child.get("value") or "").split())
    return found
