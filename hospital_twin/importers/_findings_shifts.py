"""Levels that change for good from one week to the next."""
from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.eventlog.clock import TICKS_PER_HOUR, times
from hospital_twin.importers._finding import Finding, WholeLog
from hospital_twin.importers._findings_stretches import stretches
from hospital_twin.importers._flows import ARRIVALS, DAY, Flow, Flows

_WEEK = 7 * DAY
_FEWEST_WEEKS, _FEWEST_A_WEEK = 16, 20
_TRIM = 0.15
"""A share of the weeks before and after a break, from which its levels can be told."""
_LEAST_CHANGE = math.log(1.15)
_LEAST = 0.001
"""Chance, over all breaks of the hospital, and over all breaks of all its units, below which it is none."""
_MOST_LIKE = 0.9
"""The greatest correlation of neighbouring weeks that is allowed for."""


class _Break(NamedTuple):
    """week: the first of the new level. change: of the logarithm of the level. chance: that there is none."""

    week: int
    change: float
    chance: float


def level_shifts(whole: WholeLog) -> Iterator[Finding]:
    """A level of arrivals, of the hospital or of a unit, that is another one from some week on.

    The logarithms of the weekly counts are a level, a yearly harmonic, noise of which neighbouring weeks are alike
    (AR(1)), and a step; of a unit, also the hospital's own weeks, so that neither busy times nor a step of the whole
    are taken for one of its own. The greatest of the Wald statistics of the steps at all weeks counts (Andrews 1993),
    its chance multiplied by the number of weeks.
    """
    weeks = int(whole.flows.hours.hours.sum() * TICKS_PER_HOUR) // _WEEK
    if weeks < _FEWEST_WEEKS:
        return
    counts = [(flow, _weekly(flow, whole.flows, weeks)) for flow in whole.flows.of(ARRIVALS)]
    of_all, units = counts[0][1], [(flow, own) for flow, own in counts[1:] if own.mean() >= _FEWEST_A_WEEK]
    sound = _whole_weeks(whole.flows, weeks)
    for flow, own in [counts[0], *units]:
        at = np.flatnonzero(sound & (own > 0) & (of_all > 0))
        if own.mean() < _FEWEST_A_WEEK or len(at) < _FEWEST_WEEKS:
            continue
        beside = None if flow.place is None else np.log(of_all[at])
        found = _greatest(np.log(own[at]), at, beside)
        among = 1 if flow.place is None else len(units)
        if found is not None and found.chance * among < _LEAST and _is_plain(found, own[at]):
            yield _finding(whole, flow, own[at], at, found)


def _weekly(flow: Flow, flows: Flows, weeks: int) -> np.ndarray:
    return np.bincount((flow.times - flows.hours.edges[0]) // _WEEK, minlength=weeks)[:weeks]


def _whole_weeks(flows: Flows, weeks: int) -> np.ndarray:
    """Weeks in which no arrivals are missing anywhere."""
    sound, first = np.ones(weeks, dtype=bool), flows.hours.edges[0]
    for stretch in stretches(flows):
        if stretch.flow.what == ARRIVALS:
            sound[(stretch.begin - first) // _WEEK:(stretch.end - first) // _WEEK + 1] = False
    return sound


def _greatest(level: np.ndarray, week: np.ndarray, beside: np.ndarray | None) -> _Break | None:
    """The step that is least likely to be none, among those at all weeks but the first and the last.

    level: logarithms at the `week`s that are whole. The noise's correlation is that of the residuals of the best step,
    plus what its estimate lacks in a short record (about (p + 3ρ) / n for p terms: Marriott & Pope 1954).
    """
    n, turn = len(level), 2 * np.pi * week * 7 / 365.25
    terms = [np.ones(n), np.cos(turn), np.sin(turn), *(() if beside is None else (beside - beside.mean(),))]
    design = np.column_stack(terms)
    steps = np.arange(n)[:, np.newaxis] >= np.arange(math.ceil(_TRIM * n), n - math.ceil(_TRIM * n) + 1)
    p = design.shape[1] + 1
    wald, _ = _wald(level, design, steps.astype(float), 0.0)
    best = int(np.argmax(np.abs(wald)))
    rest = _without(np.column_stack((design, steps[:, best])), level)
    if float(rest @ rest) < 1e-9 * n:
        return None
    alike = max(float(rest[1:] @ rest[:-1]) / float(rest @ rest), 0.0)
    wald, change = _wald(level, design, steps.astype(float), min(alike + (p + 3 * alike) / n, _MOST_LIKE))
    best = int(np.argmax(np.abs(wald)))
    chance = steps.shape[1] * _two_tails(abs(float(wald[best])), n - p)
    return _Break(int(np.argmax(steps[:, best])), float(change[best]), chance)


def _wald(level: np.ndarray, design: np.ndarray, steps: np.ndarray, alike: float) -> tuple[np.ndarray, np.ndarray]:
    """The statistic t of each step, and the step, after the noise was whitened (Prais & Winsten 1954)."""
    left = _without(_white(design, alike), np.column_stack((_white(level, alike), _white(steps, alike))))
    level, steps = left[:, 0], left[:, 1:]
    size = np.maximum((steps**2).sum(axis=0), 1e-12)
    change = steps.T @ level / size
    error = np.maximum(level @ level - change**2 * size, 1e-12) / (len(level) - design.shape[1] - 1)
    return change * np.sqrt(size / error), change


def _white(columns: np.ndarray, alike: float) -> np.ndarray:
    white = columns.astype(float)
    white[1:] -= alike * columns[:-1]
    white[0] *= math.sqrt(1 - alike * alike)
    return white


def _without(design: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """What the design does not explain of some columns."""
    basis, _ = np.linalg.qr(design)
    return columns - basis @ (basis.T @ columns)


def _two_tails(t: float, freedom: int) -> float:
    """The chance of Student's t beyond ±t (Wallace 1959), to a few per cent of itself."""
    normal = (8 * freedom + 1) / (8 * freedom + 3) * math.sqrt(freedom * math.log1p(t * t / freedom))
    return math.erfc(normal / math.sqrt(2))


def _is_plain(found: _Break, own: np.ndarray) -> bool:
    """Whether the step is `_LEAST_CHANGE` or more, and the bare counts show as much the same way.

    In one year a season and a step look alike: what the harmonic alone makes of level weeks is no step.
    """
    bare = math.log(own[found.week:].mean() / own[:found.week].mean())
    return min(abs(found.change), bare * math.copysign(1, found.change)) > _LEAST_CHANGE


def _finding(whole: WholeLog, flow: Flow, own: np.ndarray, week: np.ndarray, found: _Break) -> Finding:
    first = whole.flows.hours.edges[0] + int(week[found.week]) * _WEEK
    start = pd.Timestamp(times(np.array([first]))[0])
    change, after = math.expm1(found.change), own[found.week:]
    beyond = "the season allowed for" if flow.place is None else "beyond what the whole hospital's arrivals explain"
    return Finding("level_shift", f"arrivals {f'at {flow.place}' if flow.place else 'in the whole hospital'} are "
                   f"{abs(change):.0%} {'more' if change > 0 else 'fewer'} from about {whole.clock(start)[:10]} on "
                   f"({beyond}): {own[:found.week].mean():,.0f} a week before, {after.mean():,.0f} after",
                   flow.place, start, whole.log.end, int(after.sum()))
