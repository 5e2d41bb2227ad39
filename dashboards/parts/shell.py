"""What stands around every page."""
from __future__ import annotations

import dash_mantine_components as dmc
from dash import html, page_container
from dash.development.base_component import Component

from dashboards.theme import MANTINE


def shell() -> Component:
    """The frame: theme, a link for the keyboard past everything, and the page."""
    return dmc.MantineProvider(theme=MANTINE, forceColorScheme="light", children=html.Div(
        [html.A("To the answer", href="#answer", className="skip"), page_container]))
