"""A made-up answer whose every number can be worked out by hand, and a store that holds it."""
from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from hospital_twin.comparison import compare
from hospital_twin.eventlog import WHOLE_HOSPITAL, Series, local_hours
from hospital_twin.hospital import Hospital, Pedigree
from hospital_twin.kpis import KPI_TABLE_COLUMNS, kpi_drawer
from hospital_twin.layout import Layout
from hospital_twin.levers import lever_from
from hospital_twin.reports import Answer
from hospital_twin.runs import EVERYBODY, Experiment, Item, Result, Runs
from hospital_twin.runs.results import census_table
from hospital_twin.scenario import BASELINE, Scenario
from hospital_twin.store import Store, Study

REPLICATIONS = 4
DAYS, WARM_UP = 16, 2
FIRST_DAY = date(2025, 3, 24)
"""A Monday; the clock goes forward on the Sunday after it."""
NASTY = "<script>alert('x')</script> & Söhne"
LAYOUT = {
    "time_zone": "Europe/London",
    "staff": {"ed_doctor": {"on_duty": 2, "role": "doctor"}},
    "units": {"majors": {"kind": "ed", "places": 30},
              "ward_b": {"kind": "ward", "places": {"08:00-20:00": 26, "20:00-08:00": 20}}},
    "sources": {"walk_in": {"pathway": "visit", "rate": 1, "ceiling": 2}},
    "pathways": {"visit": [{"move": "in", "to": "majors"},
                           {"do": "see", "by": "ed_doctor", "takes": "exponential(mean 20 min)"},
                           {"leave": "out", "as": "home"}]},
}
SHIFT = {"door_to_clinician": -10.0, "boarding_hours": 3.0, "occupancy": 2.0}
"""By how much the scenario changes a KPI's headline, about."""
UNKNOWN = "icu_refusals"


def hospital(name: str = "St Elsewhere") -> Hospital:
    log = Pedigree(name=f"{name}.csv", sha256="ab" * 32, start="2024-01-01T00:00:00+00:00",
                   end="2025-01-01T00:00:00+00:00", visits=45210, version="0.1.0")
    return Hospital(layout=Layout.model_validate({"name": name, **LAYOUT}), fitted_on=log,
                    not_fitted=(f"cleaning of {name}",))


def experiments(name: str = "St Elsewhere", scenario: str = "two more doctors") -> tuple[Experiment, ...]:
    more = Scenario(name=scenario, levers=(lever_from("ed_staffing", pool="ed_doctor", extra=2),))
    return tuple(Experiment(hospital(name), one, DAYS, WARM_UP, starts=FIRST_DAY) for one in (BASELINE, more))


def made_up(replication: int, *, changed: bool) -> Result:
    """Replication r: door to clinician 30 + r; patients in majors: the hour of the day + r; in ward B always 20."""
    rows = []
    for name, kpi in kpi_drawer().items():
        shift = SHIFT.get(name, 0.0) * (1 + replication / 100) if changed else 0.0
        reason = "not computable: no unit of kind critical_care in this log" if name == UNKNOWN else ""
        value = float("nan") if reason else 30 + replication + shift
        rows.append((name, WHOLE_HOSPITAL, None, kpi.headline, value, 100, reason))
    rows.append(("occupancy", "ward_b", None, "share", 80.0 + replication, 50, ""))
    kpis = pd.DataFrame(rows, columns=["kpi", "place", "hour", "statistic", "value", "n", "reason"])
    start = pd.Timestamp(FIRST_DAY, tz="Europe/London")
    hours = local_hours(start, start + pd.Timedelta(days=DAYS), "Europe/London").hour.astype(float)
    census = {"majors": hours + replication, "ward_b": np.full(len(hours), 20.0), EVERYBODY: hours + 20 + replication}
    return Result(kpis[list(KPI_TABLE_COLUMNS)].astype(KPI_TABLE_COLUMNS), census_table(census))


def runs_of(experiment: Experiment) -> Runs:
    changed = bool(experiment.scenario.levers)
    return Runs.of(experiment, {n: made_up(n, changed=changed) for n in range(REPLICATIONS)})


def observed() -> Series:
    """Two weeks of the log in which majors has always 12 patients and ward B 99."""
    hours = pd.date_range("2024-07-01", periods=336, freq="h", tz="Europe/London").tz_convert("UTC").as_unit("us")
    tables = [pd.DataFrame({"place": place, "quantity": "census", "from": hours, "to": hours + pd.Timedelta(hours=1),
                            "value": value}) for place, value in (("majors", 12.0), ("ward_b", 99.0))]
    return Series.of(pd.concat(tables, ignore_index=True), time_zone="Europe/London")


def answer(name: str = "St Elsewhere", scenario: str = "two more doctors", **changes: object) -> Answer:
    both = experiments(name, scenario)
    runs = tuple(runs_of(experiment) for experiment in both)
    given = {"question": "What if two more doctors came?", "comparison": compare(*runs), "observed": observed(),
             "faults": ("14 of 45,224 rows were rejected",), "command": "hospital-twin compare x.yaml --seed 1",
             "synthetic": True, **changes}
    return Answer(hospital=both[0].hospital, runs=runs, **given)


def stored(path: Path, name: str = "St Elsewhere", scenario: str = "two more doctors", **changes: object) -> Path:
    """A store with the answer."""
    found = answer(name, scenario, **changes)
    study = Study(found.question, experiments(name, scenario), found.command, found.synthetic, found.faults,
                  found.observed)
    with Store(path) as store:
        study_id = store.begin(study)
        for runs in found.runs:
            for n in range(REPLICATIONS):
                store.keep(study_id, Item(runs.scenario, n), runs.result(n))
        store.finish(study_id, found.comparison, **({} if found.beside is None else {"beside": found.beside}))
    return path
