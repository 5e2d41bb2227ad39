"""Logs written as text in a test, and read at once."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hospital_twin.eventlog import EventLog
from hospital_twin.importers import LogMapping, QualityReport, pseudonyms_of, read_log

Read = Callable[..., tuple[EventLog, QualityReport]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def written(text: str | bytes, name: str = "log.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else dedent(text).lstrip("\n").encode())
        return path
    return written


@pytest.fixture
def read(write: Callable[..., Path]) -> Read:
    def log_of(text: str | bytes, *, mapping: dict[str, Any] | None = None, name: str = "log.csv",
               **options: Any) -> tuple[EventLog, QualityReport]:
        return read_log(write(text, name), mapping=LogMapping(**mapping) if mapping else None,
                        **{"time_zone": "UTC"} | options)
    return log_of


SMALL = np.arange(3_000)


@cache
def _small(of: str) -> dict[int, int]:
    """Pseudonym → number, of small numbers: whoever has the key can try them all, and this process has it."""
    return dict(zip(pseudonyms_of(None).numbers(SMALL.astype(str).astype(object), of).tolist(), SMALL.tolist(),
                    strict=True))


def as_written(log: EventLog) -> pd.DataFrame:
    """The stays of a log with its small numbers of visits and patients in place of their pseudonyms."""
    visits, both = _small("visit"), _small("visit") | _small("patient")
    return log.stays.assign(visit=log.stays["visit"].map(lambda n: visits.get(n, n)),
                            patient=log.stays["patient"].map(lambda n: both.get(n, n)))


def pseudonymised(log: EventLog) -> EventLog:
    """A log as this process would read it back from a file."""
    ids = {of: pseudonyms_of(None).numbers(log.stays[of].astype(str).to_numpy(dtype=object), of)
           for of in ("visit", "patient")}
    return replace(log, stays=log.stays.assign(**ids))


def rows(log: EventLog, *columns: str) -> list[tuple]:
    """The rows of a log by visit and time, times as minutes of their day (``3 10:05``)."""
    stays = as_written(log).sort_values(["visit", "start", "end"], kind="stable")
    columns = columns or ("activity", "unit", "joined", "start", "end", "end_reason")
    return [tuple(_shown(value) for value in row) for row in stays[list(columns)].itertuples(index=False)]


def _shown(value: Any) -> Any:
    if value is pd.NaT or isinstance(value, pd.Timestamp):
        return "" if value is pd.NaT else f"{value.day} {value:%H:%M}"
    return value


def faults(report: QualityReport, action: str | None = None) -> list[tuple]:
    """Line, column, reason of each fault."""
    found = report.faults if action is None else report.faults[report.faults["action"].eq(action)]
    return list(found[["line", "column", "reason"]].itertuples(index=False, name=None))
