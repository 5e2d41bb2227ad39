"""Values of the domain → rows of the store, and back."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import yaml

from hospital_twin.comparison import Comparison
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import Series
from hospital_twin.hospital import Hospital
from hospital_twin.kpis import KPI_TABLE_COLUMNS
from hospital_twin.layout import as_yaml
from hospital_twin.levers import scenario_from
from hospital_twin.runs import Experiment, Result
from hospital_twin.runs.results import census_table
from hospital_twin.store.study import Listed, Study
from hospital_twin.store.tables import packed, unpacked

WHOLE_WINDOW = -1
"""The hour of a KPI that is of no hour."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TICK = "datetime64[us]"


def study_row(study: Study) -> dict[str, Any]:
    """The columns of the study that its id stands for, and those that are shown with it."""
    one = study.baseline
    layout, log = one.hospital.layout, one.hospital.fitted_on
    return {"hospital": layout.name, "hospital_yaml": as_yaml(one.hospital), "time_zone": layout.time_zone,
            "layout_sha256": hashlib.sha256(as_yaml(layout).encode()).hexdigest(),
            "log_name": log.name if log else None, "log_sha256": log.sha256 if log else None,
            "log_start": log.start if log else None, "log_end": log.end if log else None,
            "starts": one.first_day().isoformat(), "days": float(one.days), "warm_up_days": float(one.warm_up_days),
            "seed": str(one.seed), "engine": one.engine, "version": study.version, "code_sha256": study.code}


def words_row(study: Study) -> dict[str, Any]:
    """The columns that may be said anew without making another study of it."""
    return {"question": study.question, "command": study.command, "synthetic": study.synthetic}


def study_of(row: Any, scenarios: Iterable[str], faults: Iterable[str], observed: Series | None) -> Study:
    """The study of a row."""
    hospital = Hospital.model_validate(yaml.load(row.hospital_yaml, Loader=_LOADER))  # noqa: S506 - it is a safe one
    experiments = tuple(
        Experiment(hospital, scenario_from(yaml.load(text, Loader=_LOADER), "scenario"),  # noqa: S506 - it is a safe one
                   row.days, row.warm_up_days, int(row.seed), date.fromisoformat(row.starts), row.engine)
        for text in scenarios)
    return Study(row.question, experiments, row.command, row.synthetic, tuple(faults), observed, row.version,
                 row.code_sha256)


@contextmanager
def whole(what: str, where: str) -> Iterator[None]:
    """What is read inside was written by this program: whatever cannot be read there is damage, and said so."""
    try:
        yield
    except BadInput as wrong:
        if wrong.where == where:
            raise
        # A refusal of a layout or a scenario: true, but its reader asked for neither.
        raise BadInput(where, f"a stored {what} is damaged ({wrong.where}: {wrong.problem})",
                       "a copy of the store from a backup, or a new one") from wrong
    except (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError) as wrong:
        raise BadInput(where, f"a stored {what} is damaged", "a copy of the store from a backup, or a new file name: "
                       "the runs are then made again") from wrong


def listed(*values: Any) -> Listed:
    """A line of the list of studies, the last value of it still JSON. Raises `ValueError` for a time that is none."""
    study = Listed(*values[:-1], None if values[-1] is None else int(json.loads(values[-1])))
    for moment in (study.begun, study.finished):
        if moment is not None:
            datetime.fromisoformat(moment)
    return study


def quantity_keys(kpis: pd.DataFrame) -> list[tuple[str, str, int, str]]:
    """(kpi, place, hour, statistic) of each row of a KPI table."""
    hours = kpis["hour"].fillna(WHOLE_WINDOW).astype(int)
    return list(zip(kpis["kpi"], kpis["place"], hours.tolist(), kpis["statistic"], strict=True))


def kpi_rows(item: int, kpis: pd.DataFrame, quantities: Mapping[tuple, int]) -> list[dict[str, Any]]:
    """The rows of one replication's KPIs, in the order of its table."""
    values = kpis["value"].astype(object).where(kpis["value"].notna(), None)
    keys = quantity_keys(kpis)
    return [{"item": item, "position": i, "quantity": quantities[key], "value": value, "n": n, "reason": reason}
            for i, (key, value, n, reason) in enumerate(zip(keys, values, kpis["n"].tolist(), kpis["reason"],
                                                            strict=True))]


def census_rows(item: int, census: pd.DataFrame) -> list[dict[str, Any]]:
    """One row a place: its hourly values, packed, in the order of its hours."""
    by_place = census.groupby("place", sort=False, observed=True)["value"]
    return [{"item": item, "position": i, "place": str(place), "hourly": packed(values.to_numpy())}
            for i, (place, values) in enumerate(by_place)]


def results_of(kpi_table: pd.DataFrame, census: Iterable[tuple[int, str, bytes]], where: str) -> dict[int, Result]:
    """Item's number → its result. kpi_table: ``item`` and the columns of a KPI table, in order."""
    places: dict[int, dict[str, np.ndarray]] = {}
    for item, place, data in census:
        places.setdefault(item, {})[place] = unpacked(data, where)
    kpi_table["hour"] = kpi_table["hour"].astype("Int8").mask(kpi_table["hour"] == WHOLE_WINDOW)
    typed = kpi_table.astype(KPI_TABLE_COLUMNS)
    tables = dict(iter(typed.groupby("item", sort=False)))
    return {item: Result(tables[item][list(KPI_TABLE_COLUMNS)].reset_index(drop=True), census_table(by_place))
            for item, by_place in places.items()}


def about_comparison(comparison: Comparison) -> dict[str, Any]:
    """All of a comparison but its table, as plain values."""
    about = {field.name: getattr(comparison, field.name) for field in fields(comparison) if field.name != "table"}
    return {**about, "says": dict(comparison.says)}


def comparison_of(table: pd.DataFrame, about: Mapping[str, Any]) -> Comparison:
    """The comparison that was taken apart into its table and the rest."""
    return Comparison(table=table, **{**about, "cautions": tuple(about["cautions"])})


def series_rows(study: str, series: Series) -> list[dict[str, Any]]:
    """One row a quantity and place: its times and values, packed."""
    groups = series.table.groupby(["quantity", "place"], observed=True)
    return [{"study": study, "quantity": str(quantity), "place": str(place),
             "from_": packed(_ticks(rows["from"])), "to": packed(_ticks(rows["to"])),
             "value": packed(rows["value"].to_numpy())} for (quantity, place), rows in groups]


def series_of(rows: Iterable[Any], time_zone: str, where: str) -> Series | None:
    """The series that `series_rows` took apart; None without rows."""
    parts = [pd.DataFrame({"place": row.place, "quantity": row.quantity, "from": _times(unpacked(row.from_, where)),
                           "to": _times(unpacked(row.to, where)), "value": unpacked(row.value, where)})
             for row in rows]
    return Series.of(pd.concat(parts, ignore_index=True), time_zone=time_zone) if parts else None


def _ticks(times: pd.Series) -> np.ndarray:
    """Microseconds since 1970; below 2**53, so that a float holds each exactly."""
    return times.dt.tz_convert(None).to_numpy().astype(_TICK).astype(np.int64).astype(float)


def _times(ticks: np.ndarray) -> pd.Series:
    return pd.Series(ticks.astype(np.int64).astype(_TICK)).dt.tz_localize("UTC")
