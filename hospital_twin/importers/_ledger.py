"""The ledger of an import: what became of every row, and why."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

REJECTED, REPAIRED, NOTICED = "rejected", "repaired", "noticed"
REASONS: Mapping[str, str] = MappingProxyType({
    "too_few_fields": "fewer fields than there are column names",
    "too_many_fields": "more fields than there are column names (a separator inside a text without quotation marks?)",
    "no_visit": "no visit number",
    "no_unit": "no unit",
    "no_activity": "no activity",
    "rare_unit": "a unit that this visit alone has",
    "rare_activity": "an activity that this visit alone has",
    "unit_of_nothing": "a unit that the mapping leaves out",
    "missing_start": "no start",
    "unreadable_time": "a time that cannot be read",
    "impossible_time": "a time outside of what a record can hold",
    "far_time": "a time half a year or more before or after all others",
    "end_before_start": "it ends before it starts",
    "no_end": "no end, though the visit has left",
    "outside_visit": "it lies before the visit arrived or after it left",
    "duplicate": "the same as an earlier row",
    "arrives_twice": "a second arrival of one visit",
    "leaves_twice": "a second leaving of one visit",
    "no_admission": "transfers of an admission that is not among the admissions",
    "no_transfers": "an admission without any transfer",
    "placeholder_end": "an end that stands for 'not ended' (such as 9999-12-31): taken as open",
    "end_from_next": "no end: taken from the start of the visit's next stay",
    "end_from_leaving": "no end: taken from when the visit left",
    "before_arrival": "it starts before the visit arrived: cut at the arrival",
    "after_leaving": "it ends after the visit left: cut at the leaving",
    "bed_move": "a move within one unit: joined to the stay before it",
    "optional_unreadable": "a time that cannot be read, in a column that may be empty: taken as missing",
    "request_after_start": "asked for after it was granted: taken as no wait",
    "request_before_arrival": "asked for before the visit arrived: waits count from the arrival",
    "clock_skipped": "a time within the hour that the clock skips in spring: taken as an hour later",
    "clock_doubled": "a time within the hour that the clock repeats in autumn: taken as the first such hour, or the "
                     "second where the row would end before it starts",
    "unknown_value": "a value that this visit alone has: taken as unknown",
    "like_a_person": "six digits in a row, as in the number of a person: taken as unknown. If it is a unit or a value "
                     "of a class, a mapping or a layout has to name it",
    "no_age": "neither an age that somebody can have, nor a birth before the arrival: the age is taken as unknown",
    "unreadable_number": "a number that cannot be read, or has six digits as the number of a person: taken as missing",
    "not_in_layout": "a value that the layout does not name",
    "zero_length": "it ends when it starts",
    "very_short": "it lasts less than five minutes",
    "very_long": "it lasts more than a year",
    "overlap": "it begins before the visit's stay in another unit has ended",
    "gap": "it begins more than 15 minutes after the visit's stay before it has ended",
    "event_of_nothing": "an activity that the mapping leaves out",
    "other_lifecycle": "a step of the lifecycle that is none of asked for, begun and completed",
    "never_begun": "asked for, and never begun",
    "same_event": "the same event as in an earlier row, by all that is kept of it: counted once",
    "registered_late": "it arrived after its care had begun: the stay begins with the visit's first event",
    "end_from_last": "no end, and dates that cannot be compared: taken from the visit's last event, and so too short",
    "nothing_after": "nothing is known of the visit after this, and dates cannot be compared: its arrival alone is "
                     "kept",
    "negative_offset": "before the arrival, in a column that may be empty: taken as missing",
    "no_arrival": "no arrival to count from, where other rows have one",
    "no_place": "no place, or one that looks like the number of a person",
    "rare_place": "a place that stands in this row alone",
    "total_row": "a total over other rows, and no place",
    "contradicts": "another row of the same place and time has other numbers: none of them is taken",
    "hour_skipped": "an hour that the clock skips in spring: there was none",
    "no_counts": "no number at all",
    "negative_count": "less than nothing: taken as missing",
    "frozen": "the same number for longer than chance allows, from the second time on: taken as missing",
    "hour_doubled": "an hour that the clock repeats in autumn, in one row: a count is of both hours, a reading of the "
                    "first",
    "open": "it has not ended",
    "waiting": "asked for, and not begun: still waiting",
})
"""Every reason there is, in the order of the report: what is wrong with a row, in words."""
_FAULT = {"file": "category", "line": "int64", "column": "category", "reason": "category", "action": "category",
          "shape": "str"}
_LONGEST_SHAPE = 30


def _sign(c: str) -> str:
    """9 for a digit (also ٣ and ²), A or a for a letter, the sign itself for one of ASCII, ? for all others."""
    if c.isnumeric():
        return "9"
    if c.isalpha():
        return "A" if c.isupper() or c.istitle() else "a"
    return c if c.isascii() and c.isprintable() else "?"


_ASCII = {code: _sign(chr(code)) for code in range(128)}


def shape_of(text: str) -> str:
    """What a value looks like, without what it says: ``Aaaa 99``; of any script, with no digit or letter of its own."""
    start = text[:_LONGEST_SHAPE + 1]
    shape = start.translate(_ASCII) if start.isascii() else "".join(map(_sign, start))
    return shape if len(shape) <= _LONGEST_SHAPE else shape[:_LONGEST_SHAPE - 1] + "…"


class Ledger:
    """What became of the rows of one or more files, while they are read.

    files: (name, line of each row). A row's place is its number over all files.
    """

    def __init__(self, files: Sequence[tuple[str, np.ndarray]]):
        self.names = tuple(name for name, _ in files)
        self.lines = np.concatenate([lines for _, lines in files]) if files else np.zeros(0, np.int64)
        self.file = np.repeat(np.arange(len(files)), [len(lines) for _, lines in files])
        self.kept = np.ones(len(self.lines), dtype=bool)
        self.repaired = np.zeros(len(self.lines), dtype=bool)
        self.joined = np.zeros(len(self.lines), dtype=bool)
        self.notes: list[str] = []
        self._faults: list[tuple[np.ndarray, str, str, str, np.ndarray | None]] = []

    def reject(self, rows: np.ndarray, reason: str, column: str = "", values: np.ndarray | None = None) -> None:
        """These rows are left out; a row that is out already keeps its first reason.

        rows: places, or a truth value for each row from the first on. values: text of the first rows, of which the
        report shows the shape.
        """
        places = self._places(rows)
        places = places[self.kept[places]]
        self.kept[places] = False
        self._write(places, reason, REJECTED, column, values)

    def repair(self, rows: np.ndarray, reason: str, column: str = "", values: np.ndarray | None = None) -> None:
        """These rows are kept, with something put right."""
        places = self._places(rows)
        places = places[self.kept[places]]
        self.repaired[places] = True
        self._write(places, reason, REPAIRED, column, values)

    def notice(self, rows: np.ndarray, reason: str, column: str = "", values: np.ndarray | None = None) -> None:
        """These rows are kept as they are, and looked at by a person."""
        places = self._places(rows)
        self._write(places[self.kept[places]], reason, NOTICED, column, values)

    def join(self, rows: np.ndarray) -> None:
        """These rows are kept, and what they say stands in another row now: they are none of their own."""
        self.joined[self._places(rows)] = True

    @property
    def alone(self) -> np.ndarray:
        """Rows that are kept and stand for themselves."""
        return self.kept & ~self.joined

    def note(self, text: str) -> None:
        """Something to say about the file as a whole."""
        self.notes.append(text)

    def counts(self) -> list[tuple[str, int, int, int, int]]:
        """Per file: name, rows read, kept, repaired, rejected."""
        return [(name, int(here.sum()), int((here & self.kept).sum()), int((here & self.kept & self.repaired).sum()),
                 int((here & ~self.kept).sum()))
                for name, here in ((name, self.file == i) for i, name in enumerate(self.names))]

    def why_rejected(self) -> str:
        """How often each reason stands in the table, in words, the commonest first."""
        reasons = self.table()["reason"].value_counts()
        return "; ".join(f"{n:,} × {REASONS[str(reason)]}" for reason, n in reasons.items() if n)

    def table(self) -> pd.DataFrame:
        """One row per fault: ``file``, ``line``, ``column``, ``reason``, ``action``, ``shape``; by reason and line.

        What was repaired or noticed in a row that was rejected later does not count.
        """
        parts = []
        for places, reason, action, column, values in self._faults:
            valid = places if action == REJECTED else places[self.kept[places]]
            shapes = [""] * len(valid) if values is None else [shape_of(str(values[p])) for p in valid]
            parts.append(pd.DataFrame({"file": np.array(self.names, dtype=object)[self.file[valid]],
                                       "line": self.lines[valid], "column": column, "reason": reason,
                                       "action": action, "shape": shapes}))
        table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({name: [] for name in _FAULT})
        table = table.astype(_FAULT)
        rank = {REJECTED: 0, REPAIRED: 1, NOTICED: 2}, {reason: i for i, reason in enumerate(REASONS)}
        order = np.lexsort((table["line"], table["reason"].map(rank[1]).astype(int),
                            table["action"].map(rank[0]).astype(int)))
        return table.iloc[order].reset_index(drop=True)

    def touched(self, visit: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
        """(action, reason) → the visits whose rows have it. visit: of the first rows, as many as have it."""
        found: dict[tuple[str, str], list[np.ndarray]] = {}
        for places, reason, action, _, _ in self._faults:
            valid = places if action == REJECTED else places[self.kept[places]]
            found.setdefault((action, reason), []).append(visit[valid[valid < len(visit)]])
        return {fault: np.unique(np.concatenate(parts)) for fault, parts in found.items()}

    def _places(self, rows: np.ndarray) -> np.ndarray:
        rows = np.asarray(rows)
        return np.flatnonzero(rows) if rows.dtype == bool else rows.astype(np.int64)

    def _write(self, places: np.ndarray, reason: str, action: str, column: str, values: np.ndarray | None) -> None:
        if len(places):
            self._faults.append((places, reason, action, column, values))
