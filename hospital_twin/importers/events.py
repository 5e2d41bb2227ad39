"""Event rows: a table with one row per event of a visit, an activity and the moment at which it was."""
from pathlib import Path

from hospital_twin.importers._containers import columns_in
from hospital_twin.importers._event_rows import EventTable
from hospital_twin.importers._importer import Importer, Options, RawRows, Sample
from hospital_twin.importers._typed_rows import OF_OTHER_SHAPES, read_rows, same_records

_NEEDS = ("visit", "activity", "start")
_UNDERSTANDS = (
    "event rows: each row is a moment of a visit, with an activity that says what was then (arrival, "
    "admission to a unit, triage, discharge, ...): visit, activity, time, and where known lifecycle, unit, resource, "
    "disposition, patient and classes such as acuity")

_SAMPLE = """\
visit,patient,activity,timestamp
1,1,ED arrival,2025-03-03 10:05
2,2,ED arrival,2025-03-03 11:00
2,2,Discharge home,2025-03-03 12:30
1,1,Leave unit,2025-03-03 14:00
1,1,Transfer to ward 3,2025-03-03 14:10
1,1,Discharge home,2025-03-05 09:00
"""


def _accepts(path: Path, options: Options) -> float:
    columns = columns_in(path, options, *_NEEDS)
    if columns is None:
        return 0.0
    return 0.95 if columns.has("lifecycle") or not columns.has("end") else 0.0


def _read(path: Path, options: Options) -> RawRows:
    raw = read_rows(path, options, _NEEDS, _UNDERSTANDS, tuple(name for name in OF_OTHER_SHAPES if name != "lifecycle"))
    table = EventTable(raw, options)
    table.without_repeats(lambda rows: same_records(path, options, rows))
    return table.as_stays_and_tasks()


IMPORTER = Importer(
    title="event rows",
    understands=_UNDERSTANDS,
    accepts=_accepts,
    read=_read,
    sample=Sample({"events.csv": _SAMPLE}, bad={"events.csv": "3,3,ED arrival"}),
)
