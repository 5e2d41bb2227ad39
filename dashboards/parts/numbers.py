"""The table of KPIs: the baseline beside each scenario."""
from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards import ids
from hospital_twin import Answer, AnswerRow, answer_rows

AT_ONCE = 2
"""Scenarios that fit beside the baseline on a screen of 1440 points; more follow in a table of their own."""


def kpi_table(answer: Answer) -> Component:
    """One row a KPI: the baseline's value; of each scenario value, difference with its interval, and verdict."""
    names = [runs.scenario for runs in answer.scenarios] if answer.comparison is not None else []
    rows, runs = answer_rows(answer), answer.baseline
    caption = (f"Means over {len(runs.replications)} replications of {runs.days:g} days, {runs.warm_up_days:g} of them "
               "warm-up. In square brackets 95 % intervals. Differences are taken before rounding.")
    return html.Div(id=ids.KPI_TABLE, children=[
        _table(caption if first == 0 else "", runs.scenario, names[first:first + AT_ONCE],
               [row._replace(cells=row.cells[first:first + AT_ONCE]) for row in rows])
        for first in range(0, len(names) or 1, AT_ONCE)])


def counted(answer: Answer) -> Component:
    """What each number is, folded: for every reader, not only for who has a mouse."""
    return html.Details(id=ids.COUNTED, children=[html.Summary("How the numbers are counted"), html.Dl(
        [part for row in answer_rows(answer) for part in (html.Dt(row.title), html.Dd(row.definition))])])


def _table(caption: str, baseline: str, names: list[str], rows: list[AnswerRow]) -> Component:
    corner = [html.Th(text, rowSpan=2, scope="col") for text in ("KPI", baseline)]
    groups = [html.Th(name, colSpan=3, scope="colgroup") for name in names]
    below = [html.Th(text, scope="col", className=name) for _ in names
             for text, name in (("value", "first"), ("difference [95 %]", ""), ("verdict", "verdict"))]
    return html.Div(className="wide", children=html.Table(className="kpis", children=[
        html.Caption(caption), html.Thead([html.Tr(corner + groups), html.Tr(below)]),
        html.Tbody([_row(row, len(names)) for row in rows])]))


def _row(row: AnswerRow, scenarios: int) -> Component:
    start = html.Th([row.title, " ", html.Span(row.unit, className="unit")], scope="row")
    if row.reason:
        return html.Tr([start, html.Td(row.reason, colSpan=1 + 3 * scenarios, className="verdict plain")])
    cells = [html.Td([row.baseline, html.Span(row.baseline_interval, className="interval")])]
    for cell in row.cells:
        verdict = cell.verdict
        cells += [html.Td(cell.value, className="first"),
                  html.Td([cell.difference, html.Span(cell.interval, className="interval")]),
                  html.Td(f"{verdict.shape} {verdict.word}".strip(), className=f"verdict {verdict.tone}")]
    return html.Tr([start, *cells])
