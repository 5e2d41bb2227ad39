"""From a question to its stored answer: what `run`, `compare` and `demo` have in common."""
from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from hospital_twin.cli._progress import in_words, progress
from hospital_twin.cli._types import Goal
from hospital_twin.cli._voice import Voice, records
from hospital_twin.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from hospital_twin.comparison import Comparison, Precision, WarmUp
    from hospital_twin.eventlog import Series
    from hospital_twin.hospital import Hospital
    from hospital_twin.reports import Answer, Verdict
    from hospital_twin.runs import Experiment, Item, Runs
    from hospital_twin.scenario import Scenario
    from hospital_twin.store import Store, Study

PILOTS = 8
"""Replications in which the warm-up is looked for, in their mean."""


@dataclass(frozen=True)
class Question:
    """What is asked, of which hospital, and how it is to be simulated.

    warm_up_days: None for as many as are needed. goal: with it, `replications` is the maximum.
    seconds_a_day: measured time to simulate a day with these workers; 0 when it is not known yet.
    cautions: what was found on the way that the reader of the answer should know. logs: where the logs of the runs lie
    in which the warm-up was looked for, so that nobody is simulated twice.
    """

    words: str
    hospital: Hospital
    scenarios: tuple[Scenario, ...]
    days: float
    warm_up_days: float | None
    replications: int
    seed: int
    workers: int | None
    starts: date | None = None
    goal: Goal | None = None
    synthetic: bool = False
    faults: tuple[str, ...] = ()
    observed: Series | None = None
    seconds_a_day: float = 0.0
    cautions: tuple[str, ...] = ()
    logs: Path | None = None

    def experiments(self) -> tuple[Experiment, ...]:
        """The baseline and each scenario."""
        from hospital_twin.runs import Experiment
        from hospital_twin.scenario import BASELINE
        first = Experiment(self.hospital, BASELINE, self.days, self.warm_up_days or 0, self.seed, self.starts)
        return (first, *(replace(first, scenario=scenario) for scenario in self.scenarios))

    def planned(self) -> int | None:
        """How many simulations it takes; None when that depends on how precise they turn out."""
        return None if self.goal else self.replications * (len(self.scenarios) + 1)

    def simulated(self) -> list[int]:
        """Replications of the baseline whose logs are there, so that they are only measured."""
        return [int(log.stem) for log in self.logs.glob("*/*.log")] if self.logs else []

    def study(self) -> Study:
        """The question as the store keeps it."""
        from hospital_twin.store import Study
        return Study(self.words, self.experiments(), typed(), self.synthetic, self.faults, self.observed)


class Answered(NamedTuple):
    """An answer, the study under which it is stored, whether the wanted precision was reached, and what to know."""

    answer: Answer
    study: str
    precision: Precision | None
    cautions: tuple[str, ...]


def of_a_draft(hospital: Hospital, scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """What to know of an answer about beds where nobody has told how many there are."""
    from hospital_twin.calibration import BEDS_OF_A_DRAFT
    if not any(lever.id == "beds" for scenario in scenarios for lever in scenario.levers):
        return ()
    return tuple(f"The hospital does not know {sentence}." for sentence in hospital.not_fitted
                 if sentence.startswith(BEDS_OF_A_DRAFT))


def typed() -> str:
    """The command as it was typed."""
    return click.get_current_context().find_root().obj


def settled(question: Question, store: Store, voice: Voice) -> Question:
    """The question with its warm-up found, and said; as it is when its warm-up was given."""
    if question.warm_up_days is not None:
        return question
    from hospital_twin.comparison import warm_up
    from hospital_twin.runs import run
    pilot = replace(question, words="How long does the empty hospital take to fill?", scenarios=(), warm_up_days=0)
    study, began = store.begin(pilot.study(), PILOTS), time.monotonic()
    known, logs = store.known(study), _folder_of_logs()
    with progress("Looking for the warm-up") as tell:
        runs = run(pilot.experiments()[0], replications=PILOTS, workers=question.workers, keep=store.keeper(study),
                   known=known, progress=tell, logs=logs, keep_logs=True)
    try:
        found = warm_up(runs)
    except BadInput as wrong:
        wrong.expected += "; or say how many days to leave out: --warm-up 2"
        raise
    days = _left_out(found, question.days)
    voice.say(f"Warm-up: {found.how}. The first {days:g} days are not measured.")
    made = PILOTS - len(known)
    pace = (time.monotonic() - began) / (made * question.days) if made else 0.0
    doubts = () if found.enough else (
        f"The warm-up was not found: {found.how}. The first {days:g} days are left out, half of the run; the numbers "
        "may be those of a hospital that is still filling.",)
    return replace(question, warm_up_days=days, seconds_a_day=pace, cautions=(*question.cautions, *doubts),
                   logs=logs)


def _folder_of_logs() -> Path:
    """A folder that goes when the command ends."""
    return Path(click.get_current_context().with_resource(TemporaryDirectory(prefix="hospital_twin_")))


def _left_out(found: WarmUp, days: float) -> float:
    """Whole weeks, so that every weekday counts alike, with two days to spare for what the finding varies by."""
    half = days // 2
    return min(math.ceil((found.days + 2) / 7) * 7.0, half) if found.enough else half


def baseline(question: Question, store: Store, voice: Voice) -> Runs:
    """The hospital as it is, kept as a part of the whole question's answer."""
    study = store.begin(question.study(), question.planned())
    (runs,), _ = _simulated(replace(question, goal=None), 1, store, study, voice)
    return runs


def answered(question: Question, store: Store, voice: Voice, beside: pd.DataFrame | None = None) -> Answered:
    """Simulate what is not stored yet, compare, and store the answer.

    beside: the log's KPIs beside the twin's, to be kept and shown with it.
    """
    from hospital_twin.comparison import compare
    from hospital_twin.reports import Answer
    study = store.begin(question.study(), question.planned())
    runs, precision = _simulated(question, len(question.scenarios) + 1, store, study, voice)
    comparison = compare(*runs, known=question.cautions) if len(runs) > 1 else None
    store.finish(study, comparison, **({} if beside is None else {"beside": beside}))
    answer = Answer(question.words, question.hospital, runs, comparison, question.observed, beside, question.faults,
                    typed(), question.synthetic)
    # Of a baseline alone, what its runs show of their warm-up is what was known of it, said a second time.
    return Answered(answer, study, precision, answer.cautions if comparison else question.cautions or answer.cautions)


def _simulated(question: Question, first: int, store: Store, study: str, voice: Voice
               ) -> tuple[tuple[Runs, ...], Precision | None]:
    """Runs of the first experiments of a question, and how precise they were to be."""
    from hospital_twin.comparison import run_until
    from hospital_twin.runs import run_all
    experiments, known = question.experiments()[:first], store.known(study)
    _budget(question, experiments, known, voice)
    with progress("Simulating") as tell:
        options = {"workers": question.workers, "keep": store.keeper(study), "known": known, "progress": tell,
                   "logs": question.logs}
        if question.goal is None:
            return run_all(experiments, replications=question.replications, **options), None
        found = run_until(experiments, kpi=question.goal.kpi, half_width=question.goal.half_width,
                          first=min(10, question.replications), most=question.replications, **options)
        return found.runs, found


def _budget(question: Question, experiments: Sequence[Experiment], known: Iterable[Item], voice: Voice) -> None:
    """Say what is going to be simulated and, where that was measured, how long it will take."""
    names = [experiment.scenario.name for experiment in experiments]
    wanted = {(name, n) for name in names for n in range(question.replications)}
    stored = wanted.intersection(known)
    again = wanted.intersection((names[0], n) for n in question.simulated()) - stored
    there = ((len(stored), "are stored already"), (len(again), "were simulated for the warm-up"))
    done = ", ".join(f"{count} {how}" for count, how in there if count)
    lasts = len(wanted - stored - again) * question.days * question.seconds_a_day
    most = "up to " if question.goal else ""
    sides = f" of each of {len(names)} scenarios" if len(names) > 1 else ""
    voice.say(f"Simulating {most}{question.replications} replications{sides}, {question.days:g} days each"
              f"{f' ({done})' if done else ''}{f': about {in_words(lasts)}' if lasts else ''}.")


def show(answer: Answer, voice: Voice) -> None:
    """The KPIs of the baseline alone, or a table and a sentence for each scenario."""
    from hospital_twin.reports import answer_rows
    every, comparison = answer_rows(answer), answer.comparison
    rows = [row for row in every if not row.reason]
    if comparison is None:
        voice.table(("", "", "mean", "95 % interval"), [
            (row.title, row.unit, row.baseline, row.baseline_interval) for row in rows], "llrr")
    for place, scenario in enumerate(comparison.scenarios if comparison else ()):
        voice.heading(comparison.says[scenario])
        voice.table(("", "", "baseline", "with it", "difference", "95 % interval", ""), [
            (row.title, row.unit, row.baseline, cell.value, cell.difference, cell.interval, _shown(cell.verdict))
            for row in rows for cell in (row.cells[place],)], "llrrrrl")
        voice.say()
        voice.say(f"{comparison.sentence(scenario)}.")
    voice.say()
    for row in every:
        if row.reason:
            voice.say(f"{row.title}: {row.reason}.")
    for caution in answer.cautions:
        voice.say(f"Caution: {caution}")
    if comparison:
        voice.say(comparison.note())
        _next_step(comparison, voice)


def _next_step(comparison: Comparison, voice: Voice) -> None:
    """What to do about differences that are not clear."""
    from hospital_twin.comparison.intervals import enough_to_halve
    from hospital_twin.comparison.sentences import number
    from hospital_twin.comparison.verdicts import UNCLEAR
    from hospital_twin.kpis import kpi_drawer
    rows = comparison.headlines()
    rows = rows[rows["verdict"].eq(UNCLEAR) & rows["high"].gt(rows["low"])]
    if rows.empty:
        return
    half = (rows["high"] - rows["low"]) / 2
    least = (half / rows["baseline"].where(rows["baseline"] > 0)).fillna(0).argmax()
    kpi = kpi_drawer()[rows["kpi"].iloc[least]]
    halved = enough_to_halve(comparison.replications)
    width = f"± {number(round(half.iloc[least], kpi.decimals), kpi.decimals)} {kpi.unit}"
    voice.say(f"No clear difference is not none: {comparison.replications} replications tell, for example, {kpi.say} "
              f"only to {width}. To halve that takes about {halved} in all: --replications {halved}")


def _shown(verdict: Verdict) -> str:
    return f"{verdict.shape} {verdict.word}".strip()


def as_json(found: Answered, store: Path) -> dict[str, Any]:
    """The answer for scripts: what was asked, a sentence per scenario, and every number that is of no single hour."""
    from hospital_twin.comparison import levels
    answer, runs = found.answer, found.answer.baseline
    comparison = answer.comparison
    table = levels(runs) if comparison is None else comparison.table
    sentences = [{"scenario": name, "says": comparison.says[name], "sentence": comparison.sentence(name)}
                 for name in comparison.scenarios] if comparison else []
    return {"question": answer.question, "hospital": runs.hospital, "starts": runs.starts, "days": runs.days,
            "warm_up_days": runs.warm_up_days, "seed": runs.seed, "replications": len(runs.replications),
            "scenarios": sentences, "table": records(table[table["hour"].isna()].drop(columns="hour")),
            "cautions": found.cautions,
            "precision_reached": found.precision.reached if found.precision else None,
            "study": found.study, "store": store}


def report(answer: Answer, path: Path, voice: Voice) -> None:
    """Write the answer as a page."""
    from hospital_twin.reports import write_report
    voice.say(f"Report with pictures: {write_report(path, answer)}")


def where_kept(store: Path, voice: Voice) -> None:
    """Where the runs are, and how to look at them."""
    from hospital_twin.cli._options import STORE
    named = "" if store == STORE else f" --store {store}"
    voice.say(f"The runs are kept in {store}. To look at them: hospital-twin serve{named}")
