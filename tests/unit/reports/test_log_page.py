"""What was found in a log, as a page: all that the lines say, and nothing of the log."""
from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hospital_twin.importers import Finding, QualityReport, SeriesReport, read_log, read_series
from hospital_twin.reports import write_log_page
from tests import answers
from tests.unit.reports.test_write import Page

pytestmark = pytest.mark.unit

WHEN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
FAULTY = """\
visit,unit,start,end,Colour
1,ED,2025-07-03 10:00,2025-07-03 12:00,x
1,ED,2025-07-03 10:00,2025-07-03 12:00,x
2,ED,2025-07-03 10:00,9999-12-31,x
3,ED,Jane Roe 4471,2025-07-03 12:00,x
4,ED,2025-07-03 10:00,2025-07-03 10:02,x
"""
COUNTS = "Date;Heure;Site;Nb présents;Score\n" + "".join(
    f"2024-03-04;{hour};{site};{5 + hour % 3};1\n" for hour in range(24) if hour != 7 for site in "AB")


def of_visits(folder: Path, text: str = FAULTY) -> QualityReport:
    (folder / "my log.csv").write_text(text, encoding="utf-8")
    return read_log(folder / "my log.csv", time_zone="Europe/London")[1]


def of_counts(folder: Path) -> SeriesReport:
    (folder / "counts.csv").write_text(COUNTS, encoding="utf-8")
    return read_series(folder / "counts.csv", time_zone="Europe/Paris")[1]


class Cells(Page):
    """A page of which each cell is a text of its own."""

    def handle_endtag(self, tag: str) -> None:
        self.text += " "


def page(folder: Path, report: QualityReport | SeriesReport) -> Cells:
    return Cells(write_log_page(folder / "log.html", report, written=WHEN).read_text(encoding="utf-8"))


def words(text: str) -> set[str]:
    return set(re.findall(r"[\w-]+", text))


def test_it_says_what_the_lines_say_of_visits(tmp_path: Path):
    report = of_visits(tmp_path)
    said = page(tmp_path, report).said()
    assert "3 of 5 rows can be used, 1 of them with something put right; 2 had to be left out." in said
    assert "written 02 Jan 2026, 03:04 GMT" in said
    # What holds the lines together is a table on the page.
    lines = "\n".join(report.lines()).partition("rejected")[2]
    assert words(lines) - words(said) == {"line", "needed", "stays", "Can", "Cannot"}


def test_it_says_what_the_lines_say_of_counts(tmp_path: Path):
    report = of_counts(tmp_path)
    said = page(tmp_path, report).said()
    assert "All 46 rows can be read as they are." in said
    assert f"{report.shape} Places 2 From, to {report.span()}" in said
    for text in ("census_on_the_hour 46 46 2", "no row 2 2 2 2024-03-04 07:00 to 2024-03-04 08:00: a, b",
                 "start Date + Heure", "A a 23", "Not used, and not kept: Score", report.notes[-1]):
        assert text in said


def test_what_is_noticed_in_the_whole_log_stands_before_the_rows(tmp_path: Path):
    report = replace(of_visits(tmp_path), findings=(Finding("some_kind", "something about all of it"),))
    said = page(tmp_path, report).said()
    assert said.index("something about all of it") < said.index("Rejected rows")
    assert "Noticed in the log as a whole" not in page(tmp_path, replace(report, findings=())).said()


def test_more_lines_than_fit_are_counted(tmp_path: Path):
    text = FAULTY + "".join(f"{v},ED,2025-07-03 10:00,2025-07-03 09:00,x\n" for v in range(10, 60))
    said = page(tmp_path, of_visits(tmp_path, text)).said()
    assert "50 it ends before it starts end 7, 8, 9," in said
    assert "29, 30 and 26 more" in said
    assert "--faults faults.csv" in said


def test_a_log_that_is_good_for_nothing_says_so(tmp_path: Path):
    report = replace(of_visits(tmp_path), can=())
    assert "2 had to be left out. Nothing can be calibrated from it." in page(tmp_path, report).said()


def test_it_asks_for_nothing_and_shows_no_value(tmp_path: Path):
    found = page(tmp_path, of_visits(tmp_path))
    assert {tag for tag, _ in found.tags} & {"script", "link", "img", "iframe", "object", "embed", "base"} == set()
    assert not [a for _, a in found.tags if a.keys() & {"src", "href", "srcset", "style"}]
    assert next(a["content"] for _, a in found.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert "Roe" not in found.text
    assert "5 (Aaaa Aaa 9999)" in found.said()


def test_what_people_typed_is_text(tmp_path: Path):
    nasty = answers.NASTY
    column = '"' + nasty.replace('"', '""') + '"'
    report = of_visits(tmp_path, FAULTY.replace("Colour", column).replace("ED", column))
    assert report.unused == (nasty,)
    found = page(tmp_path, replace(report, file=nasty.replace("/", ":"), notes=(nasty,)))
    assert not [tag for tag, _ in found.tags if tag == "script"]
    assert found.said().count(nasty) == 3


def test_the_same_report_is_the_same_page(tmp_path: Path):
    report = of_visits(tmp_path)
    assert page(tmp_path, report).text == page(tmp_path, report).text
