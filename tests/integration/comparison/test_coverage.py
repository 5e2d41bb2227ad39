"""Intervals hold as often as they say, on simulated systems whose true values are known."""
from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from scipy.stats import binomtest

from hospital_twin.comparison import compare, mean_interval
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.eventlog import WHOLE_HOSPITAL
from hospital_twin.hospital import Hospital
from hospital_twin.kpis import compute_kpis
from hospital_twin.layout import Layout
from hospital_twin.levers import lever_from
from hospital_twin.runs import Experiment, Result, Runs, run_all
from hospital_twin.runs.replicate import Prepared
from hospital_twin.runs.results import census_table
from hospital_twin.scenario import Scenario

pytestmark = pytest.mark.integration

ARRIVE, SERVE = 8.0, 8.0
"""An hour, and an hour and doctor; two doctors are busy half of the time."""
DOOR_TO_DOCTOR = 60 * (1 / 3) / (2 * SERVE - ARRIVE)
"""Minutes: Erlang C of two servers that are half busy is 1/3; the mean wait is that over the spare service rate."""
PRESENT = ARRIVE * (DOOR_TO_DOCTOR / 60 + 1 / SERVE)
"""Little's law."""
REPETITIONS, REPLICATIONS = 60, 5

QUEUE = Hospital.of(Layout.model_validate({
    "name": "M/M/2", "staff": {"doctor": {"on_duty": 2, "role": "doctor"}},
    "units": {"ed": {"kind": "ed", "places": "unlimited"}},
    "sources": {"arrivals": {"pathway": "visit", "rate": ARRIVE, "ceiling": ARRIVE}},
    "pathways": {"visit": [{"move": "in", "to": "ed"},
                           {"do": "see", "by": "doctor", "takes": "exponential(mean 7.5 min)"},
                           {"leave": "out", "as": "home"}]}}))


@pytest.fixture(scope="module")
def repetitions() -> list[Runs]:
    """Sixty studies of five replications each; no two share a replication."""
    experiment = Experiment(QUEUE, days=1, warm_up_days=0.25, seed=20)
    program, found = Prepared.of(experiment).program, []
    for repetition in range(REPETITIONS):
        results = {}
        for place in range(REPLICATIONS):
            log = simulate(program, seed=20, replication=repetition * REPLICATIONS + place)
            kpis = compute_kpis(log, warm_up=pd.Timedelta(hours=6), only=("door_to_clinician", "occupancy"))
            results[place] = Result(kpis.table, census_table({}))
        found.append(Runs.of(experiment, results))
    return found


def values(runs: Runs, kpi: str, statistic: str, place: str) -> list[float]:
    rows = runs.kpis.query("kpi == @kpi and statistic == @statistic and place == @place and hour.isna()")
    return rows["value"].tolist()


@pytest.mark.parametrize(("kpi", "statistic", "place", "truth"), [
    ("door_to_clinician", "mean", WHOLE_HOSPITAL, DOOR_TO_DOCTOR), ("occupancy", "census", "ed", PRESENT)])
def test_the_interval_of_a_mean_covers_the_truth(repetitions, kpi, statistic, place, truth):
    found = mean_interval([values(runs, kpi, statistic, place) for runs in repetitions])
    assert found.n.tolist() == [REPLICATIONS] * REPETITIONS
    assert abs(found.mean.mean() - truth) < 3 * found.mean.std() / REPETITIONS ** 0.5 < 0.15 * truth
    covered = int(((found.low <= truth) & (found.high >= truth)).sum())
    assert binomtest(covered, REPETITIONS, 0.95).pvalue > 0.01


@pytest.mark.parametrize("kpi", ["door_to_clinician", "occupancy"])
def test_two_systems_that_are_alike_seldom_differ_clearly(repetitions, kpi):
    clear = 0
    for ours, theirs in zip(repetitions[::2], repetitions[1::2], strict=True):
        table = compare(ours, replace(theirs, scenario="the same")).table
        row = table[table["kpi"].eq(kpi) & table["statistic"].isin(["mean", "census"]) & table["hour"].isna()
                    & table["place"].isin(["ed"] if kpi == "occupancy" else [WHOLE_HOSPITAL])].iloc[0]
        clear += row["verdict"] != "no clear difference"
    assert binomtest(clear, REPETITIONS // 2, 0.05).pvalue > 0.01


def test_a_change_that_never_bites_makes_no_difference_at_all():
    """A ward that nobody is sent to: common patients, so not even noise."""
    layout = QUEUE.layout.model_copy(update={"units": {
        **QUEUE.layout.units, "empty": QUEUE.layout.units["ed"].model_copy(update={"places": 3})}})
    scenario = Scenario(name="more", levers=(lever_from("beds", unit="empty", change=4),))
    runs = run_all([Experiment(Hospital.of(layout), s, days=1) for s in (Scenario(name="as is"), scenario)],
                   replications=3, workers=1)
    table = compare(*runs).table
    known = table[table["verdict"].ne("not computable")]
    assert len(known) > 50
    assert (known[["difference", "low", "high"]] == 0).all(axis=None)
    assert set(known["verdict"]) == {"no clear difference"}


def test_pairing_tells_a_small_change_that_unpaired_runs_cannot():
    """A tenth fewer patients: the pairs' interval is several times shorter than that of unpaired runs."""
    scenario = Scenario(name="fewer", levers=(lever_from("demand", change=-10),))
    paired = run_all([Experiment(QUEUE, s, days=1, warm_up_days=0.25, seed=20)
                      for s in (Scenario(name="as is"), scenario)], replications=8, workers=1)
    row = compare(*paired).table.query("kpi == 'occupancy' and statistic == 'census' and place == 'ed'").iloc[0]
    assert row["verdict"] == "lower"
    assert row["high"] - row["low"] < 0.7 * (row["baseline_high"] - row["baseline_low"] + row["value_high"]
                                             - row["value_low"])
