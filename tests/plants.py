"""Identifiers of the 18 kinds of HIPAA (45 CFR 164.514(b)(2)(i)), planted in every column of a log, and looked for.

The times of a visit are kept, and so are none of the dates here: those of births are.
"""
from __future__ import annotations

import csv
import io
import json
import random
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

import pandas as pd

from hospital_twin.cli._endings import exit_code
from hospital_twin.importers import read_log, read_series
from hospital_twin.importers._words import slug
from hospital_twin.store import Store

GOOD_VISITS = 600
_FIRST = "Aloysius Brunhilde Cuthbert Désirée Ethelred Friedegund Gwendolyn Horatio Ísold Jozefien Kunigunde Leopoldo"
_LAST = ("Abernathyx Bjørkqvist Czerwinskow Drumgoolde Eisenträgerin Featherstonehaughy Gonçalvesson Hrdlickova "
         "Iturraldez Jankulovskih Krzyzewskin Łukasiewiczek")
_Make = Callable[[random.Random], str]
_DIGITS = "0123456789"


def _number(draw: random.Random, n: int) -> str:
    return draw.choice(_DIGITS[1:]) + "".join(draw.choices(_DIGITS, k=n - 1))


def _word(draw: random.Random, n: int = 9) -> str:
    return "".join(draw.choices("bcdfghjklmnpqrstvwxz", k=n))


KINDS: Mapping[str, _Make] = {
    "names": lambda d: f"{d.choice(_FIRST.split())} {d.choice(_LAST.split())} {_word(d).title()}",
    "geographic units": lambda d: f"{_number(d, 4)} {_word(d).title()} Street, {_word(d).title()}ville {_number(d, 5)}",
    "dates": lambda d: f"19{d.randint(10, 69)}-{d.randint(1, 12):02}-{d.randint(1, 28):02}",
    "telephones": lambda d: f"+{_number(d, 2)} {_number(d, 3)} {_number(d, 7)}",
    "faxes": lambda d: f"fax {_number(d, 3)}-{_number(d, 3)}-{_number(d, 4)}",
    "e-mails": lambda d: f"{_word(d)}@{_word(d)}.example",
    "social security numbers": lambda d: f"{_number(d, 3)}-{_number(d, 2)}-{_number(d, 4)}",
    "medical record numbers": lambda d: f"MRN{_number(d, 9)}",
    "health plan numbers": lambda d: _number(d, 10),
    "accounts": lambda d: f"{d.choice(('GB', 'DE', 'FR'))}{_number(d, 20)}",
    "licences": lambda d: f"{_word(d, 2).upper()}-{_number(d, 8)}",
    "vehicles": lambda d: f"{_word(d, 3).upper()} {_number(d, 3)} {_word(d, 4).upper()}",
    "devices": lambda d: f"SN:{_word(d, 4)}-{_number(d, 7)}",
    "addresses of pages": lambda d: f"https://{_word(d)}.example/{_word(d)}",
    "addresses of machines": lambda d: f"{d.randint(11, 220)}.{d.randint(100, 250)}.{d.randint(100, 250)}."
                                       f"{d.randint(100, 250)}",
    "biometric": lambda d: f"fp:{d.getrandbits(64):016x}",
    "photographs": lambda d: f"IMG_{_word(d, 7)}_{_number(d, 5)}.jpeg",
    "any other number": lambda d: f"{_number(d, 12)}",
}
"""Kind → an identifier of it, never twice the same but by chance."""

Table = tuple[list[str], list[dict[str, str]]]


def identifiers(n: int, seed: int, *, names: bool = True) -> list[str]:
    """So many identifiers, all kinds in turn, each once. names: whether names of persons are among them."""
    draw, found = random.Random(seed), dict[str, None]()
    kinds = [make for kind, make in KINDS.items() if names or kind != "names"]
    while len(found) < n:
        found[kinds[len(found) % len(kinds)](draw)] = None
    return list(found)


def _visits() -> Iterator[tuple[int, datetime]]:
    return ((v, datetime(2025, 3, 3, tzinfo=UTC) + timedelta(minutes=53 * v)) for v in range(GOOD_VISITS))


def _at(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def born(visit: int) -> str:
    """The date of birth of a sound visit's patient, 5 to 104 years before."""
    return f"{datetime(2020, 1, 1, tzinfo=UTC) - timedelta(days=61 * visit):%Y-%m-%d}"


def stays() -> Table:
    """Stay rows with every column that they may have, and two that are nobody's business."""
    rows = [{"Visit": str(31_000 + v), "Patient ID": str(7_000 + v % 400), "Ward": unit, "In": _at(begin),
             "Out": _at(begin + timedelta(minutes=45 + v % 90)), "Bed requested": _at(begin - timedelta(minutes=9)),
             "Arrived": _at(came), "Triage time": _at(came + timedelta(minutes=3)),
             "Seen by doctor": _at(came + timedelta(minutes=20)), "Left hospital": _at(came + timedelta(hours=9)),
             "Disposition": ("Home", "Died", "Transferred")[v % 3], "Acuity": str(1 + v % 5),
             "Arrival mode": ("walk", "ambulance")[v % 2], "Bed number": str(1 + v % 30), "Comment": "seen",
             "Date of birth": born(v), "Next of kin": "somebody"}
            for v, came in _visits() for unit, begin in (("ED", came + timedelta(minutes=10)),
                                                         ("Ward 3", came + timedelta(hours=4)))]
    return list(rows[0]), rows


def intervals() -> Table:
    """Interval rows with every column that they may have, and two that are nobody's business."""
    rows = [{"visit": str(31_000 + v), "patient": str(7_000 + v % 400), "activity": activity, "unit": "ED",
             "resource": resource, "requested": _at(came), "start": _at(came + timedelta(minutes=5)),
             "end": _at(came + timedelta(minutes=minutes)), "end_reason": "done", "amount": "1",
             "space": str(1 + v % 30), "disposition": "Home", "specialty": ("med", "surg")[v % 2], "remarks": "none",
             "age": str(7 * v % 107),
             "e-mail": "somebody"}
            for v, came in _visits() for activity, resource, minutes in (("stay", "ED", 200), ("triage", "nurse", 12))]
    return list(rows[0]), rows


def events() -> Table:
    """Event rows, and two columns that are nobody's business."""
    rows = [{"case": str(31_000 + v), "activity": activity, "timestamp": _at(came + timedelta(minutes=minutes)),
             "unit": unit, "resource": "nurse", "note": "none", "birthdate": born(v), "full name": "somebody"}
            for v, came in _visits() for activity, unit, minutes in (
                ("ED registration", "", 0), ("triage", "ED", 9), ("admission", "Ward 3", 90), ("discharge", "", 900))]
    return list(rows[0]), rows


def offsets() -> Table:
    """Offset rows with every column that they may have, and two that are nobody's business."""
    rows = [{"visit": str(31_000 + v), "patient": str(7_000 + v % 400), "unit": ("ED", "Ward 3")[v % 2],
             "arrived": _at(came), "start_min": str(5 + v % 9), "end_min": str(60 + v % 50), "triage_min": "3",
             "seen_min": str(20 + v % 9), "left_min": "1:50", "disposition": ("Home", "Died")[v % 2],
             "acuity": str(1 + v % 5), "remarks": "none", "mother": "somebody"} for v, came in _visits()]
    return list(rows[0]), rows


def counts() -> Table:
    """Counts by the hour, and two columns that are nobody's business."""
    rows = [{"Time": _hour(v), "Ward": ward, "Arrivals": str(v % 7), "Departures": str(v % 5), "Nurse in charge": "she",
             "Remarks": "none"} for v in range(GOOD_VISITS) for ward in ("ED", "Ward 3")]
    return list(rows[0]), rows


def census() -> Table:
    """Who was there on the hour, and two columns that are nobody's business."""
    rows = [{"Time": _hour(v), "Site no": str(17 + number), "Site name": site, "Patients present": str(20 + v % 11),
             "Waiting": str(v % 4), "Stretchers functional": "40", "Next of kin": "she", "Remarks": "none"}
            for v in range(GOOD_VISITS) for number, site in enumerate(("North", "South"))]
    return list(rows[0]), rows


def _hour(number: int) -> str:
    return _at(datetime(2025, 1, 6, tzinfo=UTC) + timedelta(hours=number))


class Shape(NamedTuple):
    """A shape of log: its rows; the column without which a row cannot be kept; and what makes a row another one, which
    stands in the first column. series: whether it holds counts, and no visits."""

    make: Callable[[], Table]
    needed: str
    another: Callable[[int], str] = str
    series: bool = False


def _later(number: int) -> str:
    """An hour after those of `counts` and `census`."""
    return _hour(number - 900_000 + GOOD_VISITS)


SHAPES: Mapping[str, Shape] = {
    "stays": Shape(stays, "In"), "intervals": Shape(intervals, "start"), "events": Shape(events, "timestamp"),
    "offsets": Shape(offsets, "start_min"), "counts": Shape(counts, "Time", _later, series=True),
    "census": Shape(census, "Time", _later, series=True)}
"""Importer → its log."""


def planted(shape: str, texts: Sequence[str]) -> Table:
    """A log with each identifier in one row that is sound but for it, and in one that has to be rejected."""
    make, needed, another, _ = SHAPES[shape]
    header, rows = make()
    good = list(rows)
    for number, text in enumerate(texts):
        like, column = good[number * 7 % len(good)], header[number % len(header)]
        first = header[0]
        sound = {**like, first: another(900_000 + number), column: text}
        rows.append(sound)
        rows.append({**sound, first: text if column == first else another(950_000 + number),
                     needed: text if column == needed else "not a time"})
    return header, rows


def in_headings(shape: str, texts: Sequence[str]) -> Table:
    """A log in which each identifier is the name of a column that is nobody's business."""
    header, rows = SHAPES[shape].make()
    return [*header, *texts], [{**row, **dict.fromkeys(texts, "1")} for row in rows]


def refused(folder: Path, texts: Sequence[str], called: Sequence[str]) -> Iterator[Path]:
    """Files that cannot be read, with identifiers wherever a message could look for words of its own.

    called: identifiers that stand in the place of names of columns, sheets and files; none of them somebody's name.
    """
    header, rows = planted("stays", texts)
    yield written(without_headings("stays", texts), "csv", folder / "without headings")
    yield written(without_headings("stays", texts), "xlsx", folder / "without headings in a book")
    yield written((["Visit", "Ward", "In", "Disposition"], [{"Visit": str(n), "Ward": "ED", "In": "2025-99-99 10:00",
                   "Disposition": text} for n, text in enumerate(texts)]), "csv", folder / "no time at all")
    yield written((header, [{**row, "Ward": f"{text} {n}"} for n, (row, text) in enumerate(
        zip(rows, texts * 20, strict=False))]), "csv", folder / "persons for units")
    yield written((["Colour", *header[2:]], [{"Colour": "red", **row} for row in rows]), "csv",
                  folder / "no visit")
    headings, wide = in_headings("stays", called[:9])
    yield written((headings[1:], wide), "csv", folder / "no visit among headings")
    yield written((headings[1:], wide), "parquet", folder / "no visit among columns")
    yield workbook(dict.fromkeys(called, (header, rows[:9])), folder / "many.xlsx")
    twice = written((header, rows), "csv", folder / "twice").read_text(encoding="utf-8")
    archive = folder / "many.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for text in called:
            file.writestr(f"{text.replace('/', '_')}.csv", twice)
    yield archive
    damaged = folder / "damaged.xes"
    damaged.write_text(_xes(header, rows).replace("</trace>", f"</{slug(texts[0])}>", 5), encoding="utf-8")
    yield damaged


def without_headings(shape: str, texts: Sequence[str]) -> Table:
    """A log without names of columns, whose first row therefore stands in their place; identifiers in all of it."""
    header, rows = planted(shape, texts)
    first = [*rows[-1].values()]
    names = [text if text not in first[:place] else f"{text} {place}" for place, text in enumerate(first)]
    return names, [dict(zip(names, [row[column] for column in header], strict=True)) for row in rows]


def written(table: Table, kind: str, path: Path) -> Path:
    """A table as a file of some kind, beside `path`."""
    header, rows = table
    path = path.with_suffix(f".{kind}")
    if kind == "csv":
        text = io.StringIO()
        out = csv.DictWriter(text, header, lineterminator="\n", extrasaction="ignore")
        out.writeheader()
        out.writerows(rows)
        path.write_text(text.getvalue(), encoding="utf-8")
    elif kind == "parquet":
        pd.DataFrame(rows, columns=header).to_parquet(path)
    elif kind == "xes":
        path.write_text(_xes(header, rows), encoding="utf-8")
    else:
        workbook({"log": table}, path)
    return path


def workbook(tables: Mapping[str, Table], path: Path) -> Path:
    """A workbook with a sheet for each table; what Excel allows in no name of a sheet is left out of theirs."""
    import xlsxwriter
    with xlsxwriter.Workbook(path, {"strings_to_urls": False}) as book:
        for name, (header, rows) in tables.items():
            sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", "", name)[:31])
            for number, row in enumerate([dict(zip(header, header, strict=True)), *rows]):
                sheet.write_row(number, 0, [row[column] for column in header])
    return path


def _xes(header: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """Each row an event in a trace of its own, which the first column names."""
    def one(name: str, text: str) -> str:
        return f"<string key={quoteattr(name)} value={quoteattr(text)}/>"

    return "<log>\n" + "".join(
        f"<trace>{one('concept:name', row[header[0]])}<event>"
        + "".join(one(name, row[name]) for name in header[1:]) + "</event></trace>\n" for row in rows) + "</log>\n"


def mimic(folder: Path, texts: Sequence[str]) -> Path:
    """MIMIC-IV's tables with identifiers in each of their columns, those that are not read among them."""
    transfers = [{"subject_id": str(7_000 + v % 400), "hadm_id": str(31_000 + v), "transfer_id": str(10 * v + i),
                  "eventtype": kind, "careunit": unit, "intime": _at(came + timedelta(hours=i)),
                  "outtime": _at(came + timedelta(hours=i + 1)) if unit else "", "note": "none"}
                 for v, came in _visits() for i, (kind, unit) in enumerate((("ED", "Emergency Department"),
                                                                            ("admit", "Medicine"), ("discharge", "")))]
    admissions = [{"hadm_id": str(31_000 + v), "admittime": _at(came + timedelta(minutes=30)), "deathtime": "",
                   "admission_type": "EW EMER.", "discharge_location": "HOME", "edregtime": _at(came),
                   "insurance": "none"} for v, came in _visits()]
    for number, text in enumerate(texts):
        rows = (transfers, admissions)[number % 2]
        columns = list(rows[0])
        rows.append({**rows[number % (2 * GOOD_VISITS) % GOOD_VISITS], columns[number // 2 % len(columns)]: text})
    folder.mkdir()
    for name, rows in (("transfers", transfers), ("admissions", admissions)):
        written((list(rows[0]), rows), "csv", folder / name)
    return folder


def everything_said(log: Path, folder: Path, say: Callable[[], tuple[str, str]], *, series: bool = False
                    ) -> dict[str, str]:
    """All that comes of a log: on the screen, in the store, in files. say: what the screen showed since it was asked.

    folder: new and empty, where files are written. series: whether it holds counts, which are no log to be kept.
    """
    said, key = {}, folder / "my.key"
    key.write_bytes(b"the key of the planted logs")
    key.chmod(0o600)
    zoned = ["--time-zone", "UTC"]
    for name, arguments in {
        "check": ["check", str(log), *zoned, "--most-rejected", "100", "--faults", str(folder / "faults.csv"),
                  "--html", str(folder / "log.html"), "--save-mapping", str(folder / "log.yaml")],
        "check --json": ["check", str(log), *zoned, "--json", "--most-rejected", "100"],
        "import": ["import", str(log), *zoned, "--store", str(folder / "a.sqlite"), "--key", str(key)],
        "calibrate": ["calibrate", str(log if series else folder / "a.sqlite"), "-o", str(folder / "hospital.yaml")],
    }.items():
        code, said[name] = answered(arguments, log, say)
        assert code in ((0, 1, 2) if series and "check" not in name else (0, 1)), said[name][-2_000:]
    said |= _kept_series(log) if series else _kept_log(log, folder)
    key.unlink()
    return said | {f"bytes of {file.name}": _as_text(file) for file in folder.rglob("*") if file.is_file()}


def answered(arguments: list[str], log: Path, say: Callable[[], tuple[str, str]]) -> tuple[int, str]:
    """How a command ended, and what the screen showed, without the file as it was typed."""
    say()
    code = exit_code(arguments)
    return code, "\n".join(say()).replace(str(log), "LOG")


def _kept_series(log: Path) -> dict[str, str]:
    series, report = read_series(log, time_zone="UTC")
    return {"series": series.table.to_csv() + series.gaps.to_csv() + repr(series.provenance), "report": repr(report)}


def _kept_log(log: Path, folder: Path) -> dict[str, str]:
    read_log(log, time_zone="UTC")[0].save(folder / "saved.log")
    with Store(folder / "a.sqlite", read_only=True) as store:
        kept = store.logs.log()
        words = "".join(f"{list(kept.stays[c].cat.categories)}" for c in kept.stays.select_dtypes("category"))
        return {"kept log": kept.stays.to_csv() + json.dumps(kept.header(), ensure_ascii=False) + words,
                "kept report": json.dumps(store.logs.report(), ensure_ascii=False)}


def _as_text(file: Path) -> str:
    text = file.read_bytes().decode("latin-1") + file.read_bytes().decode("utf-8", "ignore")
    if file.suffix == ".sqlite":
        connection = sqlite3.connect(file)
        for (data,) in connection.execute("SELECT data FROM log_column"):
            text += zlib.decompress(data).decode("latin-1")
        connection.close()
    return text


def exposed(said: Mapping[str, str], texts: Sequence[str]) -> list[tuple[str, str]]:
    """Where which identifier can be read, as written or as a word of the twin; of names, each part that is rare."""
    found = []
    for where, text in said.items():
        plain = text.lower()
        for identifier in texts:
            parts = {identifier, slug(identifier), *re.findall(r"[^\W\d_]{9,}", identifier),
                     *re.findall(r"\d{9,}", identifier)}
            found += [(where, part) for part in parts if part.lower() in plain]
    return found
