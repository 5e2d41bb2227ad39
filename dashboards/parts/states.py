"""What a page shows when it has no answer to show."""
from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards import ids
from dashboards.reader import Running, Shown


def empty(shown: Shown, store: str) -> Component:
    """Nothing computed yet: what to type."""
    return html.Section(className="state", id=ids.STATE, children=[
        html.H1("There is no answer yet"),
        *(running(shown.running) if shown.running else []),
        html.P(["Nothing is finished in ", html.Code(store), ". In a terminal, type one of these, then load this page "
                "again:"]),
        html.Dl([html.Dt(html.Code("hospital-twin demo")),
                 html.Dd("an example with a synthetic hospital, in some minutes"),
                 html.Dt(html.Code("hospital-twin calibrate LOG")), html.Dd("a twin of your own hospital"),
                 html.Dt(html.Code("hospital-twin compare HOSPITAL SCENARIO")), html.Dd("an answer to a what-if")])])


def running(asked: Running, sign: str = "") -> list[Component]:
    """A question without an answer: it may be at work, or its program may have been ended."""
    again = [html.P(["If nobody is running it, type: ", html.Code(asked.command)])] if asked.command else []
    return [html.P(f"{sign}{asked.words}"), *again]


def fault(shown: Shown) -> Component:
    """The store cannot be read: what is wrong and what to do."""
    assert shown.fault is not None
    return html.Section(className="state", id=ids.STATE, role="alert", children=[
        html.H1("The answers cannot be read"),
        html.P(f"{shown.fault.where}: {shown.fault.problem}."),
        html.P(["What to do: use ", shown.fault.expected, "."])])
