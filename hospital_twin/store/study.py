"""`Study`: everything that an answer depends on, and what names it."""
from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import hospital_twin
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import Series
from hospital_twin.runs import Experiment

_ABOVE_RUNS = ("cli", "comparison", "reports", "store", "validation")
_DRAWERS = ("importers", "kpis", "levers", "unit_types")


@cache
def code_sha256() -> str:
    """A hash of the source that makes runs: what another state of it found is never taken for its own."""
    return source_sha256(Path(hospital_twin.__file__).parent)


def source_sha256(root: Path) -> str:
    """A hash of the source in the folder of the program, and of everything that others have put into its drawers."""
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root)
        if name.parts[0] not in _ABOVE_RUNS:
            digest.update(name.as_posix().encode() + b"\0" + path.read_bytes())
    points = [point for drawer in _DRAWERS for point in entry_points(group=f"hospital_twin.{drawer}")]
    for point in sorted(points, key=lambda point: (point.group, point.name)):
        made_by = f"{point.dist.name} {point.dist.version}" if point.dist is not None else ""
        digest.update(f"{point.group} {point.name} = {point.value} {made_by}\0".encode())
        for path in _files(point.module.partition(".")[0]):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(package: str) -> list[Path]:
    """The source of a top-level package or module, found without importing it."""
    spec = find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    if folders:
        return sorted(path for folder in folders for path in Path(folder).rglob("*.py"))
    return [Path(spec.origin)] if spec is not None and spec.origin else []


@dataclass(frozen=True, eq=False)
class Study:
    """One question put to a hospital's twin.

    question: in words. experiments: the baseline first; they differ in their scenario alone.
    command: what recomputes the answer when it is typed. synthetic: the log was generated.
    faults: what was found wrong with the log, a sentence each.
    observed: hourly counts of the log (`eventlog.hourly`), to be shown beside the twin.
    version, code: the program that makes the runs, and a hash of its source.
    Raises `BadInput` for experiments that cannot be compared.
    """

    question: str
    experiments: tuple[Experiment, ...]
    command: str = ""
    synthetic: bool = False
    faults: tuple[str, ...] = ()
    observed: Series | None = None
    version: str = hospital_twin.__version__
    code: str = field(default_factory=code_sha256)

    def __post_init__(self) -> None:
        if not self.experiments:
            raise BadInput("study, experiments", "there are none", "the baseline, and what is compared with it")
        names = [e.scenario.name for e in self.experiments]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise BadInput("study, experiments", f"two are called {twice!r}", "a name of its own for each scenario")
        for other in self.experiments[1:]:
            if replace(other, scenario=self.baseline.scenario) != self.baseline:
                raise BadInput(f"study, experiment {other.scenario.name}", "it differs from the baseline in more than "
                               "its scenario", "the same hospital, days, warm-up, seed, first day and engine")

    @property
    def baseline(self) -> Experiment:
        """What the others are compared with."""
        return self.experiments[0]

    @property
    def id(self) -> str:
        """32 hex digits, the same for the same inputs to the same code; words and observations do not count."""
        one = self.baseline
        inputs = [one.hospital.model_dump_json(by_alias=True), float(one.days), float(one.warm_up_days), one.seed,
                  one.first_day().isoformat(), one.engine, self.version, self.code,
                  [e.scenario.model_dump_json(by_alias=True) for e in self.experiments]]
        return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:32]

    def experiment(self, scenario: str) -> Experiment:
        """The experiment of a scenario. Raises `BadInput` when it is not part of the study."""
        for experiment in self.experiments:
            if experiment.scenario.name == scenario:
                return experiment
        raise BadInput("study", f"there is no scenario {scenario!r} in it",
                       "one of " + ", ".join(e.scenario.name for e in self.experiments))


class Listed(NamedTuple):
    """A study as the store lists it.

    begun, finished: ISO time, UTC; finished is None while its answer is not there.
    items: how many (scenario, replication) are kept. planned: how many are wanted; None where that is not known.
    """

    id: str
    question: str
    hospital: str
    begun: str
    finished: str | None
    version: str
    items: int
    planned: int | None = None
