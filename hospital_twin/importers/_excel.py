"""Excel workbooks: every visible sheet with a header and rows is a table; lines are Excel's row numbers."""
from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from hospital_twin.errors import BadInput
from hospital_twin.importers._excel_cells import Header, header_of, letters_of, serials_in, text_of, time_of
from hospital_twin.importers._shown import shown_heading
from hospital_twin.importers._table import SAMPLE_ROWS, Table, TextRows, of_texts

LARGEST = 4 << 30
"""Bytes that a workbook may have unpacked: the largest sheet that Excel itself can hold, some ten times over."""
_HEAD_ROWS = 60
_EXACT = 2.0 ** 53
_DATE_1904 = re.compile(rb"date1904\s*=\s*[\"'](?:1|true|on)[\"']", re.IGNORECASE)
_LOCKED = "EncryptedPackage".encode("utf-16-le")
EXCEL = "an Excel workbook that opens without a password"


@dataclass(frozen=True, eq=False, kw_only=True)
class SheetTable(Table):
    """A sheet: rows of cells, some of which are times that are written as numbers.

    columns: the places of the named columns in the sheet. serial: those whose numbers are days of Excel's calendar.
    epoch_1904: whether that calendar begins in 1904. filled: cells that a merged range fills, by row and column.
    """

    sheet: str
    rows: Sequence[Sequence[Any]]
    columns: tuple[int, ...]
    serial: frozenset[int]
    epoch_1904: bool
    filled: dict[tuple[int, int], Any]

    def read(self, wanted: Sequence[int], unlike: Sequence[int] = ()) -> TextRows:
        lines, texts, blank = [], [[] for _ in wanted], 0
        for number in range(self.header_line, len(self.rows)):
            row = self.texts(number, self.columns)
            if not any(row):
                blank += number < len(self.rows) - 1
                continue
            lines.append(number + 1)
            for column, place in zip(texts, wanted, strict=True):
                column.append(row[place])
        known = dict[str, str]()
        columns = [np.array([known.setdefault(text, text) for text in column], dtype=object) for column in texts]
        return of_texts(np.array(lines, dtype=np.int64), columns, blank)

    def texts(self, number: int, columns: Iterable[int]) -> tuple[str, ...]:
        """The cells of a row (from 0) as texts."""
        row = self.rows[number]
        found = []
        for column in columns:
            value = self.filled.get((number, column), row[column] if column < len(row) else "")
            serial = column in self.serial and isinstance(value, int | float) and not isinstance(value, bool)
            found.append(time_of(value, self.epoch_1904) if serial else text_of(value))
        return tuple(found)


def sheets(path: Path, wanted: str | None, where: str) -> list[Table]:
    """The sheets of a workbook that may hold a log, or the one that a mapping names (at `where`).

    Raises `BadInput` for a workbook that cannot be opened, has no such sheet, or none with rows.
    """
    from python_calamine import CalamineError
    workbook, epoch_1904 = _opened(path), _begins_1904(path)
    if wanted is not None and wanted not in workbook.sheet_names:
        raise BadInput(where, f"the workbook has no sheet {wanted!r}",
                       "one of its sheets: " + ", ".join(repr(shown_heading(name)) for name in workbook.sheet_names))
    shown = [about.name for about in workbook.sheets_metadata
             if str(about.typ).endswith("WorkSheet") and str(about.visible).endswith(".Visible")]
    found = []
    for name in shown if wanted is None else [wanted]:
        try:
            sheet = workbook.get_sheet_by_name(name)
            rows, merged = list(sheet.iter_rows()), sheet.merged_cell_ranges or []
        except CalamineError as wrong:
            raise BadInput(f"{path}, sheet {shown_heading(name)}", f"the sheet is damaged ({wrong})",
                           EXCEL + ", saved anew from Excel") from wrong
        table = _table(path, name, rows, _filled(rows, merged), epoch_1904=epoch_1904)
        found += [table] if table is not None else []
    if not found:
        raise BadInput(str(path), "no sheet has a row of column names with rows below it",
                       "a sheet with one row for each stay or event, and the names of the columns above")
    return found


def _opened(path: Path) -> Any:
    from python_calamine import CalamineError, CalamineWorkbook
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > LARGEST:
            raise BadInput(str(path), f"unpacked, the workbook has {size / (1 << 30):,.0f} GB", EXCEL)
    try:
        return CalamineWorkbook.from_path(str(path))
    except CalamineError as wrong:
        with path.open("rb") as file:
            locked = _LOCKED in file.read(1 << 20)
        if locked:
            raise BadInput(str(path), "the workbook is locked by a password", EXCEL) from wrong
        raise BadInput(str(path), f"the workbook is damaged ({wrong})", EXCEL + ", saved anew from Excel") from wrong


def _begins_1904(path: Path) -> bool:
    """Whether a workbook's calendar begins in 1904 (as on old Macs); the file says so."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return bool(_DATE_1904.search(archive.read("xl/workbook.xml")))


def _table(path: Path, name: str, rows: list[list[Any]], filled: dict[tuple[int, int], Any], *, epoch_1904: bool
           ) -> SheetTable | None:
    header = header_of(rows[:_HEAD_ROWS], filled)
    if header is None:
        return None
    serial = serials_in(rows[header.rows:], header, epoch_1904=epoch_1904)
    table = SheetTable(f"{path}, sheet {shown_heading(name)}", header.names, header.rows, (),
                       _notes(rows, header, serial, filled, epoch_1904=epoch_1904), sheet=name, rows=rows,
                       columns=header.columns, serial=serial, epoch_1904=epoch_1904, filled=filled)
    sample = (table.texts(number, header.columns) for number in range(header.rows, len(rows)))
    first = tuple(islice((row for row in sample if any(row)), SAMPLE_ROWS))
    return replace(table, sample=first) if first else None


def _filled(rows: Sequence[Sequence[Any]], merged: Iterable[tuple[tuple[int, int], tuple[int, int]]]
            ) -> dict[tuple[int, int], Any]:
    """Every cell of a merged range has the value of its first."""
    found = {}
    for (top, left), (bottom, right) in merged:
        if top < len(rows) and left < len(rows[top]):
            value = rows[top][left]
            found |= {(row, column): value for row in range(top, min(bottom, len(rows) - 1) + 1)
                      for column in range(left, right + 1) if (row, column) != (top, left)}
    return found


def _notes(rows: Sequence[Sequence[Any]], header: Header, serial: frozenset[int],
           filled: dict[tuple[int, int], Any], *, epoch_1904: bool) -> tuple[str, ...]:
    found = []
    if epoch_1904:
        found.append("the workbook's calendar begins in 1904")
    if serial:
        names = ", ".join(shown_heading(name) for name, column in zip(header.names, header.columns, strict=True)
                          if column in serial)
        found.append(f"numbers of days in the columns {names} are read as dates of Excel's calendar")
    below = sum(row >= header.rows for row, _ in filled)
    if below:
        found.append(f"{below:,} cells are merged with a cell above or beside them, and count as having its value")
    damaged = [shown_heading(header.names[header.columns.index(column)]) for column in header.columns
               if any(isinstance(row[column], float) and abs(row[column]) >= _EXACT for row in rows[header.rows:]
                      if column < len(row))]
    if damaged:
        found.append(f"Excel keeps 15 digits of a number: longer ones in {', '.join(damaged)} have lost their last "
                     "digits and may no longer tell persons or visits apart; export them as text")
    if header.unnamed:
        found.append(f"columns without a name are not read: {', '.join(map(letters_of, header.unnamed))}")
    return tuple(found)
