"""`Experiment`: everything that fixes what a run will find, but for the number of replications."""
from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from numbers import Integral, Real
from typing import Any

from hospital_twin.errors import BadInput
from hospital_twin.hospital import Hospital
from hospital_twin.program.calendar import LONGEST_DAYS
from hospital_twin.scenario import BASELINE, Scenario
from hospital_twin.unit_types import expanded

GREATEST_SEED = 2**63 - 1
"""So that tables and stores hold it as a whole number."""


@dataclass(frozen=True)
class Experiment:
    """One scenario of one hospital over one window.

    days: length of a replication; warm_up_days: its first part, which is not measured, at most half of it.
    seed: a whole number from 0 to 2^63 - 1; replications of scenarios with one seed meet the same patients.
    starts: first day, local midnight; by default the layout's. engine: which engine simulates (`runs.ENGINES`).
    Raises `BadInput` for numbers that make no run.
    """

    hospital: Hospital
    scenario: Scenario = BASELINE
    days: float = 60
    warm_up_days: float = 0
    seed: int = 1
    starts: date | None = None
    engine: str = "reference"

    def __post_init__(self) -> None:
        for name, length in (("days", self.days), ("warm-up", self.warm_up_days)):
            if isinstance(length, bool) or not isinstance(length, Real):
                raise BadInput(f"experiment, {name}", f"{length!r} is not a number", "a number of days")
        if isinstance(self.seed, bool) or not isinstance(self.seed, Integral):
            raise BadInput("experiment, seed", f"{self.seed!r} is not a whole number", "a whole number from 0")
        object.__setattr__(self, "days", float(self.days))
        object.__setattr__(self, "warm_up_days", float(self.warm_up_days))
        object.__setattr__(self, "seed", int(self.seed))
        if not self.days > 0:
            raise BadInput("experiment, days", f"it is {self.days}", "more than 0")
        if self.days > LONGEST_DAYS:
            raise BadInput("experiment, days", f"it is {self.days:g}", f"at most {LONGEST_DAYS:,}")
        if not self.warm_up_days >= 0:
            raise BadInput("experiment, warm-up", f"it is {self.warm_up_days} days", "0 or more")
        if self.warm_up_days > self.days / 2:
            raise BadInput("experiment, warm-up", f"{self.warm_up_days:g} of {self.days:g} days are warm-up, so that "
                           "less is measured than thrown away", f"a run of at least {2 * self.warm_up_days:g} days")
        if self.seed < 0:
            raise BadInput("experiment, seed", f"it is {self.seed}", "a whole number from 0")
        if self.seed > GREATEST_SEED:
            raise BadInput("experiment, seed", f"it is {self.seed:.3g}", f"at most {GREATEST_SEED:,}")

    def first_day(self) -> date:
        """The local day at whose midnight it starts."""
        return self.starts or self.hospital.layout.starts

    def changed_hospital(self) -> Hospital:
        """The hospital after the scenario's levers."""
        return self.scenario.apply(self.hospital)

    def pedigree(self) -> dict[str, Any]:
        """What the results can be recomputed from, as plain values; equal for equal experiments."""
        from hospital_twin import __version__
        layout = self.hospital.layout
        return {"version": __version__, "engine": self.engine, "time_zone": layout.time_zone,
                "hospital_sha256": fingerprint(self.hospital),
                "fitted_on": self.hospital.fitted_on.model_dump() if self.hospital.fitted_on else None,
                "scenario": self.scenario.model_dump(mode="json", by_alias=True)}

    def key(self) -> str:
        """SHA-256 of all that decides the result of a replication: under it finished ones can be kept."""
        about = {**self.pedigree(), "days": self.days, "warm_up_days": self.warm_up_days, "seed": self.seed,
                 "starts": self.first_day().isoformat()}
        return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def fingerprint(hospital: Hospital) -> str:
    """SHA-256 of a hospital: equal for equal layouts, numbers and pedigrees.

    Of the layout filled in by its unit types, for what a unit leaves out and what it says may look alike.
    """
    whole = hospital.model_copy(update={"layout": expanded(hospital.layout)})
    return hashlib.sha256(whole.model_dump_json(by_alias=True).encode()).hexdigest()
