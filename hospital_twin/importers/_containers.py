"""Which kind of file a table lies in, and the tables that are in it."""
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hospital_twin.errors import BadInput
from hospital_twin.importers._columns import Recognised, recognise
from hospital_twin.importers._importer import Options
from hospital_twin.importers._mapping import LogMapping
from hospital_twin.importers._shown import shown_heading
from hospital_twin.importers._source import Source, beginning, members_of, tables_in
from hospital_twin.importers._table import Table
from hospital_twin.importers._text_table import look

_LEAST = ("visit", "start")
"""What the one sheet of several has to have that is taken for the log."""
_SHOWN = 8
_WORKBOOK = "xl/workbook.xml"


def is_one_file(path: Path) -> bool:
    """Whether a path is a file with one table (of text, or a workbook), and not a folder or an archive of several."""
    return not path.is_dir() and (_WORKBOOK in members_of(path) or len(tables_in(path)) == 1)


def columns_in(path: Path, options: Options, *needs: str) -> Recognised | None:
    """What the columns of a file with one table mean; None for what is no such file, or lacks some of `needs`."""
    if not is_one_file(path):
        return None
    _, columns = recognised_in(path, options)
    return columns if columns.has(*needs) else None


def recognised_in(path: Path, options: Options) -> tuple[Table, Recognised]:
    """The table of a log in a file, and what its columns mean; looked for once for each file.

    Raises `BadInput` for a file that is no table, and where it cannot be told which of several is meant.
    """
    if path not in options.known:
        options.known[path] = _one_of(path, options)
    return options.known[path]


def _one_of(path: Path, options: Options) -> tuple[Table, Recognised]:
    tables = _tables(path, options.mapping)
    found = [(table, recognise(table, options.mapping, options.attributes)) for table in tables]
    if len(found) == 1:
        return found[0]
    likely = [(table, columns) for table, columns in found if columns.has(*_LEAST)]
    if len(likely) == 1:
        (table, columns), = likely
        return replace(table, notes=(f"of {len(tables)} sheets, {_shown(table)!r} is read: the only one with columns "
                                     "of visits and times", *table.notes)), columns
    if not likely:
        table, columns = max(found, key=lambda one: len(one[0].header) * len(one[0].sample))
        return replace(table, notes=(f"of {len(tables)} sheets, {_shown(table)!r} alone is read, the largest; `sheet` "
                                     "in a mapping names another", *table.notes)), columns
    raise BadInput(str(path), f"{len(likely)} sheets can each be the log: "
                   + ", ".join(repr(_shown(table)) for table, _ in likely[:_SHOWN]),
                   f"a mapping file that says which: `sheet: {_shown(likely[0][0])}`")


def _shown(table: Table) -> str:
    return shown_heading(getattr(table, "sheet", table.name))


def _tables(path: Path, mapping: LogMapping) -> list[Table]:
    """All tables of a file that may be a log."""
    if _WORKBOOK in members_of(path):
        from hospital_twin.importers._excel import sheets
        return sheets(path, mapping.sheet, mapping.place("sheet"))
    tables = tables_in(path)
    if len(tables) > 1:
        raise BadInput(str(path), f"the archive holds {len(tables)} tables: "
                       + ", ".join(shown_heading(table.member) for table in tables[:_SHOWN]),
                       "one table: unpack the archive, and name the file")
    source = tables[0] if tables else Source(path)
    head = beginning(source)
    if head.startswith(b"PAR1"):
        from hospital_twin.importers._parquet import table_of
        return [table_of(source)]
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        from hospital_twin.importers._excel import sheets
        return sheets(path, mapping.sheet, mapping.place("sheet"))
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        from hospital_twin.importers._xes import events
        return [events(source)]
    return [look(source)]
