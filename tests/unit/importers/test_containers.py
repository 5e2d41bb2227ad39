"""The same table in every kind of file: the same texts, whatever types the file gave them."""
from __future__ import annotations

import datetime as dt
import gzip
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import quoteattr

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital_twin.errors import BadInput
from hospital_twin.importers._containers import recognised_in
from hospital_twin.importers._importer import Options
from hospital_twin.importers._mapping import LogMapping
from hospital_twin.importers._table import Table

pytestmark = pytest.mark.unit

HEADER = ("Visit", "Ward", "Start", "End")
ROWS = [("1001", "ED", "2025-03-03 10:05:00", "2025-03-03 14:00:00"), ("NA", "Ward 3", "2025-03-03 14:10:00", ""),
        ("0012", "ED", "2025-03-04 00:00:00", "2025-03-04 01:00:00")]


def opened(path: Path, **mapping: object) -> Table:
    return recognised_in(path, Options(None, LogMapping(**mapping), None))[0]


def texts(table: Table) -> list[tuple[str, ...]]:
    rows = table.read(range(len(table.header)))
    return list(zip(*(column.tolist() for column in rows.columns), strict=True))


def as_csv(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    quoted = [[f'"{cell}"' for cell in row] for row in [HEADER, *rows]]
    path.write_text("\n".join(",".join(row) for row in quoted) + "\n", encoding="utf-8")
    return path


def as_xlsx(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADER, *rows]):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return path


def as_parquet(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    pq.write_table(pa.table({name: [row[i] for row in rows] for i, name in enumerate(HEADER)}), path)
    return path


def as_xes(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    events = "".join("<event>" + "".join(f"<string key={quoteattr(name)} value={quoteattr(cell)}/>" for name, cell in
                                         zip(HEADER, row, strict=True)) + "</event>\n" for row in rows)
    path.write_text(f'<?xml version="1.0"?>\n<log><trace>\n{events}</trace></log>', encoding="utf-8")
    return path


WRITERS = {"csv": as_csv, "xlsx": as_xlsx, "parquet": as_parquet, "xes": as_xes}
# What a spreadsheet, a tag or a line can hold; trimmed, as all of them are read, and no row of nothing.
LETTERS = st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters='"')
CELL = st.text(LETTERS, min_size=1, max_size=12)


@pytest.mark.parametrize("kind", WRITERS)
def test_every_kind_of_file_gives_the_same_table(tmp_path: Path, kind: str):
    table = opened(WRITERS[kind](tmp_path / f"log.{kind}", ROWS))
    assert table.header == HEADER
    assert texts(table) == ROWS
    assert list(table.sample) == ROWS


@settings(max_examples=25)
@given(st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=5))
def test_whatever_stands_in_the_cells(rows: list[tuple[str, ...]]):
    with TemporaryDirectory() as folder:
        for kind in ("xlsx", "parquet", "xes"):
            found = opened(WRITERS[kind](Path(folder) / f"log.{kind}", rows), sheet=None)
            assert texts(found) == rows, kind


# ---- Excel
def workbook(path: Path, cells: dict[str, object], **options: object) -> Path:
    with xlsxwriter.Workbook(path, options) as book:
        sheet, day = book.add_worksheet("Stays"), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for place, value in cells.items():
            if ":" in place:
                sheet.merge_range(place, value)
            elif isinstance(value, dt.datetime):
                sheet.write_datetime(place, value, day)
            else:
                sheet.write(place, value)
    return path


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_times_of_both_calendars_and_times_that_are_plain_numbers(tmp_path: Path, epoch_1904: bool):
    moment = dt.datetime.fromisoformat("2025-03-03 10:05")
    first = dt.datetime.fromisoformat("1904-01-01" if epoch_1904 else "1899-12-30")
    days = (moment - first) / dt.timedelta(days=1)
    path = workbook(tmp_path / "log.xlsx", {
        "A1": "Visit", "B1": "Ward", "C1": "Start", "D1": "End", "A2": 45000, "B2": "ED", "C2": moment, "D2": days,
        "A3": "45001", "B3": "ED", "C3": moment, "D3": days}, date_1904=epoch_1904)
    table = opened(path)
    assert texts(table) == [("45000", "ED", "2025-03-03 10:05:00", "2025-03-03 10:05:00"),
                            ("45001", "ED", "2025-03-03 10:05:00", "2025-03-03 10:05:00")]
    assert any("columns End are read as dates" in note for note in table.notes)
    assert any("begins in 1904" in note for note in table.notes) == epoch_1904


def test_titles_merged_headers_and_empty_rows(tmp_path: Path):
    path = workbook(tmp_path / "log.xlsx", {
        "A1": "Stays of 2025", "A3": "Visit", "B3": "Ward", "C3:D3": "Admission", "C4": "Date", "D4": "Time",
        "A5": 1, "B5": "ED", "C5": "2025-03-03", "D5": "10:05", "F5": "a remark",
        "A7": 2, "B7": "ED", "C7": "2025-03-04", "D7": "11:05"})
    table = opened(path)
    assert table.header == ("Visit", "Ward", "Admission Date", "Admission Time")
    rows = table.read([0, 3])
    assert rows.lines.tolist() == [5, 7]
    assert rows.blank == 1
    assert rows.columns[1].tolist() == ["10:05", "11:05"]
    assert "columns without a name are not read: F" in table.notes


def test_a_merged_cell_counts_for_every_row_that_it_covers(tmp_path: Path):
    path = workbook(tmp_path / "log.xlsx", {
        "A1": "Visit", "B1": "Ward", "C1": "Start", "A2:A3": "1001", "B2": "ED", "C2": "2025-03-03 10:05",
        "B3": "Ward 3", "C3": "2025-03-03 14:10"})
    assert [row[0] for row in texts(opened(path))] == ["1001", "1001"]


def test_numbers_that_excel_has_cut_are_said(tmp_path: Path):
    path = workbook(tmp_path / "log.xlsx", {"A1": "Visit", "B1": "Ward", "C1": "Start", "A2": 2.0 ** 60, "B2": "ED",
                                            "C2": "2025-03-03 10:05"})
    table = opened(path)
    assert texts(table)[0][0] == str(2 ** 60)
    assert any("longer ones in Visit have lost their last digits" in note for note in table.notes)


def sheets(path: Path, **tables: Sequence[Sequence[str]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_of_several_sheets_the_one_that_is_a_log_is_read(tmp_path: Path):
    path = sheets(tmp_path / "log.xlsx", Legend=[("Code", "Meaning"), ("ED", "Emergency")], Log=[HEADER, *ROWS])
    table = opened(path)
    assert texts(table) == ROWS
    assert "of 2 sheets, 'Log' is read" in table.notes[0]


def test_of_two_that_could_be_it_a_mapping_has_to_say_which(tmp_path: Path):
    path = sheets(tmp_path / "log.xlsx", Old=[HEADER, ROWS[0]], New=[HEADER, ROWS[1]])
    with pytest.raises(BadInput, match="2 sheets can each be the log: 'Old', 'New'") as wrong:
        opened(path)
    assert "sheet: Old" in wrong.value.expected
    assert texts(opened(path, sheet="New")) == [ROWS[1]]
    with pytest.raises(BadInput, match="the workbook has no sheet 'Newer'"):
        opened(path, sheet="Newer")


def test_workbooks_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    whole = sheets(tmp_path / "log.xlsx", Log=[HEADER, *ROWS])
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "damaged.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<oops" if "sheet1" in name else old.read(name))
    with pytest.raises(BadInput, match="the sheet is damaged"):
        opened(tmp_path / "damaged.xlsx")
    (tmp_path / "locked.xlsx").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(BadInput, match="locked by a password"):
        opened(tmp_path / "locked.xlsx")
    with pytest.raises(BadInput, match="no sheet has a row of column names"):
        opened(sheets(tmp_path / "empty.xlsx", Log=[]))
    monkeypatch.setattr("hospital_twin.importers._excel.LARGEST", 1000)
    with pytest.raises(BadInput, match="unpacked, the workbook has"):
        opened(whole)


# ---- Parquet
def test_types_of_parquet_are_written_out(tmp_path: Path):
    moment = dt.datetime(2025, 3, 3, 10, 5, tzinfo=dt.UTC)
    columns = {
        "visit": pa.array([2 ** 63 - 1, 7]), "ward": pa.array(["ED", "ICU"]).dictionary_encode(),
        "start": pa.array([moment, None], pa.timestamp("ns", "Europe/Paris")),
        "end": pa.array([moment.replace(tzinfo=None)] * 2, pa.timestamp("ms")), "case": pa.array([12.0, None]),
        "day": pa.array([dt.date(2025, 3, 3), None]), "void": pa.nulls(2), "many": pa.array([[1], [2]])}
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table(columns), path)
    table = opened(path, columns={"visit": "visit"})
    assert table.header == tuple(columns)[:-1]
    first, second = texts(table)
    assert first[:2] == ("9223372036854775807", "ED")
    assert first[2] == "2025-03-03 11:05:00.000000+0100"
    assert first[3].startswith("2025-03-03 10:05:00")
    assert (*first[4:],) == ("12", "2025-03-03", "")
    assert (second[2], *second[4:]) == ("", "", "", "")
    assert table.notes == ("columns that hold more than one value a row are not read: many",)
    assert table.read([0]).lines.tolist() == [1, 2]


def test_a_padded_name_is_that_of_its_own_column(tmp_path: Path):
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table({" visit\t": ["1"], "bed.ward": ["ED"], "start ": ["2025-03-03 10:05"]}), path)
    table = opened(path)
    assert table.header == ("visit", "bed.ward", "start")
    assert texts(table) == list(table.sample) == [("1", "ED", "2025-03-03 10:05")]


def test_columns_of_one_name_are_not_told_apart_by_chance(tmp_path: Path):
    path = tmp_path / "log.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array(["1"])] * 3, names=["visit", "visit", "ward"]), path)
    with pytest.raises(BadInput, match="several columns are called 'visit'"):
        opened(path)


def test_decimals_of_parquet_have_no_zeros_behind_them(tmp_path: Path):
    path, numbers = tmp_path / "log.parquet", ["123.00", "0.50", "100.25", "12345678901234567.00"]
    pq.write_table(pa.table({"visit": [Decimal(number) for number in numbers], "ward": ["ED"] * 4}), path)
    assert [row[0] for row in texts(opened(path))] == ["123", "0.5", "100.25", "12345678901234567"]


def test_a_text_that_many_rows_of_a_parquet_file_share_is_kept_once(tmp_path: Path):
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table({"visit": range(70_000), "ward": ["ward 1"] * 70_000, "age": [7.0] * 70_000}), path)
    rows = opened(path).read([0, 1, 2], [0])
    assert len({id(text) for text in rows.columns[1]}) == len({id(text) for text in rows.columns[2]}) == 1
    assert rows.columns[0][-1] == "69999"


def test_damaged_parquet_is_said(tmp_path: Path):
    path = as_parquet(tmp_path / "log.parquet", ROWS * 500)
    whole = path.read_bytes()
    path.write_bytes(whole[:200])
    with pytest.raises(BadInput, match="the Parquet file is damaged"):
        opened(path)
    path.write_bytes(whole[:40] + bytes(len(whole[40:-300])) + whole[-300:])
    with pytest.raises(BadInput, match="damaged"):
        texts(opened(path))


# ---- XES
XES = """<?xml version="1.0" encoding="UTF-8" ?>
<log xmlns="http://www.xes-standard.org/">
<string key="creator" value="x"/>
<trace>
<string key="concept:name" value="NA"/>
<event>
<string key="concept:name" value="Triage"/>
<date key="time:timestamp" value="2025-03-03T10:05:00.000+01:00"/>
<list key="many"><string key="a" value="b"/></list>
</event>
<event><string key="concept:name" value="Doctor"/><int key="Age" value="85"/></event>
</trace>
<trace><string key="concept:name" value="B"/><event><string key="concept:name" value="Triage"/></event></trace>
</log>
"""


@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz"])
def test_events_with_the_attributes_of_their_case(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(gzip.compress(XES.encode()) if name.endswith(".gz") else XES.encode())
    table = opened(path)
    assert table.header == ("case:concept:name", "concept:name", "time:timestamp", "Age")
    assert texts(table) == [("NA", "Triage", "2025-03-03T10:05:00.000+01:00", ""), ("NA", "Doctor", "", "85"),
                            ("B", "Triage", "", "")]
    assert table.read([0]).lines.tolist() == [6, 11, 13]


@pytest.mark.parametrize(("text", "problem"), [
    (XES[:-30], "the tags are damaged"), ("<html><body/></html>", "whose outermost is <html>"),
    ("<log></log>", "there is no event"),
    ('<!DOCTYPE log [<!ENTITY a SYSTEM "file:///etc/passwd">]><log><trace><event>'
     '<string key="concept:name" value="x"/>&a;</event></trace></log>', None)])
def test_what_is_no_xes(tmp_path: Path, text: str, problem: str | None):
    path = tmp_path / "log.xes"
    path.write_text(text)
    if problem is None:
        assert "root:" not in str(texts(opened(path)))
        return
    with pytest.raises(BadInput, match=problem):
        opened(path)


def test_an_entity_that_would_fill_the_memory_is_refused(tmp_path: Path):
    nested = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    path = tmp_path / "log.xes"
    path.write_text(f'<!DOCTYPE log [<!ENTITY a0 "lol">{nested}]><log><trace><event>'
                    '<string key="concept:name" value="&a11;"/></event></trace></log>')
    with pytest.raises(BadInput, match="the tags are damaged"):
        opened(path)


def test_real_events_are_the_same_in_both_kinds_of_file(shared: Path):
    found = [opened(shared / "data" / "sepsis_4tu" / name) for name in ("sepsis.csv.gz", "sepsis.xes.gz")]
    names = ("Case ID", "Activity", "org:group"), ("case:concept:name", "concept:name", "org:group")
    columns = [table.read([table.header.index(name) for name in own]).columns
               for table, own in zip(found, names, strict=True)]
    assert len(columns[0][0]) == len(columns[1][0]) == 15_214
    rows = [sorted(zip(*(column.tolist() for column in one), strict=True)) for one in columns]
    assert rows[0] == rows[1]
    assert np.count_nonzero(columns[0][0] == "NA") == 24
