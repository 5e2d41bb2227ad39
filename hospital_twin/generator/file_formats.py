"""The kinds of file that a table can be put in."""
from __future__ import annotations

import datetime as dt
import gzip
import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.generator.rows import as_texts, is_time

_MADE = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
"""What a workbook says of when it was made, so that the same log is the same bytes."""
_OF_EVENT = {"Event": "concept:name", "Unit": "org:group", "Outcome": "outcome", "Time": "time:timestamp"}
"""Column of an event → its key in XES."""


class FileFormat(NamedTuple):
    """A kind of file. title: in words. ending: of its name. write: puts a table (with a title) into a file."""

    title: str
    ending: str
    write: Callable[[pd.DataFrame, Path, str], None]


def _csv(table: pd.DataFrame, path: Path, _: str) -> None:
    path.write_bytes(csv_of(as_texts(table)))


def _csv_gz(table: pd.DataFrame, path: Path, _: str) -> None:
    # No file name and no time inside, so that the same log is the same bytes.
    path.write_bytes(gzip.compress(csv_of(as_texts(table)), 9, mtime=0))


def csv_of(table: pd.DataFrame) -> bytes:
    """A table of texts as CSV: UTF-8, commas, one row a line."""
    return table.to_csv(index=False, lineterminator="\n").encode()


def _parquet(table: pd.DataFrame, path: Path, _: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    columns = {header: pa.array(_local(column), pa.timestamp("us"), from_pandas=True) if is_time(column)
               else pa.array(column, from_pandas=True) for header, column in table.items()}
    pq.write_table(pa.table(columns), path, compression="zstd")


def _workbook(*, epoch_1904: bool) -> Callable[[pd.DataFrame, Path, str], None]:
    def write(table: pd.DataFrame, path: Path, title: str) -> None:
        import xlsxwriter
        with xlsxwriter.Workbook(path, {"date_1904": epoch_1904, "strings_to_numbers": False}) as book:
            book.set_properties({"created": _MADE, "title": title})
            about = book.add_worksheet("About")
            about.write_column(0, 0, (title, "Synthetic: no row belongs to a real person.", "The rows are in: Log"))
            _sheet(book, table)
    return write


def _sheet(book: Any, table: pd.DataFrame) -> None:
    """A sheet as people make them: headings over several columns, the columns' names below, and all numbers texts."""
    sheet, when = book.add_worksheet("Log"), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    bold = book.add_format({"bold": True, "align": "center"})
    timed = [is_time(table[header]) for header in table]
    for word, places in itertools.groupby(range(len(timed)), key=lambda place: "When" if timed[place] else "What"):
        first, *rest = places
        if rest:
            sheet.merge_range(0, first, 0, rest[-1], word, bold)
    for place, (header, column) in enumerate(table.items()):
        sheet.write_string(1, place, header, bold)
        sheet.set_column(place, place, 16 if timed[place] else max(8, len(header) + 2))
        values = _local(column) if timed[place] else column.astype(str)
        for row, value in enumerate(values, start=2):
            if timed[place] and not pd.isna(value):
                sheet.write_datetime(row, place, value.to_pydatetime(), when)
            elif not timed[place] and value:
                sheet.write_string(row, place, value)
    sheet.freeze_panes(2, 0)


def _xes_gz(table: pd.DataFrame, path: Path, title: str) -> None:
    """Event rows as XES (IEEE 1849): a trace per visit, times with their offset from UTC."""
    from lxml import etree
    with path.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed, \
            etree.xmlfile(packed, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element("log", {"xes.version": "1.0"}):
            xml.write("\n", _tag("string", "concept:name", title))
            for visit, events in table.groupby("Visit", sort=False):
                trace = etree.Element("trace")
                trace.append(_tag("string", "concept:name", str(visit)))
                # What is the same in all events of a visit is said once, of the visit.
                of_visit = [header for header in table if header not in (*_OF_EVENT, "Visit")]
                trace.extend(_tag("string", _xes_name(header), str(events[header].iloc[0])) for header in of_visit)
                trace.extend(_event(row) for row in events[[*_OF_EVENT]].itertuples(index=False))
                xml.write("\n", trace)


def _event(row: Any) -> Any:
    from lxml import etree
    event = etree.Element("event")
    for header, value in row._asdict().items():
        if header == "Time":
            event.append(_tag("date", _OF_EVENT[header], value.isoformat()))
        elif value:
            event.append(_tag("string", _OF_EVENT[header], value))
    return event


def _tag(kind: str, key: str, value: str) -> Any:
    from lxml import etree
    return etree.Element(kind, key=key, value=value)


def _xes_name(header: str) -> str:
    return header.lower().replace(" ", "_")


def _local(column: pd.Series) -> pd.Series:
    """Times as the clock on the wall showed them."""
    return column.dt.tz_localize(None)


FILE_FORMATS: Mapping[str, FileFormat] = MappingProxyType({
    "csv": FileFormat("text, separated by commas", ".csv", _csv),
    "csv_gz": FileFormat("the same, compressed", ".csv.gz", _csv_gz),
    "xlsx": FileFormat("an Excel workbook", ".xlsx", _workbook(epoch_1904=False)),
    "xlsx_1904": FileFormat("an Excel workbook that counts days from 1904, as old ones of Macintosh do", ".xlsx",
                           _workbook(epoch_1904=True)),
    "parquet": FileFormat("a Parquet file", ".parquet", _parquet),
    "xes": FileFormat("XES, compressed: of events alone", ".xes.gz", _xes_gz),
})
"""Kind of file → how a table is put in it."""


def format_for(name: str | None, shape: str) -> FileFormat:
    """The kind of file of a name; without one, CSV, compressed where rows are many.

    Raises `BadInput` for one that cannot hold a shape.
    """
    if name == "xes" and shape != "events":
        raise BadInput("file_format", f"XES holds events, and not {shape}", "the shape events, or another kind of file")
    return FILE_FORMATS[name or ("csv_gz" if shape == "intervals" else "csv")]
