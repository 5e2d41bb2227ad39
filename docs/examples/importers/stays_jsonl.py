"""Stay rows as JSON lines: one object a line, as many web services export."""
import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.importers import Importer, Ledger, Options, RawRows, Sample

_KEYS = {name: name for name in ("visit", "patient", "unit", "start", "end")} | {"disposition": "outcome"}
_UNDERSTANDS = "stay rows as JSON lines (.jsonl): each line an object with visit, patient, unit, start, end"

_SAMPLE = """\
{"visit": 1, "patient": 1, "unit": "ED", "start": "2025-03-03 10:05", "end": "2025-03-03 14:00"}
{"visit": 1, "patient": 1, "unit": "Ward 3", "start": "2025-03-03 14:10", "end": "2025-03-05 09:00", "outcome": "Home"}
{"visit": 2, "patient": 2, "unit": "ED", "start": "2025-03-03 11:00", "end": "2025-03-03 12:30", "outcome": "Home"}
"""


def _accepts(path: Path, options: Options) -> float:
    return 0.9 if path.suffix == ".jsonl" and path.is_file() else 0.0


def _read(path: Path, options: Options) -> RawRows:
    try:
        lines = [(number, line) for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
                 if line.strip()]
    except UnicodeDecodeError as wrong:
        raise BadInput(str(path), f"byte {wrong.start} is not UTF-8", "a text file in UTF-8") from wrong
    objects = [_object(line) for _, line in lines]
    ledger = Ledger([(path.name, np.array([number for number, _ in lines], dtype=np.int64))])
    ledger.reject(np.array([found is None for found in objects]), "too_few_fields")
    rows = pd.DataFrame([{field: _text((found or {}).get(key)) for field, key in _KEYS.items()} for found in objects],
                        dtype=object)
    zone = options.time_zone or "UTC"
    for field in ("start", "end"):
        times = pd.to_datetime(rows[field], errors="coerce", format="ISO8601")
        ledger.reject((times.isna() & rows[field].ne("")).to_numpy(), "unreadable_time", field, rows[field].to_numpy())
        # A time that the clock skips or repeats must not end the import: the hour before, and the first of the two.
        local = times.dt.tz_localize(zone, ambiguous=np.ones(len(times), dtype=bool), nonexistent="shift_forward")
        rows[field] = local.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    return RawRows(rows, pd.DataFrame(index=rows.index), ledger, hashlib.sha256(path.read_bytes()).hexdigest(),
                   _KEYS, (), zone)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _object(line: str) -> dict | None:
    """The object in a line, None for anything else."""
    try:
        found = json.loads(line)
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


IMPORTER = Importer(
    title="stay rows as JSON lines", understands=_UNDERSTANDS, accepts=_accepts, read=_read,
    sample=Sample({"log.jsonl": _SAMPLE}, bad={"log.jsonl": '{"visit": 2, "unit": "ED", "start": "soon"}'}, header=0))
