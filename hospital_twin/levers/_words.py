"""Names and numbers of a layout as they stand in a sentence."""
from __future__ import annotations

from hospital_twin.layout.terms import window_of

ABBREVIATIONS = frozenset(("aau", "amu", "ccu", "ct", "ecg", "ed", "ent", "gp", "hdu", "icu", "itu", "mau", "mri",
                           "nicu", "pacu", "picu", "sau", "sdec"))
"""Words that hospitals write in capitals."""
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"


def in_words(name: str) -> str:
    """A name of a layout as people write it: ``ed_doctor`` is ``ED doctor``."""
    return " ".join(word.upper() if word in ABBREVIATIONS else word for word in name.split("_"))


def counted(name: str, number: int) -> str:
    """A pool's name for so many of it: 1 ``ED doctor``, 2 ``ED doctors``."""
    words = in_words(name)
    return words if abs(number) == 1 or words.endswith(("s", "staff")) else f"{words}s"


def signed(number: float) -> str:
    """A change with its sign: +2, −1.5, 0."""
    return f"{number:+g}".replace("-", MINUS) if number else "0"


def changed(number: float, words: str, unit: str = "") -> str:
    """How many more of something: ``+2 ICU beds``, ``+10 % arrivals``, ``arrivals unchanged``."""
    return f"{signed(number)} {unit}{words}" if number else f"{words} unchanged"


def hours_in_words(window: str) -> str:
    """A window behind a blank, `` Mon–Fri 10:00–22:00``; nothing for the whole week."""
    days, begin, end = window_of(window)
    if len(days) == 7 and end - begin == 1440:
        return ""
    words, hours = window.strip().rsplit(" ", 1) if " " in window.strip() else ("", window.strip())
    which = ", ".join(DASH.join(day.capitalize() for day in part.split("-")) for part in words.split(",") if part)
    return f" {which + ' ' if len(days) < 7 else ''}{hours.replace('-', DASH)}"
