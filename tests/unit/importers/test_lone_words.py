"""Words that stand in a single row of many: what is known from elsewhere is kept, a free text is not."""
from __future__ import annotations

import re

import pandas as pd
import pytest

from hospital_twin.eventlog import EventLog
from hospital_twin.kpis import compute_kpis
from tests.tiny import layout_of
from tests.unit.importers.conftest import Read, as_written

pytestmark = pytest.mark.unit

STAYS = "".join(f"{v},stay,ED,,2025-03-{v % 28 + 1:02} 10:00,2025-03-{v % 28 + 1:02} 12:00,\n"
                f"{v},leave,,,2025-03-{v % 28 + 1:02} 12:00,2025-03-{v % 28 + 1:02} 12:00,home\n" for v in range(150))
WARD = "".join(f"{v},stay,Ward,,2025-03-{v - 499:02} 12:00,2025-03-{v - 499:02} 20:00,\n" for v in range(500, 520))
HEADER = "visit,activity,unit,resource,start,end,outcome\n"


@pytest.mark.parametrize(("word", "name"), [
    ("died", "died"), ("Exitus", "died"), ("left_without_being_seen", "left_without_being_seen"),
    ("LWBS", "left_without_being_seen"), ("cancelled", "cancelled"), ("transferred_out", "transferred_out"),
    ("refused", "refused"), ("Smith died", "died"), ("Ann Lee", "unknown"), ("Lee went home", "home"),
    ("home with Ann Lee", "unknown"), ("eloped", "unknown")])
def test_an_outcome_that_one_visit_alone_had_is_kept_where_its_word_is_known(read: Read, word: str, name: str):
    log, report = read(HEADER + STAYS + f"900,stay,ED,,2025-03-03 10:00,2025-03-03 11:00,{word}\n")
    stays = as_written(log)
    left = stays[stays["activity"].eq("leave")].set_index("visit")["end_reason"]
    assert left[900] == name
    assert report.counts() == ({("repaired", "unknown_value"): 1} if name == "unknown" else {})
    assert not {"lee", "smith"} & set(re.findall("[a-z]+", log.stays.to_csv().lower()))


def test_an_outcome_that_one_visit_alone_had_is_kept_where_the_layout_names_it(read: Read):
    text = HEADER + STAYS + "".join(
        f"{900 + i},stay,ED,,2025-03-03 10:00,2025-03-03 11:00,{word}\n"
        for i, word in enumerate(("died", "Eloped", "sent on", "Ann Lee")))
    log, report = read(text, layout=layout_of("""
        units: {ed: {kind: ed, places: 4, room: 0, refuse_as: sent_on}}
        sources: {a: {pathway: p, rate: 1, ceiling: 1}}
        pathways:
          p: [{move: m, to: ed, patience: 4 h, gives_up: [{leave: gone, as: eloped}]}, {leave: out, as: died}]
    """))
    stays = as_written(log)
    left = stays[stays["activity"].eq("leave")].set_index("visit")["end_reason"]
    assert left[[900, 901, 902, 903]].tolist() == ["died", "eloped", "sent_on", "unknown"]
    assert report.counts()[("repaired", "unknown_value")] == 1


def test_one_death_and_one_who_left_unseen_are_what_the_kpis_say(read: Read):
    odd = ("900,stay,ED,,2025-03-03 10:00,2025-03-03 11:00,left_without_being_seen\n"
           "901,stay,ED,,2025-03-03 10:00,2025-03-03 11:00,died\n")
    log, _ = read(HEADER + STAYS + odd)
    share = kpi(log, "left_without_being_seen", "share")
    assert share["reason"] == ""
    assert share["value"] == pytest.approx(100 / 152)
    without, with_both = (kpi(read(HEADER + STAYS + WARD + text)[0], "discharges_before_noon", "share")["n"]
                          for text in ("", odd.replace("ED", "Ward")))
    assert with_both == without + 1  # who died is no discharge


@pytest.mark.parametrize(("unit", "resource", "mapping"), [
    ("ICU", "ICU", None), ("ICU", "icu", None), ("3 ICU", "3 ICU", None),
    ("Level 9", "Level 9", {"units": {"Level 9": "icu"}}), ("Level 9", "icu", {"units": {"Level 9": "icu"}})])
def test_the_only_refusal_by_a_unit_of_the_log_counts(read: Read, unit: str, resource: str, mapping: dict | None):
    text = HEADER + STAYS + WARD.replace("Ward", unit)
    log, report = read(text + f"3,refused,ED,{resource},2025-03-04 11:00,2025-03-04 11:00,\n", mapping=mapping)
    refused = kpi(log, "icu_refusals", "share")
    assert (refused["value"], refused["n"], refused["reason"]) == (pytest.approx(100 / 21), 21, "")
    assert report.counts() == {}
    other, found = read(text + "3,refused,ED,Ann Lee,2025-03-04 11:00,2025-03-04 11:00,\n", mapping=mapping)
    assert found.counts() == {("repaired", "unknown_value"): 1}
    assert "lee" not in other.stays.to_csv()


def kpi(log: EventLog, name: str, statistic: str) -> pd.Series:
    """The value, reason and number of cases of a KPI in the whole hospital."""
    table = compute_kpis(log, only=[name]).table
    return table[table["statistic"].eq(statistic)].iloc[0]
