"""Hourly counts of a log."""
from __future__ import annotations

import pandas as pd
import pytest

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import WHOLE_HOSPITAL, EventLog, Series, hourly

pytestmark = pytest.mark.unit
ZONE = "Europe/London"
DAY = pd.Timestamp("2024-10-27", tz=ZONE)  # has 25 hours


def at(hours: float) -> pd.Timestamp:
    return (DAY + pd.Timedelta(hours=hours)).tz_convert("UTC").as_unit("us")


def a_log() -> EventLog:
    rows = pd.DataFrame([(1, "arrive", "", 0.25, 0.25), (1, "stay", "ward", 0.25, 3.5), (2, "arrive", "", 1.0, 1.0),
                         (2, "stay", "ward", 1.0, 1.5), (3, "stay", "ward", -5, None)],
                        columns=["visit", "activity", "unit", "start", "end"])
    for column in ("start", "end"):
        rows[column] = pd.Series([pd.NaT if pd.isna(h) else at(h) for h in rows[column]], dtype="datetime64[us, UTC]")
    staff = pd.DataFrame({"resource": "ward", "from": [at(0), at(2.5)], "amount": [4.0, 6.0], "reason": "schedule"})
    return EventLog.of(rows, staff, units={"ward": "ward", "icu": "critical_care"}, time_zone=ZONE, start=at(0),
                       end=at(25))


def test_every_hour_of_a_long_day():
    series = hourly(a_log())
    census = series.wide("census")
    assert list(census.columns) == ["icu", "ward"]
    assert len(census) == 25
    assert census["ward"].tolist()[:5] == [1.75, 2.5, 2.0, 1.5, 1.0]
    assert series.wide("census_on_the_hour")["ward"].tolist()[:5] == [1, 3, 2, 2, 1]
    assert census["icu"].eq(0).all()
    assert (census.index[0], census.index[-1]) == (at(0), at(24))


def test_arrivals_entries_and_staff():
    series = hourly(a_log())
    assert series.wide("arrivals")[WHOLE_HOSPITAL].tolist()[:3] == [1, 1, 0]
    assert series.wide("entries")["ward"].tolist()[:3] == [1, 1, 0]
    assert series.wide("staffed")["ward"].tolist()[:4] == [4, 4, 5, 6]
    assert "icu" not in series.wide("staffed")


def test_an_hour_belongs_to_what_happens_at_its_first_instant():
    arrivals = hourly(a_log(), ["arrivals"]).table
    assert set(arrivals["quantity"]) == {"arrivals"}
    assert arrivals["value"].sum() == 2


def test_staff_before_the_first_entry_is_not_known():
    log = a_log()
    later = EventLog.of(log.stays, log.capacity[1:], units=log.units, time_zone=ZONE, start=log.start, end=log.end)
    assert hourly(later, ["staffed"]).table["from"].min() == at(3)


def test_an_unknown_quantity_is_refused():
    with pytest.raises(BadInput, match="'heads'"):
        hourly(a_log(), ["heads"])


def test_an_empty_log_has_no_hours():
    assert hourly(EventLog.of(a_log().stays[:0])).table.empty


def test_a_series_of_ones_own_is_put_in_order():
    table = hourly(a_log()).table
    again = Series.of(table.sample(frac=1, random_state=1), time_zone=ZONE)
    assert again.fingerprint() == hourly(a_log()).fingerprint()
    changed = Series.of(table.assign(value=table["value"] + 1), time_zone=ZONE)
    assert changed.fingerprint() != again.fingerprint()


def test_hours_are_those_of_the_hospitals_clock():
    log = a_log()
    elsewhere = EventLog.of(log.stays, units=log.units, time_zone="Asia/Kathmandu", start=log.start, end=log.end)
    begins = hourly(elsewhere, ["census"]).wide("census").index
    assert begins[0] == at(0)
    assert set(begins[1:].minute) == {15}
