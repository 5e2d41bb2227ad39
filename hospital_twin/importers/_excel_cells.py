"""Cells of a sheet as texts, and the rows of it that are names of columns."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from hospital_twin.importers._columns import words_of
from hospital_twin.importers._fields import FIELDS

_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 - clocks on the wall
_FIRST_RIGHT = 61
"""The day from which the calendar of 1900 is right: it has a 29 February 1900, which never was."""
_YEARS = (1980, 2100)
_MILLISECOND = 1000
_DATE_WORDS = frozenset(("date", "time", "datetime", "timestamp", "datum", "zeit", "zeitpunkt", "tijd", "tijdstip",
                         "fecha", "hora", "heure"))
_TIME_WORDS = _DATE_WORDS | {word for field in FIELDS.values() if field.kind == "time" for name in field.names
                             for word in name.split("_")}
_SERIAL_SHARE = 0.9


class Header(NamedTuple):
    """The names of a sheet's columns. columns: their places. rows: how many rows stand above the first of data.
    unnamed: places of columns that have values but no name."""

    names: tuple[str, ...]
    columns: tuple[int, ...]
    rows: int
    unnamed: tuple[int, ...]


def text_of(value: Any) -> str:
    """A cell as it would be written: whole numbers without a point, times with the year first."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return _moment(value)
    return "" if value is None else str(value)


def time_of(days: float, epoch_1904: bool) -> str:
    """A number of days in Excel's calendar as a time; one that is none, as the number that it is.

    Source: Microsoft, Date systems in Excel: day 1 is 1 January 1900, or, of the other calendar, day 0 is 1 January
    1904; in the first a 29 February 1900 is counted that never was.
    """
    if not (epoch_1904 or days >= _FIRST_RIGHT) or days > 2_958_465:
        return text_of(float(days))
    return _moment(_EPOCHS[epoch_1904] + timedelta(days=days))


def _moment(value: datetime) -> str:
    """To the millisecond, which is all that a number of days with 15 digits tells."""
    whole = (value + timedelta(microseconds=_MILLISECOND // 2))
    whole = whole.replace(microsecond=whole.microsecond // _MILLISECOND * _MILLISECOND)
    return whole.isoformat(sep=" ", timespec="seconds" if not whole.microsecond else "milliseconds")


def letters_of(column: int) -> str:
    """A column as Excel calls it."""
    found, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def header_of(rows: Sequence[Sequence[Any]], filled: Mapping[tuple[int, int], Any]) -> Header | None:
    """The names of the columns: the first row of words that is as wide as what stands below it.

    Words in a merged cell go before those under it: ``Admission`` over ``Date`` and ``Time`` gives two names.
    """
    width = max((_given(row) for row in rows), default=0)
    for number, row in enumerate(rows):
        names = [_name(filled.get((number, column), cell)) for column, cell in enumerate(row)]
        if sum(map(bool, names)) < max(2, (width + 1) // 2) or None in names:
            continue
        last = number
        if number + 1 < len(rows) and _goes_on(number, rows[number + 1], names, filled):
            below = [_name(filled.get((number + 1, c), cell)) or "" for c, cell in enumerate(rows[number + 1])]
            names = [" ".join(dict.fromkeys(part for part in (upper, lower) if part))
                     for upper, lower in zip(names, below, strict=True)]
            last = number + 1
        columns = tuple(column for column, name in enumerate(names) if name)
        unnamed = tuple(column for column, name in enumerate(names) if not name and any(
            column < len(later) and text_of(later[column]) for later in rows[last + 1:]))
        return Header(tuple(names[column] for column in columns), columns, last + 1, unnamed)
    return None


def _given(row: Sequence[Any]) -> int:
    return sum(cell not in ("", None) for cell in row)


def _name(cell: Any) -> str | None:
    """A cell as the name of a column; None for what is no word."""
    if not isinstance(cell, str):
        return None if cell is not None else ""
    return " ".join(cell.split())


def _goes_on(number: int, below: Sequence[Any], names: Sequence[str | None],
             filled: Mapping[tuple[int, int], Any]) -> bool:
    """Whether a row under names is one of names too: where cells above are merged, and all of it is words."""
    beside = [column for row, column in filled if row == number]
    return bool(beside) and all(isinstance(cell, str) or cell is None for cell in below) and all(
        names[column] for column in beside if column < len(names))


def serials_in(rows: Sequence[Sequence[Any]], header: Header, *, epoch_1904: bool) -> frozenset[int]:
    """Columns of numbers that are days of Excel's calendar: called like times, and lying between 1980 and 2100.

    Whole numbers may be those of patients: they are days only where the name says so (``Date``).
    """
    low, high = ((datetime(year, 1, 1) - _EPOCHS[epoch_1904]).days for year in _YEARS)  # noqa: DTZ001
    found = set()
    for name, column in zip(header.names, header.columns, strict=True):
        words = set(words_of(name))
        given = [row[column] for row in rows if column < len(row) and row[column] not in ("", None)]
        days = [v for v in given if isinstance(v, int | float) and not isinstance(v, bool) and low <= v < high]
        times = [v for v in given if isinstance(v, date)]
        parts = sum(day % 1 != 0 for day in days)
        called = words & (_TIME_WORDS if 2 * parts >= len(days) else _DATE_WORDS)
        if days and called and len(days) + len(times) >= _SERIAL_SHARE * len(given):
            found.add(column)
    return frozenset(found)
