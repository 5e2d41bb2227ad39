"""Reading, checking and calibrating a big log beside a bare read of the same file by pandas."""
from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from hospital_twin.shipped import samples_folder

COPIES = 3
APART = pd.Timedelta(minutes=7)
TIMES = ["Requested", "Start", "End"]
_OURS = """
from hospital_twin import calibrate, read_log
log, report = read_log(path)
read = time.process_time()
calibrate(log)
found = {"read": read - begin, "rows": report.read}
"""
_THEIRS = f"""
import pandas as pd
table = pd.read_csv(path, parse_dates={TIMES}, date_format="ISO8601")
found = {{"rows": len(table)}}
"""
_CHILD = """
import json, resource, sys, time
path, begin = sys.argv[1], time.process_time()
{body}
found |= {{"cpu": time.process_time() - begin, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}}
print(json.dumps(found))
"""


def intake_over_pandas(_: Path) -> dict[str, Any]:
    """CPU of reading, checking and calibrating once without a layout, in a fresh process; the peer before and after."""
    with tempfile.TemporaryDirectory() as folder:
        path = big_log(Path(folder) / "log.csv")
        theirs = _measured(_THEIRS, path)
        ours = _measured(_OURS, path)
        theirs = min(theirs, _measured(_THEIRS, path), key=lambda found: found["cpu"])
    return {"value": round(ours["cpu"], 1), "unit": "CPU s", "against": "pandas.read_csv with dates",
            "ratio": round(ours["cpu"] / theirs["cpu"], 2),
            "conditions": f"{ours['rows']:,} rows (the sample year {COPIES} times, {APART.seconds // 60} minutes apart "
                          f"with visits of their own); reading and checking {ours['read']:.1f} s of it; peak "
                          f"memory {ours['peak'] / 2**30:.2f} GiB; pandas {theirs['cpu']:.1f} s and "
                          f"{theirs['peak'] / 2**30:.2f} GiB"}


def big_log(path: Path) -> Path:
    """The sample year several times, as if a hospital were so many times as large."""
    year = pd.read_csv(samples_folder() / "community_year.csv.gz", dtype=str, keep_default_na=False)
    for copy in range(COPIES):
        part = year.copy()
        for name in ("Visit", "Patient"):
            part[name] = (part[name] + f"{copy:02d}").where(part[name].ne(""), "")
        for name in TIMES:
            moved = pd.to_datetime(part[name], errors="coerce", format="ISO8601") + copy * APART
            part[name] = moved.dt.strftime("%Y-%m-%d %H:%M").where(moved.notna(), part[name])
        part.to_csv(path, index=False, header=copy == 0, mode="a" if copy else "w")
    return path


def _measured(body: str, path: Path) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", _CHILD.format(body=body), str(path)], capture_output=True, text=True,
                          check=True)
    return json.loads(done.stdout.splitlines()[-1])
