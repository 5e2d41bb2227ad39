"""What the answer rests on and where each number comes from."""
from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards import ids
from dashboards.reader import Shown
from hospital_twin import assumptions, pedigree_lines


def origin(shown: Shown) -> Component:
    """Assumptions, faults of the log, pedigree, and the command that computes it again."""
    answer = shown.answer
    assert answer is not None
    note = [html.P(answer.comparison.note(), className="note")] if answer.comparison is not None else []
    kept = _folded("What the log could not tell", answer.hospital.not_fitted)
    faults = [html.H3("What was found wrong with the log"), html.P(answer.faults[0]),
              *_folded("Each reason", answer.faults[1:])] if answer.faults else []
    lines = [*pedigree_lines(answer), ("Study", shown.key.study)]
    again = [html.P("This computes it again:"), html.Pre(answer.command)] if answer.command else []
    return html.Section(id=ids.PEDIGREE, children=[
        html.H2("What it rests on"), html.Ul([html.Li(text) for text in assumptions(answer)]), *note,
        *faults, *kept,
        html.Details([html.Summary("Where each number comes from"), html.Dl(
            [part for name, value in lines for part in (html.Dt(name), html.Dd(str(value)))]), *again])])


def _folded(title: str, lines: Sequence[str]) -> list[Component]:
    """A list under its title and length; nothing for an empty one."""
    if not lines:
        return []
    return [html.Details([html.Summary(f"{title} ({len(lines)})"), html.Ul([html.Li(text) for text in lines])])]
