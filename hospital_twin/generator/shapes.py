"""The shapes in which a log can be written down."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from hospital_twin.eventlog import EventLog
from hospital_twin.generator.count_rows import census_table, count_table
from hospital_twin.generator.event_rows import event_table
from hospital_twin.generator.offset_rows import offset_table
from hospital_twin.generator.rows import INTERVAL_COLUMNS, STAY_COLUMNS, interval_rows, stay_rows, table_of


class Shape(NamedTuple):
    """A shape of log.

    title: in words. rows: the intervals of a log, which can be recorded wrongly; None where single intervals are not
    in it. table: those rows (None without them), and the log, as an export has them: texts, whole numbers, and times,
    with a zone or on the log's own clock.
    """

    title: str
    rows: Callable[[EventLog], pd.DataFrame] | None
    table: Callable[[pd.DataFrame | None, EventLog], pd.DataFrame]


def _stays_in_utc(log: EventLog) -> pd.DataFrame:
    return stay_rows(log, clock="UTC")


SHAPES: Mapping[str, Shape] = MappingProxyType({
    "intervals": Shape("a row for everything that took time", interval_rows,
                       lambda rows, log: table_of(rows, INTERVAL_COLUMNS, log.attributes)),
    "stays": Shape("a row for each stay in a unit", stay_rows,
                   lambda rows, log: table_of(rows, STAY_COLUMNS, log.attributes)),
    "events": Shape("a row for each moment at which a visit came, entered a unit or left", _stays_in_utc, event_table),
    "offsets": Shape("a row for each stay, with minutes since the arrival", _stays_in_utc, offset_table),
    "counts": Shape("a row for each hour, with who arrived in it", None, lambda _, log: count_table(log)),
    "census": Shape("a row for each hour and unit, with who is there on the hour", None,
                    lambda _, log: census_table(log)),
})
"""Shape → how a log is written in it."""
