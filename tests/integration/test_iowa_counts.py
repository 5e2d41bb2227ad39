"""A real emergency department's hourly counts: what the forecast of its last twelve months promises, it keeps."""
from pathlib import Path

import pytest

from tests.counted import held_out_year, iowa_hours

pytestmark = pytest.mark.integration


def test_intervals_of_the_year_held_out_cover_and_score(shared: Path):
    found = held_out_year(iowa_hours(shared / "data"), "2016-04-01", "2017-04-01", "US", "IA")
    assert (found["hours"], found["days"]) == (8759, 365)  # the hour that spring skips is none
    for name in ("hour", "day"):
        for share in (80, 95):
            assert abs(100 * found[f"cover{share}_{name}"] - share) <= 5, found
    assert found["crps_hour"] <= found["poisson_crps_hour"], found
