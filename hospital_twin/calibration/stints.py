"""Tasks and places that were taken away, or handed over, and gone on with: their stints as one sighting."""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hospital_twin.eventlog.clock import NEVER
from hospital_twin.program import Program

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
    gone = []
    for first, rest, pause, broken in _chains(some, tasks, restarting):
        last = rest[-1]
        gone += rest
        for column in ("end", "how", "taken", "class"):
            table.loc[first, column] = table.loc[last, column]
        table.loc[first, "pause"] = pause
        table.at[first, "broken"] = broken or None
    table = table.drop(index=gone)
    # What held several things was interrupted whichever of them was taken away.
    table["pause"] = table.groupby(ONE_TASK)["pause"].transform("sum")
    table["broken"] = table.groupby(ONE_TASK)["broken"].transform("first")
    return table


def _chains(some: pd.DataFrame, tasks: int, restarting: frozenset[int]
            ) -> Iterator[tuple[int, list[int], int, tuple[int, ...]]]:
    """(first row, the rows that go on with it, pause, broken stints) of every task of several stints."""
    columns = [some[c].tolist() for c in ("index", "visit", "kind", "what", "by", "joined", "start", "end", "taken")]
    first, rest, pause, broken, before = -1, [], 0, (), None
    for row in zip(*columns, strict=True):
        index, *task, joined, start, end, taken = row
        if before is not None and before[0] == task and _goes_on(before, joined, start, known=task[1] != tasks):
            rest.append(index)
            worked = before[2] - before[1]
            pause += start - before[2]
            if before[3] == RESTART and task[3] in restarting:
                pause += worked
                broken = (*broken, worked)
        else:
            if rest:
                yield first, rest, pause, broken
            first, rest, pause, broken = index, [], 0, ()
        before = (task, start, end, taken)
    if rest:
        yield first, rest, pause, broken


def _goes_on(before: tuple, joined: int, start: int, *, known: bool) -> bool:
    """Whether a row goes on with the one before: it began to wait when that was taken away.

    known: the log must tell that wait (a visit may come to one place twice).
    """
    _, _, end, taken = before
    return taken > 0 and end != NEVER and (joined == end or (joined == start >= end and not known))


def restarting(program: Program) -> frozenset[int]:
    """Resources whose work begins again when they are pre-empted: by those that take them; -1 for any of them."""
    how: dict[int, set[int]] = {}
    tables = program.tables
    for request in program.requests:
        if request.preempt:
            first_key, keys, first = (int(v) for v in tables.choices[request.asks])
            size = int(np.prod([int(n) for _, _, n in tables.keys[first_key:first_key + keys]], dtype=np.int64))
            for which in {int(c) for c in tables.cells[first:first + size] if c >= 0}:
                for way in program.asks[which]:
                    for resource, _ in way.needs:
                        how.setdefault(resource, set()).add(request.preempt)
    found = {resource for resource, ways in how.items() if ways == {RESTART}}
    return frozenset(found | ({-1} if found and len(found) == len(how) else set()))
