"""Ends that are missing, and rows that reach over the arrival or the leaving of their visit."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.importers._ledger import Ledger

NAT = np.datetime64("NaT", "us")
MOMENTS = ("arrive", "leave", "change", "refused")
_SLIPS = 0.05
"""Up to this share of visits, rows beyond the arrival or the leaving are slips of the pen."""
_MOSTLY = 0.5
_DAY = np.timedelta64(1, "D")


class Visits(NamedTuple):
    """Per visit, in the order of `number` (ascending): what its rows say together.

    code: visit of each row, as a place in `number`. arrived, left: as the log says, NaT where it does not.
    first_row, last_row: of each visit.
    """

    code: np.ndarray
    number: np.ndarray
    arrived: np.ndarray
    left: np.ndarray
    first_row: np.ndarray
    last_row: np.ndarray


def visits_of(rows: pd.DataFrame) -> Visits:
    """The visits of rows that are sorted by visit and time."""
    code, number = pd.factorize(rows["visit"].to_numpy())
    first = np.searchsorted(code, np.arange(len(number)))
    last = np.append(first[1:], len(code)) - 1
    arrived = extreme(rows, code, len(number), "arrived", "min", "arrive")
    left = extreme(rows, code, len(number), "left", "max", "leave")
    return Visits(code, number, arrived, left, first, last)


def extreme(rows: pd.DataFrame, code: np.ndarray, n: int, column: str, which: str, activity: str = "") -> np.ndarray:
    """Per visit the earliest (``min``) or latest (``max``) time of a column and of the starts of an activity."""
    own = rows["activity"].eq(activity).to_numpy()
    times, codes = [rows["start"].to_numpy()[own]], [code[own]]
    if column in rows:
        times.append(rows[column].to_numpy())
        codes.append(code)
    return per_visit(np.concatenate(times), np.concatenate(codes), n, which)


def per_visit(times: np.ndarray, code: np.ndarray, n: int, which: str) -> np.ndarray:
    """The earliest or latest time of each of n visits; NaT where there is none."""
    found = np.full(n, np.iinfo(np.int64).max if which == "min" else np.iinfo(np.int64).min)
    given = ~np.isnat(times)
    put = np.minimum if which == "min" else np.maximum
    put.at(found, code[given], times[given].astype("datetime64[us]").astype(np.int64))
    none = np.bincount(code[given], minlength=n) == 0
    return np.where(none, NAT, found.astype("datetime64[us]"))


def fill_ends(rows: pd.DataFrame, place: np.ndarray, visits: Visits, ledger: Ledger,
              columns: dict[str, str]) -> np.ndarray:
    """Ends of all rows: those missing are taken from the visit's next stay or its leaving, where that is certain.

    place: the rows' places in the ledger, in which a task without an end of a visit that has left is rejected.
    """
    start, column = rows["start"].to_numpy(), columns.get("end", "")
    end = rows["end"].to_numpy().copy() if "end" in rows else np.full(len(rows), NAT)
    end = np.where(rows["activity"].isin(MOMENTS) & np.isnat(end), start, end)
    is_stay = rows["activity"].eq("stay").to_numpy()
    following = _next_stay(start, is_stay, visits)
    from_next = is_stay & np.isnat(end) & (following > start)
    end = np.where(from_next, following, end)
    left = visits.left[visits.code]
    from_left = is_stay & np.isnat(end) & (left >= start) & np.isnat(following)
    end = np.where(from_left, left, end)
    if "end" in rows:
        ledger.repair(place[from_next], "end_from_next", column)
        ledger.repair(place[from_left], "end_from_leaving", column)
    elif from_next.any() or from_left.any():
        ledger.note(f"there is no column of ends: {from_next.sum():,} stays end when the visit's next one starts, "
                    f"{from_left.sum():,} when the visit left")
    return _tasks_without_end(rows, end, left, place, ledger, column)


def _next_stay(start: np.ndarray, is_stay: np.ndarray, visits: Visits) -> np.ndarray:
    """The start of the visit's next stay, NaT after its last."""
    stays = np.flatnonzero(is_stay)
    same = visits.code[stays[1:]] == visits.code[stays[:-1]]
    following = np.full(len(start), NAT)
    following[stays[:-1][same]] = start[stays[1:][same]]
    return following


def _tasks_without_end(rows: pd.DataFrame, end: np.ndarray, left: np.ndarray, place: np.ndarray, ledger: Ledger,
                       column: str) -> np.ndarray:
    """A kind of task that hardly ever has an end is a moment; else one of a visit that has left is a fault."""
    start = rows["start"].to_numpy()
    lacks = np.isnat(end) & ~rows["activity"].isin(("stay", "wait")).to_numpy()
    share = pd.Series(lacks).groupby(rows["activity"].to_numpy(), observed=True).mean()
    moments = [name for name in share.index[share > _MOSTLY] if name != "cleaning"]
    if moments:
        ledger.note(f"taken as moments, because most of their rows have no end: {', '.join(map(str, moments))}")
    moment = lacks & rows["activity"].isin(moments).to_numpy()
    end = np.where(moment, start, end)
    gone = np.where(rows["activity"].eq("cleaning"), start < np.max(start) - _DAY, ~np.isnat(left))
    ledger.reject(place[np.isnat(end) & ~rows["activity"].eq("stay").to_numpy() & gone], "no_end", column)
    return end


def cut_at_borders(rows: pd.DataFrame, place: np.ndarray, visits: Visits, ledger: Ledger,
                   columns: dict[str, str]) -> None:
    """Cut rows, in place, that begin before their visit arrived or end after it left, where those are rare slips.

    Where they are many, the log's arrival (or leaving) is that of something else, such as a registration.
    """
    inside = ~rows["activity"].isin(("arrive", "leave", "cleaning")).to_numpy()
    start, end = rows["start"].to_numpy(), rows["end"].to_numpy()
    came, left = visits.arrived[visits.code], visits.left[visits.code]
    early, late = inside & (start < came), inside & (end > left)
    for beyond, what in ((early, "arrival"), (late, "leaving")):
        share = len(np.unique(visits.code[beyond])) / max(len(visits.number), 1)
        if share > _SLIPS:
            ledger.note(f"{share:.0%} of the visits have rows beyond their {what} as the log has it: the rows are "
                        f"believed, not the {what}")
            beyond[:] = False
    outside = (early & (end < came)) | (late & (start > left))
    ledger.reject(place[outside], "outside_visit", columns.get("start", ""))
    ledger.repair(place[early], "before_arrival", columns.get("start", ""))
    ledger.repair(place[late], "after_leaving", columns.get("end", ""))
    rows["start"] = np.where(early, came, start)
    rows["end"] = np.where(late, left, end)
