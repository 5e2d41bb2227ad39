"""The first page in a browser, as a bed manager meets it."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dashboards import ids
from hospital_twin.kpis import kpi_drawer
from hospital_twin.reports import findings, typical_week
from tests import answers
from tests.unit.reports.test_pictures import BESIDE

pytestmark = pytest.mark.e2e

DRAWN = f"#{ids.WEEK_FIGURE} .main-svg"


def sentence_of(place: str) -> str:
    week, other = (typical_week(answers.answer(), place, name) for name in ("baseline", "two more doctors"))
    return week.sentence(other)


def test_the_answer_is_on_the_page(visit, serving: Callable, tmp_path: Path):
    answer = answers.answer(beside=BESIDE)
    with serving(answers.stored(tmp_path / "twin.db", beside=BESIDE)) as address:
        visit.page.goto(address)
        visit.page.wait_for_selector(DRAWN)
        said = visit.page.inner_text("main")
        assert answer.question in said
        assert findings(answer)[0].sentence in said
        assert visit.page.inner_text(f"#{ids.WEEK_SENTENCE}") == sentence_of("majors")
        assert "1 of 2 headline numbers of the log lie within" in said
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
        expect(visit.page.locator(f"#{ids.WEEK_SENTENCE}")).to_contain_text("patients in ward b", timeout=60_000)
        sentence = visit.page.inner_text(f"#{ids.WEEK_SENTENCE}")
        assert sentence == sentence_of("ward_b")
        assert visit.page.get_attribute(f"#{ids.WEEK_CHART}", "aria-label") == f"Patients in ward b. {sentence}"
        visit.page.locator(f"#{ids.SHOW_NUMBERS}").check()
        expect(visit.page.locator(f"#{ids.WEEK_NUMBERS} tbody tr")).to_have_count(168, timeout=60_000)
    assert (visit.faults, visit.outside) == ([], [])


def test_an_open_page_says_that_there_is_a_newer_answer(visit, serving: Callable, tmp_path: Path):
    with serving(answers.stored(tmp_path / "twin.db", "North")) as address:
        visit.page.goto(address)
        visit.page.wait_for_selector(DRAWN)
        expect(visit.page.locator(f"#{ids.NEWS}")).to_be_empty()
        answers.stored(tmp_path / "twin.db", "South", "another choice")
        visit.page.click(f"#{ids.UNIT}")
        visit.page.get_by_role("option", name="ward b").click()
        expect(visit.page.locator(f"#{ids.WEEK_SENTENCE}")).to_have_text(sentence_of("ward_b"), timeout=60_000)
        expect(visit.page.locator(f"#{ids.NEWS}")).to_contain_text("A newer answer is there")
        assert "North" in visit.page.inner_text("header")
        visit.page.reload()
        visit.page.wait_for_selector(DRAWN)
        assert "South" in visit.page.inner_text("header")
        expect(visit.page.locator(f"#{ids.NEWS}")).to_be_empty()
    assert (visit.faults, visit.outside) == ([], [])


def test_without_a_server_the_page_says_of_when_it_is(visit, serving: Callable, tmp_path: Path):
    with serving(answers.stored(tmp_path / "twin.db")) as address:
        visit.page.goto(address)
        visit.page.wait_for_selector(DRAWN)
        expect(visit.page.locator(f"#{ids.NEWS}")).to_be_empty()
        visit.page.context.set_offline(True)
        visit.page.click(f"#{ids.UNIT}")
        visit.page.get_by_role("option", name="ward b").click()
        expect(visit.page.locator(f"#{ids.NEWS}")).to_contain_text("No connection: this page is as of ")
        title = visit.page.locator(f"#{ids.WEEK_FIGURE} .gtitle")
        expect(title).to_have_text("Patients in majors: baseline and two more doctors")


def test_on_paper_nothing_is_folded_and_nothing_asks(visit, serving: Callable, tmp_path: Path):
    with serving(answers.stored(tmp_path / "twin.db")) as address:
        visit.page.goto(address)
        visit.page.wait_for_selector(DRAWN)
        folded = visit.page.locator("details:not([open])")
        assert folded.count() == 3
        visit.page.emulate_media(media="print")
        visit.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert folded.count() == 0
        assert kpi_drawer()["door_to_clinician"].definition in visit.page.inner_text(f"#{ids.COUNTED}")
        expect(visit.page.locator(f"#{ids.UNIT}")).to_be_hidden()
        expect(visit.page.locator(f"#{ids.SHOW_NUMBERS}")).to_be_hidden()
        visit.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert folded.count() == 3
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


def opens_and_prints(visit, path: Path) -> None:
    """A file opens without asking for anything, and nothing of it has to be scrolled sideways, also on paper."""
    asked: list[str] = []
    visit.page.unroute_all()
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.page.goto(path.as_uri())
    assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert visit.page.evaluate("[...document.querySelectorAll('.wide')].every(e => e.scrollWidth <= e.clientWidth)")
    visit.page.emulate_media(media="print")
    visit.page.set_viewport_size({"width": 688, "height": 1017})  # A4 within its margins
    assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert visit.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    assert (visit.faults, asked) == ([], [path.as_uri()])


def test_the_report_opens_and_prints(visit, tmp_path: Path):
    from hospital_twin.reports import write_report
    opens_and_prints(visit, write_report(tmp_path / "answer.html", answers.answer(beside=BESIDE)))
    assert visit.page.locator("figure svg[role=img]").count() == 5


def test_what_is_in_a_log_opens_and_prints(visit, tmp_path: Path):
    from hospital_twin.cli._endings import exit_code
    from hospital_twin.shipped import samples_folder
    shown = []
    for log in ("stays_small.csv", "ed_census.csv"):
        assert exit_code(["check", str(samples_folder() / log), "--html", str(tmp_path / f"{log}.html")]) == 0
        opens_and_prints(visit, tmp_path / f"{log}.html")
        shown.append(visit.page.inner_text("main"))
    assert "it ends before it starts" in shown[0]
    assert "What would change that" in shown[0]
    assert "census_on_the_hour" in shown[1]
    assert visit.page.get_attribute("html", "lang") == "en"
