"""The answer in words: one card per scenario."""
from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards import ids
from hospital_twin import Answer, findings


def answer_cards(answer: Answer) -> Component:
    """A card per scenario: its sentence, and what became better, worse or neither."""
    cards = [html.Article(className="card", children=[
        html.P(finding.sentence, className="sentence"),
        html.Dl([part for verdict, changes in finding.groups for part in (
            html.Dt(f"{verdict.shape} {verdict.word}".strip(), className=verdict.tone),
            html.Dd([html.Div([html.Span(one.words), html.Span(one.numbers)], className="change") for one in changes]))
            ])]) for finding in findings(answer)]
    alone = html.P("The hospital as it is. Nothing is compared with it yet: `hospital-twin levers` lists what can be "
                   "changed.", className="sentence")
    return html.Section(id=ids.ANSWER, className="cards", children=cards or [alone], **{"aria-label": "The answer"})


def cautions(answer: Answer) -> list[Component]:
    """What to know before believing the numbers."""
    if not answer.cautions:
        return []
    said = html.Ul([html.Li(text) for text in answer.cautions])
    return [html.Div([html.P("▲ Before you rely on it", className="lead"), said], className="caution")]
