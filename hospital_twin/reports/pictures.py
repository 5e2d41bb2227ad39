"""The report's pictures: each from the frame of the page's chart of it, with a sentence from the same numbers."""
from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hospital_twin.comparison import mean_interval
from hospital_twin.comparison.verdicts import CLEAR
from hospital_twin.eventlog import WHOLE_HOSPITAL
from hospital_twin.kpis import Kpi, kpi_drawer
from hospital_twin.reports.answers import Answer
from hospital_twin.reports.beside import BesideRow, beside_sentence
from hospital_twin.reports.canvas import Canvas, Key, Picture, above, round_steps
from hospital_twin.reports.week_words import DAYS
from hospital_twin.reports.weeks import TypicalWeek
from hospital_twin.reports.wording import figure
from hospital_twin.runs import Runs

LINES = 3
"""Scenarios whose lines can be told apart over a fan."""


def week_picture(week: TypicalWeek, others: Sequence[TypicalWeek] = ()) -> Picture:
    """The fan of a typical week; of up to `LINES` other scenarios, the middle week alone."""
    hours = week.bands.index.to_numpy(float)
    lines = [week.bands["high"], *(o.bands["q50"] for o in others), *(x for x in (week.staffed, week.logged)
                                                                     if x is not None)]
    canvas = Canvas((0, 168), (0, above(np.concatenate([line.to_numpy() for line in lines]))))
    canvas.scale_left("patients")
    for day, name in enumerate(DAYS):
        canvas.rule_down(day * 24)
        canvas.text(canvas.x(day * 24 + 12), canvas.height - 12, name, "scale", "middle")
    low, high, inner_low, inner_high = (week.bands[q].tolist() for q in ("low", "high", "q25", "q75"))
    canvas.band(hours.tolist(), low, high, "outer")
    canvas.band(hours.tolist(), inner_low, inner_high, "inner")
    keys = [Key("outer", f"{week.scenario}: {week.outer()}"), Key("inner", "the middle half of them"),
            Key("median", "middle week")]
    if week.staffed is not None:
        canvas.line(hours, week.staffed, "staffed")
        keys.append(Key("staffed", week.places_called()))
    canvas.line(hours, week.bands["q50"], "median")
    for number, other in enumerate(others[:LINES]):
        canvas.line(other.bands.index, other.bands["q50"], f"other other{number}")
        keys.append(Key(f"other other{number}", f"{other.scenario}: middle week"))
    if week.logged is not None and week.logged.notna().any():
        canvas.line(hours, week.logged, "log")
        keys.append(Key("log", "the log: middle week"))
    if others[LINES:]:
        keys.append(Key("rule", "not drawn: " + ", ".join(other.scenario for other in others[LINES:])))
    return canvas.picture(week.title(), keys, week.sentence(*others))


def spread_picture(answer: Answer) -> Picture | None:
    """Each replication's value of one KPI, baseline over scenarios; None when no KPI can be computed.

    The KPI is the first that a scenario clearly changes, else the first that can be computed.
    """
    kpi = _telling(answer)
    if kpi is None:
        return None
    found = [(runs.scenario, _values(runs, kpi)) for runs in answer.runs]
    numbers = np.concatenate([values for _, values in found])
    pad = (numbers.max() - numbers.min()) * 0.06 or max(abs(numbers.max()) * 0.06, 0.5)
    canvas = Canvas((float(numbers.min() - pad), float(numbers.max() + pad)), (0, len(found)),
                    height=56 + 46 * len(found), edges=(190, 20, 6, 44))
    for tick in round_steps(*canvas.x_range, about=7):
        canvas.rule_down(tick)
        canvas.text(canvas.x(tick), canvas.height - 26, figure(tick, _digits(tick)), "scale", "middle")
    canvas.text(canvas.x(sum(canvas.x_range) / 2), canvas.height - 6, f"{kpi.say}, {kpi.unit}", "scale", "middle")
    for row, (name, values) in enumerate(found):
        _spread_row(canvas, len(found) - row - 0.5, name, values, row)
    keys = [Key("dot run0", "one replication"), Key("mean", "mean with its 95 % interval")]
    return canvas.picture(f"{kpi.title}: how much replications differ", keys, _spread_sentence(kpi, found))


def beside_picture(rows: Sequence[BesideRow]) -> Picture | None:
    """The log's value of each KPI against the twin's range for a log as long, all ranges drawn alike wide."""
    rows = [row for row in rows if row.position is not None]
    if not rows:
        return None
    canvas = Canvas((-2.2, 2.2), (0, len(rows)), height=26 + 24 * len(rows), edges=(270, 250, 6, 20))
    canvas.area(-1, 1, "range")
    canvas.text(canvas.x(0), canvas.height - 4, "where 95 % of the logs of a right twin lie", "scale", "middle")
    for number, row in enumerate(rows):
        level = len(rows) - number - 0.5
        canvas.text(262, canvas.y(level) + 4, row.title, "label", "end")
        canvas.dot(min(max(row.position, -2.0), 2.0), level, "log" if row.inside else "log off")
        canvas.text(canvas.width - 242, canvas.y(level) + 4, f"log {row.observed}, twin {row.range} {row.unit}",
                    "scale")
    return canvas.picture("The log beside the twin", [Key("dot log", "the log, inside"),
                                                      Key("dot log off", "the log, outside")], beside_sentence(rows))


def _telling(answer: Answer) -> Kpi | None:
    computable = [kpi for kpi in kpi_drawer().values()
                  if not kpi.assumes and all(len(_values(runs, kpi)) for runs in answer.runs)]
    if answer.comparison is not None:
        clear = answer.comparison.headlines()
        clear = set(clear.loc[clear["verdict"].isin(CLEAR), "kpi"])
        computable.sort(key=lambda kpi: kpi.id not in clear)
    return computable[0] if computable else None


def _values(runs: Runs, kpi: Kpi) -> np.ndarray:
    rows = runs.kpis
    rows = rows[(rows["kpi"] == kpi.id) & (rows["statistic"] == kpi.headline) & (rows["place"] == WHOLE_HOSPITAL)
                & rows["hour"].isna()]
    values = rows["value"].to_numpy(float)
    return values[np.isfinite(values)]


def _spread_row(canvas: Canvas, level: float, name: str, values: np.ndarray, number: int) -> None:
    canvas.text(182, canvas.y(level) + 4, name if len(name) < 28 else name[:26] + "…", "label", "end")
    for place, value in enumerate(np.sort(values)):
        canvas.dot(float(value), level + 0.18 * (place % 3 - 1), f"run{min(number, 3)}")
    mean, low, high, _ = (float(x[0]) for x in mean_interval(values[None, :]))
    canvas.line((mean, mean), (level - 0.36, level + 0.36), "mean")
    if math.isfinite(low):
        canvas.line((low, high), (level - 0.36, level - 0.36), "mean")


def _spread_sentence(kpi: Kpi, found: list[tuple[str, np.ndarray]]) -> str:
    parts = [f"{figure(values.min(), kpi.decimals)} to {figure(values.max(), kpi.decimals)} {kpi.unit} in {name}"
             for name, values in found]
    return (f"{kpi.say[0].upper()}{kpi.say[1:]} over {len(found[0][1])} replications: {'; '.join(parts)}. One "
            "replication alone would not do: each dot is a whole run with its own chance events.")


def _digits(tick: float) -> int:
    return 0 if float(tick).is_integer() else 1 if float(tick * 10).is_integer() else 2

