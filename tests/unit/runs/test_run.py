from __future__ import annotations

import pickle
from dataclasses import replace
from importlib import import_module

import pytest

from hospital_twin.errors import BadInput
from hospital_twin.levers import lever_from
from hospital_twin.runs import Experiment, Item, ReplicationFailed, replicate, run, run_all
from hospital_twin.scenario import Scenario

pytestmark = pytest.mark.unit

replicate_module = import_module("hospital_twin.runs.replicate")
MORE = Scenario(name="more", levers=(lever_from("ed_staffing", pool="ed_doctor", extra=1),))


@pytest.fixture(scope="module")
def experiments(hospital) -> list[Experiment]:
    return [Experiment(hospital, days=1, warm_up_days=0.25), Experiment(hospital, MORE, days=1, warm_up_days=0.25)]


@pytest.fixture(scope="module")
def both(experiments):
    return run_all(experiments, replications=2, workers=1)


def test_every_item_is_kept_and_counted_once(experiments, both):
    kept, told = {}, []
    runs = run_all(experiments, replications=2, workers=1, keep=kept.__setitem__,
                   progress=lambda done, total: told.append((done, total)))
    assert sorted(kept) == [Item("baseline", 0), Item("baseline", 1), Item("more", 0), Item("more", 1)]
    assert told == [(n, 4) for n in range(5)]
    assert [one.scenario for one in runs] == ["baseline", "more"]
    assert runs[1].says == "+1 ED doctor"
    assert [one.fingerprint() for one in runs] == [one.fingerprint() for one in both]
    assert runs[0].fingerprint() != runs[1].fingerprint()


def test_what_is_known_is_not_made_again(experiments, both):
    known = both[0].results() | {Item("more", 1): both[1].result(1)}
    made = []
    runs = run_all(experiments, replications=2, workers=1, known=known, keep=lambda item, _: made.append(item))
    assert made == [Item("more", 0)]
    assert [one.fingerprint() for one in runs] == [one.fingerprint() for one in both]


def test_patients_met_once_are_measured_after_another_warm_up_without_being_simulated(experiments, both, tmp_path,
                                                                                     monkeypatch):
    pilot = replace(experiments[0], warm_up_days=0)
    plain = run(pilot, replications=2, workers=1)
    assert run(pilot, replications=2, workers=1, logs=tmp_path, keep_logs=True).fingerprint() == plain.fingerprint()
    simulated = []
    monkeypatch.setattr(replicate_module, "_engine", lambda name: simulated.append(name) or (lambda *_, **__: None))
    again = run(experiments[0], replications=2, workers=1, logs=tmp_path)
    assert (again.fingerprint(), simulated) == (both[0].fingerprint(), [])


def test_only_the_logs_of_the_same_patients_are_taken(experiments, both, tmp_path):
    other = replace(experiments[0], seed=2, warm_up_days=0)
    run(other, replications=2, workers=1, logs=tmp_path, keep_logs=True)
    runs = run_all(experiments, replications=2, workers=1, logs=tmp_path)
    assert [one.fingerprint() for one in runs] == [one.fingerprint() for one in both]
    assert len(list(tmp_path.rglob("*.log"))) == 2


def test_more_replications_keep_the_first_ones(experiments, both):
    more = run(experiments[0], replications=3, workers=1)
    assert more.result(0).kpis.equals(both[0].result(0).kpis)
    assert run(experiments[0], replications=[2], workers=1).result(2).kpis.equals(more.result(2).kpis)


def test_a_replication_that_fails_is_named_and_the_others_are_kept(endless):
    experiment = Experiment(endless, days=1)
    kept = []
    with pytest.raises(ReplicationFailed) as failed:
        run(experiment, replications=20, workers=1, keep=lambda item, _: kept.append(item.replication))
    assert failed.value.scenario == "baseline"
    assert kept == list(range(failed.value.replication))
    assert kept
    assert f"scenario baseline, replication {failed.value.replication}: " in str(failed.value)
    assert "without taking time" in str(failed.value)
    assert type(failed.value.__cause__).__name__ == "EndlessInstant"
    assert isinstance(failed.value, BadInput)
    assert failed.value.where == "Roundabout: pathways.visit.1 (do: turn)"
    assert str(pickle.loads(pickle.dumps(failed.value))) == str(failed.value)  # noqa: S301 - workers send it so
    with pytest.raises(ReplicationFailed, match=f"replication {failed.value.replication}: "):
        replicate(experiment, failed.value.replication)


def test_a_fault_of_the_program_is_not_said_to_be_one_of_the_hospital(experiments, monkeypatch):
    def broken(log: object, warm_up_days: float) -> None:
        raise TypeError("a bug")
    monkeypatch.setattr(replicate_module, "measured", broken)
    with pytest.raises(TypeError, match="a bug") as wrong:
        replicate(experiments[0], 3)
    assert wrong.value.__notes__ == [f"in scenario {experiments[0].scenario.name}, replication 3"]


def test_an_exception_in_progress_ends_the_run_and_is_not_renamed(experiments):
    kept = []

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        run_all(experiments, replications=5, workers=1, keep=lambda item, _: kept.append(item), progress=stop)
    assert len(kept) == 2


def test_what_cannot_be_run_is_refused_before_anything_runs(hospital, experiments):
    elsewhere = Scenario(name="x", levers=(lever_from("beds", unit="moon", change=1),))
    faults = [
        ({"experiments": [experiments[0], experiments[0]]}, "two are called 'baseline'"),
        ({"replications": 0}, "at least one"),
        ({"replications": [-1]}, "numbered from 0"),
        ({"workers": 0}, "1 or more"),
        ({"experiments": [experiments[0], Experiment(hospital, elsewhere)]}, "no unit 'moon'"),
    ]
    for fields, words in faults:
        kept = []
        with pytest.raises(BadInput, match=words):
            run_all(**{"experiments": experiments, "replications": 1, "workers": 1, **fields},
                    keep=lambda item, _, kept=kept: kept.append(item))
        assert not kept


@pytest.mark.parametrize("odd", [1.5, "2", None, True, [0, 1.0], ["1"]])
def test_replications_that_are_no_numbers_are_refused(experiments, odd):
    with pytest.raises(BadInput, match="run, replications"):
        run(experiments[0], replications=odd)
