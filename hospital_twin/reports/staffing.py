"""Planned staffed places of a scenario, at each hour of its runs."""
from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hospital_twin.eventlog import LocalHours, local_hours
from hospital_twin.hospital import Hospital
from hospital_twin.layout.terms import UNLIMITED
from hospital_twin.levers import scenario_from
from hospital_twin.program import compile_program
from hospital_twin.runs import Runs


def hours_of(runs: Runs) -> LocalHours:
    """The local hours of a run, warm-up included: those of its census."""
    zone = runs.provenance["time_zone"]
    start = pd.Timestamp(runs.starts, tz=zone)
    return local_hours(start, start + pd.Timedelta(days=runs.days), zone)


def staffed_places(hospital: Hospital, runs: Runs) -> Mapping[str, np.ndarray]:
    """Unit → places that are planned to be staffed at the beginning of each hour of `hours_of`.

    Units whose places are unlimited are left out. What rules add during a run is not planned, so it is not in it.
    """
    changed = scenario_from(runs.provenance["scenario"]).apply(hospital)
    program = compile_program(changed, starts=pd.Timestamp(runs.starts).date(), days=runs.days)
    edges = hours_of(runs).edges
    ticks, changes = edges[:-1] - edges[0], program.resources.changes
    found = {}
    for unit in program.words.units:
        mine = changes[changes[:, 0] == program.words.resources.index(unit)]
        found[unit] = mine[np.searchsorted(mine[:, 1], ticks, side="right") - 1, 2].astype(float)
    return {unit: places for unit, places in found.items() if not (places >= UNLIMITED).any()}
