"""Rows of a table of counts → places, times and numbers; what cannot be read is in the ledger."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import COUNTS, WHOLE_HOSPITAL
from hospital_twin.importers._checks import EARLIEST, LATEST
from hospital_twin.importers._clocks import moments
from hospital_twin.importers._count_columns import NOTHING, Plan
from hospital_twin.importers._importer import Options
from hospital_twin.importers._ledger import Ledger
from hospital_twin.importers._numerals import decimals, unclear_note
from hospital_twin.importers._persons import A_PERSONS
from hospital_twin.importers._shown import like_a_number, shown_file
from hospital_twin.importers._table import Table
from hospital_twin.importers._times import read_times
from hospital_twin.importers._typed_rows import count_odd_rows, is_zone_assumed
from hospital_twin.importers._words import RECURRING_FROM, says_total, slug

BLANK, UNREADABLE, NEGATIVE = "blank", "unreadable", "negative"
_HOUR = re.compile(r"(\d{1,2})(?:\.0+)?")
_CODES = 0.5
"""A column in which more than this share of the places, or of the numbers, has six digits in a row holds such."""


class Place(NamedTuple):
    """A place: its name in the twin and in the file, and its rows. earlier: names that it had in the file before."""

    name: str
    log: str
    rows: int
    earlier: tuple[str, ...] = ()


class Counted(NamedTuple):
    """Rows of a file of counts.

    rows: ``place`` (text), ``wall`` (local, datetime64[us]), ``utc`` (datetime64[us]), ``later`` (microseconds to the
    second of two hours of one name), ``skipped`` (in an hour that never was), one per row of the file. values: quantity
    → number or NaN, lacks: quantity → why there is none ("" where there is one). offsets: whether the texts say how far
    the clock was from UTC.
    """

    rows: pd.DataFrame
    values: dict[str, np.ndarray]
    lacks: dict[str, np.ndarray]
    places: tuple[Place, ...]
    ledger: Ledger
    offsets: bool


def read_counts(path: Path, table: Table, plan: Plan, options: Options) -> Counted:
    """All rows of a table, typed. Raises `BadInput` where there are none, or dates can be read in two ways."""
    wanted = plan.used()
    text = table.read(wanted)
    if not len(text.lines):
        raise BadInput(table.name, "there are no rows of counts below the names of the columns", "one row a line")
    column = dict(zip(wanted, text.columns, strict=True))
    ledger = Ledger([(shown_file(path.name), text.lines)])
    count_odd_rows(text, ledger)
    for said in (*table.notes, *plan.notes):
        ledger.note(said)
    rows, offsets = _times(table, plan, column, text.lines, options, ledger)
    values, lacks = {}, {}
    for position, quantity in plan.measured.items():
        values[quantity], lacks[quantity] = _numbers(column[position], table.header[position], ledger)
    came = [values[quantity] > 0 for quantity in values if quantity in COUNTS]
    if came and (rows["skipped"].to_numpy() & np.logical_or.reduce(came)).any():
        ledger.note(f"something is counted in an hour that the clock skips in {options.time_zone}: is the time that of "
                    "another zone, or UTC?")
    rows["place"], places = _places(plan, column, table, options, ledger)
    return Counted(rows, values, lacks, places, ledger, offsets)


def _times(table: Table, plan: Plan, column: Mapping[int, np.ndarray], lines: np.ndarray, options: Options,
           ledger: Ledger) -> tuple[pd.DataFrame, bool]:
    header = " + ".join(table.header[p] for p in plan.time)
    texts = column[plan.time[0]]
    if len(plan.time) > 1:
        both = zip(texts, column[plan.time[1]], strict=True)
        texts = np.array([f"{day} {_clock(hour)}".strip() for day, hour in both], dtype=object)
    times = read_times({header: texts}, lines, file=table.name, order=options.mapping.date_order,
                       note=ledger.note)[header]
    if is_zone_assumed({header: times}, options, ledger):
        ledger.note("times are taken as UTC, because nobody said of which time zone they are: give time_zone, as in "
                    "Europe/London")
    found = moments(times, options.time_zone or "UTC")
    ledger.reject(times.unreadable, "unreadable_time", header, texts)
    ledger.reject(times.missing, "missing_start", header)
    ledger.reject((found.utc < EARLIEST) | (found.utc >= LATEST), "impossible_time", header)
    rows = pd.DataFrame({"wall": times.wall, "utc": found.utc, "later": np.where(times.date_only, 0, found.later),
                         "skipped": found.skipped & ~times.date_only})
    ledger.reject(rows["skipped"].to_numpy(), "hour_skipped", header)
    return rows, bool(times.known.any())


def _clock(hour: str) -> str:
    found = _HOUR.fullmatch(hour)
    return f"{int(found[1]):02d}:00" if found else hour


def _numbers(texts: np.ndarray, header: str, ledger: Ledger) -> tuple[np.ndarray, np.ndarray]:
    """A column of counts, NaN where there is none, and why there is none."""
    codes, words = pd.factorize(texts)
    numbers, unclear, missing = decimals(list(words))
    missing |= np.array([bool(NOTHING.fullmatch(word)) for word in words], dtype=bool)
    if unclear.any():
        ledger.note(unclear_note(header))
    lacks = np.where(np.isfinite(numbers), np.where(numbers < 0, NEGATIVE, ""), np.where(missing, BLANK, UNREADABLE))
    like_a_persons = np.abs(numbers) >= A_PERSONS
    if like_a_persons[codes].sum() <= _CODES * np.isfinite(numbers)[codes].sum():
        lacks = np.where(like_a_persons, UNREADABLE, lacks)
    lacks = lacks.astype(object)[codes]
    ledger.repair(lacks == UNREADABLE, "unreadable_number", header, texts)
    ledger.repair(lacks == NEGATIVE, "negative_count", header, texts)
    return np.where(lacks == "", numbers[codes], np.nan), lacks


def _places(plan: Plan, column: Mapping[int, np.ndarray], table: Table, options: Options, ledger: Ledger
            ) -> tuple[np.ndarray, tuple[Place, ...]]:
    """The place of each row, and all of them. Where places have numbers the number tells them apart, and the latest
    name is the one that counts."""
    count = len(ledger.lines)
    if plan.place is None:
        return np.full(count, WHOLE_HOSPITAL, dtype=object), (Place(WHOLE_HOSPITAL, "", count),)
    header, own, names = table.header[plan.name], column[plan.place], column[plan.name]
    if plan.name != plan.place:
        names = _recurring(names, header, options, ledger)
    key = np.where(own == "", names, own)
    ledger.reject(key == "", "no_place", header)
    codes, keys = pd.factorize(key)
    pairs = pd.DataFrame({"key": codes, "name": np.where(names == "", key, names)})[ledger.kept]
    shown = pairs.groupby("key")["name"].agg(lambda found: list(dict.fromkeys(found[::-1]))[::-1])
    called = np.array([shown[code][-1] if code in shown else "" for code in range(len(keys))], dtype=object)
    ledger.reject(_of_words(called, says_total)[codes], "total_row", header)
    ledger.reject(_persons(called, options)[codes], "no_place", header, names)
    rows = np.bincount(codes[ledger.kept], minlength=len(keys))
    if count >= RECURRING_FROM:
        ledger.reject((rows == 1)[codes] & ~_said(called, options)[codes], "rare_place", header, names)
    said = {slug(text): name for text, name in options.mapping.units.items()}
    twin, taken = np.full(len(keys), "", dtype=object), set()
    for code in np.unique(codes[ledger.kept]):
        name = said.get(slug(called[code]), slug(called[code], "place"))
        twin[code] = name if name is None or name not in taken or name in said.values() \
            else f"{name}_{slug(keys[code], 'no')}"
        taken.add(twin[code])
    ledger.reject(np.array([name is None for name in twin], dtype=bool)[codes], "unit_of_nothing", header)
    places = tuple(Place(twin[code], called[code], int(rows[code]), tuple(shown[code][:-1]))
                   for code in np.unique(codes[ledger.kept]))
    return twin[codes], places


def _recurring(names: np.ndarray, header: str, options: Options, ledger: Ledger) -> np.ndarray:
    """Names of places that have a number too, without those of a single row of many, and numbers of persons."""
    codes, words = pd.factorize(names)
    rare = np.bincount(codes[ledger.kept], minlength=len(words)) == 1
    strange = _persons(words, options) | rare & (len(names) >= RECURRING_FROM) & ~_said(words, options)
    strange = (strange & (words != ""))[codes]
    ledger.repair(strange, "rare_place", header, names)
    return np.where(strange, "", names)


def _of_words(texts: np.ndarray, test: Callable[[str], bool]) -> np.ndarray:
    return np.array([test(text) for text in texts], dtype=bool)


def _said(called: np.ndarray, options: Options) -> np.ndarray:
    known = {slug(text) for text in options.mapping.units}
    return np.array([slug(name) in known for name in called], dtype=bool)


def _persons(called: np.ndarray, options: Options) -> np.ndarray:
    """Places that look like somebody's number, where most do not."""
    found = np.array([like_a_number(name) for name in called], dtype=bool)
    return found & ~_said(called, options) if found.sum() <= _CODES * len(found) else np.zeros(len(found), dtype=bool)
