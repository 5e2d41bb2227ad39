"""A run that is killed goes on where it stopped, and ends with the figures of an unbroken one."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout
from hospital_twin.levers import lever_from
from hospital_twin.runs import Experiment, run_all
from hospital_twin.scenario import Scenario
from hospital_twin.store import Store, Study

pytestmark = pytest.mark.integration

REPLICATIONS = 6
LAYOUT = {
    "name": "Two bays", "time_zone": "Europe/London",
    "staff": {"ed_doctor": {"on_duty": 2, "role": "doctor"}},
    "units": {"bays": {"kind": "ed", "places": 5}},
    "sources": {"walk_in": {"pathway": "visit", "rate": 4, "ceiling": 6}},
    "pathways": {"visit": [{"move": "in", "to": "bays"},
                           {"do": "see", "by": "ed_doctor", "takes": "exponential(mean 25 min)"},
                           {"leave": "out", "as": "home"}]},
}
CHILD = """
import sys
from test_killed_run import REPLICATIONS, Store, study, run_all
with Store(sys.argv[1]) as store:
    name = store.begin(study())
    def keep(item, result):
        store.keep(name, item, result)
        print(*item, flush=True)
    run_all(study().experiments, replications=REPLICATIONS, workers=int(sys.argv[2]), keep=keep,
            known=store.known(name))
"""


def study() -> Study:
    hospital = Hospital.of(Layout.model_validate(LAYOUT))
    more = Scenario(name="more", levers=(lever_from("ed_staffing", pool="ed_doctor", extra=1),))
    return Study("Would a doctor more help?", tuple(Experiment(hospital, scenario, days=8, warm_up_days=1)
                                                    for scenario in (Scenario(name="baseline"), more)),
                 code="the same")


def started(path: Path, workers: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", CHILD, str(path), str(workers)], text=True, stdout=subprocess.PIPE,
                            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)}, start_new_session=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_and_resumed(tmp_path: Path, workers: int):
    child = started(tmp_path / "twin.db", workers)
    told = [child.stdout.readline() for _ in range(3)]
    os.killpg(child.pid, signal.SIGKILL)
    told += child.stdout.readlines()
    assert child.wait() == -signal.SIGKILL
    whole = [line for line in told if line.endswith("\n")]
    assert 3 <= len(whole) < 2 * REPLICATIONS

    with Store(tmp_path / "twin.db") as store:
        name = store.begin(study())
        known = store.known(name)
        # What was told was kept; one more may have been kept and not yet told.
        assert {f"{item.scenario} {item.replication}\n" for item in known} >= set(whole)
        assert len(known) <= len(whole) + 1
        made = []
        resumed = run_all(study().experiments, replications=REPLICATIONS, workers=1, known=known,
                          keep=lambda item, result: (made.append(item), store.keep(name, item, result)))
        assert not known.keys() & set(made)
        assert len(known) + len(made) == 2 * REPLICATIONS
        stored = [store.runs(name, e.scenario.name) for e in study().experiments]
    unbroken = run_all(study().experiments, replications=REPLICATIONS, workers=1)
    expected = [runs.fingerprint() for runs in unbroken]
    assert [runs.fingerprint() for runs in resumed] == expected
    assert [runs.fingerprint() for runs in stored] == expected


def test_two_programs_share_a_store(tmp_path: Path):
    children = [started(tmp_path / "twin.db", 1) for _ in range(2)]
    assert [child.communicate(timeout=120) and child.returncode for child in children] == [0, 0]
    with Store(tmp_path / "twin.db") as store:
        assert [listed.items for listed in store.studies()] == [2 * REPLICATIONS]
