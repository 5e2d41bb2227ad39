"""The fan of a typical week: baseline in bands, a scenario and the log as lines, places as a dashed line."""
from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboards.theme import BASELINE, CAPACITY, FONT, INK, LOG, MUTED, RULE, SCENARIO, tint
from hospital_twin import Answer, TypicalWeek, typical_week

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def prepare(answer: Answer, place: str, scenario: str | None = None) -> tuple[TypicalWeek, TypicalWeek | None]:
    """The week of the baseline, and of the scenario beside it."""
    other = typical_week(answer, place, scenario) if scenario not in (None, answer.baseline.scenario) else None
    return typical_week(answer, place), other


def table(week: TypicalWeek, other: TypicalWeek | None) -> pd.DataFrame:
    """All numbers of the picture: one row an hour of the week, a column a line."""
    found = {"from": [f"{DAYS[hour // 24]} {hour % 24:02d}:00" for hour in week.bands.index]}
    ends = ("lowest", "highest") if week.few else ("1 in 20 below", "1 in 20 above")
    names = {"low": ends[0], "q25": "1 in 4 below", "q50": "middle week", "q75": "1 in 4 above", "high": ends[1]}
    found |= {words: week.bands[q].to_numpy() for q, words in names.items()}
    if week.staffed is not None:
        found[week.places_called()] = week.staffed.to_numpy()
    if other is not None:
        found[f"{other.scenario}: middle week"] = other.bands["q50"].to_numpy()
    if week.logged is not None and week.logged.notna().any():
        found["log: middle week"] = week.logged.to_numpy()
    return pd.DataFrame(found).round(2)


def figure(frame: tuple[TypicalWeek, TypicalWeek | None]) -> go.Figure:
    """Patients over the hours of the week; bands are ranges of single weeks."""
    week, other = frame
    chart = go.Figure()
    hours = week.bands.index.to_numpy()
    _band(chart, hours, week, ("low", "high"), tint(BASELINE, 0.18), f"{week.scenario}: {week.outer()}")
    _band(chart, hours, week, ("q25", "q75"), tint(BASELINE, 0.35), "the middle half of them")
    if week.staffed is not None:
        _line(chart, hours, week.staffed, week.places_called(), CAPACITY, width=2, dash="dash", shape="hv")
    if other is not None and other.staffed is not None and not other.staffed.equals(week.staffed):
        _line(chart, hours, other.staffed, f"{other.scenario}: {other.places_called()}", SCENARIO, width=2, dash="dash",
              shape="hv")
    _line(chart, hours, week.bands["q50"], f"{week.scenario}: middle week", BASELINE, width=3)
    if other is not None:
        _line(chart, hours, other.bands["q50"], f"{other.scenario}: middle week", SCENARIO, width=3, dash="dot")
    if week.logged is not None and week.logged.notna().any():
        _line(chart, hours, week.logged, "the log: middle week", LOG, width=2)
    return chart.update_layout(**_layout(week, other))


def _band(chart: go.Figure, hours: np.ndarray, week: TypicalWeek, ends: tuple[str, str], colour: str,  # noqa: PLR0913
          name: str) -> None:
    low, high = (week.bands[end].to_numpy() for end in ends)
    edge = {"width": 0}
    chart.add_scatter(x=hours, y=low, line=edge, hoverinfo="skip", showlegend=False, mode="lines")
    chart.add_scatter(x=hours, y=high, line=edge, hoverinfo="skip", name=name, mode="lines", fill="tonexty",
                      fillcolor=colour)


def _line(chart: go.Figure, hours: np.ndarray, values: pd.Series, name: str, colour: str, *, width: int,  # noqa: PLR0913
          dash: str = "solid", shape: str = "linear") -> None:
    chart.add_scatter(x=hours, y=values.to_numpy(), name=name, mode="lines",
                      line={"color": colour, "width": width, "dash": dash, "shape": shape},
                      text=[f"{DAYS[hour // 24]} {hour % 24:02d}:00" for hour in hours],
                      hovertemplate="%{text}: %{y:.1f}<extra>%{fullData.name}</extra>")


def _layout(week: TypicalWeek, other: TypicalWeek | None) -> dict[str, Any]:
    sides = week.scenario if other is None else f"{week.scenario} and {other.scenario}"
    title = escape(f"{week.title()}: {sides}", quote=False)  # a chart takes some tags for its own
    middle = [24 * number + 12 for number in range(7)]
    return {
        "template": "none", "height": 420, "margin": {"l": 56, "r": 12, "t": 46, "b": 36},
        "title": {"text": title, "font": {"size": 16}, "x": 0, "xref": "paper", "xanchor": "left", "yref": "container",
                  "y": 0.97, "yanchor": "top"},
        "font": {"family": FONT, "size": 14, "color": INK}, "hovermode": "closest",
        "legend": {"orientation": "h", "y": -0.12, "yanchor": "top", "x": 0, "font": {"size": 13},
                   "traceorder": "normal"},
        "xaxis": {"tickvals": middle, "ticktext": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
                                                   "Sunday"], "range": [0, 168], "showgrid": False, "zeroline": False,
                  "fixedrange": True},
        "shapes": [{"type": "line", "x0": 24 * day, "x1": 24 * day, "y0": 0, "y1": 1, "yref": "paper",
                    "line": {"color": RULE, "width": 1}, "layer": "below"} for day in range(8)],
        "yaxis": {"title": {"text": "patients", "font": {"color": MUTED, "size": 13}}, "rangemode": "tozero",
                  "gridcolor": RULE, "zeroline": True, "zerolinecolor": RULE, "fixedrange": True},
        "uirevision": week.place,
    }
