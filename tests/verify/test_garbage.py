"""A million rows of garbage for each importer: none crashes it, none is lost, and no file takes it long."""
from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.verify import verified
from tests.garbage import SHAPES, tried

pytestmark = pytest.mark.verify

ROWS, IN_A_FILE = 1_000_000, 20_000
NO_HANG = 60.0
"""Seconds for a file of `IN_A_FILE` rows, some twenty times what a sound one takes."""


@pytest.mark.parametrize("shape", SHAPES)
def test_a_million_rows_of_garbage_are_kept_or_rejected(shape: str, tmp_path: Path):
    figures = verified(f"garbage_{shape}", lambda: vars(tried(shape, ROWS, IN_A_FILE, tmp_path)))
    assert figures["read"] == figures["kept"] + figures["rejected"] >= ROWS
    assert figures["kept"] >= ROWS / 10
    assert figures["rejected"] >= ROWS / 10
    assert figures["known"] >= 5
    assert figures["slowest"] < NO_HANG
