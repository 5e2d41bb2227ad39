from __future__ import annotations

import re
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hospital_twin.comparison import compare
from hospital_twin.errors import BadInput
from hospital_twin.reports import Answer, answer_rows, findings, typical_week, write_report
from hospital_twin.scenario import Scenario
from tests import answers
from tests.unit.reports.test_pictures import BESIDE

pytestmark = pytest.mark.unit

WHEN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, and the text."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def said(self) -> str:
        return re.sub(r"\s+", " ", self.text)


def written(folder: Path, answer: Answer) -> str:
    return write_report(folder / "answer.html", answer, written=WHEN).read_text(encoding="utf-8")


def test_it_says_what_was_asked_found_and_assumed(tmp_path: Path):
    answer = answers.answer(beside=BESIDE)
    said = Page(written(tmp_path, answer)).said()
    finding, = findings(answer)
    week, other = (typical_week(answer, "majors", name) for name in ("baseline", "two more doctors"))
    for text in (answer.question, finding.sentence, week.sentence(other), "synthetic data",
                 answer.faults[0], answer.command, "1 of 2 headline numbers of the log lie within",
                 answer.comparison.note(),
                 "The first 2 days are for the hospital to fill and are not counted", "cleaning of St Elsewhere",
                 "ab" * 32,
                 "calibrated on this log",
                 "written 02 Jan 2026, 03:04 GMT", "log 01 Jan 2024 to 01 Jan 2025",
                 "4 replications of 16 days from 24 Mar 2025, 2 of them warm-up",
                 "two more doctors: +2 ED doctors; everything else stays as it is",
                 "[29, 34]", "● better", "■ worse", "○ no clear difference", "▲ higher"):
        assert text in said, text


def test_it_asks_for_nothing_from_anywhere(tmp_path: Path):
    text = written(tmp_path, answers.answer(beside=BESIDE))
    page = Page(text)
    assert {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "embed", "base"} == set()
    assert not [attributes for _, attributes in page.tags if attributes.keys() & {"src", "href", "srcset", "style"}]
    assert "url(" not in text
    assert "@import" not in text
    policy = next(a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert ("html", {"lang": "en"}) in page.tags


def test_what_people_typed_is_text(tmp_path: Path):
    nasty = answers.NASTY
    answer = answers.answer(nasty, nasty, question=nasty, command=nasty, faults=(nasty,))
    text = written(tmp_path, answer)
    page = Page(text)
    assert "<script" not in text
    assert not [tag for tag, _ in page.tags if tag == "script"]
    assert page.said().count(nasty) > 8


def test_pictures_have_words_for_who_cannot_see_them(tmp_path: Path):
    page = Page(written(tmp_path, answers.answer(beside=BESIDE)))
    labels = [a["aria-label"] for tag, a in page.tags if tag == "svg" and a.get("role") == "img"]
    # Three typical weeks, the twin beside the log, and the spread.
    assert len(labels) == 5
    assert all(len(label) > 80 for label in labels)


def test_what_paper_leaves_out_is_said_on_it(tmp_path: Path):
    answer = answers.answer(faults=("2 of 9 rows (22.2 %) left out.", "No unit (1 row, rejected)"))
    page = Page(written(tmp_path, answer))
    assert ("p", {"class": "paper"}) in page.tags
    rows = len(answer_rows(answer, every=True))
    assert (f"Not on paper, and in the file when it is opened on a screen: all {rows} numbers, the typical week of 1 "
            "more place, each reason why rows of the log were left out or changed.") in page.said()
    assert "2 of 9 rows (22.2 %) left out. Each reason (1) No unit (1 row, rejected)" in page.said()
    assert "assumed numbers" not in page.said()


def test_the_same_answer_is_the_same_page(tmp_path: Path):
    assert written(tmp_path, answers.answer()) == written(tmp_path, answers.answer())


def test_a_baseline_alone(tmp_path: Path):
    both = answers.answer()
    alone = replace(both, runs=both.runs[:1], comparison=None, observed=None, synthetic=False, faults=(), command="",
                    hospital=both.hospital.model_copy(update={"fitted_on": None}))
    said = Page(written(tmp_path, alone)).said()
    assert "nothing was compared with it" in said
    assert "No number was fitted to a log" in said
    assert "synthetic" not in said
    assert "assumed numbers, no log" in said
    assert "no log: numbers as the layout states them" in said
    assert "[29, 34]" in said


def test_a_baseline_alone_that_still_fills_says_so(tmp_path: Path):
    both = answers.answer()
    filling = both.baseline.census.assign(value=lambda census: census["value"] + census["hour"] / 10)
    alone = replace(both, runs=(replace(both.baseline, census=filling),), comparison=None)
    caution, = alone.cautions
    assert "still changes" in caution
    assert caution in Page(written(tmp_path, alone)).said()


def test_a_path_that_cannot_be_written(tmp_path: Path):
    answer, lines = answers.answer(), set()
    (tmp_path / "file").write_text("")
    for path, words in ((tmp_path, "this is a folder"), (tmp_path / "no" / "a.html", "there is no folder"),
                        (Path("/proc/version.html"), "cannot be written"), (tmp_path / "file" / "a", "no folder")):
        with pytest.raises(BadInput, match=words) as caught:
            write_report(path, answer)
        lines.add(traceback.extract_tb(caught.value.__traceback__)[-1].lineno)
    assert len(lines) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_many_scenarios_stand_two_by_two(tmp_path: Path):
    base, first = answers.experiments()
    more = [replace(first, scenario=Scenario(name=f"variant {n}", levers=first.scenario.levers)) for n in range(5)]
    runs = tuple(answers.runs_of(experiment) for experiment in (base, *more))
    text = written(tmp_path, replace(answers.answer(), runs=runs, comparison=compare(*runs)))
    headline_tables = [table for table in text.split("<table>")[1:] if "Means over" in table]
    assert [table.count('scope="colgroup"') for table in headline_tables] == [2, 2, 1]
    assert all(table.count("● better") == n for table, n in zip(headline_tables, (2, 2, 1), strict=True))
    page = Page(text)
    assert "not drawn: variant 3, variant 4" in page.said()
    assert all(f"variant {n}" in page.said() for n in range(5))
