"""What was seen of each visit, in order: a log's rows as numbers that a program's operations can be matched with."""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.calibration.names import places
from hospital_twin.calibration.stints import put_together, restarting
from hospital_twin.eventlog import RESERVED, EventLog
from hospital_twin.eventlog.clock import NEVER, tick, ticks
from hospital_twin.program import Program


class Seen(IntEnum):
    """What one sighting is."""

    PLACE = 0       # a place is given. what: the unit's resource
    TASK = 1        # something is done or held. what: the activity; by: the resource or -1
    GAVE_UP = 2     # a wait ends without a grant. what: the resource
    REFUSED = 3
    ASKING = 4      # a wait that is still going on
    WITHDRAWN = 5   # a wait that the visit itself called off
    CHANGE = 6      # class attributes change. what: the new ones, a place in `Trails.classes`
    LEAVE = 7       # what: the disposition


class How(IntEnum):
    """How a task ended."""

    DONE = 0
    AGAIN = 1       # taken away or handed over, and not gone on with in the log
    CUT = 2         # not known, or called off


class Label(NamedTuple):
    """A kind of sighting; equal ones mean the same to a program."""

    kind: int
    what: int
    by: int = -1
    how: int = How.DONE


@dataclass(frozen=True, eq=False)
class Trails:
    """Visits and what was seen of each.

    first: where each visit's sightings begin, shape (visits + 1,). label (a place in `labels`), joined, start, end
    (ticks, `NEVER` for not yet), pause, broken (of several stints: ticks between start and end that do not count, and
    the stints after which the work began again, None for none), space (number of the server, 0 not known), tied (at the
    same instant as the one before): one entry per sighting.
    number, patient, arrive (ticks; `NEVER` unknown), arrived_as and last_as (places in `classes`), left (its leaving
    was seen), open (it was still there at the end): one entry per visit, in the order of `number`.
    classes: tuples of places of attribute values, -1 not known. resources, activities: seen at all.
    units_known: resources that the log has as units, visited or not.
    row_class: the class of each row of the log. foreign: rows of what the layout does not have, by what that is.
    """

    labels: list[Label]
    classes: list[tuple[int, ...]]
    first: np.ndarray
    label: np.ndarray
    joined: np.ndarray
    start: np.ndarray
    end: np.ndarray
    pause: np.ndarray
    broken: np.ndarray
    space: np.ndarray
    tied: np.ndarray
    number: np.ndarray
    patient: np.ndarray
    arrive: np.ndarray
    arrived_as: np.ndarray
    last_as: np.ndarray
    left: np.ndarray
    open: np.ndarray
    attributes_known: tuple[bool, ...]
    changes_known: bool
    units_known: frozenset[int]
    begin: int
    finish: int
    row_class: np.ndarray
    foreign: dict[str, int] = field(default_factory=dict)

    def seen(self, kind: Seen) -> set[int]:
        """`what` of every sighting of a kind."""
        return {label.what for label in self.labels if label.kind == kind}


def trails(log: EventLog, program: Program) -> Trails:
    """The trails of a log's visits in the words of a program."""
    stays = log.stays
    rows = _rows(log, program)
    foreign = rows.pop("foreign")
    classes, row_class = _classes(log, program)
    table = pd.DataFrame({**rows, "class": row_class, "visit": stays["visit"].to_numpy(),
                          "space": stays["space"].fillna(0).to_numpy(np.int64),
                          **{c: ticks(stays[c]) for c in ("joined", "start", "end")}})
    per_visit = _visits(log, table, stays)
    table = table[table["kind"] >= 0]
    table.loc[table["kind"] == Seen.CHANGE, "what"] = table["class"]
    table = _one_each(put_together(_ended(table), Seen.TASK, restarting(program)))
    table = table.sort_values(["visit", "start", "joined"], kind="stable", ignore_index=True)
    labels, label = _labels(table)
    number = per_visit["number"]
    visit, start = table["visit"].to_numpy(), table["start"].to_numpy()
    same = np.append(False, (visit[1:] == visit[:-1]) & (start[1:] == start[:-1]))[:len(table)]
    return Trails(
        labels=labels, classes=classes, first=np.append(np.searchsorted(visit, number), len(table)),
        label=label, start=start, tied=same,
        **{c: table[c].to_numpy() for c in ("joined", "end", "pause", "broken", "space")}, **per_visit,
        attributes_known=tuple(a in log.attributes for a in program.words.attributes),
        changes_known=bool((rows["kind"] == Seen.CHANGE).any()),
        units_known=frozenset(places(log.units, program.words.resources)) - {-1}, begin=tick(log.start),
        finish=tick(log.end),
        row_class=row_class, foreign=foreign)


def _rows(log: EventLog, program: Program) -> dict[str, Any]:
    """kind, what, by, how of every row (kind -1: nothing that a program leaves), and what it does not know."""
    stays, words = log.stays, program.words
    activity, resource, reason = (stays[c].cat for c in ("activity", "resource", "end_reason"))
    named = np.array([*places(activity.categories, words.activities), -1])[activity.codes]
    held = np.array([*places(resource.categories, words.resources), -1])[resource.codes]
    how_left = np.array([*places(reason.categories, words.dispositions), -1])[reason.codes]
    how_left = np.where(how_left < 0, -2 - reason.codes.to_numpy(), how_left)
    word = {w: stays["activity"].eq(w).to_numpy() for w in RESERVED}
    ended = {w: stays["end_reason"].eq(w).to_numpy() for w in
             ("gave_up", "withdrawn", "preempted", "handed_over", "ratio_breach", "open")}
    reserved = np.logical_or.reduce(list(word.values()))
    unit = program.resources.unit_of[np.maximum(held, 0)] >= 0
    is_open = stays["end"].isna().to_numpy()
    kind = np.full(len(stays), -1)
    kind[~reserved & (named >= 0)] = Seen.TASK
    kind[word["stay"] & (held >= 0) & unit] = Seen.PLACE
    for seen, rows in ((Seen.GAVE_UP, ended["gave_up"]), (Seen.WITHDRAWN, ended["withdrawn"]), (Seen.ASKING, is_open)):
        kind[word["wait"] & (held >= 0) & rows] = seen
    kind[word["refused"] & (held >= 0)] = Seen.REFUSED
    kind[word["change"] & ~ended["ratio_breach"]] = Seen.CHANGE
    kind[word["leave"]] = Seen.LEAVE
    task = kind == Seen.TASK
    again, cut = ended["preempted"] | ended["handed_over"], is_open | ended["withdrawn"]
    return {"kind": kind, "what": np.where(task, named, np.where(kind == Seen.LEAVE, how_left, held)),
            "by": np.where(task, held, -1),
            "taken": np.where(task | (kind == Seen.PLACE), ended["handed_over"] + 2 * ended["preempted"], 0),
            "how": np.where(task & again, How.AGAIN, np.where(task & cut, How.CUT, How.DONE)),
            "foreign": _foreign(stays, ~reserved & (named < 0), word["stay"] & (held < 0))}


def _foreign(stays: pd.DataFrame, tasks: np.ndarray, stayed: np.ndarray) -> dict[str, int]:
    found = {f"the task {name}": int(n) for name, n in stays.loc[tasks, "activity"].value_counts().items() if n}
    return found | {f"the place {name}": int(n) for name, n in stays.loc[stayed, "resource"].value_counts().items()
                    if n}


def _classes(log: EventLog, program: Program) -> tuple[list[tuple[int, ...]], np.ndarray]:
    """Every combination of attribute values there is, and which of them each row has."""
    columns = []
    for name, values in zip(program.words.attributes, program.words.values, strict=True):
        if name in log.attributes:
            column, known = log.stays[name].cat, [str(v) for v in values]
            place = [known.index(str(c)) if str(c) in known else -1 for c in column.categories]
            columns.append(np.array([*place, -1])[column.codes])
        else:
            columns.append(np.full(len(log.stays), -1))
    if not columns:
        return [()], np.zeros(len(log.stays), dtype=np.int64)
    code, sizes = np.zeros(len(log.stays), dtype=np.int64), [len(v) + 1 for v in program.words.values]
    for column, size in zip(columns, sizes, strict=True):
        code = code * size + column + 1
    found, first, row = np.unique(code, return_index=True, return_inverse=True)
    return [tuple(int(column[i]) for column in columns) for i in first], row


def _visits(log: EventLog, table: pd.DataFrame, stays: pd.DataFrame) -> dict[str, np.ndarray]:
    """What is known of each visit as a whole."""
    arrival = stays["activity"].eq("arrive").to_numpy()
    leave = table["kind"].eq(Seen.LEAVE)
    moving = table["kind"].ge(0) & ~leave & ~table["kind"].eq(Seen.CHANGE)
    order = np.lexsort((table["start"], table["joined"], ~arrival))
    firsts = table.iloc[order].groupby("visit").first()
    number = firsts.index.to_numpy()
    came = table[arrival].groupby("visit")["start"].min() if arrival.any() else table.groupby("visit")["joined"].min()
    arrive = np.full(len(number), NEVER)
    arrive[np.searchsorted(number, came.index)] = came.to_numpy()
    last = table.iloc[np.lexsort((table["end"], table["start"]))].groupby("visit")["class"].last()
    gone = set(table.loc[leave, "visit"])
    still = set(table.loc[moving & table["end"].eq(NEVER), "visit"])
    left = np.isin(number, list(gone)) if gone else np.zeros(len(number), bool)
    patient = stays.groupby("visit")["patient"].first().reindex(number)
    return {"number": number, "patient": patient.to_numpy(),
            "arrive": arrive, "arrived_as": firsts["class"].to_numpy(), "last_as": last.to_numpy(), "left": left,
            "open": ~left if gone else np.isin(number, list(still))}


def _ended(table: pd.DataFrame) -> pd.DataFrame:
    """Tasks without an end of visits that have left: they are over, only nobody wrote down when."""
    gone = table["visit"].isin(table.loc[table["kind"].eq(Seen.LEAVE), "visit"])
    table.loc[gone & table["kind"].eq(Seen.TASK) & table["how"].eq(How.CUT) & table["end"].eq(NEVER), "how"] = How.DONE
    return table


def _one_each(table: pd.DataFrame) -> pd.DataFrame:
    """One sighting of a task that held several things at once, or of what was entered twice."""
    return table[~table.duplicated(["visit", "kind", "what", "joined", "start", "end"])]


def without(trails: Trails, useless: Sequence[int]) -> Trails:
    """Trails without the sightings of some labels, which count as foreign from then on."""
    keep = ~np.isin(trails.label, useless)
    kept = np.concatenate(([0], np.cumsum(keep)))
    tied = trails.tied.copy()
    for place in np.flatnonzero(~keep[:-1] & ~tied[:-1] & tied[1:]) if len(tied) else ():
        tied[place + 1] = False
    kept_labels = [label for label in range(len(trails.labels)) if label not in set(useless)]
    number = {label: place for place, label in enumerate(kept_labels)}
    foreign = dict(trails.foreign)
    for label, n in Counter(trails.label[~keep].tolist()).items():
        what = f"a step for what is seen as {Seen(trails.labels[label].kind).name.lower().replace('_', ' ')}"
        foreign[what] = foreign.get(what, 0) + n
    labels = [trails.labels[label] for label in kept_labels]
    return replace(trails, labels=labels, first=kept[trails.first],
                   label=np.array([number[label] for label in trails.label[keep].tolist()], dtype=np.int64),
                   **{c: getattr(trails, c)[keep] for c in ("joined", "start", "end", "pause", "broken", "space")},
                   tied=tied[keep],
                   changes_known=any(label.kind == Seen.CHANGE for label in labels), foreign=foreign)


def _labels(table: pd.DataFrame) -> tuple[list[Label], np.ndarray]:
    found, label = np.unique(table[["kind", "what", "by", "how"]].to_numpy(np.int64), axis=0, return_inverse=True)
    return [Label(*(int(v) for v in one)) for one in found], label.reshape(-1)


def local(moments: np.ndarray, time_zone: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Hour, weekday, month and minute of the day of ticks on a wall clock."""
    stamps = pd.DatetimeIndex(np.asarray(moments, dtype=np.int64).astype("datetime64[us]")).tz_localize("UTC")
    wall = stamps.tz_convert(time_zone)
    return (np.asarray(wall.hour), np.asarray(wall.day_of_week), np.asarray(wall.month),
            np.asarray(wall.hour * 60 + wall.minute))

