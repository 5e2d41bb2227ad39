"""Rows of text → typed rows: what the importers of one table share."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.importers._clocks import Moments, moments
from hospital_twin.importers._columns import Recognised, refuse, settled
from hospital_twin.importers._containers import recognised_in
from hospital_twin.importers._fields import FIELDS
from hospital_twin.importers._importer import Options, RawRows
from hospital_twin.importers._ledger import Ledger
from hospital_twin.importers._numerals import decimals, unclear_note
from hospital_twin.importers._shown import shown_file
from hospital_twin.importers._source import sha256_of
from hospital_twin.importers._table import TOO_FEW, TOO_MANY, Table, TextRows
from hospital_twin.importers._times import Times, read_times

_NECESSARY = ("start", "end")
OF_OTHER_SHAPES = ("lifecycle", "arrival_hour", "arrival_weekday",
                   *(name for name, field in FIELDS.items() if field.kind == "offset"))
"""Fields that only some shapes know what to do with."""


def read_rows(path: Path, options: Options, needs: tuple[str, ...], understands: str,
              leaves: tuple[str, ...] = OF_OTHER_SHAPES) -> RawRows:
    """All rows of a table, typed; what cannot be read is in the ledger.

    leaves: fields that the shape does not use: their columns are not read. Offsets from the arrival are given as texts.
    Raises `BadInput` where one of the fields that the shape `needs` is not recognised, or two columns can be it.
    """
    table, recognised = recognised_in(path, options)
    if not recognised.has(*needs):
        refuse(table, recognised, understands)
    recognised = settled(_without(recognised, leaves), table)
    times = {name: places for name, places in recognised.fields.items() if FIELDS[name].kind == "time"}
    wanted = sorted(recognised.used())
    text = table.read(wanted, [place for places in times.values() for place in places])
    if not len(text.lines):
        raise BadInput(table.name, "there are no rows below the names of the columns", "one row a line")
    column = dict(zip(wanted, text.columns, strict=True))
    ledger = Ledger([(shown_file(path.name), text.lines)])
    count_odd_rows(text, ledger)
    for said in table.notes:
        ledger.note(said)
    rows, about = _times(table, times, column, text.lines, options, ledger)
    for name, places in recognised.fields.items():
        if FIELDS[name].kind == "number":
            rows[name] = _numbers(column[places[0]], table.header[places[0]], ledger, whole=name == "space")
        elif FIELDS[name].kind != "time":
            rows[name] = pd.Series(column[places[0]], dtype=object)
    attributes = pd.DataFrame({name: pd.Series(column[place], dtype=object)
                               for name, place in recognised.attributes.items()}, index=rows.index)
    columns = {name: " + ".join(table.header[p] for p in places) for name, places in recognised.fields.items()}
    columns |= {name: table.header[place] for name, place in recognised.attributes.items()}
    unused = tuple(name for place, name in enumerate(table.header) if place not in column)
    return RawRows(rows, attributes, ledger, sha256_of(path), columns, unused, options.time_zone or "UTC",
                   options.mapping.dates_comparable, guesses=recognised.guesses, **about)


def _without(recognised: Recognised, leaves: tuple[str, ...]) -> Recognised:
    kept = {name: places for name, places in recognised.fields.items() if name not in leaves}
    rivals = {name: places for name, places in recognised.rivals.items() if name not in leaves}
    return recognised._replace(fields=kept, rivals=rivals)


def same_records(path: Path, options: Options, rows: np.ndarray) -> np.ndarray:
    """A number for each of some rows of a table, equal where the whole rows are, of all columns."""
    table, _ = recognised_in(path, options)
    columns = table.read(range(len(table.header))).columns
    return pd.factorize(pd.MultiIndex.from_arrays([column[rows] for column in columns]))[0]


def count_odd_rows(text: TextRows, ledger: Ledger) -> None:
    ledger.reject(text.fields == TOO_FEW, "too_few_fields")
    ledger.reject(text.fields == TOO_MANY, "too_many_fields")
    if text.blank:
        ledger.note(f"{text.blank:,} lines have nothing on them and count as no rows")


def _times(table: Table, places: dict[str, tuple[int, ...]], column: dict[int, np.ndarray], lines: np.ndarray,
           options: Options, ledger: Ledger) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The columns of times in UTC, and what `RawRows` says about them."""
    header = {name: " + ".join(table.header[p] for p in at) for name, at in places.items()}
    texts = {name: column[at[0]] if len(at) == 1 else
             np.array([f"{day} {hour}".strip() for day, hour in zip(column[at[0]], column[at[1]], strict=True)],
                      dtype=object) for name, at in places.items()}
    read = read_times({header[name]: values for name, values in texts.items()}, lines, file=table.name,
                      order=options.mapping.date_order, note=ledger.note)
    read = {name: read[header[name]] for name in texts}
    assumed = is_zone_assumed(read, options, ledger)
    utc = {name: moments(times, options.time_zone or "UTC") for name, times in read.items()}
    if "end" in utc:
        utc["end"] = _after_start(utc)
    rows = pd.DataFrame(index=range(len(lines)))
    for name, times in read.items():
        if name in _NECESSARY:
            ledger.reject(times.unreadable, "unreadable_time", header[name], texts[name])
        else:
            ledger.repair(times.unreadable, "optional_unreadable", header[name], texts[name])
        ledger.repair(utc[name].skipped, "clock_skipped", header[name])
        ledger.repair(utc[name].later > 0, "clock_doubled", header[name])
        rows[name] = utc[name].utc
    starts = read.get("start", read.get("arrived"))
    of_day = starts is None or not bool((starts.date_only | np.isnat(starts.wall)).all())
    return rows, {"times_of_day": of_day, "date_order": next((times.order for times in read.values()), None),
                  "zone_assumed": assumed}


def is_zone_assumed(read: dict[str, Times], options: Options, ledger: Ledger) -> bool:
    """Whether there are times without an offset, and nobody said of which zone they are."""
    offsets = any(times.known.any() for times in read.values())
    without = any((~times.known & ~np.isnat(times.wall)).any() for times in read.values())
    if without and offsets:
        ledger.note("some times have an offset from UTC and some have none; the latter are of the time zone given")
    return without and options.time_zone is None


def _after_start(utc: dict[str, Moments]) -> Moments:
    """Ends in a repeated hour are the second such hour where the row would else end before it starts."""
    end = utc["end"]
    early = (end.later > 0) & (end.utc < utc["start"].utc)
    return end._replace(utc=np.where(early, end.utc + end.later.astype("timedelta64[us]"), end.utc))


def _numbers(texts: np.ndarray, header: str, ledger: Ledger, *, whole: bool) -> np.ndarray:
    """A column of numbers, written in any way that `plainly` reads; whole ones 1 to 2³¹ - 1, others not negative."""
    codes, words = pd.factorize(texts)
    numbers, unclear, missing = decimals(words)
    possible = np.isfinite(numbers) & (numbers >= 0)
    if unclear.any():
        ledger.note(unclear_note(header))
    if whole:
        possible &= (numbers >= 1) & (numbers < 2**31) & (numbers == np.round(numbers))
    ledger.repair((~possible & ~missing)[codes], "unreadable_number", header, texts)
    return np.where(possible, numbers, np.nan)[codes]
