from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hospital_twin.importers import Finding, read_log
from hospital_twin.validation import effects, effects_table

pytestmark = pytest.mark.unit

DAYS, VISITS = 60, 1500
MEDIAN = 4.0
"""Hours in the ED that are true in these logs."""


def export(path, *, brief: int = 0, twice: int = 0, backwards: int = 0):
    """A log of an ED and a ward in which so many visits were entered for a minute, twice, or the wrong way round."""
    rng = np.random.default_rng(7)
    came = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(rng.uniform(0, 24 * DAYS, VISITS)), unit="h")
    hours = MEDIAN * np.exp(0.5 * rng.standard_normal(VISITS))
    lot = rng.permutation(VISITS)
    hours[lot[:brief]] = 1 / 60
    rows = pd.DataFrame({"visit": [f"v{i}" for i in range(VISITS)], "unit": "ED", "start": came.floor("min"),
                         "end": (came + pd.to_timedelta(hours, unit="h")).floor("min")})
    wrong = lot[brief:brief + backwards]
    rows.loc[wrong, ["start", "end"]] = rows.loc[wrong, ["end", "start"]].to_numpy()
    later = rows.iloc[rng.permutation(VISITS)[:300]]
    nights = pd.to_timedelta(48 * np.exp(0.5 * rng.standard_normal(len(later))), unit="h").floor("min")
    ward = later.assign(unit="Ward", start=later["end"], end=later["end"] + nights)
    again = rows.iloc[lot[-twice:]] if twice else rows[:0]
    pd.concat([rows, ward[~ward.index.isin(wrong)], again]).to_csv(path, index=False)
    return read_log(path, time_zone="UTC")


def of(found, kind: str):
    return next(effect for effect in found if effect.kind == kind)


def in_the_ed(effect):
    return next(change for change in effect.changes if change.path.endswith("takes (unit ed)"))


def test_numbers_that_a_fault_spoils_are_those_that_leave_their_interval(tmp_path):
    log, report = export(tmp_path / "log.csv", brief=300)
    told = []
    effect = of(effects(log, report, progress=lambda done, of: told.append((done, of))), "very_short")
    stay = in_the_ed(effect)
    assert stay.beyond
    assert effect.changes[0].beyond
    assert stay.without == pytest.approx(MEDIAN, rel=0.05)
    assert stay.with_it < 0.85 * MEDIAN
    assert (effect.rows, effect.visits, effect.lost, effect.of) == (300, 300, 0, VISITS)
    assert "Without the 300 visits that have it (20 %)" in effect.says()
    assert told[0] == (0, len(report.counts()) + len(report.findings) + 1)
    assert told[-1][0] == told[-1][1]


def test_a_fault_that_befalls_anybody_changes_nothing_beyond_chance(tmp_path):
    log, report = export(tmp_path / "log.csv", twice=150)
    effect = of(effects(log, report), "duplicate")
    assert effect.visits == 150
    assert not any(change.beyond for change in effect.changes)
    assert f"none of {len(effect.changes)} numbers leaves its 95 % interval" in effect.says()


def test_visits_that_are_not_in_the_twin_are_counted(tmp_path):
    log, report = export(tmp_path / "log.csv", backwards=100)
    effect = of(effects(log, report), "end_before_start")
    assert (effect.visits, effect.lost, effect.of) == (0, 100, VISITS - 100)
    assert effect.says() == "100 visits with it are not in the twin at all: if real, 6.7 % of all arrivals are missing."


def test_a_time_that_is_not_to_be_trusted_is_left_out_whole(tmp_path):
    log, report = export(tmp_path / "log.csv")
    day = pd.Timedelta(days=1)
    spell = Finding("frozen_feed", "an odd week", start=log.start + 14 * day, end=log.start + 21 * day)
    effect = of(effects(log, replace(report, findings=(spell,))), "frozen_feed")
    assert "on the 39 days before or after it" in effect.says()
    assert in_the_ed(effect).without == pytest.approx(MEDIAN, rel=0.08)
    most = replace(spell, end=log.start + 50 * day)
    assert of(effects(log, replace(report, findings=(most,))), "frozen_feed").says() == (
        "It cannot be told by leaving something out.")


def test_a_place_that_is_none_is_left_out(tmp_path):
    log, report = export(tmp_path / "log.csv")
    total = Finding("total_unit", "a total", place="ward")
    effect = of(effects(log, replace(report, findings=(total,))), "total_unit")
    assert "Without ward" in effect.says()
    assert any("unit ward" in path for path in effect.gone)
    assert not any("unit ward" in change.path for change in effect.changes)


def test_the_table_has_each_change(tmp_path):
    log, report = export(tmp_path / "log.csv", brief=300)
    found = effects(log, report)
    table = effects_table(found)
    assert len(table) == sum(len(effect.changes) for effect in found)
    assert table["beyond"].sum() == sum(change.beyond for effect in found for change in effect.changes)
