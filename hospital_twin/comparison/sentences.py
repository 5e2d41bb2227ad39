"""Comparisons in plain words: numbers with their unit, a proper minus sign, and no number that only seems to be 0."""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from hospital_twin.kpis import Kpi, Statistic

MINUS = "\N{MINUS SIGN}"
ARROW = "\N{RIGHTWARDS ARROW}"
MOST_DECIMALS = 4
UNCLEAR = "no clear difference"


def decimals_for(values: Sequence[float], decimals: int) -> int:
    """How many decimals show each value that is not 0 as other than 0: at least `decimals`, at most `MOST_DECIMALS`."""
    while decimals < MOST_DECIMALS and any(value != 0 and round(value, decimals) == 0 for value in values):
        decimals += 1
    return decimals


def number(value: float, decimals: int, *, sign: bool = False) -> str:
    """A number as it stands in a sentence: ``1,234``, ``−0.5``, with `sign` also ``+3``; 0 is ``0``.

    What would only seem to be 0 is written with one digit that is not.
    """
    if value == 0:
        return "0"
    if round(value, decimals) == 0:
        decimals = math.ceil(-math.log10(abs(value)))
    text = f"{value:+,.{decimals}f}"
    return text.replace("-", MINUS).removeprefix("" if sign else "+")


def change(row: pd.Series, kpi: Kpi) -> str:
    """A clear difference: ``median wait for a doctor 38 → 27 min, −11 [−13, −9]``."""
    about = kpi.statistics[row["statistic"]]
    ends = [row["difference"], row["low"], row["high"]]
    decimals = _agreeing(row["baseline"], row["value"], decimals_for([row["baseline"], row["value"], *ends],
                                                                     about.decimals))
    before, after = number(row["baseline"], decimals), number(row["value"], decimals)
    moved, low, high = (number(value, decimals, sign=True) for value in ends)
    return f"{about.words} {before} {ARROW} {after} {_unit(about)}, {moved} [{low}, {high}]".replace(" ,", ",")


def _agreeing(before: float, after: float, decimals: int) -> int:
    """Decimals with which the rounded difference is the difference of the rounded numbers, if one more brings that."""
    def agrees(digits: int) -> bool:
        apart = round(after, digits) - round(before, digits) - round(after - before, digits)
        return abs(apart) < 0.1 ** digits / 2
    return next((d for d in (decimals, decimals + 1) if agrees(d)), decimals)


def _unit(about: Statistic) -> str:
    """The unit, without what the words say already: boarding hours a day are so many ``h``."""
    per = " a day"
    return f" {about.unit}".removesuffix(per).strip() if about.words.endswith(per) else about.unit


def scenario_sentence(says: str, rows: pd.DataFrame, kpis: Mapping[str, Kpi]) -> str:
    """One sentence for one scenario: what it is, what it clearly changes, and what it does not.

    rows: the rows of `Comparison.table` to speak of, in their order.
    """
    known = rows[rows["kpi"].isin(list(kpis)) & rows["verdict"].ne("not computable")]
    clear = [change(row, kpis[row["kpi"]]) for _, row in known[known["verdict"].ne(UNCLEAR)].iterrows()]
    unclear = [kpis[row["kpi"]].statistics[row["statistic"]].words
               for _, row in known[known["verdict"].eq(UNCLEAR)].iterrows()]
    parts = clear + ([f"{', '.join(unclear)}: {UNCLEAR}"] if unclear else [])
    return f"{says}: {'; '.join(parts) or 'nothing can be computed from these runs'}"
