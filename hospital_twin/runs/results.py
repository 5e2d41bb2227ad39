"""What runs give: the result of one replication, and the results of all of a scenario."""
from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.kpis import KPI_TABLE_COLUMNS
from hospital_twin.runs.experiment import Experiment

EVERYBODY = "everybody present"
"""The place of `Runs.census` that counts all visits in the hospital, also those that wait without a place."""
CENSUS_COLUMNS = {"place": "category", "hour": "int32", "value": "float64"}
_FORMAT = "hospital_twin runs 1"


class Item(NamedTuple):
    """One piece of work: a replication (from 0) of a scenario, by the scenario's name."""

    scenario: str
    replication: int


@dataclass(frozen=True, eq=False)
class Result:
    """What one replication gave.

    kpis: `KpiTable.table`. census: columns ``place`` (units, and `EVERYBODY`), ``hour`` (the how-many-th local hour of
    the run, from 0) and ``value`` (time-weighted mean number of patients), warm-up included.
    """

    kpis: pd.DataFrame
    census: pd.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold; `from_dict` gives the same result back, to the last bit."""
        wide = self.census.pivot(index="place", columns="hour", values="value")
        return {"kpis": {column: _plain(self.kpis[column]) for column in KPI_TABLE_COLUMNS},
                "census": {place: values.tolist() for place, values in zip(wide.index, wide.to_numpy(), strict=True)}}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Result:
        """The result that `to_dict` wrote. Raises `BadInput` when it is something else."""
        try:
            kpis = pd.DataFrame({column: value["kpis"][column] for column in KPI_TABLE_COLUMNS})
            return cls(kpis.astype(KPI_TABLE_COLUMNS), census_table(value["census"]))
        except (KeyError, TypeError, ValueError, AttributeError) as wrong:
            raise BadInput("stored result", f"it is damaged or of another version ({wrong!r})",
                           "what Result.to_dict wrote; delete it and run again") from wrong


def census_table(by_place: Mapping[str, Any]) -> pd.DataFrame:
    """The tidy census from hourly values by place."""
    hours = max((len(values) for values in by_place.values()), default=0)
    places = pd.Categorical.from_codes(np.repeat(np.arange(len(by_place)), hours), pd.Index(list(by_place), dtype=str))
    values = np.concatenate([np.asarray(values, float) for values in by_place.values()]) if by_place else np.zeros(0)
    return pd.DataFrame({"place": places, "hour": np.tile(np.arange(hours), len(by_place)), "value": values}
                        ).astype({"hour": "int32"})


@dataclass(frozen=True, eq=False)
class Runs:
    """The results of several replications of one scenario.

    scenario: its name. says: the scenario in plain words. hospital: its name. days, warm_up_days, seed, starts (ISO
    date): as in the `Experiment`. replications: their numbers, in order.
    kpis: ``replication`` and the columns of `KPI_TABLE_COLUMNS`. census: ``replication`` and `CENSUS_COLUMNS`.
    provenance: `Experiment.pedigree`.
    """

    scenario: str
    says: str
    hospital: str
    days: float
    warm_up_days: float
    seed: int
    starts: str
    replications: tuple[int, ...]
    kpis: pd.DataFrame
    census: pd.DataFrame
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, experiment: Experiment, results: Mapping[int, Result]) -> Runs:
        """The runs of an experiment from the result of each replication; their order does not matter."""
        numbers = tuple(sorted(results))
        return cls(
            scenario=experiment.scenario.name, says=experiment.scenario.sentence(),
            hospital=experiment.hospital.layout.name, days=experiment.days, warm_up_days=experiment.warm_up_days,
            seed=experiment.seed, starts=experiment.first_day().isoformat(), replications=numbers,
            kpis=_stacked({n: results[n].kpis for n in numbers}, KPI_TABLE_COLUMNS),
            census=_stacked({n: results[n].census for n in numbers}, CENSUS_COLUMNS),
            provenance=experiment.pedigree())

    def result(self, replication: int) -> Result:
        """The result of one replication. Raises `BadInput` when it is not among them."""
        if replication not in self.replications:
            raise BadInput(f"runs of {self.scenario}", f"there is no replication {replication}",
                           f"one of {', '.join(map(str, self.replications))}")
        return Result(*(table[table["replication"] == replication].drop(columns="replication").reset_index(drop=True)
                        for table in (self.kpis, self.census)))

    def results(self) -> dict[Item, Result]:
        """Each replication's result, in the form in which `run` takes what is known already."""
        return {Item(self.scenario, n): self.result(n) for n in self.replications}

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold; `from_dict` gives the same runs back, to the last bit."""
        about = {name: getattr(self, name) for name in _ABOUT}
        return {"format": _FORMAT, **about, "provenance": dict(self.provenance),
                "results": {str(n): self.result(n).to_dict() for n in self.replications}}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Runs:
        """The runs that `to_dict` wrote. Raises `BadInput` when it is something else."""
        if not isinstance(value, Mapping) or value.get("format") != _FORMAT:
            raise BadInput("stored runs", "they are not runs, or of another version of hospital_twin", _FORMAT)
        results = {int(n): Result.from_dict(result) for n, result in value["results"].items()}
        return cls(**{name: value[name] for name in _ABOUT}, provenance=value["provenance"],
                   replications=tuple(results),
                   kpis=_stacked({n: r.kpis for n, r in results.items()}, KPI_TABLE_COLUMNS),
                   census=_stacked({n: r.census for n, r in results.items()}, CENSUS_COLUMNS))

    def save(self, path: str | Path) -> Path:
        """Write everything to one compressed JSON file."""
        path = Path(path)
        path.write_bytes(gzip.compress(json.dumps(self.to_dict()).encode(), mtime=0))
        return path

    @classmethod
    def load(cls, path: str | Path) -> Runs:
        """The runs that `save` wrote. Raises `BadInput` when the file is not such."""
        try:
            value = json.loads(gzip.decompress(Path(path).read_bytes()))
        except (OSError, EOFError, ValueError) as wrong:
            raise BadInput(str(path), f"it cannot be read as runs ({wrong})", "a file that Runs.save wrote") from wrong
        return cls.from_dict(value)

    def fingerprint(self) -> str:
        """SHA-256 over everything: equal for equal runs."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()


_ABOUT = ("scenario", "says", "hospital", "days", "warm_up_days", "seed", "starts")


def _plain(column: pd.Series) -> list:
    return [None if pd.isna(value) and isinstance(column.dtype, pd.Int8Dtype) else value for value in column.tolist()]


def _stacked(tables: Mapping[int, pd.DataFrame], columns: Mapping[str, str]) -> pd.DataFrame:
    """Tables of replications one below the other, with their numbers in front."""
    if not tables:
        return pd.DataFrame({"replication": [], **{column: [] for column in columns}}).astype(
            {"replication": "int32", **columns})
    whole = pd.concat(list(tables.values()), ignore_index=True)
    numbers = np.repeat(np.array(list(tables), dtype=np.int32), [len(table) for table in tables.values()])
    whole.insert(0, "replication", numbers)
    return whole.astype(dict(columns))
