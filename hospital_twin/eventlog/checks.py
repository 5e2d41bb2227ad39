"""Laws that every log has to obey: nobody vanishes, and L = λW."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from hospital_twin.eventlog.clock import NEVER, TICKS_PER_HOUR, tick, ticks
from hospital_twin.eventlog.log import EventLog
from hospital_twin.eventlog.steps import StepCurve


@dataclass(frozen=True)
class Conservation:
    """Visits in the observed window. faults: what cannot be true of a hospital, in words; each names some visits."""

    arrivals: int
    present_at_start: int
    leaves: int
    present_at_end: int
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """No faults, and who came or was there has left or is still there."""
        return not self.faults and self.arrivals + self.present_at_start == self.leaves + self.present_at_end


def conservation(log: EventLog) -> Conservation:
    """Count who came, who left and who is still there, each from rows of its own, and look for the impossible.

    Came before the window: who has no ``arrive`` row, or an earlier one. Still there: who has something open (a
    place, a task or a wait), or something that ends after the window. Cleaning does not count.
    """
    stays, visit = log.stays, log.stays["visit"]
    joined, start, end = (ticks(stays[c]) for c in ("joined", "start", "end"))
    first, last = tick(log.start), tick(log.end)
    moment = {a: pd.Series(start, visit)[stays["activity"].eq(a).to_numpy()] for a in ("arrive", "leave")}
    people = pd.Index(visit.unique())
    came = moment["arrive"].groupby(level=0).min().reindex(people, fill_value=-NEVER)
    gone = moment["leave"].groupby(level=0).min().reindex(people, fill_value=NEVER)
    of_patients = ~stays["activity"].eq("cleaning").to_numpy()
    row_came, row_gone = came.loc[visit].to_numpy(), gone.loc[visit].to_numpy()
    present = set(visit[of_patients & (joined <= last) & (end > last)])
    faults = {
        "arrive more than once": moment["arrive"].index[moment["arrive"].index.duplicated()],
        "leave more than once": moment["leave"].index[moment["leave"].index.duplicated()],
        "have something before they arrive": visit[joined < row_came],
        "have something after they leave": visit[of_patients & (end > row_gone)],
        "end something before it starts": visit[end < start],
        "are given something before they ask": visit[start < joined],
        "neither leave nor have anything open": people[(gone == NEVER) & ~people.isin(present)],
    }
    return Conservation(
        arrivals=int(came.between(first, last).sum()), present_at_start=int(((came < first) & (gone >= first)).sum()),
        leaves=int(gone.between(first, last).sum()), present_at_end=len(present),
        faults=tuple(f"{len(set(who))} visits {what}, such as {sorted(set(who))[:3]}"
                     for what, who in faults.items() if len(who)))


@dataclass(frozen=True)
class Little:
    """Little's law for one place: mean number (L), entries per hour (λ), mean hours (W)."""

    number: float
    rate: float
    hours: float

    @property
    def gap(self) -> float:
        """|L − λW| / L: 0 when the window begins and ends empty, else of the order of W over the window's length."""
        return abs(self.number - self.rate * self.hours) / self.number if self.number else 0.0


def little(log: EventLog, place: str, part: Literal["stay", "wait"] = "stay") -> Little:
    """Little's law in the log's window for a unit or another resource: who is served there, or who stands in line.

    L is the time average of the number there; λ counts who begins within the window, and W averages their whole
    times, of open ones up to the window's end.
    """
    rows = log.stays[log.stays["resource"].eq(place)]
    rows = rows[~rows["activity"].isin(("cleaning", "refused", "change", *(("wait",) if part == "stay" else ())))]
    begin, end = ticks(rows["start"]), ticks(rows["end"])
    if part == "wait":
        begin, end = ticks(rows["joined"]), np.where(rows["activity"].eq("wait"), end, begin)
    edges = np.array([tick(log.start), tick(log.end)])
    length = (edges[1] - edges[0]) / TICKS_PER_HOUR
    number = StepCurve.of_intervals(begin, end).integral(edges)[0] / length
    inside = (begin >= edges[0]) & (begin < edges[1])
    lasted = np.where(end == NEVER, edges[1], end)[inside] - begin[inside]
    mean = lasted.mean() / TICKS_PER_HOUR if inside.any() else 0.0
    return Little(float(number), float(inside.sum() / length), float(mean))
