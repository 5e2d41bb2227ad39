"""Imported logs in the store: whole, found by name or id, and refused when damaged."""
from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog, Provenance
from hospital_twin.store import Imported, Store

pytestmark = pytest.mark.unit


def imported(sha: str = "ab", name: str = "admissions", **options: str) -> Imported:
    start = pd.Timestamp("2025-03-03 10:00", tz="UTC")
    stays = pd.DataFrame({"visit": [3, 2**62], "unit": ["ed", "ward"], "start": [start, start],
                          "end": [start + pd.Timedelta(hours=2), pd.NaT], "acuity": [1, 2], "space": [None, 4]})
    capacity = pd.DataFrame({"resource": ["ed"], "from": [start], "amount": [4.5], "reason": ["start"]})
    log = EventLog.of(stays, capacity, attributes=("acuity",), units={"ed": "ed", "ward": "ward"},
                      time_zone="Europe/London",
                      provenance=Provenance(kind="log", name="log.csv", sha256=sha))
    return Imported(log, name, "key", {"mapping": {}, **options}, {"rows_read": 2, "faults": []})


def test_a_kept_log_is_given_back_as_it_was(store: Store):
    one = imported()
    name = store.logs.keep(one)
    again = store.logs.log(name)
    assert again.fingerprint() == one.log.fingerprint()
    assert again.header() == one.log.header()
    pd.testing.assert_frame_equal(again.stays, one.log.stays)
    pd.testing.assert_frame_equal(again.capacity, one.log.capacity)
    assert store.logs.report(name) == one.report
    assert [(kept.id, kept.name, kept.source_sha256, kept.key_mark) for kept in store.logs.listed()] == [
        (one.id, "admissions", "ab", "key")]


def test_kept_twice_it_is_there_once_and_another_way_of_reading_is_another_log(store: Store):
    names = [store.logs.keep(imported()), store.logs.keep(imported()), store.logs.keep(imported(time_zone="UTC")),
             store.logs.keep(imported("cd")), store.logs.keep(replace(imported(), key_mark="another"))]
    assert len(set(names)) == 4
    assert [kept.id for kept in store.logs.listed()] == [names[4], names[3], names[2], names[0]]


def test_logs_are_found_by_id_by_its_beginning_and_by_name(store: Store):
    assert store.logs.listed() == []
    with pytest.raises(BadInput, match="no log is kept"):
        store.logs.log()
    first = store.logs.keep(imported("ab"))
    assert store.logs.log().provenance.sha256 == "ab"
    second = store.logs.keep(imported("cd"))
    assert [store.logs.log(named).provenance.sha256 for named in (first, first[:8], second, "admissions")] == [
        "ab", "ab", "cd", "cd"]
    with pytest.raises(BadInput, match="2 logs are kept"):
        store.logs.log()
    with pytest.raises(BadInput, match="there is no log 'nobody'"):
        store.logs.report("nobody")


def test_a_store_without_logs_has_no_tables_of_them_and_is_read_all_the_same(tmp_path: Path):
    with Store(tmp_path / "twin.db"):
        pass
    with Store(tmp_path / "twin.db", read_only=True) as opened:
        assert opened.logs.listed() == []
        with pytest.raises(BadInput, match="hospital-twin import"):
            opened.logs.report()


@pytest.mark.parametrize("damage", [
    "UPDATE log_column SET data = x'00' WHERE name = 'end'",
    "UPDATE log_column SET kind = '\"Int32\"' WHERE name = 'unit'",
    "UPDATE log_column SET data = (SELECT data FROM log_column WHERE name = 'start') WHERE name = 'joined'"
    " AND log = 'none' OR name = 'visit'",
    "DELETE FROM log_column WHERE name = 'patient'",
    "UPDATE log SET header = '{}'", "UPDATE log SET header = 'no'", "UPDATE log SET fingerprint = 'x'"])
def test_a_damaged_log_is_refused(store: Store, damage: str):
    name = store.logs.keep(imported())
    with sqlite3.connect(store.path) as connection:
        assert connection.execute(damage).rowcount
    connection.close()
    with pytest.raises(BadInput, match=r"damaged|not what it was"):
        store.logs.log(name)


def test_a_damaged_report_is_refused(store: Store):
    name = store.logs.keep(imported())
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE log SET report = x'00'")
    connection.close()
    with pytest.raises(BadInput, match="damaged"):
        store.logs.report(name)
