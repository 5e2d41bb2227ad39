"""KPI tables turned: one row per number, one column per replication."""
from __future__ import annotations

import pandas as pd

from hospital_twin.kpis import answering

KEY = ["kpi", "place", "hour", "statistic"]
_WHOLE_DAY = -1
"""Stands for a missing hour while it is part of a key."""


def keyed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with an hour that can be compared, also where it is missing."""
    return rows.assign(hour=rows["hour"].fillna(_WHOLE_DAY).astype("int64"))


def turned(kpis: pd.DataFrame) -> pd.DataFrame:
    """The numbers of `Runs.kpis` that answer questions, in their order: index of `KEY`, a column per replication."""
    rows = keyed(answering(kpis))
    return rows.set_index([*KEY, "replication"])["value"].unstack("replication", sort=False)  # noqa: PD010


def keys_of(index: pd.MultiIndex) -> pd.DataFrame:
    """The keys of a turned table as columns, ``hour`` missing again for the whole window."""
    frame = index.to_frame(index=False)
    frame["hour"] = frame["hour"].astype("Int8").mask(frame["hour"] == _WHOLE_DAY)
    return frame
