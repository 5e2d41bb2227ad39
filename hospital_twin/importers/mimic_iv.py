"""MIMIC-IV: the tables ``transfers`` and ``admissions`` of the module hosp, in a folder or a zip archive."""
from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.importers._importer import Importer, Options, RawRows, Sample
from hospital_twin.importers._ledger import Ledger
from hospital_twin.importers._source import Source, members_of
from hospital_twin.importers._table import OK, TextRows
from hospital_twin.importers._text_table import look
from hospital_twin.importers._times import Times, read_times

_COLUMNS = {
    "transfers": ("subject_id", "hadm_id", "transfer_id", "eventtype", "careunit", "intime", "outtime"),
    "admissions": ("hadm_id", "admittime", "deathtime", "admission_type", "discharge_location", "edregtime"),
}
_SUFFIXES = (".csv", ".csv.gz")
_UNDERSTANDS = ("MIMIC-IV: a folder or a zip archive with transfers.csv and admissions.csv, or those as .csv.gz")
_TRANSFERS = """\
subject_id,hadm_id,transfer_id,eventtype,careunit,intime,outtime
1,1,31,ED,ED,2025-03-03 10:05:00,2025-03-03 14:00:00
1,1,32,admit,Ward 3,2025-03-03 14:10:00,2025-03-05 09:00:00
1,1,33,discharge,,2025-03-05 09:00:00,
2,2,34,ED,ED,2025-03-03 11:00:00,2025-03-03 12:30:00
2,2,35,discharge,,2025-03-03 12:30:00,
"""
_ADMISSIONS = """\
hadm_id,admittime,deathtime,admission_type,discharge_location,edregtime
1,2025-03-03 14:10:00,,EW EMER.,HOME,
2,2025-03-03 11:00:00,,EW EMER.,HOME,
"""
_LISTED = (
    "medical surgical surgery medicine med surg trauma gyn gynecology cardiac cardiology coronary vascular thoracic "
    "neuro neurology psychiatry transplant oncology hematology obstetrics postpartum antepartum labor delivery nursery "
    "special pancreatic biliary bariatric intensive critical care unit intermediate stepdown emergency department "
    "observation discharge lounge pacu micu sicu ccu cvicu tsicu icu scn only unknown ambulatory admit admission "
    "direct emer elective eu ew same day urgent against advice assisted living chronic long term acute died facility "
    "healthcare home health hospice hospital other psych rehab skilled nursing transfer orthopaedics orthopedics "
    "urology renal")
_KNOWN = frozenset(_LISTED.split())
"""Words of the lists from which MIMIC-IV takes units, kinds of admission and where visits went."""
_NAT = np.datetime64("NaT", "us")


def _members(path: Path) -> list[Source]:
    """Files of a folder (itself and its subfolder hosp) or of an archive."""
    if path.is_dir():
        folders = [folder for folder in (path, path / "hosp") if folder.is_dir()]
        return [Source(file) for folder in folders for file in sorted(folder.iterdir())]
    return [Source(path, name) for name in sorted(members_of(path))]


def _tables(path: Path) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for source in _members(path):
        name = (source.member or source.path.name).rsplit("/", 1)[-1]
        for table in _COLUMNS:
            if name in {table + suffix for suffix in _SUFFIXES}:
                found.setdefault(table, source)
    return found


def _accepts(path: Path, _: Options) -> float:
    found = _tables(path)
    return 1.0 if len(found) == len(_COLUMNS) else 0.6 if found else 0.0


class _Table:
    """One of the tables: its lines, texts and times."""

    def __init__(self, name: str, source: Source):
        peek = look(source)
        lacking = [column for column in _COLUMNS[name] if column not in peek.header]
        if lacking:
            raise BadInput(f"{source.name}, line {peek.header_line}", f"there is no column {', '.join(lacking)}",
                           f"the columns of the table {name} of MIMIC-IV: {', '.join(_COLUMNS[name])}")
        wanted = [peek.header.index(column) for column in _COLUMNS[name]]
        self.name, self.file = name, source.name
        self.rows: TextRows = peek.read(wanted)
        self.unused = tuple(f"{name}.{column}" for column in peek.header if column not in _COLUMNS[name])
        self._texts = dict(zip(_COLUMNS[name], self.rows.columns, strict=True))

    def text(self, column: str) -> np.ndarray:
        return self._texts[column]

    def times(self, *columns: str) -> dict[str, Times]:
        return read_times({c: self._texts[c] for c in columns}, self.rows.lines, file=self.file, order="year_first")


def _read(path: Path, options: Options) -> RawRows:
    sources = _tables(path)
    lacking = [name for name in _COLUMNS if name not in sources]
    if lacking:
        raise BadInput(str(path), f"there is no {lacking[0]}.csv or {lacking[0]}.csv.gz", _UNDERSTANDS)
    transfers, admissions = (_Table(name, sources[name]) for name in _COLUMNS)
    ledger = Ledger([(table.name, table.rows.lines) for table in (transfers, admissions)])
    ledger.reject(np.concatenate([table.rows.fields != OK for table in (transfers, admissions)]), "too_few_fields")
    admission = _matched(transfers, admissions, ledger)
    rows = _rows(transfers, admissions, admission, ledger)
    kind = _of_admission(admissions.text("admission_type"), admission)
    attributes = pd.DataFrame({"admission_type": np.where(kind == "", "emergency department only", kind)})
    _notes(transfers, ledger)
    columns = {"visit": "hadm_id", "patient": "subject_id", "unit": "careunit", "start": "intime", "end": "outtime",
               "requested": "admittime", "disposition": "discharge_location", "admission_type": "admission_type"}
    digest = hashlib.sha256("".join(_digest(sources[name]) for name in _COLUMNS).encode()).hexdigest()
    return RawRows(rows, attributes, ledger, digest, columns, (*transfers.unused, *admissions.unused),
                   options.time_zone or "UTC", dates_comparable=False, known_words=_KNOWN)


def _digest(source: Source) -> str:
    with source.open() as binary:
        return hashlib.file_digest(binary, "sha256").hexdigest()


def _notes(transfers: _Table, ledger: Ledger) -> None:
    leaving = int((transfers.text("eventtype") == "discharge").sum())
    without = int((transfers.text("hadm_id") == "").sum())
    ledger.note("MIMIC-IV shifts the dates of each patient by another number of days: arrivals, census and weekdays "
                "say nothing, what lies within one visit does")
    ledger.note(f"{leaving:,} rows `discharge` have no unit: they say when the visit left")
    ledger.note("the time of admission is not when a ward bed was given: where it lies between the arrival and the "
                "first bed outside of the emergency department, it is taken as when that bed was asked for")
    ledger.note(f"{without:,} rows in the emergency department have no admission: each is a visit of its own, and how "
                "it ended is unknown")


def _matched(transfers: _Table, admissions: _Table, ledger: Ledger) -> np.ndarray:
    """The place of each transfer's admission, -1 for none; what finds no counterpart is rejected."""
    number = pd.Index(admissions.text("hadm_id"))
    n = len(transfers.rows.lines)
    ledger.reject(n + np.flatnonzero(number.duplicated()), "duplicate", "hadm_id")
    place = pd.Series(range(len(number)), index=number)[~number.duplicated()]
    own = transfers.text("hadm_id")
    found = place.reindex(own).fillna(-1).to_numpy(dtype=np.int64)
    ledger.reject((found < 0) & (own != ""), "no_admission", "hadm_id")
    ledger.reject(n + np.flatnonzero(~number.isin(own)), "no_transfers", "hadm_id")
    return found


def _of_admission(column: np.ndarray, admission: np.ndarray) -> np.ndarray:
    """A column of the admissions for each transfer, ``""`` for none."""
    return np.where(admission >= 0, np.append(column, "")[admission], "")


def _rows(transfers: _Table, admissions: _Table, admission: np.ndarray, ledger: Ledger) -> pd.DataFrame:
    kind, own = transfers.text("eventtype"), transfers.text("hadm_id")
    times = transfers.times("intime", "outtime")
    for name, time in times.items():
        ledger.reject(time.unreadable, "unreadable_time", name, transfers.text(name))
    leaving = kind == "discharge"
    start = times["intime"].wall
    stamps = {name: np.append(time.wall, _NAT)[admission]
              for name, time in admissions.times("admittime", "deathtime").items()}
    requested = _first_bed(own, start, ~leaving & (kind != "ED"), stamps["admittime"])
    died = ~np.isnat(stamps["deathtime"])
    ward = transfers.text("careunit")
    return pd.DataFrame({
        # An ED stay without an admission has only the number of its transfer; those are other numbers than admissions'.
        "visit": np.where(own == "", transfers.text("transfer_id"), own), "patient": transfers.text("subject_id"),
        "unit": np.where(leaving, "", np.where(ward == "", "Unknown", ward)),
        "activity": np.where(leaving, "leave", "stay"), "start": start, "end": times["outtime"].wall,
        "requested": requested,
        "disposition": np.where(died, "died", _of_admission(admissions.text("discharge_location"), admission))})


def _first_bed(visit: np.ndarray, start: np.ndarray, is_bed: np.ndarray, admitted: np.ndarray) -> np.ndarray:
    """The time of admission on the first bed of each visit, where it lies between the arrival and that bed."""
    requested = np.full(len(start), _NAT)
    order = np.argsort(start, kind="stable")
    beds = order[is_bed[order]]
    first = beds[~pd.Series(visit[beds]).duplicated().to_numpy()]
    came = pd.Series(start[order]).groupby(visit[order]).min().reindex(visit[first]).to_numpy()
    asked = admitted[first]
    requested[first] = np.where((asked < start[first]) & (asked >= came), asked, _NAT)
    return requested


IMPORTER = Importer(
    title="MIMIC-IV transfers and admissions",
    understands=_UNDERSTANDS,
    accepts=_accepts,
    read=_read,
    sample=Sample({"transfers.csv": _TRANSFERS, "admissions.csv": _ADMISSIONS},
                  bad={"transfers.csv": "3,3,36,ED,ED,soon,", "admissions.csv": "3,2025-03-03 11:00:00"}),
)
