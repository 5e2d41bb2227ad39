"""Hundreds of random hospitals, others each time: a fault that is found is reproduced by what hypothesis prints."""
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.hospitals import hospitals
from tests.integration.engines.test_random_hospitals import BIG, laws_seeds_and_snapshots

pytestmark = pytest.mark.verify


@pytest.mark.parametrize("lot", range(4))  # so that each item lasts minutes, and processes share them
@settings(max_examples=200, derandomize=False, suppress_health_check=BIG, phases=[Phase.reuse, Phase.generate])
@given(hospital=hospitals(), minute=st.integers(0, 1500))
def test_laws_seeds_and_snapshots_of_many_hospitals(lot: int, hospital: dict[str, Any], minute: int):
    laws_seeds_and_snapshots(hospital, minute)
