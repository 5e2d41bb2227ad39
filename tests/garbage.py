"""Garbage of every shape, by the block and from a seed: what an export may hold, near misses of it, and noise."""
from __future__ import annotations

import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import MappingProxyType
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog
from hospital_twin.importers import LogMapping, QualityReport, SeriesReport, read_log, read_series

Draw = np.random.Generator
Texts = np.ndarray
Table = dict[str, Texts]
ODD = ('"', '""', '"a,b"', '"a\nb"', "=cmd|' /C calc'!A0", "é", "漢字", "1e400", "-inf", "9e9", "2.5")
SENTINELS = ("9999-12-31", "9999-12-31 23:59:59", "1900-01-01", "1900-01-01 00:00", "0001-01-01", "2024-03-31 01:30",
             "2024-10-27 01:30", "2024-02-30 10:00", "2024-03-04 24:00", "2024-03-04 25:61", "24:00", "soon", "0")
_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%Y%m%d%H%M", "%d/%m/%Y %H:%M", "%d.%m.%y %H:%M", "%d %b %Y %H:%M",
          "%Y-%m-%d %H:%M:%S.%f", "%m/%d/%Y %I:%M %p", "%Y-%m-%d")
_NUMBER = re.compile(r"\d[\d,./:]*")
_BLANKS = " \u00a0"
_MOMENTS = 3_000
_ZONE = "Europe/London"
_WORDS = {
    "unit": ("ED", "Urgences", "ward 1", "Station 3", "icu", "ICU", "NA", "Ward 1 ", "theatre", "Total", "none"),
    "activity": ("stay", "triage", "ER Registration", "Admission IC", "Release A", "Return ER", "CRP", "bed requested",
                 "Died", "triage start", "triage end", "NA"),
    "word": ("Home", "Died", "walk", "1", "2", "A", "nurse", "complete", "start", "schedule", "LWBS", "unknown", "NA"),
    "number": ("0", "1", "2", "17", "-3", "2,5", "1,234", "1.234.567", "1e5", "NaN", "٣", "½", "1 204", "12 min",
               "1:20", "99999", "120", "45", "n/a", "inf"),
    "lifecycle": ("complete", "start", "complete", "complete", "schedule", "Complete", "", "suspend"),
    "eventtype": ("ED", "admit", "transfer", "discharge", "", "ED", "admit"),
}
SHAPES: Mapping[str, Mapping[str, Mapping[str, str]]] = MappingProxyType({
    "stays": {"log": {"Visit": "id", "Patient": "id", "Ward": "unit", "Start": "start", "End": "end",
                      "Bed requested": "time", "Left hospital": "time", "Outcome": "word", "Acuity": "word",
                      "Bed": "number"}},
    "intervals": {"log": {"visit": "id", "activity": "activity", "unit": "unit", "resource": "word", "start": "start",
                          "end": "end", "requested": "time", "amount": "number", "specialty": "word"}},
    "events": {"log": {"case": "id", "activity": "activity", "timestamp": "start", "unit": "unit", "resource": "word",
                       "lifecycle": "lifecycle"}},
    "offsets": {"log": {"visit": "id", "unit": "unit", "arrived": "start", "start_min": "number", "end_min": "number",
                        "triage_min": "number", "disposition": "word", "acuity": "word"}},
    "mimic_iv": {"transfers": {"subject_id": "id", "hadm_id": "id", "transfer_id": "id", "eventtype": "eventtype",
                               "careunit": "unit", "intime": "start", "outtime": "end"},
                 "admissions": {"hadm_id": "id", "admittime": "start", "deathtime": "time", "admission_type": "word",
                                "discharge_location": "word", "edregtime": "time"}},
    "counts": {"log": {"Date": "start", "Site": "unit", "Arrivals": "number", "Departures": "number"}},
    "census": {"log": {"Time": "start", "Ward": "unit", "Patients present": "number", "Waiting": "number",
                       "Stretchers functional": "number", "More than 24 h": "number"}},
})
"""Importer → its files, and of each the columns and what they are to hold."""
SERIES = ("counts", "census")


def noise(draw: Draw, most: int = 9) -> str:
    """A few bytes, none of them 0."""
    return draw.integers(1, 256, draw.integers(1, most), dtype=np.uint8).tobytes().decode("latin-1")


class _Block:
    """What a file's cells are drawn from: numbers of visits, ways of writing times, and how much of it is dirt."""

    def __init__(self, draw: Draw, rows: int, visits: int, above: int):
        self.draw, self.rows, self.visits, self.above = draw, rows, visits, above
        self.dirt = float(draw.choice([0.0, 0.001, 0.02, 0.3]))
        forms = draw.choice(_FORMS, size=draw.choice([1, 1, 2, 4]), p=[0.5, *[0.5 / 8] * 8])
        moments = pd.date_range("2024-01-02", periods=_MOMENTS, freq=pd.Timedelta(minutes=int(draw.integers(5, 300))))
        written = np.array([moments.strftime(str(form)) for form in forms], dtype=object)
        self.moments = written[draw.integers(len(forms), size=_MOMENTS), np.arange(_MOMENTS)]
        tame = float(draw.choice([0.0, 0.5, 1.0]))
        """Whether noise may hold what parts rows: with none, the rows that a file has are known beforehand."""
        self.rows_are_known = tame == 1.0
        odd = [*ODD, *(noise(draw) for _ in range(100))]
        self.noise = np.array([_tamed(text) if draw.random() < tame else text for text in odd], dtype=object)
        self.first = draw.integers(0, _MOMENTS - 60, rows)

    def cells(self, kind: str) -> Texts:
        """A column of its kind, with as much dirt as this block has."""
        draw, n = self.draw, self.rows
        if kind in ("start", "end", "time"):
            later = 0 if kind == "start" else draw.integers(-2 if kind == "time" else 0, 30, n)
            found = self.moments[np.clip(self.first + later, 0, _MOMENTS - 1)]
            found = np.where(draw.random(n) < (0.0 if kind == "start" else 0.05), "", found)
        elif kind == "id":
            found = (draw.integers(1, self.visits + 1, n) + self.above).astype(str).astype(object)
        else:
            found = np.array(_WORDS[kind], dtype=object)[draw.integers(0, len(_WORDS[kind]), n)]
        return self._dirty(found)

    def _dirty(self, found: Texts) -> Texts:
        draw, n = self.draw, self.rows
        pools = (self.noise, np.array(SENTINELS, dtype=object), self.moments,
                 *(np.array(words, dtype=object) for words in _WORDS.values()), np.array(["", " ", "\u00a0"], object))
        for row in np.flatnonzero(draw.random(n) < self.dirt):
            pool = pools[draw.integers(len(pools)) if draw.random() < 0.7 else 0]
            found[row] = pool[draw.integers(len(pool))]
        return found


def _tamed(text: str) -> str:
    """Without what separates fields and rows, and what calamine and XML cannot hold."""
    return "".join(c for c in text if c.isprintable() and c not in '",;|')


def _text(draw: Draw, table: Table, block: _Block) -> bytes:
    """A table of text; where rows need not be known, some of them are broken."""
    separator = str(draw.choice([",", ";", "\t"]))
    lines = [separator.join(row) for row in zip(*table.values(), strict=True)]
    if not block.rows_are_known:
        for row in np.flatnonzero(draw.random(len(lines)) < block.dirt / 4):
            cut = int(draw.integers(len(lines[row]) + 1))
            lines[row] = (lines[row][:cut], lines[row] + separator + "x", '"' + lines[row], "",
                          lines[row][:cut] + '"' + lines[row][cut:])[draw.integers(5)]
    text = str(draw.choice(["\n", "\r\n"])).join([separator.join(table), *lines])
    found = text.encode(str(draw.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"])), errors="replace")
    return gzip.compress(found, 1) if draw.random() < 0.2 else found


def _xes(table: Table) -> bytes:
    """Each row an event of a trace of its own, as far as XML can hold its texts."""
    names = {"case": "concept:name", "activity": "concept:name", "timestamp": "time:timestamp"}

    def element(name: str, text: str) -> str:
        return f"<string key={quoteattr(names.get(name, name))} value={quoteattr(_tamed(text))}/>"

    first, *others = table
    traces = ("<trace>" + element(first, case) + "<event>"
              + "".join(element(name, text) for name, text in zip(others, row, strict=True)) + "</event></trace>"
              for case, *row in zip(*table.values(), strict=True))
    return ("<?xml version='1.0' encoding='UTF-8'?>\n<log>\n" + "\n".join(traces) + "\n</log>").encode()


def _book(path: Path, table: Table) -> None:
    import xlsxwriter
    options = {"strings_to_urls": False, "strings_to_formulas": False, "strings_to_numbers": True}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("log")
        sheet.write_row(0, 0, list(table))
        for place, column in enumerate(table.values()):
            sheet.write_column(1, place, [_tamed(text) for text in column])


def _filled(table: Table, blank: str) -> int:
    """Rows in which something stands. blank: signs that are nothing: in a table of text even a blank is something."""
    some = np.zeros(len(next(iter(table.values()))), dtype=bool)
    for column in table.values():
        some |= np.array([bool(text.strip(blank)) for text in column], dtype=bool)
    return int(some.sum())


def write(shape: str, seed: int, rows: int, folder: Path) -> tuple[Path, int | None]:
    """A block of rows in a file (or a folder of them); and how many rows it has, where that can be known."""
    draw = np.random.default_rng([sum(map(ord, shape)), seed])
    files = SHAPES[shape]
    kind = "csv" if len(files) > 1 else str(draw.choice(["csv", "parquet", "xlsx", "xes"], p=[0.8, 0.1, 0.05, 0.05]))
    kind = "csv" if kind == "xes" and shape != "events" else kind
    visits, above = max(1, rows // int(draw.integers(1, 6))), int(draw.choice([0, 10**6, 2**62]))
    known: list[int | None] = []
    for name, columns in files.items():
        block = _Block(draw, max(1, rows // len(files)), visits, above)
        table = {header: block.cells(kind) for header, kind in columns.items()}
        path = folder / f"{name}.{kind}"
        if kind == "csv":
            path.write_bytes(_text(draw, table, block))
        elif kind == "parquet":
            table = {header: np.array([_tamed(text) for text in column], dtype=object)
                     for header, column in table.items()}
            pd.DataFrame(table).to_parquet(path)
        elif kind == "xes":
            path.write_bytes(_xes(table))
        else:
            _book(path, table)
        blank = "" if kind == "csv" else _BLANKS
        known.append(_filled(table, blank) if kind != "csv" or block.rows_are_known else None)
    return path if len(files) == 1 else folder, None if None in known else sum(n for n in known if n is not None)


def read(shape: str, path: Path) -> tuple[EventLog | None, QualityReport | SeriesReport]:
    """What the importer of a shape makes of a file, told what to do with dates of either order. Raises `BadInput`."""
    said = LogMapping(date_order="day_first", offset_unit="min")
    if shape in SERIES:
        return None, read_series(path, said, _ZONE)[1]
    return read_log(path, mapping=said, time_zone=_ZONE, importer=shape)


def assert_it_adds_up(log: EventLog | None, report: QualityReport | SeriesReport) -> None:
    """Nothing is lost: each row read is kept, or stands once among those rejected; and all of it can be told."""
    assert report.kept + report.rejected == report.read
    assert report.repaired <= report.kept
    rejected = report.faults[report.faults["action"].eq("rejected")]
    assert len(rejected) == report.rejected == rejected[["file", "line"]].drop_duplicates().shape[0]
    if log is not None:
        ended = log.stays["end"].notna()
        assert (log.stays["start"][ended] <= log.stays["end"][ended]).all()
    elif isinstance(report, SeriesReport):
        table = report.series.table
        assert (table["from"] < table["to"]).all()
        assert (table["value"] >= 0).all()
    assert len(report.lines()) > 5


@dataclass
class Tried:
    """What has come of some blocks. read, kept, rejected: rows. known: files whose rows were counted beforehand.
    slowest: seconds that reading one of them took at most. refused: files, by what was said of them."""

    files: int = 0
    known: int = 0
    read: int = 0
    kept: int = 0
    rejected: int = 0
    slowest: float = 0.0
    refused: Counter[str] = field(default_factory=Counter)


def tried(shape: str, rows: int, in_a_block: int, folder: Path) -> Tried:
    """Blocks of garbage, one after the other, until so many rows were read."""
    found = Tried()
    for seed in count():
        if found.read >= rows:
            break
        here = folder / f"{shape}_{seed}"
        here.mkdir()
        path, written = write(shape, seed, in_a_block, here)
        begin = time.perf_counter()
        try:
            log, report = read(shape, path)
        except BadInput as refusal:
            found.refused[_NUMBER.sub("9", refusal.problem)[:70]] += 1
        else:
            assert_it_adds_up(log, report)
            json.dumps(report.to_dict(), allow_nan=False)
            assert written in (None, report.read), f"{path}: {written} rows, and {report.read} were read"
            found.known += written is not None
            found.read += report.read
            found.kept += report.kept
            found.rejected += report.rejected
        found.slowest = max(found.slowest, time.perf_counter() - begin)
        found.files += 1
        assert sum(found.refused.values()) <= found.files / 2 + 2, f"most of it is refused: {found.refused}"
        for file in here.iterdir():
            file.unlink()
    return found
