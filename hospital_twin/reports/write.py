"""`write_report`: an answer as one HTML file that needs nothing else, on the screen and on paper."""
from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hospital_twin.reports.answers import Answer, answer_rows
from hospital_twin.reports.beside import SAME_LOG, beside_rows
from hospital_twin.reports.canvas import Picture
from hospital_twin.reports.outcome import findings
from hospital_twin.reports.page import rendered, room_for, save_page
from hospital_twin.reports.pictures import beside_picture, spread_picture, week_picture
from hospital_twin.reports.weeks import telling_places, typical_week


def write_report(path: str | Path, answer: Answer, *, written: datetime | None = None) -> Path:
    """Write an answer as one self-contained HTML page and return its path.

    The page asks for nothing from anywhere: pictures and styles are inside it, and it has no script. Whatever was typed
    by people is shown as text. written: the time stated on it, by default now.
    The file is there whole or not at all. Raises `BadInput` for a path that cannot be written, and `OSError` where the
    disk is full.
    """
    path = room_for(path)
    return save_page(_page(answer, written or datetime.now(UTC)), path)


def _page(answer: Answer, written: datetime) -> str:
    first = telling_places(answer)
    return rendered(
        "report.html.j2", answer=answer, scenarios=answer.scenarios if answer.comparison is not None else (),
        written=f"{written.astimezone(ZoneInfo(answer.baseline.provenance['time_zone'])):%d %b %Y, %H:%M %Z}",
        facts=fact_line(answer), cautions=answer.cautions,
        findings=findings(answer), headlines=answer_rows(answer), all_rows=answer_rows(answer, every=True),
        weeks=[_week(answer, place) for place in first],
        other_weeks=[_week(answer, place) for place in answer.places() if place not in first],
        same_log=SAME_LOG, beside=None if answer.beside is None else beside_picture(beside_rows(answer.beside)),
        spread=spread_picture(answer), assumptions=assumptions(answer), pedigree=pedigree_lines(answer))


def _week(answer: Answer, place: str) -> Picture:
    return week_picture(typical_week(answer, place),
                        [typical_week(answer, place, runs.scenario) for runs in answer.scenarios])


def assumptions(answer: Answer) -> list[str]:
    """What has to be true for the answer to hold, in plain words."""
    runs = answer.baseline
    found = [f"Each of the {len(runs.replications)} replications simulates {runs.days:g} days from {runs.starts}. "
             + (f"The first {runs.warm_up_days:g} days are for the hospital to fill and are not counted."
                if runs.warm_up_days else "The hospital begins empty and everything is counted."),
             "Staff, beds and arrivals follow the weekly pattern of the layout; what the layout does not say does not "
             "happen."]
    found += [f"{one.scenario}: {'' if one.says == one.scenario else f'{one.says}; '}everything else stays as it is."
              for one in answer.scenarios]
    if answer.hospital.fitted_on is None:
        found.append("No number was fitted to a log: all are as the layout states them.")
    return found


def fact_line(answer: Answer) -> tuple[str, ...]:
    """As of when an answer is: the log's period, and what was simulated."""
    runs, log = answer.baseline, answer.hospital.fitted_on
    many = f"{len(runs.replications)} replication{'' if len(runs.replications) == 1 else 's'}"
    return (f"log {_day(log.start)} to {_day(log.end)}" if log else "no log: numbers as the layout states them",
            f"{many} of {runs.days:g} days from {_day(runs.starts)}, {runs.warm_up_days:g} of them warm-up")


def _day(moment: str) -> str:
    """An ISO time as a date; any other text as it is."""
    try:
        return f"{datetime.fromisoformat(moment):%d %b %Y}"
    except ValueError:
        return moment


def pedigree_lines(answer: Answer) -> list[tuple[str, Any]]:
    """Where the numbers come from: name and value, in the order in which they are shown."""
    runs, log = answer.baseline, answer.hospital.fitted_on
    found = [("Hospital", answer.hospital.layout.name)]
    if log is not None:
        found += [("Log", log.name), ("Log's period", f"{log.start} to {log.end}"),
                  ("Arrivals counted in it" if log.counts else "Visits in it", f"{log.visits:,}"),
                  ("Log's SHA-256", log.sha256)]
    found += [("Hospital's SHA-256", runs.provenance["hospital_sha256"]), ("Time zone", runs.provenance["time_zone"]),
              ("First day", runs.starts), ("Days, warm-up", f"{runs.days:g}, {runs.warm_up_days:g}"),
              ("Seed", runs.seed), ("Replications", len(runs.replications)), ("Engine", runs.provenance["engine"]),
              ("Program", f"hospital_twin {runs.provenance['version']}")]
    return found
