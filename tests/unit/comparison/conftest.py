"""Runs made up from numbers, so that what is compared is known."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

from hospital_twin.kpis import KPI_TABLE_COLUMNS, WHOLE_HOSPITAL
from hospital_twin.runs import EVERYBODY, Runs
from hospital_twin.runs.results import CENSUS_COLUMNS, census_table

Numbers = Mapping[tuple[str, ...], Sequence[float]]


def kpis_of(numbers: Numbers) -> pd.DataFrame:
    """A KPI table from (kpi, statistic[, place[, hour]]) → one value per replication; NaN is not computable."""
    rows = []
    for replication in range(max(map(len, numbers.values()))):
        for (kpi, statistic, *where), values in numbers.items():
            place, hour = [*where, WHOLE_HOSPITAL, None][:2] if len(where) < 2 else where
            value = values[replication]
            reason = "not computable: no cases in this log" if np.isnan(value) else ""
            rows.append((replication, kpi, place, hour, statistic, value, 100, reason))
    table = pd.DataFrame(rows, columns=["replication", *KPI_TABLE_COLUMNS])
    return table.astype({"replication": "int32", **KPI_TABLE_COLUMNS})


def census_of(hourly: np.ndarray) -> pd.DataFrame:
    """A census of everybody from an array (replications, hours)."""
    tables = [census_table({EVERYBODY: row}).assign(replication=np.int32(n)) for n, row in enumerate(hourly)]
    return pd.concat(tables)[["replication", *CENSUS_COLUMNS]]


@pytest.fixture(scope="session")
def made() -> Callable[..., Runs]:
    def runs(numbers: Numbers | None = None, *, hourly: np.ndarray | None = None, **about: object) -> Runs:
        numbers = numbers or {("occupancy", "share"): [80.0] * (2 if hourly is None else len(hourly))}
        size = max(map(len, numbers.values()))
        census = census_of(np.zeros((size, 1)) if hourly is None else hourly)
        fixed = {"scenario": "baseline", "hospital": "General", "days": 60.0, "warm_up_days": 10.0, "seed": 1,
                 "starts": "2025-01-06", "provenance": {"hospital_sha256": "a", "version": "1"}}
        fixed |= about
        return Runs(says=about.pop("says", fixed["scenario"]), replications=tuple(range(size)), kpis=kpis_of(numbers),
                    census=census, **{key: value for key, value in fixed.items() if key != "says"})
    return runs
