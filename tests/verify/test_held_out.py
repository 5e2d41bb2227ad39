"""Real stays: 100 patients of MIMIC-IV, five-fold by patient, beside a twin that has not seen them."""
from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks.verify import verified
from hospital_twin import read_log
from hospital_twin.validation import held_out_stays

pytestmark = pytest.mark.verify


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_held_out_stays_of_mimic_lie_beside_the_twins(shared: Path, seed: int, capsys: pytest.CaptureFixture):
    def compute() -> dict[str, Any]:
        log, _ = read_log(shared / "data" / "mimic4_demo")
        return {"seed": seed, "rows": held_out_stays(log, seed=seed).to_dict("records")}

    table = pd.DataFrame(verified(f"held_out_mimic4_demo_{seed}", compute)["rows"])
    shown = table[table["quartile"] == 0.5].groupby("unit")["n"].sum().to_frame("stays")
    shown = shown.join(table.groupby("unit")["inside"].mean().round(2)).to_string()
    with capsys.disabled():
        sys.stdout.write(f"\nMIMIC-IV demo, five-fold by patient, lot {seed}: {table['inside'].mean():.0%} of "
                         f"{len(table)} quartiles inside the twin's 90 % interval\n{shown}\n")
    assert table["fold"].nunique() == 5
    assert table["unit"].nunique() >= 7
    assert table["inside"].mean() >= 0.8
