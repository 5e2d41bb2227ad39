"""Times that are told as the time since the arrival → minutes, and arrivals of which only the hour is told."""
from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.importers._columns import words_of
from hospital_twin.importers._forms import MISSING_WORDS, without_accents
from hospital_twin.importers._source import A_MAPPING

_UNITS = {unit: re.compile(words) for unit, words in {
    "min": "mins?|minutes?|minuten|minuut|minutos?", "h": "h|hrs?|hours?|heures?|stunden?|std|uren|uur|horas?",
    "d": "d|days?|jours?|tage?|dagen|dag|dias?",
    "s": "s|secs?|seconds?|secondes?|sekunden?|seconden|segundos?"}.items()}
_MINUTES = {"s": 1 / 60, "min": 1.0, "h": 60.0, "d": 1440.0}
_NUMBER = re.compile(r"([-+]?)(\d+(?:\.\d+)?)\s*([a-z]*)")
_CLOCK = re.compile(r"([-+]?)(\d{1,4}):([0-5]\d)(?::([0-5]\d))?")
_MONDAY = np.datetime64("2001-01-01", "us")
"""Where visits are placed of which nothing says when they came: a Monday far from any real one's times."""
_DAYS = ("mon monday lundi lun montag mo maandag ma lunes", "tue tues tuesday mardi mar dienstag di dinsdag martes",
         "wed weds wednesday mercredi mer mittwoch mi woensdag wo miercoles mie",
         "thu thur thurs thursday jeudi jeu donnerstag donderdag jueves jue",
         "fri friday vendredi ven freitag fr vrijdag vr viernes vie", "sat saturday samedi sam samstag sa zaterdag za "
         "sabado sab", "sun sunday dimanche dim sonntag so zondag zo domingo dom")


class Offsets(NamedTuple):
    """minutes: NaN where missing or unreadable. unreadable: neither a number nor nothing."""

    minutes: np.ndarray
    unreadable: np.ndarray


def unit_in(header: str) -> str | None:
    """The unit that the name of a column says its numbers are of."""
    return next((unit for word in reversed(words_of(header)) for unit, words in _UNITS.items()
                 if words.fullmatch(word)), None)


def units_of(texts: dict[str, np.ndarray], headers: dict[str, str], said: str | None, where: str) -> dict[str, str]:
    """The unit of each column of offsets: of its name, else as the mapping says, else the one that all others have.

    Raises `BadInput` where none of them says it, and the numbers do not themselves (``0:45``, ``12 min``).
    """
    named = {field: unit_in(headers[field]) for field in texts}
    others = {unit for unit in named.values() if unit}
    found = {}
    for field, own in named.items():
        unit = own or said or (next(iter(others)) if len(others) == 1 else None)
        if unit is None and any(re.fullmatch(r"[-+−]?\d+(?:[.,]\d+)?", text) for text in pd.unique(texts[field])):
            raise BadInput(where, f"the column {headers[field]!r} counts from the arrival, and nothing says in what",
                           f"a unit in its name, as in {headers[field]} (min), or {A_MAPPING} with the line "
                           "`offset_unit: min` (or h, d, s)")
        found[field] = unit or "min"
    return found


def minutes_of(texts: np.ndarray, unit: str) -> Offsets:
    """Texts such as ``12``, ``-3,5``, ``1:20`` (hours and minutes) and ``2 h`` in minutes; numbers alone in `unit`."""
    codes, words = pd.factorize(texts)
    minutes = np.array([_minutes(word, unit) for word in words], dtype=float)
    missing = np.array([word.lower() in MISSING_WORDS for word in words], dtype=bool)
    if not len(words):
        return Offsets(np.zeros(0), np.zeros(0, dtype=bool))
    return Offsets(minutes[codes], (np.isnan(minutes) & ~missing)[codes])


def _minutes(text: str, unit: str) -> float:
    plain = text.strip().lower().replace("−", "-").replace(",", ".")
    clock = _CLOCK.fullmatch(plain)
    if clock:
        sign, hours, minutes, seconds = clock.groups()
        found = int(hours) * 60 + int(minutes) + int(seconds or 0) / 60
        return -found if sign == "-" else found
    number = _NUMBER.fullmatch(plain)
    own = next((name for name, words in _UNITS.items() if words.fullmatch(number[3])), None) if number else None
    if number is None or (number[3] and own is None) or len(number[2]) > 12:
        return np.nan
    found = float(number[2]) * _MINUTES[own or unit]
    return -found if number[1] == "-" else found


def placed(hours: np.ndarray | None, days: np.ndarray | None, n: int, zone: str) -> np.ndarray:
    """Arrivals in one week that stands for all, at the hour and on the day that are told; the rest at its beginning.

    hours: of the day, NaN where missing. days: texts. Returns datetime64[us] in UTC.
    """
    local = np.full(n, _MONDAY)
    if hours is not None:
        known = np.where(np.isfinite(hours) & (hours >= 0) & (hours < 24), hours, 0.0)
        local = local + (known * 3.6e9).astype("timedelta64[us]")
    if days is not None:
        codes, words = pd.factorize(days)
        local = local + np.array([_day(word) for word in words], dtype=np.int64)[codes].astype("timedelta64[D]")
    zoned = pd.DatetimeIndex(local).tz_localize(zone, ambiguous=np.ones(n, dtype=bool), nonexistent="shift_forward")
    return zoned.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]")


def _day(text: str) -> int:
    """Days after Monday; numbers count from 1, Monday, as in ISO 8601."""
    plain = without_accents(text).strip(". ")
    if plain.isascii() and plain.isdigit() and len(plain) == 1:
        return (int(plain) - 1) % 7
    return next((number for number, names in enumerate(_DAYS) if plain in names.split()), 0)
