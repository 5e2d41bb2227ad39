"""`hospital-twin demo`: the whole street once, on the sample that comes with the program or on an own log."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from hospital_twin.cli import _options as options
from hospital_twin.cli._options import FOLDER, STORE, command
from hospital_twin.cli._types import Days, Folder, Whole
from hospital_twin.cli._voice import Voice, short
from hospital_twin.shipped import samples_folder

if TYPE_CHECKING:
    import pandas as pd

    from hospital_twin.cli._study import Question
    from hospital_twin.eventlog import EventLog
    from hospital_twin.hospital import Hospital
    from hospital_twin.importers import QualityReport
    from hospital_twin.layout import Layout

SHOWN_UNKNOWN = 6
SAMPLE, SAMPLE_LAYOUT = "community_year.csv.gz", "community_hospital"


class _Window(NamedTuple):
    """How to simulate."""

    days: float
    replications: int
    seed: int
    workers: int | None


@command("demo", example="hospital-twin demo\n"
                         "hospital-twin demo --log admissions.csv --layout my_hospital.yaml --no-serve")
@click.option("--log", "log", metavar="LOG", help="Log to use.  [default: the sample that comes with the program]")
@options.reading
@click.option("--days", type=Days(0), default=63, show_default=True, help="Length of each replication.")
@click.option("--replications", type=Whole(2, 10_000), default=8, show_default=True,
              help="How often each scenario is simulated.")
@options.seed
@options.workers
@click.option("--into", "folder", type=Folder(), default=FOLDER, show_default=True,
              help="Folder for the hospital, the runs and the report.")
@click.option("--serve/--no-serve", "serve", default=True, help="Serve the answer as pages at the end, or stop before.")
@options.port
def demo(*, log: str | None, layout: str | None, mapping: str | None, time_zone: str | None, days: float,  # noqa: PLR0913
         replications: int, seed: int, workers: int | None, folder: Path, serve: bool, port: int) -> None:
    """Walk from an admission log to an answered what-if, and serve the answer as a page.

    Reads a log and says what is wrong with it, calibrates, shows the twin beside the log, and compares two what-ifs
    with the hospital as it is. Without `--log`, on a synthetic sample.
    """
    from hospital_twin.cli._inputs import layout_of
    from hospital_twin.cli.serve import serve_pages
    voice, sample = Voice(), log is None
    if sample:
        voice.say("Everything in this demo is synthetic: its log was written by `hospital-twin generate` from a "
                  "hospital that does not exist, and no row of it belongs to a real person.")
    given = layout_of(layout or (SAMPLE_LAYOUT if sample else None))
    read, report = _read(log or short(samples_folder() / SAMPLE), given, mapping, time_zone, voice)
    folder.mkdir(parents=True, exist_ok=True)
    hospital = _calibrated(read, given, folder / "hospital.yaml", voice)
    asked = _question(hospital, read, report, _Window(days, replications, seed, workers), synthetic=sample)
    _answer(asked, read, folder, voice)
    if serve:
        serve_pages(folder / STORE.name, port)


def _read(path: str, layout: Layout | None, mapping: str | None, time_zone: str | None, voice: Voice
          ) -> tuple[EventLog, QualityReport]:
    """Read a log and say what was wrong with it."""
    from hospital_twin.cli._inputs import log_of
    from hospital_twin.importers import REASONS
    voice.heading("1. The log, and what is wrong with it")
    log, report = log_of(path, layout, mapping, time_zone)
    voice.say(f"{report.file}: {report.read:,} rows read, {report.kept:,} kept ({report.repaired:,} of them repaired), "
              f"{report.rejected:,} rejected. {report.visits:,} visits with {report.stays:,} stays, "
              f"{_day(log.start, log)} to {_day(log.end, log)}.")
    voice.table(("rows", "", "what is wrong"), [
        (f"{n:,}", action, REASONS[reason]) for (action, reason), n in report.counts().items()], "rll")
    if layout is None:
        _show_guesses(report, voice)
    voice.say(f"Lines of each, and what columns and units were taken for: hospital-twin check {report.file}")
    return log, report


def _show_guesses(report: QualityReport, voice: Voice) -> None:
    """Say of each unit whose kind nobody told what it is taken for, and how to tell it."""
    guessed = {word.name: word.means for word in report.units if word.name and word.how == "guess"}
    if not guessed:
        return
    # A name that says nothing is taken for a ward: of all guesses the most likely to be wrong.
    doubtful = next((name for name, kind in guessed.items() if kind == "ward"), next(iter(guessed)))
    other = "ed" if guessed[doubtful] == "ward" else "ward"
    voice.say("What a unit is, is a guess by its name here, and the twin is built on it. Where it is wrong, say it in "
              f"a mapping (--mapping FILE), as in kinds: {{{doubtful}: {other}}}")
    voice.table(("unit", "is taken for: a guess"), guessed.items(), "ll")


def _day(time: pd.Timestamp, log: EventLog) -> str:
    return f"{time.tz_convert(log.time_zone):%Y-%m-%d}"


def _calibrated(log: EventLog, layout: Layout | None, path: Path, voice: Voice) -> Hospital:
    """Fit the hospital, save it, and say what the log could not tell."""
    from hospital_twin.cli._fitting import fitted, tell_unknown
    voice.heading("2. The twin, calibrated on the log")
    hospital = fitted(log, layout, voice)
    hospital.save(path)
    voice.say(f"Each number with its interval and the cases behind it: {path}")
    tell_unknown(hospital, voice, SHOWN_UNKNOWN)
    return hospital


def _question(hospital: Hospital, log: EventLog, report: QualityReport, window: _Window, *, synthetic: bool
              ) -> Question:
    from hospital_twin.cli._study import Question, of_a_draft
    from hospital_twin.cli._what_ifs import what_ifs
    from hospital_twin.eventlog import hourly
    scenarios = what_ifs(hospital)
    words = " or ".join(scenario.sentence() for scenario in scenarios)
    return Question(f"What changes with {words}?", hospital, scenarios, window.days, None, window.replications,
                    window.seed, window.workers, synthetic=synthetic, faults=_faults(report), observed=hourly(log),
                    cautions=of_a_draft(hospital, scenarios))


def _faults(report: QualityReport) -> tuple[str, ...]:
    """What was wrong with the log: first how many rows are left out and why most of them, then every reason."""
    from hospital_twin.importers import REASONS
    counts = report.counts()
    out = {reason: n for (action, reason), n in counts.items() if action == "rejected"}
    if not counts:
        return ()
    lead = f"{report.rejected:,} of {report.read:,} rows ({100 * report.rejected / report.read:.1f} %) left out"
    if out:
        lead += f", most often for this: {REASONS[max(out, key=out.__getitem__)]}"
    return (f"{lead}.", *(
        f"{REASONS[reason][0].upper()}{REASONS[reason][1:]} ({n:,} {'row' if n == 1 else 'rows'}, {action})"
        for (action, reason), n in counts.items()))


def _answer(question: Question, log: EventLog, folder: Path, voice: Voice) -> None:
    """The twin beside the log, the what-ifs beside the baseline, and the report."""
    import pandas as pd

    from hospital_twin.cli import _study as study
    from hospital_twin.cli._beside import show_beside
    from hospital_twin.reports.beside import SAME_LOG
    from hospital_twin.store import Store
    from hospital_twin.validation import beside
    path = folder / STORE.name
    with Store(path) as store:
        voice.heading("3. Is the twin right? Beside the log")
        question = study.settled(question, store, voice)
        runs = study.baseline(question, store, voice)
        # A log begins like a run: without those who were in the beds already.
        left_out = min(pd.Timedelta(days=runs.warm_up_days), (log.end - log.start) / 2)
        table = beside(log, runs, warm_up=left_out)
        show_beside(table, voice)
        for doubt in question.cautions:
            voice.say(f"Caution: {doubt}")
        voice.say(SAME_LOG)
        voice.heading("4. What if")
        made = study.answered(question, store, voice, table)
    study.show(made.answer, voice)
    voice.heading("5. To look at")
    study.report(made.answer, folder / "report.html", voice)
    study.where_kept(path, voice)
