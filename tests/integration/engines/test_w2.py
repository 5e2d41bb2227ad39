"""W2, entered as a layout, beside a hand-written SimPy program that takes its uniforms from the product."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import w2
from hospital_twin.engines.simpy_engine import simulate

pytestmark = pytest.mark.integration

DAYS = 60
ROOT = Path(__file__).parents[3]


def _yardstick(shared: Path, seed: int, folder: Path, *options: str) -> pd.DataFrame:
    engine = shared / "bench" / "engine"
    trace = folder / "trace.npz"
    subprocess.run(
        [sys.executable, str(engine / "yardstick_simpy.py"), "w2", "--days", str(DAYS), "--seed", str(seed), "--ticks",
         "--draws", "benchmarks.w2:draws", "--trace", str(trace), *options],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    numbers = subprocess.run(
        [sys.executable, "-c", "import w2_numbers; print(*w2_numbers.ACTIVITIES)"],
        env={**os.environ, "PYTHONPATH": str(engine)}, check=True, capture_output=True, text=True).stdout.split()
    found = np.load(trace)
    return pd.DataFrame({"patient": found["patient"], "activity": np.array(numbers, dtype=object)[found["activity"]],
                         "start": found["start"], "end": found["end"]}).sort_values(
        ["end", "patient", "activity", "start"], ignore_index=True)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_same_rows_as_the_hand_written_program(shared: Path, tmp_path: Path, seed: int):
    theirs = _yardstick(shared, seed, tmp_path)
    ours = w2.rows(simulate(w2.program(DAYS), seed=seed))
    assert len(theirs) > 50_000
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False)


def test_same_rows_with_two_doctors_more(shared: Path, tmp_path: Path):
    theirs = _yardstick(shared, 1, tmp_path, "--extra-doctors", "2")
    pd.testing.assert_frame_equal(w2.rows(simulate(w2.program(DAYS, extra_doctors=2), seed=1)), theirs,
                                  check_dtype=False)
