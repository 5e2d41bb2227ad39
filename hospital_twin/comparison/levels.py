"""The KPIs of one scenario alone, with their intervals."""
from __future__ import annotations

import numpy as np
import pandas as pd

from hospital_twin.comparison.intervals import Interval, bounded, mean_interval
from hospital_twin.comparison.turned import KEY, keyed, keys_of, turned
from hospital_twin.comparison.verdicts import alike
from hospital_twin.kpis import kpi_drawer
from hospital_twin.runs import Runs


def levels(runs: Runs, confidence: float = 0.95) -> pd.DataFrame:
    """The mean over replications of each number, with its interval.

    One row per KPI, place, hour (missing for the whole window) and statistic, in the order of the KPI table: ``unit``,
    ``value``, ``low``, ``high`` (NaN with fewer than two replications that can tell, and where all say the same),
    ``n`` replications, and ``reason`` where none can. The ends are `possible` ones.
    """
    wide = turned(runs.kpis)
    found, drawer, table = mean_interval(wide.to_numpy(), confidence), kpi_drawer(), keys_of(wide.index)
    table["unit"] = [drawer[kpi].statistics[name].unit if kpi in drawer else ""
                     for kpi, name in zip(table["kpi"], table["statistic"], strict=True)]
    table["value"], table["n"] = found.mean, found.n
    table["low"], table["high"] = possible(found, wide.to_numpy(), table["unit"])
    reasons = keyed(runs.kpis).drop_duplicates(KEY).set_index(KEY)["reason"].reindex(wide.index)
    table["reason"] = reasons.where(found.n == 0, "").to_numpy()
    return table


def possible(side: Interval, values: np.ndarray, unit: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the intervals of means, within what can be; NaN where all values are equal.

    An interval ends where the number does: what was never below 0, and a share that was never above all, cannot be so
    in the mean either, and cutting there takes nothing from what the interval promises. Of equal values none follows:
    that nobody was refused in two replications does not say that nobody ever is.
    """
    low, high = bounded(side, values, unit.eq("%").to_numpy())
    none = alike(side)
    return np.where(none, np.nan, low), np.where(none, np.nan, high)
