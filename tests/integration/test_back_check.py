"""Fit on the first part, compare with the rest; and patients left out."""
import numpy as np
import pandas as pd
import pytest

from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog, Provenance
from hospital_twin.hospital import Hospital
from hospital_twin.program import compile_program
from hospital_twin.validation import HELD_OUT_COLUMNS, back_check, held_out_stays
from tests.tiny import layout_of

pytestmark = pytest.mark.integration

WARD = layout_of("""
    time_zone: Europe/London
    units: {ed: {kind: ed, places: 40}, ward: {kind: ward, places: 80}}
    sources: {door: {pathway: p, rate: 0.8, ceiling: 2}}
    pathways:
      p:
        - {move: into_ed, to: ed}
        - {stay: in_ed, takes: "lognormal(median 3 h, sigma 0.5)"}
        - branch: admit
          options:
            - chance: 0.4
              then: [{move: to_ward, to: ward}, {stay: on_ward, takes: "gamma(mean 40 h, sd 25 h)"}]
            - then: []
        - {leave: out, as: home}
""")


@pytest.fixture(scope="module")
def log() -> EventLog:
    return simulate(compile_program(Hospital.of(WARD), days=80), seed=7)


def test_a_twin_of_its_own_family_passes(log: EventLog):
    check = back_check(log, WARD, replications=6, warm_up_days=7, workers=1)
    assert check.split == pd.Timestamp("2025-03-07", tz="Europe/London")
    assert check.hospital.fitted_on.end == check.split.isoformat()
    assert (check.runs.warm_up_days, check.runs.days) == pytest.approx((7, 27))
    assert check.runs.starts == "2025-02-28"
    known = check.table[check.table["verdict"] != "not computable"]
    assert (known["verdict"] == "inside").mean() > 0.85
    assert "Fitted on 2025-01-06 to 2025-03-0" in check.says()


def test_nothing_of_the_rest_reaches_the_fit(log: EventLog):
    split = pd.Timestamp("2025-03-07", tz="Europe/London")
    late = log.stays["start"] >= split
    later = log.stays.copy()
    later.loc[late, "end"] = later.loc[late, "end"] + pd.Timedelta(hours=5)
    other = EventLog.of(later, log.capacity, units=log.units, resources=log.resources, time_zone=log.time_zone,
                        start=log.start, end=log.end, provenance=log.provenance)
    checks = [back_check(one, WARD, replications=2, warm_up_days=1, workers=1) for one in (log, other)]
    assert checks[0].hospital.layout == checks[1].hospital.layout


def test_another_hospital_fails(log: EventLog):
    split = pd.Timestamp("2025-03-07", tz="Europe/London")
    stays = log.stays.copy()
    longer = (stays["start"] >= split) & (stays["resource"] == "ward")
    stays.loc[longer, "end"] = stays.loc[longer, "end"] + pd.Timedelta(hours=60)
    changed = EventLog.of(stays, log.capacity, units=log.units, resources=log.resources, time_zone=log.time_zone,
                          start=log.start, end=log.end)
    table = back_check(changed, WARD, replications=6, warm_up_days=7, workers=1).table
    ward = table[(table["place"] == "ward") & (table["statistic"] == "census") & table["hour"].isna()]
    assert ward["verdict"].tolist() == ["off"]
    assert "higher than the twin finds possible" in ward["says"].iloc[0]


def test_what_cannot_be_back_checked_is_refused(log: EventLog):
    from dataclasses import replace
    shifted = replace(log, provenance=Provenance(kind="log", name="x", dates_comparable=False))
    with pytest.raises(BadInput, match="shifted"):
        back_check(shifted, WARD)
    with pytest.raises(BadInput, match=r"it is 0\.95"):
        back_check(log, WARD, share=0.95)
    with pytest.raises(BadInput, match="at least 7 days on either side"):
        back_check(replace(log, end=log.start + pd.Timedelta(days=10)), WARD)


def test_held_out_stays_of_a_twin_lie_beside_it(log: EventLog):
    stays = log.stays.copy()
    stays["patient"] = stays["visit"] % 97
    shifted = EventLog.of(stays, units=log.units, resources=log.resources, time_zone=log.time_zone, start=log.start,
                          end=log.end, provenance=Provenance(kind="log", name="x", dates_comparable=False))
    told = []
    table = held_out_stays(shifted, folds=3, progress=lambda done, total: told.append((done, total)))
    assert list(table.columns) == list(HELD_OUT_COLUMNS)
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert set(table["unit"]) == {"ed", "ward"}
    assert len(table) == 3 * 2 * 3
    assert table["inside"].mean() >= 0.7
    assert (table["low"] <= table["twin"]).all()
    assert (table["twin"] <= table["high"]).all()
    ended = shifted.stays[(shifted.stays["resource"] == "ed") & shifted.stays["end"].notna()
                          & (shifted.stays["activity"] == "stay")]
    assert table[(table["unit"] == "ed") & (table["quartile"] == 0.5)]["n"].sum() == len(ended)


def test_held_out_stays_of_another_ward_do_not(log: EventLog):
    # Two groups of patients, each left out in turn: the ward stays of the one are not what the other teaches.
    stays = log.stays[log.stays["activity"].isin(("arrive", "stay", "leave"))].copy()
    stays["patient"] = stays["visit"] % 2
    later = pd.Timedelta(hours=150)
    ward = (stays["resource"] == "ward") & (stays["patient"] == 0)
    gone = stays["activity"].eq("leave") & stays["visit"].isin(stays.loc[ward, "visit"])
    stays.loc[ward, "end"] = stays.loc[ward, "end"] + later
    stays.loc[gone, ["joined", "start", "end"]] = stays.loc[gone, ["joined", "start", "end"]] + later
    changed = EventLog.of(stays, units=log.units, resources=log.resources, time_zone=log.time_zone, start=log.start,
                          end=log.end, provenance=Provenance(kind="log", name="x", dates_comparable=False))
    table = held_out_stays(changed, folds=2)
    assert not table.loc[(table["unit"] == "ward") & (table["quartile"] == 0.5), "inside"].any()
    assert np.isfinite(table[["low", "high"]]).all().all()
