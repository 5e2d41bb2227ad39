"""Whatever hospital is written down: the laws hold, the same seed is the same log, and a snapshot loses nothing."""
from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hospital_twin.engines.flow import RunFailed
from hospital_twin.engines.simpy_engine import pause, simulate
from hospital_twin.engines.snapshot import Snapshot
from tests.checks import checked_run
from tests.hospitals import hospitals
from tests.tiny import MINUTE, program_of

pytestmark = pytest.mark.integration

BIG = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example, HealthCheck.filter_too_much)


# Shrinking takes longer than reading. The same hospitals each time; tests/verify draws others, and many more.
@settings(max_examples=60, derandomize=True, suppress_health_check=BIG, phases=[Phase.generate])
@given(hospitals(), st.integers(0, 1500))
def test_laws_seeds_and_snapshots(hospital: dict[str, Any], minute: int):
    laws_seeds_and_snapshots(hospital, minute)


def laws_seeds_and_snapshots(hospital: dict[str, Any], minute: int) -> None:
    """What has to hold for one hospital, stopped and resumed at one minute."""
    program = program_of(hospital)
    failed = None
    try:
        log = checked_run(program, seed=1)
    except RunFailed as wrong:  # somebody can never be given what is asked for
        failed = wrong
    if failed:
        assert "no unit that it asks for admits" in failed.problem or (
            program.drain and "never leave" in failed.problem)
        with pytest.raises(RunFailed, match=re.escape(str(failed))):
            simulate(program, seed=1)
        return
    assert simulate(program, seed=1).fingerprint() == log.fingerprint()
    with TemporaryDirectory() as folder:
        pause(program, seed=1, at=minute * MINUTE).save(Path(folder) / "snapshot.gz")
        resumed = checked_run(program, seed=1, resume=Snapshot.load(Path(folder) / "snapshot.gz"))
    assert resumed.fingerprint() == log.fingerprint()
