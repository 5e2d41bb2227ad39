"""`write_log_page`: what was found in a log, as one HTML file for who has to put the export right."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from hospital_twin import __version__
from hospital_twin.reports.page import rendered, room_for, save_page

if TYPE_CHECKING:
    from hospital_twin.importers import QualityReport, SeriesReport

_SHOWN_LINES = 24


class Sheet(NamedTuple):
    """A part of the page with a heading: a table, or a list where it has no columns.

    columns: their headings; those that end in ``#`` hold numbers. note: what is said below.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def write_log_page(path: str | Path, report: QualityReport | SeriesReport, *, written: datetime | None = None) -> Path:
    """Write what was found in a log as one self-contained HTML page and return its path.

    It says what the report's lines say, and like them no value of the log. It asks for nothing from anywhere and has no
    script; whatever was typed by people is shown as text. written: the time stated on it, by default now.
    The file is there whole or not at all. Raises `BadInput` for a path that cannot be written, and `OSError` where the
    disk is full.
    """
    path = room_for(path)
    return save_page(_page(report, written or datetime.now(UTC)), path)


def _page(report: QualityReport | SeriesReport, written: datetime) -> str:
    from hospital_twin.importers import SeriesReport
    zone = report.mapping.time_zone or "UTC"
    counts = isinstance(report, SeriesReport)
    sheets = _of_counts(report) if counts else _of_visits(report)
    return rendered(
        "log.html.j2", name=report.kept_name, version=__version__,
        written=f"{written.astimezone(ZoneInfo(zone)):%d %b %Y, %H:%M %Z}", summary=_summary(report),
        facts=_facts_of_counts(report) if counts else _facts(report),
        findings=() if counts else report.findings, sheets=tuple(sheet for sheet in sheets if sheet.rows),
        sha256=report.sha256)


def _summary(report: QualityReport | SeriesReport) -> str:
    """In one sentence, whether the log is good for anything and how much of it is."""
    if not report.rejected and not report.repaired:
        rows = f"All {report.read:,} rows can be read as they are"
    else:
        rows = (f"{report.kept:,} of {report.read:,} {'row' if report.read == 1 else 'rows'} can be used, "
                f"{report.repaired:,} of them with something put right; {report.rejected:,} had to be left out")
    return f"{rows}." if report.useful else f"{rows}. Nothing can be calibrated from it."


def _facts(report: QualityReport) -> tuple[tuple[str, str], ...]:
    """What the log is: name and value."""
    shifted = () if report.dates_comparable else (("Dates", "not comparable between patients"),)
    return (("What it is", report.shape), ("Visits", f"{report.visits:,}"), ("Stays", f"{report.stays:,}"),
            ("From, to", report.span()), *shifted)


def _facts_of_counts(report: SeriesReport) -> tuple[tuple[str, str], ...]:
    return ("What it is", report.shape), ("Places", f"{len(report.places):,}"), ("From, to", report.span())


def _of_visits(report: QualityReport) -> Iterator[Sheet]:
    """The parts of the page of a log with visits, what matters most first."""
    yield from _abilities(report)
    yield from _of_rows(report)
    yield _columns(report, {name: guess.sure for name, guess in report.guesses.items()},
                   {name: " or ".join(guess.shapes) for name, guess in report.guesses.items()})
    for title, words in (("Units", report.units), ("Staff and equipment", report.resources)):
        yield Sheet(title, ("In the log", "In the twin", "Kind", "How that is known", "Rows#"),
                    tuple((word.log, word.name, word.means, word.sure, f"{word.rows:,}") if word.name else
                          (word.log, "left out", "", "as the mapping says", f"{word.rows:,}") for word in words))
    yield Sheet("Events", ("In the log", "In a visit", "How that is known", "Rows#"),
                tuple((word.log, word.part, word.sure, f"{word.rows:,}") for word in report.events))
    yield Sheet("Notes", (), tuple((note,) for note in report.notes))


def _of_counts(report: SeriesReport) -> Iterator[Sheet]:
    """The parts of the page of counts, what matters most first."""
    yield from _abilities(report)
    yield Sheet("Numbers that can be used", ("What", "Numbers#", "Hours#", "Places#"), tuple(
        (one.quantity, f"{one.numbers:,}", f"{one.hours:,.0f}", f"{one.places:,}") for one in report.usable()))
    yield Sheet("Missing or left out", ("Why", "Gaps#", "Hours#", "Places#", "The longest"), tuple(
        (one.words, f"{one.gaps:,}", f"{one.hours:,.0f}", f"{one.places:,}", "\n".join(one.longest))
        for one in report.gap_groups()))
    yield from _of_rows(report)
    yield _columns(report, {}, {})
    yield Sheet("Places", ("In the file", "In the twin", "Called before", "Rows#"), tuple(
        (place.log or place.name, place.name, ", ".join(place.earlier), f"{place.rows:,}") for place in report.places))
    yield Sheet("Notes", (), tuple((note,) for note in report.notes))


def _abilities(report: QualityReport | SeriesReport) -> Iterator[Sheet]:
    """What the log is good for."""
    yield Sheet("What can be calibrated from it", (), tuple((what,) for what in report.can))
    yield Sheet("What cannot", ("What", "Because", "What would change that"),
                tuple((lack.what, lack.because, lack.needs) for lack in report.cannot))


def _of_rows(report: QualityReport | SeriesReport) -> Iterator[Sheet]:
    """What became of the rows of each file, and why, by line."""
    several = len(report.files) > 1
    yield Sheet("Files", ("File", "Rows read#", "Kept#", "Put right#", "Left out#"), tuple(
        (file.name, *(f"{n:,}" for n in (file.read, file.kept, file.repaired, file.rejected)))
        for file in report.files if several))
    for heading, groups in report.fault_groups().items():
        cut = any(len(group.rows) > _SHOWN_LINES for group in groups)
        yield Sheet(heading, ("Rows#", "What is wrong", "Column", "Lines, and what is written there"), tuple(
            (f"{len(group.rows):,}", group.words, ", ".join(group.columns),
             _listed(group.places(_SHOWN_LINES, files=several), len(group.rows))) for group in groups),
            "Every line, as a table: hospital-twin check with --faults faults.csv." if cut else "")


def _listed(places: Iterable[str], n: int) -> str:
    return ", ".join(places) + (f" and {n - _SHOWN_LINES:,} more" if n > _SHOWN_LINES else "")


def _columns(report: QualityReport | SeriesReport, sure: dict[str, str], like: dict[str, str]) -> Sheet:
    unused = ", ".join(report.unused_headings())
    headings = ("Taken for", "Column", *(("How sure", "What is written there looks like") if sure else ()))
    return Sheet("Columns", headings, tuple(
        (name, header, sure.get(name, ""), like.get(name, ""))[:len(headings)]
        for name, header in report.columns.items()), f"Not used, and not kept: {unused}" if unused else "")
