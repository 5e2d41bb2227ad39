"""Stays of patients that the twin has not seen, unit by unit, beside those of the twin."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from hospital_twin.calibration import calibrate, outline
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog
from hospital_twin.layout import Layout
from hospital_twin.program import compile_program
from hospital_twin.streams import Owner, owner_key, replication_key, site, uniform

QUARTILES = (0.25, 0.5, 0.75)
LEVEL = 0.90
SAMPLES = 400
"""Samples drawn from the twin's stays for each interval."""
TWIN_STAYS = 300
"""Stays of a unit that a twin is asked for, at least (within `LONGEST_DAYS`)."""
LONGEST_DAYS = 1500
HELD_OUT_COLUMNS = {"fold": "int64", "unit": "str", "n": "int64", "quartile": "float64", "held_out": "float64",
                    "twin": "float64", "low": "float64", "high": "float64", "inside": "bool"}


def held_out_stays(log: EventLog, layout: Layout | None = None, *, folds: int = 5, least: int = 30,  # noqa: PLR0913
                   seed: int = 1, progress: Callable[[int, int], None] | None = None) -> pd.DataFrame:
    """Quartiles of the stays of patients left out, beside those of a twin calibrated on the others.

    Patients are dealt into `folds` by lot. For each fold the twin is calibrated without its patients (on the outline of
    their log where no `layout` is given), simulated, and its stays in each unit are sampled, as many as are held out:
    low and high hold the middle 90 % of the quartiles of such samples, so that a unit with few stays has a wide range.
    Each sample is stretched by what a twin fitted on another sample of the same size would have differed by. Stays are
    in hours. Units are those with at least `least` ended stays in the whole log.
    Returns one row per fold, unit and quartile with the columns of `HELD_OUT_COLUMNS`.
    """
    stays = _stays(log)
    counts = stays.groupby("unit").size()
    units = [unit for unit in log.units if counts.get(unit, 0) >= least]
    patients = np.unique(log.stays["patient"])
    if len(patients) < folds:
        raise BadInput("held-out stays, log", f"it has {len(patients)} patients",
                       f"at least {folds}, one for each fold")
    fold_of = _dealt(patients, folds, seed)
    rows = []
    for fold in range(folds):
        out = set(patients[fold_of == fold].tolist())
        seen = replace(log, stays=log.stays[~log.stays["patient"].isin(out)].reset_index(drop=True))
        twin = _twin_stays(seen, layout, units, seed + fold)
        for unit in units:
            mine = stays.loc[stays["patient"].isin(out) & stays["unit"].eq(unit), "hours"].to_numpy()
            if len(mine) and len(twin.get(unit, ())):
                fitted_on = int(counts[unit]) - len(mine)
                rows += [(fold, unit, len(mine), *row)
                         for row in _beside(mine, twin[unit], fitted_on, replication_key(seed, fold), unit)]
        if progress:
            progress(fold + 1, folds)
    return pd.DataFrame(rows, columns=list(HELD_OUT_COLUMNS)).astype(HELD_OUT_COLUMNS)


def _stays(log: EventLog) -> pd.DataFrame:
    """Stays that began and ended within the log: patient, unit, hours."""
    rows = log.stays[log.stays["activity"].eq("stay") & log.stays["resource"].isin(log.units)]
    rows = rows[rows["end"].notna() & (rows["start"] >= log.start) & (rows["end"] <= log.end)]
    return pd.DataFrame({"patient": rows["patient"].to_numpy(), "unit": rows["resource"].astype(str).to_numpy(),
                         "hours": ((rows["end"] - rows["start"]) / pd.Timedelta(hours=1)).to_numpy()})


def _dealt(patients: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """The fold of each patient: an order by lot, dealt round."""
    here = site("held out", "fold")
    lots = [uniform(owner_key(replication_key(seed, 0), Owner.VISIT, abs(int(p))), here) for p in patients]
    fold = np.empty(len(patients), dtype=np.int64)
    fold[np.argsort(lots, kind="stable")] = np.arange(len(patients)) % folds
    return fold


def _twin_stays(seen: EventLog, layout: Layout | None, units: list[str], seed: int) -> dict[str, np.ndarray]:
    """Stays by unit of the twin that one part of a log gives."""
    hospital = calibrate(seen, layout or outline(seen))
    days = min(LONGEST_DAYS, 60 + _days_needed(seen, units))
    log = simulate(compile_program(hospital, days=days), seed=seed)
    stays = _stays(log)
    # A stay that begins near the end is seen only if it is short: the last stays are left out, long and short.
    rows = log.stays[log.stays["activity"].eq("stay") & log.stays["resource"].isin(log.units)]
    early = rows["start"] < log.start + 0.6 * (log.end - log.start)
    ended = rows["end"].notna() & (rows["start"] >= log.start) & (rows["end"] <= log.end)
    stays = stays[early[ended].to_numpy()]
    return {unit: group["hours"].to_numpy() for unit, group in stays.groupby("unit")}


def _days_needed(seen: EventLog, units: list[str]) -> float:
    """Days in which an arrival an hour gives the rarest of some units enough stays."""
    visits = max(1, seen.stays["visit"].nunique())
    counts = seen.stays.loc[seen.stays["activity"].eq("stay"), "resource"].value_counts()
    rarest = min((int(counts.get(unit, 0)) for unit in units), default=1)
    return TWIN_STAYS / max(rarest, 1) * visits / 24.0 / 0.6


def _beside(mine: np.ndarray, twin: np.ndarray, fitted_on: int, key: int, unit: str) -> list[tuple]:
    """(quartile, held out, twin's, low, high, inside) of one unit in one fold."""
    logs = np.log(twin)
    samples = np.exp(_samples(logs, len(mine), key, f"{unit}, held out"))
    stretch = np.exp(_samples(logs, fitted_on, key, f"{unit}, fitted on").mean(axis=1) - logs.mean())
    found = []
    for q in QUARTILES:
        low, high = np.quantile(np.quantile(samples, q, axis=1) * stretch, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
        value = float(np.quantile(mine, q))
        found.append((q, value, float(np.quantile(twin, q)), float(low), float(high), bool(low <= value <= high)))
    return found


def _samples(values: np.ndarray, size: int, key: int, name: str) -> np.ndarray:
    """Samples with replacement, shape (`SAMPLES`, size)."""
    owner, here = owner_key(key, Owner.UNIT_DAY, 0), site(name, "sample")
    draws = np.array([uniform(owner, here, k) for k in range(SAMPLES * size)]).reshape(SAMPLES, size)
    return values[(draws * len(values)).astype(np.int64)]
