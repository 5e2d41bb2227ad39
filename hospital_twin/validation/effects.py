"""What each thing found in a log does to the twin: its numbers fitted with it, beside those fitted without."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hospital_twin.calibration import calibrate, outline
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog
from hospital_twin.hospital import Hospital
from hospital_twin.importers import CHECKS, REASONS, Finding, QualityReport
from hospital_twin.layout import Layout

FEWEST_DAYS = 28
"""Days that have to be left of a log of which a span of time is left out: four of each weekday."""

EFFECT_COLUMNS = {"kind": "str", "action": "str", "rows": "int64", "visits": "int64", "path": "str",
                  "with_it": "float64", "without": "float64", "low": "float64", "high": "float64", "beyond": "bool"}


@dataclass(frozen=True)
class Change:
    """One fitted number: its path in the layout, with all that the log holds, and without what is looked at.

    low, high: the 95 % interval of the number with it.
    """

    path: str
    with_it: float
    without: float
    low: float
    high: float

    @property
    def beyond(self) -> bool:
        """Whether leaving it out takes the number out of its interval, and of what is drawn towards other classes."""
        return not min(self.low, self.with_it) <= self.without <= max(self.high, self.with_it)

    @property
    def widths(self) -> float:
        """The change in widths of the interval."""
        return abs(self.without - self.with_it) / max(self.high - self.low, 1e-9)


@dataclass(frozen=True)
class Effect:
    """What one thing that was found in a log does to the twin.

    kind: reason or kind of finding, as in the report. words: the same in words. action: what became of the rows.
    rows: that have it; visits: of these rows, in the log; lost: visits that are not in the log for it; of: visits in
    the log. left_out: what the twin was fitted without, in words; "" where nothing can be left out, and `changes` is
    empty. changes: of each number that both twins have, the greatest first. gone: numbers that the log then no longer
    tells.
    """

    kind: str
    words: str
    action: str
    rows: int
    visits: int
    lost: int
    of: int
    left_out: str
    changes: tuple[Change, ...] = ()
    gone: tuple[str, ...] = ()

    def says(self) -> str:
        """The effect in a sentence or two."""
        return " ".join(filter(None, (self._lost(), self._moved())))

    def _lost(self) -> str:
        if not self.lost:
            return ""
        return (f"{_visits(self.lost)} with it {'is' if self.lost == 1 else 'are'} not in the twin at all: if real, "
                f"{_percent(self.lost, self.of + self.lost)} of all arrivals are missing.")

    def _moved(self) -> str:
        if not self.left_out:
            return "" if self.lost else "It cannot be told by leaving something out."
        if not self.changes:
            return f"Without {self.left_out} nothing can be calibrated."
        beyond, first = [change for change in self.changes if change.beyond], self.changes[0]
        told = (f"{len(beyond)} of {len(self.changes)} numbers leave their 95 % interval, first"
                if beyond else f"none of {len(self.changes)} numbers leaves its 95 % interval; most changes")
        gone = f"; {len(self.gone)} can no longer be told" if self.gone else ""
        return (f"Without {self.left_out} {told} {first.path}: {_digits(first.with_it)} "
                f"[{_digits(first.low)}, {_digits(first.high)}] → {_digits(first.without)}{gone}.")


def effects(log: EventLog, report: QualityReport, layout: Layout | None = None, *,
            progress: Callable[[int, int], None] | None = None) -> tuple[Effect, ...]:
    """What each fault and each finding of a report does to the twin, in the report's order.

    The twin is calibrated once with the whole log and once more for each of them: without the visits that a fault
    touches, or on the longest part of the log without a finding's span of time. Faults are of rows, but leaving out
    single rows would make new faults. That visits are fewer makes every rate of arrivals lower, so rates are compared
    as shares of all that come. layout: by default the outline of the log, one and the same for all.
    progress: called with (finished, all). Raises `BadInput` where the log itself cannot be calibrated.
    """
    layout = layout or outline(log.renumbered())
    cases = list(_cases(log, report))
    tell = progress or (lambda done, total: None)
    tell(0, len(cases) + 1)
    whole = _numbers(calibrate(log, layout))
    tell(1, len(cases) + 1)
    found = []
    for number, (effect, rest) in enumerate(cases, start=2):
        found.append(effect if rest is None else _compared(effect, whole, rest, layout))
        tell(number, len(cases) + 1)
    return tuple(found)


def effects_table(found: tuple[Effect, ...]) -> pd.DataFrame:
    """One row per effect and number, with the columns of `EFFECT_COLUMNS`."""
    rows = [(one.kind, one.action, one.rows, one.visits, change.path, change.with_it, change.without, change.low,
             change.high, change.beyond) for one in found for change in one.changes]
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS)).astype(EFFECT_COLUMNS)


# ---- what is left out
def _cases(log: EventLog, report: QualityReport) -> Iterator[tuple[Effect, EventLog | None]]:
    """Each thing found, as far as it is known without calibrating, and the log without it, where there is one."""
    visit = log.stays["visit"].to_numpy()
    every = np.unique(visit)
    for (action, reason), rows in report.counts().items():
        touched = report.touched.get((action, reason), np.zeros(0, dtype=np.int64))
        here = touched[np.isin(touched, every)]
        left_out = f"the {_visits(len(here))} that have it ({_percent(len(here), len(every))})" if len(here) else ""
        yield (Effect(reason, REASONS[reason], action, rows, len(here), len(touched) - len(here), len(every), left_out),
               _only(log, ~np.isin(visit, here)) if 0 < len(here) < len(every) else None)
    for finding in report.findings:
        rest = _around(log, finding)
        days = 0 if rest is None else (rest.end - rest.start) / pd.Timedelta(days=1)
        left_out = "" if rest is None else f"{finding.place}" if finding.start is None else (
            f"that time, on the {days:.0f} days before or after it,")
        yield Effect(finding.kind, finding.says, finding.action, finding.rows, 0, 0, len(every), left_out), rest


def _only(log: EventLog, rows: np.ndarray) -> EventLog:
    return replace(log, stays=log.stays[rows].reset_index(drop=True))


def _around(log: EventLog, finding: Finding) -> EventLog | None:
    """The longer of the parts before and after a finding's time, or the log without a finding's place."""
    without = next(check.without for check in CHECKS if check.kind == finding.kind)
    if without == "place" and finding.place in log.units:
        return _only(log, log.stays["unit"].ne(finding.place).to_numpy())
    if without != "time" or finding.start is None or finding.end is None:
        return None
    before, after = finding.start - log.start, log.end - finding.end
    if max(before, after) < pd.Timedelta(days=FEWEST_DAYS):
        return None
    return log.until(finding.start) if before >= after else replace(log, start=finding.end)


# ---- what that changes
def _compared(effect: Effect, whole: dict[str, Change], rest: EventLog, layout: Layout) -> Effect:
    try:
        without = _numbers(calibrate(rest, layout))
    except BadInput:
        return effect
    both = [replace(change, without=without[path].with_it) for path, change in whole.items() if path in without]
    return replace(effect, changes=tuple(sorted(both, key=lambda c: (not c.beyond, -c.widths))),
                   gone=tuple(path for path in whole if path not in without))


def _numbers(hospital: Hospital) -> dict[str, Change]:
    """Every fitted number that has an interval, by its path; rates as shares of all sources."""
    fits = {fit.path: fit for fit in hospital.fits if None not in (fit.estimate, fit.low, fit.high)}
    rates = [path for path in fits if path.startswith("sources.") and path.endswith(".rate")]
    coming = sum(fits[path].estimate for path in rates) or 1.0
    scaled = {path: 1.0 / coming if path in rates else 1.0 for path in fits if rates != [path]}
    return {path: Change(path, fit.estimate * scaled[path], fit.estimate * scaled[path], fit.low * scaled[path],
                         fit.high * scaled[path]) for path, fit in fits.items() if path in scaled}


def _visits(number: int) -> str:
    return f"{number:,} {'visit' if number == 1 else 'visits'}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2g} %"


def _digits(value: float) -> str:
    """A number with three digits that count."""
    return f"{float(f'{value:.3g}'):,g}".replace("-", "\N{MINUS SIGN}")
