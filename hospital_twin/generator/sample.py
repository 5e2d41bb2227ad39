"""A sample log from a known hospital, with the truth and the true KPIs beside it."""
from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog
from hospital_twin.files import replacing
from hospital_twin.generator.file_formats import format_for
from hospital_twin.generator.recording import FAULT_KINDS, misrecord
from hospital_twin.generator.shapes import SHAPES
from hospital_twin.generator.surprises import REALISTIC, Surprises
from hospital_twin.generator.truth import Departure, Truth, true_hospital
from hospital_twin.hospital import Hospital
from hospital_twin.kpis import compute_kpis
from hospital_twin.layout import Layout
from hospital_twin.program import compile_program
from hospital_twin.program.calendar import LONGEST_DAYS

MOST_WARM_UP_DAYS = 30
_FILE_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, eq=False)
class Generated:
    """A sample log that was written.

    log_file, truth_file, kpis_file: where (the last two are not there when the log alone was wanted). log: the true
    run, before the faults of recording. faults: kind → rows.
    """

    log_file: Path
    truth_file: Path
    kpis_file: Path
    log: EventLog
    truth: Truth
    faults: dict[str, int]


def generate(hospital: Hospital | Layout, *, days: int, seed: int, folder: str | Path,  # noqa: PLR0913
             name: str = "sample", surprises: Surprises = REALISTIC, starts: date | None = None,
             filled_days: int = 60, shape: str = "intervals", file_format: str | None = None,
             log_only: bool = False) -> Generated:
    """Write the log of a known hospital as its own export would look, and the truth beside it.

    Into `folder`: the log as ``<name>.csv.gz`` (interval rows), ``<name>.csv`` (other shapes) or with another ending,
    ``<name>.truth.yaml``, ``<name>.expected_kpis.json``.
    days: how many the log covers, from local midnight of `starts` (default: the layout's).
    seed: of everything that is drawn. The same arguments write the same bytes.
    surprises: what the log contains that calibration does not assume; `CLEAN` for nothing.
    filled_days: days run before the first, so that patients of the first day meet a hospital that is not empty. Only
    visits that began within the log's days are written, as in most exports, so that its first weeks lack those who
    were in the beds already; counts by the hour have them.
    shape: one of `SHAPES`. file_format: one of `FILE_FORMATS`. log_only: leave out what lies beside the log.
    Raises `BadInput` for a number of days that makes no log, for a name that is no file's name, for a surprise that
    the hospital cannot have, and for a kind of file that cannot hold the shape.
    """
    hospital = Hospital.of(hospital) if isinstance(hospital, Layout) else hospital
    if filled_days < 0:
        raise BadInput("filled_days", f"it is {filled_days}", "zero or more")
    if not 1 <= days <= LONGEST_DAYS - filled_days:
        raise BadInput("days", f"a log of {days} days", f"a whole number from 1 to {LONGEST_DAYS - filled_days:,}")
    if not _FILE_NAME.fullmatch(name):
        raise BadInput("name", f"{name!r} is no file's name", "letters, digits, - and _")
    written_as = format_for(file_format, shape)
    starts = starts or hospital.layout.starts
    first = starts - timedelta(filled_days)
    true, departures = true_hospital(hospital, surprises, seed=seed, starts=first, days=days + filled_days)
    log = _true_log(true, first, filled_days, days, seed)
    log = log if SHAPES[shape].rows is None else _begun_within(log, days)
    recorded = _recorded(log, shape, surprises.misrecorded, seed)
    departures = (*departures, *recorded.departures)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = (folder / f"{name}{written_as.ending}", folder / f"{name}.truth.yaml",
             folder / f"{name}.expected_kpis.json")
    with replacing(files[0]) as part:
        written_as.write(recorded.table, part, f"{hospital.layout.name}: {name}")
    truth = Truth(log=files[0].name, seed=seed, starts=starts, days=days, filled_days=filled_days,
                  beyond_calibration=departures, hospital=true)
    if not log_only:
        truth.save(files[1])
        _write_kpis(log, days, files[2])
    return Generated(*files, log, truth, recorded.faults)


class _Recorded(NamedTuple):
    """What the hospital's people wrote down. faults: kind → rows."""

    table: pd.DataFrame
    faults: dict[str, int]
    departures: tuple[Departure, ...]


def _recorded(log: EventLog, name: str, share: float, seed: int) -> _Recorded:
    shape = SHAPES[name]
    if shape.rows is None:
        return _Recorded(shape.table(None, log), dict.fromkeys(FAULT_KINDS, 0), ())
    rows = shape.rows(log)
    faulty, fault = misrecord(rows, share=share, seed=seed)
    counts = {kind: int((fault == kind).sum()) for kind in FAULT_KINDS}
    departures = (_recording(share, counts, len(rows)),) if share else ()
    return _Recorded(shape.table(faulty, log), counts, departures)


def _true_log(hospital: Hospital, first: date, filled_days: int, days: int, seed: int) -> EventLog:
    """The run, with the log's days as its window."""
    program = compile_program(hospital, starts=first, days=filled_days + days)
    run = simulate(program, seed=seed)
    return replace(run, start=pd.Timestamp(first + timedelta(filled_days)).tz_localize(run.time_zone).tz_convert("UTC"))


def _begun_within(log: EventLog, days: int) -> EventLog:
    """The visits that began within the log's days: all that an export by visits has."""
    arrivals = log.stays[log.stays["activity"].eq("arrive") & (log.stays["start"] >= log.start)]
    if arrivals.empty:
        raise BadInput("days", f"nobody comes to {log.provenance.name} within {days} days", "more days")
    return replace(log, stays=log.stays[log.stays["visit"].isin(arrivals["visit"])].reset_index(drop=True))


def _recording(share: float, counts: dict[str, int], rows: int) -> Departure:
    return Departure(
        what="Some times are recorded wrongly: start or end off by whole hours, start and end swapped, the end "
             "missing, or the row entered twice.",
        where=("the log's rows",), numbers={"share_of_intervals": share, "rows_before": rows, **counts})


def _write_kpis(log: EventLog, days: int, path: Path) -> None:
    warm_up = min(MOST_WARM_UP_DAYS, days // 3)
    table = compute_kpis(log, warm_up=pd.Timedelta(days=warm_up)).table
    table = table[table["hour"].isna()].drop(columns="hour")
    rows = table.replace({np.nan: None}).to_dict("records")
    about = {"synthetic": True, "warm_up_days": warm_up, "start": _local(log.start, log), "end": _local(log.end, log)}
    lines = ",\n  ".join(json.dumps(row) for row in rows)
    with replacing(path) as part:
        part.write_text(json.dumps(about)[:-1] + f', "kpis": [\n  {lines}\n]}}\n', encoding="utf-8")


def _local(time: pd.Timestamp, log: EventLog) -> str:
    return time.tz_convert(log.time_zone).strftime("%Y-%m-%d %H:%M")
