"""What is found in a log by time: every fault that was planted, and nothing in sound logs."""
from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from hospital_twin.importers import Finding
from hospital_twin.importers._findings import findings_in
from hospital_twin.importers._findings_shifts import _two_tails
from tests.sound_logs import FIRST, ZONE, sound_rows, whole_of

pytestmark = pytest.mark.unit

SEED, SOUND_LOGS = 7, 20
Plant = Callable[[pd.DataFrame], pd.DataFrame]


@cache
def sound() -> pd.DataFrame:
    return sound_rows(SEED)


def day(number: float) -> pd.Timestamp:
    return FIRST + pd.Timedelta(days=number)


def local(number: float) -> pd.Timestamp:
    return day(number).tz_localize(ZONE)


def found(plant: Plant) -> dict[str, list[Finding]]:
    """Kind → findings of the log with something planted in it."""
    kinds: dict[str, list[Finding]] = {}
    for finding in findings_in(whole_of(plant(sound().copy()))):
        kinds.setdefault(finding.kind, []).append(finding)
    return kinds


def test_nothing_is_found_in_sound_logs():
    assert {seed: findings_in(whole_of(sound_rows(seed))) for seed in range(1000, 1000 + SOUND_LOGS)} == \
        dict.fromkeys(range(1000, 1000 + SOUND_LOGS), ())


def test_days_without_arrivals_in_the_whole_hospital():
    def without(rows: pd.DataFrame) -> pd.DataFrame:
        came = rows.groupby("visit")["start"].transform("min")
        return rows[~came.between(day(200.3), day(201.9))]

    (only,) = found(without)["missing_stretch"]
    assert found(without).keys() == {"missing_stretch"}
    assert only.place is None
    assert abs(only.start - local(200.3)) < pd.Timedelta(hours=2)
    assert abs(only.end - local(201.9)) < pd.Timedelta(hours=2)
    assert only.says.startswith("no arrivals recorded in the whole hospital, from 2023-07-20 0")
    expected = int(only.says.split(": about ")[1].split()[0])
    assert 45 < expected < 95


def test_ends_that_are_missing_though_patients_went_on_coming():
    def late(rows: pd.DataFrame) -> pd.DataFrame:
        stuck = rows["unit"].eq("majors") & rows["end"].between(day(50), day(52))
        rows.loc[stuck, "end"] = rows.loc[stuck, "end"] + pd.Timedelta(days=2)
        return rows

    says = [finding.says for finding in found(late)["missing_stretch"]]
    assert any(one.startswith("no ends of stays recorded at majors, from 2023-02-1") for one in says)


def test_a_feed_that_stood_still_and_then_wrote_everything_down_at_one_moment():
    def frozen(rows: pd.DataFrame) -> pd.DataFrame:
        for column in ("start", "end"):
            rows[column] = rows[column].mask(rows[column].between(day(240.2), day(242.5)), day(242.5))
        return rows

    kinds = found(frozen)
    assert kinds.keys() == {"frozen_feed", "one_moment"}
    (only,) = kinds["frozen_feed"]
    assert only.place is None
    assert 20 < int(only.says.split(" there all the time")[0].split()[-1]) < 200
    of_all = next(finding for finding in kinds["one_moment"] if finding.place is None)
    assert of_all.start == local(242.5)
    assert of_all.rows > 60


def test_a_unit_that_did_not_exist_before_spring_is_missing_before():
    (only,) = found(lambda rows: rows[~(rows["unit"].eq("fast_track") & (rows["start"] < day(90)))])["missing_stretch"]
    assert (only.place, only.start) == ("fast_track", local(0))


@pytest.mark.parametrize("more", [True, False])
def test_a_level_of_the_hospital_that_shifts(more: bool):
    def shifted(rows: pd.DataFrame) -> pd.DataFrame:
        late = rows.groupby("visit")["start"].transform("min") >= day(182)
        return rows[(late if more else ~late) | (rows["visit"] % 5 > 1)]

    (only,) = (kinds := found(shifted))["level_shift"]
    assert kinds.keys() == {"level_shift"}
    assert only.place is None
    assert abs(only.start - local(182)) < pd.Timedelta(days=15)
    assert ("% more from" if more else "% fewer from") in only.says


def test_visits_long_after_the_end():
    def future(rows: pd.DataFrame) -> pd.DataFrame:
        chosen = rows["visit"].isin(rows["visit"].unique()[:6])
        rows.loc[chosen, ["start", "end"]] += pd.Timedelta(days=365 + 40)
        return rows

    (only,) = (kinds := found(future))["after_the_end"]
    assert kinds.keys() == {"after_the_end"}
    assert only.rows == 6
    assert only.start >= local(365 + 40)


def test_an_end_that_is_put_in_by_default():
    def default(rows: pd.DataFrame) -> pd.DataFrame:
        noon = rows["end"].dt.floor("D") + pd.Timedelta(hours=12)
        chosen = (rows.index % 12 == 0) & (noon > rows["start"])
        rows.loc[chosen, "end"] = noon[chosen]
        return rows

    (only,) = (kinds := found(default))["default_time"]
    assert kinds.keys() == {"default_time"}
    assert "stays end at 12:00 to the minute, at nearly all units and on all days" in only.says


@pytest.mark.parametrize(("minutes", "share"), [(15, "100%"), (60, "100%"), (5, "100%")])
def test_times_that_are_rounded(minutes: int, share: str):
    (only,) = found(lambda rows: rows.assign(start=rows["start"].dt.floor(f"{minutes}min")))["rounded_times"]
    assert only.says.startswith(f"{share} of the times in 'In' are multiples of {minutes} minutes")


def test_ends_that_were_forgotten():
    def forgotten(rows: pd.DataFrame) -> pd.DataFrame:
        chosen = rows[rows["unit"].eq("majors") & (rows["start"] < day(300))].drop_duplicates("visit", keep="last")
        last = chosen[chosen["visit"].map(rows["visit"].value_counts()).eq(1)].index[::700]
        rows.loc[last, "end"] = pd.NaT
        return rows

    kinds = found(forgotten)
    assert kinds.keys() == {"forgotten_end"}
    (only,) = kinds["forgotten_end"]
    assert only.place == "majors"
    assert only.says.startswith(f"{only.rows} stays are at majors still open after more than 3 times the longest")
    assert only.rows > 5


def test_stays_of_one_visit_weeks_apart():
    def apart(rows: pd.DataFrame) -> pd.DataFrame:
        chosen = rows[rows["unit"].eq("medicine") & rows["end"].notna() & (rows["start"] < day(300))].index[::100]
        rows.loc[chosen, ["start", "end"]] += pd.Timedelta(days=20)
        return rows

    kinds = found(apart)
    assert kinds.keys() == {"gap_in_visit"}
    assert "20 days at most" in kinds["gap_in_visit"][0].says
    assert kinds["gap_in_visit"][0].rows > 10


def test_a_column_that_numbers_no_persons():
    kinds = found(lambda rows: rows.assign(patient=rows["visit"] % 50))
    assert "of the same 'Person' is going on" in kinds["person_in_two_places"][0].says


def test_a_gap_that_a_rejected_row_left_is_none():
    rows = sound()
    chosen = rows[rows["unit"].eq("medicine") & rows["end"].notna() & (rows["start"] < day(300))].index[:1]
    late = rows.copy()
    late.loc[chosen, ["start", "end"]] += pd.Timedelta(days=20)
    between = late.loc[chosen].assign(start=day(1), end=day(0))
    whole = whole_of(pd.concat([late, between], ignore_index=True))
    whole.ledger.reject(np.array([len(late)]), "end_before_start", "Out")
    stays = whole.log.stays
    kept = stays[~(stays["start"].eq(local(1)) & stays["end"].eq(local(0)))]
    object.__setattr__(whole, "log", whole.log.__class__.of(kept, units=whole.log.units, time_zone=ZONE,
                                                            start=whole.log.start, end=whole.log.end))
    assert [finding.kind for finding in findings_in(whole)] == []


@pytest.mark.parametrize(("t", "freedom", "chance"), [(2.0086, 50, 0.05), (4.0, 48, 2.186e-4), (5.0, 20, 6.95e-5)])
def test_the_tails_of_student(t: float, freedom: int, chance: float):
    assert _two_tails(t, freedom) == pytest.approx(chance, rel=0.03)


def test_a_timetable_of_three_times_a_day_is_not_a_clock_that_rounds():
    rng = np.random.default_rng(3)
    listed = [day(d) + pd.Timedelta(hours=h) for d in range(300) for h in (8, 11, 14)]
    others = [day(d) + pd.Timedelta(minutes=int(m)) for d in range(300) for m in rng.integers(0, 1440, 2)]
    start = pd.Series([*listed, *others])
    rows = pd.DataFrame({"visit": np.arange(len(start)), "unit": "surgery", "start": start,
                         "end": start + pd.to_timedelta(rng.integers(61, 400, len(start)), unit="min")})
    kinds = {finding.kind for finding in findings_in(whole_of(rows))}
    assert "rounded_times" not in kinds
