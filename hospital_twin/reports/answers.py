"""What a reader is shown about one question: the values it rests on, and the table of answers."""
from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.comparison import Comparison, levels
from hospital_twin.comparison.sentences import shown
from hospital_twin.comparison.truncation import cautions
from hospital_twin.comparison.verdicts import NOT_COMPUTABLE
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import WHOLE_HOSPITAL, Series
from hospital_twin.hospital import Hospital
from hospital_twin.kpis import Kpi, kpi_drawer
from hospital_twin.levers import in_words
from hospital_twin.reports.staffing import staffed_places
from hospital_twin.reports.wording import NOTHING, Verdict, figure, verdict
from hospital_twin.runs import EVERYBODY, Runs


@dataclass(frozen=True, eq=False)
class Answer:
    """Everything that is shown about one question.

    runs: of the baseline first, then of each scenario. comparison: None when there is only a baseline.
    observed: hourly counts of the log. beside: the log's KPIs beside the twin's (`validation.beside`).
    faults: what was found wrong with the log, a sentence each. command: what recomputes all this when typed.
    synthetic: the log was generated, not recorded.
    Raises `BadInput` without runs.
    """

    question: str
    hospital: Hospital
    runs: tuple[Runs, ...]
    comparison: Comparison | None = None
    observed: Series | None = None
    beside: pd.DataFrame | None = None
    faults: tuple[str, ...] = ()
    command: str = ""
    synthetic: bool = False

    def __post_init__(self) -> None:
        if not self.runs:
            raise BadInput("answer, runs", "there are none", "the baseline's runs, and those compared with it")

    @property
    def baseline(self) -> Runs:
        """The runs of the hospital as it is."""
        return self.runs[0]

    @property
    def scenarios(self) -> tuple[Runs, ...]:
        """The runs that are compared with the baseline."""
        return self.runs[1:]

    @cached_property
    def cautions(self) -> tuple[str, ...]:
        """What to know before believing the numbers: the comparison's, or of a baseline alone what its runs show."""
        return cautions(self.runs) if self.comparison is None else self.comparison.cautions

    def staffed(self, scenario: str) -> Mapping[str, np.ndarray]:
        """Unit → planned staffed places at each hour of a scenario's runs (`staffing.staffed_places`)."""
        return self._staffed[scenario]

    @cached_property
    def _staffed(self) -> dict[str, Mapping[str, np.ndarray]]:
        return {runs.scenario: staffed_places(self.hospital, runs) for runs in self.runs}

    def places(self) -> dict[str, str]:
        """The places whose hours can be shown, units first, each with its name as it is read."""
        everybody = f"{EVERYBODY} (emergency department included)"
        return {str(place): everybody if place == EVERYBODY else in_words(str(place))
                for place in self.baseline.census["place"].cat.categories}


class Cell(NamedTuple):
    """One number of one scenario: its value, the difference from the baseline, its interval, and what follows."""

    value: str
    difference: str
    interval: str
    verdict: Verdict


class AnswerRow(NamedTuple):
    """One number: what it is called, its unit and definition, the baseline's value with its interval, and one cell
    per scenario in their order. reason: why the baseline's cannot be computed, else empty."""

    title: str
    unit: str
    definition: str
    baseline: str
    baseline_interval: str
    cells: tuple[Cell, ...]
    reason: str = ""


def answer_rows(answer: Answer, *, every: bool = False) -> list[AnswerRow]:
    """The table of answers, one row per KPI; with `every`, one per statistic and place.

    Where a twin is not told all that headlines rest on, the numbers that it does tell stand beside those it does not.
    """
    table = _alone(answer.baseline) if answer.comparison is None else answer.comparison.table
    names = [runs.scenario for runs in answer.scenarios] if answer.comparison is not None else []
    kpis, rows = kpi_drawer(), []
    for (kpi, place, statistic), group in table[table["hour"].isna()].groupby(["kpi", "place", "statistic"],
                                                                              sort=False):
        headline = place == WHOLE_HOSPITAL and kpi in kpis and statistic == kpis[kpi].headline
        instead = bool(answer.hospital.untold) and math.isfinite(group["baseline"].iloc[0])
        if kpi in kpis and (every or headline or instead):
            rows.append(_row(kpis[kpi], statistic, place, group.set_index("scenario"), names,
                             short=headline and not every))
    return rows


def _row(kpi: Kpi, statistic: str, place: str, lines: pd.DataFrame, names: list[str], *, short: bool) -> AnswerRow:
    about, first = kpi.statistics[statistic], lines.iloc[0]
    words = kpi.title if short else about.words + ("" if place == WHOLE_HOSPITAL else f", {in_words(place)}")
    value, interval = figure(first["baseline"], about.decimals), _level_interval(first, about.decimals)
    return AnswerRow(words[0].upper() + words[1:], about.unit, f"{about.words}: {kpi.definition} Source: {kpi.source}.",
                     value, interval, tuple(_cell(lines.loc[name], about.decimals) for name in names),
                     str(first["reason"]) if not math.isfinite(first["baseline"]) else "")


def _cell(line: pd.Series, decimals: int) -> Cell:
    said = verdict(str(line["verdict"]))
    if line["verdict"] == NOT_COMPUTABLE:
        return Cell(NOTHING, NOTHING, NOTHING, said)
    found = shown(line, decimals)
    return Cell(found.value, found.difference, found.interval or NOTHING, said)


def _level_interval(line: pd.Series, decimals: int) -> str:
    """``[29, 34]``; in words where all replications say the same; nothing where there are too few to say."""
    low, high = line["baseline_low"], line["baseline_high"]
    if math.isfinite(low) and math.isfinite(high):
        return f"[{figure(round(low, decimals), decimals)}, {figure(round(high, decimals), decimals)}]"
    if line["n"] < 2:
        return ""
    return f"{'none' if line['baseline'] == 0 else 'the same'} in all {line['n']}"


def _alone(runs: Runs) -> pd.DataFrame:
    """The baseline's numbers in the columns of a comparison with nothing."""
    names = {"value": "baseline", "low": "baseline_low", "high": "baseline_high"}
    return levels(runs).rename(columns=names).assign(scenario=runs.scenario)
