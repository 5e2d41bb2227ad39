"""The line at the top: which hospital, as of when, made by what."""
from __future__ import annotations

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards import ids
from dashboards.reader import Shown, moment
from hospital_twin import __version__, fact_line


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
    words = (["synthetic data: no real patients"] if answer.synthetic else []) + (
        ["assumed numbers, no log"] if answer.hospital.fitted_on is None else [])
    found = [dmc.Badge(text, className="synthetic", variant="outline", size="lg", radius="sm") for text in words]
    names = ", ".join(runs.scenario for runs in answer.scenarios)
    return [*found, html.Span(f"what-if: {names}", className="chip")] if names else found


def _facts(shown: Shown) -> list[str]:
    if shown.answer is None:
        return [f"hospital_twin {__version__}"]
    runs = shown.answer.baseline
    made = moment(shown.key.finished, runs.provenance["time_zone"])
    return [*fact_line(shown.answer), f"computed {made}", f"hospital_twin {runs.provenance['version']}"]
