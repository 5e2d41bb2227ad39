"""Whether the tasks of one patient are long or short together, as they are where people work at different speeds."""
from collections.abc import Iterator

import numpy as np

from hospital_twin.kpis._framework import Kpi, Measured, NotComputable, Statistic, Window

_FEWEST_PAIRS = 30


def _measure(window: Window) -> Iterator[Measured]:
    doctors = window.log.resources_of("doctor")
    if not doctors:
        raise NotComputable("no resource of role doctor in this log")
    rows = window.log.stays
    rows = rows[rows["resource"].isin(doctors) & (rows["end"] > rows["start"]) & (rows["end"] < window.end)
                & rows["end_reason"].eq("done") & window.within(rows["start"])]
    rows = rows.assign(hours=np.log(window.hours_between(rows["start"], rows["end"])))
    rows = rows.sort_values("start", kind="stable")
    turn = rows.groupby(["visit", "resource"], observed=True).cumcount()
    first, second = (rows.loc[turn.eq(n), ["visit", "resource", "hours"]] for n in (0, 1))
    pairs = first.merge(second, on=["visit", "resource"])[["hours_x", "hours_y"]].to_numpy()
    if len(pairs) < _FEWEST_PAIRS or not pairs.std(axis=0).all():
        raise NotComputable(f"less than {_FEWEST_PAIRS} patients with two tasks of the same doctors")
    yield Measured("correlation", float(np.corrcoef(pairs.T)[0, 1]), len(pairs))


KPI = Kpi(
    id="tasks_alike",
    title="A patient's tasks are alike",
    better="none",
    definition="Correlation between the logarithms of how long the first and the second task of one doctors' pool "
               "took with the same patient, for tasks that begin and end within the window. Where one person does "
               "both, it is high when people work at different speeds.",
    source="Fisher, Statistical Methods for Research Workers, 1925, chapter VII (correlation within families of "
           "measurements)",
    statistics={"correlation": Statistic("correlation of a patient's first and second task with a doctor", "of 1", 2)},
    headline="correlation",
    measure=_measure,
    assumes="all doctors of a pool work at one speed, and a task takes its time whatever the patient's last one took",
)
