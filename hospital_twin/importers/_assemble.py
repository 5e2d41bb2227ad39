"""Checked rows → the stays table of an event log."""
from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.importers._borders import Visits, cut_at_borders, extreme, fill_ends, per_visit, visits_of
from hospital_twin.importers._checks import look_at_stays
from hospital_twin.importers._ledger import Ledger
from hospital_twin.importers._naming import Named
from hospital_twin.importers._words import UNKNOWN

_LAST = np.datetime64("9999-12-31", "us")
_TASKS = {"triage": ("triage_end", "triage"), "seen": ("seen_end", "doctor")}
"""Columns that say when a task of a visit began: the column of its end, and the role of who does it."""
_ENDED_BY = {"wait": "gave_up", "refused": "refused"}
"""Why a row of an activity ended, where the log does not say; else it was done."""


class Assembled(NamedTuple):
    """Rows for `EventLog.of` (times without a zone, UTC), and the resources made up for tasks: name → role."""

    stays: pd.DataFrame
    resources: dict[str, str]


class _Rows(NamedTuple):
    """Kept rows by visit and time, their places in the ledger, and what each visit's say together."""

    table: pd.DataFrame
    place: np.ndarray
    visits: Visits

    @classmethod
    def of(cls, table: pd.DataFrame, place: np.ndarray) -> _Rows:
        table = table.reset_index(drop=True)
        return cls(table, place, visits_of(table))

    def only(self, chosen: np.ndarray) -> _Rows:
        return _Rows.of(self.table[chosen], self.place[chosen])


def assemble(named: Named, ledger: Ledger, columns: Mapping[str, str], staff: Mapping[str, str]) -> Assembled:
    """Stays, tasks, arrivals and leavings from the rows that are kept.

    columns: field → its column, for the ledger. staff: role → the resource that does the tasks of which only columns of
    times speak (``seen``). Raises nothing; rows that contradict their visit are rejected.
    """
    rows = _in_order(named.rows, ledger)
    _one_of_each(rows, ledger, columns)
    rows.table["end"] = fill_ends(rows.table, rows.place, rows.visits, ledger, columns)
    cut_at_borders(rows.table, rows.place, rows.visits, ledger, columns)
    rows = rows.only(ledger.kept[rows.place])
    rows.table["joined"] = _joined(rows, ledger, columns)
    activity = rows.table["activity"]
    stays = rows.only(activity.eq("stay").to_numpy())
    look_at_stays(stays.table, stays.place, ledger, columns.get("end", columns.get("start", "")))
    others = rows.table[~activity.isin(("stay", "arrive", "leave")).to_numpy()]
    tasks, resources = _tasks(rows, named.attributes, staff)
    body = [_without_bed_moves(stays, ledger, columns.get("unit", "")), _waits_as_waits(others), *tasks]
    ends = _arrivals_and_leavings(rows, body, named.attributes)
    wanted = ["visit", "patient", "unit", "activity", "resource", "amount", "joined", "start", "end", "end_reason",
              *(("space",) if "space" in rows.table else ()), *named.attributes]
    return Assembled(_stacked([part for part in (*body, *ends) if len(part)], wanted), resources)


def _in_order(rows: pd.DataFrame, ledger: Ledger) -> _Rows:
    """By visit and start, then end (open ones last), then line."""
    place = np.flatnonzero(ledger.alone[:len(rows)])
    rows = rows.iloc[place]
    end = rows["end"].to_numpy() if "end" in rows else np.full(len(rows), _LAST)
    order = np.lexsort((place, np.where(np.isnat(end), _LAST, end), rows["start"].to_numpy(), rows["visit"].to_numpy()))
    return _Rows.of(rows.iloc[order], place[order])


def _one_of_each(rows: _Rows, ledger: Ledger, columns: Mapping[str, str]) -> None:
    """A visit arrives once and leaves once: the first arrival and the last leaving count."""
    for activity, reason, keep in (("arrive", "arrives_twice", "first"), ("leave", "leaves_twice", "last")):
        own = np.flatnonzero(rows.table["activity"].eq(activity).to_numpy())
        again = own[pd.Series(rows.visits.code[own]).duplicated(keep=keep).to_numpy()]
        ledger.reject(rows.place[again], reason, columns.get("activity", ""))


def _joined(rows: _Rows, ledger: Ledger, columns: Mapping[str, str]) -> np.ndarray:
    """When each thing was asked for: not after it began, and not before the visit came (where that is known)."""
    start = rows.table["start"].to_numpy()
    if "requested" not in rows.table:
        return start
    asked = rows.table["requested"].to_numpy()
    late = asked > start
    came = np.fmin(rows.visits.arrived, start[rows.visits.first_row])[rows.visits.code]
    early = (asked < came) & ~np.isnat(rows.visits.arrived[rows.visits.code])
    ledger.repair(rows.place[late], "request_after_start", columns.get("requested", ""))
    ledger.repair(rows.place[early], "request_before_arrival", columns.get("requested", ""))
    return np.where(early, came, np.where(np.isnat(asked) | late, start, asked))


def _without_bed_moves(stays: _Rows, ledger: Ledger, column: str) -> pd.DataFrame:
    """Stays, each with the moves from bed to bed that it had within its unit; its resource is the unit's place."""
    table = stays.table
    visit, unit = table["visit"].to_numpy(), table["unit"].cat.codes.to_numpy()
    start, end = table["start"].to_numpy(), table["end"].to_numpy()
    moved = (visit[1:] == visit[:-1]) & (unit[1:] == unit[:-1]) & (start[1:] == end[:-1]) & (start[1:] > start[:-1])
    moved = np.append(False, moved)[:len(table)]
    ledger.repair(stays.place[moved], "bed_move", column)
    first = np.flatnonzero(~moved)
    merged = table.iloc[first].copy()
    merged["end"] = end[np.append(first[1:], len(table)) - 1] if len(first) else merged["end"]
    merged["resource"] = merged["unit"]
    return merged


def _waits_as_waits(others: pd.DataFrame) -> pd.DataFrame:
    """Tasks and waits; a wait written as an interval was asked for at its beginning and ended at its end."""
    others = others.copy()
    wait = others["activity"].eq("wait").to_numpy()
    start, end, joined = (others[c].to_numpy() for c in ("start", "end", "joined"))
    others["joined"] = np.where(wait, np.fmin(joined, start), joined)
    others["start"] = np.where(wait, end, start)
    cleaning = others["activity"].eq("cleaning").to_numpy()
    if cleaning.any():
        place = others["unit"].astype(object).where(cleaning, others["resource"].astype(object))
        others["resource"] = place.astype("category")
    return others


def _tasks(rows: _Rows, attributes: tuple[str, ...],
           staff: Mapping[str, str]) -> tuple[list[pd.DataFrame], dict[str, str]]:
    """One row per visit for each task of which only columns of times speak."""
    parts, resources, n = [], {}, len(rows.visits.number)
    for task, (ending, role) in _TASKS.items():
        begin = extreme(rows.table, rows.visits.code, n, task, "min")
        end = extreme(rows.table, rows.visits.code, n, ending, "max")
        done = np.flatnonzero(~np.isnat(begin))
        if len(done):
            resources[staff.get(role, role)] = role
            begin, end = begin[done], end[done]
            words = {"activity": task, "resource": staff.get(role, role), "end_reason": "done"}
            part = _about(rows, rows.visits.first_row[done], attributes, words)
            part["joined"] = part["start"] = begin
            part["end"] = np.where(np.isnat(end) | (end < begin), begin, end)
            parts.append(part)
    return parts, resources


def _about(rows: _Rows, which: np.ndarray, attributes: tuple[str, ...], words: Mapping[str, str]) -> pd.DataFrame:
    """Rows about the visits of some rows, with the same words in each."""
    part = rows.table.iloc[which][["visit", "patient", "unit", *attributes]].reset_index(drop=True)
    for name, word in words.items():
        part[name] = pd.Categorical.from_codes(np.zeros(len(part), dtype=np.int8), [word])
    return part


def _arrivals_and_leavings(rows: _Rows, body: list[pd.DataFrame],
                           attributes: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """An ``arrive`` row for each visit, and a ``leave`` row for each that is complete."""
    visits, n = rows.visits, len(rows.visits.number)
    of_visit = [part[~part["activity"].isin(("cleaning",))] for part in body]
    code = np.searchsorted(visits.number, np.concatenate([part["visit"].to_numpy() for part in of_visit]))
    joined, end = (np.concatenate([part[c].to_numpy() for part in of_visit]) for c in ("joined", "end"))
    arrive = np.fmin(visits.arrived, per_visit(joined, code, n, "min"))
    leave = np.fmax(np.fmax(visits.left, per_visit(end, code, n, "max")), arrive)
    # Who has left twice over (a visit of a single leaving row) came when it left.
    arrive = np.fmin(arrive, leave)
    gone = ~np.isnat(leave) & (np.bincount(code[np.isnat(end)], minlength=n) == 0)
    first = _about(rows, visits.first_row, attributes, {"unit": "", "activity": "arrive", "end_reason": "done"})
    last = _about(rows, visits.last_row, attributes, {"activity": "leave"})
    first["start"], last["start"] = arrive, leave
    last["end_reason"] = _dispositions(rows)
    last["unit"] = _last_units(rows)
    for part in (first, last):
        part["joined"] = part["end"] = part["start"]
        part["amount"] = 0.0
    return first, last[gone]


def _last_units(rows: _Rows) -> pd.Categorical:
    """Where each visit was last: a row of its leaving need not say it."""
    unit = rows.table["unit"].cat
    words = [*unit.categories, *(() if "" in unit.categories else ("",))]
    given = np.flatnonzero(np.asarray(rows.table["unit"] != ""))
    codes = np.full(len(rows.visits.number), words.index(""))
    codes[rows.visits.code[given]] = unit.codes.to_numpy()[given]
    return pd.Categorical.from_codes(codes, words)


def _dispositions(rows: _Rows) -> pd.Categorical:
    """The last word of each visit about how it left."""
    said = rows.table["disposition"].cat
    words = list(dict.fromkeys([*filter(None, said.categories), UNKNOWN]))
    meant = np.array([words.index(word or UNKNOWN) for word in said.categories])
    given = np.flatnonzero(np.asarray(rows.table["disposition"] != ""))
    codes = np.full(len(rows.visits.number), words.index(UNKNOWN))
    codes[rows.visits.code[given]] = meant[said.codes.to_numpy()[given]]
    return pd.Categorical.from_codes(codes, words)


def _stacked(parts: list[pd.DataFrame], wanted: list[str]) -> pd.DataFrame:
    """The parts one below the other, with what some of them lack filled in."""
    table = {}
    for name in wanted:
        columns = [part.get(name) for part in parts]
        if any(isinstance(c.dtype, pd.CategoricalDtype) for c in columns if c is not None):
            blank = pd.Categorical([""])
            table[name] = pd.api.types.union_categoricals(
                [pd.Categorical.from_codes(np.zeros(len(part), np.int8), blank.categories) if c is None else c
                 for c, part in zip(columns, parts, strict=True)])
        else:
            missing = 1.0 if name == "amount" else np.nan
            table[name] = np.concatenate([np.full(len(part), missing) if c is None else c.to_numpy()
                                          for c, part in zip(columns, parts, strict=True)])
    table = pd.DataFrame(table)
    table["amount"] = table["amount"].fillna(1.0)
    reason = table["end_reason"].cat.set_categories(
        list(dict.fromkeys([*table["end_reason"].cat.categories, "done", "open", *_ENDED_BY.values()])))
    silent = reason.eq("").to_numpy()
    for activity, why in _ENDED_BY.items():
        reason = reason.mask(silent & table["activity"].eq(activity).to_numpy(), why)
    table["end_reason"] = reason.mask(silent & reason.eq("").to_numpy(), "done").mask(table["end"].isna(), "open")
    # A word of rejected rows alone must not stay behind among the categories; the values that a layout names do.
    for name in table.select_dtypes("category"):
        if not table[name].cat.ordered:
            table[name] = table[name].cat.remove_unused_categories()
    return table
