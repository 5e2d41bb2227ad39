"""One replication: simulate, measure, forget the log."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog, StepCurve, hourly, local_hours, visits
from hospital_twin.eventlog.clock import ticks
from hospital_twin.kpis import compute_kpis
from hospital_twin.program import Program, compile_program
from hospital_twin.runs.experiment import Experiment
from hospital_twin.runs.results import EVERYBODY, Item, Result, census_table

ENGINES: Mapping[str, str] = MappingProxyType({"reference": "hospital_twin.engines.simpy_engine:simulate"})
"""Engine → its ``simulate(program, *, seed, replication) -> EventLog``."""


class ReplicationFailed(RuntimeError):  # noqa: N818 - it is named by what happened
    """A replication could not be finished (a worker was killed, say): its scenario, its number, and why."""

    def __init__(self, scenario: str, replication: int, reason: str):
        super().__init__(scenario, replication, reason)
        self.scenario, self.replication, self.reason = scenario, replication, reason

    def __str__(self) -> str:
        return f"scenario {self.scenario}, replication {self.replication}: {self.reason}"


class HospitalFailed(ReplicationFailed, BadInput):
    """A replication came to what its hospital leaves open, or makes impossible: bad input that only a run shows."""

    def __init__(self, scenario: str, replication: int, where: str, problem: str, expected: str):
        fault = BadInput(where, problem, expected)
        super().__init__(scenario, replication, str(fault))
        self.where, self.problem, self.expected = where, problem, expected
        self.args = (scenario, replication, where, problem, expected)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A scenario's hospital compiled for one window: any worker can simulate it.

    logs: folder from which the log of a replication is taken when it is there; None for none. keep_logs: put it there
    when it is not.
    """

    scenario: str
    program: Program
    warm_up_days: float
    seed: int
    engine: str
    logs: Path | None = None
    keep_logs: bool = False

    @classmethod
    def of(cls, experiment: Experiment, logs: Path | None = None, *, keep_logs: bool = False) -> Self:
        """Apply the levers and compile. Raises `BadInput`.

        logs: folder of the logs of all experiments; those that differ in the warm-up alone, of which no engine knows,
        have the same.
        """
        if experiment.engine not in ENGINES:
            raise BadInput("experiment, engine", f"there is no engine {experiment.engine!r}",
                           "one of " + ", ".join(ENGINES))
        program = compile_program(experiment.changed_hospital(), starts=experiment.first_day(), days=experiment.days)
        return cls(experiment.scenario.name, program, experiment.warm_up_days, experiment.seed, experiment.engine,
                   logs / replace(experiment, warm_up_days=0).key() if logs else None, keep_logs)

    def replicate(self, replication: int) -> Result:
        """One replication. Raises `HospitalFailed`."""
        with _Naming(Item(self.scenario, replication)):
            return measured(self._log(replication), self.warm_up_days)

    def _log(self, replication: int) -> EventLog:
        kept = self.logs / f"{replication}.log" if self.logs else None
        if kept and kept.exists():
            return EventLog.load(kept)
        log = _engine(self.engine)(self.program, seed=self.seed, replication=replication)
        if kept and self.keep_logs:
            kept.parent.mkdir(exist_ok=True)
            log.save(kept)
        return log


def replicate(experiment: Experiment, replication: int) -> Result:
    """One replication of an experiment alone, as `run` would make it."""
    return Prepared.of(experiment).replicate(replication)


def measured(log: EventLog, warm_up_days: float = 0) -> Result:
    """The KPIs of a log after its warm-up, and its hourly census."""
    kpis = compute_kpis(log, warm_up=pd.Timedelta(days=warm_up_days)).table
    table = hourly(log, ("census",)).table
    by_place = {unit: table.loc[table["place"].eq(unit), "value"].to_numpy() for unit in log.units}
    cells = local_hours(log.start, log.end, log.time_zone)
    there = visits(log)
    present = StepCurve.of_intervals(ticks(there["arrive"]), ticks(there["leave"]))
    return Result(kpis, census_table({**by_place, EVERYBODY: present.integral(cells.edges) / cells.hours}))


def _engine(name: str) -> Callable[..., EventLog]:
    module, function = ENGINES[name].split(":")
    return getattr(import_module(module), function)


class _Naming:
    """Says of whatever goes wrong inside in which replication it did, so that it can be run again alone.

    What is no fault of the hospital is one of the program, and stays what it is.
    """

    def __init__(self, item: Item):
        self.item = item

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if isinstance(error, BadInput):
            raise HospitalFailed(*self.item, error.where, error.problem, error.expected) from error
        if isinstance(error, Exception):
            error.add_note(f"in scenario {self.item.scenario}, replication {self.item.replication}")
