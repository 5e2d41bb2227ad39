"""Colours and type of the pages. Contrast is at least 4.5:1 for text and 3:1 for lines on white."""
from __future__ import annotations

from typing import Any

BASELINE = "#0072B2"
SCENARIO = "#B5460F"
LOG = "#1A1A1A"
CAPACITY = "#8A1F5C"
INK = "#1A1A1A"
MUTED = "#545B64"
RULE = "#D5D9DE"
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

MANTINE: dict[str, Any] = {"fontFamily": FONT, "primaryColor": "blue", "primaryShade": 8, "defaultRadius": "sm"}


def tint(colour: str, alpha: float) -> str:
    """A colour of six hex digits, thinned: ``rgba(0, 114, 178, 0.35)``."""
    red, green, blue = (int(colour[place:place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha:g})"
