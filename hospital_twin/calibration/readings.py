"""What a trail laid along the pathways says: tokens on their way, and what was decided, done and passed on it."""
from __future__ import annotations

from typing import NamedTuple

from hospital_twin.calibration.conditions import Clock
from hospital_twin.calibration.grammar import Choice, Now

NOWHERE = -2
"""Where a gap leads whose end was not seen."""


class Leaf(NamedTuple):
    """A token: the operation it is at, the sighting it made last (-1 is the arrival), and whether that is over.

    vague: more may have passed since than its own operations tell.
    """

    op: int
    last: int = -1
    over: bool = True
    vague: bool = False


class Fork(NamedTuple):
    """A token that waits at a fork for its branches."""

    op: int
    branches: tuple[Leaf | Fork, ...]


Token = Leaf | Fork


class Moment(NamedTuple):
    """A choice, and the sighting that tells its time (-1 is the arrival): its end if `over`, else its start."""

    choice: Choice
    last: int
    over: bool


class Use(NamedTuple):
    """A sighting made by an operation, by a visit that was `now`."""

    op: int
    sighting: int
    now: Now


class Gap(NamedTuple):
    """Time between two sightings of one token in which it passed operations that left no trace.

    silent, perhaps: those operations, as of a `Way`. to: the next sighting; -1 where the trail ends.
    """

    silent: tuple[int, ...]
    perhaps: tuple[int, ...]
    last: int
    over: bool
    to: int
    now: Now


class Reading(NamedTuple):
    """One way through the pathways that leaves a visit's trail.

    entry: which of the entries tried. choices, uses, gaps: what happened on it, in order.
    """

    entry: int
    choices: tuple[Moment, ...]
    uses: tuple[Use, ...]
    gaps: tuple[Gap, ...]


class Start(NamedTuple):
    """Where a visit may begin: an operation, what it is then, and what was decided before."""

    entry: int
    op: int
    now: Now
    choices: tuple[Choice, ...] = ()


class Sighting(NamedTuple):
    """One sighting as the alignment needs it: its kind's number and the clock at its start and end."""

    label: int
    tied: bool
    clocks: tuple[Clock | None, Clock | None] = (None, None)
