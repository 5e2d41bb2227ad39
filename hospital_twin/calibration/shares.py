"""Chances: branches, steps that are taken or not, and the mixes of class attributes."""
from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Any, NamedTuple

import numpy as np

from hospital_twin.calibration.cells import Cells
from hospital_twin.calibration.evidence import Table
from hospital_twin.calibration.findings import Findings, Named, rounded, taken
from hospital_twin.calibration.lifetimes import Z95
from hospital_twin.hospital import Fit
from hospital_twin.program.codes import Op

STRENGTH = 5.0
"""Visits that the share over all classes counts for in each class: it decides where there is next to nothing else."""
SURE_ENOUGH = 0.9
"""A branch is fitted where the log tells for sure, of at least this share of those who pass it, which way they went."""


class Shared(NamedTuple):
    """A share by class: how often of how many, and the estimate with its 95 % interval (Wilson, JASA 22, 1927)."""

    times: float
    of: float
    share: float
    low: float
    high: float


def shared(times: float, of: float, everywhere: float, written: float | None) -> Shared:
    """A class's share, drawn towards the share of all classes; what is written as impossible and never seen stays 0.

    everywhere: the share over all classes. written: the layout's own.
    """
    centre = 0.0 if times == 0 and written == 0 else 1.0 if times == of and written == 1 else everywhere
    share = (times + STRENGTH * centre) / (of + STRENGTH)
    if of <= 0:
        return Shared(0.0, 0.0, share, 0.0, 1.0)
    p, z2 = times / of, Z95 * Z95
    middle, half = p + z2 / (2 * of), Z95 * sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    return Shared(times, of, share, max(0.0, (middle - half) / (1 + z2 / of)),
                  min(1.0, (middle + half) / (1 + z2 / of)))


def fit_chances(findings: Findings) -> None:
    """Every branch by chance, and every step that is taken with a chance, that some visit came to."""
    ops = findings.program.code.ops
    for op in range(len(ops)):
        if ops[op, 0] not in (Op.PICK, Op.CHANCE):
            continue
        place, name = findings.step(op), findings.step_name(op)
        if place is None:
            continue
        table = _usable(findings, op, f"how visits divide at {name!r}" if ops[op, 0] == Op.PICK else
                        f"how often {name!r} is done", place.words)
        if table is None:
            continue
        if ops[op, 0] == Op.PICK:
            _fit_branch(findings, op, table)
        elif not _returns(findings, op):
            _fit_share(findings, table, table.outcome == 1, place.step.chance,
                       Named((*place.path, "chance"), f"{place.words}.chance"), _doubt(findings, op))


def _returns(findings: Findings, op: int) -> bool:
    """Whether the step that is taken by chance is a patient's return, whose count lags behind."""
    return int(findings.program.code.ops[findings.program.code.ops[op, 1], 0]) == Op.RETURN


def _usable(findings: Findings, op: int, what: str, words: str) -> Table | None:
    """What a log tells of an operation that chooses, if it tells anything."""
    table, certain = findings.seen.choices.get(op), findings.seen.certain.get(op)
    if table is None and certain is None:
        findings.kept(f"{what} ({words}): no visit of the log came there; the layout's numbers are kept")
        return None
    if table is None or certain < SURE_ENOUGH:
        findings.kept(f"{what} ({words}): the log does not show it; the layout's numbers are kept")
        return None
    table = findings.within(table, findings.times(table))
    return table if len(table.visit) else None


def _fit_branch(findings: Findings, op: int, table: Table) -> None:
    place = findings.step(op)
    options = place.step.options
    whole = [None] * len(options)
    for number, option in enumerate(options):
        if option.chance is not None:
            named = Named((*place.path, "options", number, "chance"), f"{place.words}.options.{number}.chance")
            whole[number] = _fit_share(findings, table, table.outcome == number, option.chance, named,
                                       _doubt(findings, op))
    _fill_up(findings, op, whole)


def _fill_up(findings: Findings, op: int, cells: Sequence[Cells | None]) -> None:
    """Where all options have a chance and nobody goes none of the ways, they sum to at least 1 after rounding too."""
    if any(part is None for part in cells):
        return
    last = cells[-1]
    outcomes = findings.seen.choices[op].outcome
    if (outcomes >= len(cells)).any() or any(part.keys != last.keys for part in cells):
        return
    for i, path in enumerate(last.paths):
        others = [findings.values.get(part.paths[i], part.leaves[i]) for part in cells[:-1]]
        if path in findings.values:
            findings.values[path] = min(1.0, ceil(max(0.0, 1.0 - sum(others)) * 1e6 + 1) / 1e6)


def _doubt(findings: Findings, op: int) -> str:
    """What to say of visits that can have gone several ways."""
    share = 1.0 - findings.seen.certain[op]
    return f"{share:.1%} can have gone either way, and count for each by its probability" if share > 0.0005 else ""


def _fit_share(findings: Findings, table: Table, hit: np.ndarray, value: Any, named: Named, doubt: str) -> Cells:
    """One probability of the layout, by the classes that it distinguishes."""
    cells = findings.cells(value, named.path)
    leaf = cells.of(findings.moments(table, findings.times(table)))
    unknown = findings.unknown(cells)
    everywhere = float(table.weight[hit].sum() / table.weight.sum())
    nobody = []
    for number, path in enumerate(cells.paths):
        mine = np.ones(len(leaf), bool) if unknown else leaf == number
        of, times = float(table.weight[mine].sum()), float(table.weight[mine & hit].sum())
        if of <= 0:
            nobody.append(f"{cells.leaves[number]:g} ({cells.words[number]})")
            continue
        found = shared(times, of, everywhere, cells.leaves[number])
        note = "; ".join(filter(None, [
            f"one share for all: the log does not know {' and '.join(unknown)}" if unknown else "", doubt]))
        findings.found(path, rounded(found.share), Fit(
            path=named.at(cells.words[number]), estimator=_estimator(len(cells.paths)),
            value=f"{rounded(found.share):g}", estimate=rounded(found.share), low=found.low,
            high=found.high, n=round(of), note=note))
    if nobody:
        findings.kept(f"{named.words} for classes of which nobody came there: the layout's {', '.join(nobody)} "
                      f"{'is' if len(nobody) == 1 else 'are'} kept")
    return cells


def _estimator(classes: int) -> str:
    return "share of visits" if classes == 1 else (
        f"share of visits by class, with {STRENGTH:g} visits' worth of the share over all classes")


# ---- mixes of class attributes
def fit_mixes(findings: Findings) -> None:
    """Every class attribute that is drawn: at arrival by source, and by `assign` steps on the way."""
    sets = _drawn_at_arrival(findings)
    draws: dict[str, tuple[Named, Any, str, list[Table]]] = {}
    for op, table in sorted(findings.seen.choices.items()):
        if findings.program.code.ops[op, 0] != Op.ASSIGN:
            continue
        place, attribute = findings.step(op), findings.program.words.attributes[findings.program.code.ops[op, 3]]
        if op in sets:
            named = Named(("sources", sets[op], "sets", attribute, "draw"), f"sources.{sets[op]}.sets.{attribute}")
            value = findings.layout.sources[sets[op]].sets[attribute]
        elif place is not None and attribute in place.step.set:
            named = Named((*place.path, "set", attribute, "draw"), f"{place.words}.set.{attribute}")
            value = place.step.set[attribute]
        else:
            continue
        if hasattr(value, "draw"):
            draws.setdefault(named.words, (named, value.draw, attribute, []))[3].append(
                findings.within(table, findings.times(table)))
    for named, value, attribute, tables in draws.values():
        table = Table(*(np.concatenate(columns) for columns in zip(*tables, strict=True)))
        if len(table.visit):
            _fit_mix(findings, table, value, attribute, named)
    _unseen_attributes(findings)


def _drawn_at_arrival(findings: Findings) -> dict[int, str]:
    """Operations that draw a class attribute at arrival, and the source that each belongs to."""
    found = {}
    for name, source in zip(findings.layout.sources, findings.program.sources, strict=True):
        entries = {source.entry} | {int(e) for e in source.slots[:, 2] if e >= 0}
        for entry in entries:
            for op in range(entry, len(findings.program.code.ops)):
                if findings.program.code.ops[op, 0] != Op.ASSIGN:
                    break
                attribute = findings.program.words.attributes[findings.program.code.ops[op, 3]]
                if findings.step_name(op) == name and attribute in findings.layout.sources[name].sets:
                    found[op] = name
    return found


def _fit_mix(findings: Findings, table: Table, value: Any, attribute: str, named: Named) -> None:
    cells = findings.cells(value, named.path)
    leaf = cells.of(findings.moments(table, findings.times(table)))
    which = findings.program.words.attributes.index(attribute)
    words = findings.program.words.values[which]
    everywhere = np.bincount(table.outcome, weights=table.weight, minlength=len(words))
    everywhere = everywhere / everywhere.sum()
    unknown = findings.unknown(cells)
    for number, path in enumerate(cells.paths):
        mine = taken(table, np.ones(len(leaf), bool) if unknown else leaf == number)
        if not len(mine.visit):
            findings.kept(f"{named.at(cells.words[number])}: no visit of that class came; the layout's mix is kept")
            continue
        counts = np.bincount(mine.outcome, weights=mine.weight, minlength=len(words))
        written = {str(k): w for k, w in cells.leaves[number].items()}
        centre = everywhere if len(cells.paths) > 1 else np.zeros(len(words))
        allowed = np.array([str(w) in written or counts[i] > 0 for i, w in enumerate(words)])
        centre = np.where(allowed, centre, 0.0)
        strength = STRENGTH * centre.sum()
        shares = (counts + STRENGTH * centre) / (counts.sum() + strength)
        mix = {word: rounded(share) for word, share in zip(words, shares, strict=True) if share > 0}
        findings.found(path, mix, Fit(
            path=named.at(cells.words[number]), estimator=_estimator(len(cells.paths)),
            value=", ".join(f"{word}: {share:.3g}" for word, share in mix.items()), n=round(float(counts.sum()))))


def _unseen_attributes(findings: Findings) -> None:
    for attribute, known in zip(findings.program.words.attributes, findings.seen.trails.attributes_known, strict=True):
        if not known:
            findings.kept(f"how {attribute} is distributed: the log has no such column; the layout's mixes are kept")
