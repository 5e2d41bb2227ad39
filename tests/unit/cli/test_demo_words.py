"""What the demo keeps of a log's faults, in words."""
from __future__ import annotations

from types import SimpleNamespace

import pytest

from hospital_twin.cli.demo import _faults

pytestmark = pytest.mark.unit


def test_the_share_left_out_comes_first_and_one_row_is_one_row():
    counts = {("rejected", "outside_visit"): 1, ("rejected", "end_before_start"): 5590, ("repaired", "bed_move"): 1234}
    report = SimpleNamespace(read=528_900, rejected=5591, counts=lambda: counts)
    assert _faults(report) == (
        "5,591 of 528,900 rows (1.1 %) left out, most often for this: it ends before it starts.",
        "It lies before the visit arrived or after it left (1 row, rejected)",
        "It ends before it starts (5,590 rows, rejected)",
        "A move within one unit: joined to the stay before it (1,234 rows, repaired)")


def test_a_log_without_a_rejected_row_and_one_without_a_fault():
    report = SimpleNamespace(read=10, rejected=0, counts=lambda: {("noticed", "open"): 2})
    assert _faults(report) == ("0 of 10 rows (0.0 %) left out.", "It has not ended (2 rows, noticed)")
    assert _faults(SimpleNamespace(read=10, rejected=0, counts=dict)) == ()
