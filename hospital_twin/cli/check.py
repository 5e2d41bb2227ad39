"""`hospital-twin check`: what is in a log, what is wrong with it, and what it is good for."""
from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hospital_twin.cli import _options as options
from hospital_twin.cli._endings import DONE, NO
from hospital_twin.cli._options import command
from hospital_twin.cli._types import NewFile, Whole
from hospital_twin.cli._voice import Voice
from hospital_twin.errors import BadInput

if TYPE_CHECKING:
    from hospital_twin.eventlog import EventLog
    from hospital_twin.importers import QualityReport, SeriesReport
    from hospital_twin.layout import Layout
    from hospital_twin.validation import Effect


@command("check", example="hospital-twin check admissions.csv\n"
                          "hospital-twin check admissions.csv --save-mapping admissions.csv.mapping.yaml\n"
                          "hospital-twin check export.csv.gz --layout hospital.yaml --faults out/faults.csv\n"
                          "hospital-twin check admissions.csv --html out/admissions.html\n"
                          "hospital-twin check admissions.csv --layout hospital.yaml --effects",
         no="nothing can be calibrated from the log, or more of its rows were rejected than --most-rejected.")
@options.log
@options.reading
@click.option("--faults", type=NewFile(".csv"), help="Write every fault as a table: file, line, column, reason, what "
                                                     "became of the row. Values of the log are not in it.")
@click.option("--html", "page", type=NewFile(".html"), help="Write what is printed as a page, to be read, printed and "
                                                            "sent to who made the export.")
@click.option("--effects", "measure", is_flag=True, help="Measure what each thing found does to the twin: calibrate "
                                                          "with it and without, once for each.")
@click.option("--save-mapping", type=NewFile(".yaml", ".yml"), metavar="FILE",
              help="Write how the log was read (columns, units, kinds, activities, ...) as a mapping file, to be "
                   "corrected and used again. Under the log's whole name followed by .mapping.yaml it is found by "
                   "itself.")
@click.option("--most-rejected", type=Whole(0, 100), default=20, show_default=True,
              help="Per cent of the rows that may be rejected.")
@options.as_json
def check(*, log: str, layout: str | None, mapping: str | None, time_zone: str | None, faults: Path | None,  # noqa: PLR0913
          page: Path | None, measure: bool, save_mapping: Path | None, most_rejected: int, as_json: bool) -> int:
    """Read a LOG and print what was found: rows kept, repaired and rejected, with lines and reasons.

    LOG is a table of stays, intervals, events or offsets from the arrival, or of hourly counts or who is there, as CSV
    (.gz or .zip as well), Excel, Parquet or XES, or the folder of a MIMIC-IV hospital module. What its columns mean is
    found by their names and what stands in them; `--mapping` says it where that fails.
    """
    from hospital_twin.cli._inputs import layout_of, with_mapping
    from hospital_twin.cli._kept import is_kept
    voice = Voice(as_json)
    if save_mapping and save_mapping.exists():
        raise BadInput(f"--save-mapping {save_mapping}", "this file is there already", "another name, so that what was "
                       "corrected by hand is kept")
    if is_kept(log):
        raise BadInput(log, "this log was checked when it was imported; its rows are not kept",
                       "the file that it came from; or hospital-twin calibrate, which takes it")
    given = layout_of(layout)
    visits, report = _read(log, given, mapping, time_zone)
    found = _effects(visits, report, given) if measure else ()
    effect = {"effects": [asdict(one) for one in found]} if measure else {}
    voice.answer(report.to_dict() | effect if as_json else None)
    for line in () if as_json else report.lines():
        voice.block(line)
    if measure and not as_json:
        _show_effects(found, voice)
    if not as_json:
        _point_out(report.might_be(), with_mapping(log, mapping), voice)
    if faults:
        report.save_faults(faults)
        voice.say(f"Every fault, one per line: {faults}")
    if page:
        from hospital_twin.reports import write_log_page
        voice.say(f"As a page: {write_log_page(page, report)}")
    if save_mapping:
        report.save_mapping(save_mapping)
        voice.say(f"How the log was read: {save_mapping}. Correct it, then: {with_mapping(log, str(save_mapping))}")
    few = 100 * report.rejected <= most_rejected * report.read
    if not report.useful:
        voice.say("Answer: no. Nothing can be calibrated from this log.")
    elif not few:
        voice.say(f"Answer: no. {report.rejected:,} of {report.read:,} rows had to be rejected, which is more than "
                  f"{most_rejected} %.")
    return DONE if report.useful and few else NO


def _read(log: str, layout: Layout | None, mapping: str | None, time_zone: str | None
          ) -> tuple[EventLog | None, QualityReport | SeriesReport]:
    """A log and its report or, where no importer of visits reads the file, that of the counts in it."""
    from hospital_twin.cli._inputs import log_of
    from hospital_twin.cli._progress import busy
    from hospital_twin.importers import HoldsCounts, read_series
    try:
        return log_of(log, layout, mapping, time_zone)
    except HoldsCounts:
        with busy("Reading the counts"):
            return None, read_series(log, mapping, time_zone or (layout.time_zone if layout else None))[1]


def _effects(log: EventLog | None, report: QualityReport | SeriesReport, layout: Layout | None) -> tuple[Effect, ...]:
    """What the faults and findings of a log do to its twin."""
    from hospital_twin.cli._progress import progress
    from hospital_twin.validation import effects
    if log is None:
        raise BadInput("--effects", "these are counts, without visits that could be left out", "a log of visits")
    if not report.useful:
        raise BadInput("--effects", "nothing can be calibrated from this log", "a log of which the twin can learn")
    with progress("Calibrating with and without") as tell:
        return effects(log, report, layout, progress=tell)


def _show_effects(found: tuple[Effect, ...], voice: Voice) -> None:
    voice.heading("What that does to the twin")
    for effect in found:
        voice.block(f"  {effect.words} ({effect.action}, {effect.rows:,} {'row' if effect.rows == 1 else 'rows'})\n"
                    f"    {effect.says()}")
    if not found:
        voice.say("Nothing: there is no fault and no finding.")


def _point_out(found: tuple[str, str] | None, command: str, voice: Voice) -> None:
    """How to say that a column that is not used is one that is needed."""
    if found:
        field, header = found
        voice.block(f"  if one of the columns not used is one that is needed, name it in a mapping file: "
                    f"columns: {{{field}: {header}}}\n  then: {command}")
