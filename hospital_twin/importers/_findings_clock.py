"""Times that people or systems put in by default, and not by the clock."""
from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from hospital_twin.importers._finding import Finding, WholeLog

_MANY = 200
"""Rows of which a share says something."""
_MIDNIGHT, _ROUNDED = 0.01, 0.25


def midnight_heaping(whole: WholeLog) -> Iterator[Finding]:
    """More starts at midnight to the minute than `_MIDNIGHT`: of times as they come, 1 of 1,440 is."""
    wall, column = _wall(whole), whole.columns.get("start", "start")
    at = (wall.dt.minute.to_numpy() == 0) & (wall.dt.hour.to_numpy() == 0) & (wall.dt.second.to_numpy() == 0)
    if len(at) >= _MANY and at.mean() > _MIDNIGHT:
        yield Finding("midnight_heaping", f"{at.mean():.1%} of the times in {column!r} are midnight to the minute (by "
                      "chance: 0.1%): dates without a time of day?", rows=int(at.sum()))


def rounded_times(whole: WholeLog) -> Iterator[Finding]:
    """Starts that are multiples of some minutes more often than chance would have it, by `_ROUNDED` of them."""
    minute, column = _wall(whole).dt.minute.to_numpy(), whole.columns.get("start", "start")
    if len(minute) < _MANY:
        return
    shares = {step: float((minute % step == 0).mean()) for step in (60, 30, 15, 10, 5)}
    step = max(shares, key=lambda step: shares[step] - 1 / step)
    if shares[step] - 1 / step > _ROUNDED:
        yield Finding("rounded_times", f"{shares[step]:.0%} of the times in {column!r} are multiples of {step} minutes "
                      f"(by chance: {1 / step:.0%}): they were rounded, and waits of less than that are not to be "
                      "trusted", rows=int((minute % step == 0).sum()))


def _wall(whole: WholeLog) -> pd.Series:
    """Starts of the rows that are kept, on the hospital's clock."""
    start = whole.rows["start"][whole.ledger.kept[:len(whole.rows)]].dropna()
    return start.dt.tz_localize("UTC").dt.tz_convert(whole.log.time_zone).dt.tz_localize(None)
