"""Tiny layouts: written as text in a test, run at once, read back in minutes since the run began."""
from __future__ import annotations

import math
import string
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from textwrap import dedent
from typing import Any

import pandas as pd

from hospital_twin.eventlog import EventLog
from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout, checked, read_yaml
from hospital_twin.program import Program, compile_program
from hospital_twin.streams import is_return, parts, source_hash
from tests.checks import checked_run

LAYOUTS = Path(__file__).parent / "layouts"
MINUTE = 60_000_000
"""Ticks a minute."""
_SOURCES = {source_hash(letter): letter for letter in string.ascii_lowercase}
Row = tuple[str, str, float, float | None, float | None, str]


def value_of(text: str) -> dict[str, Any]:
    """A layout's text as plain values, read as a file is; a name is filled in."""
    with NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(dedent(text))
        file.flush()
        return {"name": "tiny", **read_yaml(file.name)[0]}


def layout_of(text: str | dict[str, Any]) -> Layout:
    return checked(Layout, value_of(text) if isinstance(text, str) else {"name": "tiny", **text}, "tiny.yaml")


def program_of(text: str | dict[str, Any], days: float = 1, starts: str | None = None) -> Program:
    first = None if starts is None else date.fromisoformat(starts)
    return compile_program(Hospital.of(layout_of(text)), starts=first, days=days)


def run(text: str | dict[str, Any], *, days: float = 1, starts: str | None = None, seed: int = 1, replication: int = 0
        ) -> EventLog:
    """One run of a layout, with the laws of `tests/checks.py` checked on the way."""
    return checked_run(program_of(text, days, starts), seed=seed, replication=replication)


def at(*minutes_after_midnight: float, day: str = "2025-01-06") -> str:
    """Arrival times of a trace, as the text of a YAML list."""
    start = pd.Timestamp(day)
    return "[" + ", ".join(f'"{start + pd.Timedelta(minutes=m)}"' for m in minutes_after_midnight) + "]"


def who(visit: int) -> str:
    """A visit of a source with a one-letter name: that letter and its number there (``a0``). A return is ``back``."""
    if is_return(visit):
        return "back"
    source, _, index = parts(visit)
    return f"{_SOURCES[source]}{index}"


def minutes(log: EventLog, column: pd.Series) -> list[float | None]:
    """Times as minutes since the log's start, None where open."""
    found = (column - log.start) / pd.Timedelta(minutes=1)
    return [None if pd.isna(m) else round(float(m), 6) for m in found]


def rows(log: EventLog, *activities: str, resource: str | None = None) -> list[Row]:
    """(who, activity, joined, start, end, reason) of some activities (all without any), in order of start."""
    stays = log.stays
    times = [minutes(log, stays[c]) for c in ("joined", "start", "end")]
    found = [(who(visit), activity, joined, start, end, reason) for visit, activity, joined, start, end, reason, held
             in zip(stays["visit"], stays["activity"], *times, stays["end_reason"], stays["resource"], strict=True)
             if (not activities or activity in activities) and resource in (None, held)]
    return sorted(found, key=lambda r: (math.inf if r[3] is None else r[3], r[0], r[1], r[2]))


def spans(log: EventLog, *activities: str) -> dict[str, tuple[float | None, float | None]]:
    """(start, end) by visit, of activities of which each visit has one row."""
    found = rows(log, *activities)
    assert len({r[0] for r in found}) == len(found), f"more than one row a visit: {found}"
    return {r[0]: (r[3], r[4]) for r in found}


def ends(log: EventLog) -> dict[str, tuple[float | None, str]]:
    """When and how each visit left."""
    return {r[0]: (r[3], r[5]) for r in rows(log, "leave")}


def capacity(log: EventLog, resource: str) -> list[tuple[float | None, float, str]]:
    """(from minute, amount, reason) of a resource's capacity."""
    table = log.capacity[log.capacity["resource"] == resource]
    return list(zip(minutes(log, table["from"]), table["amount"], table["reason"], strict=True))


def pathway(*steps: str) -> str:
    """A pathway in one line, ending in `leave` as home."""
    return "[" + ", ".join([*steps, "{leave: out, as: home}"]) + "]"


def named(found: Iterable[Row]) -> list[str]:
    """The visits of some rows, in their order."""
    return [r[0] for r in found]
