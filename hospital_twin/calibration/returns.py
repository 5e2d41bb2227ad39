"""Patients who come back: how many, and after how long. Those whose return lies beyond the record are allowed for."""
from __future__ import annotations

from math import sqrt

import numpy as np

from hospital_twin.calibration.durations import Sample, fit_durations
from hospital_twin.calibration.evidence import Table
from hospital_twin.calibration.findings import Findings, Named, rounded, taken
from hospital_twin.calibration.lifetimes import Z95, Lifetimes
from hospital_twin.distributions.units import convert
from hospital_twin.eventlog.clock import TICKS_PER_HOUR
from hospital_twin.hospital import Fit
from hospital_twin.program.codes import Op

ENOUGH = 10.0
"""Visits (each counted by the chance that its return would have been seen) from which a class has its own share."""


def fit_returns(findings: Findings) -> None:
    """Every `return` step: the time until coming back, then the share who do."""
    ops = findings.program.code.ops
    for op in np.flatnonzero(ops[:, 0] == Op.RETURN).tolist():
        place, table = findings.step(op), findings.seen.choices.get(op)
        if place is None:
            continue
        if table is None:
            findings.kept(f"who comes back, and when ({place.words}): the log shows no patient coming back from there; "
                          "the layout's numbers are kept")
            continue
        _fit_after(findings, op, table)
        chance = next((c for c in findings.seen.choices if ops[c, 0] == Op.CHANCE and ops[c, 1] == op), None)
        if chance is not None:
            _fit_share(findings, op, findings.seen.choices[chance])


def _children(findings: Findings) -> np.ndarray:
    """For each visit the one that is its return, -1 for none."""
    found = np.full(len(findings.seen.parent), -1)
    returning = np.flatnonzero(findings.seen.parent >= 0)
    found[findings.seen.parent[returning]] = returning
    return found


def _fit_after(findings: Findings, op: int, table: Table) -> None:
    place, trails = findings.step(op), findings.seen.trails
    named = Named((*place.path, "after"), f"{place.words}.after")
    left = findings.times(table)
    child = _children(findings)[table.visit]
    known = (child >= 0) & (left >= trails.begin)
    table, left, child = taken(table, known), left[known], child[known]
    after = (trails.arrive[child] - left) / TICKS_PER_HOUR
    # A return that would come after the record's end cannot be seen: each is one of those short enough.
    times = Lifetimes(after, after, np.zeros(len(after)), (trails.finish - left) / TICKS_PER_HOUR, table.weight)
    cells = findings.cells(place.step.after, named.path)
    good = after > 0
    fit_durations(findings, Sample(cells, cells.of(findings.moments(table, left))[good], times.take(good)), named,
                  f"how long until patients come back ({findings.step_name(op)!r})")


def _fit_share(findings: Findings, op: int, table: Table) -> None:
    """Returns over passings, each passing counted by the chance that its return came before the record's end."""
    place, trails = findings.step(op), findings.seen.trails
    table = findings.within(table, findings.times(table))
    at = findings.times(table)
    moments = findings.moments(table, at)
    seen = table.weight * _visible(findings, op, moments, (trails.finish - at) / TICKS_PER_HOUR)
    named = Named((*place.path, "chance"), f"{place.words}.chance")
    cells = findings.cells(place.step.chance, named.path)
    leaf = cells.of(moments)
    hits = table.weight * (table.outcome == 1)
    everywhere = float(hits.sum() / max(seen.sum(), 1e-9))
    for number, path in enumerate(cells.paths):
        mine = leaf == number if not findings.unknown(cells) else np.ones(len(leaf), bool)
        of, times = float(seen[mine].sum()), float(hits[mine].sum())
        if of < ENOUGH:
            findings.kept(f"{named.at(cells.words[number])}: too few visits long enough before the record's end; "
                          f"the layout's {cells.leaves[number]:g} is kept")
            continue
        share = min(1.0, (times + everywhere) / (of + 1.0))
        half = Z95 * sqrt(max(share * (1 - share), 1e-12) / of)
        findings.found(path, rounded(share), Fit(
            path=named.at(cells.words[number]), estimator="patients seen again over visits, each visit counted by the "
            "chance that its return would have been seen", value=f"{share:.3g}", estimate=rounded(share),
            low=max(0.0, share - half), high=min(1.0, share + half), n=round(float(table.weight[mine].sum()))))


def _visible(findings: Findings, op: int, moments: object, hours: np.ndarray) -> np.ndarray:
    """The chance that a return comes within some hours, by the times until coming back as now fitted."""
    place = findings.step(op)
    cells = findings.cells(place.step.after, (*place.path, "after"))
    leaf = cells.of(moments)
    chance = np.zeros(len(hours))
    for number, path in enumerate(cells.paths):
        family = findings.values.get(path, cells.leaves[number])
        mine = leaf == number
        grid = np.unique(np.concatenate(([0.0], np.quantile(hours, np.linspace(0, 1, 200)))))
        upto = np.array([family.cdf(convert(h, "h", family.unit or "h")) for h in grid])
        chance[mine] = np.interp(hours[mine], grid, upto)
    return chance
