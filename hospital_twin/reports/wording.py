"""How numbers, names and verdicts are shown, in the report and on the pages alike."""
from __future__ import annotations

import math
from typing import NamedTuple

from hospital_twin.comparison.sentences import number
from hospital_twin.comparison.verdicts import HARDLY, NOT_COMPUTABLE, TOO_FEW, UNCLEAR

NOTHING = "–"


class Verdict(NamedTuple):
    """How a verdict is shown: a shape and a word, so that nobody needs to see its colour.

    tone: ``good``, ``bad``, ``open`` or ``plain``.
    """

    shape: str
    word: str
    tone: str


_SHAPES = {"better": ("●", "good"), "worse": ("■", "bad"), "higher": ("▲", "plain"), "lower": ("▼", "plain"),
           HARDLY: ("≈", "open"), UNCLEAR: ("○", "open"), TOO_FEW: ("…", "open"),
           NOT_COMPUTABLE: ("", "plain")}


def verdict(words: str) -> Verdict:
    """The shape and tone of a comparison's verdict, one of `verdicts.VERDICTS`."""
    shape, tone = _SHAPES[words]
    return Verdict(shape, words, tone)


def figure(value: float, decimals: int = 0, *, sign: bool = False) -> str:
    """A number as it stands in a table; a dash where there is none."""
    return number(value, decimals, sign=sign) if math.isfinite(value) else NOTHING


def rounded(value: float) -> str:
    """A number of patients: whole from 10 on, with one decimal below."""
    return f"{value:,.0f}" if value >= 9.95 else f"{value:.1f}"
