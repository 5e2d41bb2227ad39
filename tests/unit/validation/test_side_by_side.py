"""The log beside the twin, and the range of one more replication."""
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog
from hospital_twin.kpis import KPI_TABLE_COLUMNS, KpiTable
from hospital_twin.validation import BESIDE_COLUMNS, beside
from hospital_twin.validation.side_by_side import beside_numbers
from hospital_twin.validation.student import prediction_factor

pytestmark = pytest.mark.unit

WHOLE = "whole hospital"


def test_the_range_holds_one_more_value_as_often_as_it_says():
    rng = np.random.default_rng(1)
    values = rng.normal(10, 2, (4000, 6))
    half = prediction_factor(5, 0.95) * values[:, :5].std(axis=1, ddof=1)
    inside = np.abs(values[:, 5] - values[:, :5].mean(axis=1)) <= half
    assert inside.mean() == pytest.approx(0.95, abs=0.012)


def table(values: dict[tuple[str, str, int | None, str], float], reason: str = "") -> pd.DataFrame:
    rows = [(kpi, place, hour, statistic, value, 5, reason if np.isnan(value) else "")
            for (kpi, place, hour, statistic), value in values.items()]
    columns = ["kpi", "place", "hour", "statistic", "value", "n", "reason"]
    return pd.DataFrame(rows, columns=columns).astype(KPI_TABLE_COLUMNS)[list(KPI_TABLE_COLUMNS)]


def runs(*replications: dict) -> SimpleNamespace:
    parts = [table(values).assign(replication=n) for n, values in enumerate(replications)]
    return SimpleNamespace(kpis=pd.concat(parts, ignore_index=True), replications=tuple(range(len(parts))),
                           scenario="baseline", days=35.0, warm_up_days=7.0)


SHARE, CENSUS = ("occupancy", WHOLE, None, "share"), ("occupancy", WHOLE, 8, "census")


def test_inside_and_off_and_said_in_words():
    twin = runs(*({SHARE: 90 + d, CENSUS: 50 + d} for d in (-2, -1, 0, 1, 2)))
    seen = beside_numbers(KpiTable(table({SHARE: 92.0, CENSUS: 80.0})), twin, days=28)
    assert list(seen.columns) == list(BESIDE_COLUMNS)
    assert seen["verdict"].tolist() == ["inside", "off"]
    half = student.ppf(0.975, 4) * np.std([-2, -1, 0, 1, 2], ddof=1) * np.sqrt(1.2)
    assert seen.loc[0, ["twin", "low", "high"]].tolist() == pytest.approx([90, 90 - half, 90 + half])
    assert "92.0 % recorded, within the twin's range (85.2 to 94.8, mean 90.0)" in seen.loc[0, "says"]
    assert "08:00-09:00: 80.0 patients recorded, higher than the twin finds possible" in seen.loc[1, "says"]


def test_what_neither_can_tell_is_no_verdict():
    twin = runs(*({SHARE: 90 + d, CENSUS: np.nan} for d in (-1, 0, 1)))
    told = KpiTable(table({SHARE: np.nan, CENSUS: 4.0}, "not computable: no staffed capacity"))
    seen = beside_numbers(told, twin, days=28)
    assert seen["verdict"].tolist() == ["not computable"] * 2
    assert "no staffed capacity" in seen.loc[0, "says"]
    assert "the twin has no such number" in seen.loc[1, "says"]


def test_nothing_is_below_nothing_and_no_share_above_all():
    twin = runs(*({SHARE: value} for value in (1.0, 50.0, 99.0)))
    seen = beside_numbers(KpiTable(table({SHARE: 99.0})), twin, days=28)
    assert (seen.loc[0, "low"], seen.loc[0, "high"]) == (0.0, 100.0)
    assert seen.loc[0, "verdict"] == "too wide to tell"
    assert "which is too wide to tell anything (0.0 to 100.0" in seen.loc[0, "says"]


ALIKE = ("tasks_alike", WHOLE, None, "correlation")


@pytest.mark.parametrize(("key", "twin", "log", "verdict"), [
    (CENSUS, (4.0, 6.0), 9.0, "too wide to tell"), (CENSUS, (4.0, 6.0), 40.0, "off"),
    (CENSUS, (4.9, 5.1), 5.0, "inside"), (CENSUS, (0.0, 0.0), 0.0, "inside"),
    (CENSUS, (0.0, 0.0), 1.0, "too wide to tell"),
    (ALIKE, (-0.2, 0.2), 0.9, "too wide to tell"),
    (ALIKE, (-0.01, 0.012), 0.05, "inside"), (ALIKE, (-0.01, 0.012), 0.3, "off")])
def test_a_range_that_holds_almost_anything_tells_nothing(key, twin, log, verdict):
    seen = beside_numbers(KpiTable(table({key: log})), runs(*({key: value} for value in twin)), days=28)
    assert seen["verdict"].tolist() == [verdict]


def test_a_number_that_never_varies_is_not_off_by_its_last_digit():
    twin = runs(*({CENSUS: 0.1 + 0.2} for _ in range(3)))
    assert beside_numbers(KpiTable(table({CENSUS: 0.3})), twin, days=28)["verdict"].tolist() == ["inside"]


def test_a_longer_log_is_held_to_a_narrower_range():
    twin = runs(*({CENSUS: 50.0 + d} for d in (-2, -1, 0, 1, 2)))
    widths = {}
    for days in (7, 28, 28 * 100):
        seen = beside_numbers(KpiTable(table({CENSUS: 52.0})), twin, days=days)
        widths[days] = seen.loc[0, "high"] - seen.loc[0, "low"]
    assert widths[7] / widths[28] == pytest.approx(np.sqrt(4.2 / 1.2))
    assert widths[2800] / widths[28] == pytest.approx(np.sqrt(0.21 / 1.2))


def test_the_mean_of_many_periods_lies_within_as_often_as_it_says():
    rng = np.random.default_rng(2)
    few, log = rng.normal(10, 2, (4000, 8)), rng.normal(10, 2, (4000, 9)).mean(axis=1)
    half = prediction_factor(8, 0.95, 9.0) * few.std(axis=1, ddof=1)
    assert (np.abs(log - few.mean(axis=1)) <= half).mean() == pytest.approx(0.95, abs=0.012)


@pytest.mark.parametrize(("replications", "verdict"), [(2, "too wide to tell"), (18, "too wide to tell"), (19, "off")])
def test_a_few_replications_that_are_all_alike_tell_nothing(replications: int, verdict: str):
    twin = runs(*({CENSUS: 0.0} for _ in range(replications)))
    seen = beside_numbers(KpiTable(table({CENSUS: 1.7})), twin, days=28)
    assert seen["verdict"].tolist() == [verdict]
    assert ("all alike and too few to tell" in seen.loc[0, "says"]) == (verdict != "off")


def test_one_replication_is_no_range():
    log = EventLog.of(pd.DataFrame({"visit": [1], "unit": ["a"], "start": ["2025-01-01"], "end": ["2025-01-02"]}))
    with pytest.raises(BadInput, match="they have 1 replication"):
        beside(log, runs({SHARE: 1.0}))
