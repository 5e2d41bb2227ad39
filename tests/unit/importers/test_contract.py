"""What every importer of the drawer promises."""
from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from hospital_twin.importers import LogMapping, Options, importer_drawer, read_log
from tests.tiny import layout_of
from tests.unit.importers.conftest import Read

pytestmark = pytest.mark.unit

NOTHING = Options(None, LogMapping(), None)
IDS = ("intervals_csv", "mimic_iv", "stays_csv")
STAYS = """
    visit,patient,unit,start,end,disposition
    1,1,ED,2025-03-03 10:05,2025-03-03 14:00,
    1,1,Ward 3,2025-03-03 14:10,2025-03-05 09:00,Home
    2,2,ED,2025-03-03 11:00,2025-03-03 12:30,Home
"""
INTERVALS = """
    visit,patient,activity,unit,start,end,disposition
    1,1,stay,ED,2025-03-03 10:05,2025-03-03 14:00,
    1,1,stay,Ward 3,2025-03-03 14:10,2025-03-05 09:00,Home
    2,2,stay,ED,2025-03-03 11:00,2025-03-03 12:30,Home
"""
TRANSFERS = """subject_id,hadm_id,transfer_id,eventtype,careunit,intime,outtime
1,1,31,ED,ED,2025-03-03 10:05:00,2025-03-03 14:00:00
1,1,32,admit,Ward 3,2025-03-03 14:10:00,2025-03-05 09:00:00
1,1,33,discharge,,2025-03-05 09:00:00,
2,2,34,ED,ED,2025-03-03 11:00:00,2025-03-03 12:30:00
2,2,35,discharge,,2025-03-03 12:30:00,
"""
ADMISSIONS = """hadm_id,admittime,deathtime,admission_type,discharge_location,edregtime
1,2025-03-03 14:10:00,,EW EMER.,HOME,
2,2025-03-03 11:00:00,,EW EMER.,HOME,
"""


def test_the_drawer_holds_them():
    assert set(IDS) <= set(importer_drawer())


@pytest.mark.parametrize("name", IDS)
def test_an_importer_says_what_it_is(name: str):
    importer = importer_drawer()[name]
    assert importer.title
    assert importer.understands


@pytest.mark.parametrize("name", IDS)
def test_an_importer_is_not_certain_of_an_empty_folder(name: str, tmp_path: Path):
    assert importer_drawer()[name].accepts(tmp_path, NOTHING) == 0.0


def test_every_shape_of_one_hospital_gives_the_same_stays(read: Read, tmp_path: Path):
    (tmp_path / "transfers.csv").write_text(TRANSFERS)
    (tmp_path / "admissions.csv").write_text(ADMISSIONS)
    logs = [read(STAYS)[0], read(INTERVALS, name="intervals.csv")[0], read_log(tmp_path)[0]]
    plain = [log.stays.drop(columns=list(log.attributes)).astype(
        dict.fromkeys(("unit", "activity", "resource", "end_reason"), str)) for log in logs]
    for other in plain[1:]:
        pd.testing.assert_frame_equal(other, plain[0])


LAYOUT = """
    time_zone: Europe/London
    attributes: {acuity: [1, 2, 3]}
    staff: {ed_medic: {on_duty: 2, role: doctor}}
    units:
      ed: {kind: ed, places: 4}
      ward_3: {kind: high_dependency, places: 7}
      icu: {kind: critical_care, places: 2}
    sources: {a: {pathway: p, rate: 1, ceiling: 1, sets: {acuity: 2}}}
    pathways: {p: [{move: m, to: ed}, {do: see, by: ed_medic, takes: 10 min}, {leave: out, as: home}]}
"""


def test_a_layout_gives_kinds_classes_zone_staff_and_capacity(read: Read):
    log, report = read("""
        visit,unit,start,end,seen,acuity
        1,ED,2025-07-03 10:05,2025-07-03 14:00,2025-07-03 10:30,2
        1,Ward 3,2025-07-03 14:00,2025-07-05 09:00,,2
        2,ED,2025-07-03 11:00,2025-07-03 12:30,,9
    """, layout=layout_of(LAYOUT), time_zone=None)
    assert log.time_zone == "Europe/London"
    assert str(log.start) == "2025-07-03 09:05:00+00:00"
    assert log.units == {"ed": "ed", "ward_3": "high_dependency"}
    assert log.resources == {"ed": "place", "ward_3": "place", "ed_medic": "doctor"}
    assert list(log.stays["acuity"].cat.categories) == [1, 2, 3, "9"]
    assert log.stays["resource"].eq("ed_medic").sum() == 1
    last = log.capacity.drop_duplicates("resource", keep="last").set_index("resource")["amount"]
    assert last.to_dict() == {"ed": 4, "ward_3": 7, "ed_medic": 2}
    assert list(report.faults["reason"]) == ["not_in_layout"]
    assert "occupancy in per cent, and time full" in report.can


def test_a_mapping_renames_units_and_leaves_some_out(read: Read):
    log, report = read("""
        visit,unit,start,end
        1,E1,2025-07-03 10:05,2025-07-03 14:00
        1,TOTAL,2025-07-03 14:00,2025-07-05 09:00
        1,X9,2025-07-03 14:00,2025-07-05 09:00
    """, mapping={"units": {"E1": "majors", "TOTAL": None, "gone": "ward"}, "kinds": {"x9": "recovery"}})
    assert log.units == {"majors": "ed", "x9": "recovery"}
    assert report.counts() == {("rejected", "unit_of_nothing"): 1}
    assert any("not in this log: gone" in note for note in report.notes)
