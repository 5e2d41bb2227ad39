"""A real emergency department's hourly counts, and declared ones: coverage and score of the year held out."""
from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.verify import verified
from tests.counted import held_out_year, iowa_hours, made_up

pytestmark = pytest.mark.verify
SEEDS = tuple(range(1, 21))


def compute(data: Path) -> dict[str, Any]:
    iowa = iowa_hours(data)
    end = str(np.datetime64("2020-01-06") + 4 * 364)
    cut = str(np.datetime64("2020-01-06") + 3 * 364)
    return {"held_out": held_out_year(iowa, "2016-04-01", "2017-04-01", "US", "IA"),
            "a_year_before": held_out_year(iowa, "2015-04-01", "2016-04-01", "US", "IA"),
            "seeds": list(SEEDS), "declared": [held_out_year(made_up(seed, 4 * 364), cut, end) for seed in SEEDS]}


def test_intervals_of_the_year_held_out_cover_and_score(shared: Path, capsys: pytest.CaptureFixture):
    found = verified("iowa_counts", lambda: compute(shared / "data"))
    names = [f"cover{share}_{name}" for name in ("hour", "day") for share in (80, 95)]
    declared = {name: float(np.mean([one[name] for one in found["declared"]])) for name in names}
    with capsys.disabled():
        for title, rows in (("Iowa", found["held_out"]), ("a year before", found["a_year_before"]),
                            ("declared", declared)):
            sys.stdout.write(f"\n{title}: " + ", ".join(f"{name} {value}" for name, value in rows.items()) + "\n")
    for rows in (found["held_out"], declared):
        for name in names:
            assert abs(100 * rows[name] - int(name[5:7])) <= 5, (name, rows)
    for rows in (found["held_out"], found["a_year_before"]):
        assert rows["crps_hour"] <= rows["poisson_crps_hour"]
