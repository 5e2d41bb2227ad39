"""How the names of columns, sheets and files are shown and kept, where they may be data themselves."""
from __future__ import annotations

import re

from hospital_twin.importers._ledger import shape_of

_A_NUMBER = re.compile(r"\d{6}|\d{3}[ -]\d{2,3}[ -]\d{4}")
"""Digits in a row as in the number, the birth date or the telephone of a person."""
_WHOLE_NUMBER = re.compile(rf"\d*(?:{_A_NUMBER.pattern})\d*")
_LIKE_DATA = re.compile(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{3,}|\d+[-/.:]\d+|(?:\d+[^\W\d_]+){3}|@|://")
"""Three digits in a row that are no year, two numbers with a mark between them, digits among letters, an address."""


def like_a_number(text: str) -> bool:
    """Whether a text has digits in a row as in the number of a person."""
    return bool(_A_NUMBER.search(text))


def shown_heading(name: str) -> str:
    """The name of a column or a sheet as it may be shown: what looks like data, as in a file without names of columns,
    by its shape."""
    return shape_of(name) if _LIKE_DATA.search(name) else name


def shown_file(name: str) -> str:
    """The name of a file as it may be kept: with 9 for every digit of what looks like the number of a person."""
    return _WHOLE_NUMBER.sub(lambda found: re.sub(r"\d", "9", found[0]), name)
