"""Interval rows: one row per stay or task, and a column that says which."""
from pathlib import Path

from hospital_twin.importers._containers import columns_in
from hospital_twin.importers._importer import Importer, Options, RawRows, Sample
from hospital_twin.importers._typed_rows import read_rows

_NEEDS = ("visit", "activity", "start", "end")
_UNDERSTANDS = (
    "interval rows: each row is a stay or a task with its own beginning and end: visit, activity, "
    "start, end, and where known unit, resource, requested, disposition, patient and classes such as acuity")

_SAMPLE = """\
visit,patient,activity,unit,start,end,disposition
1,1,stay,ED,2025-03-03 10:05,2025-03-03 14:00,
1,1,stay,Ward 3,2025-03-03 14:10,2025-03-05 09:00,Home
2,2,stay,ED,2025-03-03 11:00,2025-03-03 12:30,Home
"""


def _accepts(path: Path, options: Options) -> float:
    return 0.0 if columns_in(path, options, *_NEEDS) is None else 0.9


def _read(path: Path, options: Options) -> RawRows:
    return read_rows(path, options, _NEEDS, _UNDERSTANDS)


IMPORTER = Importer(
    title="interval rows",
    understands=_UNDERSTANDS,
    accepts=_accepts,
    read=_read,
    sample=Sample({"intervals.csv": _SAMPLE}, bad={"intervals.csv": "3,3,stay,ED"}),
)
