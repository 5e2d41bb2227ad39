"""The log beside the twin: is each recorded number one that the twin finds possible?"""
from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import WHOLE_HOSPITAL, EventLog
from hospital_twin.kpis import Kpi, KpiTable, compute_kpis, kpi_drawer
from hospital_twin.runs import Runs
from hospital_twin.validation.student import prediction_factor

LEVEL = 0.95
"""How often the range holds the number of a log that the twin itself would write."""
DAY = pd.Timedelta(days=1)
CORRELATION = "of 1"
"""The unit of numbers between -1 and 1."""
BESIDE_COLUMNS = {"kpi": "str", "place": "str", "hour": "Int8", "statistic": "str", "unit": "str",
                  "observed": "float64", "twin": "float64", "low": "float64", "high": "float64",
                  "replications": "int64", "verdict": "str", "says": "str"}
ALIKE = 19
"""Equal replications from which a number beyond them is off: if the twin is right it is so once in n + 1 times."""
INSIDE, OFF, WIDE, UNKNOWN = "inside", "off", "too wide to tell", "not computable"


def beside(log: EventLog, runs: Runs, *, warm_up: pd.Timedelta = pd.Timedelta(0)) -> pd.DataFrame:
    """Every KPI of a log beside the twin's mean, and the central 95 % range for a log of the same length.

    The range is where the number of one more log would lie (a prediction interval), had the twin written it over as
    many days as this one measures. warm_up: first part of the log that is not measured. Returns one row per number
    with the columns of `BESIDE_COLUMNS`: verdict is ``inside``, ``off``, ``not computable``, or ``too wide to tell``
    where a range holds the log's number, but would do so with almost any: it reaches from nothing to more than twice
    the twin's mean, or from one end of a correlation to the other. says is the same in a sentence.
    Raises `BadInput` for runs of fewer than two replications.
    """
    if len(runs.replications) < 2:
        raise BadInput(f"runs of {runs.scenario}", f"they have {len(runs.replications)} replication",
                       "at least two, so that they show how much a number varies by chance")
    return beside_numbers(compute_kpis(log, warm_up=warm_up), runs, days=(log.end - log.start - warm_up) / DAY)


def beside_numbers(observed: KpiTable, runs: Runs, *, days: float) -> pd.DataFrame:
    """The same for the KPIs of a log that are known already. days: how many they were measured over."""
    keys = ["kpi", "place", "hour", "statistic"]
    twin = {key: group.tolist() for key, group in
            runs.kpis.assign(hour=runs.kpis["hour"].astype(object).where(runs.kpis["hour"].notna(), None))
            .groupby(keys, dropna=False, sort=False)["value"]}
    twin = {tuple(None if pd.isna(part) else part for part in key): values for key, values in twin.items()}
    periods = days / (runs.days - runs.warm_up_days)
    factors = {n: prediction_factor(n, LEVEL, periods) for n in range(2, len(runs.replications) + 1)}
    kpis = kpi_drawer()
    rows = []
    for line in observed.table.itertuples(index=False):
        hour = None if pd.isna(line.hour) else int(line.hour)
        values = [v for v in twin.get((line.kpi, line.place, hour, line.statistic), []) if np.isfinite(v)]
        rows.append(_row(kpis[line.kpi], line, hour, values, factors))
    return pd.DataFrame(rows, columns=list(BESIDE_COLUMNS)).astype(BESIDE_COLUMNS)


def _row(kpi: Kpi, line: Any, hour: int | None, values: list[float], factors: dict[int, float]) -> tuple:
    statistic = kpi.statistics[line.statistic]
    about = (kpi.id, line.place, hour, line.statistic, statistic.unit, line.value)
    if not np.isfinite(line.value) or len(values) < 2:
        why = line.reason if not np.isfinite(line.value) else "not computable: the twin has no such number"
        return (*about, np.nan, np.nan, np.nan, len(values), UNKNOWN, f"{_what(kpi, line, hour)}: {why}")
    low, high, wide = _range(values, statistic.unit, factors)
    mean, inside = float(np.mean(values)), low <= line.value <= high
    alike = not inside and np.ptp(values) == 0 and len(values) < ALIKE
    verdict = WIDE if alike or (inside and wide) else INSIDE if inside else OFF
    how = "unlike the twin's replications, which are all alike and too few to tell" if alike else {
        INSIDE: "within the twin's range", WIDE: "within the twin's range, which is too wide to tell anything",
        OFF: f"{'higher' if line.value > high else 'lower'} than the twin finds possible"}[verdict]
    digits = statistic.decimals
    says = (f"{_what(kpi, line, hour)}: {line.value:.{digits}f} {statistic.unit} recorded, {how} "
            f"({low:.{digits}f} to {high:.{digits}f}, mean {mean:.{digits}f})")
    return (*about, mean, low, high, len(values), verdict, says)


def _what(kpi: Kpi, line: Any, hour: int | None) -> str:
    place = "" if line.place == WHOLE_HOSPITAL else f", {line.place}"
    at = "" if hour is None else f", {hour:02d}:00-{hour + 1:02d}:00"
    return f"{kpi.statistics[line.statistic].words}{place}{at}"


def _range(values: list[float], unit: str, factors: dict[int, float]) -> tuple[float, float, bool]:
    """The central range of one more log, never below nothing, and no share above all; whether it tells nothing."""
    mean, half = float(np.mean(values)), factors[len(values)] * float(np.std(values, ddof=1))
    low, high = mean - half, mean + half
    # Sums of floats: a number that never varies must not be off by its last digit.
    slack = 1e-9 * max(abs(low), abs(high))
    bottom, top, much = -np.inf, np.inf, np.inf
    if unit == CORRELATION:
        bottom, top, much = -1.0, 1.0, 1.0
    elif min(values) >= 0.0:
        bottom, top, much = 0.0, 100.0 if unit == "%" and max(values) <= 100.0 else np.inf, mean
    return max(low - slack, bottom), min(high + slack, top), half > much

