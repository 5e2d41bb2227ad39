"""Tasks and places that were taken away, or handed over, and gone on with: their stints as one sighting."""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.eventlog.clock import NEVER
from hospital_twin.program import Program
from hospital_twin.program.graph import ways_asked

RESTART = 2
ONE_TASK = ["visit", "kind", "what", "joined", "start", "end"]


def put_together(table: pd.DataFrame, tasks: int, restarting: frozenset[int]) -> pd.DataFrame:
    """Rows of which the stints of one task are one: from the start of the first to the end of the last.

    table: visit, kind, what, by, joined, start, end (ticks), taken (ended by being taken away: 0 not, 1 handed over, 2
    pre-empted) of each row. tasks: the kind of those that are no places. restarting: resources whose work begins again
    after a pre-emption. Each stint waits from the end of the one before; where a log does not tell waits, the next of
    that visit, task and resource goes on with it. New columns: pause (ticks between start and end that do not count
    for how long the task takes) and broken (a tuple of ticks: stints after which the work began again).
    """
    table["pause"], table["broken"] = 0, np.full(len(table), None)
    if not table["taken"].any():
        return table
    table = table[~table.duplicated([*ONE_TASK, "by"])].reset_index(drop=True)
    lost = table.loc[table["taken"] > 0, ["visit", "kind", "what", "by"]].drop_duplicates()
    some = table.reset_index().merge(lost).sort_values(["visit", "kind", "what", "by", "start", "end"], kind="stable")
    gone, found = [], {}
    for chain in _chains(some, tasks, restarting):
        first, last = chain.rows[0], chain.rows[-1]
        gone += chain.rows[1:]
        for column in ("end", "how", "taken", "class"):
            table.loc[first, column] = table.loc[last, column]
        # What held several things was interrupted whichever of them was taken away.
        found.setdefault(tuple(table.loc[first, ONE_TASK]), []).append(chain)
    if not found:
        return table
    pauses = [(*task, _together([gap for chain in chains for gap in chain.gaps]),
               min((chain.broken for chain in chains if chain.broken), key=sum, default=None))
              for task, chains in found.items()]
    pauses = pd.DataFrame(pauses, columns=[*ONE_TASK, "pause", "broken"])
    table = table.drop(index=gone, columns=["pause", "broken"]).merge(pauses, on=ONE_TASK, how="left")
    table["pause"] = table["pause"].fillna(0).astype(np.int64)
    table["broken"] = table["broken"].astype(object).where(table["broken"].notna(), None)
    return table


class _Chain(NamedTuple):
    """Rows of one task. gaps: spans (ticks) that do not count. broken: stints after which it began again."""

    rows: list[int]
    gaps: list[tuple[int, int]]
    broken: tuple[int, ...]


def _chains(some: pd.DataFrame, tasks: int, restarting: frozenset[int]) -> Iterator[_Chain]:
    """Every task of several stints."""
    columns = [some[c].tolist() for c in ("index", "visit", "kind", "what", "by", "joined", "start", "end", "taken")]
    chain, before = _Chain([], [], ()), None
    for row in zip(*columns, strict=True):
        index, *task, joined, start, end, taken = row
        if before is not None and before[0] == task and _goes_on(before, joined, start, known=task[1] != tasks):
            _, began, until, how = before
            again = how == RESTART and task[3] in restarting
            chain = _Chain([*chain.rows, index], [*chain.gaps, (began if again else until, start)],
                           (*chain.broken, until - began) if again else chain.broken)
        else:
            if chain.gaps:
                yield chain
            chain = _Chain([index], [], ())
        before = (task, start, end, taken)
    if chain.gaps:
        yield chain


def _together(gaps: list[tuple[int, int]]) -> int:
    """How long spans are together, where they overlap counted once."""
    total, reached = 0, -NEVER
    for begin, end in sorted(gaps):
        total += max(0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def _goes_on(before: tuple, joined: int, start: int, *, known: bool) -> bool:
    """Whether a row goes on with the one before: it began to wait when that was taken away.

    known: the log must tell that wait (a visit may come to one place twice).
    """
    _, _, end, taken = before
    return taken > 0 and end != NEVER and (joined == end or (joined == start >= end and not known))


def restarting(program: Program) -> frozenset[int]:
    """Resources whose work begins again when they are pre-empted: by those that take them; -1 for any of them."""
    how: dict[int, set[int]] = {}
    for request in program.requests:
        for way in ways_asked(program, request.asks) if request.preempt else ():
            for resource, _ in way.needs:
                how.setdefault(resource, set()).add(request.preempt)
    found = {resource for resource, ways in how.items() if ways == {RESTART}}
    return frozenset(found | ({-1} if found and len(found) == len(how) else set()))
