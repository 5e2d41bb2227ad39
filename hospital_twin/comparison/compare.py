"""`compare`: a baseline beside scenarios that met the same patients."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hospital_twin.comparison.doubts import few_or_lopsided
from hospital_twin.comparison.intervals import FULL, Interval, bounded, mean_interval, skewness
from hospital_twin.comparison.levels import possible
from hospital_twin.comparison.matching import check_alike
from hospital_twin.comparison.sentences import scenario_sentence
from hospital_twin.comparison.truncation import cautions
from hospital_twin.comparison.turned import KEY, keyed, keys_of, turned
from hospital_twin.comparison.verdicts import NOT_COMPUTABLE, alike, verdicts
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import WHOLE_HOSPITAL
from hospital_twin.kpis import kpi_drawer
from hospital_twin.runs import Runs


@dataclass(frozen=True, eq=False)
class Comparison:
    """What each scenario changes.

    table: one row per scenario, KPI, place, hour (missing for the whole window) and statistic: ``unit``;
    ``baseline`` and ``value``, means over the replications, with their own intervals ``baseline_low`` …
    ``value_high`` (NaN where all replications have the same, of which no interval follows); ``difference`` (value −
    baseline) with its paired interval ``low``, ``high``; ``verdict``, one of `verdicts.VERDICTS`; ``skewness`` of the
    differences; ``n`` pairs; ``reason`` where not computable.
    baseline: its name. says: scenario → what it changes, in words. confidence: of each interval.
    replications: how many pairs there were. cautions: what the reader should know before believing the numbers.
    """

    table: pd.DataFrame
    baseline: str
    says: Mapping[str, str]
    confidence: float
    replications: int
    cautions: tuple[str, ...] = ()

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios compared with the baseline, in order."""
        return tuple(self.says)

    def headlines(self, scenario: str | None = None) -> pd.DataFrame:
        """The row of each KPI that is shown where there is room for one; of one scenario or of all."""
        wanted = self.table["kpi"].map({name: kpi.headline for name, kpi in kpi_drawer().items()})
        shown = (self.table["statistic"].eq(wanted) & self.table["place"].eq(WHOLE_HOSPITAL)
                 & self.table["hour"].isna())
        if scenario is not None:
            shown &= self.table["scenario"].eq(self._known(scenario))
        return self.table[shown].reset_index(drop=True)

    def sentence(self, scenario: str | None = None) -> str:
        """What a scenario changes, in one sentence; of the first scenario by default.

        ``+2 ED doctors 10:00–22:00: median wait for a doctor 38 → 27 min, −11 [−13, −9]; boarding: no clear
        difference``.
        """
        scenario = self._known(scenario or self.scenarios[0])
        return scenario_sentence(self.says[scenario], self.headlines(scenario), kpi_drawer())

    def note(self, *, every: bool = False) -> str:
        """What the intervals promise, and what many of them together do not; of the headlines, or of `every` number
        that is of no single hour."""
        rows = self.table[self.table["hour"].isna()] if every else self.headlines()
        rows = rows[rows["verdict"].ne(NOT_COMPUTABLE)]
        chance = len(rows) * (1 - self.confidence)
        by_chance = f"about {chance:.0f}" if chance >= 1 else "fewer than one"
        return (f"Differences are paired: both sides met the same patients in each of {self.replications} "
                "replications, and they are taken before rounding. Each interval is made to hold by itself "
                f"{100 * self.confidence:.3g} times in 100; where few replications are lopsided it holds less often. "
                f"{len(rows):,} differences are {'listed' if every else 'shown'} here, of which "
                f"{by_chance} would seem clear by chance if nothing had changed: choose what you look at before "
                "you look.")

    def _known(self, scenario: str) -> str:
        if scenario not in self.says:
            raise BadInput("comparison", f"there is no scenario {scenario!r}", "one of " + ", ".join(self.says))
        return scenario


def compare(baseline: Runs, *others: Runs, confidence: float = 0.95, joint: bool = False,
            known: tuple[str, ...] = ()) -> Comparison:
    """Scenarios beside a baseline that met the same patients (common random numbers).

    Replication r of a scenario is paired with replication r of the baseline. For each number the differences of the
    pairs are averaged, and their Student-t interval is that of `mean_interval`: the paired-t comparison of Law,
    Simulation Modeling and Analysis, 5th ed. 2015, section 10.2.1. A quantile is taken within each replication and
    then averaged, never over pooled patients; a share is a quotient of sums within each replication. Pairs in which
    either side could not tell a number are left out of it, and ``n`` says how many remain.

    The verdict is clear when the interval excludes 0 and the difference is at least the least that matters
    (`Statistic.least`). Equal differences of a few pairs have no interval and no verdict. Ends stay within what can
    be: nothing falls by more than the baseline has, no share rises by more than is left of 100 %. Intervals hold one
    by one; with `joint` each is widened so that for any one number those of all scenarios hold together (Bonferroni:
    1 − (1 − confidence) / scenarios).
    known: cautions that whoever made the runs has already; those that the runs themselves show follow.
    Raises `BadInput` when there is nothing to compare or the runs are not alike but for their scenario.
    """
    if not others:
        raise BadInput("comparison", "there is only a baseline", "one scenario or more beside it")
    if not 0.5 <= confidence < 1:
        raise BadInput("comparison, confidence", f"it is {confidence}", "from 0.5 to below 1, as in 0.95")
    check_alike(baseline, others)
    shared = [n for n in baseline.replications if all(n in other.replications for other in others)]
    if len(shared) < 2:
        raise BadInput("comparison, replications", f"the runs share {len(shared)}",
                       "at least 2 replications, better 10 or more, for an interval")
    each = 1 - (1 - confidence) / len(others) if joint else confidence
    rows = pd.concat([_compared(baseline, other, shared, each) for other in others], ignore_index=True)
    found = Comparison(rows, baseline.scenario, {other.scenario: other.says for other in others}, each, len(shared))
    return replace(found, cautions=(*known, *cautions((baseline, *others)), *few_or_lopsided(found.headlines())))


def paired(baseline: Runs, other: Runs, shared: list[int]) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Keys (one row each), and the values of baseline and scenario, shape (rows, replications)."""
    tables = [turned(runs.kpis).reindex(columns=shared) for runs in (baseline, other)]
    keys = tables[0].index.append(tables[1].index.difference(tables[0].index, sort=False))
    ours, theirs = (table.reindex(keys).to_numpy() for table in tables)
    return keys_of(keys), ours, theirs


def _compared(baseline: Runs, other: Runs, shared: list[int], confidence: float) -> pd.DataFrame:
    table, ours, theirs = paired(baseline, other, shared)
    both = np.isfinite(ours) & np.isfinite(theirs)
    sides = [mean_interval(np.where(both, values, np.nan), confidence) for values in (ours, theirs)]
    difference = mean_interval(np.where(both, theirs - ours, np.nan), confidence)
    drawer = kpi_drawer()
    kpis = [drawer.get(name) for name in table["kpi"]]
    about = [kpi.statistics[name] if kpi else None for kpi, name in zip(kpis, table["statistic"], strict=True)]
    table.insert(0, "scenario", other.scenario)
    table["unit"] = [one.unit if one else "" for one in about]
    for name, side, values in zip(("baseline", "value"), sides, (ours, theirs), strict=True):
        table[name] = side.mean
        table[f"{name}_low"], table[f"{name}_high"] = possible(side, values, table["unit"])
    words = verdicts(difference, [kpi.better if kpi else "none" for kpi in kpis], about)
    table["difference"] = difference.mean
    table["low"], table["high"] = _possible_change(difference, sides[0].mean, np.hstack((ours, theirs)), table["unit"])
    table["verdict"], table["skewness"] = words, skewness(np.where(both, theirs - ours, np.nan))
    table["n"] = difference.n
    table["reason"] = _reasons(table, baseline, other)
    return table


def _possible_change(difference: Interval, baseline: np.ndarray, values: np.ndarray, unit: pd.Series
                     ) -> tuple[np.ndarray, np.ndarray]:
    """An interval's ends within what a baseline leaves room for; none where all pairs differ alike, but not by 0.

    values: of both sides, shape (rows, any).
    """
    none = alike(difference) & (difference.mean != 0)
    low, high = bounded(difference, values, unit.eq("%").to_numpy(), -baseline, FULL - baseline)
    return np.where(none, np.nan, low), np.where(none, np.nan, high)


def _reasons(table: pd.DataFrame, *sides: Runs) -> list[str]:
    """Why a number is not computable: what the first replication that could not tell it said."""
    said = pd.concat([runs.kpis[runs.kpis["reason"].ne("")] for runs in sides])
    known = keyed(said).drop_duplicates(KEY).set_index(KEY)["reason"].to_dict()
    keys = keyed(table)[KEY].itertuples(index=False, name=None)
    return [known.get(key, "only one side has it") if verdict == NOT_COMPUTABLE else ""
            for key, verdict in zip(keys, table["verdict"], strict=True)]
