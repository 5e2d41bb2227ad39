"""MIMIC-IV: what the tables say beside each other, by hand."""
from __future__ import annotations

from pathlib import Path

import pytest

from hospital_twin.eventlog import EventLog
from hospital_twin.importers import read_log
from tests.unit.importers.conftest import rows

pytestmark = pytest.mark.unit

TRANSFERS = """\
subject_id,hadm_id,transfer_id,eventtype,careunit,intime,outtime
1,1,31,ED,ED,2025-03-03 10:05:00,2025-03-03 14:00:00
1,1,32,admit,Ward 3,2025-03-03 14:00:00,2025-03-05 09:00:00
1,1,33,transfer,Ward 4,2025-03-05 09:00:00,2025-03-06 09:00:00
1,1,34,discharge,,2025-03-06 09:00:00,
"""


@pytest.fixture
def tables(tmp_path: Path):
    def written(admitted: str, died: str, place: str) -> EventLog:
        (tmp_path / "transfers.csv").write_text(TRANSFERS)
        (tmp_path / "admissions.csv").write_text(
            "hadm_id,admittime,deathtime,admission_type,discharge_location,edregtime\n"
            f"1,{admitted},{died},EW EMER.,{place},\n")
        log, report = read_log(tmp_path)
        assert report.rejected == report.repaired == 0
        return log
    return written


@pytest.mark.parametrize(("died", "place", "reason"), [
    ("2025-03-06 09:00:00", "HOSPICE", "died"), ("2025-03-06 09:00:00", "", "died"), ("", "DIED", "died"),
    ("", "HOSPICE", "hospice"), ("", "", "unknown")])
def test_who_has_a_time_of_death_died_whatever_the_place_of_discharge(tables, died: str, place: str, reason: str):
    assert rows(tables("2025-03-03 13:00:00", died, place))[-1] == ("leave", "ward_4", *["6 09:00"] * 3, reason)


@pytest.mark.parametrize(("admitted", "asked"), [
    ("2025-03-03 13:00:00", "3 13:00"), ("2025-03-03 10:05:00", "3 10:05"), ("2025-03-03 10:04:00", "3 14:00"),
    ("2025-03-02 23:00:00", "3 14:00"), ("2025-03-03 14:00:00", "3 14:00"), ("2025-03-03 16:00:00", "3 14:00")])
def test_an_admission_between_arrival_and_first_bed_asks_for_that_bed(tables, admitted: str, asked: str):
    stays = [row for row in rows(tables(admitted, "", "HOME")) if row[0] == "stay"]
    assert [row[1:4] for row in stays] == [
        ("ed", "3 10:05", "3 10:05"), ("ward_3", asked, "3 14:00"), ("ward_4", "5 09:00", "5 09:00")]
