"""How a date and time can be written: each form is a pattern with 9 for every digit."""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

LONGEST_TIME = 48
"""A longer text is no time."""
MISSING_WORDS = frozenset(("", "-", "--", ".", "?", "n/a", "na", "nan", "nat", "null", "none", "nil", "unknown", "\\n"))
"""What stands for nothing in a column of times or numbers, in small letters."""
NINES = str.maketrans("012345678", "9" * 9)

YEAR_FIRST, YEAR_LAST, NAMED = range(3)
_CLOCK = (r"(?:(?:t|[ ,]+| à | um | om |\s*-\s*)(?P<h>9{1,2})[:.h](?P<mi>99)(?:[:.](?P<s>99)(?:[.,](?P<f>9{1,9}))?)?"
          r"(?:\s*(?P<ap>[ap])\.?m\.?)?(?: uhr)?(?:\s*(?:z|utc|gmt)|\s*(?P<sign>[+-])(?P<zh>99):?(?P<zm>99)?)?)?")
_PATTERNS = (
    (YEAR_FIRST, re.compile(r"(?P<y>9{4})[-/.](?P<a>9{1,2})[-/.](?P<b>9{1,2})" + _CLOCK, re.IGNORECASE)),
    (YEAR_FIRST, re.compile(r"(?P<y>9{4})(?P<a>99)(?P<b>99)(?:t?(?P<h>99)(?P<mi>99)(?P<s>99)?(?:\.(?P<f>9{1,9}))?"
                            r"(?:z|(?P<sign>[+-])(?P<zh>99):?(?P<zm>99))?)?", re.IGNORECASE)),
    (YEAR_FIRST, re.compile(r"(?P<y>9{4})(?P<a>99)(?P<b>99)" + _CLOCK, re.IGNORECASE)),
    (YEAR_LAST, re.compile(r"(?:[^\W\d_]{2,3}\.?,? )?(?P<a>9{1,2})[-/. ](?P<b>9{1,2})[-/. ](?P<y>9{4}|99)" + _CLOCK,
                           re.IGNORECASE)),
    (NAMED, re.compile(r"(?:[^\W\d_]{2,9}\.?,? )?(?P<b>9{1,2})\.?[- /]?(?:de )?(?P<month>[^\W\d_]{3,10})"
                       r"\.?[- /,]*(?:de )?(?P<y>9{4}|99)" + _CLOCK, re.IGNORECASE)),
    (NAMED, re.compile(r"(?:[^\W\d_]{2,9}\.?,? )?(?P<month>[^\W\d_]{3,10})\.? (?P<b>9{1,2}),? (?P<y>9{4})" + _CLOCK,
                       re.IGNORECASE)),
)
_MONTHS = (
    "jan january januar janvier janv januari enero ene jänner",
    "feb february februar fevrier fevr fev februari febrero",
    "mar march marz mars maart mrt marzo maerz mrz", "apr april avril avr abril abr", "may mai mei mayo",
    "jun june juni juin junio", "jul july juli juillet juil julio", "aug august aout augustus agosto ago",
    "sep sept september septembre septiembre set", "oct okt october oktober octobre octubre",
    "nov november novembre noviembre", "dec dez dic december dezember decembre diciembre")


class Form(NamedTuple):
    """One way of writing: where its parts stand, as (first, after) places in the text.

    order: `YEAR_FIRST` (a is the month, b the day), `YEAR_LAST` (which of a and b is the day, the form does not say),
    `NAMED` (month by name, b is the day). month: 0 when it is a number.
    """

    order: int
    month: int
    spans: Mapping[str, tuple[int, int]]


def without_accents(text: str) -> str:
    """Small letters without accents."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(c for c in plain if not unicodedata.combining(c)).lower()


def form_of(pattern: str) -> Form | None:
    """The form of a text in which every digit is a 9; None for what is no time."""
    for order, regex in _PATTERNS:
        match = regex.fullmatch(pattern)
        if match:
            spans = {name: match.span(name) for name, text in match.groupdict().items() if text and name != "month"}
            month = _month(match["month"]) if order == NAMED else 0
            if order != NAMED or month:
                return Form(order, month, MappingProxyType(spans))
    return None


def _month(word: str) -> int:
    plain = without_accents(word)
    return next((number for number, names in enumerate(_MONTHS, 1)
                 if plain in without_accents(names).split()), 0)
