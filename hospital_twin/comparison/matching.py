"""Runs that may be put side by side: alike in all but their scenario."""
from __future__ import annotations

from collections.abc import Sequence

from hospital_twin.errors import BadInput
from hospital_twin.runs import Runs


def check_alike(baseline: Runs, others: Sequence[Runs]) -> None:
    """Raises `BadInput` for the first way in which runs differ and must not."""
    names = [runs.scenario for runs in (baseline, *others)]
    for other in others:
        where = f"comparison of {baseline.scenario} and {other.scenario}"
        if names.count(other.scenario) > 1:
            raise BadInput(where, f"two runs are called {other.scenario!r}", "a name of its own for each scenario")
        if other.hospital != baseline.hospital:
            raise BadInput(where, f"one is of {baseline.hospital}, the other of {other.hospital}",
                           "runs of one hospital")
        if other.provenance.get("hospital_sha256") != baseline.provenance.get("hospital_sha256"):
            raise BadInput(where, f"{baseline.hospital} had other numbers in one of them (a new layout or calibration)",
                           "both run anew, so that only the scenario differs")
        if other.provenance.get("version") != baseline.provenance.get("version"):
            raise BadInput(where, "different versions of hospital_twin made them", "both run anew by one version")
        if other.starts != baseline.starts:
            raise BadInput(where, f"one starts on {baseline.starts}, the other on {other.starts}", "the same first day")
        if other.days != baseline.days:
            raise BadInput(where, f"one covers {baseline.days:g} days, the other {other.days:g}", "the same horizon")
        if other.warm_up_days != baseline.warm_up_days:
            raise BadInput(where, f"one leaves out {baseline.warm_up_days:g} days of warm-up, the other "
                           f"{other.warm_up_days:g}", "the same warm-up")
        if other.seed != baseline.seed:
            raise BadInput(where, f"one has seed {baseline.seed}, the other {other.seed}, so that they met other "
                           "patients", "the same seed")
