"""The twin beside the log: is what was recorded within what the twin finds possible?"""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from hospital_twin.eventlog import WHOLE_HOSPITAL
from hospital_twin.kpis import Kpi, kpi_drawer
from hospital_twin.reports.wording import figure

SAME_LOG = ("The twin was calibrated on this log. That the two agree shows that it describes the hospital, not that it "
            "foretells what has not been seen.")


_WIDE = "too wide to tell"
_WORDS = {"inside": "inside", "off": "outside", _WIDE: _WIDE, "not computable": "not in both"}
"""The verdicts of `validation.beside`, as a page says them."""


class BesideRow(NamedTuple):
    """One number of the log and of the twin.

    range: where the log's number lies 95 times in 100 if the twin is right. word: inside, outside, not in both, or too
    wide to tell. position: where the log lies, −1 at low and +1 at high; None where nothing can be told. assumes: what
    calibration takes for granted and the number tests; empty for a headline.
    """

    title: str
    unit: str
    observed: str
    twin: str
    range: str
    inside: bool
    word: str
    position: float | None
    assumes: str = ""


def beside_rows(table: pd.DataFrame) -> list[BesideRow]:
    """The rows of `validation.beside` that have room on a page: each KPI's headline, and what tests an assumption."""
    kpis, rows = kpi_drawer(), []
    whole = table[table["hour"].isna()] if "hour" in table else table
    for line in whole.itertuples(index=False):
        kpi = kpis.get(line.kpi)
        if kpi is not None and line.place == WHOLE_HOSPITAL and (kpi.assumes or line.statistic == kpi.headline):
            rows.append(_row(kpi, line))
    return sorted(rows, key=lambda row: row.assumes != "")


def _row(kpi: Kpi, line: Any) -> BesideRow:
    statistic, words = kpi.statistics[line.statistic], kpi.title
    if kpi.assumes:
        words = statistic.words[0].upper() + statistic.words[1:]
    told = line.verdict in ("inside", "off")
    observed, twin, low, high = (figure(value, statistic.decimals)
                                 for value in (line.observed, line.twin, line.low, line.high))
    return BesideRow(words, statistic.unit, observed, twin, f"{low} to {high}" if told or line.verdict == _WIDE else "",
                     line.verdict == "inside", _WORDS[line.verdict],
                     _position(line.observed, line.low, line.high) if told else None, kpi.assumes)


def _position(value: float, low: float, high: float) -> float:
    if high > low:
        return (2 * value - low - high) / (high - low)
    return 0.0 if value == low else math.copysign(2.0, value - low)


def beside_sentence(rows: Sequence[BesideRow]) -> str:
    """How many of the log's headlines the twin finds possible, which ones it does not, and what does not hold."""
    known = [row for row in rows if row.position is not None and not row.assumes]
    wide = [row.title for row in rows if row.word == _WIDE and not row.assumes]
    vague = f" Too wide a range to tell: {', '.join(wide)}." if wide else ""
    if not known:
        nothing = "can be held to the twin's range" if wide else "the twin has too"
        return f"The log has no number that {nothing}.{vague}{_not_held(rows)}"
    off = [f"{row.title} ({_numbers(row)})" for row in known if not row.inside]
    first = (f"{len(known) - len(off)} of {len(known)} headline numbers of the log lie within the twin's 95 % "
             "range for a log of that length")
    return (f"{first}; outside: {'; '.join(off)}." if off else f"{first}.") + vague + _not_held(rows)


def _not_held(rows: Sequence[BesideRow]) -> str:
    """Each assumption that the log contradicts, with the numbers that show it."""
    off: dict[str, list[str]] = {}
    for row in rows:
        if row.assumes and row.position is not None and not row.inside:
            off.setdefault(row.assumes, []).append(f"{row.title[0].lower()}{row.title[1:]}: {_numbers(row)}")
    return "".join(f" The twin takes for granted that {assumes}; the log says otherwise ({'; '.join(numbers)})."
                   for assumes, numbers in off.items())


def _numbers(row: BesideRow) -> str:
    return f"{row.observed} in the log, {row.range} {row.unit}".rstrip() + " in the twin"
