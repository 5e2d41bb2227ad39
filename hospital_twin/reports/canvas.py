"""Pictures as plain SVG: axes that turn numbers into places on the paper, and the marks on it."""
from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np


class Mark(NamedTuple):
    """One thing on the paper: a path, a dot, or a text. style: a class of the report's style sheet."""

    kind: str
    style: str
    d: str = ""
    x: float = 0.0
    y: float = 0.0
    text: str = ""
    anchor: str = "start"


class Key(NamedTuple):
    """One line of a legend: the style of a mark, what it stands for."""

    style: str
    text: str


@dataclass(frozen=True, eq=False)
class Picture:
    """A drawing with its heading, its legend and the sentence under it, which also says it to who cannot see it."""

    title: str
    width: int
    height: int
    marks: tuple[Mark, ...]
    keys: tuple[Key, ...]
    sentence: str


@dataclass(eq=False)
class Canvas:
    """Paper under construction. x_range, y_range: the numbers at the borders; edges: left, right, top, bottom."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    width: int = 920
    height: int = 300
    edges: tuple[int, int, int, int] = (58, 16, 14, 34)
    marks: list[Mark] = field(default_factory=list)

    def x(self, value: float) -> float:
        """Place of a number from the left."""
        left, right, _, _ = self.edges
        low, high = self.x_range
        return round(left + (value - low) / (high - low) * (self.width - left - right), 2)

    def y(self, value: float) -> float:
        """Place of a number from the top."""
        _, _, top, bottom = self.edges
        low, high = self.y_range
        return round(self.height - bottom - (value - low) / (high - low) * (self.height - top - bottom), 2)

    def line(self, xs: Iterable[float], ys: Iterable[float], style: str) -> None:
        """A line through points; it has a gap where a number is missing."""
        d, pen_down = [], False
        for x, y in zip(xs, ys, strict=True):
            if math.isfinite(y):
                d.append(f"{'L' if pen_down else 'M'}{self.x(x)} {self.y(y)}")
            pen_down = math.isfinite(y)
        self.marks.append(Mark("path", style, " ".join(d)))

    def band(self, xs: Sequence[float], low: Sequence[float], high: Sequence[float], style: str) -> None:
        """The area between two lines."""
        there = [f"{self.x(x)} {self.y(y)}" for x, y in zip(xs, high, strict=True)]
        back = [f"{self.x(x)} {self.y(y)}" for x, y in zip(reversed(xs), reversed(low), strict=True)]
        self.marks.append(Mark("path", style, "M" + " L".join(there + back) + " Z"))

    def dot(self, x: float, y: float, style: str) -> None:
        """A dot at a pair of numbers."""
        self.marks.append(Mark("dot", style, x=self.x(x), y=self.y(y)))

    def text(self, x: float, y: float, words: str, style: str, anchor: str = "start") -> None:
        """Words at a place on the paper (not at numbers)."""
        self.marks.append(Mark("text", style, x=round(x, 2), y=round(y, 2), text=words, anchor=anchor))

    def scale_left(self, unit: str) -> None:
        """Horizontal rules with their numbers, and the unit over them."""
        left, right, top, _ = self.edges
        for tick in round_steps(*self.y_range):
            y = self.y(tick)
            self.marks.append(Mark("path", "rule", f"M{left} {y} H{self.width - right}"))
            self.text(left - 6, y + 4, f"{tick:g}", "scale", "end")
        self.text(4, top - 2, unit, "scale")

    def rule_down(self, value: float) -> None:
        """A thin line from top to bottom at a number."""
        _, _, top, bottom = self.edges
        self.marks.append(Mark("path", "rule", f"M{self.x(value)} {top} V{self.height - bottom}"))

    def area(self, low: float, high: float, style: str) -> None:
        """All between two numbers, from top to bottom."""
        _, _, top, bottom = self.edges
        left, right = self.x(low), self.x(high)
        self.marks.append(Mark("path", style, f"M{left} {top} H{right} V{self.height - bottom} H{left} Z"))

    def picture(self, title: str, keys: Iterable[Key], sentence: str) -> Picture:
        """The finished picture."""
        return Picture(title, self.width, self.height, tuple(self.marks), tuple(keys), sentence)


def round_steps(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers from `low` to `high`, about so many: steps of 1, 2 or 5 times a power of ten."""
    if not high > low:
        return [low]
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(k * step, 10) for k in range(first, math.floor(high / step + 1e-9) + 1)]


def above(values: Iterable[float], *, least: float = 1.0) -> float:
    """A border a little above all numbers that are there."""
    finite = [v for v in np.ravel(list(values)) if math.isfinite(v)]
    return max(max(finite, default=0.0) * 1.08, least)
