"""A table, whatever file it lies in: names of columns, first rows, and all rows of the columns that are wanted."""
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

OK, TOO_FEW, TOO_MANY = range(3)
"""What can be said of a row's number of fields."""
SAMPLE_ROWS = 200
"""Rows at the beginning of a table by which its columns are recognised."""


class TextRows(NamedTuple):
    """The wanted columns of all rows.

    lines: line on which each row begins. columns: object arrays of trimmed text. fields: `OK`, `TOO_FEW` or `TOO_MANY`
    of them (the text of such rows is left empty). blank: lines with nothing on them, which are no rows.
    """

    lines: np.ndarray
    columns: tuple[np.ndarray, ...]
    fields: np.ndarray
    blank: int


@dataclass(frozen=True, eq=False)
class Table(ABC):
    """What the beginning of a table shows. Each kind of file has a class of its own, which reads the rest.

    name: as messages name it. header: names of the columns as written, trimmed; header_line: where they stand, 0 where
    the file keeps them apart from its rows. sample: the first complete rows. notes: what a reader should know of how
    the file was understood.
    """

    name: str
    header: tuple[str, ...]
    header_line: int
    sample: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def column(self, position: int) -> np.ndarray:
        """The sample's values of one column."""
        return np.array([row[position] for row in self.sample], dtype=object)

    @property
    def where(self) -> str:
        """Where the names of the columns stand, for messages."""
        return f"{self.name}, line {self.header_line}" if self.header_line else self.name

    @abstractmethod
    def read(self, wanted: Sequence[int], unlike: Sequence[int] = ()) -> TextRows:
        """All rows, of the columns at the positions `wanted` alone.

        unlike: positions of columns whose values hardly repeat; of the others each text may be kept in memory once.
        Raises `BadInput` for a file that is damaged.
        """


def of_texts(lines: np.ndarray, columns: Sequence[np.ndarray], blank: int = 0) -> TextRows:
    """Rows of a file in which none can have too few fields."""
    return TextRows(lines.astype(np.int64), tuple(columns), np.full(len(lines), OK, dtype=np.int8), blank)
