"""The first page: the latest answer."""
from __future__ import annotations

import re

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import Input, Output, callback, dcc, html, register_page
from dash.development.base_component import Component
from flask import current_app

from dashboards import ids
from dashboards.parts.beside import beside_log
from dashboards.parts.findings import answer_cards, cautions
from dashboards.parts.header import header
from dashboards.parts.numbers import kpi_table
from dashboards.parts.origin import origin
from dashboards.parts.states import empty, fault
from dashboards.reader import Reader, Shown
from dashboards.views import week
from hospital_twin import SAME_LOG, Answer, BadInput, TypicalWeek, telling_places

register_page(__name__, path="/", title="Answer - hospital_twin", name="Answer")


def layout(**_query: str) -> Component:
    """The page, from what the store has at this moment."""
    reader: Reader = current_app.config["READER"]
    shown = reader.read()
    if shown.fault is not None:
        body: list[Component] = [fault(shown)]
    elif shown.answer is None:
        body = [empty(shown, str(reader.store))]
    else:
        body = _answer(shown, shown.answer)
    return html.Div([header(shown), html.Main(body)])


def _answer(shown: Shown, answer: Answer) -> list[Component]:
    running = [html.P(f"▲ {shown.running} Below is the answer before it.", className="caution")] \
        if shown.running else []
    beside = [] if answer.beside is None else [
        html.H2("Is the twin right? The log beside it"),
        *([html.P(SAME_LOG, className="note")] if answer.hospital.fitted_on else []), beside_log(answer.beside)]
    return [html.H1(answer.question), *running, answer_cards(answer), *cautions(answer),
            html.H2("The numbers"), kpi_table(answer), html.H2("A typical week"), *_week(answer), *beside,
            origin(shown)]


def _week(answer: Answer) -> list[Component]:
    scenarios = [runs.scenario for runs in answer.runs]
    first, beside = telling_places(answer)[0], scenarios[1] if len(scenarios) > 1 else scenarios[0]
    choose = [dmc.Select(id=ids.UNIT, label="Where", value=first, allowDeselect=False, searchable=True, w=260,
                         data=[{"value": place, "label": words} for place, words in answer.places().items()]),
              dmc.Select(id=ids.SCENARIO, label="Beside the baseline", value=beside, allowDeselect=False, w=320,
                         data=[{"value": name, "label": name if name != scenarios[0] else "nothing"}
                               for name in scenarios])]
    chart, sentence, _, label = picture(answer, first, beside, numbers=False)
    return [
        html.P("Bands show how much single weeks differ by chance. They are not the uncertainty of an average.",
               className="note"),
        dmc.Group(choose if len(scenarios) > 1 else [choose[0], html.Div(choose[1], hidden=True)], mb="xs"),
        html.Div(dcc.Graph(id=ids.WEEK_FIGURE, figure=chart, config={"displayModeBar": False, "responsive": True},
                           style={"height": "380px"}), id=ids.WEEK_CHART, role="img", **{"aria-label": label}),
        html.P(sentence, id=ids.WEEK_SENTENCE, className="under", **{"aria-live": "polite"}),
        dmc.Switch(id=ids.SHOW_NUMBERS, label="Show the numbers of this picture", checked=False, size="md"),
        html.Div(id=ids.WEEK_NUMBERS, className="scroll", tabIndex=0)]


@callback(Output(ids.WEEK_FIGURE, "figure"), Output(ids.WEEK_SENTENCE, "children"),
          Output(ids.WEEK_NUMBERS, "children"), Output(ids.WEEK_CHART, "aria-label"),
          Input(ids.UNIT, "value"), Input(ids.SCENARIO, "value"), Input(ids.SHOW_NUMBERS, "checked"),
          prevent_initial_call=True)
def show_week(place: str, scenario: str, numbers: bool) -> tuple[go.Figure, str, Component | None, str]:
    """The picture of the chosen place, or why there is none."""
    answer = current_app.config["READER"].read().answer
    if answer is None:
        return go.Figure(), "The answer is no longer there: load this page again.", None, "No picture"
    try:
        return picture(answer, place, scenario, numbers=numbers)
    except BadInput as wrong:
        return go.Figure(), f"{wrong.problem}: choose {wrong.expected}.", None, "No picture"


def picture(answer: Answer, place: str, scenario: str, *, numbers: bool
            ) -> tuple[go.Figure, str, Component | None, str]:
    """A place's typical week, its sentence, its numbers when wanted, and all of it in words: from one frame."""
    frame = week.prepare(answer, place, scenario)
    sentence = frame[0].sentence(*frame[1:] if frame[1] else ())
    return week.figure(frame), sentence, _numbers(frame) if numbers else None, f"{frame[0].title()}. {sentence}"


def _numbers(frame: tuple[TypicalWeek, TypicalWeek | None]) -> Component:
    """A table of 168 rows: as Markdown, because a Dash component for each cell takes half a minute to build."""
    rows = week.table(*frame)
    lines = [[_plain(name) for name in rows.columns], ["---:"] * len(rows.columns),
             *([line[0], *(f"{value:g}" for value in line[1:])] for line in rows.itertuples(index=False))]
    return dcc.Markdown("\n".join(f"| {' | '.join(line)} |" for line in lines), className="numbers")


def _plain(text: str) -> str:
    """Text that Markdown takes for nothing but text: what is no letter or digit by its number."""
    return re.sub(r"[^\w\s]", lambda sign: f"&#{ord(sign[0])};", text)
