"""The run's clock: whole microseconds, so that no sum of durations depends on its order."""
from __future__ import annotations

TICKS_PER_HOUR = 3_600_000_000
"""Ticks (microseconds) an hour."""


def to_ticks(hours: float) -> int:
    """A duration in whole microseconds, rounded half to even once; the engines only add after that."""
    return round(hours * TICKS_PER_HOUR)


def to_hours(ticks: int) -> float:
    """The way back, for what is reported or was already spent."""
    return ticks / TICKS_PER_HOUR
