"""The event log: canonical rows, files, and what was known at an earlier time."""
from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog, Provenance

pytestmark = pytest.mark.unit


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(f"2024-03-{text}", tz="UTC")


def a_log(**about) -> EventLog:
    rows = pd.DataFrame({
        "visit": [1, 1, 1, 1, 2, 2], "activity": ["arrive", "stay", "stay", "leave", "arrive", "stay"],
        "unit": ["", "ed", "ward", "ward", "", "ed"],
        "joined": [at("01 08:00"), at("01 08:00"), at("01 09:00"), at("03 12:00"), at("01 10:00"), at("01 10:00")],
        "start": [at("01 08:00"), at("01 08:30"), at("01 13:00"), at("03 12:00"), at("01 10:00"), at("01 10:05")],
        "end": [at("01 08:00"), at("01 13:00"), at("03 12:00"), at("03 12:00"), at("01 10:00"), pd.NaT],
        "end_reason": ["done", "done", "done", "home", "done", "open"], "acuity": [3, 3, 2, 2, 4, 4],
        "space": [None, 1, 2, None, None, 1]})
    capacity = pd.DataFrame({"resource": ["ward", "ed"], "from": [at("01 00:00")] * 2, "amount": [10.0, 4.5],
                             "reason": ["start"] * 2})
    return EventLog.of(rows, capacity, **{"attributes": ("acuity",), "units": {"ed": "ed", "ward": "ward"},
                                          "resources": {"ed": "place", "ward": "place"}, "start": at("01 00:00"),
                                          "end": at("04 00:00"), "time_zone": "Europe/London", **about})


def test_order_of_rows_and_of_categories_makes_no_difference():
    log = a_log()
    rows = log.stays.copy()
    rows["unit"] = rows["unit"].cat.set_categories(["ward", "nowhere", "", "ed"])
    for seed in range(5):
        again = EventLog.of(rows.sample(frac=1, random_state=seed), log.capacity[::-1], attributes=log.attributes)
        assert again.fingerprint() == log.fingerprint()
        assert again.stays["visit"].tolist() == log.stays["visit"].tolist()


def test_rows_that_tie_in_time_and_visit_have_one_order():
    rows = pd.DataFrame({"visit": 1, "unit": ["b", "a", "c"], "start": at("01"), "end": at("02")})
    prints = {EventLog.of(rows.iloc[list(order)]).fingerprint() for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0))}
    assert len(prints) == 1


@pytest.mark.parametrize("change", [
    lambda rows: rows.assign(unit=rows["unit"].astype(object).where(rows["visit"] != 1, "ed")),
    lambda rows: rows.assign(end=rows["end"] + pd.Timedelta("1us")),
    lambda rows: rows.assign(space=2),
    lambda rows: rows.assign(acuity=5),
    lambda rows: rows[1:],
])
def test_fingerprint_sees_every_change(change):
    log = a_log()
    changed = EventLog.of(change(log.stays), log.capacity, attributes=log.attributes)
    assert changed.fingerprint() != log.fingerprint()


def test_fingerprint_sees_the_capacity():
    log = a_log()
    more = EventLog.of(log.stays, log.capacity.assign(amount=11.0), attributes=log.attributes)
    assert more.fingerprint() != log.fingerprint()


def test_missing_columns_are_completed():
    log = EventLog.of(pd.DataFrame({"visit": [7], "unit": ["ward"], "start": [at("01")], "end": [pd.NaT]}))
    row = log.stays.iloc[0]
    assert (row["patient"], row["activity"], row["resource"], row["amount"]) == (7, "stay", "ward", 1.0)
    assert row["joined"] == row["start"]
    assert row["end_reason"] == "open"
    assert pd.isna(row["space"])


def test_places_without_a_resource_are_of_their_unit_and_nothing_else_is():
    rows = pd.DataFrame({"visit": 1, "unit": "ward", "activity": ["stay", "cleaning", "ct"], "resource": "",
                         "start": at("01"), "end": at("02")})
    log = EventLog.of(rows)
    assert dict(zip(log.stays["activity"], log.stays["resource"], strict=True)) == {
        "stay": "ward", "cleaning": "ward", "ct": ""}


def test_times_without_a_zone_are_utc():
    naive = pd.DataFrame({"visit": [1], "unit": ["ed"], "start": pd.to_datetime(["2024-03-01 08:00"]),
                          "end": [pd.Timestamp("2024-03-01 09:00")]})
    log = EventLog.of(naive, start="2024-03-01", end="2024-03-02")
    assert log.stays["start"][0] == at("01 08:00")
    assert (log.start, log.end) == (at("01"), at("02"))


def test_window_is_that_of_the_rows_when_not_given():
    log = a_log(start=None, end=None)
    assert (log.start, log.end) == (at("01 08:00"), at("03 12:00"))


def test_saved_and_loaded_it_is_the_same_log(tmp_path):
    log = a_log(provenance=Provenance(kind="simulation", name="test", seed=3, replication=1))
    log = replace(log, stays=log.stays.assign(acuity=log.stays["acuity"].cat.as_ordered()))
    again = EventLog.load(log.save(tmp_path / "log.npz"))
    assert again.fingerprint() == log.fingerprint()
    pd.testing.assert_frame_equal(again.stays, log.stays)
    pd.testing.assert_frame_equal(again.capacity, log.capacity)
    for name in ("attributes", "units", "resources", "time_zone", "start", "end", "provenance"):
        assert getattr(again, name) == getattr(log, name)
    assert [p.name for p in tmp_path.iterdir()] == ["log.npz"]


def test_an_empty_log_can_be_saved(tmp_path):
    empty = EventLog.of(a_log().stays[:0], attributes=("acuity",))
    again = EventLog.load(empty.save(tmp_path / "empty"))
    assert again.fingerprint() == empty.fingerprint()
    assert pd.isna(again.start)


def test_a_save_that_fails_leaves_the_old_file(tmp_path):
    path = a_log().save(tmp_path / "log.npz")
    before = path.read_bytes()
    odd = a_log()
    odd = replace(odd, stays=odd.stays.assign(acuity=pd.Categorical([frozenset()] * len(odd.stays))))
    with pytest.raises(TypeError):
        odd.save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["log.npz"]


def damaged(path, kind):
    a_log().save(path)
    if kind == "absent":
        path.unlink()
    elif kind == "text":
        path.write_text("visit,start,end\n")
    elif kind == "cut off":
        path.write_bytes(path.read_bytes()[:-200])
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "pickle":
        with path.open("wb") as file:
            np.savez(file, header=np.array([{"format": 1}], dtype=object))
    elif kind == "other version":
        header = json.dumps({"format": "hospital_twin tables 9", "header": {}, "columns": []})
        with path.open("wb") as file:
            np.savez(file, header=np.frombuffer(header.encode(), np.uint8))


@pytest.mark.parametrize("kind", ["absent", "text", "cut off", "empty", "pickle", "other version"])
def test_a_file_that_is_no_log_is_refused_by_name(tmp_path, kind):
    path = tmp_path / "log.npz"
    damaged(path, kind)
    with pytest.raises(BadInput, match=r"log\.npz"):
        EventLog.load(path)


def test_until_shows_what_was_known_then():
    before = a_log().until(at("01 10:00"))
    assert before.end == at("01 10:00")
    first = before.stays[before.stays["visit"] == 1].set_index("unit")
    assert first.loc["ed", "end_reason"] == "open"
    assert pd.isna(first.loc["ed", "end"])
    assert first.loc["ward", "activity"] == "wait"
    assert first.loc["ward", "resource"] == "ward"
    assert first.loc["ward", "joined"] == at("01 09:00")
    assert first.loc["ward", ["start", "end"]].isna().all()
    assert set(before.stays.loc[before.stays["visit"] == 2, "activity"]) == {"arrive", "wait"}


def test_until_the_end_changes_nothing():
    log = a_log()
    assert log.until(log.end).fingerprint() == log.fingerprint()


def test_until_is_the_same_by_one_step_or_two():
    log = a_log()
    assert log.until(at("02")).until(at("01 12:00")).fingerprint() == log.until(at("01 12:00")).fingerprint()


def test_units_and_resources_by_kind():
    log = a_log()
    assert log.units_of("ward", "critical_care") == ["ward"]
    assert log.resources_of("place") == ["ed", "ward"]
    assert set(log.only("stay").stays["activity"]) == {"stay"}


def test_renumbered_logs_do_not_depend_on_what_visits_were_called():
    rows = pd.concat([a_log().stays.assign(patient=1), a_log().stays.assign(visit=lambda t: t["visit"] + 2, patient=7)])
    rows.loc[rows["visit"].eq(3) & rows["activity"].eq("stay"), "end"] = at("02 23:00")
    names = {1: 90, 2: 5, 3: 41, 4: 4}
    other = rows.assign(visit=rows["visit"].map(names), patient=rows["patient"].map({1: 8, 7: 2}))
    first, second = (EventLog.of(table, attributes=("acuity",)).renumbered() for table in (rows, other))
    assert first.fingerprint() == second.fingerprint()
    assert set(first.stays["visit"]) == {0, 1, 2, 3}
    assert set(first.stays["patient"]) == {0, 1}
    assert first.stays.groupby("visit")["joined"].min().is_monotonic_increasing
    assert first.renumbered().fingerprint() == first.fingerprint()
