"""How often a check of a log as a whole cries wolf, and how often it sees a level that shifts."""
from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pytest
from scipy.stats import binom

from benchmarks.verify import verified
from hospital_twin.importers import CHECKS
from hospital_twin.importers._findings import findings_in
from tests.sound_logs import FIRST, sound_rows, whole_of

pytestmark = pytest.mark.verify

YEARS, SHIFTED = range(20_000, 20_600), range(30_000, 30_100)
HALF = FIRST + pd.Timedelta(days=180)


def found_in_sound_years() -> dict[str, Any]:
    found = Counter(finding.kind for seed in YEARS for finding in findings_in(whole_of(sound_rows(seed))))
    return {"first_seed": YEARS[0], "years": len(YEARS), "found": dict(found)}


def found_of_halved_years() -> dict[str, Any]:
    """Years of which from some day on every other visit is missing."""
    seen = 0
    for seed in SHIFTED:
        rows = sound_rows(seed)
        came = rows.groupby("visit")["start"].transform("min")
        rows = rows[(came < HALF) | (rows["visit"] % 2 == 0)]
        seen += any(finding.kind == "level_shift" for finding in findings_in(whole_of(rows)))
    return {"first_seed": SHIFTED[0], "years": len(SHIFTED), "seen": seen}


def test_no_check_cries_wolf_more_often_than_it_says():
    figures = verified("findings_in_sound_years", found_in_sound_years)
    for check in CHECKS:
        times = figures["found"].get(check.kind, 0)
        assert binom.sf(times - 1, figures["years"], check.false_alarms) > 0.01, (check.kind, times)


def test_half_of_all_visits_missing_from_some_day_on_is_seen_in_most_years():
    figures = verified("findings_of_halved_years", found_of_halved_years)
    assert figures["seen"] >= 0.6 * figures["years"]
