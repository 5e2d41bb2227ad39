"""Patients left out: stays that the log cuts off, units that the twin lacks, and enough stays to compare with."""
import numpy as np
import pandas as pd
import pytest

from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.eventlog import EventLog, FollowUp
from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout
from hospital_twin.program import Program, compile_program
from hospital_twin.validation import held_out, held_out_stays
from tests.tiny import layout_of

pytestmark = pytest.mark.integration


def hospital(rate: float, takes: str, then: str = "") -> Layout:
    return layout_of(f"""
        units: {{ward: {{kind: ward, places: 400}}, hall: {{kind: other, places: 90}}}}
        sources: {{door: {{pathway: p, rate: {rate}, ceiling: 2}}}}
        pathways: {{p: [{{move: to_ward, to: ward}}, {{stay: on_ward, takes: "{takes}"}}, {then}
                        {{leave: out, as: home}}]}}
    """)


def written(layout: Layout, days: float) -> EventLog:
    return simulate(compile_program(Hospital.of(layout), days=days), seed=3)


def test_stays_that_the_log_cuts_off_are_not_short_ones():
    layout = hospital(0.5, "lognormal(median 20 d, p90 60 d)")
    log = written(layout, 60)
    assert log.stays.loc[log.stays["activity"].eq("stay"), "end"].isna().mean() > 0.3
    table = held_out_stays(log, layout, folds=3)
    assert table["inside"].mean() >= 0.7
    assert table.loc[table["quartile"].eq(0.5), "twin"].to_numpy() == pytest.approx(20 * 24, rel=0.25)
    assert table.loc[table["quartile"].eq(0.5), "held_out"].to_numpy() == pytest.approx(20 * 24, rel=0.25)
    assert table.groupby("fold")["n"].first().sum() == log.stays["activity"].eq("stay").sum()


def test_a_quartile_beyond_the_record_is_not_made_up():
    layout = hospital(0.3, "lognormal(median 100 d, p90 300 d)")
    table = held_out_stays(written(layout, 60), layout, folds=2, least=5)
    late = table[table["quartile"].eq(0.75)]
    assert np.isposinf(late[["held_out", "high"]]).all().all()
    assert np.isfinite(table["twin"]).all()
    assert late["inside"].all()


def test_a_unit_that_the_twin_lacks_is_a_row_that_fails():
    log = written(hospital(0.3, "2 d", "{move: to_hall, to: hall}, {stay: in_hall, takes: 3 h},"), 40)
    table = held_out_stays(log, hospital(0.3, "2 d"), folds=2)
    hall, ward = (table[table["unit"].eq(unit)] for unit in ("hall", "ward"))
    assert len(hall) == len(ward) == 6
    assert hall[["twin", "low", "high"]].isna().all().all()
    assert hall["held_out"].notna().all()
    assert not hall["inside"].any()
    assert np.isfinite(ward["twin"]).all()


@pytest.mark.parametrize("rate", [0.02, 1.5])
def test_a_twin_has_the_stays_that_it_is_asked_for(rate, monkeypatch: pytest.MonkeyPatch):
    days, counted = [], []

    def compiled(of: Hospital, *, days: float, told: list[float] = days) -> Program:
        told.append(days)
        return compile_program(of, days=days)

    def compared(_mine: pd.DataFrame, twin: FollowUp, *_about: object) -> list:
        counted.append(twin.number())
        return []

    layout = hospital(rate, "lognormal(median 2 d, p90 4 d)")
    log = written(layout, 100)
    monkeypatch.setattr(held_out, "compile_program", compiled)
    monkeypatch.setattr(held_out, "_beside", compared)
    held_out_stays(log, layout, folds=2)
    assert min(counted) >= held_out.TWIN_STAYS
    assert (max(days) > held_out.FEWEST_DAYS) == (rate < 1)
