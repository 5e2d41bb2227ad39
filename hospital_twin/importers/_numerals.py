"""How numbers are written: with a decimal point or comma, thousands apart or not; told from the whole column."""
from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from hospital_twin.importers._forms import MISSING_WORDS

_APART = re.compile(r"[-+]?[1-9]\d{0,2}(?:[ \u00a0\u2009\u202f'\u2019]\d{3})+(?:[.,]\d+)?")
_BLANKS = re.compile(r"[ \u00a0\u2009\u202f'\u2019]")
_BY_MARK = {mark: re.compile(rf"[-+]?(?:[1-9]\d{{0,2}}(?:{re.escape(other)}\d{{3}})+|\d+)(?:{re.escape(mark)}\d+)?")
            for mark, other in ((".", ","), (",", "."))}


def plainly(words: Sequence[str]) -> tuple[list[str], list[bool]]:
    """Numbers of one column with a decimal point and no thousands apart, and which of them can be read in two ways.

    ``1,234`` alone may be a thousand and some, or one and some: it is read only where another number of the column can
    be read in one way alone (``2,5``, ``1,234.5``, ``1.234.567``), and all such others agree. Words that are no
    numbers are given back as they are.
    """
    together = [_BLANKS.sub("", word) if _APART.fullmatch(word) else word for word in words]
    readings = [[mark for mark, form in _BY_MARK.items() if form.fullmatch(word)] for word in together]
    only = {marks[0] for marks in readings if len(marks) == 1}
    plain, unclear = [], []
    for word, marks in zip(together, readings, strict=True):
        two = len(marks) > 1 and not word.lstrip("+-").isdigit()
        mark = next(iter(only)) if two and len(only) == 1 else marks[0] if marks and not two else None
        unclear.append(two and mark is None)
        plain.append(word if mark is None else _with_point(word, mark))
    return plain, unclear


def decimals(words: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers of one column, NaN where there is none; which can be read in two ways; which stand for nothing."""
    plain, unclear = plainly(words)
    numbers = pd.to_numeric(pd.Series(plain, dtype=object), errors="coerce").to_numpy(float)
    either = np.array(unclear, dtype=bool)
    missing = np.array([word.lower() in MISSING_WORDS for word in words], dtype=bool)
    return np.where(either | ~np.isfinite(numbers), np.nan, numbers), either, missing


def _with_point(word: str, mark: str) -> str:
    return word.replace("," if mark == "." else ".", "").replace(mark, ".")


def unclear_note(header: str) -> str:
    """What to say of a column with numbers that can be read in two ways."""
    return (f"numbers such as 1,234 in the column {header!r} may have thousands or decimals behind the mark, "
            "and no other number of the column tells which: they are taken as missing")
