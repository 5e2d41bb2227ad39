"""Workers: the same results for any number of them, and none left behind."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hospital_twin.errors import BadInput
from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout
from hospital_twin.levers import lever_from
from hospital_twin.runs import Experiment, Item, ReplicationFailed, run, run_all
from hospital_twin.runs.replicate import Prepared
from hospital_twin.runs.workers import Crew, ProgramFault
from hospital_twin.scenario import Scenario

pytestmark = pytest.mark.integration

LAYOUT = """
name: Two bays
attributes: {acuity: [1, 2]}
staff: {ed_doctor: {on_duty: {"08:00-20:00": 2, "20:00-08:00": 1}, role: doctor}}
units:
  bays: {kind: ed, places: 5}
  ward: {type: ward, places: 6}
sources:
  walk_in: {pathway: visit, rate: 2, ceiling: 6, day_factor_sd: 0.1, sets: {acuity: {draw: {1: 0.1, 2: 0.9}}}}
pathways:
  visit:
    - {move: in, to: bays}
    - do: see
      by: ed_doctor
      takes: {by: acuity, of: {1: "lognormal(median 31.7 min, p90 70.3 min)", 2: "gamma(mean 0.3 h, sd 0.1 h)"}}
    - branch: admit
      options: [{chance: 0.1, then: [{move: up, to: ward}, {stay: heal, takes: exponential(mean 1.3 d)}]}, {}]
    - {leave: out, as: home}
"""
SCRIPT = """
import sys
from hospital_twin import Experiment, read_hospital, run
runs = run(Experiment(read_hospital(sys.argv[1]), days=2), replications=3, workers=2,
           keep=lambda item, result: print("kept", item.replication, flush=True))
print(runs.fingerprint())
"""


def children() -> list[str]:
    """Process ids of workers that this test's process started."""
    found = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "pid=,args="], capture_output=True, text=True,
                           check=False).stdout
    return [line.split()[0] for line in found.splitlines() if "hospital_twin.runs" in line]


@pytest.fixture(scope="module")
def layout_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("layout") / "two_bays.yaml"
    path.write_text(LAYOUT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def experiments(layout_file) -> list[Experiment]:
    from hospital_twin.hospital import read_hospital
    hospital = read_hospital(layout_file)
    more = Scenario(name="more", levers=(lever_from("beds", unit="ward", change=2),))
    return [Experiment(hospital, scenario, days=2, warm_up_days=1) for scenario in (Scenario(name="as is"), more)]


def test_results_are_the_same_for_any_number_of_workers(experiments):
    alone = run_all(experiments, replications=3, workers=1)
    order, told = [], []
    together = run_all(experiments, replications=3, workers=3, keep=lambda item, _: order.append(item),
                       progress=lambda done, total: told.append(done))
    assert [one.fingerprint() for one in together] == [one.fingerprint() for one in alone]
    assert len(set(order)) == 6
    assert told == list(range(7))
    assert not children()


def test_a_script_needs_no_main_guard(layout_file, experiments, tmp_path):
    script = tmp_path / "what_if.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run([sys.executable, str(script), str(layout_file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *kept, fingerprint = done.stdout.split("\n")[:-1]
    assert sorted(kept) == ["kept 0", "kept 1", "kept 2"]
    assert fingerprint == run(Experiment(experiments[0].hospital, days=2), replications=3, workers=1).fingerprint()
    assert not done.stderr


def test_a_failing_replication_is_named(tmp_path):
    hospital = Hospital.of(Layout.model_validate({
        "name": "Roundabout", "sources": {"walk_in": {"pathway": "visit", "rate": 1, "ceiling": 1}},
        "pathways": {"visit": [{"do": "turn", "takes": "0 min"}, {"repeat": "again", "from": "turn", "if": "hour >= 0"},
                               {"leave": "out", "as": "home"}]}}))
    with pytest.raises(BadInput, match=r"scenario baseline, replication [01]: .*without taking time"):
        run(Experiment(hospital, days=1), replications=2, workers=2)
    assert not children()


def test_a_fault_of_the_program_comes_with_the_workers_traceback(experiments):
    broken = Prepared.of(experiments[0])
    object.__setattr__(broken, "program", None)
    with pytest.raises(ProgramFault, match="in scenario as is, replication 0") as wrong:
        list(Crew({"baseline": broken}, 1).finished([Item("baseline", 0)]))
    assert "AttributeError" in str(wrong.value)
    assert not children()


def test_a_killed_worker_is_told_and_no_worker_is_left(experiments):
    kept = []

    def kill_one(item, result) -> None:
        kept.append(item)
        if len(kept) == 1:
            os.kill(int(children()[0]), signal.SIGKILL)
    with pytest.raises(ReplicationFailed, match="ended without an answer") as failed:
        run_all(experiments, replications=200, workers=2, keep=kill_one)
    assert (failed.value.scenario, failed.value.replication) not in kept
    assert not children()


def test_an_exception_ends_the_workers(experiments):
    def stop(done: int, total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_all(experiments, replications=500, workers=2, progress=stop)
    assert not children()
    assert time.monotonic() - begun < 30


def test_control_c_ends_a_run_and_its_workers(layout_file, tmp_path):
    script = tmp_path / "long.py"
    script.write_text(SCRIPT.replace("replications=3", "replications=2000"), encoding="utf-8")
    process = subprocess.Popen([sys.executable, str(script), str(layout_file)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout.readline().startswith("kept")
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode != 0
    assert errors.count("KeyboardInterrupt") == 1
    left = subprocess.run(["ps", "-s", str(process.pid), "-o", "pid="], capture_output=True, text=True, check=False)
    assert not left.stdout.strip()
