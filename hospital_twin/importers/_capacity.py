"""Staffed capacity over the time of a log, as its layout says."""
from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import pandas as pd

from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout
from hospital_twin.program import compile_program
from hospital_twin.program.calendar import LONGEST_DAYS
from hospital_twin.program.places import REASONS


def staffed_capacity(layout: Layout, start: pd.Timestamp, end: pd.Timestamp,
                     units: Collection[str]) -> pd.DataFrame | None:
    """The capacity table of a layout's staff, equipment and those of its units that are in `units`.

    start, end: the log's window. None when the window is longer than a program can be (ten years).
    """
    first = start.tz_convert(layout.time_zone).date() - timedelta(days=1)
    days = (end - start) / pd.Timedelta(days=1) + 3
    if days > LONGEST_DAYS:
        return None
    program = compile_program(Hospital.of(layout), starts=first, days=days)
    changes = pd.DataFrame(program.resources.changes, columns=["number", "tick", "amount", "reason"])
    names, scale = pd.Series(program.words.resources), pd.Series(program.resources.scale)
    table = pd.DataFrame({
        "resource": changes["number"].map(names),
        "from": pd.to_datetime(changes["tick"] + program.calendar.epoch, unit="us", utc=True),
        "amount": changes["amount"] / changes["number"].map(scale),
        "reason": changes["reason"].map(pd.Series(REASONS))})
    return table[~table["resource"].isin(set(layout.units) - set(units)) & (table["from"] <= end)]
