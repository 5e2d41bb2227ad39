"""The twin beside the log: is what was recorded within what the twin finds possible?"""
from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from hospital_twin.eventlog import WHOLE_HOSPITAL
from hospital_twin.kpis import kpi_drawer
from hospital_twin.reports.wording import figure

SAME_LOG = ("The twin was calibrated on this log. That the two agree shows that it describes the hospital, not that it "
            "foretells what has not been seen.")


class BesideRow(NamedTuple):
    """One KPI of the log and of the twin.

    range: where the log's number lies 95 times in 100 if the twin is right. word: inside, outside, or not in both.
    position: where the log lies, −1 at low and +1 at high; None where it cannot be said.
    """

    title: str
    unit: str
    observed: str
    twin: str
    range: str
    inside: bool
    word: str
    position: float | None


def beside_rows(table: pd.DataFrame) -> list[BesideRow]:
    """The rows of `validation.beside` that have room on a page: the headline of each KPI that both can tell."""
    kpis, rows = kpi_drawer(), []
    whole = table[table["hour"].isna()] if "hour" in table else table
    for line in whole.itertuples(index=False):
        kpi = kpis.get(line.kpi)
        if kpi is None or line.place != WHOLE_HOSPITAL or line.statistic != kpi.headline:
            continue
        known = all(math.isfinite(value) for value in (line.observed, line.low, line.high))
        inside = bool(known and line.low <= line.observed <= line.high)
        rows.append(BesideRow(kpi.title, kpi.unit, figure(line.observed, kpi.decimals), figure(line.twin, kpi.decimals),
                              f"{figure(line.low, kpi.decimals)} to {figure(line.high, kpi.decimals)}" if known else "",
                              inside, ("inside" if inside else "outside") if known else "not in both",
                              _position(line.observed, line.low, line.high) if known else None))
    return rows


def _position(value: float, low: float, high: float) -> float:
    if high > low:
        return (2 * value - low - high) / (high - low)
    return 0.0 if value == low else math.copysign(2.0, value - low)


def beside_sentence(rows: Sequence[BesideRow]) -> str:
    """How many of the log's numbers the twin finds possible, and which ones it does not."""
    known = [row for row in rows if row.position is not None]
    if not known:
        return "The log has no number that the twin has too."
    off = [f"{row.title} ({row.observed} in the log, {row.range} {row.unit} in the twin)" for row in known
           if not row.inside]
    inside = len(known) - len(off)
    first = f"{inside} of {len(known)} numbers of the log lie within the twin's 95 % range for a log of that length"
    return f"{first}; outside: {'; '.join(off)}." if off else f"{first}."
