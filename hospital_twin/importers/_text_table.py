"""Tables of text: what separates their columns, and which line has the names."""
from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from hospital_twin.errors import BadInput
from hospital_twin.importers._records import Ruled, read_columns
from hospital_twin.importers._source import TABLE, Source, beginning, encoding_of
from hospital_twin.importers._table import SAMPLE_ROWS, Table, TextRows

SEPARATORS = ",;\t|"
_HEAD = 256 * 1024
_OTHER_FILES = {
    b"PK\x03\x04": "a zip archive", b"%PDF": "a PDF document", b"\x1f\x8b": "compressed twice", b"{": "a file of JSON"}


@dataclass(frozen=True, eq=False, kw_only=True)
class TextTable(Table):
    """A table of text: rows are lines, and a separator stands between fields."""

    source: Source
    encoding: str
    separator: str

    def read(self, wanted: Sequence[int], unlike: Sequence[int] = ()) -> TextRows:
        ruled = Ruled(self.source, self.separator, self.header_line, len(self.header))
        return read_columns(ruled, wanted, unlike)


def look(source: Source) -> TextTable:
    """Header and first rows of a table. Raises `BadInput` for what is no table of text."""
    head = beginning(source, _HEAD)
    if not head.decode("latin-1").strip("\xef\xbb\xbf ,;\t\n\r\f\v\x1c\x1d\x1e\x1f\x85\xa0"):
        raise BadInput(source.name, "the file is empty", TABLE)
    for magic, what in _OTHER_FILES.items():
        if head.removeprefix(codecs.BOM_UTF8).startswith(magic):
            raise BadInput(source.name, f"this is {what}", TABLE)
    encoding = encoding_of(io.BytesIO(head))
    if b"\0" in head and encoding != "utf-16":
        raise BadInput(source.name, "this is no text: it has bytes of value 0", TABLE)
    text = head.decode(encoding, errors="ignore" if len(head) == _HEAD else "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(head) == _HEAD and len(lines) > 1:
        lines.pop()
    first = next(i for i, line in enumerate(lines) if line.strip())
    declared = lines[first].strip().lower()
    separator = declared[4:5] if declared.startswith("sep=") else ""
    first += bool(separator)
    return _peeked(source, encoding, separator or _separator(source, lines[first:]), lines, first)


def _peeked(source: Source, encoding: str, separator: str, lines: list[str], first: int) -> TextTable:
    rows = _split(lines[first:], separator)
    header = tuple(name.strip() for name in rows[0]) if rows else ()
    sample = tuple(tuple(field.strip() for field in row) for row in rows[1:] if len(row) == len(header))
    return TextTable(source.name, header, first + 1, sample, source=source, encoding=encoding, separator=separator)


def _separator(source: Source, lines: list[str]) -> str:
    def merit(separator: str) -> tuple[bool, bool, int, float]:
        widths = [len(row) for row in _split(lines[:50], separator)]
        same = sum(width == widths[0] for width in widths) / len(widths) if widths else 0.0
        return bool(widths) and widths[0] > 1, same >= 0.5, widths[0] if widths else 0, same

    best = max(SEPARATORS, key=merit)
    if not merit(best)[0]:
        raise BadInput(f"{source.name}, line 1", "there is one column only", TABLE)
    return best


def _split(lines: list[str], separator: str) -> list[list[str]]:
    """Rows of the first lines; from where they cannot be split on, none."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=separator):
            if any(field.strip() for field in row):
                rows.append(row)
            if len(rows) > SAMPLE_ROWS:
                break
    except csv.Error:
        return rows
    return rows
