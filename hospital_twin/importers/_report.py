"""The quality report: what was read, what became of it, and what it is good for."""
from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hospital_twin.importers._abilities import Lack, ability_lines
from hospital_twin.importers._columns import Guess, in_yaml, likeness
from hospital_twin.importers._event_words import EventWord
from hospital_twin.importers._finding import Finding
from hospital_twin.importers._mapping import LogMapping
from hospital_twin.importers._naming import Word
from hospital_twin.importers._rows_report import FileRows, RowsReport

_FIELD = re.compile(r"^a column `(\w+)`")


@dataclass(frozen=True, eq=False)
class QualityReport(RowsReport):
    """What an import found.

    file: its path. sha256: of the file as it lies there (of a folder: of the hashes of the files used). shape: title of
    the importer. files: rows of each file.
    faults: one row per fault with ``file``, ``line``, ``column``, ``reason``, ``action`` (``rejected``, ``repaired``,
    ``noticed``), ``shape`` (what the value looked like: ``Aaaa 99``). Values themselves are never kept.
    columns: meaning → column name; unused: columns that were not kept. units, resources: names, kinds and roles, and
    where those are from. notes: about the file as a whole.
    events: what was made of activities. guesses: field → how certain its column is, and from what. mapping: all that
    was said and guessed, with which the log is read in the same way again.
    findings: what was noticed in the log as a whole. touched: (action, reason) → the visits, as the log calls them,
    whose rows have the fault; neither shown nor kept.
    can, cannot: what can be calibrated, and what not.
    """

    file: str
    sha256: str
    shape: str
    files: tuple[FileRows, ...]
    faults: pd.DataFrame
    columns: Mapping[str, str]
    unused: tuple[str, ...]
    units: tuple[Word, ...]
    resources: tuple[Word, ...]
    notes: tuple[str, ...]
    can: tuple[str, ...]
    cannot: tuple[Lack, ...]
    visits: int
    stays: int
    start: pd.Timestamp
    end: pd.Timestamp
    time_zone: str
    dates_comparable: bool
    events: tuple[EventWord, ...] = ()
    guesses: Mapping[str, Guess] = field(default_factory=dict)
    mapping: LogMapping = field(default_factory=LogMapping)
    findings: tuple[Finding, ...] = ()
    touched: Mapping[tuple[str, str], np.ndarray] = field(default_factory=dict)

    @property
    def useful(self) -> bool:
        """Whether anything can be calibrated from the log."""
        return bool(self.can)

    def span(self) -> str:
        """From when to when the log observes, on the clock of the place."""
        return f"{self._local(self.start)} to {self._local(self.end)} ({self.time_zone})"

    def lines(self) -> list[str]:
        """The report as lines of text."""
        found = [f"{self.file}: {self.shape}",
                 f"  {self.read:,} rows read, {self.kept:,} kept ({self.repaired:,} of them repaired), "
                 f"{self.rejected:,} rejected",
                 f"  {self.visits:,} visits with {self.stays:,} stays, {self.span()}"
                 + ("" if self.dates_comparable else "; dates not comparable between patients")]
        if len(self.files) > 1:
            found += [f"  {file.name}: {file.read:,} rows read, {file.kept:,} kept, {file.rejected:,} rejected"
                      for file in self.files]
        found += ["Columns", *(f"  {name}: {json.dumps(header, ensure_ascii=False)}"
                               + (f" ({self.guesses[name]})" if name in self.guesses else "")
                               for name, header in self.columns.items())]
        if self.unused:
            found.append(f"  not used, and not kept: {', '.join(self.unused_headings())}")
        found += ["Units", *(_word(word) for word in self.units)]
        if self.resources:
            found += ["Staff and equipment", *(_word(word) for word in self.resources)]
        if self.events:
            found += ["Events", *(_event(word) for word in self.events)]
        found += self.fault_lines()
        if self.findings:
            found += ["Noticed in the log as a whole", *(f"  {finding.says}" for finding in self.findings)]
        if self.notes:
            found += ["Notes", *(f"  {note}" for note in self.notes)]
        return found + ability_lines(self.can, self.cannot)

    def might_be(self) -> tuple[str, str] | None:
        """A field that is lacking, and a column that is not used and called a little like it, as a mapping names it.

        ``<its name>`` where no column is; None where nothing is lacking or all columns are used.
        """
        lacking = [field for lack in self.cannot for field in _FIELD.findall(lack.needs)]
        if not lacking or not self.unused:
            return None
        alike, field, header = max(((likeness(header, field), field, header) for field in lacking
                                    for header in self.unused), key=lambda found: found[0])
        return (field, in_yaml(header)) if alike else (lacking[0], "<its name>")

    def to_dict(self) -> dict[str, Any]:
        """The report for JSON; every fault is listed."""
        return {
            "file": self.file, "sha256": self.sha256, "shape": self.shape, "rows_read": self.read,
            "rows_kept": self.kept, "rows_repaired": self.repaired, "rows_rejected": self.rejected,
            "files": [file._asdict() for file in self.files], "visits": self.visits, "stays": self.stays,
            "start": self.start.isoformat(), "end": self.end.isoformat(), "time_zone": self.time_zone,
            "dates_comparable": self.dates_comparable, "columns": dict(self.columns),
            "unused": list(self.unused_headings()),
            "guesses": {field: guess._asdict() for field, guess in self.guesses.items()},
            "events": [{**word._asdict(), "means": word.means.plain() if word.means else None} for word in self.events],
            "units": [word._asdict() for word in self.units],
            "resources": [word._asdict() for word in self.resources],
            **self.faults_to_dict(), "findings": [finding.to_dict() for finding in self.findings],
            "notes": list(self.notes), "can": list(self.can), "cannot": [lack._asdict() for lack in self.cannot]}

    def _local(self, time: pd.Timestamp) -> str:
        return f"{time.tz_convert(self.time_zone):%Y-%m-%d %H:%M}"


def _event(word: EventWord) -> str:
    if word.means is None:
        return f"  {word.log}: left out ({word.rows:,} rows)"
    return f"  {word.log} = {word.part} ({word.sure}; {word.rows:,} rows)"


def _word(word: Word) -> str:
    if not word.name:
        return f"  {word.log}: left out ({word.rows:,} rows)"
    return f"  {word.log} = {word.name}: {word.means}, {word.sure} ({word.rows:,} rows)"
