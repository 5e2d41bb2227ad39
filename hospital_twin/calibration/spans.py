"""The durations that a log shows of each step: from its sightings, or from the time between two others."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hospital_twin.calibration.durations import Sample, fit_durations
from hospital_twin.calibration.evidence import Silent, Table
from hospital_twin.calibration.findings import Findings, Named, taken
from hospital_twin.calibration.lifetimes import Lifetimes, joined_up
from hospital_twin.calibration.trails import How, Seen, Trails
from hospital_twin.distributions import Family
from hospital_twin.eventlog.clock import NEVER, TICKS_PER_HOUR, ticks
from hospital_twin.layout import By
from hospital_twin.layout.steps import Release
from hospital_twin.program.codes import Op

MAIN_SHARE = 0.9
"""A step without a row of its own is measured by the time between two others if it is at least this share of it."""


RARE = 0.01
"""Nothing is said of what befalls no more than this share."""


def fit_steps(findings: Findings) -> None:
    """How long every step takes, and how long patients wait for it before they give up."""
    ops = findings.program.code.ops
    for op in range(len(ops)):
        place = findings.step(op)
        if place is None:
            continue
        if ops[op, 0] == Op.DELAY:
            _fit_delay(findings, op)
        elif ops[op, 0] == Op.SEIZE and findings.program.requests[ops[op, 3]].patience >= 0:
            _fit_patience(findings, op)


def _hours(begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    return (end - begin) / TICKS_PER_HOUR


def _fit_delay(findings: Findings, op: int) -> None:
    place, name = findings.step(op), findings.step_name(op)
    named, what = Named((*place.path, "takes"), f"{place.words}.takes"), f"how long {name!r} takes"
    parts = [part for part in (_seen(findings, op), _between(findings, op)) if part is not None]
    if not parts:
        findings.kept(f"{what} ({place.words}): the log has no such times; the layout's "
                      f"{_written(place.step.takes)} kept")
        return
    cells = findings.cells(place.step.takes, named.path)
    leaf = np.concatenate([cells.of(findings.moments(part.table, part.begin)) for part in parts])
    times = joined_up([part.times for part in parts])
    note = "; ".join(part.note for part in parts if part.note)
    own_row = np.concatenate([np.full(len(part.begin), part.own_row) for part in parts])
    keep = own_row | (times.high > 0) | _never_any(leaf, times)
    leaf, times = leaf[keep], times.take(keep)
    if findings.unknown(cells):
        leaf = _same_for_all(findings, cells, leaf, what)
    fit_durations(findings, Sample(cells, leaf, times, note=note), named, what)


def _never_any(leaf: np.ndarray, times: Lifetimes) -> np.ndarray:
    """Which are of a class that never spends any time there.

    Between two rows of one instant a visit was only passed on; where all are, the step takes no time.
    """
    some = np.bincount(leaf[times.high > 0] + 1, minlength=int(leaf.max(initial=-1)) + 2) > 0
    return ~some[leaf + 1]


def _written(value: Family | By) -> str:
    return "numbers are" if isinstance(value, By) else f"{value.text()} is"


def _same_for_all(findings: Findings, cells: object, leaf: np.ndarray, what: str) -> np.ndarray:
    """Durations of visits whose class the log does not tell, spread evenly over the classes."""
    findings.kept(f"whether {what} depends on {' and '.join(findings.unknown(cells))}: the log does not know; the same "
                  "is taken for all")
    return np.arange(len(leaf)) % len(cells.paths)


class Part(NamedTuple):
    """Durations of a step: of whom, since when (ticks), how long, what to say of them, and whether rows tell them."""

    table: Table
    begin: np.ndarray
    times: Lifetimes
    note: str = ""
    own_row: bool = True


def _seen(findings: Findings, op: int) -> Part | None:
    """Durations of the sightings that a step leaves itself: rows of a task."""
    seen, trails = findings.seen, findings.seen.trails
    seizing = next((seize for seize, delay in seen.grammar.tasks.items() if delay == op), None)
    table = seen.uses.get(op if seizing is None else seizing)
    if table is None:
        return None
    kind = np.array([label.kind for label in trails.labels])[trails.label[table.sighting]]
    how = np.array([label.how for label in trails.labels])[trails.label[table.sighting]]
    table, how = taken(table, kind == Seen.TASK), how[kind == Seen.TASK]
    if not len(table.visit):
        return None
    start, end = trails.start[table.sighting], trails.end[table.sighting]
    cut = (how != How.DONE) | (end > trails.finish)
    pace, pause = _pace(findings, op, table), trails.pause[table.sighting] / TICKS_PER_HOUR
    lasted = (_hours(start, np.minimum(end, trails.finish)) - pause) / pace
    entry = np.maximum(_hours(start, np.full(len(start), trails.begin)), 0.0)
    known = (end > trails.begin) & (lasted >= 0) & ~(trails.left[table.visit] & (end == NEVER))
    known &= (pause == 0) | (entry == 0)
    low, high = lasted, np.where(cut, np.inf, lasted)
    times = Lifetimes(*(column[known] for column in (low, high, entry, np.full(len(low), np.inf), table.weight)))
    return _with_broken(findings, taken(table, known), start[known], times, pace[known])


def _with_broken(findings: Findings, table: Table, start: np.ndarray, times: Lifetimes, pace: np.ndarray) -> Part:
    """The stints too after which a task began again: each tells only that it would have lasted longer."""
    broken = findings.seen.trails.broken[table.sighting]
    place = np.array([i for i, stints in enumerate(broken) for _ in stints or ()], dtype=np.int64)
    lasted = np.array([ticks_ for stints in broken for ticks_ in stints or ()], dtype=float) / TICKS_PER_HOUR
    if not len(place):
        return Part(table, start, times)
    none, low = np.zeros(len(place)), lasted / pace[place]
    more = Lifetimes(low, none + np.inf, none, none + np.inf, table.weight[place])
    every = np.append(np.arange(len(start)), place)
    return Part(taken(table, every), start[every], joined_up([times, more]))


def _pace(findings: Findings, op: int, table: Table) -> np.ndarray:
    """How much longer than usual the server of each task takes, by the layout."""
    trails, paces = findings.seen.trails, findings.program.resources.pace
    factor = np.ones(len(table.visit))
    if not any(paces) or findings.program.code.ops[op, 5] < 0:
        return factor
    by = np.array([label.by for label in trails.labels])[trails.label[table.sighting]]
    space = trails.space[table.sighting]
    for resource, pace in enumerate(paces):
        mine = (by == resource) & (space > 0)
        if pace and mine.any():
            factor[mine] = np.array(pace)[(space[mine] - 1) % len(pace)]
    return factor


def _between(findings: Findings, op: int) -> Part | None:
    """Durations of a step that leaves no row: from the sighting before it to when the next thing was asked for.

    A wait for a time of day that comes after (a discharge round) takes up to a day, so that the step ended within
    the day before. Short tasks that left no trace either are taken off with their mean.
    """
    parts = [(table, *_rest(findings, op, silent)) for silent, table in findings.seen.gaps.items()
             if _longest(findings, silent) == op]
    if not parts:
        return None
    table = Table(*(np.concatenate(columns) for columns in zip(*(part[0] for part in parts), strict=True)))
    less, waited = (np.concatenate([np.full(len(part[0].visit), part[i]) for part in parts]) for i in (1, 2))
    return _gaps(findings, findings.step_name(op), table, less, waited)


def _longest(findings: Findings, silent: Silent) -> int:
    """The one step that took (nearly) all of the time between two sightings; -1 where several share it.

    It has `MAIN_SHARE` of the time that the layout gives all that left no trace, and is passed for sure.
    """
    every = {op: findings.mean_hours(op) for op in (*silent[0], *silent[1])}
    main = max(every, key=lambda op: every[op])
    return main if main in silent[0] and every[main] >= MAIN_SHARE * sum(every.values()) else -1


def _rest(findings: Findings, op: int, silent: Silent) -> tuple[float, bool]:
    """Mean hours of what else was passed for sure, and whether a wait for a time of day was among it."""
    ops = findings.program.code.ops
    return (sum(findings.mean_hours(other) for other in silent[0] if other != op and ops[other, 0] == Op.DELAY),
            any(ops[other, 0] == Op.WAIT for other in (*silent[0], *silent[1])))


def _gaps(findings: Findings, name: str, table: Table, less: np.ndarray, waited: np.ndarray) -> Part:
    trails = findings.seen.trails
    begin, last, to = findings.times(table), np.maximum(table.sighting, 0), np.maximum(table.to, 0)
    ended = table.to >= 0
    earliest, until = (np.where(ended, ticks_[to], trails.finish) for ticks_ in findings.asked)
    gone = ~ended & ~trails.open[table.visit]
    until = np.where(gone, trails.end[last], until)
    until, apart = _in_the_unit(findings, table, until)
    earliest = np.where(gone | apart, until, np.minimum(earliest, until))
    ended = (ended | gone) & (until != NEVER)
    late = until > trails.finish
    passed = _hours(begin, np.minimum(until, trails.finish))
    lasted = np.maximum(passed - less, 0.0)
    high = np.where(ended & ~late, lasted, np.inf)
    low = np.where(ended & ~late, np.maximum(_hours(begin, earliest) - less, 0.0), lasted)
    low = np.where(ended & ~late & waited, np.maximum(low - 24.0, 0.0), low)
    entry = np.maximum(_hours(begin, np.full(len(begin), trails.begin)), 0.0)
    known = ((lasted > entry) | (ended & ~late & (passed == 0))) & (begin != NEVER)
    times = Lifetimes(*(column[known] for column in (np.maximum(low, entry), high, entry, np.full(len(low), np.inf),
                                                     table.weight)))
    _say_apart(findings, name, apart & known, table.weight * known)
    full = known & ended & ~late & (earliest < until)
    return Part(taken(table, known), begin[known], times, _say_full(findings, name, table, full, known),
                own_row=False)


def _in_the_unit(findings: Findings, table: Table, until: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """When each gap ended: no later than the place was let go in which it was spent; and where that was earlier."""
    if not len(findings.seen.trails.label):
        return until, np.zeros(len(until), bool)
    unit, let_go = (column[np.maximum(table.sighting, 0)] for column in findings.place_ends)
    apart = (table.sighting >= 0) & (table.to >= 0) & (unit >= 0) & (unit == table.unit) & (let_go < until)
    return np.where(apart, let_go, until), apart


def _say_apart(findings: Findings, name: str, apart: np.ndarray, weight: np.ndarray) -> None:
    """Time after a place was let go, which no step of the layout takes."""
    share = float(weight[apart].sum()) / max(float(weight.sum()), 1e-9)
    if share > RARE:
        findings.kept(f"where patients are between two places: after {share:.1%} of {name!r} the place was let go "
                      "before the next began; the layout has no step for that time, which is left out")


def _say_full(findings: Findings, name: str, table: Table, full: np.ndarray, known: np.ndarray) -> str:
    """What to say of steps that may have ended before the next unit had a place."""
    if not full.any():
        return ""
    trails, words = findings.seen.trails, findings.program.words.resources
    several = sorted({words[trails.labels[label].what] for label in trails.label[table.to[full]].tolist()})
    share = float(table.weight[full].sum() / table.weight[known].sum())
    findings.kept(f"how long patients wait for a place in {', '.join(several)}: the log does not say when it was asked "
                  f"for; {share:.1%} of {name!r} ended while the next unit was full, and may include the wait for a "
                  "bed: they count as anything that this leaves open")
    return f"{share:.1%} may include the wait for a bed: the log does not say when it was asked for"


def _fit_patience(findings: Findings, op: int) -> None:
    """Who gave up tells how long patience lasted; who was served first tells that it would have lasted longer."""
    seen, trails, place = findings.seen, findings.seen.trails, findings.step(op)
    named, what = Named((*place.path, "patience"), f"{place.words}.patience"), \
        f"how long patients wait for {findings.step_name(op)!r} before they give up"
    table = seen.uses.get(op)
    if table is None or not any(label.kind == Seen.GAVE_UP for label in trails.labels):
        findings.kept(f"{what} ({place.words}): the log does not show anybody giving up a wait; the layout's "
                      f"{_written(place.step.patience)} kept")
        return
    kind = np.array([label.kind for label in trails.labels])[trails.label[table.sighting]]
    joined, start = trails.joined[table.sighting], trails.start[table.sighting]
    first = ~_repeated(table.visit, joined)
    keep = first & (kind != Seen.REFUSED) & (joined >= trails.begin)
    table, kind, joined, start = taken(table, keep), kind[keep], joined[keep], np.minimum(start, trails.finish)[keep]
    begin = trails.arrive[table.visit] if place.step.patience_from == "arrival" else joined
    gave_up, waited = kind == Seen.GAVE_UP, _hours(begin, start)
    at_once = start == joined
    # Who is given a place at once shows no patience; who gives up at once had lost it before joining the line.
    low = np.where(at_once, 0.0, waited)
    high = np.where(gave_up, waited, np.inf)
    cells = findings.cells(place.step.patience, named.path)
    leaf = cells.of(findings.moments(table, joined))
    telling = (high < np.inf) | (low > 0)
    times = Lifetimes(low[telling], high[telling], np.zeros(telling.sum()), np.full(telling.sum(), np.inf),
                      table.weight[telling])
    fit_durations(findings, Sample(cells, leaf[telling], times, ("lognormal",)), named, what)


def _repeated(visit: np.ndarray, joined: np.ndarray) -> np.ndarray:
    """Further readings of one and the same wait, of which the first alone is taken."""
    order = np.lexsort((np.arange(len(visit)), joined, visit))
    again = np.zeros(len(visit), bool)
    same = (visit[order][1:] == visit[order][:-1]) & (joined[order][1:] == joined[order][:-1])
    again[order[1:]] = same
    return again


# ---- what is out of use after a patient
def fit_cleaning(findings: Findings) -> None:
    """How long places, and what steps let go with a turnover, are out of use after a patient."""
    rows = findings.log.stays
    rows = rows[rows["activity"].eq("cleaning")]
    for name, unit in findings.layout.units.items():
        if unit.cleaning is not None:
            _fit_idle(findings, rows, name, unit.cleaning, Named(("units", name, "cleaning"), f"units.{name}.cleaning"),
                      f"how long a place in {name} is cleaned")
    turnovers = [place for place in findings.steps.values() if isinstance(place.step, Release) and place.step.after]
    for place in turnovers:
        for what in place.step.of:
            if what in findings.layout.resources() and sum(what in other.step.of for other in turnovers) == 1:
                _fit_idle(findings, rows, what, place.step.after, Named((*place.path, "after"), f"{place.words}.after"),
                          f"how long {what} is out of use after a patient")


def _fit_idle(findings: Findings, rows: object, name: str, value: Family | By, named: Named, what: str) -> None:
    resource = findings.resource_names.get(name)
    mine = rows[rows["resource"].eq(resource)] if resource is not None else rows[:0]
    cells = findings.cells(value, named.path)
    nothing = all(leaf.support()[1] == 0 for leaf in cells.leaves)
    if mine.empty:
        if not nothing:
            findings.kept(f"{what}: the log has no cleaning of {name}; the layout's {_written(value)} kept")
        return
    trails = findings.seen.trails
    start, end = ticks(mine["start"]), ticks(mine["end"])
    n = len(mine)
    table = Table(*(np.zeros(n, dtype=np.int64) for _ in range(5)),
                  _attributes(trails)[trails.row_class[mine.index]],
                  np.full(n, findings.builder.units.get(name, -1)), np.full(n, -1), np.ones(n))
    lasted = _hours(start, np.minimum(end, trails.finish))
    times = Lifetimes.of(lasted, np.where(end > trails.finish, np.inf, lasted),
                         np.maximum(_hours(start, np.full(n, trails.begin)), 0.0))
    if len(times) == n:
        fit_durations(findings, Sample(cells, cells.of(findings.moments(table, start)), times), named, what)


def _attributes(trails: Trails) -> np.ndarray:
    """The attribute values of each class."""
    return np.array(trails.classes, dtype=np.int64).reshape(len(trails.classes), -1)
