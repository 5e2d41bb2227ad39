"""The flat program: a hospital compiled for one window of time, as arrays and names."""
from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hospital_twin.distributions import Flat


class Words(NamedTuple):
    """The names behind the program's numbers, each in the order of its numbers.

    places: where in the layout each operation is written, as messages name it.
    """

    resources: tuple[str, ...]
    roles: tuple[str, ...]
    units: tuple[str, ...]
    kinds: tuple[str, ...]
    attributes: tuple[str, ...]
    values: tuple[tuple, ...]
    activities: tuple[str, ...]
    dispositions: tuple[str, ...]
    sources: tuple[str, ...]
    pathways: tuple[str, ...]
    rules: tuple[str, ...]
    steps: tuple[str, ...]
    places: tuple[str, ...]


class Calendar(NamedTuple):
    """The local clock over the horizon. All times are ticks (microseconds) since the run's epoch.

    hour_start: tick at which each local hour begins, one row a day of 24 (an hour that the clock skips begins when
    the next one does; one that comes twice begins the first time), shape (days, 24).
    boundary, hour, weekday, month: the local hour of the week from each UTC hour boundary on, shape (hours,).
    """

    epoch: int
    horizon: int
    time_zone: str
    hour_start: np.ndarray
    boundary: np.ndarray
    hour: np.ndarray
    weekday: np.ndarray
    month: np.ndarray


class Code(NamedTuple):
    """Operations: one row each of (op, next, other, a, b, c, step), and the hash of the draw that it makes.

    ways: (choice of a probability or expression, target) of each way of a PICK, and first operations of forks.
    loops: whether an operation can be reached from itself, so that its draws are numbered.
    """

    ops: np.ndarray
    sites: np.ndarray
    loops: np.ndarray
    ways: np.ndarray
    branches: np.ndarray
    entries: np.ndarray


class Tables(NamedTuple):
    """What operations look things up in.

    choices: for each, (first key, keys, first cell). keys: (what, which, size). cells: an index into a pool, -1 none.
    numbers: the pool of probabilities, amounts and weights. mixes: (first, how many) into mix_value, mix_sum.
    durations: flat distributions. expressions: (first, how many) into words (code, argument).
    """

    choices: np.ndarray
    keys: np.ndarray
    cells: np.ndarray
    numbers: np.ndarray
    mixes: np.ndarray
    mix_value: np.ndarray
    mix_sum: np.ndarray
    durations: tuple[Flat, ...]
    expressions: np.ndarray
    words: np.ndarray


class Resources(NamedTuple):
    """Capacity, order and habits of each resource.

    unit_of: the unit whose place it is, or -1. scale: integer units that one of it supplies (more than 1 only for
    staff that ratios share). changes: (resource, tick, amount, reason) in order of tick.
    orders: (first, how many) into order_terms (expressions). reserve: (keep, expression) or (0, -1).
    cleaning: choice of a duration per resource, -1 none; cleaning_site: its draw.
    """

    unit_of: np.ndarray
    scale: np.ndarray
    changes: np.ndarray
    orders: np.ndarray
    order_terms: np.ndarray
    hand_over: np.ndarray
    reserve: np.ndarray
    named: np.ndarray
    pace: tuple[tuple[float, ...], ...]
    cleaning: np.ndarray
    cleaning_site: np.ndarray
    discharge: np.ndarray


class Request(NamedTuple):
    """What a SEIZE asks for, and how it waits.

    asks: choice of a list of alternatives. place: whether it asks for a unit's place. patience: choice of a duration.
    Targets are operations; -1 means none.
    """

    asks: int
    place: bool
    keeps: bool
    activity: int
    patience: int
    patience_from_arrival: bool
    patience_renewed: bool
    gives_up: int
    room: int
    when_full: int
    number: int
    hold_line: bool
    preempt: int
    same_as: int


class Alternative(NamedTuple):
    """One way to meet a request: (resource, choice of an amount in integer units) each; who is admitted; its cost."""

    needs: tuple[tuple[int, int], ...]
    admits: int
    cost: int


class Window(NamedTuple):
    """A time of day waited for. kind 0: profile, 1: fixed times, 2: open hours.

    sums: running sums of the 24 hourly weights, one row a weekday (7, 25). accept: share of candidates that go on
    each weekday; shares: whether any is below 1. times: minutes of the week, or spans of them.
    """

    kind: int
    sums: np.ndarray
    accept: np.ndarray
    shares: bool
    times: np.ndarray


class Source(NamedTuple):
    """What makes visits.

    entry: first operation. ceiling: height of a layer an hour. rate: (tick, visits an hour) from then on.
    slots: (tick, number, entry). batch: choice of a mix over sizes, -1 none; batch_sizes its values.
    """

    kind: int
    hash: int
    entry: int
    pathway: int
    ceiling: float
    rate_at: np.ndarray
    rate: np.ndarray
    day_factor: Flat | None
    slots: np.ndarray
    offset: int
    no_show: int
    batch: int
    batch_sizes: tuple[int, ...]
    count: int
    sites: dict[str, int]


class Rule(NamedTuple):
    """When something happens during the run. Expressions; flat durations or None; (act, target, value) each."""

    when: int
    until: int
    lasting: Flat | None
    at_least: Flat | None
    after: Flat | None
    between: np.ndarray
    acts: tuple[tuple[int, int, int], ...]
    sites: dict[str, int]


@dataclass(frozen=True, eq=False)
class Program:
    """A hospital compiled for one window: what every engine interprets. `docs/program.md` describes the parts."""

    name: str
    words: Words
    calendar: Calendar
    code: Code
    tables: Tables
    resources: Resources
    requests: tuple[Request, ...]
    asks: tuple[tuple[Alternative, ...], ...]
    windows: tuple[Window, ...]
    sources: tuple[Source, ...]
    rules: tuple[Rule, ...]
    swap: bool
    drain: bool
    attribute_numbers: tuple[tuple[float, ...], ...]
    untold: tuple[str, ...] = ()
