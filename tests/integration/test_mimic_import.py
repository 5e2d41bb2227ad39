"""Real logs: MIMIC-IV's demo with all its traps, and files of other shapes that have to be told apart."""
from __future__ import annotations

import gzip
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog, conservation, visits
from hospital_twin.importers import QualityReport, pseudonyms_of, read_log

pytestmark = pytest.mark.integration

Read = tuple[EventLog, QualityReport]


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    found = shared / "data" / "mimic4_demo"
    if not found.is_dir():
        pytest.skip("NOT TESTED against MIMIC-IV: the reference material has no data/mimic4_demo")
    return found


@pytest.fixture(scope="module")
def demo(folder: Path) -> Read:
    return read_log(folder)


def called(ids: Iterable[int], of: str = "visit") -> np.ndarray:
    """What visits or patients of these numbers are called in a log that this process has read."""
    return pseudonyms_of(None).numbers(np.array([str(number) for number in ids], dtype=object), of)


@pytest.fixture(scope="module")
def transfers(folder: Path) -> pd.DataFrame:
    """The table as pandas reads it, for figures derived a second way."""
    return pd.read_csv(folder / "transfers.csv.gz", parse_dates=["intime", "outtime"])


def test_every_row_is_accounted_for(demo: Read):
    _, report = demo
    assert [(file.name, file.read, file.kept, file.rejected) for file in report.files] == [
        ("transfers", 1190, 1190, 0), ("admissions", 275, 275, 0)]
    assert report.read == report.kept + report.rejected == 1465


def test_figures_of_the_demo(demo: Read):
    log, report = demo
    assert len(report.units) == len(log.units) == 31
    assert report.counts()[("repaired", "bed_move")] == 136
    assert report.counts()[("noticed", "very_short")] == 17
    assert any(note.startswith("54 rows in the emergency department have no admission") for note in report.notes)
    assert any(note.startswith("275 rows `discharge`") for note in report.notes)
    assert report.visits == 275 + 54
    assert report.stays == 1190 - 275 - 136


def test_each_unit_is_occupied_as_long_as_the_table_says(demo: Read, transfers: pd.DataFrame):
    log, report = demo
    stays = log.stays[log.stays["activity"].eq("stay")]
    found = (stays["end"] - stays["start"]).groupby(stays["unit"].astype(str)).sum()
    name = {word.log: word.name for word in report.units}
    beds = transfers[transfers["eventtype"].ne("discharge")]
    unit = beds["careunit"].fillna("Unknown").map(name)
    expected = (beds["outtime"] - beds["intime"]).groupby(unit).sum()
    pd.testing.assert_series_equal(found, expected, check_names=False, check_dtype=False)


def test_visits_come_and_go_as_the_table_says(demo: Read, transfers: pd.DataFrame):
    log, _ = demo
    assert conservation(log).holds
    found = visits(log)
    admitted = transfers[transfers["hadm_id"].notna()]
    first = admitted.groupby(admitted["hadm_id"].astype(np.int64))["intime"].min().dt.tz_localize("UTC")
    left = admitted[admitted["eventtype"].eq("discharge")].set_index("hadm_id")["intime"].dt.tz_localize("UTC")
    assert (found.loc[called(first.index), "arrive"].to_numpy() == first.to_numpy()).all()
    assert (found.loc[called(left.index.astype(np.int64)), "leave"].to_numpy() == left.to_numpy()).all()
    assert set(log.stays["patient"]) == set(called(transfers["subject_id"], "patient"))


def test_who_died_and_who_is_not_known(demo: Read, folder: Path):
    log, _ = demo
    admissions = pd.read_csv(folder / "admissions.csv.gz")
    left = log.stays[log.stays["activity"].eq("leave")]["end_reason"].value_counts()
    assert left["died"] == admissions["hospital_expire_flag"].sum() == 15
    assert left["unknown"] == 54 + admissions["discharge_location"].isna().sum()


def test_admission_asks_for_the_bed_and_is_not_when_it_is_given(demo: Read, folder: Path):
    log, _ = demo
    waited = log.stays[log.stays["activity"].eq("stay") & (log.stays["joined"] < log.stays["start"])]
    admitted = pd.read_csv(folder / "admissions.csv.gz", parse_dates=["admittime"]).set_index("hadm_id")["admittime"]
    admitted.index = pd.Index(called(admitted.index))
    assert len(waited) > 150
    assert not waited["unit"].eq("emergency_department").any()
    assert waited["visit"].is_unique
    assert (admitted.dt.tz_localize("UTC").loc[waited["visit"]].to_numpy() == waited["joined"].to_numpy()).all()


def test_shifted_dates_forbid_counting_arrivals(demo: Read):
    log, report = demo
    assert not log.provenance.dates_comparable
    assert log.capacity.empty
    assert any(lack.what.startswith("arrivals") and "shifted" in lack.because for lack in report.cannot)


def test_an_archive_and_the_whole_hospital_module_give_the_same_log(demo: Read, folder: Path, tmp_path: Path):
    archive, module = tmp_path / "demo.zip", tmp_path / "mimic" / "hosp"
    module.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w") as out:
        for name in ("transfers", "admissions"):
            text = gzip.decompress((folder / f"{name}.csv.gz").read_bytes())
            out.writestr(f"mimic/hosp/{name}.csv", text)
            shutil.copy(folder / f"{name}.csv.gz", module)
    for path in (archive, module.parent):
        assert read_log(path)[0].fingerprint() == demo[0].fingerprint()


def test_rows_without_a_counterpart_are_rejected_with_their_line(folder: Path, tmp_path: Path):
    for name, dropped in (("transfers", 0), ("admissions", 3)):
        lines = gzip.decompress((folder / f"{name}.csv.gz").read_bytes()).splitlines(keepends=True)
        (tmp_path / f"{name}.csv").write_bytes(b"".join(lines[:len(lines) - dropped]))
    _, report = read_log(tmp_path)
    rejected = report.faults[report.faults["action"].eq("rejected")]
    assert rejected["reason"].astype(str).unique().tolist() == ["no_admission"]
    assert rejected["file"].astype(str).unique().tolist() == ["transfers"]
    assert report.rejected == len(rejected) > 3
    assert report.read == 1465 - 3


@pytest.mark.parametrize("name", ["quebec_er_hourly/raw_example_latin1_2025-11-01.csv", "iowa_ed_arrivals",
                                  "mimic4_demo/patients.csv.gz", "mimic4_demo_fhir"])
def test_other_real_files_are_refused_in_words(shared: Path, name: str):
    path = shared / "data" / name
    if not path.exists():
        pytest.skip(f"NOT TESTED: the reference material has no data/{name}")
    with pytest.raises(BadInput) as refused:
        read_log(path)
    assert refused.value.expected
