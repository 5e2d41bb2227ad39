"""What holds for every KPI of the drawer, also for those that are still to come."""
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hospital_twin.kpis as house
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog
from hospital_twin.kpis import WHOLE_HOSPITAL, compute_kpis, kpi_drawer

pytestmark = pytest.mark.unit
KPIS = sorted(kpi_drawer().items())
LONG = {"weeks_alike": 30}
"""Days of a log in which a KPI is a number, where the usual four are not enough."""
every_kpi = pytest.mark.parametrize("name", [name for name, _ in KPIS])
KEY = ["kpi", "place", "hour", "statistic"]


def test_the_drawer_holds_a_kpi_per_file():
    files = {path.stem for path in Path(house.__file__).parent.glob("*.py") if not path.name.startswith("_")}
    assert {name for name, _ in KPIS} >= files
    assert len(files) >= 10


@pytest.mark.parametrize(("name", "kpi"), KPIS)
def test_it_says_what_it_is(name, kpi):
    assert kpi.id == name
    assert kpi.title
    assert kpi.better in ("lower", "higher", "none")
    assert len(kpi.definition.split()) > 20
    assert len(kpi.source.split()) > 5
    assert kpi.headline in kpi.statistics
    assert (kpi.say, kpi.unit, kpi.decimals) == kpi.statistics[kpi.headline][:3]
    for words, unit, decimals, matters in kpi.statistics.values():
        assert words
        assert unit
        assert decimals >= 0 <= matters


@every_kpi
def test_its_numbers_are_the_declared_ones_each_once(told_log, name):
    table = compute_kpis(told_log(1), only=[name]).table
    assert set(table["statistic"]) == set(kpi_drawer()[name].statistics)
    assert not table.duplicated(KEY).any()
    assert set(table["place"]) <= {WHOLE_HOSPITAL, *told_log(1).units}
    assert (table["value"].isna() == table["reason"].ne("")).all()
    assert (table["value"].isna() | (table["n"] >= 0)).all()


@every_kpi
def test_its_headline_is_a_number_in_a_full_log(told_log, name):
    found = compute_kpis(told_log(1, days=LONG.get(name, 4)), only=[name])
    assert np.isfinite(found.value(name))
    tests_an_assumption = bool(kpi_drawer()[name].assumes)
    assert len(found.headlines()) == 1 - tests_an_assumption
    assert found.headlines()["value"].tolist() == ([] if tests_an_assumption else [found.value(name)])


@every_kpi
def test_order_of_rows_makes_no_difference(told_log, name):
    log = told_log(1)
    expected = compute_kpis(log, only=[name]).table
    for seed in range(3):
        mixed = replace(log, stays=log.stays.sample(frac=1, random_state=seed, ignore_index=seed > 0))
        pd.testing.assert_frame_equal(compute_kpis(mixed, only=[name]).table, expected)


@every_kpi
def test_renumbered_visits_make_no_difference(told_log, name):
    log = told_log(1)
    other = replace(log, stays=log.stays.assign(visit=90_000 - 7 * log.stays["visit"]))
    pd.testing.assert_frame_equal(compute_kpis(other, only=[name]).table, compute_kpis(log, only=[name]).table)


@every_kpi
def test_one_hospital_gives_the_same_rows_whatever_happens(told_log, name):
    rows = [compute_kpis(log, only=[name]).table[KEY] for log in
            (told_log(1), told_log(2), told_log(3, days=2), told_log(1).until(told_log(1).start + pd.Timedelta("9h")))]
    for other in rows[1:]:
        pd.testing.assert_frame_equal(other, rows[0])


@every_kpi
def test_what_happens_after_the_window_is_not_looked_at(told_log, name):
    pd.testing.assert_frame_equal(compute_kpis(told_log(1, seen="all"), only=[name]).table,
                                  compute_kpis(told_log(1), only=[name]).table)


@every_kpi
@pytest.mark.parametrize("window", [True, False])
def test_an_empty_log_gives_reasons(told_log, name, window):
    log = told_log(1)
    about = {"units": log.units, "resources": log.resources, "start": log.start, "end": log.end} if window else {}
    table = compute_kpis(EventLog.of(log.stays[:0], attributes=log.attributes, **about), only=[name]).table
    assert len(table) >= 1
    assert table["value"].isna().all()
    assert table["reason"].str.startswith("not computable: ").all()


@every_kpi
def test_a_log_of_places_alone_gives_numbers_or_reasons(told_log, name):
    places = told_log(1, days=LONG.get(name, 4)).only("stay")
    places = EventLog.of(places.stays.assign(joined=places.stays["start"]), units=places.units,
                         resources=dict.fromkeys(places.units, "place"), start=places.start, end=places.end)
    table = compute_kpis(places, only=[name]).table
    assert (table["value"].isna() == table["reason"].ne("")).all()
    unrecorded = {"door_to_clinician", "left_without_being_seen", "boarding_hours", "icu_refusals", "time_full",
                  "elective_cancellations", "tasks_alike"}
    assert table["value"].isna().all() == (name in unrecorded)


@every_kpi
def test_a_warm_up_changes_what_is_measured(told_log, name):
    log = told_log(5, days=LONG.get(name, 6))
    whole = compute_kpis(log, only=[name]).table
    later = compute_kpis(log, warm_up=pd.Timedelta(days=2), only=[name]).table
    pd.testing.assert_frame_equal(later[KEY], whole[KEY])
    assert not later["value"].equals(whole["value"])


def test_all_at_once_is_each_alone(told_log):
    together = compute_kpis(told_log(1)).table
    alone = pd.concat([compute_kpis(told_log(1), only=[name]).table for name, _ in KPIS], ignore_index=True)
    pd.testing.assert_frame_equal(together, alone)


def test_an_unknown_kpi_is_refused_with_those_there_are(told_log):
    with pytest.raises(BadInput, match="within_4_hours"):
        compute_kpis(told_log(1), only=["four_hours"])


@pytest.mark.parametrize("warm_up", ["-1h", "4D", "40D"])
def test_a_warm_up_that_leaves_nothing_is_refused(told_log, warm_up):
    with pytest.raises(BadInput, match="warm-up"):
        compute_kpis(told_log(1, days=4), warm_up=pd.Timedelta(warm_up))


def test_a_row_that_is_not_there_is_refused(told_log):
    found = compute_kpis(told_log(1), only=["occupancy"])
    assert found.value("occupancy", "census", "ward", 5) == found.row("occupancy", "census", "ward", 5)["value"]
    with pytest.raises(BadInput, match="at hour 24"):
        found.value("occupancy", "census", "ward", 24)
