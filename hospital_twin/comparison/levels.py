"""The KPIs of one scenario alone, with their intervals."""
from __future__ import annotations

import numpy as np
import pandas as pd

from hospital_twin.comparison.intervals import mean_interval
from hospital_twin.kpis import answering, kpi_drawer
from hospital_twin.runs import Runs

_WHOLE_DAY = -1
"""Stands for a missing hour while a table is turned."""


def levels(runs: Runs, confidence: float = 0.95) -> pd.DataFrame:
    """The mean over replications of each number, with its interval.

    One row per KPI, place, hour (missing for the whole window) and statistic, in the order of the KPI table: ``unit``,
    ``value``, ``low``, ``high`` (NaN with fewer than two replications that can tell), ``n`` replications, and
    ``reason`` where none can. An interval ends where the number does: what was never below 0, and a share that was
    never above all, cannot be so in the mean either, and cutting there takes nothing from what the interval promises.
    """
    key = ["kpi", "place", "hour", "statistic"]
    rows = answering(runs.kpis)
    rows = rows.assign(hour=rows["hour"].fillna(_WHOLE_DAY).astype("int64"))
    wide = rows.set_index([*key, "replication"])["value"].unstack("replication", sort=False)  # noqa: PD010
    found, drawer = mean_interval(wide.to_numpy(), confidence), kpi_drawer()
    table = wide.index.to_frame(index=False)
    table["hour"] = table["hour"].astype("Int8").mask(table["hour"] == _WHOLE_DAY)
    table["unit"] = [drawer[kpi].statistics[name].unit if kpi in drawer else ""
                     for kpi, name in zip(table["kpi"], table["statistic"], strict=True)]
    table["value"], table["low"], table["high"], table["n"] = found
    ordinary = np.nan_to_num(wide.to_numpy())
    never_below, never_above = (ordinary >= 0).all(axis=1), table["unit"].eq("%") & (ordinary <= 100).all(axis=1)
    table["low"] = table["low"].mask(never_below, table["low"].clip(lower=0))
    table["high"] = table["high"].mask(never_above, table["high"].clip(upper=100))
    reasons = rows.drop_duplicates(key).set_index(key)["reason"].reindex(wide.index)
    table["reason"] = reasons.where(found.n == 0, "").to_numpy()
    return table
