"""The small samples: each is what its command in `data_samples/README.md` writes, and is read as what was written."""
from __future__ import annotations

import gzip
import shlex
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hospital_twin.cli._endings import exit_code
from hospital_twin.generator import sample
from hospital_twin.importers import Pseudonyms, read_log, read_series
from hospital_twin.shipped import samples_folder

pytestmark = pytest.mark.integration

STAYS = {"ed_events.csv": "event rows", "ed_events.xes.gz": "event rows", "ed_intervals.csv": "interval rows",
           "ed_offsets.csv": "offset rows", "ed_stays.parquet": "stay rows", "ed_stays.xlsx": "stay rows",
           "ed_stays_1904.xlsx": "stay rows"}
"""Sample → what it has to be recognised as."""
SERIES = {"ed_census.csv": ("Unit", "Census", "census_on_the_hour"), "ed_counts.csv": (None, "Arrivals", "arrivals")}
"""Sample of counts → its column of places, its column of numbers, and what they count."""
SAMPLES = (*STAYS, *SERIES)
KEY, ZONE = b"a key of the tests", "Europe/Berlin"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the commands of the page write."""
    folder = tmp_path_factory.mktemp("samples")
    lines = (samples_folder() / "README.md").read_text(encoding="utf-8").splitlines()
    commands = [shlex.split(line)[1:] for line in lines if line.startswith("    hospital-twin generate small_ed ")]
    assert {tuple(command[:6]) for command in commands} == {("generate", "small_ed", "--days", "3", "--seed", "2024")}
    runs: list[Any] = []
    simulate = sample.simulate

    def once(program: Any, *, seed: int) -> Any:
        # All are of one hospital, window and seed, and the run takes longest: it is made for the first of them.
        if not runs:
            runs.append(simulate(program, seed=seed))
        return runs[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample, "simulate", once)
        for command in commands:
            assert exit_code([str(folder) if word == "data_samples" else word for word in command]) == 0
    return folder


def test_every_sample_has_its_command_and_every_command_its_sample(written: Path) -> None:
    shipped = {path.name for path in samples_folder().glob("ed_*")}
    assert {path.name for path in written.iterdir()} == shipped == set(SAMPLES)
    assert all((samples_folder() / name).stat().st_size < 100_000 for name in SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_what_its_command_writes(name: str, written: Path) -> None:
    assert _inside(samples_folder() / name) == _inside(written / name)


def _inside(path: Path) -> Any:
    """The bytes, without the compression, which is not the same with every library; of Parquet the table."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq
        table = pq.read_table(path)
        return table.schema.to_string(), table.to_pylist()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return {member: archive.read(member) for member in archive.namelist()}
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@pytest.mark.parametrize(("name", "shape"), STAYS.items())
def test_a_sample_is_read_as_the_stays_that_were_written(name: str, shape: str) -> None:
    log, report = read_log(samples_folder() / name, time_zone=ZONE, key=KEY)
    assert report.shape == shape
    assert sum(file.rejected for file in report.files) == 0
    found = log.stays[log.stays["activity"].eq("stay")]
    found = pd.DataFrame({"visit": found["visit"], "unit": found["resource"].astype(str), "start": found["start"],
                          "end": found["end"]})
    pd.testing.assert_frame_equal(_in_order(found), _stay_rows(), check_dtype=False)


def _stay_rows() -> pd.DataFrame:
    """The stays that were written, read with another reader than the program's own."""
    rows = pd.read_parquet(samples_folder() / "ed_stays.parquet")
    assert len(rows) > 200
    visits = Pseudonyms(KEY).numbers(rows["Visit"].to_numpy(dtype=object), "visit")
    times = {name: rows[header].dt.tz_localize(ZONE).dt.tz_convert("UTC") for name, header in
             (("start", "In"), ("end", "Out"))}
    assert np.unique(visits).size == rows["Visit"].nunique()
    return _in_order(pd.DataFrame({"visit": visits, "unit": rows["Ward"].astype(str), **times}))


def _in_order(stays: pd.DataFrame) -> pd.DataFrame:
    return stays.sort_values(["visit", "start", "end", "unit"]).reset_index(drop=True)


@pytest.mark.parametrize("name", SERIES)
def test_a_sample_of_counts_is_read_as_the_numbers_that_were_written(name: str) -> None:
    place, number, quantity = SERIES[name]
    series, report = read_series(samples_folder() / name, time_zone=ZONE)
    assert sum(file.rejected for file in report.files) == 0
    assert series.gaps.empty
    assert set(series.table["quantity"]) == {quantity}
    rows = pd.read_csv(samples_folder() / name)
    when = pd.to_datetime(rows["Time"]).dt.tz_localize(ZONE).dt.tz_convert("UTC")
    places = rows[place] if place else pd.Series("whole hospital", index=rows.index)
    assert _values(series.table["place"], series.table["from"], series.table["value"]) == \
        _values(places, when, rows[number])


def test_the_arrivals_counted_are_those_of_the_stays() -> None:
    stays = pd.read_parquet(samples_folder() / "ed_stays.parquet")
    came = stays.groupby("Visit")["In"].min().dt.floor("h").value_counts()
    counts = pd.read_csv(samples_folder() / "ed_counts.csv", parse_dates=["Time"]).set_index("Time")["Arrivals"]
    assert counts[counts > 0].to_dict() == came.to_dict()


def _values(places: pd.Series, times: pd.Series, values: pd.Series) -> list[tuple[Any, ...]]:
    return sorted(zip(places.astype(str), times, values.astype(float), strict=True))
