"""The quality report: every fault found and listed, nothing invented, nobody exposed."""
from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_twin.errors import BadInput
from hospital_twin.importers import REASONS, FileRows, Ledger, read_log
from hospital_twin.importers._ledger import shape_of
from tests.tiny import layout_of
from tests.unit.importers.conftest import Read, as_written, faults

pytestmark = pytest.mark.unit

FAULTY = """
    visit,patient,unit,requested,start,end,acuity
    1,1,ED,,2025-03-03 10:00,2025-03-03 12:00,3
    1,1,ED,,2025-03-03 10:00,2025-03-03 12:00,3
    ,2,ED,,2025-03-03 10:00,2025-03-03 12:00,3
    3,3,,,2025-03-03 10:00,2025-03-03 12:00,3
    4,4,ED,,,2025-03-03 12:00,3
    5,5,ED,,2025-03-03 10:00,2025-03-03 09:00,3
    6,6,ED,,tomorrow Smith,2025-03-03 12:00,3
    7,7,ED,,1900-01-01 00:00,2025-03-03 12:00,3
    8,8,ED,,2025-03-03 10:00,9999-12-31,3
    9,9,ED,never,2025-03-03 10:00,2025-03-03 10:00,3
    10,10,ED,,2025-03-03 10:00,2025-03-03 10:03,
    11,11,ED,2025-03-03 09:50,2025-03-03 10:00,2025-03-03 12:00,3
    11,11,Ward,,2025-03-03 11:00,2026-05-03 12:00,3
    12,12,ED,,2025-03-03 10:00,2025-03-03 12:00,3
    12,12,Ward,,2025-03-03 15:00,2025-03-04 12:00,3
    13,13,ED,,2025-03-03 10:00,2025-03-03 12:00
    14,14,ED,,2025-03-03 10:00,2025-03-03 12:00,3,4
"""


def test_every_planted_fault_is_found_and_none_invented(read: Read):
    _, report = read(FAULTY)
    assert faults(report, "rejected") == [
        (17, "", "too_few_fields"), (18, "", "too_many_fields"), (4, "visit", "no_visit"), (5, "unit", "no_unit"),
        (6, "start", "missing_start"), (8, "start", "unreadable_time"), (9, "start", "impossible_time"),
        (7, "end", "end_before_start"), (3, "", "duplicate")]
    assert faults(report, "repaired") == [(10, "end", "placeholder_end"), (11, "requested", "optional_unreadable")]
    assert faults(report, "noticed") == [
        (11, "end", "zero_length"), (12, "end", "very_short"), (14, "end", "very_long"), (14, "end", "overlap"),
        (16, "end", "gap"), (10, "end", "open")]
    assert (report.read, report.kept, report.repaired, report.rejected) == (17, 8, 2, 9)
    assert any("is empty in 3 of 17 rows: there, acuity is unknown" in note for note in report.notes)


def test_a_clean_log_has_no_faults(read: Read):
    _, report = read("visit,unit,start,end\n1,ED,2025-03-03 10:00,2025-03-03 12:00\n")
    assert report.faults.empty
    assert report.counts() == {}
    assert report.notes == ()
    assert not any(line.startswith(("Rejected", "Repaired", "Noticed", "Notes")) for line in report.lines())


def test_values_are_never_shown_only_what_they_look_like(read: Read):
    _, report = read(FAULTY)
    shown = "\n".join(report.lines()) + json.dumps(report.to_dict())
    assert "Smith" not in shown
    assert "tomorrow" not in shown
    assert "aaaaaaaa Aaaaa" in shown


def test_lines_and_json(read: Read):
    _, report = read(FAULTY)
    lines = report.lines()
    assert "  17 rows read, 8 kept (2 of them repaired), 9 rejected" in lines
    assert "  1  it ends before it starts (column end): line 7" in lines
    assert "  ED = ed: ed, a guess by its name (12 rows)" in lines
    found = json.loads(json.dumps(report.to_dict()))
    assert found["rows_read"] == found["rows_kept"] + found["rows_rejected"]
    assert len(found["faults"]) == len(report.faults)
    assert {"file": "log.csv", "line": 7, "column": "end", "reason": "end_before_start", "action": "rejected",
            "shape": ""} in found["faults"]
    assert {"action": "rejected", "reason": "duplicate", "words": REASONS["duplicate"], "rows": 1} in found["counts"]
    assert found["sha256"] == report.sha256
    assert len(report.sha256) == 64


def test_a_table_of_faults_holds_nothing_that_a_spreadsheet_would_calculate(read: Read, tmp_path: Path):
    values = ("=cmd|x", "+1+2", "-5", "@SUM(A1)", "fine", "\t=1")
    _, report = read("visit,unit,=when,end\n1,ed,2025-03-03 10:00,2025-03-03 11:00\n"
                     + "".join(f"1,ed,{value},\n" for value in values), mapping={"columns": {"start": "=when"}})
    report.save_faults(tmp_path / "faults.csv")
    found = pd.read_csv(tmp_path / "faults.csv", dtype=str, keep_default_na=False)
    assert found["column"].unique().tolist() == ["'=when"]
    assert found["shape"].tolist() == ["'=aaa|a", "'+9+9", "'-9", "'@AAA(A9)", "aaaa", "'=9"]
    assert found["line"].tolist() == ["3", "4", "5", "6", "7", "8"]
    assert list(report.faults["column"].unique()) == ["=when"]


def test_a_table_of_faults_is_there_whole_or_not_at_all(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    _, report = read(FAULTY)
    file = tmp_path / "faults.csv"

    def full(_: pd.DataFrame, part: Path, **__: object) -> None:
        part.write_text("half a li")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(pd.DataFrame, "to_csv", full)
        with pytest.raises(OSError, match="No space left") as refused:
            report.save_faults(file)
    assert refused.value.filename == str(file)
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]
    report.save_faults(file)
    assert len(pd.read_csv(file)) == len(report.faults)


def test_many_faults_of_a_kind_are_counted_and_the_first_lines_shown(read: Read):
    body = "".join(f"{v},ED,2025-03-03 10:00,2025-03-03 09:00\n" for v in range(50))
    _, report = read("visit,unit,start,end\nA,ED,2025-03-03 10:00,2025-03-03 11:00\n" + body)
    assert "  50  it ends before it starts (column end): line 3, 4, 5, 6, 7, 8, 9, 10 and 42 more" in report.lines()
    assert len(report.to_dict()["faults"]) == 50


def test_what_can_be_calibrated_and_what_would_change_it(read: Read):
    _, report = read("visit,unit,start,end\n1,ED,2025-03-03 10:00,2025-03-03 12:00\n1,ICU,2025-03-03 12:00,\n")
    lacks = {lack.what: lack.needs for lack in report.cannot}
    assert report.can == ("length of stay by unit, and routing between units",)
    assert lacks["door to clinician"] == "a column `seen`"
    assert lacks["boarding in the emergency department"] == "a column `requested`"
    assert lacks["arrivals by hour of the week"] == "a log of at least 4 weeks"
    assert "critical care refusals" in lacks
    days = "".join(f"{d},ED,2025-{m:02}-{d:02} 10:00,2025-{m:02}-{d:02} 12:00,2025-{m:02}-{d:02} 11:00,left unseen,3\n"
                   for m in (3, 4) for d in range(1, 29))
    _, report = read("patient,unit,start,end,seen,disposition,acuity,visit\n" + "".join(
        f"{line},{n}\n" for n, line in enumerate(days.splitlines())))
    assert {"arrivals by hour of the week", "returns of the same person",
            "classes of visits (acuity, specialty, ...)"} <= set(report.can)


def test_a_column_that_is_not_used_is_offered_for_what_is_lacking(read: Read):
    def offered(header: str) -> tuple[str, str] | None:
        return read(f"visit,unit,start,end,{header}\n1,ED,2025-03-03 10:00,2025-03-03 12:00,x\n")[1].might_be()

    assert offered("1st Dr contact") == ("seen", "1st Dr contact")
    assert offered("asked: for bed") == ("requested", '"asked: for bed"')
    assert offered("Person name") == offered("remark") == ("patient", "<its name>")
    assert read("visit,unit,start,end\n1,ED,2025-03-03 10:00,2025-03-03 12:00\n")[1].might_be() is None


def test_what_only_a_layout_makes_of_use_is_promised_with_one_alone(read: Read):
    text = ("visit,activity,unit,resource,start,end\n1,stay,ED,,2025-03-03 10:00,2025-03-03 12:00\n"
            "1,see,ED,doctor,2025-03-03 10:30,2025-03-03 11:00\n")
    layout = """
        staff: {doctor: {on_duty: 2, role: %s}}
        units: {ed: {kind: ed, places: 4}}
        sources: {a: {pathway: p, rate: 1, ceiling: 1}}
        pathways: {p: [{move: m, to: ed}, {do: see, by: doctor, takes: 10 min}, {leave: out, as: home}]}
    """
    both = {"door to clinician", "how long staff and equipment are busy with a patient"}
    _, alone = read(text)
    needs = {lack.what: lack.needs for lack in alone.cannot if lack.what in both}
    assert needs == {"door to clinician": "a layout with doctors: --layout",
                     "how long staff and equipment are busy with a patient":
                         "a layout with the staff and their tasks: --layout"}
    _, with_doctors = read(text, layout=layout_of(layout % "doctor"))
    assert both <= set(with_doctors.can)
    _, with_others = read(text, layout=layout_of(layout % "other"), mapping={"roles": {"doctor": "doctor"}})
    assert not both & set(with_others.can)


def test_refusals_are_promised_with_a_layout_that_refuses_alone(read: Read):
    def needed(layout: str) -> str:
        """What refusals lack; nothing if they can be calibrated."""
        _, report = read("visit,activity,unit,resource,start,end\n1,stay,ED,,2025-03-03 10:00,2025-03-03 12:00\n"
                         "1,refused,ED,ICU,2025-03-03 11:00,2025-03-03 11:00\n"
                         "1,stay,ICU,,2025-03-03 12:00,2025-03-04 12:00\n",
                         layout=layout_of(layout) if layout else None)
        lacks = {lack.what: lack.needs for lack in report.cannot}
        assert ("critical care refusals" in report.can) == ("critical care refusals" not in lacks)
        return lacks.get("critical care refusals", "")

    layout = """
        units: {ed: {kind: ed, places: 4 %s}, icu: {kind: critical_care, places: 2 %s}}
        sources: {a: {pathway: p, rate: 1, ceiling: 1}}
        pathways: {p: [{move: m, to: ed %s}, {branch: b, options: [{chance: 0.1, then: [{move: n, to: icu %s}]}, {}]},
                       {leave: out, as: home}]}
    """
    room, lacking = ", room: 0", "a layout with a `room` for critical care: --layout"
    assert needed("") == lacking
    assert needed(layout % ("", "", "", "")) == needed(layout % (room, "", room, "")) == lacking
    assert needed(layout % ("", room, "", "")) == needed(layout % ("", "", "", room)) == ""


def test_dates_that_were_shifted(read: Read):
    log, report = read("visit,unit,start,end\n1,ED,2180-03-03 10:00,2180-03-03 12:00\n",
                       mapping={"dates_comparable": False})
    assert not log.provenance.dates_comparable
    assert not report.dates_comparable
    assert "arrivals by hour of the week" in {lack.what for lack in report.cannot}
    assert (report.kept, report.rejected) == (1, 0)


def test_dates_that_were_shifted_are_no_placeholders(read: Read):
    _, report = read("""
        visit,unit,start,end
        1,ED,2180-03-03 10:00,9999-12-31
        2,ED,0001-01-01,2180-03-03 10:00
        3,ED,2181-03-03 10:00,2181-03-03 12:00
    """, mapping={"dates_comparable": False}, time_zone="Europe/London")
    assert faults(report)[:2] == [(3, "start", "impossible_time"), (2, "end", "placeholder_end")]
    assert "2180-03-03 10:00 to 2181-03-03 12:00" in "\n".join(report.lines())


LONG = "".join(f"{v},ED,2025-03-{v % 28 + 1:02} {v % 23:02}:{v % 60:02},2025-03-{v % 28 + 1:02} 23:59,{v % 5}\n"
               for v in range(300))


def test_what_stands_in_one_row_of_many_is_a_slip_or_a_name(read: Read):
    one = "900,Mr John Smith,2025-03-03 10:00,2025-03-03 11:00,3\n901,ED,2025-03-03 10:00,2025-03-03 11:00,Ann Lee\n"
    log, report = read("visit,unit,start,end,acuity\n" + LONG + one)
    assert faults(report, "rejected") == [(302, "unit", "rare_unit")]
    assert faults(report, "repaired") == [(303, "acuity", "unknown_value")]
    shown = "\n".join(report.lines()) + json.dumps(report.to_dict()) + log.stays.to_csv()
    assert "Smith" not in shown
    assert "Lee" not in shown
    stays = as_written(log)
    assert stays.loc[stays["visit"].eq(901), "acuity"].eq("unknown").all()


def test_a_time_far_from_all_others(read: Read):
    odd = ("900,ED,2027-03-03 10:00,2027-03-03 11:00,3\n901,ED,2015-03-03 10:00,2015-03-03 11:00,3\n"
           "902,ED,2025-03-03 10:00,2035-03-03 11:00,3\n")
    _, report = read("visit,unit,start,end,acuity\n" + LONG + odd)
    assert faults(report, "rejected") == [(302, "start", "far_time"), (303, "start", "far_time"),
                                          (304, "end", "far_time")]


def test_what_looks_like_a_person_is_no_unit_and_no_class_however_often_it_stands_there(read: Read):
    whose = ("ZZSMITH John NHS9434765919", "943 476 5919", "Lee 1961-02-07 078-05-1120")
    odd = "".join(f"{900 + v},{whose[v % 3]},2025-03-03 10:00,2025-03-03 11:00,{whose[v % 3]}\n" for v in range(82))
    text = "visit,unit,start,end,acuity\n" + LONG + odd
    log, report = read(text)
    assert report.counts() == {("repaired", "like_a_person"): 164}
    assert log.units == {"ed": "ed", "unknown": "other"}
    assert set(log.stays["acuity"].cat.categories) == {0, 1, 2, 3, 4, "unknown"}
    shown = "\n".join(report.lines()) + json.dumps(report.to_dict()) + log.stays.to_csv()
    assert not any(word in shown for word in ("SMITH", "9434765919", "476 5919", "Lee ", "1961-02", "05-1120"))
    told, _ = read(text, mapping={"units": {"943 476 5919": "ward"}})
    assert set(told.units) == {"ed", "unknown", "ward"}


def test_a_column_of_codes_is_no_column_of_persons(read: Read):
    codes = {"3": "1064891000000107", "4": "1064901000000108"}
    body = "".join(f"{v},ED,2025-03-{v % 28 + 1:02} 10:00,2025-03-{v % 28 + 1:02} 12:00,{codes['34'[v % 2]]}\n"
                   for v in range(300))
    log, report = read("visit,unit,start,end,acuity\n" + body)
    assert set(log.stays["acuity"].cat.categories) == {int(code) for code in codes.values()}
    assert report.faults.empty


def test_a_column_of_something_else_than_persons_is_told_by_visits_at_one_time(read: Read):
    def noted(persons: int) -> list[str]:
        body = "".join(f"{v},{v % persons},ED,2025-03-{v % 28 + 1:02} 10:00,2025-03-{v % 28 + 1:02} 12:00\n"
                       for v in range(100))
        found = read("visit,patient,unit,start,end\n" + body)[1].findings
        return [finding.says for finding in found if "same 'patient'" in finding.says]

    assert noted(100) == noted(97) == []
    assert "72 of 100 visits begin while another of the same 'patient' is going on" in noted(1)[0]


def test_an_order_of_dates_that_nothing_proves_is_noted(read: Read):
    body = "".join(f"{day},ED,{day:02}/01/2024 10:00,{day:02}/01/2024 12:00\n" for day in range(1, 13))
    _, report = read("visit,unit,start,end\n" + body, mapping={"date_order": "month_first"})
    assert any("from 2024-01-01 to 2024-12-01, and as day_first from 2024-01-01 to 2024-01-12" in note
               for note in report.notes)


def test_the_hours_of_the_clock_change_are_counted(read: Read):
    log, report = read("""
        visit,unit,start,end
        1,ED,2024-03-31 00:30,2024-03-31 01:30
        2,ED,2024-10-27 01:50,2024-10-27 01:10
        3,ED,2024-10-27 00:30,2024-10-27 02:30
    """, time_zone="Europe/London")
    stays = as_written(log)
    stays = stays[stays["activity"].eq("stay")].sort_values("visit")
    assert ((stays["end"] - stays["start"]) / pd.Timedelta(minutes=1)).tolist() == [60, 20, 180]
    assert faults(report, "repaired") == [(2, "end", "clock_skipped"), (3, "start", "clock_doubled"),
                                          (3, "end", "clock_doubled")]


def test_the_zone_that_nobody_named_is_said_to_be_a_guess(read: Read):
    text = "visit,unit,start,end\n1,ED,2025-07-03 10:00,2025-07-03 12:00\n"
    _, report = read(text, time_zone=None)
    assert any("taken as UTC" in finding.says for finding in report.findings)
    zoned, _ = read(text, time_zone=None, mapping={"time_zone": "America/New_York"})
    assert zoned.time_zone == "America/New_York"
    assert str(zoned.start) == "2025-07-03 14:00:00+00:00"
    given, _ = read(text, mapping={"time_zone": "America/New_York"}, time_zone="Europe/London")
    assert given.time_zone == "Europe/London"


def test_a_ledger_adds_up_whatever_is_written_in_it():
    ledger = Ledger([("a.csv", np.array([2, 3, 4])), ("b.csv", np.array([2]))])
    ledger.repair(np.array([True, True]), "bed_move")
    ledger.notice(np.array([2]), "gap")
    ledger.reject(np.array([False, True, True]), "duplicate")
    ledger.reject(np.array([1, 3]), "no_unit", "unit")
    assert [FileRows(*counts) for counts in ledger.counts()] == [
        FileRows("a.csv", 3, 1, 1, 2), FileRows("b.csv", 1, 0, 0, 1)]
    assert ledger.table()[["file", "line", "reason"]].values.tolist() == [
        ["b.csv", 2, "no_unit"], ["a.csv", 3, "duplicate"], ["a.csv", 4, "duplicate"], ["a.csv", 2, "bed_move"]]


@pytest.mark.parametrize(("text", "shape"), [
    ("Smith 42", "Aaaaa 99"), ("É漢x", "Aaa"), ("٣.² Ⅷ", "9.9 9"), ("a\u0301\n", "a??"), ("M", "A"),
    ("a" * 60, "a" * 29 + "…"), ("01/02/2025", "99/99/9999"), ("", "")])
def test_shapes(text: str, shape: str):
    assert shape_of(text) == shape


@given(st.text())
def test_a_shape_has_no_letter_or_digit_of_the_value(text: str):
    assert not set(shape_of(text)) - set("Aa9?…") & {c for c in text if c.isalnum() or not c.isascii()}
    assert len(shape_of(text)) == min(len(text), 30)


def test_the_reject_file_is_for_its_owner_alone_and_holds_no_value(read: Read, tmp_path: Path):
    _, report = read("visit,unit,start,end\n1,ED,2025-03-03 10:00,2025-03-03 11:00\n2,ED,Jane Roe 4471,\n")
    path = tmp_path / "faults.csv"
    path.write_text("before")
    path.chmod(0o666)
    report.save_faults(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert pd.read_csv(path).to_dict("records") == [
        {"file": report.files[0].name, "line": 3, "column": "start", "reason": "unreadable_time", "action": "rejected",
         "shape": "Aaaa Aaa 9999"}]


def test_a_column_name_that_looks_like_data_is_shown_by_its_shape(read: Read, write: Callable[..., Path]):
    row = "1,ED,2025-03-03 10:00,2025-03-03 11:00,x,y,z\n"
    _, report = read("visit,unit,start,end,Beds 2024,078-05-1120,ann@lee.example\n" + row)
    assert report.to_dict()["unused"] == ["Beds 2024", "999-99-9999", "aaa@aaa.aaaaaaa"]
    assert "078-05-1120" not in "\n".join(report.lines())
    with pytest.raises(BadInput) as refused:
        read_log(write("what,Beds,078-05-1120,start\na,b,c,2025-03-03 10:00\n", "other.csv"))
    assert "078-05-1120" not in str(refused.value)
    assert "999-99-9999" in str(refused.value)
