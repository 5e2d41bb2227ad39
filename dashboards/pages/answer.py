"""The first page: the latest answer."""
from __future__ import annotations

import re
from typing import Any

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, register_page
from dash.development.base_component import Component
from flask import current_app

from dashboards import ids
from dashboards.parts.beside import beside_log
from dashboards.parts.findings import answer_cards, cautions
from dashboards.parts.header import header
from dashboards.parts.numbers import counted, kpi_table
from dashboards.parts.origin import origin
from dashboards.parts.states import empty, fault, running
from dashboards.reader import Key, Reader, Shown
from dashboards.views import week
from hospital_twin import SAME_LOG, Answer, BadInput, TypicalWeek, telling_places

register_page(__name__, path="/", title="Answer - hospital_twin", name="Answer")
BEAT = 10_000
"""Milliseconds between two looks whether the page still shows what there is."""


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
    asked = [html.Div([*running(shown.running, "▲ "), html.P("Below is the answer before it.")], className="caution")] \
        if shown.running else []
    beside = [] if answer.beside is None else [
        html.H2("Is the twin right? The log beside it"),
        *([html.P(SAME_LOG, className="note")] if answer.hospital.fitted_on else []), beside_log(answer.beside)]
    # The page's callbacks read the answer that it was made of, whatever else is finished meanwhile.
    alive = [dcc.Store(id=ids.SHOWN, data=shown.key._asdict()), dcc.Interval(id=ids.PULSE, interval=BEAT),
             html.Div(id=ids.NEWS, className="news", role="status")]
    return [*alive, html.H1(answer.question), *asked, answer_cards(answer), *cautions(answer),
            html.H2("The numbers"), kpi_table(answer), counted(answer),
            html.H2("A typical week"), *_week(answer), *beside, origin(shown)]


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
        dmc.Group(choose if len(scenarios) > 1 else [choose[0], html.Div(choose[1], hidden=True)], mb="xs",
                  className="controls"),
        html.Div(dcc.Graph(id=ids.WEEK_FIGURE, figure=chart, config={"displayModeBar": False, "responsive": True},
                           style={"height": "420px"}), id=ids.WEEK_CHART, role="img", **{"aria-label": label}),
        html.P(sentence, id=ids.WEEK_SENTENCE, className="under", **{"aria-live": "polite"}),
        html.Div(dmc.Switch(id=ids.SHOW_NUMBERS, label="Show the numbers of this picture", checked=False, size="md"),
                 className="controls"),
        html.Div(id=ids.WEEK_NUMBERS, className="scroll", tabIndex=0)]


@callback(Output(ids.WEEK_FIGURE, "figure"), Output(ids.WEEK_SENTENCE, "children"),
          Output(ids.WEEK_NUMBERS, "children"), Output(ids.WEEK_CHART, "aria-label"),
          Input(ids.UNIT, "value"), Input(ids.SCENARIO, "value"), Input(ids.SHOW_NUMBERS, "checked"),
          State(ids.SHOWN, "data"), prevent_initial_call=True)
def show_week(place: Any, scenario: Any, numbers: Any, shown: Any) -> tuple[go.Figure, str, Component | None, str]:
    """The picture of the chosen place in the answer that the page shows, or why there is none.

    What no page sends (a list for a place) stands for the choice that a page begins with.
    """
    key = Key(**shown) if isinstance(shown, dict) and shown.keys() == set(Key._fields) else Key()
    answer = current_app.config["READER"].answer(key)
    if answer is None:
        return go.Figure(), "This answer is no longer there: load this page again.", None, "No picture"
    place = place if isinstance(place, str) else telling_places(answer)[0]
    scenario = scenario if isinstance(scenario, str) else answer.baseline.scenario
    try:
        return picture(answer, place, scenario, numbers=bool(numbers))
    except BadInput as wrong:
        return go.Figure(), f"{wrong.problem}: choose one of the list.", None, "No picture"


clientside_callback(ClientsideFunction("hospital_twin", "pulse"), Output(ids.NEWS, "children"),
                    Input(ids.PULSE, "n_intervals"), Input(ids.UNIT, "value"), Input(ids.SCENARIO, "value"),
                    State(ids.SHOWN, "data"))


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
