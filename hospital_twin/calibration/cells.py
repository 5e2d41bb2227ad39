"""The classes that a number of a layout distinguishes: each number written in it, and whom it is for."""
from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from hospital_twin.calibration.paths import Path
from hospital_twin.layout import By
from hospital_twin.program.builder import Builder
from hospital_twin.program.codes import Key


class Moments(NamedTuple):
    """Who and when, one entry for each time that a number was used.

    attributes: places of the values of all class attributes, shape (n, attributes), -1 where not known.
    unit, source: their numbers, -1 for none or not known. hour (0-23), weekday (0 is Monday), month (1-12).
    """

    attributes: np.ndarray
    unit: np.ndarray
    source: np.ndarray
    hour: np.ndarray
    weekday: np.ndarray
    month: np.ndarray

    def column(self, kind: int, which: int) -> np.ndarray:
        """The values that one key of a `By` looks at, as places among its options."""
        if kind == Key.ATTRIBUTE:
            return self.attributes[:, which]
        return {Key.HOUR: self.hour, Key.WEEKDAY: self.weekday, Key.MONTH: self.month - 1, Key.UNIT: self.unit,
                Key.SOURCE: self.source}[Key(kind)]


class Cells:
    """A plain value, or one by class, taken apart into its leaves.

    paths: where each leaf is. leaves: what stands there. words: whom each is for (``acuity 2``), ``""`` if everybody.
    """

    def __init__(self, builder: Builder, value: Any, path: Path):
        self.paths: list[Path] = []
        self.leaves: list[Any] = []
        self.words: list[str] = []
        if isinstance(value, By):
            tagged = By.model_construct(by=value.by, of=self._tagged(value.of, value.by, (*path, "of"), ""),
                                        otherwise=self._other(value, path))
            place = builder.choice(tagged, lambda leaf: leaf[0], "calibration")
            self.keys, cells = builder.choices[place]
            self._cells = np.array(cells, dtype=np.int64)
        else:
            self.keys = ()
            self._cells = np.array([self._leaf(value, path, "")[0]])

    def _leaf(self, value: Any, path: Path, words: str) -> tuple[int]:
        self.paths.append(path)
        self.leaves.append(value)
        self.words.append(words)
        return (len(self.leaves) - 1,)

    def _tagged(self, of: Any, by: tuple[str, ...], path: Path, words: str) -> Any:
        if not by:
            return self._leaf(of, path, words)
        return {key: self._tagged(below, by[1:], (*path, key), f"{words}, {by[0]} {key}".removeprefix(", "))
                for key, below in of.items()}

    def _other(self, value: By, path: Path) -> Any:
        return None if value.otherwise is None else self._leaf(value.otherwise, (*path, "otherwise"), "the others")

    def of(self, moments: Moments) -> np.ndarray:
        """The leaf that holds for each moment; -1 where the layout has none or the class is not known."""
        cell = np.zeros(len(moments.unit), dtype=np.int64)
        known = np.ones(len(cell), dtype=bool)
        for kind, which, options in self.keys:
            value = moments.column(kind, which)
            known &= (value >= 0) & (value < options)
            cell = cell * options + np.where(known, value, 0)
        return np.where(known, self._cells[cell], -1)

    def attributes(self) -> list[int]:
        """The class attributes that it depends on."""
        return [which for kind, which, _ in self.keys if kind == Key.ATTRIBUTE]
