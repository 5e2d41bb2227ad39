"""The line at the top: which hospital, as of when, made by what."""
from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards import ids
from dashboards.reader import Shown
from hospital_twin import __version__


def header(shown: Shown) -> Component:
    """Hospital, whether its data are real, the log's period, when the answer was made, and the version."""
    answer = shown.answer
    name = answer.hospital.layout.name if answer else "hospital_twin"
    return html.Header(className="top", id=ids.HEADER, children=[
        html.Div([html.Span(name, className="hospital"), *_badges(shown)], className="who"),
        html.Div([html.Span(text, className="fact") for text in _facts(shown)], className="facts")])


def _badges(shown: Shown) -> list[Component]:
    answer = shown.answer
    if answer is None:
        return []
    found = [dmc.Badge("synthetic data: no real patients", className="synthetic", variant="outline", size="lg",
                       radius="sm")] if answer.synthetic else []
    names = ", ".join(runs.scenario for runs in answer.scenarios)
    return [*found, html.Span(f"what-if: {names}", className="chip")] if names else found


def _facts(shown: Shown) -> list[str]:
    if shown.answer is None:
        return [f"hospital_twin {__version__}"]
    runs, log = shown.answer.baseline, shown.answer.hospital.fitted_on
    period = f"log {day(log.start)} to {day(log.end)}" if log else "no log: numbers as the layout states them"
    made = datetime.fromisoformat(shown.finished).astimezone(ZoneInfo(runs.provenance["time_zone"]))
    return [period, f"computed {made:%d %b %Y, %H:%M %Z}", f"hospital_twin {runs.provenance['version']}"]


def day(moment: str) -> str:
    """An ISO time as a date; any other text as it is."""
    try:
        return f"{datetime.fromisoformat(moment):%d %b %Y}"
    except ValueError:
        return moment
