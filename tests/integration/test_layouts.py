"""The layouts that come with the program: they run, obey the laws of any hospital, and look like hospitals."""
from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.eventlog import EventLog, conservation, little
from hospital_twin.hospital import Hospital
from hospital_twin.kpis import KpiTable, compute_kpis
from hospital_twin.layout import Layout, read_layout, write_yaml
from hospital_twin.program import circles, compile_program
from hospital_twin.shipped import layouts_folder

pytestmark = pytest.mark.integration

DAYS = {"community_hospital": 63, "teaching_hospital": 28, "small_ed": 42, "small_ward_icu": 364}
NAMES = sorted(DAYS)


@cache
def layout_of(name: str) -> Layout:
    return read_layout(layouts_folder() / f"{name}.yaml")


@cache
def run_of(name: str, seed: int = 1) -> EventLog:
    return simulate(compile_program(Hospital.of(layout_of(name)), days=DAYS[name]), seed=seed)


@cache
def kpis_of(name: str, warm_up_days: int) -> KpiTable:
    return compute_kpis(run_of(name), warm_up=pd.Timedelta(days=warm_up_days))


def test_each_shipped_layout_is_tried() -> None:
    assert sorted(path.stem for path in layouts_folder().glob("*.yaml")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_layout_is_read_back_as_it_was_written(name: str, tmp_path: Path) -> None:
    write_yaml(layout_of(name), tmp_path / "again.yaml")
    assert read_layout(tmp_path / "again.yaml") == layout_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_nobody_vanishes(name: str) -> None:
    law = conservation(run_of(name))
    assert law.holds, law
    assert law.arrivals > 100


@pytest.mark.parametrize("name", NAMES)
def test_every_unit_and_every_resource_is_used(name: str) -> None:
    used = set(run_of(name).stays["resource"].unique())
    opened_by_rule = {"escalation_ward"}
    assert set(layout_of(name).resources()) - used <= opened_by_rule


@pytest.mark.parametrize("name", NAMES)
def test_littles_law_holds_in_every_unit(name: str) -> None:
    log = run_of(name)
    for unit in log.units:
        law = little(log, unit)
        # Who is there at either end is counted in part by one side and whole by the other.
        border = law.rate * law.hours * 0.06 + 4 * law.hours / (DAYS[name] * 24)
        assert abs(law.number - law.rate * law.hours) <= border, unit


@pytest.mark.parametrize("name", ["community_hospital", "teaching_hospital", "small_ed"])
def test_nobody_waits_for_ever(name: str) -> None:
    log = run_of(name)
    waiting = log.stays[log.stays["activity"].eq("wait") & log.stays["end_reason"].eq("open")]
    assert ((log.end - waiting["joined"]) < pd.Timedelta(days=7)).all()


def test_the_community_hospital_looks_like_one() -> None:
    kpis, log = kpis_of("community_hospital", 21), run_of("community_hospital")
    a_year = 365 * len(log.stays[log.stays["activity"].eq("triage")]) / DAYS["community_hospital"]
    assert 42_000 < a_year < 48_000
    # Wide enough for one run of six weeks, narrow enough that a bed or a doctor too few shows.
    for kpi, statistic, low, high in (
            ("door_to_clinician", "median", 15, 50), ("ed_length_of_stay", "median", 2.6, 3.8),
            ("ed_length_of_stay", "median_admitted", 3.2, 5.5), ("within_4_hours", "share", 60, 82),
            ("left_without_being_seen", "share", 1, 7), ("boarding_hours", "mean", 1, 9),
            ("elective_cancellations", "share", 0.2, 12), ("icu_refusals", "share", 4, 38),
            ("discharges_before_noon", "share", 15, 23), ("occupancy", "share", 78, 93)):
        assert low < kpis.value(kpi, statistic) < high, (kpi, statistic)
    for unit, low, high in (("medicine", 76, 98), ("elderly", 74, 99), ("surgery", 76, 96), ("orthopaedics", 74, 96),
                            ("icu", 50, 92), ("hdu", 40, 90), ("assessment_unit", 65, 93)):
        assert low < kpis.value("occupancy", "share", unit) < high, unit


def test_the_teaching_hospital_is_about_twice_as_large() -> None:
    big, small = (sum(unit.places for unit in layout_of(name).units.values()
                      if unit.type in ("ward", "assessment_unit", "high_dependency", "critical_care"))
                  for name in ("teaching_hospital", "community_hospital"))
    assert 1.8 < big / small < 2.8
    kinds = list(run_of("teaching_hospital").units.values())
    assert kinds.count("critical_care") == 2
    assert kinds.count("ward") >= 12
    assert {"theatre", "recovery", "assessment", "high_dependency", "ed"} <= set(kinds)


@pytest.mark.parametrize("name", ["community_hospital", "teaching_hospital"])
def test_what_a_hospital_does_all_happens(name: str) -> None:
    log = run_of(name)
    outcomes = set(log.stays["end_reason"].unique())
    assert {"home", "died", "cancelled", "left_without_being_seen", "gave_up"} <= outcomes
    refused = log.stays[log.stays["activity"].eq("refused")]
    assert set(log.units_of("critical_care")) & set(refused["resource"])
    assert log.stays[log.stays["activity"].eq("arrive")]["mode"].eq("return").any()
    places = log.stays[log.stays["activity"].eq("stay") & log.stays["resource"].isin(list(log.units))]
    wards = places[places["resource"].isin(log.units_of("ward"))]
    assert len(wards.groupby(["specialty", "resource"], observed=True).size()) > wards["specialty"].nunique()


def test_planned_operations_are_on_weekdays_alone() -> None:
    log = run_of("community_hospital")
    came = log.local("start")[log.stays["activity"].eq("arrive") & log.stays["mode"].eq("elective")]
    assert len(came) > 400
    assert set(came.dt.day_of_week) == set(range(5))
    assert came.dt.hour.between(7, 12).all()


def test_ward_and_icu_of_the_small_layout_can_form_a_circle_and_get_out_of_it() -> None:
    assert circles(layout_of("small_ward_icu")) == [("ward", "icu")]
    stays = run_of("small_ward_icu").stays
    swapped = stays[stays["end_reason"].eq("swapped")]
    assert {"ward", "icu"} <= set(swapped["resource"])


def test_the_small_department_forms_no_circle() -> None:
    assert circles(layout_of("small_ed")) == []
