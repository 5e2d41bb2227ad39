"""Imports killed at fifty moments: the store is in the end what it would have been."""
from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.killed_imports import ends_the_same

pytestmark = pytest.mark.verify


def test_killed_at_fifty_moments_and_begun_again(tmp_path: Path, capsys: pytest.CaptureFixture):
    # Not kept from one run to the next: a figure of the store is one of the very code that is looked at here.
    counts = ends_the_same(tmp_path, moments=50, seed=50)
    with capsys.disabled():
        sys.stdout.write(f"\nkilled imports: {counts}\n")
    assert counts["killed"] == 50
    assert counts["store was there"] >= 20
