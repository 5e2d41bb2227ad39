"""What is found in a log as a whole, and how the report says it."""
from __future__ import annotations

import json

import pytest

from hospital_twin.importers import CHECKS, Finding, WholeLog, _findings
from hospital_twin.importers._finding import Check
from tests.unit.importers.conftest import Read

pytestmark = pytest.mark.unit

ROWS = "visit,unit,start,end\n" + "".join(
    f"{v},ED,2025-03-{v % 28 + 1:02} {v % 23:02}:{v * 7 % 60:02},\n" for v in range(300))


def test_the_report_has_what_every_check_finds(read: Read, monkeypatch: pytest.MonkeyPatch):
    def look(whole: WholeLog) -> list[Finding]:
        assert len(whole.rows) == whole.ledger.kept.sum() == 300
        assert whole.columns["start"] == "start"
        return [Finding("odd", "the ED is odd", "ed", whole.log.start, None, 7)]

    monkeypatch.setattr(_findings, "CHECKS", (Check("odd", "odd", look, 0.0),))
    _, report = read(ROWS)
    assert report.findings == (Finding("odd", "the ED is odd", "ed", report.start, None, 7, "noticed"),)
    lines = report.lines()
    assert lines[lines.index("Noticed in the log as a whole") + 1] == "  the ED is odd"
    assert json.loads(json.dumps(report.to_dict()))["findings"] == [
        {"kind": "odd", "says": "the ED is odd", "place": "ed", "start": report.start.isoformat(), "end": None,
         "rows": 7, "action": "noticed"}]


def test_what_needs_a_calendar_is_not_looked_for_without_one(read: Read, monkeypatch: pytest.MonkeyPatch):
    checks = tuple(Check(kind, kind, lambda _, kind=kind: [Finding(kind, kind)], 0.0, by_calendar=by)
                   for kind, by in (("dates", True), ("hours", False)))
    monkeypatch.setattr(_findings, "CHECKS", checks)
    assert [f.kind for f in read(ROWS)[1].findings] == ["dates", "hours"]
    assert [f.kind for f in read(ROWS, mapping={"dates_comparable": False})[1].findings] == ["hours"]


def test_every_check_has_a_kind_of_its_own_and_says_how_often_it_is_wrong():
    assert len({check.kind for check in CHECKS}) == len(CHECKS)
    assert all(check.words and 0 <= check.false_alarms <= 0.01 for check in CHECKS)


def test_a_log_without_findings_has_no_heading_of_them(read: Read):
    _, report = read(ROWS)
    assert report.findings == ()
    assert "Noticed in the log as a whole" not in report.lines()


def test_heaps_at_midnight_and_rounded_minutes(read: Read):
    noted = [[finding.says for finding in read("visit,unit,start,end\n" + "".join(
        f"{v},ED,2025-03-{v % 28 + 1:02}{time(v)},\n" for v in range(300)))[1].findings] for time in (
        lambda v: "" if v < 30 else f" {v % 23:02}:{v * 7 % 60:02}", lambda v: f" {v % 23:02}:{v % 4 * 15:02}",
        lambda v: f" {v % 23:02}:{v * 7 % 60:02}")]
    assert any("10.0% of the times in 'start' are midnight" in note for note in noted[0])
    assert any("100% of the times in 'start' are multiples of 15 minutes" in note for note in noted[1])
    assert not any("start" in note for note in noted[2])
