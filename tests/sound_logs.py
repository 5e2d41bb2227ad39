"""Years of a hospital without any fault of recording, drawn at random in a moment, and faults to plant in them.

What a check may mistake for a fault is in them: spells of busy days, a season, weekends, holidays without operations,
lists that begin at 08:00, an area that opens at 09:00, discharges by day, beds that fill up in the first weeks.
"""
from __future__ import annotations

import numpy as np
import pandas as pd

from hospital_twin.eventlog import EventLog
from hospital_twin.importers import Ledger, WholeLog

FIRST, ZONE = pd.Timestamp("2023-01-01"), "Europe/London"
UNITS = {"majors": "ed", "fast_track": "ed", "medicine": "ward", "surgery": "ward", "icu": "critical_care"}
_HOUR = np.array([2, 1.5, 1, 1, 1, 1, 1.5, 2.5, 4, 5, 6, 6, 6, 5.5, 5, 5, 5.5, 5.5, 5, 5, 4.5, 4, 3.5, 3])
_WEEKDAY = np.array([1.1, 1.02, 1, 0.99, 0.98, 0.95, 0.96])
_HOLIDAYS = (1, 96, 99, 120, 148, 240, 358, 359)
_DAY = 1440.0


def sound_rows(seed: int, *, days: int = 365, a_day: float = 40.0) -> pd.DataFrame:
    """Stay rows of the visits that begin within some days: ``visit``, ``unit``, ``start``, ``end`` (on the wall clock,
    to the minute; NaT for what had not ended on the last day)."""
    rng = np.random.default_rng(seed)
    day = np.arange(days)
    weather = np.zeros(days)
    for today, z in enumerate(rng.standard_normal(days)):
        weather[today] = 0.8 * weather[today - 1] + 0.6 * z if today else z
    season = 1 + 0.06 * np.cos(2 * np.pi * day / 365.25)
    rate = a_day * _WEEKDAY[(day + FIRST.day_of_week) % 7] * season * np.exp(0.12 * weather)
    came = np.repeat(day, rng.poisson(rate))
    hour = rng.choice(24, len(came), p=_HOUR / _HOUR.sum())
    walk_in = came * _DAY + hour * 60 + rng.uniform(0, 60, len(came))
    small = rng.uniform(size=len(came)) < 0.3
    night = small & (hour < 9)
    early = np.where(night, np.minimum(walk_in + rng.exponential(180, len(came)), came * _DAY + 540), walk_in)
    in_ed = early + rng.lognormal(np.where(small, 4.5, 5.2), 0.6)
    admitted = ~small & (rng.uniform(size=len(came)) < 0.3)
    parts = [("fast_track", np.flatnonzero(small & (early == walk_in)), early, in_ed),
             ("majors", np.flatnonzero(small & (early > walk_in)), walk_in, early),
             ("fast_track", np.flatnonzero(small & (early > walk_in)), early, in_ed),
             ("majors", np.flatnonzero(~small), early, in_ed)]
    to = rng.choice(["medicine", "surgery", "icu"], len(came), p=[0.6, 0.35, 0.05])
    out = _discharged(rng, in_ed, np.where(to == "icu", 2.0, 4.0))
    parts += [(unit, np.flatnonzero(admitted & (to == unit)), in_ed, out) for unit in ("medicine", "surgery", "icu")]
    working = day[((day + FIRST.day_of_week) % 7 < 5) & ~np.isin(day % 365, _HOLIDAYS)]
    listed = np.repeat(working, 3) * _DAY + 480
    n = len(came)
    rows = [pd.DataFrame({"visit": which, "unit": unit, "start": start[which], "end": end[which]})
            for unit, which, start, end in parts]
    rows.append(pd.DataFrame({"visit": n + np.arange(len(listed)), "unit": "surgery", "start": listed,
                              "end": _discharged(rng, listed, np.full(len(listed), 3.0))}))
    table = pd.concat(rows, ignore_index=True)
    table["end"] = table["end"].where(table["end"] < days * _DAY)
    for column in ("start", "end"):
        table[column] = FIRST + pd.to_timedelta(np.floor(table[column]), unit="min")
    return table[table["start"] < FIRST + pd.Timedelta(days=days)].reset_index(drop=True)


def _discharged(rng: np.random.Generator, start: np.ndarray, mean_days: np.ndarray) -> np.ndarray:
    """Minutes at which beds are left: after some days, at an hour of the day, more rarely at weekends."""
    day = np.floor((start + rng.exponential(mean_days * _DAY)) / _DAY) + 1
    weekend = ((day + FIRST.day_of_week) % 7 >= 5) & (rng.uniform(size=len(day)) < 0.4)
    return (day + 2 * weekend) * _DAY + rng.normal(14 * 60, 150, len(day)).clip(480, 1200)


def whole_of(rows: pd.DataFrame, days: int = 365) -> WholeLog:
    """What checks look at, of stay rows as `sound_rows` gives them; a column ``patient`` may be there."""
    utc = rows.assign(**{column: rows[column].dt.tz_localize(ZONE, ambiguous=np.ones(len(rows), bool),
                                                             nonexistent="shift_forward").dt.tz_convert("UTC")
                         for column in ("start", "end")})
    first, last = utc.groupby("visit")["start"].min(), utc.groupby("visit")["end"].max()
    last = last.drop(utc.loc[utc["end"].isna(), "visit"].unique())
    moments = [pd.DataFrame({"visit": time.index, "start": time, "end": time, "activity": activity, "unit": ""})
               for activity, time in (("arrive", first), ("leave", last))]
    stays = pd.concat([utc.assign(activity="stay"), *moments], ignore_index=True)
    if "patient" in utc:
        stays["patient"] = stays["visit"].map(utc.groupby("visit")["patient"].first())
    start = FIRST.tz_localize(ZONE)
    log = EventLog.of(stays, units=UNITS, time_zone=ZONE, start=start, end=start + pd.Timedelta(days=days))
    plain = utc.assign(activity="stay", patient=utc.get("patient", utc["visit"]),
                       **{column: utc[column].dt.tz_localize(None) for column in ("start", "end")})
    plain = plain.astype({"activity": "category", "unit": "category"})
    columns = {"visit": "Case", "start": "In", "end": "Out", "unit": "Ward"}
    return WholeLog(log, plain, Ledger([("log.csv", np.arange(len(rows)) + 2)]),
                    columns | ({"patient": "Person"} if "patient" in rows else {}))
