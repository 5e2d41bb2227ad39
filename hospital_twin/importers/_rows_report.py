"""What the reports of all importers share: what became of the rows, and why."""
from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from hospital_twin.files import replacing
from hospital_twin.importers._ledger import NOTICED, REASONS, REJECTED, REPAIRED
from hospital_twin.importers._mapping import LogMapping
from hospital_twin.importers._saved_mapping import save_mapping
from hospital_twin.importers._shown import shown_file, shown_heading

_SHOWN_LINES = 8
_OF_THE_LOG = ("file", "column", "shape")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HEADINGS = {REJECTED: "Rejected rows", REPAIRED: "Repaired rows", NOTICED: "Noticed, and kept as they are"}


class FileRows(NamedTuple):
    """What became of the rows of one file; `repaired` ones are among the `kept`."""

    name: str
    read: int
    kept: int
    repaired: int
    rejected: int


class FaultGroup(NamedTuple):
    """The faults of one reason, by line. words: the reason in words. rows: those of `RowsReport.faults`."""

    reason: str
    words: str
    rows: pd.DataFrame

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that they are in."""
        return tuple(column for column in self.rows["column"].unique() if column)

    def places(self, most: int, *, files: bool = False) -> tuple[str, ...]:
        """The first lines, each with what its value looked like: ``17 (Aaaa 99)``. files: with the file's name."""
        first = self.rows[:most]
        lines = first["line"].astype(str) if not files else first["file"].astype(str) + " " + first["line"].astype(str)
        return tuple(f"{line} ({shape})" if shape else line for line, shape in zip(lines, first["shape"], strict=True))


class RowsReport:
    """The rows of a file: a base of reports, which have its fields."""

    files: tuple[FileRows, ...]
    faults: pd.DataFrame
    unused: tuple[str, ...]
    mapping: LogMapping

    def __post_init__(self) -> None:
        if self.kept + self.rejected != self.read:
            raise ArithmeticError(f"{self.kept} rows kept and {self.rejected} rejected are not the {self.read} read")

    @property
    def read(self) -> int:
        """Rows read; lines with nothing on them are none."""
        return sum(file.read for file in self.files)

    @property
    def kept(self) -> int:
        """Rows that went into the log, repaired ones among them."""
        return sum(file.kept for file in self.files)

    @property
    def repaired(self) -> int:
        """Rows kept with something put right."""
        return sum(file.repaired for file in self.files)

    @property
    def rejected(self) -> int:
        """Rows left out."""
        return sum(file.rejected for file in self.files)

    def counts(self) -> dict[tuple[str, str], int]:
        """(action, reason) → number of rows; each reason in words is in `importers.REASONS`."""
        grouped = self.faults.groupby(["action", "reason"], observed=True, sort=False).size()
        return {(str(action), str(reason)): int(n) for (action, reason), n in grouped.items()}

    def save_faults(self, path: Path) -> None:
        """Write `faults` as a CSV file for its owner alone, whole or not at all.

        Raises `OSError` with the file's name.
        """
        table = self.faults.copy()
        for name in _OF_THE_LOG:
            # A spreadsheet takes a text that begins so for a formula, and the log may be anybody's.
            texts = table[name].astype(str)
            table[name] = texts.mask(texts.str.startswith(_FORMULA), "'" + texts)
        with replacing(path, private=True) as part:
            table.to_csv(part, index=False)

    def save_mapping(self, path: Path) -> None:
        """Write `mapping` as a YAML file, whole or not at all. Raises `OSError` with the file's name."""
        save_mapping(self.mapping, path)

    @property
    def kept_name(self) -> str:
        """What the file is called where it is kept: without its folder, nor a number that may be a person's."""
        return shown_file(Path(self.file).name)

    def unused_headings(self) -> tuple[str, ...]:
        """Names of the columns that were not kept, as they may be shown."""
        return tuple(map(shown_heading, self.unused))

    def fault_groups(self) -> dict[str, tuple[FaultGroup, ...]]:
        """What is wrong with rows, by reason, in the order of `faults`: a heading that says what became of them → those
        of them; headings without any are left out."""
        found = {}
        for action, heading in _HEADINGS.items():
            here = self.faults[self.faults["action"].eq(action)]
            if len(here):
                found[heading] = tuple(FaultGroup(str(reason), REASONS[str(reason)], rows)
                                       for reason, rows in here.groupby("reason", observed=True, sort=False))
        return found

    def fault_lines(self) -> list[str]:
        """What is wrong with rows, as lines of text."""
        return [line for heading, groups in self.fault_groups().items() for line in (heading, *map(_line_of, groups))]

    def faults_to_dict(self) -> dict[str, Any]:
        """What is wrong with rows, for JSON: ``counts`` and ``faults``."""
        return {"counts": [{"action": action, "reason": reason, "words": REASONS[reason], "rows": n}
                           for (action, reason), n in self.counts().items()],
                "faults": self.faults.astype(object).to_dict("records")}


def _line_of(group: FaultGroup) -> str:
    columns, n = ", ".join(group.columns), len(group.rows)
    more = f" and {n - _SHOWN_LINES:,} more" if n > _SHOWN_LINES else ""
    return (f"  {n:,}  {group.words}" + (f" (column {columns})" if columns else "")
            + f": line {', '.join(group.places(_SHOWN_LINES))}{more}")
