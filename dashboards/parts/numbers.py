"""The table of KPIs: the baseline beside each scenario."""
from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards import ids
from hospital_twin import Answer, AnswerRow, answer_rows


def kpi_table(answer: Answer) -> Component:
    """One row a KPI: the baseline's value; of each scenario value, difference with its interval, and verdict."""
    compared = answer.scenarios if answer.comparison is not None else ()
    groups = [html.Th(runs.scenario, colSpan=3, scope="colgroup") for runs in compared]
    below = [html.Th(text, scope="col", className=name) for _ in compared
             for text, name in (("value", "first"), ("difference [95 %]", ""), ("verdict", "verdict"))]
    corner = [html.Th(text, rowSpan=2, scope="col") for text in ("KPI", answer.baseline.scenario)]
    return html.Div(className="wide", children=html.Table(className="kpis", id=ids.KPI_TABLE, children=[
        html.Caption(f"Means over {len(answer.baseline.replications)} replications of {answer.baseline.days:g} days, "
                     f"{answer.baseline.warm_up_days:g} of them warm-up. In square brackets 95 % intervals. "
                     "Differences are taken before rounding."),
        html.Thead([html.Tr(corner + groups), html.Tr(below)]),
        html.Tbody([_row(row, len(compared)) for row in answer_rows(answer)])]))


def _row(row: AnswerRow, scenarios: int) -> Component:
    start = html.Th([html.Span(row.title, title=row.definition), html.Span(row.unit, className="unit")], scope="row")
    if row.reason:
        return html.Tr([start, html.Td(row.reason, colSpan=1 + 3 * scenarios, className="verdict plain")])
    cells = [html.Td([row.baseline, html.Span(row.baseline_interval, className="interval")])]
    for cell in row.cells:
        verdict = cell.verdict
        cells += [html.Td(cell.value, className="first"),
                  html.Td([cell.difference, html.Span(cell.interval, className="interval")]),
                  html.Td(f"{verdict.shape} {verdict.word}".strip(), className=f"verdict {verdict.tone}")]
    return html.Tr([start, *cells])
