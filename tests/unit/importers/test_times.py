from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_twin.errors import BadInput
from hospital_twin.importers._clocks import check_zone, moments
from hospital_twin.importers._times import Times, _parts, read_times, readable_shares

pytestmark = pytest.mark.unit

MARCH = datetime(2025, 3, 25, 14, 5)  # noqa: DTZ001 - a clock on a wall
FORMS = {
    "2025-03-25 14:05": MARCH, "2025-03-25T14:05": MARCH, "2025/3/25 14:05": MARCH, "2025.03.25 14:05": MARCH,
    "25/03/2025 14:05": MARCH, "25.3.2025 14:05": MARCH, "25-03-2025, 14:05": MARCH, "25.03.2025 um 14:05 Uhr": MARCH,
    "25/03/2025 à 14h05": MARCH, "25/03/2025 14.05": MARCH, "25/03/2025 2:05 PM": MARCH, "25/03/2025 02:05 p.m.": MARCH,
    "25-Mar-2025 14:05": MARCH, "25 March 2025 14:05": MARCH, "25. März 2025 14:05": MARCH, "25 mars 2025 14:05": MARCH,
    "25 maart 2025 14:05": MARCH, "25 de marzo de 2025 14:05": MARCH, "March 25, 2025 14:05": MARCH,
    "Tue, 25 Mar 2025 14:05": MARCH, "mar. 25/03/2025 14:05": MARCH, "20250325 14:05": MARCH, "202503251405": MARCH,
    "20250325T1405": MARCH, "20250325140500": MARCH, "2025-03-25 14:05:00.000000": MARCH,
    "2025-03-25 14:05:00,0": MARCH, "2025-03-25 00:00": datetime(2025, 3, 25),  # noqa: DTZ001
    "2025-03-24 24:00": datetime(2025, 3, 25),  # noqa: DTZ001
    "25/03/2025 12:05 AM": datetime(2025, 3, 25, 0, 5),  # noqa: DTZ001
    "25/03/2025 12:05 pm": datetime(2025, 3, 25, 12, 5),  # noqa: DTZ001
    "25/03/1999 14:05": datetime(1999, 3, 25, 14, 5),  # noqa: DTZ001
    "29/02/2024 14:05": datetime(2024, 2, 29, 14, 5),  # noqa: DTZ001
}
NO_TIMES = ("25/13/2025", "31/04/2025", "29/02/2025", "2025-00-10", "2025-03-25 25:00", "2025-03-25 24:01",
            "2025-03-25 14:60", "25/03/2025 13:05 PM", "25/03/2025 0:05 AM", "45741.5", "1742911500", "yesterday",
            "25 Marchember 2025", "2025-03-25 14:05 somewhere", "25/03", "14:05", "x" * 100, "२५/०३/२०२५",
            "0000-03-25", "25/03/2025 14:05:99")


def times_of(*texts: str, order: str | None = None) -> Times:
    values = np.array(texts, dtype=object)
    return read_times({"When": values}, np.arange(2, 2 + len(texts)), file="log.csv", order=order)["When"]


@pytest.mark.parametrize("text", FORMS)
def test_a_time_is_read_however_it_is_written(text: str):
    found = times_of(text)
    assert found.wall[0] == np.datetime64(FORMS[text], "us")
    assert not found.unreadable[0]
    assert not found.date_only[0]


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_is_not_read_as_one(text: str):
    found = times_of(text, "25/03/2025 14:05")
    assert found.unreadable.tolist() == [True, False]
    assert np.isnat(found.wall[0])


@pytest.mark.parametrize("text", ["", "NA", "null", "NaT", "\\N", "-", "n/a", "None"])
def test_nothing_is_missing_and_no_fault(text: str):
    found = times_of(text)
    assert found.missing[0]
    assert not found.unreadable[0]


def test_parts_of_a_second_are_kept_to_the_microsecond():
    assert str(times_of("2025-03-25 14:05:06.1234567").wall[0]) == "2025-03-25T14:05:06.123456"


def test_a_date_without_a_time_of_day_says_so():
    found = times_of("2025-03-25", "2025-03-25 00:00")
    assert found.date_only.tolist() == [True, False]


@pytest.mark.parametrize(("text", "minutes"), [("2025-03-25T14:05Z", 0), ("2025-03-25 14:05 UTC", 0),
                                               ("2025-03-25T14:05+01:00", 60), ("2025-03-25 14:05:00-0530", -330),
                                               ("2025-03-25T14:05+02", 120)])
def test_an_offset_is_read(text: str, minutes: int):
    found = times_of(text)
    assert found.known[0]
    assert found.offset[0] == minutes * 60_000_000
    utc = moments(found, "America/New_York").utc[0]
    assert utc == np.datetime64("2025-03-25T14:05", "us") - np.timedelta64(minutes, "m")


@pytest.mark.parametrize(("texts", "day"), [(("03/04/2025", "13/04/2025"), 3), (("03/04/2025", "04/13/2025"), 4)])
def test_one_date_tells_the_order_of_all(texts: tuple[str, str], day: int):
    assert times_of(*texts).wall.astype("datetime64[D]").astype(object)[0].day == day


def test_the_order_is_that_of_all_columns_of_the_file():
    found = read_times({"In": np.array(["03/04/2025"], dtype=object), "Out": np.array(["13/04/2025"], dtype=object)},
                       np.array([2]), file="log.csv", order=None)
    assert str(found["In"].wall[0])[:10] == "2025-04-03"


def test_dates_that_can_be_read_both_ways_are_refused_with_the_lines():
    with pytest.raises(BadInput, match="day or month first") as refused:
        times_of("05/05/2025 10:00", "03/04/2025 10:00", "01/02/2025 11:00")
    assert "03/04/2025 (line 3, column When), 01/02/2025 (line 4, column When)" in refused.value.problem
    assert "10:00" not in refused.value.problem
    assert "date_order: day_first" in refused.value.expected


def test_an_order_that_changes_is_refused_with_the_rows_that_prove_it():
    with pytest.raises(BadInput, match="changes from row to row") as refused:
        times_of("03/04/2025", "25/03/2025", "03/26/2025")
    assert "25/03/2025 (line 3, column When) can only have the day first" in refused.value.problem
    assert "03/26/2025 (line 4, column When) only the month first" in refused.value.problem


def test_years_of_two_digits():
    assert str(times_of("13/01/25", "31/12/25", "02/02/25", "03/02/99").wall[3])[:10] == "1999-02-03"
    with pytest.raises(BadInput, match="first or last"):
        times_of("25-01-13", "25-01-14", "25-02-28")
    assert str(times_of("25-01-13", order="year_first").wall[0])[:10] == "2025-01-13"


def test_a_declared_order_is_kept_to_and_the_others_cannot_be_read():
    found = times_of("03/04/2025", "04/13/2025", "2025-04-13", "13/04/2025", order="day_first")
    assert found.unreadable.tolist() == [False, True, False, False]
    assert str(found.wall[0])[:10] == "2025-04-03"
    assert str(times_of("03/04/2025", order="month_first").wall[0])[:10] == "2025-03-04"


@pytest.mark.parametrize(("order", "other", "line"), [("month_first", "day_first", 4), ("day_first", "month_first", 5)])
def test_a_declared_order_that_the_dates_contradict_is_refused(order: str, other: str, line: int):
    texts = ["03/04/2025", "04/03/2025", "25/03/2025", "03/25/2025"]
    texts += [texts[line - 2]] * 25
    said = (f"the mapping says {order}, but {texts[-1]} .line {line}, column When. can only be {other} "
            ".dates like it: 26")
    with pytest.raises(BadInput, match=said) as refused:
        times_of(*texts, order=order)
    assert refused.value.expected.startswith(f"date_order: {other}")
    assert times_of(*texts, order=other).unreadable.sum() == 1
    with pytest.raises(BadInput, match="the mapping says"):
        times_of(texts[-1], order=order)


def test_a_declared_order_that_no_date_proves_is_shown_with_what_it_makes_of_them():
    def noted(*texts: str, order: str = "month_first") -> list[str]:
        notes: list[str] = []
        read_times({"When": np.array(texts, dtype=object)}, np.arange(len(texts)), file="log.csv", order=order,
                   note=notes.append)
        return notes

    days = [f"{day:02}/01/2024 10:00" for day in range(1, 13)]
    (said,) = noted(*days)
    assert "from 2024-01-01 to 2024-12-01, and as day_first from 2024-01-01 to 2024-01-12" in said
    assert noted(*days, "01/13/2024") == noted("2024-01-02") == noted("02/02/2024") == []
    assert len(noted(*days, order="day_first")) == 1
    assert noted(*days, "13/01/2024", order="day_first") == []


def test_same_day_and_month_need_no_order():
    assert str(times_of("05/05/2025", "01/01/2024").wall[0])[:10] == "2025-05-05"


def test_shares_for_the_recognition_of_columns():
    assert readable_shares(np.array(["2025-01-01", "2025-01-02 10:00", "x", ""], dtype=object)) == (2 / 3, 1 / 3)
    assert readable_shares(np.array(["", "NA"], dtype=object)) == (0.0, 0.0)
    assert readable_shares(np.zeros(0, dtype=object)) == (0.0, 0.0)


LONDON = "Europe/London"


def utc(found: np.ndarray) -> list[str]:
    return [str(t)[:16] for t in found]


def test_clocks_of_summer_and_winter():
    found = moments(times_of("2024-01-10 12:00", "2024-07-10 12:00", ""), LONDON)
    assert utc(found.utc) == ["2024-01-10T12:00", "2024-07-10T11:00", "NaT"]
    assert not found.skipped.any()
    assert not found.later.any()


def test_the_hour_that_the_clock_skips_is_read_off_a_clock_not_put_forward():
    found = moments(times_of("2024-03-31 00:59", "2024-03-31 01:30", "2024-03-31 02:00"), LONDON)
    assert utc(found.utc) == ["2024-03-31T00:59", "2024-03-31T01:30", "2024-03-31T01:00"]
    assert found.skipped.tolist() == [False, True, False]
    half = moments(times_of("2024-10-06 02:15"), "Australia/Lord_Howe")
    assert utc(half.utc) == ["2024-10-05T15:45"]


def test_the_hour_that_comes_twice_is_the_first_unless_said_otherwise():
    found = moments(times_of("2024-10-27 00:59", "2024-10-27 01:30", "2024-10-27T01:30Z", "2024-10-27 02:00"), LONDON)
    assert utc(found.utc) == ["2024-10-26T23:59", "2024-10-27T00:30", "2024-10-27T01:30", "2024-10-27T02:00"]
    assert found.later.tolist() == [0, 3_600_000_000, 0, 0]


@given(st.datetimes(datetime(1972, 1, 1), datetime(2099, 1, 1)),  # noqa: DTZ001
       st.sampled_from(["%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%d %b %Y %H:%M", "%B %d, %Y %I:%M %p", "%Y%m%d%H%M%S"]))
def test_what_python_writes_is_read_back(time: datetime, form: str):
    text = time.strftime(form)
    assert times_of(text).wall[0] == np.datetime64(datetime.strptime(text, form), "us")  # noqa: DTZ007


@given(st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)), min_size=1, max_size=50),  # noqa: DTZ001
       st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]))
def test_moments_are_those_of_the_zone(times: list[datetime], zone: str):
    aware = [time.replace(tzinfo=UTC, microsecond=0) for time in times]
    local = pd.DatetimeIndex(aware).tz_convert(zone)
    found = moments(times_of(*local.strftime("%Y-%m-%d %H:%M:%S")), zone)
    expected = np.array([time.replace(tzinfo=None) for time in aware], dtype="datetime64[us]")
    behind = expected - found.utc
    assert not found.skipped.any()
    assert ((behind == np.timedelta64(0)) | (behind == found.later.astype("timedelta64[us]"))).all()


@pytest.mark.parametrize("name", ["London", "Europe/Londn", "", "../etc/passwd", "Europe"])
def test_a_time_zone_that_is_none(name: str):
    with pytest.raises(BadInput, match="no time zone"):
        check_zone(name, "time_zone")


WRITTEN = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat(" ", "minutes")), st.dates().map(str),
    st.sampled_from(["", "NA", "3 März 2025 10:05", "03.03.25", "2025-03-03T10:05:00+01:00", "\ud800", "x" * 60]),
    st.text(max_size=20))


@given(st.lists(WRITTEN, max_size=60))
def test_each_text_is_read_as_if_it_stood_alone(texts: list[str]):
    together = _parts(np.array(texts, dtype=object))
    alone = [_parts(np.array([text], dtype=object)) for text in texts]
    for name in ("kind", "year", "a", "b", "of_day", "offset", "date_only", "short_year"):
        assert getattr(together, name).tolist() == [getattr(one, name)[0] for one in alone], name


def test_two_systems_one_behind_the_other_are_told_from_orders_that_change_from_row_to_row():
    day, month = [f"{d}/03/2025 10:00" for d in range(13, 29)] * 2, [f"03/{d}/2025 10:00" for d in range(13, 29)] * 2
    for texts, how in ((day + month, "once, between lines 33 and 34, as if two systems were merged"),
                       (month + day, "once, between lines 33 and 34, as if two systems were merged"),
                       (day + month + day, "from row to row")):
        with pytest.raises(BadInput) as refused:
            read_times({"start": np.array(texts, dtype=object)}, np.arange(2, len(texts) + 2), file="log.csv",
                       order=None)
        assert how in refused.value.problem
