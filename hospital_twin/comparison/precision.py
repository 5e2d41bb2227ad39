"""`run_until`: as many replications as an answer of a wanted precision needs."""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hospital_twin.comparison.compare import paired
from hospital_twin.comparison.intervals import mean_interval
from hospital_twin.comparison.sentences import number
from hospital_twin.drawers import entry
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import WHOLE_HOSPITAL
from hospital_twin.kpis import Kpi
from hospital_twin.runs import Experiment, Item, Result, Runs, run_all
from hospital_twin.runs.run import Keep, Progress


@dataclass(frozen=True, eq=False)
class Precision:
    """Runs made until they told one number well enough.

    runs: one per experiment. reached: whether the goal was reached before the maximum of replications.
    half_width: of the widest interval that was to be below `goal`; replications: how many it took. sentence: all
    this in words.
    """

    runs: tuple[Runs, ...]
    reached: bool
    half_width: float
    goal: float
    replications: int
    sentence: str


def run_until(  # noqa: PLR0913 - what to run, what is wanted, and the options of `run_all`
        experiments: Sequence[Experiment], *, kpi: str, half_width: float, statistic: str | None = None,
        place: str = WHOLE_HOSPITAL, confidence: float = 0.95, first: int = 10, most: int = 200,
        workers: int | None = None, keep: Keep | None = None, known: Mapping[Item, Result] | None = None,
        progress: Progress | None = None, logs: Path | None = None) -> Precision:
    """Replications until an interval's half-width is at most `half_width`, in the unit of the KPI.

    One experiment: the interval of its mean. Several: those of the paired differences of each from the first.
    After `first` replications the number needed is foreseen from their spread, n (h / wanted)², and batches are added
    (at most doubling each time) until it is reached or there are `most`. Stopping at a time that the results choose
    makes intervals cover a little less than they say; ten replications to begin with keep that small (Law, Simulation
    Modeling and Analysis, 5th ed. 2015, section 9.4.1).
    statistic, place: of the KPI; by default its headline for the whole hospital. The other options are those of
    `run_all`; `progress` counts each batch anew. Raises `BadInput` for what cannot be computed.
    """
    chosen: Kpi = entry("hospital_twin.kpis", "KPI", kpi, where="run until")
    _checked(half_width, first, most)
    statistic, done = statistic or chosen.headline, dict(known or {})
    number_now = first
    while True:
        runs = run_all(experiments, replications=number_now, workers=workers, keep=keep, known=done, progress=progress,
                       logs=logs)
        for one in runs:
            done |= {item: result for item, result in one.results().items() if item not in done}
        widest = _half_width(runs, (kpi, place, statistic), confidence)
        if widest <= half_width or number_now == most:
            break
        needed = math.ceil(number_now * (widest / half_width) ** 2)
        number_now = min(most, max(number_now + 2, min(needed, 2 * number_now)))
    return Precision(runs, widest <= half_width, widest, half_width, number_now,
                     _sentence(chosen, statistic, len(runs), number_now, widest, half_width))


def _checked(half_width: float, first: int, most: int) -> None:
    if not half_width > 0:
        raise BadInput("run until, half-width", f"it is {half_width}", "more than 0, in the unit of the KPI")
    if first < 2:
        raise BadInput("run until, replications", f"{first} to begin with", "2 or more: one has no interval")
    if most < first:
        raise BadInput("run until, replications", f"at most {most}, but {first} to begin with", "a greater maximum")


def _half_width(runs: Sequence[Runs], wanted: tuple[str, str, str], confidence: float) -> float:
    """The half-width of the widest interval of what is wanted."""
    kpi, place, statistic = wanted
    widths = []
    for other in runs[1:] or runs[:1]:
        table, ours, theirs = paired(runs[0], other, list(runs[0].replications))
        row = np.flatnonzero((table["kpi"].eq(kpi) & table["place"].eq(place) & table["statistic"].eq(statistic)
                              & table["hour"].isna()).to_numpy())
        values = ours[row] if other is runs[0] else theirs[row] - ours[row]
        if not len(row) or np.isfinite(values).sum() < 2:
            raise BadInput("run until", f"{statistic} of {kpi} for {place} cannot be computed from these runs",
                           "a number that they have: see the column reason of their KPIs")
        interval = mean_interval(values, confidence)
        widths.append(float(interval.high[0] - interval.low[0]) / 2)
    return max(widths)


def _sentence(kpi: Kpi, statistic: str, sides: int, replications: int, widest: float, goal: float) -> str:
    about = kpi.statistics[statistic]
    decimals = about.decimals + 1
    what = f"the {'difference in ' if sides > 1 else ''}{about.words}"
    now, wanted = (f"± {number(value, decimals)} {about.unit}" for value in (widest, goal))
    if widest <= goal:
        return f"{replications} replications tell {what} to {now} (wanted: {wanted})"
    return f"the maximum of {replications} replications tells {what} only to {now} (wanted: {wanted})"
