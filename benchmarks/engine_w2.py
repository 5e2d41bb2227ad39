"""The reference engine on W2 beside a hand-written SimPy program of the same hospital."""
from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import w2
from hospital_twin.engines.simpy_engine import simulate

DAYS, ROUNDS = 60, 5


def reference_w2(shared: Path) -> dict[str, Any]:
    """CPU of one replication with its event log, alternated with the yardstick; the minimum of each."""
    program = w2.program(DAYS)
    ours, theirs = [], []
    for seed in range(1, ROUNDS + 1):
        theirs.append(_yardstick(shared, seed))
        begin = time.process_time()
        simulate(program, seed=seed)
        ours.append(time.process_time() - begin)
    return {"value": round(min(ours), 3), "unit": "CPU s", "against": "yardstick_simpy.py w2 --ticks",
            "ratio": round(min(ours) / min(theirs), 3),
            "conditions": f"{DAYS} days of W2, minimum of {ROUNDS} alternated rounds with seeds 1–{ROUNDS}, event log "
                          f"included, compilation of the program not; yardstick {min(theirs):.3f} CPU s"}


def _yardstick(shared: Path, seed: int) -> float:
    done = subprocess.run([sys.executable, str(shared / "bench/engine/yardstick_simpy.py"), "w2", "--ticks", "--days",
                           str(DAYS), "--seed", str(seed)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["cpu_s"]
