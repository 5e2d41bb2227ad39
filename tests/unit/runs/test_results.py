from __future__ import annotations

import gzip
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import mean_occupied
from hospital_twin.kpis import KPI_TABLE_COLUMNS, compute_kpis
from hospital_twin.runs import EVERYBODY, Experiment, Item, Result, Runs, replicate, run
from hospital_twin.runs.replicate import Prepared, measured
from hospital_twin.runs.results import census_table

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def experiment(hospital) -> Experiment:
    return Experiment(hospital, days=4, warm_up_days=1, seed=9)


@pytest.fixture(scope="module")
def runs(experiment) -> Runs:
    return run(experiment, replications=3, workers=1)


def test_runs_say_what_they_are(runs, experiment):
    assert (runs.scenario, runs.says, runs.hospital) == ("baseline", "baseline", "One bay")
    assert (runs.days, runs.warm_up_days, runs.seed, runs.starts) == (4, 1, 9, "2025-03-29")
    assert runs.replications == (0, 1, 2)
    assert runs.provenance["scenario"] == {"name": "baseline", "description": "", "levers": []}
    assert len(runs.provenance["hospital_sha256"]) == 64
    assert runs.provenance["engine"] == "reference"


def test_a_replication_is_its_log_measured(experiment, runs):
    from hospital_twin.engines.simpy_engine import simulate
    log = simulate(Prepared.of(experiment).program, seed=9, replication=1)
    kpis = compute_kpis(log, warm_up=pd.Timedelta(days=1)).table
    pd.testing.assert_frame_equal(runs.result(1).kpis, kpis)
    pd.testing.assert_frame_equal(measured(log, 1).census, runs.result(1).census)
    bay = runs.census.query("replication == 1 and place == 'bay'")
    # The clock goes forward on the second day: the run's 30th hour is 05:00.
    start = log.start + pd.Timedelta(hours=30)
    assert bay.set_index("hour")["value"][30] == pytest.approx(
        mean_occupied(log, "bay", start, start + pd.Timedelta(hours=1)))


def test_the_census_has_every_hour_of_every_place(runs):
    sizes = runs.census.groupby(["replication", "place"], observed=True).agg({"hour": ["size", "min", "max"]})
    assert len(sizes) == 3 * 2
    assert (sizes.to_numpy() == [96, 0, 95]).all()
    wide = runs.census.pivot(index=["replication", "hour"], columns="place", values="value")
    assert (wide["bay"] <= 3 + 1e-9).all()
    assert (wide[EVERYBODY] >= wide["bay"] - 1e-9).all()
    assert (wide[EVERYBODY] > wide["bay"]).any()


def test_types(runs):
    assert dict(runs.kpis.dtypes.astype(str)) == {"replication": "int32", **KPI_TABLE_COLUMNS}
    assert dict(runs.census.dtypes.astype(str)) == {"replication": "int32", "place": "category", "hour": "int32",
                                                    "value": "float64"}


def test_a_result_survives_json_to_the_last_bit(runs):
    result = runs.result(2)
    again = Result.from_dict(json.loads(json.dumps(result.to_dict())))
    pd.testing.assert_frame_equal(again.kpis, result.kpis, check_exact=True)
    pd.testing.assert_frame_equal(again.census, result.census, check_exact=True)
    assert result.kpis["value"].isna().any()
    assert result.kpis["hour"].isna().any()


def test_saved_runs_are_the_same_runs(runs, tmp_path):
    loaded = Runs.load(runs.save(tmp_path / "runs.json.gz"))
    assert loaded.fingerprint() == runs.fingerprint()
    pd.testing.assert_frame_equal(loaded.kpis, runs.kpis, check_exact=True)
    assert loaded.provenance == runs.provenance


def test_the_order_in_which_results_come_does_not_matter(runs, experiment):
    results = {n: runs.result(n) for n in (2, 0, 1)}
    assert Runs.of(experiment, results).fingerprint() == runs.fingerprint()


def test_the_fingerprint_is_of_everything(runs):
    assert replace(runs, seed=10).fingerprint() != runs.fingerprint()
    changed = runs.kpis.assign(value=runs.kpis["value"] * (1 + 1e-15))
    assert replace(runs, kpis=changed).fingerprint() != runs.fingerprint()


def test_each_replication_is_another_and_can_be_run_alone(runs, experiment):
    alone = replicate(experiment, 2)
    pd.testing.assert_frame_equal(alone.kpis, runs.result(2).kpis, check_exact=True)
    assert not np.array_equal(runs.result(0).census["value"], runs.result(1).census["value"])
    assert runs.results().keys() == {Item("baseline", n) for n in range(3)}
    with pytest.raises(BadInput, match="no replication 7"):
        runs.result(7)


def test_a_census_without_places():
    table = census_table({})
    assert table.empty
    assert list(table.columns) == ["place", "hour", "value"]


@pytest.mark.parametrize(("content", "words"), [
    (b"no gzip at all", "cannot be read as runs"),
    (gzip.compress(b"{broken", mtime=0), "cannot be read as runs"),
    (gzip.compress(b"[]", mtime=0), "are not runs"),
    (gzip.compress(b'{"format": "hospital_twin runs 0"}', mtime=0), "another version"),
])
def test_files_that_are_no_runs_are_refused(tmp_path, content, words):
    path = tmp_path / "runs.json.gz"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=words):
        Runs.load(path)


def test_a_damaged_result_is_refused(runs):
    value = runs.result(0).to_dict()
    for broken in ({}, {**value, "kpis": {}}, {**value, "census": None},
                   {**value, "kpis": {**value["kpis"], "n": ["many"] * len(value["kpis"]["n"])}}):
        with pytest.raises(BadInput, match="damaged"):
            Result.from_dict(broken)
