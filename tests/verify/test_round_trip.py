"""Ten years of the community hospital, each calibrated from wrong numbers: does the hospital come back?

Each seed is one item of a few minutes, kept with its commit in benchmarks/verify/, so that an interrupted run goes on.
"""
from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from scipy.stats import t as student

from benchmarks.verify import FOLDER, verified
from hospital_twin import Hospital, compile_program, read_layout
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.eventlog import EventLog
from hospital_twin.kpis import compute_kpis
from hospital_twin.shipped import layouts_folder
from tests.round_trips import deviations, rate_errors, recalibrated, unaccounted

pytestmark = pytest.mark.verify

SEEDS = range(1, 11)
DAYS, WARM_UP = 365, pd.Timedelta(days=28)
TWIN_YEARS = 3
CHANCE = 0.01
RETURNS = ("pathways.home_from_ed.comes_back_to_ed", "pathways.home_from_ward.comes_back_after_admission")


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Nobody else, in no other process, computes the same item meanwhile."""
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def numbers_of(log: EventLog) -> dict[str, float]:
    """Every KPI of a log over its whole window that is a number."""
    table = compute_kpis(log, warm_up=WARM_UP).table
    table = table[table["hour"].isna() & np.isfinite(table["value"])]
    return {f"{row.kpi}, {row.statistic}, {row.place}": row.value for row in table.itertuples()}


def year_and_back(seed: int) -> dict[str, Any]:
    layout = read_layout(layouts_folder() / "community_hospital.yaml")
    truth = Hospital.of(layout)
    log = simulate(compile_program(truth, days=DAYS), seed=seed)
    found = recalibrated(log, layout)
    program = compile_program(found, days=DAYS)
    years = [numbers_of(simulate(program, seed=1000 + seed, replication=r)) for r in range(TWIN_YEARS)]
    twin = {name: float(np.mean([year[name] for year in years]))
            for name in years[0] if all(name in year for year in years)}
    return {"seed": seed, "rate_errors": rate_errors(layout, found.layout), "deviations": deviations(truth, found),
            "true_year": numbers_of(log), "twin": twin, "not_fitted": list(found.not_fitted),
            "unaccounted": unaccounted(truth, found)}


def item(seed: int) -> dict[str, Any]:
    with alone(f"round_trip_{seed}"):
        return verified(f"round_trip_{seed}", lambda: year_and_back(seed))


def no_more_than_chance(times: int, of: int, chance: float) -> bool:
    return binomtest(times, of, chance, alternative="greater").pvalue >= CHANCE


@pytest.mark.parametrize("seed", SEEDS)
def test_one_year_comes_back(seed: int):
    figures = item(seed)
    errors = np.concatenate([np.array(e) for e in figures["rate_errors"].values()])
    assert np.median(errors) <= 0.05
    off = {path: z for path, z in figures["deviations"].items() if abs(z) > 3}
    # Every chance and duration is fitted, or named as what the log does not tell; of a year nearly all can be judged.
    assert not figures["unaccounted"]
    assert len(figures["deviations"]) > 110
    for back in RETURNS:
        assert {path.removeprefix(back).partition(" ")[0] for path in figures["deviations"] if path.startswith(back)} \
            == {".after", ".chance"}
    assert no_more_than_chance(len(off), len(figures["deviations"]), 0.0027), off


def test_rates_routing_and_stays_over_all_years():
    figures = [item(seed) for seed in SEEDS]
    errors = np.concatenate([np.array(e) for f in figures for e in f["rate_errors"].values()])
    assert np.median(errors) <= 0.05
    deviation = np.array([z for f in figures for z in f["deviations"].values()])
    beyond = int((np.abs(deviation) > 3).sum())
    assert no_more_than_chance(beyond, len(deviation), 0.0027), f"{beyond} of {len(deviation)}"
    assert 0.85 < deviation.std() < 1.15
    assert abs(deviation.mean()) < 0.15


def test_kpis_of_the_twin_are_those_of_the_hospital():
    figures = [item(seed) for seed in SEEDS]
    names = set.intersection(*(set(f["true_year"]) & set(f["twin"]) for f in figures))
    assert len(names) > 50
    outside = [(name, f["seed"]) for name in sorted(names) for f in figures
               if not inside(f["twin"][name], [g["true_year"][name] for g in figures])]
    assert no_more_than_chance(len(outside), len(names) * len(figures), 0.01), outside


def inside(value: float, years: list[float]) -> bool:
    """Whether a value lies where 99 % of single years of the true hospital do, by the years that there are."""
    spread = np.std(years, ddof=1) * np.sqrt(1 + 1 / len(years)) * student.ppf(0.995, len(years) - 1)
    return bool(abs(value - np.mean(years)) <= spread + 1e-9 * abs(np.mean(years)))
