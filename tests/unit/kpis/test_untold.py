"""A twin that was calibrated on counts gives a number only where what it rests on is told."""
from __future__ import annotations

from functools import cache

import pytest

from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import UNTOLD, EventLog, not_told
from hospital_twin.hospital import Hospital
from hospital_twin.kpis import KpiTable, compute_kpis, kpi_drawer
from hospital_twin.levers import lever_from
from hospital_twin.program import compile_program
from tests.tiny import layout_of

pytestmark = pytest.mark.unit
TOLD = {"occupancy": {"census"}}
"""KPIs of which some numbers rest on the census alone."""


def hospital(*untold: str) -> Hospital:
    """An emergency department and a ward, of which some is a stand-in."""
    return Hospital(untold=untold, layout=layout_of("""
        units: {ed: {kind: ed, places: 20}, ward: {kind: ward, places: 40}}
        staff: {ed_doctor: {on_duty: 3, role: doctor}}
        sources: {a: {pathway: p, rate: 2, ceiling: 2}}
        pathways:
          p:
            - {move: bay, to: ed}
            - {do: see_doctor, by: ed_doctor, takes: exponential(mean 20 min)}
            - {move: bed, to: ward}
            - {stay: care, takes: exponential(mean 10 h)}
            - {leave: out, as: home}
        """))


@cache
def log(*untold: str) -> EventLog:
    return simulate(compile_program(hospital(*untold), days=22), seed=1, replication=0)


def kpis(*untold: str) -> KpiTable:
    return compute_kpis(log(*untold))


def test_a_hospital_of_which_all_is_told_answers_as_ever():
    assert not kpis().table["reason"].str.contains("counts").any()


@pytest.mark.parametrize("name", [name for name in kpi_drawer() if name not in TOLD])
def test_what_rests_on_more_than_the_census_is_refused_with_a_plain_sentence(name):
    found = compute_kpis(log(*UNTOLD), only=[name])
    assert found.table["value"].isna().all()
    assert found.table["n"].eq(0).all()
    assert set(found.table["reason"]) <= {f"not computable: {not_told(what)}" for what in UNTOLD}


def test_the_census_is_told_but_not_by_the_hour_where_the_hours_are_not():
    found = kpis(*UNTOLD)
    for name, statistics in TOLD.items():
        for statistic in statistics:
            assert found.row(name, statistic, "ward")["reason"] == ""
    assert found.row("occupancy", "census", "ward", 5)["reason"] == f"not computable: {not_told('hours')}"
    assert kpis("care").row("occupancy", "census", "ward", 5)["reason"] == ""


def test_shares_of_places_are_told_where_the_places_are():
    found = kpis("care", "full")
    for name, told in (("occupancy", found), ("time_full", found)):
        assert told.row(name, "share", "ward")["reason"] == ""
        refused = kpis("care", "places", "full").row(name, "share", "ward")
        assert (refused["reason"], refused["n"]) == (f"not computable: {not_told('places')}", 0)


def test_a_mean_needs_less_than_a_median():
    found = kpis("care", "shapes", "full")
    assert found.value("ed_length_of_stay", "mean") > 0
    for statistic, what in (("median", "shapes"), ("p95", "shapes"), ("mean_admitted", "care")):
        assert found.row("ed_length_of_stay", statistic)["reason"] == f"not computable: {not_told(what)}"
    assert found.row("within_4_hours")["reason"] == f"not computable: {not_told('shapes')}"
    assert found.row("door_to_clinician")["reason"] == f"not computable: {not_told('care')}"
    assert found.row("boarding_hours")["reason"] == f"not computable: {not_told('care')}"
    assert found.row("weeks_alike")["reason"] == ""


def test_what_if_there_were_more_beds_is_refused_where_nobody_knows_who_found_none():
    with pytest.raises(BadInput, match="do not tell who found no free place"):
        lever_from("beds", unit="ward", change=2).apply(hospital("full"))
    assert lever_from("beds", unit="ward").apply(hospital("full")) == hospital("full")
    assert lever_from("beds", unit="ward", change=2).apply(hospital("care")).layout.units["ward"].places == 42


def test_what_if_more_came_is_answered_and_stays_a_twin_of_counts():
    assert lever_from("demand", change=10).apply(hospital("care", "full")).untold == ("care", "full")


def test_a_hospital_remembers_in_its_file_what_is_untold(tmp_path):
    from hospital_twin.hospital import read_hospital
    hospital("care", "shapes").save(tmp_path / "hospital.yaml")
    assert read_hospital(tmp_path / "hospital.yaml").untold == ("care", "shapes")
