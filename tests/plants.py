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
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from hospital_twin.cli._endings import exit_code
from hospital_twin.importers import read_log
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


def identifiers(n: int, seed: int) -> list[str]:
    """So many identifiers, all kinds in turn, each once."""
    draw, found = random.Random(seed), dict[str, None]()
    while len(found) < n:
        found[list(KINDS.values())[len(found) % len(KINDS)](draw)] = None
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


SHAPES: Mapping[str, tuple[Callable[[], Table], str]] = {
    "stays": (stays, "In"), "intervals": (intervals, "start"), "events": (events, "timestamp")}
"""Importer → its log, and the column without which a row cannot be kept."""


def planted(shape: str, texts: Sequence[str]) -> Table:
    """A log with each identifier in one row that is sound but for it, and in one that has to be rejected."""
    make, needed = SHAPES[shape]
    header, rows = make()
    good = list(rows)
    for number, text in enumerate(texts):
        like, column = good[number * 7 % len(good)], header[number % len(header)]
        first = header[0]
        sound = {**like, first: str(900_000 + number), column: text}
        rows.append(sound)
        rows.append({**sound, first: text if column == first else str(950_000 + number),
                     needed: text if column == needed else "not a time"})
    return header, rows


def written(table: Table, kind: str, path: Path) -> Path:
    """A table as a file of some kind, beside `path`."""
    header, rows = table
    path = path.with_suffix(f".{kind}")
    if kind == "csv":
        text = io.StringIO()
        out = csv.DictWriter(text, header, lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
        path.write_text(text.getvalue(), encoding="utf-8")
    elif kind == "parquet":
        pd.DataFrame(rows, columns=header).to_parquet(path)
    else:
        import xlsxwriter
        with xlsxwriter.Workbook(path, {"strings_to_urls": False}) as book:
            sheet = book.add_worksheet("log")
            for number, row in enumerate([dict(zip(header, header, strict=True)), *rows]):
                sheet.write_row(number, 0, [row[column] for column in header])
    return path


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


def everything_said(log: Path, folder: Path, say: Callable[[], tuple[str, str]]) -> dict[str, str]:
    """All that comes of a log: on the screen, in the store, in files. say: what the screen showed since it was asked.

    folder: new and empty, where files are written.
    """
    said, key = {}, folder / "my.key"
    key.write_bytes(b"the key of the planted logs")
    key.chmod(0o600)
    zone = ["--time-zone", "UTC"]
    for name, arguments in {
        "check": ["check", str(log), *zone, "--most-rejected", "100", "--faults", str(folder / "faults.csv"),
                  "--html", str(folder / "log.html"), "--save-mapping", str(folder / "log.yaml")],
        "check --json": ["check", str(log), *zone, "--json", "--most-rejected", "100"],
        "import": ["import", str(log), *zone, "--store", str(folder / "a.sqlite"), "--key", str(key)],
        "calibrate": ["calibrate", str(folder / "a.sqlite"), "-o", str(folder / "hospital.yaml")],
    }.items():
        say()
        code = exit_code(arguments)
        said[name] = "\n".join(say()).replace(str(log), "LOG")
        assert code in (0, 1), said[name][-2_000:]
    read_log(log, time_zone="UTC")[0].save(folder / "saved.log")
    with Store(folder / "a.sqlite", read_only=True) as store:
        kept = store.logs.log()
        said["kept log"] = kept.stays.to_csv() + json.dumps(kept.header(), ensure_ascii=False) + "".join(
            f"{list(kept.stays[c].cat.categories)}" for c in kept.stays.select_dtypes("category"))
        said["kept report"] = json.dumps(store.logs.report(), ensure_ascii=False)
    key.unlink()
    return said | {f"bytes of {file.name}": _as_text(file) for file in folder.rglob("*") if file.is_file()}


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
