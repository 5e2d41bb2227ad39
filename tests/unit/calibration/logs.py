"""Small logs by hand, and what calibration makes of them."""
from __future__ import annotations

from typing import Any

import pandas as pd

from hospital_twin.calibration import calibrate
from hospital_twin.calibration.evidence import Evidence, evidence
from hospital_twin.calibration.trails import trails
from hospital_twin.eventlog import EventLog, Provenance
from hospital_twin.hospital import Fit, Hospital
from hospital_twin.layout import Layout
from hospital_twin.program import compile_program
from hospital_twin.unit_types import expanded
from tests.tiny import layout_of

START = pd.Timestamp("2025-01-06", tz="UTC")


def log_of(*rows: tuple, layout: Layout, days: float = 1, attributes: dict[str, dict[int, Any]] | None = None,
           **more: Any) -> EventLog:
    """A log from rows (visit, activity, resource, joined, start, end, end_reason): minutes since the start, None open.

    attributes: by name, the value of each visit.
    """
    columns = ["visit", "activity", "resource", "joined", "start", "end", "end_reason"]
    table = pd.DataFrame(rows, columns=columns).astype({"joined": float, "start": float, "end": float})
    for column in ("joined", "start", "end"):
        table[column] = START + pd.to_timedelta(table[column], unit="min")
    table["unit"] = ""
    for name, values in (attributes or {}).items():
        known = layout.attributes[name].values
        table[name] = pd.Categorical(table["visit"].map(values), categories=list(known))
    layout = expanded(layout)
    return EventLog.of(table, attributes=tuple(attributes or {}), units={n: u.kind for n, u in layout.units.items()},
                       resources={n: r.role for n, r in layout.resources().items()}, time_zone=layout.time_zone,
                       start=START, end=START + pd.Timedelta(days=days), **more)


def visit(number: int, arrive: float, *rows: tuple, leave: tuple[float, str] | None = None) -> list[tuple]:
    """Rows of one visit: its arrival, (activity, resource, joined, start, end[, reason]) each, its leaving."""
    found = [(number, "arrive", "", arrive, arrive, arrive, "done")]
    for activity, resource, joined, start, end, *reason in rows:
        found.append((number, activity, resource, joined, start, end,
                      reason[0] if reason else "open" if end is None else "done"))
    if leave:
        found.append((number, "leave", "", leave[0], leave[0], leave[0], leave[1]))
    return found


def evidence_of(log: EventLog, layout: Layout) -> tuple[Evidence, dict[str, dict[Any, float]]]:
    """What a log tells, and by step the weight of each outcome of its choice."""
    layout = expanded(layout)
    program = compile_program(Hospital.of(layout), days=1)
    seen = evidence(program, trails(log, program), log.time_zone)
    chosen: dict[str, dict[Any, float]] = {}
    for op, table in seen.choices.items():
        step = program.words.steps[program.code.ops[op, 6]]
        for outcome, weight in zip(table.outcome.tolist(), table.weight.tolist(), strict=True):
            counts = chosen.setdefault(step, {})
            counts[outcome] = round(counts.get(outcome, 0.0) + weight, 6)
    return seen, chosen


def fits_of(log: EventLog, layout: Layout) -> tuple[Hospital, dict[str, Fit]]:
    """The calibrated hospital and its fits by path."""
    hospital = calibrate(log, layout)
    return hospital, {fit.path: fit for fit in hospital.fits}


__all__ = ["Provenance", "evidence_of", "fits_of", "layout_of", "log_of", "visit"]
