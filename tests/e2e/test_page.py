"""The first page in a browser, as a bed manager meets it."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dashboards import ids
from hospital_twin.reports import findings, typical_week
from tests import answers
from tests.unit.reports.test_pictures import BESIDE

pytestmark = pytest.mark.e2e

DRAWN = f"#{ids.WEEK_FIGURE} .main-svg"


def test_the_answer_is_on_the_page(visit, serving: Callable, tmp_path: Path):
    answer = answers.answer(beside=BESIDE)
    with serving(answers.stored(tmp_path / "twin.db", beside=BESIDE)) as address:
        visit.page.goto(address)
        visit.page.wait_for_selector(DRAWN)
        said = visit.page.inner_text("main")
        assert answer.question in said
        assert findings(answer)[0].sentence in said
        assert visit.page.inner_text(f"#{ids.WEEK_SENTENCE}") == typical_week(answer, "majors").sentence()
        assert "1 of 2 numbers of the log lie within" in said
        assert "synthetic data" in visit.page.inner_text("header").lower()
        assert visit.page.locator(f"#{ids.KPI_TABLE} tbody tr").count() == 10
        assert visit.page.get_attribute("html", "lang") == "en"
        assert visit.page.locator("main").count() == 1
        # Nothing has to be scrolled sideways.
        assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert visit.page.evaluate("[...document.querySelectorAll('.wide')].every(e => e.scrollWidth <= e.clientWidth)")
    assert (visit.faults, visit.outside) == ([], [])


def test_another_unit_is_another_picture_and_sentence(visit, serving: Callable, tmp_path: Path):
    with serving(answers.stored(tmp_path / "twin.db")) as address:
        visit.page.goto(address)
        visit.page.wait_for_selector(DRAWN)
        visit.page.click(f"#{ids.UNIT}")
        visit.page.get_by_role("option", name="ward b").click()
        expect(visit.page.locator(f"#{ids.WEEK_SENTENCE}")).to_contain_text("Patients in ward b", timeout=60_000)
        sentence = visit.page.inner_text(f"#{ids.WEEK_SENTENCE}")
        assert sentence == typical_week(answers.answer(), "ward_b").sentence()
        assert visit.page.get_attribute(f"#{ids.WEEK_CHART}", "aria-label") == f"Patients in ward b. {sentence}"
        visit.page.locator(f"#{ids.SHOW_NUMBERS}").check()
        expect(visit.page.locator(f"#{ids.WEEK_NUMBERS} tbody tr")).to_have_count(168, timeout=60_000)
    assert (visit.faults, visit.outside) == ([], [])


def test_a_patient_called_script_does_nothing(visit, serving: Callable, tmp_path: Path):
    nasty = answers.NASTY
    shown: list[str] = []
    visit.page.on("dialog", lambda dialog: (shown.append(dialog.message), dialog.dismiss()))
    with serving(answers.stored(tmp_path / "twin.db", nasty, nasty, question=nasty, faults=(nasty,))) as address:
        visit.page.goto(address)
        visit.page.wait_for_selector(DRAWN)
        assert visit.page.inner_text("h1") == nasty
        assert nasty in visit.page.inner_text("header")
        visit.page.locator(f"#{ids.SHOW_NUMBERS}").check()
        expect(visit.page.locator(f"#{ids.WEEK_NUMBERS} thead")).to_contain_text(f"{nasty}: middle week")
    assert (visit.faults, visit.outside, shown) == ([], [], [])


def test_nothing_yet(visit, serving: Callable, tmp_path: Path):
    with serving(tmp_path / "none.db") as address:
        visit.page.goto(address)
        visit.page.wait_for_selector(f"#{ids.STATE}")
        said = visit.page.inner_text("main")
        assert "There is no answer yet" in said
        assert "hospital-twin demo" in said
    assert (visit.faults, visit.outside) == ([], [])


def test_a_damaged_store(visit, serving: Callable, tmp_path: Path):
    (tmp_path / "twin.db").write_bytes(b"\0" * 9999)
    with serving(tmp_path / "twin.db") as address:
        visit.page.goto(address)
        visit.page.wait_for_selector(f"#{ids.STATE}")
        assert "The answers cannot be read" in visit.page.inner_text("main")
    assert (visit.faults, visit.outside) == ([], [])


def test_the_report_opens_and_prints(visit, tmp_path: Path):
    from hospital_twin.reports import write_report
    path = write_report(tmp_path / "answer.html", answers.answer(beside=BESIDE))
    asked: list[str] = []
    visit.page.unroute_all()
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.page.goto(path.as_uri())
    assert visit.page.locator("figure svg[role=img]").count() == 5
    assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    visit.page.emulate_media(media="print")
    visit.page.set_viewport_size({"width": 688, "height": 1017})  # A4 within its margins
    assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert visit.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    assert (visit.faults, asked) == ([], [path.as_uri()])
