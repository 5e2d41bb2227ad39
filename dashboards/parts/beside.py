"""The log's numbers within what the twin finds possible."""
from __future__ import annotations

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboards import ids
from hospital_twin import BesideRow, beside_rows, beside_sentence

EDGE = 2.0
"""How far out a dot is drawn, in half-widths of the twin's range: beyond, it stands at the edge."""


def beside_log(table: pd.DataFrame) -> Component:
    """One line a KPI: the twin's range as a bar, the log as a dot; all ranges are drawn alike wide."""
    rows = beside_rows(table)
    head = html.Thead(html.Tr([html.Th(text, scope="col", className=name) for text, name in (
        ("KPI", ""), ("log", ""), ("twin: 95 % range for such a log", ""),
        ("the log in that range", "strip"), ("verdict", "verdict"))]))
    return html.Div([html.P(beside_sentence(rows), className="under", id=ids.BESIDE_SENTENCE),
                     html.Div(html.Table([head, html.Tbody([_line(row) for row in rows])], className="kpis",
                                         id=ids.BESIDE), className="wide")])


def _line(row: BesideRow) -> Component:
    if row.position is None:
        said = [html.Td(), html.Td(row.word, className="verdict plain")]
    else:
        left = 50 + 50 * max(-EDGE, min(EDGE, row.position)) / (EDGE * 1.1)
        tone, shape = ("plain", "●") if row.inside else ("bad", "■")
        said = [html.Td(html.Div([html.Div(className="range"), html.Div(className=f"dot {tone}",
                                                                       style={"left": f"{left:.1f}%"})],
                                 className="strip", **{"aria-hidden": "true"}), className="strip"),
                html.Td(f"{shape} {row.word}", className=f"verdict {tone}")]
    return html.Tr([html.Th([row.title, " ", html.Span(row.unit, className="unit")], scope="row"),
                    html.Td(row.observed), html.Td(row.range), *said])
