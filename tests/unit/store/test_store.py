from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hospital_twin
from hospital_twin.comparison import compare
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import Series
from hospital_twin.hospital import Pedigree
from hospital_twin.runs import Experiment, Item, Result, Runs
from hospital_twin.scenario import Scenario
from hospital_twin.store import Store, Study
from hospital_twin.store.study import code_sha256, source_sha256

pytestmark = pytest.mark.unit

FIRST, SECOND, OTHER = Item("baseline", 0), Item("baseline", 1), Item("one more bay", 0)


def same(one: Result, other: Result) -> bool:
    pd.testing.assert_frame_equal(one.kpis, other.kpis, check_exact=True)
    pd.testing.assert_frame_equal(one.census, other.census, check_exact=True)
    return True


def test_a_result_comes_back_to_the_last_bit(store: Store, study: Study, made_up: Callable[..., Result]):
    name = store.begin(study)
    results = {SECOND: made_up(2), FIRST: made_up(1), OTHER: made_up(3)}
    for item, result in results.items():
        store.keep(name, item, result)
    known = store.known(name)
    assert known.keys() == results.keys()
    assert all(same(known[item], results[item]) for item in results)
    assert store.known(name, "one more bay").keys() == {OTHER}


def test_runs_are_those_that_the_results_make(store: Store, study: Study, made_up: Callable[..., Result]):
    name = store.begin(study)
    for item in (SECOND, FIRST, OTHER):
        store.keep(name, item, made_up(item.replication))
    expected = Runs.of(study.experiments[0], {0: made_up(0), 1: made_up(1)})
    assert store.runs(name, "baseline").fingerprint() == expected.fingerprint()
    assert store.runs(name, "one more bay").says == "+1 bed in bays"


def test_kept_twice_is_there_once(store: Store, study: Study, made_up: Callable[..., Result]):
    name = store.begin(study)
    for seed in (5, 5, 6):
        store.keep(name, FIRST, made_up(seed))
    assert same(store.known(name)[FIRST], made_up(6))
    assert store.studies()[0].items == 1


def test_how_many_are_wanted_is_listed(store: Store, study: Study):
    store.begin(study)
    assert store.studies()[0].planned is None
    store.begin(study, 90)
    assert (store.studies()[0].items, store.studies()[0].planned) == (0, 90)
    store.begin(study, 120)
    assert store.studies()[0].planned == 120


def test_two_studies_do_not_mix(store: Store, study: Study, made_up: Callable[..., Result]):
    other = replace(study, experiments=tuple(replace(e, seed=2) for e in study.experiments))
    names = store.begin(study), store.begin(other)
    assert names[0] != names[1]
    store.keep(names[0], FIRST, made_up(1))
    assert store.known(names[1]) == {}
    assert [listed.id for listed in store.studies()] == [names[1], names[0]]


@pytest.mark.parametrize("change", [
    {"days": 3}, {"warm_up_days": 1}, {"seed": 7}, {"starts": pd.Timestamp("2026-01-01").date()}])
def test_other_inputs_are_another_study(study: Study, change: dict):
    other = replace(study, experiments=tuple(replace(e, **change) for e in study.experiments))
    assert other.id != study.id


def test_another_state_of_the_program_is_another_study(study: Study):
    assert replace(study, code="0" * 64).id != study.id
    assert replace(study, version="9.9").id != study.id
    assert replace(study, experiments=study.experiments[:1]).id != study.id


def copied(folder: Path) -> Path:
    """The source of the program in a folder of its own."""
    root = folder / "hospital_twin"
    shutil.copytree(Path(hospital_twin.__file__).parent, root, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def test_changed_source_finds_nothing_of_what_was_kept(tmp_path: Path, store: Store, study: Study,
                                                       made_up: Callable[..., Result]):
    assert source_sha256(Path(hospital_twin.__file__).parent) == code_sha256.__wrapped__()
    root = copied(tmp_path)
    study = replace(study, code=source_sha256(root))
    name = store.begin(study)
    store.keep(name, FIRST, made_up(1))
    for file, counts in (("reports/weeks.py", False), ("engines/simpy_engine.py", True)):
        with (root / file).open("a", encoding="utf-8") as source:
            source.write("\n# changed\n")
        changed = replace(study, code=source_sha256(root))
        assert (changed.id != name) is counts, file
    assert store.known(store.begin(changed)) == {}


@pytest.mark.parametrize(("file", "point"), [("north_levers.py", "north_levers:LEVER"),
                                             ("north_levers/beds.py", "north_levers.beds:LEVER")])
def test_what_others_put_into_a_drawer_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, point: str):
    root, site = copied(tmp_path), tmp_path / "site"
    about, source = site / "north-1.0.dist-info", site / file
    about.mkdir(parents=True)
    source.parent.mkdir(exist_ok=True)
    for path in source.parents:
        if path != site and path.is_relative_to(site):
            (path / "__init__.py").touch()
    (about / "entry_points.txt").write_text(f"[hospital_twin.levers]\nnorth = {point}\n")
    hashes = [source_sha256(root)]
    monkeypatch.syspath_prepend(str(site))
    for version, text in (("1.0", "LEVER = 1"), ("1.0", "LEVER = 2"), ("1.1", "LEVER = 2")):
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: north\nVersion: {version}\n")
        source.write_text(text)
        hashes.append(source_sha256(root))
    assert len(set(hashes)) == 4
    assert source_sha256(root) == hashes[-1]


def test_begun_again_it_is_the_same_study_with_its_new_words(store: Store, study: Study,
                                                             made_up: Callable[..., Result]):
    name = store.begin(study)
    store.keep(name, FIRST, made_up(1))
    again = replace(study, question="And now?", faults=())
    assert store.begin(again) == name
    assert store.known(name).keys() == {FIRST}
    assert (store.study(name).question, store.study(name).faults) == ("And now?", ())
    assert len(store.studies()) == 1


def test_a_study_comes_back_as_it_was_begun(store: Store, study: Study):
    log = Pedigree(name="log.csv", sha256="ab" * 32, start="2024-01-01", end="2025-01-01", visits=9, version="0.1.0")
    fitted = study.baseline.hospital.model_copy(update={"fitted_on": log, "not_fitted": ("cleaning",)})
    study = replace(study, synthetic=True, experiments=tuple(replace(e, hospital=fitted, seed=2**63 - 1)
                                                             for e in study.experiments))
    found = store.study(store.begin(study))
    assert found.id == study.id
    assert found.experiments == study.experiments
    assert (found.question, found.command, found.synthetic, found.faults) == (
        study.question, study.command, True, study.faults)


def test_hourly_counts_of_the_log_come_back(store: Store, study: Study):
    hours = pd.date_range("2025-03-29 23:00", periods=30, freq="h", tz="UTC").as_unit("us")
    table = pd.DataFrame({"place": "bays", "quantity": "census", "from": hours, "to": hours + pd.Timedelta(hours=1),
                          "value": np.random.default_rng(3).random(30)})
    counts = Series.of(table, time_zone="Europe/Copenhagen")
    found = store.study(store.begin(replace(study, observed=counts))).observed
    assert found is not None
    assert found.fingerprint() == counts.fingerprint()
    assert found.time_zone == "Europe/Copenhagen"


def test_the_latest_is_the_finished_one_begun_last(store: Store, study: Study):
    assert store.latest() is None
    other = replace(study, experiments=tuple(replace(e, seed=2) for e in study.experiments))
    first, second = store.begin(study), store.begin(other)
    assert store.latest() is None
    store.finish(first)
    assert store.latest() == first
    store.finish(second)
    assert store.latest() == second
    store.begin(study)
    assert store.latest() == first


def test_tables_come_back_with_their_types(store: Store, study: Study):
    table = pd.DataFrame({"kpi": ["a", "b"], "hour": pd.array([None, 3], dtype="Int8"), "low": [0.1 + 0.2, np.nan],
                          "place": pd.Categorical(["x", "y"]), "at": pd.to_datetime(["2025-01-01", None], utc=True)})
    name = store.begin(study)
    store.finish(name, beside=table)
    pd.testing.assert_frame_equal(store.table(name, "beside"), table, check_exact=True)
    assert store.table(name, "other") is None
    assert store.comparison(name) is None


def test_a_comparison_comes_back_whole(store: Store, study: Study, made_up: Callable[..., Result]):
    name = store.begin(study)
    sides = [Runs.of(e, {n: made_up(10 * i + n) for n in range(3)}) for i, e in enumerate(study.experiments)]
    given = compare(*sides)
    store.finish(name, given)
    found = store.comparison(name)
    assert found is not None
    pd.testing.assert_frame_equal(found.table, given.table, check_exact=True)
    assert (found.sentence(), found.note(), found.cautions) == (given.sentence(), given.note(), given.cautions)


def test_what_is_not_there_is_named(store: Store, study: Study, made_up: Callable[..., Result]):
    with pytest.raises(BadInput, match="no study 'x'"):
        store.study("x")
    with pytest.raises(BadInput, match="no study 'x'"):
        store.known("x")
    with pytest.raises(BadInput, match="has no scenario 'baseline'"):
        store.keep("x", FIRST, made_up(1))
    name = store.begin(study)
    with pytest.raises(BadInput, match="has no scenario 'closed'"):
        store.keep(name, Item("closed", 0), made_up(1))
    with pytest.raises(BadInput, match="no replication of 'baseline' is finished"):
        store.runs(name, "baseline")
    with pytest.raises(BadInput, match="there is no scenario 'closed'"):
        store.runs(name, "closed")


def test_what_cannot_be_compared_is_no_study(study: Study):
    with pytest.raises(BadInput, match="there are none"):
        Study("?", ())
    with pytest.raises(BadInput, match="two are called 'baseline'"):
        Study("?", (study.baseline, study.baseline))
    with pytest.raises(BadInput, match="more than its scenario"):
        Study("?", (study.baseline, Experiment(study.baseline.hospital, Scenario(name="later"), days=5)))


def test_a_store_is_found_again_by_path_and_by_address(tmp_path: Path, study: Study, made_up: Callable[..., Result]):
    with Store(tmp_path / "twin.db") as first:
        name = first.begin(study)
        first.keep(name, FIRST, made_up(1))
    with Store(f"sqlite:///{tmp_path / 'twin.db'}") as second:
        assert same(second.known(name)[FIRST], made_up(1))
    assert [path.name for path in tmp_path.iterdir()] == ["twin.db"]
