"""An event log as what many hospitals publish: counts by the hour, without a single visit."""
from __future__ import annotations

import pandas as pd

from hospital_twin.eventlog import EventLog, hourly


def count_table(log: EventLog) -> pd.DataFrame:
    """One row per hour of the wall clock: how many visits arrived in it."""
    rows = _of_hours(log, "arrivals")
    return pd.DataFrame({"Time": rows["from"], "Arrivals": _whole(rows)})


def census_table(log: EventLog) -> pd.DataFrame:
    """One row per hour of the wall clock and unit: how many patients have a place there on the hour."""
    rows = _of_hours(log, "census_on_the_hour").sort_values(["from", "place"], kind="stable")
    return pd.DataFrame({"Time": rows["from"], "Unit": rows["place"].astype(str), "Census": _whole(rows)})


def _of_hours(log: EventLog, quantity: str) -> pd.DataFrame:
    rows = hourly(log, [quantity]).table
    return rows.assign(**{"from": rows["from"].dt.tz_convert(log.time_zone)})


def _whole(rows: pd.DataFrame) -> pd.Series:
    return rows["value"].astype("int64")
