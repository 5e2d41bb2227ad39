"""Stay rows: one row per stay of a visit in a unit."""
from pathlib import Path

from hospital_twin.importers._containers import columns_in
from hospital_twin.importers._importer import Importer, Options, RawRows, Sample
from hospital_twin.importers._typed_rows import read_rows

_NEEDS = ("visit", "unit", "start")
_UNDERSTANDS = (
    "stay rows: each row is a visit's stay in one unit: visit, unit, start, end, and where known "
    "requested, arrived, triage, seen, left, disposition, patient and classes such as acuity")

_SAMPLE = """\
visit,patient,unit,start,end,disposition
1,1,ED,2025-03-03 10:05,2025-03-03 14:00,
1,1,Ward 3,2025-03-03 14:10,2025-03-05 09:00,Home
2,2,ED,2025-03-03 11:00,2025-03-03 12:30,Home
"""


def _accepts(path: Path, options: Options) -> float:
    columns = columns_in(path, options, *_NEEDS)
    if columns is None:
        return 0.0
    return 0.5 if columns.has("activity", "end") else 0.0 if columns.has("activity") else 0.9


def _read(path: Path, options: Options) -> RawRows:
    found = read_rows(path, options, _NEEDS, _UNDERSTANDS)
    # A column that says how rows ended says how visits left where each row is a stay.
    rows = found.rows.drop(columns=["activity", "resource", "amount"], errors="ignore")
    return found._replace(rows=rows)


IMPORTER = Importer(
    title="stay rows",
    understands=_UNDERSTANDS,
    accepts=_accepts,
    read=_read,
    sample=Sample({"stays.csv": _SAMPLE}, bad={"stays.csv": "3,3,ED"}),
)
