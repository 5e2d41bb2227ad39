"""What can be wrong with a row: looked for in all rows at once, and written into the ledger."""
from __future__ import annotations

import numpy as np
import pandas as pd

from hospital_twin.importers._ledger import Ledger

_DAY = np.timedelta64(1, "D")
_MINUTE = np.timedelta64(60_000_000, "us")
EARLIEST, LATEST = np.datetime64("1971-01-01", "us"), np.datetime64("2100-01-01", "us")
"""Times outside are slips or placeholders: 1900-01-01, 1970-01-01 and 9999-12-31 are what systems write for nothing."""
_SHIFTED = np.datetime64("1700-01-01", "us"), np.datetime64("2500-01-01", "us")
"""Times outside are no times that somebody shifted: those of one person are moved by years, and not by centuries."""
FAR = 180 * _DAY
RARE, MANY_ROWS = 0.01, 200
"""Of `MANY_ROWS` or more, at most this share of the rows can lie apart from all others by a slip of the pen."""
_OPTIONAL = ("requested", "arrived", "left", "triage", "triage_end", "seen", "seen_end")


def check_rows(rows: pd.DataFrame, ledger: Ledger, columns: dict[str, str], *, comparable: bool) -> None:
    """Reject the rows that say nothing that can be true, and put right what has one meaning only.

    rows: named rows; ``end`` of placeholders and impossible optional times become NaT in place.
    comparable: whether the dates are those of the calendar; shifted ones may lie anywhere.
    """
    if "requested" in rows:
        _still_waiting(rows, ledger, columns)
    start = rows["start"].to_numpy()
    ledger.reject(np.isnat(start), "missing_start", columns.get("start", ""))
    _impossible(rows, ledger, columns, *((EARLIEST, LATEST) if comparable else _SHIFTED))
    if comparable:
        _far(rows, ledger, columns)
    if "end" in rows:
        ledger.reject(rows["end"].to_numpy() < start, "end_before_start", columns.get("end", ""))
    kept = np.flatnonzero(ledger.alone[:len(rows)])
    ledger.reject(kept[rows.iloc[kept].duplicated().to_numpy()], "duplicate")


def _still_waiting(rows: pd.DataFrame, ledger: Ledger, columns: dict[str, str]) -> None:
    """What was asked for and has neither begun nor ended is a wait: for a stay's unit, or a task's resource."""
    waiting = rows["start"].isna() & rows["requested"].notna()
    if "end" in rows:
        waiting &= rows["end"].isna()
    unit = rows["unit"].astype(object).where(waiting & rows["activity"].eq("stay"), rows["resource"].astype(object))
    rows["resource"] = unit.astype("category")
    rows["start"] = rows["start"].mask(waiting, rows["requested"])
    if "wait" not in rows["activity"].cat.categories:
        rows["activity"] = rows["activity"].cat.add_categories(["wait"])
    rows["activity"] = rows["activity"].mask(waiting, "wait")
    ledger.notice(waiting.to_numpy(), "waiting", columns.get("start", ""))


def _impossible(rows: pd.DataFrame, ledger: Ledger, columns: dict[str, str], earliest: np.datetime64,
                latest: np.datetime64) -> None:
    start = rows["start"].to_numpy()
    ledger.reject((start < earliest) | (start >= latest), "impossible_time", columns.get("start", ""))
    for name in ("end", *_OPTIONAL):
        if name in rows:
            time = rows[name].to_numpy().copy()
            wrong = (time < earliest) | (time >= latest)
            ledger.repair(wrong, "placeholder_end" if name == "end" else "optional_unreadable", columns.get(name, ""))
            time[wrong] = np.datetime64("NaT")
            rows[name] = time


def _far(rows: pd.DataFrame, ledger: Ledger, columns: dict[str, str]) -> None:
    for name in ("start", "end"):
        if name in rows:
            apart = _apart(rows[name].to_numpy(), ledger.kept[:len(rows)])
            ledger.reject(apart, "far_time", columns.get(name, ""))


def _apart(time: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Rows whose time lies before or after that of nearly all others, with half a year of nothing in between."""
    far = np.zeros(len(time), dtype=bool)
    places = np.flatnonzero(kept & ~np.isnat(time))
    if len(places) < MANY_ROWS:
        return far
    order = places[np.argsort(time[places], kind="stable")]
    gap = np.flatnonzero(np.diff(time[order]) > FAR) + 1
    few = int(RARE * len(order))
    before, after = gap[gap <= few], gap[gap >= len(order) - few]
    if len(before):
        far[order[:before[-1]]] = True
    if len(after):
        far[order[after[0]:]] = True
    return far


def look_at_stays(rows: pd.DataFrame, places: np.ndarray, ledger: Ledger, column: str) -> None:
    """Notice what is odd about stays that are kept: no harm is certain, and a person should know.

    rows: stays with ``visit``, ``unit``, ``start``, ``end``, sorted by visit and time. places: their rows in the file.
    """
    start, end = rows["start"].to_numpy(), rows["end"].to_numpy()
    lasted = end - start
    ledger.notice(places[np.isnat(end)], "open", column)
    ledger.notice(places[lasted == np.timedelta64(0, "us")], "zero_length", column)
    ledger.notice(places[(lasted > np.timedelta64(0, "us")) & (lasted < 5 * _MINUTE)], "very_short", column)
    ledger.notice(places[lasted > 366 * _DAY], "very_long", column)
    visit, unit = rows["visit"].to_numpy(), rows["unit"].cat.codes.to_numpy()
    same = visit[1:] == visit[:-1]
    reached = pd.Series(np.where(np.isnat(end), np.datetime64("9999-01-01", "us"), end)).groupby(visit).cummax()
    before = reached.to_numpy()[:-1]
    ledger.notice(places[1:][same & (start[1:] < before) & (unit[1:] != unit[:-1])], "overlap", column)
    ledger.notice(places[1:][same & (start[1:] > before + 15 * _MINUTE)], "gap", column)
