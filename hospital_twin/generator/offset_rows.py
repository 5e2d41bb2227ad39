"""An event log as offset rows: stays whose times are minutes since the visit's arrival."""
from __future__ import annotations

import pandas as pd

from hospital_twin.eventlog import EventLog
from hospital_twin.generator.rows import OUTCOME, classes_of


def offset_table(stays: pd.DataFrame, log: EventLog) -> pd.DataFrame:
    """Stay rows with the arrival as a time, and the stay's beginning and end as minutes after it.

    stays: from `stay_rows`, its times on the clock of UTC, so that a minute is one also where the clock is changed.
    """
    arrived = stays.groupby("number")["start"].transform("min")
    return pd.DataFrame({
        "Visit": stays["number"].astype(str), "Patient": stays["person"].astype(str),
        **classes_of(stays, log.attributes), "Ward": stays["resource"].astype(str),
        OUTCOME: stays["outcome"].astype(str), "Arrived": arrived.dt.tz_localize("UTC").dt.tz_convert(log.time_zone),
        "In offset (min)": _minutes(stays["start"] - arrived), "Out offset (min)": _minutes(stays["end"] - arrived)})


def _minutes(spans: pd.Series) -> pd.Series:
    """Whole minutes, empty where the end is missing."""
    return (spans // pd.Timedelta(minutes=1)).astype("Int64").astype("string").fillna("").astype(str)
