"""Each way in which a log can be unusable is refused at a line of its own, in words that say what to do."""
from __future__ import annotations

import gzip
import io
import os
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from hospital_twin.errors import BadInput
from hospital_twin.importers import LogMapping, read_log, read_mapping
from hospital_twin.importers._columns import in_yaml
from tests.tiny import layout_of

pytestmark = pytest.mark.unit

HEAD = "visit,unit,start,end\n"
ROW = "1,ed,2025-03-25 10:00,2025-03-25 11:00\n"
GOOD = HEAD + ROW
MANY = "".join(f"{v},ed,2025-03-25 10:00,2025-03-25 11:00,person {v}\n" for v in range(1200))
Fault = tuple[str | bytes | None, dict[str, Any], str, str, str]

FAULTS: dict[str, Fault] = {
    # what is in the file, options, what the message says: where, what, what to do
    "no such file": (None, {}, "log.csv", "no such file", "path of an admission log"),
    "an empty file": ("\n \n", {}, "log.csv", "empty", "column names in the first"),
    "no text": (b"\x7fELF\0\0\0", {}, "log.csv", "no text", "CSV"),
    "a workbook": (b"PK\x03\x04....", {}, "log.csv", "zip archive", "CSV"),
    "a broken gzip": (b"\x1f\x8bgarbage of ten bytes", {}, "log.csv", "damaged", "export it again"),
    "a gzip cut off": (gzip.compress(GOOD.encode() + os.urandom(400_000).hex().encode() + b"\n")[:-9], {}, "log.csv",
                       "damaged", "copy"),
    "one column": ("just a text\nover two lines\n", {}, "line 1", "one column only", "separated by"),
    "no header": ("1,ed,2025-03-25 10:00,2025-03-25 11:00\n" * 3, {}, "line 1", "holds data", "column names"),
    "a line without end": (HEAD.encode() + b"1" * 1_100_000, {}, "log.csv", "characters", "one row a line"),
    "no visit": ("unit,start,end\n" + ROW[2:], {}, "line 1", "`visit`", "visit: <column name>"),
    "no times": ("visit,unit,start\n1,ed,early\n", {}, "line 1", "`start`", "start: <column name>"),
    "no unit": ("visit,start,end\n1,2025-03-25 10:00,2025-03-25 11:00\n", {}, "line 1", "`unit`", "stay rows"),
    "two units": ("visit,unit,Ward,start\n1,ed,a,2025-03-25 10:00\n", {}, "line 1", "'unit', 'Ward' can each be unit",
                  "unit: unit"),
    "no rows": (HEAD, {}, "log.csv", "no rows below", "one row a line"),
    "an ambiguous date order": (HEAD + "1,ed,03/04/2025 10:00,03/04/2025 11:00\n", {}, "log.csv",
                                "03/04/2025 (line 2, column start)", "date_order: day_first"),
    "an order that changes": (HEAD + "1,ed,25/03/2025,\n2,ed,03/26/2025,\n", {}, "log.csv",
                              "25/03/2025 (line 2, column start) can only have the day first", "one order"),
    "an order that no date has": (HEAD + "1,ed,25/03/2025,\n", {"mapping": {"date_order": "month_first"}}, "log.csv",
                                  "the mapping says month_first, but 25/03/2025 (line 2, column start)", "day_first"),
    "years of two digits": (HEAD + "1,ed,25-01-13,\n2,ed,25-01-14,\n", {}, "log.csv", "two digits", "year_first"),
    "no such time zone": (GOOD, {"time_zone": "Mars/Olympus"}, "time_zone", "Mars/Olympus", "Europe/London"),
    "no such importer": (GOOD, {"importer": "hl7"}, "importer", "'hl7'", "stays"),
    "every row rejected": (HEAD + "1,ed,2025-03-25 10:00,2025-03-24 11:00\n", {}, "log.csv",
                           "1 × it ends before it starts", "start = start"),
    "a mapping of a column that is not there": (GOOD, {"mapping": {"columns": {"start": "Beginn"}}}, "columns.start",
                                                "no column 'Beginn'", "visit, unit, start, end"),
    "a mapping of a column that is there twice": (
        "visit,unit,start,start\n1,ed,2025-03-25 10:00,2025-03-25 11:00\n", {"mapping": {"columns": {"end": "start"}}},
        "columns.end", "2 columns called 'start'", "only one column has"),
    "a column mapped to two things": (GOOD, {"mapping": {"columns": {"start": "start", "end": "start"}}},
                                      "columns.end", "is columns.start already", "each column for one thing"),
    "no unit of the layout's": (GOOD, {"layout": True}, "column unit", "the log has ed", "ward"),
    "a thousand units": (HEAD.replace("end", "end,ward") + MANY,
                         {"mapping": {"columns": {"unit": "ward"}}}, "column ward", "1,200 different values", "1,000"),
    "a class of a thousand": (HEAD.replace("end", "end,group") + MANY, {"mapping": {"attributes": {"group": "group"}}},
                              "column group", "1,200 different values", "at most 60"),
}


def refusal(path: Path, options: dict[str, Any]) -> BadInput:
    options = dict(options)
    if "mapping" in options:
        options["mapping"] = LogMapping(**options["mapping"])
    if "layout" in options:
        options["layout"] = layout_of("""
            units: {ward: {places: 3}}
            sources: {a: {pathway: p, rate: 1, ceiling: 1}}
            pathways: {p: [{move: m, to: ward}, {leave: out, as: home}]}
        """)
    with pytest.raises(BadInput) as refused:
        read_log(path, **options)
    return refused.value


def place(refused: BadInput) -> tuple[str, int]:
    last = traceback.extract_tb(refused.__traceback__)[-1]
    return Path(last.filename).name, last.lineno or 0


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_names_where_what_and_what_to_do(tmp_path: Path, fault: str):
    content, options, where, problem, expected = FAULTS[fault]
    path = tmp_path / "log.csv"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    refused = refusal(path, options)
    assert where in refused.where
    assert problem in refused.problem
    assert expected in refused.expected
    assert "Traceback" not in str(refused)


def test_no_two_faults_are_raised_at_one_line(tmp_path: Path):
    path = tmp_path / "log.csv"
    seen: dict[tuple[str, int], list[str]] = {}
    for fault, (content, options, *_) in FAULTS.items():
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        seen.setdefault(place(refusal(path, options)), []).append(fault)
    assert [faults for faults in seen.values() if len(faults) > 1] == []


def test_folders_and_archives(tmp_path: Path):
    two = tmp_path / "two.zip"
    with zipfile.ZipFile(two, "w") as archive:
        archive.writestr("a.csv", GOOD)
        archive.writestr("b.csv", GOOD)
    half = tmp_path / "half"
    half.mkdir()
    (half / "transfers.csv").write_text("subject_id,hadm_id\n")
    empty = tmp_path / "empty"
    empty.mkdir()
    refused = [refusal(path, {}) for path in (two, half, empty)]
    assert "2 tables: a.csv, b.csv" in refused[0].problem
    assert "no admissions.csv" in refused[1].problem
    assert "no log that is known" in refused[2].problem
    assert len({place(one) for one in refused}) == 3


def spoilt(compression: int, place: str) -> bytes:
    """A zip archive of a log in which some bytes are others."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", compression) as archive:
        rows = "".join(f"{v},ed,2025-03-{v % 28 + 1:02} 10:{v % 60:02},\n" for v in range(900))
        archive.writestr("log.csv", HEAD + rows)
    data = bytearray(whole.getvalue())
    start = data.rindex(b"PK\x01\x02") if place == "directory" else 60 if place == "body" else 0
    data[start:start + 4] = bytes(255 - byte for byte in data[start:start + 4])
    return bytes(data)


@pytest.mark.parametrize("place", ["header", "body", "directory"])
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_that_is_damaged_is_refused(tmp_path: Path, compression: int, place: str):
    path = tmp_path / "log.zip"
    path.write_bytes(spoilt(compression, place))
    for importer in (None, "stays", "mimic_iv"):
        refused = refusal(path, {"importer": importer})
        if importer != "mimic_iv" or place == "directory":
            assert "is damaged" in refused.problem
            assert "copy" in refused.expected
        assert str(path) in refused.where


def test_a_table_of_mimic_in_a_damaged_archive_is_refused(tmp_path: Path):
    path = tmp_path / "hosp.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("transfers", "admissions"):
            archive.writestr(f"hosp/{name}.csv", "subject_id,hadm_id\n" * 900)
    path.write_bytes(path.read_bytes()[:60] + b"\xff\xff\xff\xff" + path.read_bytes()[64:])
    refused = refusal(path, {})
    assert refused.where == f"{path}/hosp/transfers.csv"
    assert "is damaged" in refused.problem


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are for Unix")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path):
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    assert "a pipe or a device" in refusal(path, {}).problem
    assert "a pipe or a device" in refusal(Path("/dev/zero"), {"importer": "stays"}).problem


def test_an_archive_of_one_table_is_that_table(tmp_path: Path):
    path = tmp_path / "log.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("export/log.csv", GOOD)
        archive.writestr("__MACOSX/export/._log.csv", b"\0")
        archive.writestr("readme.md", "x")
    assert read_log(path)[1].read == 1


@pytest.mark.parametrize(("text", "where", "expected"), [
    ("columns: {beginning: In}\n", "line 1: columns", "one of visit, patient"),
    ("columns:\n  start: [a, b, c]\n", "line 1: columns", "a date and a time of day"),
    ("columns:\n  unit: [a, b]\n", "line 1: columns", "expected: one"),
    ("columns:\n  start: In\n  start: Out\n", "line 3", "each key once"),
    ("attributes:\n  unit: Ward\n", "line 1: attributes", "another name"),
    ("date_order: american\n", "line 1: date_order", "month_first"),
    ("kinds: {icu: intensive}\n", "line 1: kinds.icu", "critical_care"),
    ("colums: {}\n", "line 1: colums", ""),
    ("- start\n", "mapping.yaml", "columns, attributes"),
    ("columns: {start: In\n", "mapping.yaml, line", "")])
def test_faults_of_a_mapping_file(write: Callable[..., Path], text: str, where: str, expected: str):
    path = write(text, "mapping.yaml")
    with pytest.raises(BadInput) as refused:
        read_mapping(path)
    assert where in refused.value.where
    assert expected in str(refused.value)


@pytest.mark.parametrize(("text", "where", "problem"), [
    ("# the ward's own words\ncolumns:\n  start: Beginn\n", "line 3: columns.start", "no column 'Beginn'"),
    ("columns: {start: start,\n          end: start}\n", "line 2: columns.end", "is columns.start already"),
    ("attributes:\n  frailty: Frail\n", "line 2: attributes.frailty", "no column 'Frail'"),
    ("#\ntime_zone: Mars/Olympus\n", "line 2: time_zone", "no time zone"),
    ("#\nshape: hl7\n", "line 2: shape", "no importer 'hl7'")])
def test_a_mapping_that_does_not_fit_is_named_with_its_line(write: Callable[..., Path], text: str, where: str,
                                                            problem: str):
    path, log = write(text, "my.yaml"), write(GOOD)
    with pytest.raises(BadInput) as refused:
        read_log(log, mapping=path)
    assert refused.value.where == f"{path}, {where}"
    assert problem in refused.value.problem


def test_a_field_that_a_mapping_does_not_have_is_answered_with_those_it_has(write: Callable[..., Path]):
    with pytest.raises(BadInput) as refused:
        read_mapping(write("date-order: day_first\n", "my.yaml"))
    assert refused.value.expected.startswith("'date_order', most likely")
    assert "time_zone" in refused.value.expected


def test_what_is_to_be_pasted_into_a_mapping_has_what_was_recognised(write: Callable[..., Path]):
    path = write('Bett,"Ward: now",In date,In time\n1,ed,2025-03-25,10:00\n')
    with pytest.raises(BadInput) as refused:
        read_log(path)
    pasted = refused.value.expected.partition(":\n")[2].partition("\n  Understood")[0]
    assert pasted.replace("<column name>", "Bett", 1).splitlines() == [
        "    columns:", "      visit: Bett", '      unit: "Ward: now"', "      start: [In date, In time]",
        "      end: <column name>"]
    mapping = write(pasted.replace("<column name>", "Bett", 1).replace("<column name>", ""), "pasted.yaml")
    assert read_log(path, mapping=mapping)[1].kept == 1


@pytest.mark.parametrize("header", ["1st Dr contact", "Ward: now", "no", "12", "#bed", "Größe", "Date d'entrée", "- x",
                                    "a, b", "[x]", "Yes", "x: ", "=1", "~", "2025-01-01", "", "null", "Case No."])
def test_a_column_is_named_in_a_mapping_as_yaml_reads_it(header: str):
    assert yaml.safe_load(f"columns: {{seen: {in_yaml(header)}}}") == {"columns": {"seen": header}}
    assert yaml.safe_load(f"seen: {in_yaml(header)}") == {"seen": header}


def test_a_zone_in_a_mapping_that_is_none(write: Callable[..., Path]):
    with pytest.raises(BadInput, match="no time zone") as refused:
        read_log(write(GOOD), mapping=LogMapping(time_zone="Mars/Olympus"))
    assert refused.value.where == "mapping: time_zone"
