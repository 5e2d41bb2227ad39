"""What calibration has found so far: numbers to put into the layout, where each comes from, and what stays unknown."""
from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from hospital_twin.calibration.bed_waits import Asked, asked, place_ends
from hospital_twin.calibration.cells import Cells, Moments
from hospital_twin.calibration.evidence import Evidence, Table
from hospital_twin.calibration.names import places
from hospital_twin.calibration.paths import Path, Place, steps_of
from hospital_twin.calibration.trails import local
from hospital_twin.distributions.units import convert
from hospital_twin.eventlog import EventLog
from hospital_twin.eventlog.clock import NEVER
from hospital_twin.hospital import Fit
from hospital_twin.layout import Layout
from hospital_twin.program import Program
from hospital_twin.program.builder import Builder
from hospital_twin.program.codes import Op

UNSEEN_WAIT = 0.5
"""Hours that a wait for staff is allowed for, where the log does not show it and something much longer is measured."""


def rounded(value: float) -> float:
    """A number as it is written into a layout: six digits."""
    return float(f"{value:.6g}")


class Findings:
    """The state of one calibration.

    resource_names: a resource of the layout → its name in the log.
    values: path in the layout → new value. fits: the pedigree of each. not_fitted: what the log could not tell.
    """

    def __init__(self, log: EventLog, layout: Layout, program: Program, seen: Evidence):
        self.log, self.layout, self.program, self.seen = log, layout, program, seen
        self.steps = steps_of(layout)
        self.builder = Builder(layout)
        alike = places(log.resources, layout.resources())
        self.resource_names = {list(layout.resources())[place]: name
                               for name, place in zip(log.resources, alike, strict=True) if place >= 0}
        names = set(log.stays["resource"].cat.categories)
        self.resource_names |= {name: name for name in layout.resources() if name in names}
        self._means: dict[int, float] = {}
        self.values: dict[Path, Any] = {}
        self.fits: list[Fit] = []
        self.not_fitted: list[str] = []

    @cached_property
    def asked(self) -> Asked:
        """`bed_waits.asked`, which every step between two places looks at."""
        return asked(self)

    @cached_property
    def place_ends(self) -> tuple[np.ndarray, np.ndarray]:
        """`bed_waits.place_ends`, likewise."""
        return place_ends(self)

    def found(self, path: Path, value: Any, fit: Fit) -> None:
        """A number for a place in the layout."""
        self.values[path] = value
        self.fits.append(fit)

    def kept(self, sentence: str) -> None:
        """Something that the log does not tell."""
        if sentence not in self.not_fitted:
            self.not_fitted.append(sentence)

    def cells(self, value: Any, path: Path) -> Cells:
        """The leaves of a value of the layout."""
        return Cells(self.builder, value, path)

    def step(self, op: int) -> Place | None:
        """The step that an operation was written for; None for those of sources."""
        return self.steps.get(self.step_name(op))

    def step_name(self, op: int) -> str:
        """The name of an operation's step."""
        number = int(self.program.code.ops[op, 6])
        return self.program.words.steps[number] if number >= 0 else ""

    def mean_hours(self, op: int) -> float:
        """How long an operation takes by the layout, over all classes alike.

        `UNSEEN_WAIT` for waiting for staff; infinite for a place that the log does not see.
        """
        code = int(self.program.code.ops[op, 0])
        if code == Op.SEIZE:
            return np.inf if self.program.requests[self.program.code.ops[op, 3]].place else UNSEEN_WAIT
        if code != Op.DELAY:
            return 0.0
        if op not in self._means:
            place = self.step(op)
            leaves = self.cells(place.step.takes, (*place.path, "takes")).leaves
            self._means[op] = float(np.mean([convert(leaf.mean(), leaf.unit or "h", "h") for leaf in leaves]))
        return self._means[op]

    def times(self, table: Table) -> np.ndarray:
        """When each thing of a table happened, in ticks: at the sighting before it, or at the arrival."""
        trails = self.seen.trails
        if not len(trails.start):
            return trails.arrive[table.visit]
        sighting = np.maximum(table.sighting, 0)
        after = np.where(table.over & (trails.end[sighting] != NEVER), trails.end[sighting], trails.start[sighting])
        return np.where(table.sighting < 0, trails.arrive[table.visit], after)

    def moments(self, table: Table, at: np.ndarray) -> Moments:
        """Who and when, for things of a table that happened at some ticks."""
        hour, weekday, month, _ = local(np.where(at == NEVER, self.seen.trails.finish, at), self.log.time_zone)
        return Moments(table.classes, table.unit, table.source, hour, weekday, month)

    def within(self, table: Table, at: np.ndarray) -> Table:
        """The part of a table that happened in the observed window."""
        return taken(table, (at >= self.seen.trails.begin) & (at != NEVER))

    def unknown(self, cells: Cells) -> list[str]:
        """The class attributes that some cells depend on and the log does not have."""
        known = self.seen.trails.attributes_known
        return [self.program.words.attributes[which] for which in cells.attributes() if not known[which]]


def taken(table: Table, which: np.ndarray) -> Table:
    """Some rows of a table."""
    return Table(*(column[which] for column in table))


class Named(NamedTuple):
    """A place in the layout that takes a number: its path, and the same in words."""

    path: Path
    words: str

    def at(self, words: str) -> str:
        """A class's place in words: ``pathways.walk_in.triage.takes (acuity 2)``."""
        return f"{self.words} ({words})" if words else self.words
