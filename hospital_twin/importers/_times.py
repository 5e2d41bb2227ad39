"""Columns of text → times. The order of day and month is read off the whole file or refused, never guessed."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.importers._forms import (
    LONGEST_TIME,
    MISSING_WORDS,
    NAMED,
    NINES,
    YEAR_FIRST,
    YEAR_LAST,
    Form,
    form_of,
)
from hospital_twin.importers._source import A_MAPPING

DateOrder = Literal["day_first", "month_first", "year_first"]
_MINUTE = 60_000_000
_NO_OFFSET = np.iinfo(np.int64).min
_HOW_TO_SAY = (f"dates written as 2025-03-25, or {A_MAPPING} with the line `date_order: day_first` "
               "(or month_first, year_first)")
_MISSING, _UNREADABLE = -1, -2
_PIECE = 200_000
_FEW_PATTERNS = 40
_SLIPS = 20
"""So many times as many dates against a declared order as for it, and it is the order that is wrong."""


class Times(NamedTuple):
    """A column of times.

    wall: datetime64[us], as the clock showed it; NaT where missing or unreadable. offset: microseconds that this clock
    was ahead of UTC, where the text says so (`known`). date_only: without a time of day. order: of the dates of its
    file, None where none could be read otherwise.
    """

    wall: np.ndarray
    offset: np.ndarray
    known: np.ndarray
    unreadable: np.ndarray
    date_only: np.ndarray
    order: DateOrder | None = None

    @property
    def missing(self) -> np.ndarray:
        """Neither a time nor unreadable."""
        return np.isnat(self.wall) & ~self.unreadable


class _Parts:
    """Numbers of n texts. kind: of the form, or `_MISSING`, `_UNREADABLE`."""

    def __init__(self, n: int):
        self.kind = np.full(n, _UNREADABLE, dtype=np.int8)
        self.year, self.a, self.b = (np.zeros(n, dtype=np.int64) for _ in range(3))
        self.of_day = np.zeros(n, dtype=np.int64)
        self.offset = np.full(n, _NO_OFFSET, dtype=np.int64)
        self.date_only = np.zeros(n, dtype=bool)
        self.short_year = np.zeros(n, dtype=bool)


def read_times(columns: Mapping[str, np.ndarray], lines: np.ndarray, *, file: str, order: DateOrder | None,
               note: Callable[[str], None] | None = None) -> dict[str, Times]:
    """The columns of one file as times.

    columns: header → texts, all of one length. lines: their lines in the file. order: as declared; without it, it is
    read off the dates of all columns together. note: takes what has to be said of a declared order that no date proves.
    Raises `BadInput` when the order cannot be told or changes, or the dates contradict the one declared.
    """
    parts = {name: _parts(values) for name, values in columns.items()}
    dates = _Dates.of(columns, parts, lines)
    if order is None:
        order = _order_in(dates, parts, file)
    else:
        _hold_to(order, dates, parts, file, note)
    either = any((part.kind == YEAR_LAST).any() for part in parts.values())
    return {name: _times(part, order)._replace(order=order if either else None) for name, part in parts.items()}


def readable_shares(values: np.ndarray) -> tuple[float, float]:
    """Of the texts that are not missing: the share that is written like a time, and the share that is like a date
    without one; (0, 0) when all are missing."""
    parts = _parts(values)
    given = parts.kind != _MISSING
    if not given.any():
        return 0.0, 0.0
    return float((parts.kind[given] >= 0).mean()), float(parts.date_only[given].mean())


def _parts(values: np.ndarray) -> _Parts:
    """The numbers in some texts: those of one length are looked at together, letter by letter."""
    import pyarrow as pa
    parts = _Parts(len(values))
    try:
        texts = pa.array(values, pa.large_string())
    except (UnicodeEncodeError, pa.ArrowInvalid):  # half a letter, which no text in a file can hold
        _read_each(parts, np.arange(len(values)), values)
        return parts
    _, ends, data = texts.buffers()
    ends = np.frombuffer(ends, dtype=np.int64)[:len(values) + 1] if len(values) else np.zeros(1, dtype=np.int64)
    data = np.frombuffer(data or b"", dtype=np.uint8)
    lengths = np.diff(ends)
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        if length == 0:
            parts.kind[rows] = _MISSING
        elif length <= LONGEST_TIME:
            for piece in np.array_split(rows, len(rows) // _PIECE + 1):
                _read_alike(parts, piece, data[ends[piece][:, np.newaxis] + np.arange(length)], values)
        else:
            _read_each(parts, rows, values[rows])
    return parts


def _read_alike(parts: _Parts, rows: np.ndarray, letters: np.ndarray, values: np.ndarray) -> None:
    """Texts of one length, as bytes, shape (rows, length). Few ways of writing make up nearly all of a column."""
    patterns = np.where((letters >= ord("0")) & (letters <= ord("9")), np.uint8(ord("9")), letters)
    for _ in range(_FEW_PATTERNS):
        if not len(rows) or (patterns[0] >= 128).any():
            break
        alike = (patterns == patterns[0]).all(axis=1)
        _fill_pattern(parts, rows[alike], bytes(patterns[0]).decode(), letters[alike])
        rows, letters, patterns = rows[~alike], letters[~alike], patterns[~alike]
    _read_each(parts, rows, values[rows])


def _read_each(parts: _Parts, rows: np.ndarray, values: np.ndarray) -> None:
    """Texts of any kind, sorted by the way in which they are written."""
    texts = [text if len(text) <= LONGEST_TIME else "x" for text in values]
    codes, patterns = pd.factorize(np.array([text.translate(NINES) for text in texts], dtype=object))
    order = np.argsort(codes, kind="stable")
    begins = np.searchsorted(codes[order], np.arange(len(patterns) + 1))
    for number, pattern in enumerate(patterns):
        mine = order[begins[number]:begins[number + 1]]
        letters = np.array([texts[row] for row in mine], dtype=f"U{max(len(pattern), 1)}").view(np.uint32)
        _fill_pattern(parts, rows[mine], pattern, letters.reshape(len(mine), -1))


def _fill_pattern(parts: _Parts, rows: np.ndarray, pattern: str, letters: np.ndarray) -> None:
    form = form_of(pattern)
    if form is not None:
        _fill(parts, rows, form, letters)
    elif pattern.lower() in MISSING_WORDS:
        parts.kind[rows] = _MISSING


def _number(letters: np.ndarray, span: tuple[int, int]) -> np.ndarray:
    value = np.zeros(len(letters), dtype=np.int64)
    for place in range(*span):
        value = value * 10 + letters[:, place].astype(np.int64) - ord("0")
    return value


def _fill(parts: _Parts, rows: np.ndarray, form: Form, letters: np.ndarray) -> None:
    spans = form.spans
    got = {name: _number(letters, spans[name]) for name in ("y", "a", "b", "h", "mi", "s", "zh", "zm") if name in spans}
    year = got["y"]
    if spans["y"][1] - spans["y"][0] == 2:
        year = np.where(year < 70, 2000 + year, 1900 + year)
        parts.short_year[rows] = form.order == YEAR_LAST
    parts.year[rows], parts.b[rows] = year, got["b"]
    parts.a[rows] = got["a"] if form.order != NAMED else form.month
    parts.kind[rows] = form.order
    parts.date_only[rows] = "h" not in got
    if "h" not in got:
        return
    zero = np.zeros(len(rows), dtype=np.int64)
    hour, minute, second = got["h"], got["mi"], got.get("s", zero)
    possible = (minute <= 59) & (second <= 59) & (hour <= 23) | (hour == 24) & (minute == 0) & (second == 0)
    if "ap" in spans:
        possible &= (hour >= 1) & (hour <= 12)
        afternoon = np.isin(letters[:, spans["ap"][0]], (ord("p"), ord("P")))
        hour = hour % 12 + 12 * afternoon
    parts.of_day[rows] = (hour * 60 + minute) * _MINUTE + second * 1_000_000 + _fraction(letters, spans.get("f"))
    if "zh" in spans:
        ahead = (got["zh"] * 60 + got.get("zm", zero)) * _MINUTE
        parts.offset[rows] = np.where(letters[:, spans["sign"][0]] == ord("-"), -ahead, ahead)
    elif _says_utc(letters):
        parts.offset[rows] = 0
    parts.kind[rows[~possible]] = _UNREADABLE


def _fraction(letters: np.ndarray, span: tuple[int, int] | None) -> np.ndarray | int:
    if span is None:
        return 0
    digits = min(span[1] - span[0], 6)
    return _number(letters, (span[0], span[0] + digits)) * 10 ** (6 - digits)


def _says_utc(letters: np.ndarray) -> bool:
    """Whether the form (all rows have the same letters) ends in Z, UTC or GMT."""
    end = "".join(chr(c) for c in letters[0, -3:]).upper()
    return end.endswith("Z") or end in ("UTC", "GMT")


class _Dates(NamedTuple):
    """Dates of all columns with the year last, one column behind the other: which can have the day first alone, which
    the month, and which can be read both ways as two days."""

    columns: Mapping[str, np.ndarray]
    lines: np.ndarray
    only_day: np.ndarray
    only_month: np.ndarray
    both: np.ndarray

    @classmethod
    def of(cls, columns: Mapping[str, np.ndarray], parts: Mapping[str, _Parts], lines: np.ndarray) -> _Dates:
        a, b, kind = (np.concatenate([getattr(parts[name], what) for name in columns]) if columns else np.zeros(0)
                      for what in ("a", "b", "kind"))
        last = (kind == YEAR_LAST) & (a >= 1) & (b >= 1)
        return cls(columns, lines, last & (a > 12) & (a <= 31) & (b <= 12), last & (b > 12) & (b <= 31) & (a <= 12),
                   last & (a <= 12) & (b <= 12) & (a != b))

    def show(self, rows: np.ndarray, most: int = 1) -> str:
        """The first of some dates, with their places."""
        found, names = [], list(self.columns)
        for row in np.flatnonzero(rows)[:most]:
            name, place = names[row // len(self.lines)], row % len(self.lines)
            # The day alone: a date is what proves the order, and parsed as digits it can be nothing else.
            found.append(f"{self.columns[name][place].split(' ')[0][:10]} (line {self.lines[place]}, column {name})")
        return ", ".join(found)


def _order_in(dates: _Dates, parts: Mapping[str, _Parts], file: str) -> DateOrder:
    only_day, only_month = dates.only_day, dates.only_month
    if only_day.any() and only_month.any():
        raise BadInput(file, f"the order of day and month changes {_how_it_changes(dates)}: "
                       f"{dates.show(only_day)} can only have the day first, "
                       f"{dates.show(only_month)} only the month first", "one order in the whole "
                       f"file: {_HOW_TO_SAY}, with which rows of the other order are rejected one by one")
    if any(part.short_year.any() for part in parts.values()):
        _year_is_last(parts, file)
    if only_day.any() or only_month.any():
        return "day_first" if only_day.any() else "month_first"
    if dates.both.any():
        raise BadInput(file, f"day or month first? Every date can be read both ways: {dates.show(dates.both, 3)}",
                       _HOW_TO_SAY)
    return "day_first"


def _how_it_changes(dates: _Dates) -> str:
    """Once, where all dates of one order lie before all of the other (and are no slips), or from row to row."""
    day, month = (np.unique(np.flatnonzero(own) % len(dates.lines)) for own in (dates.only_day, dates.only_month))
    first, then = (day, month) if day[0] < month[0] else (month, day)
    if min(len(day), len(month)) >= _SLIPS and first[-1] < then[0]:
        return f"once, between lines {dates.lines[first[-1]]} and {dates.lines[then[0]]}, as if two systems were merged"
    return "from row to row"


def _hold_to(order: DateOrder, dates: _Dates, parts: Mapping[str, _Parts], file: str,
             note: Callable[[str], None] | None) -> None:
    """Contradict a declared order that hardly a date agrees with, and say where none can prove it."""
    if order == "year_first":
        return
    other: DateOrder = "month_first" if order == "day_first" else "day_first"
    agree, against = dates.only_day, dates.only_month
    if order == "month_first":
        agree, against = against, agree
    if against.sum() > _SLIPS * agree.sum():
        raise BadInput(file, f"the mapping says {order}, but {dates.show(against)} can only be {other} "
                       f"(dates like it: {against.sum():,})", f"date_order: {other} in the mapping, or no date_order: "
                       "then it is read off the dates")
    if note and dates.both.any() and not agree.any():
        said, else_ = (_span(parts, one) for one in (order, other))
        note(f"no date proves the mapping's {order}, because no day is after the 12th: so read they lie from {said}, "
             f"and as {other} from {else_}")


def _span(parts: Mapping[str, _Parts], order: DateOrder) -> str:
    """The first and the last day, of an order."""
    days = np.concatenate([_times(part, order).wall for part in parts.values()]).astype("datetime64[D]")
    days = days[~np.isnat(days)]
    return f"{days.min()} to {days.max()}"


def _year_is_last(parts: Mapping[str, _Parts], file: str) -> None:
    """Years of two digits are taken to stand last only when the years then spread less than if they stood first."""
    first = np.concatenate([part.a[part.short_year] for part in parts.values()])
    last = np.concatenate([part.year[part.short_year] % 100 for part in parts.values()])
    if np.ptp(first) <= np.ptp(last) and not (last == 0).any() and not (last > 31).any():
        raise BadInput(file, "years have two digits, and the year may stand first or last", _HOW_TO_SAY)


def _times(parts: _Parts, order: DateOrder) -> Times:
    last = parts.kind == YEAR_LAST
    year, month, day = parts.year, parts.a, parts.b
    if order == "day_first":
        month, day = np.where(last, parts.b, month), np.where(last, parts.a, day)
    elif order == "year_first":
        # 25-03-01: what stood last is the day, and the first is the year.
        short = last & parts.short_year
        year, month, day = (np.where(short, 2000 + parts.a, year), np.where(short, parts.b, month),
                            np.where(short, parts.year % 100, day))
    read = (parts.kind >= YEAR_FIRST) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year >= 1)
    if order == "year_first":
        read &= ~(last & ~parts.short_year)
    months = np.where(read, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(read, day - 1, 0)
    read &= days.astype("datetime64[M]") == months
    wall = days.astype("datetime64[us]") + parts.of_day.astype("timedelta64[us]")
    known = read & (parts.offset != _NO_OFFSET)
    return Times(np.where(read, wall, np.datetime64("NaT", "us")), np.where(known, parts.offset, 0), known,
                 ~read & (parts.kind != _MISSING), read & parts.date_only)
