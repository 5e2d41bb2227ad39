from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hospital_twin.generator import FAULT_KINDS
from hospital_twin.generator.recording import misrecord

pytestmark = pytest.mark.unit

HOUR = pd.Timedelta(hours=1)


def _rows(visits: int, rows: int = 4) -> pd.DataFrame:
    start = pd.Timestamp("2024-03-01 08:00") + pd.to_timedelta(np.arange(visits * rows) * 10, unit="min")
    end = start + pd.Timedelta(minutes=30)
    table = pd.DataFrame({"visit": np.repeat(np.arange(visits) + 1, rows), "start": start, "end": end})
    table.loc[table.index % rows == 0, "end"] = table["start"]
    return table


def _pairs(share: float, visits: int = 4000) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Rows before, rows after without the second entries, and the faults of the latter."""
    before = _rows(visits)
    after, fault = misrecord(before, share=share, seed=1)
    kept = ~fault.eq("twice").to_numpy()
    return before, after[kept].reset_index(drop=True), fault[kept].reset_index(drop=True)


def test_nothing_is_wrong_without_a_share() -> None:
    rows = _rows(50)
    after, fault = misrecord(rows, share=0.0, seed=1)
    pd.testing.assert_frame_equal(after, rows)
    assert fault.eq("").all()


def test_as_many_are_wrong_as_asked_and_of_each_kind() -> None:
    rows = _rows(4000)
    _, fault = misrecord(rows, share=0.1, seed=1)
    counts = fault[fault.ne("")].value_counts()
    assert counts.sum() == pytest.approx(1200, abs=3 * np.sqrt(1200))
    for kind, share in FAULT_KINDS.items():
        assert counts[kind] == pytest.approx(1200 * share, abs=4 * np.sqrt(1200 * share))


def test_what_each_fault_does() -> None:
    before, after, fault = _pairs(0.2)
    right, off, swapped, none = (fault.eq(kind).to_numpy() for kind in ("", "hours_off", "swapped", "no_end"))
    times = ["start", "end"]
    assert after.loc[right, times].equals(before.loc[right, times])
    assert (after.loc[swapped, "start"] == before.loc[swapped, "end"]).all()
    assert (after.loc[swapped, "end"] == before.loc[swapped, "start"]).all()
    assert after.loc[none, "end"].isna().all()
    assert after.loc[none, "start"].equals(before.loc[none, "start"])
    moved = ((after.loc[off, times] - before.loc[off, times]) / HOUR).to_numpy()
    assert (np.count_nonzero(moved, axis=1) == 1).all()
    assert set(np.abs(moved[moved != 0])) == set(range(1, 13))
    assert (moved > 0).any(axis=0).all()
    assert (moved < 0).any(axis=0).all()


def test_a_row_entered_twice_stands_twice_in_a_row() -> None:
    after, fault = misrecord(_rows(500), share=0.3, seed=1)
    second = np.flatnonzero(fault.eq("twice"))
    assert len(second)
    assert len(after) == 2000 + len(second)
    assert after.iloc[second].reset_index(drop=True).equals(after.iloc[second - 1].reset_index(drop=True))


def test_what_takes_no_time_is_never_wrong() -> None:
    before, after, fault = _pairs(0.5)
    instants = before["end"].eq(before["start"])
    assert instants.any()
    assert fault[instants].eq("").all()
    assert after[instants].equals(before[instants])


def test_a_fault_belongs_to_its_visit() -> None:
    rows = _rows(300)
    _, everybody = misrecord(rows, share=0.3, seed=1)
    some = rows[rows["visit"] > 100].reset_index(drop=True)
    _, fewer = misrecord(some, share=0.3, seed=1)
    assert fewer.tolist() == everybody.tolist()[-len(fewer):]


def test_another_seed_makes_other_faults() -> None:
    rows = _rows(300)
    assert misrecord(rows, share=0.3, seed=1)[1].tolist() != misrecord(rows, share=0.3, seed=2)[1].tolist()
