"""Comparisons in plain words: numbers with their unit and a proper minus sign, the same wherever they are shown."""
from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from hospital_twin.comparison.verdicts import CLEAR, HARDLY, NOT_COMPUTABLE, TOO_FEW, UNCLEAR
from hospital_twin.kpis import Kpi, Statistic

MINUS = "\N{MINUS SIGN}"
ARROW = "\N{RIGHTWARDS ARROW}"


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


class Shown(NamedTuple):
    """The numbers of one row of a comparison as they are written everywhere; empty where there is none."""

    baseline: str
    value: str
    difference: str
    interval: str


def shown(row: pd.Series, decimals: int) -> Shown:
    """The numbers of a row of `Comparison.table` with the decimals of its statistic, none with more.

    Differences are rounded as they are, so that what is too small to show is 0; but no end of a clear one's interval.
    """
    kept = row["verdict"] in CLEAR
    difference, low, high = (number(value if kept else round(value, decimals), decimals, sign=True)
                             if math.isfinite(value) else "" for value in (row["difference"], row["low"], row["high"]))
    return Shown(*(number(row[side], decimals) if math.isfinite(row[side]) else "" for side in ("baseline", "value")),
                 difference, f"[{low}, {high}]" if low and high else "")


def change(row: pd.Series, kpi: Kpi) -> str:
    """A clear difference: ``median wait for a doctor 38 → 27 min, −11 [−13, −9]``."""
    about = kpi.statistics[row["statistic"]]
    found = shown(row, about.decimals)
    moved = f"{found.difference} {found.interval}".strip()
    return f"{about.words} {found.baseline} {ARROW} {found.value} {_unit(about)}, {moved}".replace(" ,", ",")


def by_effect(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a comparison, those whose difference is the most times its interval's half-width first."""
    half = (rows["high"] - rows["low"]) / 2
    effect = (rows["difference"].abs() / half).fillna(math.inf)
    return rows.iloc[effect.argsort(kind="stable")[::-1]] if len(rows) else rows


def _unit(about: Statistic) -> str:
    """The unit, without what the words say already: boarding hours a day are so many ``h``."""
    per = " a day"
    return f" {about.unit}".removesuffix(per).strip() if about.words.endswith(per) else about.unit


def scenario_sentence(says: str, rows: pd.DataFrame, kpis: Mapping[str, Kpi]) -> str:
    """One sentence for one scenario: what it is, what it clearly changes (the surest first), and what it does not.

    rows: the rows of `Comparison.table` to speak of.
    """
    known = rows[rows["kpi"].isin(list(kpis)) & rows["verdict"].ne(NOT_COMPUTABLE)]
    parts = [change(row, kpis[row["kpi"]]) for _, row in by_effect(known[known["verdict"].isin(CLEAR)]).iterrows()]
    for word in (HARDLY, UNCLEAR, TOO_FEW):
        of_these = [kpis[row["kpi"]].statistics[row["statistic"]].words
                    for _, row in known[known["verdict"].eq(word)].iterrows()]
        parts += [f"{', '.join(of_these)}: {word}"] if of_these else []
    return f"{says}: {'; '.join(parts) or 'nothing can be computed from these runs'}"
