"""Stays of patients that the twin has not seen, unit by unit, beside those of the twin."""
from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from hospital_twin.calibration import calibrate, outline
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog, FollowUp
from hospital_twin.layout import Layout
from hospital_twin.program import compile_program
from hospital_twin.streams import Owner, owner_key, replication_key, site, uniform

QUARTILES = (0.25, 0.5, 0.75)
LEVEL = 0.90
SAMPLES = 400
"""Samples drawn from the twin's stays for each interval."""
_EDGE = round((0.5 - LEVEL / 2) * SAMPLES)
"""How many of the samples' quartiles lie outside of the range, at each end."""
TWIN_STAYS = 300
"""Ended stays of each unit that a twin is asked for, at least (within `LONGEST_DAYS`)."""
FEWEST_DAYS = 60
LONGEST_DAYS = 1500
SHORTEST = 1 / 3600
"""Hours that a stay counts with at least: a stay of no time has no logarithm."""
HELD_OUT_COLUMNS = {"fold": "int64", "unit": "str", "n": "int64", "quartile": "float64", "held_out": "float64",
                    "twin": "float64", "low": "float64", "high": "float64", "inside": "bool"}


def held_out_stays(log: EventLog, layout: Layout | None = None, *, folds: int = 5, least: int = 30,  # noqa: PLR0913
                   seed: int = 1, progress: Callable[[int, int], None] | None = None) -> pd.DataFrame:
    """Quartiles of the stays of patients left out, beside those of a twin calibrated on the others.

    Patients are dealt into `folds` by lot. For each fold the twin is calibrated without its patients (on the outline of
    their log where no `layout` is given), simulated, and its stays in each unit are sampled, as many as are held out:
    low and high hold the middle 90 % of the quartiles of such samples, so that a unit with few stays has a wide range.
    Each sample is stretched by what a twin fitted on another sample of the same size would have differed by. Stays are
    in hours. Units are those with at least `least` ended stays in the whole log. A stay that the end of the log cuts
    off counts as longer than it had lasted (Kaplan-Meier), and so do those of a sample, which are cut off after the
    same times; infinite is a quartile that lies beyond what such a record can tell.
    Returns one row per fold, unit and quartile with the columns of `HELD_OUT_COLUMNS`; where the twin has no stay in a
    unit, its numbers are NaN and none is inside.
    """
    log = log.renumbered()
    stays = _stays(log)
    counts = stays[stays["ended"]].groupby("unit").size()
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
            mine = stays[stays["patient"].isin(out) & stays["unit"].eq(unit)]
            if len(mine):
                fitted_on = int(counts[unit] - mine["ended"].sum())
                rows += [(fold, unit, len(mine), *row)
                         for row in _beside(mine, twin.get(unit), fitted_on, replication_key(seed, fold), unit)]
        if progress:
            progress(fold + 1, folds)
    return pd.DataFrame(rows, columns=list(HELD_OUT_COLUMNS)).astype(HELD_OUT_COLUMNS)


def _stays(log: EventLog) -> pd.DataFrame:
    """Stays that began within the log: patient, unit; hours, so far where not ended; and for how many hours each could
    have been seen.

    Where dates cannot be compared nobody knows how long an open stay was watched: those are left out, and the others
    could have been seen for ever.
    """
    rows = log.stays[log.stays["activity"].eq("stay") & log.stays["resource"].isin(log.units)]
    rows = rows[(rows["start"] >= log.start) & (rows["start"] < log.end)]
    ended, hour = rows["end"].notna() & (rows["end"] <= log.end), pd.Timedelta(hours=1)
    seen_for = ((log.end - rows["start"]) / hour).to_numpy()
    hours = ((rows["end"].where(ended, log.end) - rows["start"]) / hour).to_numpy()
    comparable = log.provenance.dates_comparable
    table = pd.DataFrame({
        "patient": rows["patient"].to_numpy(), "unit": rows["resource"].astype(str).to_numpy(),
        "hours": np.maximum(hours, SHORTEST), "ended": ended.to_numpy(),
        "seen_for": np.maximum(seen_for, SHORTEST) if comparable else np.inf})
    return table if comparable else table[table["ended"]]


def _dealt(patients: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """The fold of each patient: an order by lot, dealt round."""
    here = site("held out", "fold")
    lots = [uniform(owner_key(replication_key(seed, 0), Owner.VISIT, abs(int(p))), here) for p in patients]
    fold = np.empty(len(patients), dtype=np.int64)
    fold[np.argsort(lots, kind="stable")] = np.arange(len(patients)) % folds
    return fold


def _twin_stays(seen: EventLog, layout: Layout | None, units: list[str], seed: int) -> dict[str, FollowUp]:
    """Stays by unit, in hours, of the twin that one part of a log gives.

    It is simulated again for longer until each unit has `TWIN_STAYS` that ended, and nine in ten stays are seen to end.
    """
    hospital, days = calibrate(seen, layout or outline(seen)), float(FEWEST_DAYS)
    while True:
        stays = _stays(simulate(compile_program(hospital, days=days), seed=seed))
        found = {unit: FollowUp(group["hours"].to_numpy(), group["ended"].to_numpy())
                 for unit, group in stays.groupby("unit")}
        rarest = min((found[unit].number() if unit in found else 0 for unit in units), default=TWIN_STAYS)
        told = all(np.isfinite(found[unit].quantile(0.9)) for unit in units if unit in found)
        if days >= LONGEST_DAYS or (rarest >= TWIN_STAYS and told):
            return {unit: of_unit for unit, of_unit in found.items() if of_unit.number()}
        days = min(LONGEST_DAYS, math.ceil(days * max(2.0, 1.25 * TWIN_STAYS / max(rarest, 1))))


def _beside(mine: pd.DataFrame, twin: FollowUp | None, fitted_on: int, key: int, unit: str) -> list[tuple]:
    """(quartile, held out, twin's, low, high, inside) of one unit in one fold."""
    held = FollowUp(mine["hours"].to_numpy(), mine["ended"].to_numpy())
    if twin is None:
        return [(q, _quartile(held, q), np.nan, np.nan, np.nan, False) for q in QUARTILES]
    logs = np.log(_samples(twin, fitted_on, key, f"{unit}, fitted on"))
    stretch = np.exp(logs.mean(axis=1) - logs.mean())
    seen_for = mine["seen_for"].to_numpy()
    samples = [FollowUp(np.minimum(hours, seen_for), hours <= seen_for) for hours in
               _samples(twin, len(mine), key, f"{unit}, held out") * stretch[:, None]]
    found = []
    for q in QUARTILES:
        low, high = np.sort([_quartile(sample, q) for sample in samples])[[_EDGE, SAMPLES - 1 - _EDGE]]
        value = _quartile(held, q)
        found.append((q, value, _quartile(twin, q), float(low), float(high), bool(low <= value <= high)))
    return found


def _quartile(stays: FollowUp, q: float) -> float:
    """A quartile in hours; infinite where more of the stays than that lasted longer than the record tells."""
    found = stays.quantile(q)
    return np.inf if np.isnan(found) else found


def _samples(stays: FollowUp, size: int, key: int, name: str) -> np.ndarray:
    """Samples of whole stays with replacement, shape (`SAMPLES`, size): each as often as it stands for others.

    What lasted longer than the record tells counts as long as the longest that was seen.
    """
    owner, here = owner_key(key, Owner.UNIT_DAY, 0), site(name, "sample")
    draws = np.array([uniform(owner, here, k) for k in range(SAMPLES * size)]).reshape(SAMPLES, size)
    order = np.argsort(stays.duration[stays.ended], kind="stable")
    values = np.append(stays.duration[stays.ended][order], stays.duration.max())
    reached = np.cumsum(stays.weights[stays.ended][order]) / len(stays.duration)
    return values[np.searchsorted(reached, draws, side="right")]
