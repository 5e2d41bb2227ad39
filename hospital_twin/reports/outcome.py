"""The answer in words: what each scenario makes better and worse, and what it does not clearly change."""
from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from hospital_twin.comparison.sentences import by_effect, change
from hospital_twin.comparison.verdicts import CLEAR, HARDLY, NOT_COMPUTABLE, TOO_FEW, UNCLEAR
from hospital_twin.kpis import kpi_drawer
from hospital_twin.reports.answers import Answer
from hospital_twin.reports.wording import Verdict, verdict

_COUNTED = {"better": ("gets better", "get better"), "worse": ("gets worse", "get worse"),
            "higher": ("rises", "rise"), "lower": ("falls", "fall"),
            HARDLY: ("hardly changes", "hardly change"),
            UNCLEAR: ("shows no clear difference", "show no clear difference"),
            TOO_FEW: ("differs alike in too few replications to tell", "differ alike in too few replications to tell"),
            NOT_COMPUTABLE: ("cannot be computed", "cannot be computed")}


class Change(NamedTuple):
    """One number: what it is called, and how it changes (``30 → 18 min, −12 [−15, −10]``; empty where not clear)."""

    words: str
    numbers: str


class Finding(NamedTuple):
    """One scenario's answer. sentence: the whole in a line. groups: (verdict, what it is true of), the clear first."""

    scenario: str
    says: str
    sentence: str
    groups: tuple[tuple[Verdict, tuple[Change, ...]], ...]


def findings(answer: Answer) -> list[Finding]:
    """The answer for each scenario, from the headline of each KPI."""
    if answer.comparison is None:
        return []
    return [_finding(name, answer.comparison.says[name], answer.comparison.headlines(name))
            for name in answer.comparison.scenarios]


def _finding(scenario: str, says: str, rows: pd.DataFrame) -> Finding:
    groups = [(word, by_effect(rows[rows["verdict"] == word]) if word in CLEAR else rows[rows["verdict"] == word])
              for word in _COUNTED]
    groups = [(word, found) for word, found in groups if len(found)]
    counts = [f"{len(found)} {_COUNTED[word][len(found) > 1]}" for word, found in groups]
    counts[-1:] = [f"and {counts[-1]}"] if len(counts) > 1 else counts
    sentence = f"{says}: of {len(rows)} numbers {', '.join(counts)}.".replace(", and", " and")
    return Finding(scenario, says, sentence, tuple((verdict(word), tuple(_change(word, row) for _, row in
                                                                         found.iterrows()))
                                                   for word, found in groups))


def _change(word: str, row: pd.Series) -> Change:
    kpi = kpi_drawer()[row["kpi"]]
    if word not in (*CLEAR, HARDLY):
        return Change(kpi.say, "")
    return Change(kpi.say, change(row, kpi).removeprefix(kpi.say).strip())
