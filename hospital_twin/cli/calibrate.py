"""`hospital-twin calibrate`: a log and a layout become a hospital with fitted numbers."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hospital_twin.cli import _options as options
from hospital_twin.cli._endings import DONE, NO
from hospital_twin.cli._options import FOLDER, command
from hospital_twin.cli._types import NewFile
from hospital_twin.cli._voice import Voice
from hospital_twin.errors import BadInput

if TYPE_CHECKING:
    from hospital_twin.eventlog import EventLog
    from hospital_twin.hospital import Hospital
    from hospital_twin.importers import QualityReport, SeriesReport
    from hospital_twin.layout import Layout

STANDARD = FOLDER / "hospital.yaml"


@command("calibrate", example="hospital-twin calibrate admissions.csv --layout my_hospital.yaml -o out/hospital.yaml\n"
                              "hospital-twin run out/hospital.yaml",
         no="the log tells none of the layout's numbers.")
@options.log
@options.reading
@click.option("-o", "--output", "output", type=NewFile(".yaml", ".yml"), default=None,
              help=f"Where the hospital is written.  [default: {STANDARD}]")
@options.as_json
def calibrate(*, log: str, layout: str | None, mapping: str | None, time_zone: str | None, output: Path | None,  # noqa: PLR0913
              as_json: bool) -> int:
    """Fit the numbers of a layout to a LOG and write the hospital that comes out.

    Each number comes with its interval and what it rests on; what the log cannot tell keeps the layout's number and is
    listed. Without `--layout` one is drafted from the log's own units. LOG is as for `check`, or a log that `import`
    has kept, as twin.sqlite/admissions. From counts without visits comes a reduced twin, which refuses what they do
    not tell.
    """
    from hospital_twin.cli._fitting import tell_unknown, told
    from hospital_twin.cli._inputs import layout_of
    voice, given = Voice(as_json), layout_of(layout)
    path = output or STANDARD
    _only_over_its_own(path, layout)
    hospital = _hospital(log, given, mapping, time_zone, voice)
    path.parent.mkdir(exist_ok=True)
    hospital.save(path)
    voice.answer({"hospital": path, "fitted_on": hospital.fitted_on.model_dump() if hospital.fitted_on else None,
                  "fits": [fit.model_dump() for fit in hospital.fits], "not_fitted": hospital.not_fitted})
    for fit in hospital.fits:
        voice.say(told(fit), indent=2)
    tell_unknown(hospital, voice)
    voice.say(f"Written: {path}. Next: hospital-twin run {path}")
    return DONE if hospital.fits else NO


def _hospital(log: str, layout: Layout | None, mapping: str | None, time_zone: str | None, voice: Voice) -> Hospital:
    """The hospital of a log or, where no importer of visits reads the file, of the counts in it."""
    from hospital_twin.cli._fitting import fitted
    from hospital_twin.importers import HoldsCounts
    try:
        found = _read(log, layout, mapping, time_zone, voice)
    except HoldsCounts as counts:
        if layout is not None:
            raise BadInput("--layout", f"{log} holds counts, and no visits to be laid along a layout's pathways",
                           "no layout: one is drafted from the counts, and its rates can be copied into another"
                           ) from counts
        return _of_counts(log, mapping, time_zone, voice)
    return fitted(found, layout, voice)


def _of_counts(log: str, mapping: str | None, time_zone: str | None, voice: Voice) -> Hospital:
    from hospital_twin.calibration import calibrate_series
    from hospital_twin.cli._progress import busy
    from hospital_twin.importers import read_series
    with busy("Reading the counts"):
        series, report = read_series(log, mapping, time_zone)
    _say_rows(report, voice)
    with busy("Fitting the numbers"):
        hospital = calibrate_series(series, report.kinds)
    about = hospital.fitted_on
    voice.say(f"These are counts without visits. The twin drafted from them is a reduced one: {len(report.places):,} "
              f"{'place' if len(report.places) == 1 else 'places'}, and no way from one to another.")
    voice.say(f"{len(hospital.fits)} numbers of {hospital.layout.name} fitted to counts, {about.start[:10]} to "
              f"{about.end[:10]}.")
    return hospital


def _say_rows(report: QualityReport | SeriesReport, voice: Voice) -> None:
    voice.say(f"{report.file}: {report.read:,} rows read, {report.kept:,} kept, {report.rejected:,} rejected "
              f"(what and why: hospital-twin check {report.file}).")


def _read(log: str, layout: Layout | None, mapping: str | None, time_zone: str | None, voice: Voice) -> EventLog:
    """The log of a file or of a store, after a sentence about what became of its rows."""
    from hospital_twin.cli._inputs import log_of
    from hospital_twin.cli._kept import is_kept, kept_log
    if is_kept(log):
        kept = kept_log(log, mapping, time_zone)
        rows = (kept.report[f"rows_{what}"] for what in ("read", "kept", "rejected"))
        voice.say("{}: {:,} rows were read when it was imported, {:,} kept, {:,} rejected.".format(log, *rows))
        return kept.log
    found, report = log_of(log, layout, mapping, time_zone)
    _say_rows(report, voice)
    return found


def _only_over_its_own(path: Path, layout: str | None) -> None:
    """Raises `BadInput` when another file than one that this command wrote would be written over."""
    from hospital_twin.layout import read_yaml
    if path.exists():
        value, _ = read_yaml(path)
        if not isinstance(value, dict) or "fitted_on" not in value:
            raise BadInput(str(path), "this file is there already, and is not one that calibrate wrote",
                           "another name after -o")
        if layout is not None and Path(layout).exists() and path.samefile(layout):
            raise BadInput(str(path), "it is the layout that is to be fitted, and would be written over",
                           "another name after -o, so that what was corrected by hand is kept")
