"""Conservation and Little's law find what is wrong, and nothing else."""
from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from hospital_twin.eventlog import EventLog, conservation, little

pytestmark = pytest.mark.unit
ZERO = pd.Timestamp("2024-03-01", tz="UTC")


def log_of(rows, hours=48.0) -> EventLog:
    """Rows: visit, activity, resource, joined, start, end in hours."""
    table = pd.DataFrame(rows, columns=["visit", "activity", "resource", "joined", "start", "end"])
    for column in ("joined", "start", "end"):
        table[column] = (ZERO + pd.to_timedelta(pd.to_numeric(table[column]), unit="h")).astype("datetime64[us, UTC]")
    return EventLog.of(table, units={"ward": "ward"}, resources={"ward": "place"}, start=ZERO,
                       end=ZERO + pd.Timedelta(hours=hours))


def moment(visit, activity, hour):
    return (visit, activity, "", hour, hour, hour)


GOOD = [moment(1, "arrive", 1), (1, "stay", "ward", 1, 2, 9), moment(1, "leave", 9), (1, "cleaning", "ward", 9, 9, 10),
        moment(2, "arrive", 3), (2, "stay", "ward", 3, 9, None), moment(3, "arrive", 40),
        (3, "wait", "ward", 40, None, None), (4, "stay", "ward", -5, -5, 20), moment(4, "leave", 20)]


def test_a_log_that_adds_up():
    found = conservation(log_of(GOOD))
    assert found.faults == ()
    assert found.holds
    assert (found.arrivals, found.present_at_start, found.leaves, found.present_at_end) == (3, 1, 2, 2)


def test_a_log_that_reaches_beyond_its_window():
    found = conservation(log_of([*GOOD[:4], moment(2, "arrive", 3), (2, "stay", "ward", 3, 9, 60),
                                 moment(2, "leave", 60)]))
    assert found.holds
    assert (found.arrivals, found.leaves, found.present_at_end) == (2, 1, 1)


@pytest.mark.parametrize(("rows", "words"), [
    ([*GOOD, moment(1, "arrive", 2)], "arrive more than once"),
    ([*GOOD, moment(1, "leave", 9)], "leave more than once"),
    ([*GOOD, (3, "stay", "ward", 10, 10, 12)], "before they arrive"),
    ([*GOOD, (1, "stay", "ward", 8, 8, 12)], "after they leave"),
    ([*GOOD, (1, "stay", "ward", 8, 8, None)], "after they leave"),
    ([*GOOD, (2, "stay", "ward", 8, 8, 7)], "ends? something before it starts"),
    ([*GOOD, (2, "stay", "ward", 8, 7, 9)], "before they ask"),
    ([*GOOD, moment(9, "arrive", 12), (9, "stay", "ward", 12, 12, 13)], "neither leave nor have anything open"),
])
def test_what_cannot_be(rows, words):
    found = conservation(log_of(rows))
    assert not found.holds
    assert len(found.faults) == 1
    assert re.search(words, found.faults[0])


def test_littles_law_counts_from_empty_to_empty():
    found = little(log_of([*GOOD[:4], moment(2, "arrive", 3), (2, "stay", "ward", 3, 9, 12), moment(2, "leave", 12)]),
                   "ward")
    assert (found.number, found.rate, found.hours) == pytest.approx((10 / 48, 2 / 48, 5))
    assert found.gap == pytest.approx(0)


def test_littles_law_of_the_line():
    rows = [(1, "stay", "ward", 0, 3, 9), (2, "stay", "ward", 1, 1, 9), (3, "wait", "ward", 2, 6, 6),
            (4, "wait", "ward", 44, None, None), (5, "refused", "ward", 7, 7, 7)]
    found = little(log_of(rows), "ward", "wait")
    assert found.number == pytest.approx((3 + 0 + 4 + 4) / 48)
    assert found.rate == pytest.approx(4 / 48)
    assert found.gap == pytest.approx(0)


def test_littles_law_over_a_long_time_with_patients_at_both_ends():
    generator = np.random.default_rng(2)
    begin = np.sort(generator.uniform(-50, 2000, 4000))
    rows = [(i, "stay", "ward", b, b, b + d) for i, (b, d) in enumerate(zip(begin, generator.exponential(5, 4000),
                                                                            strict=True))]
    assert 0 < little(log_of(rows, hours=2000), "ward").gap < 0.02


def test_an_empty_place():
    found = little(log_of(GOOD), "nowhere")
    assert (found.number, found.rate, found.hours, found.gap) == (0, 0, 0, 0)
