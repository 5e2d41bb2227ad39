"""Counts of real hospitals: every place is there, and what is missing or frozen is listed."""
from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from hospital_twin.errors import BadInput
from hospital_twin.importers import read_log, read_series

pytestmark = pytest.mark.integration


def file_in(shared: Path, name: str) -> Path:
    path = shared / "data" / name
    if not path.exists():
        pytest.skip(f"NOT TESTED: the reference material has no data/{name}")
    return path


def test_arrivals_of_one_hospital_hour_by_hour(shared: Path):
    series, report = read_series(file_in(shared, "iowa_ed_arrivals/hourly_2013-07_2017-03.csv.gz"),
                                 time_zone="America/Chicago")
    table = series.table
    assert (report.read, report.kept, report.rejected) == (32_880, 32_876, 4)
    assert report.counts() == {("rejected", "hour_skipped"): 4, ("repaired", "hour_doubled"): 4}
    assert (table["to"] - table["from"]).sum() == pd.Timedelta(hours=32_880)
    assert series.gaps.empty
    assert table["quantity"].astype(str).unique().tolist() == ["arrivals"]
    assert table["from"].min().tz_convert("America/Chicago") == pd.Timestamp("2013-07-01", tz="America/Chicago")


def test_census_of_the_hospitals_of_a_town(shared: Path):
    series, report = read_series(file_in(shared, "quebec_er_hourly/montreal_2023-02_2024-10.csv.gz"),
                                 time_zone="America/Toronto")
    assert (report.read, report.kept, report.rejected) == (307_482, 295_490, 11_992)
    assert len(report.places) == series.table["place"].nunique() == 21
    assert sum(len(place.earlier) for place in report.places) == 2
    assert set(series.table["quantity"].unique()) == {"census_on_the_hour", "occupied", "over_24h", "over_48h",
                                                      "places", "waiting"}
    found = report.gaps().set_index(["quantity", "reason"])
    assert (found.xs("missing", level="reason")["places"] == 21).all()
    assert (found.xs("blank", level="reason")["hours"] > 11_900).all()
    assert 1_000 < found.loc[("census_on_the_hour", "frozen"), "hours"] < 3_000
    # The capacity of a department is the same for months, and no feed that has stopped.
    assert ("places", "frozen") not in found.index
    words = {"place": "category", "quantity": "category"}
    whole = pd.concat([series.table, series.gaps]).astype(words).sort_values(["quantity", "place", "from"])
    same = (whole["place"].cat.codes.diff() == 0) & (whole["quantity"].cat.codes.diff() == 0)
    assert not (same & (whole["from"] < whole["to"].shift())).any(), "intervals and gaps do not overlap"


def test_totals_of_regions_are_no_hospitals(shared: Path):
    path = file_in(shared, "quebec_er_hourly/raw_example_latin1_2025-11-01.csv")
    series, report = read_series(path, time_zone="America/Toronto")
    assert report.counts() == {("rejected", "total_row"): 16}
    assert len(report.places) == report.kept == 115
    assert not any("total" in place.name for place in report.places)
    with pytest.raises(BadInput) as refused:
        read_log(path)
    assert "read_series" in refused.value.expected
    assert "hospital-twin check" in refused.value.expected
