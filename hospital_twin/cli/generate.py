"""`hospital-twin generate`: a synthetic log of a known hospital."""
from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from hospital_twin.cli import _options as options
from hospital_twin.cli._inputs import hospital_of
from hospital_twin.cli._options import FOLDER, command
from hospital_twin.cli._types import Choice, Day, Folder, PlainName, Whole
from hospital_twin.cli._voice import Voice
from hospital_twin.errors import BadInput


@command("generate", example="hospital-twin generate community_hospital --days 28 --name february\n"
                             "hospital-twin check out/february.csv.gz")
@options.hospital
@click.option("--days", type=Whole(1), default=28, show_default=True, help="Days that the log covers.")
@click.option("--starts", type=Day(), default=None, help="First day.  [default: the layout's]")
@options.seed
@click.option("--shape", type=Choice("intervals", "stays", "events", "offsets", "counts", "census"),
              default="intervals", show_default=True,
              help="A row for everything that took time, for each stay in a unit, for each arrival, move and leaving, "
                   "for each stay with minutes since the arrival; or hourly counts of arrivals, or of who is there.")
@click.option("--format", "file_format", type=Choice("csv", "csv_gz", "xlsx", "xlsx_1904", "parquet", "xes"),
              default=None, help="Kind of file.  [default: csv, or csv_gz for intervals]")
@click.option("--realistic", is_flag=True, help="With what real logs have and calibration does not assume: other "
                                                "stays, doctors of unequal speed, weather, mis-recorded times.")
@click.option("--log-only", is_flag=True, help="Without the truth and the KPIs beside the log.")
@click.option("--into", "folder", type=Folder(), default=FOLDER, show_default=True, help="Folder to write into.")
@click.option("--name", type=PlainName(), default="sample", show_default=True, help="Of the files, without ending.")
@click.option("--overwrite", is_flag=True, help="Write over files of that name.")
@options.as_json
def generate(*, hospital: str, days: int, starts: date | None, seed: int, shape: str,  # noqa: PLR0913
             file_format: str | None, realistic: bool, log_only: bool, folder: Path, name: str, overwrite: bool,
             as_json: bool) -> None:
    """Write a synthetic log of a hospital that is known, and the truth beside it.

    LAYOUT_OR_HOSPITAL is as for `run`. No row of the log belongs to a real person.
    """
    from hospital_twin.generator import CLEAN, REALISTIC
    from hospital_twin.generator import generate as write_log
    voice, found = Voice(as_json), hospital_of(hospital)
    there = next(iter(sorted(folder.glob(f"{name}.*"))), None)
    if there is not None and not overwrite:
        raise BadInput(str(there), "this file is there already", "another --name, or --overwrite")
    folder.mkdir(parents=True, exist_ok=True)
    made = write_log(found, days=days, seed=seed, folder=folder, name=name, starts=starts, shape=shape,
                     file_format=file_format, log_only=log_only, surprises=REALISTIC if realistic else CLEAN)
    beside = {} if log_only else {"truth": made.truth_file, "expected_kpis": made.kpis_file}
    voice.answer({"synthetic": True, "log": made.log_file, **beside, "days": days, "seed": seed, "faults": made.faults})
    voice.say(f"A synthetic log of {days} days of {found.layout.name}: no row belongs to a real person.")
    said = {"truth": "the hospital that wrote it, to compare a calibration",
            "expected_kpis": "its KPIs before faults of recording were put in"}
    voice.table(("file", "what it is"), [(str(made.log_file), "the log"),
                                         *((str(file), said[what]) for what, file in beside.items())], "ll")
    voice.say(f"Next: hospital-twin check {made.log_file}")
