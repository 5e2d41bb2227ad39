"""`hospital-twin import`: a log is read, pseudonymised and kept in a store."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hospital_twin.cli import _options as options
from hospital_twin.cli._options import command, standard_store
from hospital_twin.cli._types import PlainName
from hospital_twin.cli._voice import Voice
from hospital_twin.errors import BadInput

if TYPE_CHECKING:
    from hospital_twin.importers import QualityReport
    from hospital_twin.layout import Layout


@command("import", example="hospital-twin import admissions.csv --store hospital.sqlite\n"
                           "hospital-twin calibrate hospital.sqlite/admissions --layout my_hospital.yaml")
@options.log
@options.reading
@options.store
@click.option("--name", type=PlainName(), help="What the log is called in the store.  [default: admissions]",
              default="admissions")
@click.option("--key", metavar="FILE", help="Key of the pseudonyms: a file that you alone may read, made when it is "
                                            "not there.  [default: one in your folder for settings]")
@options.as_json
def import_log(*, log: str, layout: str | None, mapping: str | None, time_zone: str | None, store: Path | None,  # noqa: PLR0913
               name: str, key: str | None, as_json: bool) -> None:
    """Read a LOG and keep it in a store, with keyed hashes in the place of patients' and visits' numbers.

    LOG is as for `check`. The same file read once more in the same way is kept once; a longer export of the same
    hospital, with the same key, has the same pseudonyms. Whoever has the key can undo them: keep it apart from the
    store.
    """
    from hospital_twin.cli._inputs import layout_of, log_of
    from hospital_twin.importers import Pseudonyms, key_in
    from hospital_twin.store import Imported, Store
    voice, path, given = Voice(as_json), standard_store(store), layout_of(layout)
    secret = key_in(key)
    found, report = log_of(log, given, mapping, time_zone, secret)
    mark = Pseudonyms(secret).mark
    imported = Imported(found, name, mark, _asked(given, report, time_zone), _kept_of(report))
    _for_its_owner(path)
    with Store(path) as opened:
        there = {kept.id for kept in opened.logs.listed()}
        kept = opened.logs.keep(imported)
    voice.answer({"id": kept, "name": name, "store": str(path), "new": kept not in there,
                  "source_sha256": report.sha256, "key_mark": mark, "rows_read": report.read,
                  "rows_kept": report.kept, "rows_rejected": report.rejected})
    voice.say(f"{report.file}: {report.read:,} rows read, {report.kept:,} kept, {report.rejected:,} rejected "
              f"(what and why: hospital-twin check {report.file}).")
    voice.say(f"{'Kept' if kept not in there else 'There already'}: {path}/{kept[:8]}, called {name}. Patients and "
              "visits are pseudonymised, not anonymous: their times are kept, and who has the key can undo it.")
    voice.say(f"Next: hospital-twin calibrate {path}/{kept[:8]}")


def _asked(layout: Layout | None, report: QualityReport, time_zone: str | None) -> dict[str, Any]:
    """Everything that was said of how to read the log, and how it was read."""
    from hospital_twin.layout import as_yaml
    return {"layout": as_yaml(layout) if layout else None, "time_zone": time_zone,
            "mapping": report.mapping.model_dump(mode="json")}


def _kept_of(report: QualityReport) -> dict[str, Any]:
    """A report without the names of the columns that are not kept, which in a file without names are somebody's, and
    without the folder in which the file lay."""
    return {**report.to_dict(), "file": report.kept_name, "unused": len(report.unused)}


def _for_its_owner(path: Path) -> None:
    """Make a store that is not there, so that nobody else may read it."""
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as wrong:
        raise BadInput(str(path), f"the store cannot be made ({wrong.strerror})", "a file in a folder that you may "
                       "write to") from wrong
