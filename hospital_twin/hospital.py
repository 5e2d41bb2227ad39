"""`Hospital`: a layout whose numbers are fitted, and where each number comes from."""
from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from hospital_twin.eventlog import UNTOLD
from hospital_twin.layout import Layout, Part, checked, read_fields, write_yaml


class Fit(Part):
    """The pedigree of one fitted number (or table of numbers).

    path: its place in the layout (``sources.walk_in.rate``). estimate: the one number that sums it up (of durations the
    median, of a week's rates the arrivals a day), None where there is none; low, high: its 95 % interval.
    candidates: families tried, each with its criterion (BIC) less that of the one taken; of those less clearly better
    than by what decides, the layout's own or the simpler is kept. gap: the greatest difference between the shares of
    durations that had ended by some time as fitted and as observed, 0 to 1; gap_by_chance: what it exceeds once in
    twenty times where the family is right.
    """

    path: str
    estimator: str
    value: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    censored: int = 0
    note: str = ""
    candidates: dict[str, float] = Field({}, description="BIC of each family tried, less that of the one taken.")
    gap: float | None = Field(None, description="Greatest difference of the fitted and the observed curve, 0 to 1.")
    gap_by_chance: float | None = Field(None, description="What chance alone makes of it once in twenty times.")

    def how_well(self) -> str:
        """How far the fitted curve is from the observed one, in words; "" where there is no curve to compare."""
        if self.gap is None or self.gap_by_chance is None:
            return ""
        chance = "as chance alone would leave it" if self.gap <= self.gap_by_chance else (
            f"more than chance alone would leave, {100 * self.gap_by_chance:.1f}")
        return f"within {100 * self.gap:.1f} percentage points of the observed curve, {chance}"


class Pedigree(Part):
    """The log that the numbers were fitted on.

    counts: whether it has counts without visits; `visits` is then how many were counted to arrive.
    """

    name: str
    sha256: str
    start: str
    end: str
    visits: int
    version: str
    counts: bool = False


class Hospital(Part):
    """A layout with fitted numbers in place, each with its pedigree."""

    layout: Layout
    fits: tuple[Fit, ...] = ()
    fitted_on: Pedigree | None = None
    not_fitted: tuple[str, ...] = Field((), description="What the log could not tell, in words.")
    untold: tuple[Literal[tuple(UNTOLD)], ...] = Field(
        (), description="What the layout has stand-ins for: questions that rest on it are refused.")

    @classmethod
    def of(cls, layout: Layout) -> Hospital:
        """A hospital with the numbers that its layout states."""
        return cls(layout=layout)

    def with_layout(self, **sections) -> Hospital:
        """The same hospital with other sections in its layout."""
        return self.model_copy(update={"layout": self.layout.model_copy(update=sections)})

    def save(self, path: str | Path) -> None:
        """Write as YAML, numbers and pedigree."""
        write_yaml(self, path)


def read_hospital(path: str | Path) -> Hospital:
    """A hospital from a saved hospital or a plain layout file."""
    value, lines = read_fields(path, "layout or hospital", "a YAML file with name, units, sources, pathways, ...")
    if "layout" in value:
        return checked(Hospital, value, str(path), lines)
    return Hospital.of(checked(Layout, value, str(path), lines))
