"""Run every benchmark and write `benchmarks/results.json`: ratios against a peer measured in the same run.

    python -m benchmarks.run [NAME ...]

Peers live outside the project; where they are absent the benchmark is left out with one line, and its last result
stays.
"""
from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import engine_w2, intake

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
BENCHMARKS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "intake_over_pandas": intake.intake_over_pandas, "reference_w2": engine_w2.reference_w2}
"""name → function of the folder with the peers that returns value, unit, against, ratio and conditions."""



def shared() -> Path:
    """The folder with the peers."""
    return Path(os.environ.get("HOSPITAL_TWIN_SHARED", HERE.parent.parent / "shared"))


def commit() -> str:
    """The commit that is measured, marked when files differ from it."""
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=HERE, capture_output=True, text=True, check=False).stdout.strip()
    changed = git("status", "--porcelain", "--untracked-files=no", "--", "hospital_twin", "benchmarks/*.py")
    return git("rev-parse", "--short=12", "HEAD") + ("+changes" if changed else "")


def conditions() -> str:
    """The machine and the versions, in words."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return (f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, "
            f"Python {platform.python_version()}, simpy {version('simpy')}, numpy {version('numpy')}")


def main(names: list[str]) -> int:
    """Run the named benchmarks (all by default) and merge them into the results."""
    results = {r["name"]: r for r in json.loads(RESULTS.read_text())} if RESULTS.exists() else {}
    for name in names or BENCHMARKS:
        if not shared().exists():
            print(f"{name}: LEFT OUT, no peers at {shared()}")
            continue
        found = BENCHMARKS[name](shared())
        found["conditions"] = f"{found['conditions']}; {conditions()}"
        results[name] = {"name": name, **found, "commit": commit()}
        print(f"{name}: {found['value']} {found['unit']}, {found['ratio']} × {found['against']}")
    RESULTS.write_text(json.dumps(sorted(results.values(), key=lambda r: r["name"]), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
