"""Offset rows: a table of stays or visits whose times are told as the time since the visit's arrival."""
from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from hospital_twin.importers._columns import Recognised, refuse, words_of
from hospital_twin.importers._containers import is_one_file, recognised_in
from hospital_twin.importers._fields import FIELDS
from hospital_twin.importers._importer import Importer, Options, RawRows, Sample
from hospital_twin.importers._offsets import minutes_of, placed, units_of
from hospital_twin.importers._table import Table
from hospital_twin.importers._typed_rows import read_rows

_ENDINGS = tuple(name for name, field in FIELDS.items() if field.kind == "offset")
_NECESSARY = ("start_offset", "end_offset")
_EMERGENCY = re.compile("ed|er|ae|seh|zna|urgences|urgencias|notaufnahme|triage|triaje|seen|door")
_UNDERSTANDS = (
    "offset rows: each row is a stay, or a whole visit, with minutes or hours since the arrival in place of times "
    "(start_min, end_min, triage_min, seen_min, left_min, length of stay): unit, and where known visit, the time of "
    "the arrival or its hour, disposition and classes such as acuity")

_SAMPLE = """\
visit,patient,unit,arrived,start_min,end_min,disposition
1,1,ED,2025-03-03 10:05,0,235,
1,1,Ward 3,2025-03-03 10:05,245,2815,Home
2,2,ED,2025-03-03 11:00,0,90,Home
"""


def _accepts(path: Path, options: Options) -> float:
    if not is_one_file(path):
        return 0.0
    table, columns = recognised_in(path, options)
    if not any(columns.has(name) for name in _ENDINGS) or columns.has("end") or columns.has("activity"):
        return 0.0
    return 0.95 if columns.has("unit") or _is_emergency(table, columns) else 0.0


def _is_emergency(table: Table, columns: Recognised) -> bool:
    """Whether a table without a column of units is of an emergency department, by the words of its columns."""
    used = [word for place in columns.used() for word in words_of(table.header[place])]
    return any(_EMERGENCY.fullmatch(word) for word in used)


def _read(path: Path, options: Options) -> RawRows:
    table, columns = recognised_in(path, options)
    each_a_visit = not columns.has("visit") and not columns.has("start_offset")
    needs = () if each_a_visit else ("visit",)
    if not columns.has("unit") and not _is_emergency(table, columns):
        refuse(table, columns, "\n    " + _UNDERSTANDS)
    raw = read_rows(path, options, needs, "\n    " + _UNDERSTANDS, leaves=("lifecycle",))
    raw = _with_what_is_not_said(raw, each_a_visit)
    came, raw = _arrivals(raw, options)
    return _with_times(raw, came, table, options)


def _with_what_is_not_said(raw: RawRows, each_a_visit: bool) -> RawRows:
    rows = raw.rows.copy()
    if each_a_visit:
        rows["visit"] = raw.ledger.lines[:len(rows)].astype(str).astype(object)
        raw.ledger.note("no column numbers the visits: each row is taken for one")
    if "unit" not in rows:
        rows["unit"] = pd.Series(np.full(len(rows), "ED"), index=rows.index, dtype=object)
        raw.ledger.note("no column says in which unit the visits were: all are taken to be in the emergency "
                        "department, by the names of the other columns")
    return raw._replace(rows=rows)


def _arrivals(raw: RawRows, options: Options) -> tuple[np.ndarray, RawRows]:
    """When each row's visit came; where no column says so, all in one week that stands for any."""
    rows, columns = raw.rows, dict(raw.columns)
    for name in ("arrived", "start"):
        if name in rows and rows[name].notna().any():
            came = rows[name].to_numpy(dtype="datetime64[us]")
            raw.ledger.reject(np.isnat(came), "no_arrival", columns.get(name, ""))
            return came, raw
    hours = rows["arrival_hour"].to_numpy(dtype=float) if "arrival_hour" in rows else None
    days = rows["arrival_weekday"].to_numpy(dtype=object) if "arrival_weekday" in rows else None
    told = " and ".join(word for word, given in (("hour", hours), ("day of the week", days)) if given is not None)
    raw.ledger.note("no column says on which day a visit arrived" + (f", only its {told}" if told else "")
                    + ": what lies within a visit can be calibrated; arrivals, census and returns cannot, since the "
                    "dates of visits cannot be compared")
    columns.pop("patient", None)
    rows = rows.drop(columns=["patient"], errors="ignore")
    came = placed(hours, days, len(rows), raw.time_zone)
    return came, raw._replace(rows=rows, columns=columns, dates_comparable=False)


def _with_times(raw: RawRows, came: np.ndarray, table: Table, options: Options) -> RawRows:
    """The rows with times in the place of offsets."""
    rows, ledger = raw.rows, raw.ledger
    texts = {name: rows[name].to_numpy(dtype=object) for name in _ENDINGS if name in rows}
    units = units_of(texts, dict(raw.columns), options.mapping.offset_unit, table.where)
    made = {"start": came} if "start_offset" not in texts else {"arrived": came}
    for name, column in texts.items():
        offsets, header = minutes_of(column, units[name]), raw.columns[name]
        necessary = name in _NECESSARY
        (ledger.reject if necessary else ledger.repair)(
            offsets.unreadable, "unreadable_time" if necessary else "optional_unreadable", header, column)
        minutes = offsets.minutes
        if not necessary:
            before = minutes < 0
            ledger.repair(before, "negative_offset", header, column)
            minutes = np.where(before, np.nan, minutes)
        far = np.abs(minutes) > _LONGEST
        ledger.reject(far, "impossible_time", header, column)
        minutes = np.where(far, np.nan, minutes)
        known = np.where(np.isnan(minutes), 0.0, minutes)
        time = came + np.round(known * 6e7).astype("timedelta64[us]")
        made[name.removesuffix("_offset")] = np.where(np.isnan(minutes), np.datetime64("NaT", "us"), time)
    kept = rows.drop(columns=[*texts, "start", "arrived", "arrival_hour", "arrival_weekday", "activity", "resource",
                              "amount"], errors="ignore")
    return raw._replace(rows=kept.assign(**made), times_of_day=True)


_LONGEST = 20 * 366 * 1440.0
"""Minutes: nobody was in hospital for longer, and a time further off could not be held."""

IMPORTER = Importer(
    title="offset rows",
    understands=_UNDERSTANDS,
    accepts=_accepts,
    read=_read,
    sample=Sample({"offsets.csv": _SAMPLE}, bad={"offsets.csv": "3,3,ED,2025-03-03 11:00"}),
)
