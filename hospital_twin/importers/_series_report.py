"""The report of a file of counts: what was read, what is missing, and what was left out."""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from hospital_twin.eventlog import Series
from hospital_twin.importers._abilities import Lack, ability_lines
from hospital_twin.importers._count_rows import Place
from hospital_twin.importers._mapping import LogMapping
from hospital_twin.importers._rows_report import FileRows, RowsReport

_SHAPE = "Counts without patients"
WITHOUT_VISITS = "These are counts without visits: they tell how many came or were there, and nothing of each of them"
_LONGEST, _FEW = 8, 3
_REASONS = {"missing": "no row", "blank": "nothing in the row", "unreadable": "a number that cannot be read",
            "negative": "less than nothing", "contradicts": "rows that contradict each other",
            "frozen": "a feed that had stopped: one number for longer than chance allows"}
"""Reasons of gaps in words."""


class GapGroup(NamedTuple):
    """The gaps of one reason. words: the reason in words. gaps, hours, places: how many. longest: the longest ones,
    first the longest, as lines of text. more: whether there are others than those."""

    words: str
    gaps: int
    hours: float
    places: int
    longest: tuple[str, ...]
    more: bool


class Usable(NamedTuple):
    """What can be used of one quantity. numbers, hours, places: how many."""

    quantity: str
    numbers: int
    hours: float
    places: int


@dataclass(frozen=True, eq=False)
class SeriesReport(RowsReport):
    """What reading a file of counts found.

    file, sha256, files, faults, notes, mapping: as in `QualityReport`. columns: start, unit, or a quantity → column
    name; unused: columns that were not kept. places: what they are called, and were. series: what was made of it.
    can, cannot: what can be calibrated, and what not. kinds: what each place is, by the mapping or its name.
    """

    file: str
    sha256: str
    files: tuple[FileRows, ...]
    faults: pd.DataFrame
    columns: Mapping[str, str]
    unused: tuple[str, ...]
    places: tuple[Place, ...]
    notes: tuple[str, ...]
    series: Series
    mapping: LogMapping
    can: tuple[str, ...]
    cannot: tuple[Lack, ...]
    kinds: Mapping[str, str]

    @property
    def shape(self) -> str:
        """Its heading, where `QualityReport` has that of the importer."""
        return _SHAPE

    @property
    def useful(self) -> bool:
        """Whether there is any number that can be used."""
        return len(self.series.table) > 0

    def might_be(self) -> None:
        """As in `QualityReport`; of counts, nothing more is needed than what makes them some."""

    def gaps(self) -> pd.DataFrame:
        """Gaps by quantity and reason: ``quantity``, ``reason``, ``gaps``, ``places``, ``hours``."""
        table = self.series.gaps.assign(hours=_hours(self.series.gaps))
        return table.groupby(["quantity", "reason"], sort=True).agg(
            gaps=("hours", "size"), places=("place", "nunique"), hours=("hours", "sum")).reset_index()

    def lines(self) -> list[str]:
        """The report as lines of text."""
        found = [f"{self.file}: {self.shape}",
                 f"  {self.read:,} rows read, {self.kept:,} kept ({self.repaired:,} of them repaired), "
                 f"{self.rejected:,} rejected",
                 f"  {len(self.places):,} {'place' if len(self.places) == 1 else 'places'}, {self.span()}"]
        found += ["Columns", *(f"  {name}: {json.dumps(header, ensure_ascii=False)}"
                               for name, header in self.columns.items())]
        if self.unused:
            found.append(f"  not used, and not kept: {', '.join(self.unused_headings())}")
        found += ["Places", *(_place(place) for place in self.places)]
        found += ["Numbers that can be used", *(
            f"  {one.quantity}: {one.numbers:,}, {one.hours:,.0f} hours, places: {one.places:,}"
            for one in self.usable())]
        found += self.fault_lines() + self._gap_lines()
        found += ["Notes", *(f"  {note}" for note in self.notes)]
        return found + ability_lines(self.can, self.cannot)

    def span(self) -> str:
        """From when to when there are numbers, on the clock of the place."""
        table, zone = self.series.table, self.series.time_zone
        return f"{_local(table['from'].min(), zone)} to {_local(table['to'].max(), zone)} ({zone})" if len(table) \
            else "no number that can be used"

    def usable(self) -> tuple[Usable, ...]:
        """What can be used, by quantity."""
        return tuple(Usable(str(quantity), len(rows), float(_hours(rows).sum()), rows["place"].nunique())
                     for quantity, rows in self.series.table.groupby("quantity", observed=True))

    def to_dict(self) -> dict[str, Any]:
        """The report for JSON; every fault and gap is listed."""
        gaps = self.series.gaps
        return {
            "file": self.file, "sha256": self.sha256, "shape": self.shape, "rows_read": self.read,
            "rows_kept": self.kept, "rows_repaired": self.repaired, "rows_rejected": self.rejected,
            "files": [file._asdict() for file in self.files], "time_zone": self.series.time_zone,
            "columns": dict(self.columns), "unused": list(self.unused_headings()),
            "places": [place._asdict() for place in self.places],
            "numbers": {str(quantity): len(rows)
                        for quantity, rows in self.series.table.groupby("quantity", observed=True)},
            **self.faults_to_dict(),
            "gaps": [{**row, "from": row["from"].isoformat(), "to": row["to"].isoformat()}
                     for row in gaps.to_dict("records")],
            "notes": list(self.notes), "can": list(self.can), "cannot": [lack._asdict() for lack in self.cannot]}

    def gap_groups(self) -> tuple[GapGroup, ...]:
        """Gaps by reason; what is so for several quantities or places at once counts once."""
        gaps = self.series.gaps
        span = ["reason", "from", "to"]
        one = gaps.groupby([*span, "place"], sort=False)["quantity"].agg(tuple).reset_index()
        found = []
        for reason in [reason for reason in _REASONS if one["reason"].eq(reason).any()]:
            rows = one[one["reason"].eq(reason)]
            whole = rows.groupby([*span, "quantity"])["place"].agg(tuple).reset_index()
            whole = whole.assign(hours=_hours(whole)).sort_values(["hours", "from"], ascending=[False, True])
            longest = tuple(self._gap_line(row["place"], row["quantity"], row["from"], row["to"])
                            for _, row in whole.head(_LONGEST).iterrows())
            found.append(GapGroup(_REASONS[reason], len(rows), float(_hours(rows).sum()), rows["place"].nunique(),
                                  longest, len(whole) > _LONGEST))
        return tuple(found)

    def _gap_lines(self) -> list[str]:
        groups = self.gap_groups()
        found = ["Missing or left out"] if groups else []
        for one in groups:
            found.append(f"  {one.words}: {one.gaps:,} {'gap' if one.gaps == 1 else 'gaps'}, {one.hours:,.0f} hours, "
                         f"places: {one.places:,}" + ("; the longest:" if one.more else ":"))
            found += [f"    {line}" for line in one.longest]
        return found

    def _gap_line(self, places: tuple[str, ...], quantities: tuple[str, ...], since: pd.Timestamp, until: pd.Timestamp
                  ) -> str:
        zone, every = self.series.time_zone, self.series.gaps["quantity"].nunique()
        where = ", ".join(places) if len(places) <= _FEW else f"{len(places):,} places"
        which = "" if len(quantities) == every else f", {', '.join(quantities)}"
        return f"{_local(since, zone)} to {_local(until, zone)}: {where}{which}"


def _hours(rows: pd.DataFrame) -> pd.Series:
    return (rows["to"] - rows["from"]).dt.total_seconds() / 3600


def _local(time: pd.Timestamp, zone: str) -> str:
    return f"{time.tz_convert(zone):%Y-%m-%d %H:%M}"


def _place(place: Place) -> str:
    earlier = f", before that {', '.join(place.earlier)}" if place.earlier else ""
    return f"  {place.log or place.name} = {place.name} ({place.rows:,} rows{earlier})"
