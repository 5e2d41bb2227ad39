"""A hospital that is saved says what it said, no more: what a unit's type fills in depends on it."""
from __future__ import annotations

from pathlib import Path

import pytest

from hospital_twin.hospital import Hospital, read_hospital
from hospital_twin.layout import Layout
from hospital_twin.unit_types import expanded

pytestmark = pytest.mark.unit

LAYOUT = {
    "name": "Two wards", "attributes": {"acuity": [1, 2]},
    "units": {"north": {"type": "ward", "places": 4, "kind": "other"}, "south": {"type": "ward", "places": 4}},
    "sources": {"referrals": {"pathway": "stay", "rate": 0.1, "ceiling": 1.0,
                              "sets": {"acuity": {"draw": {1: 0.5, 2: 0.5}}}}},
    "pathways": {"stay": [
        {"move": "in", "to": "north"},
        {"stay": "care", "takes": {"by": "acuity", "of": {1: {"family": "mixture", "parts": [
            {"weight": 0.5, "of": "1 d"}, {"weight": 0.5, "of": "2 d"}]}, 2: "exponential(mean 2 d)"}}},
        {"leave": "out", "as": "home"}]},
}


def test_a_default_that_was_written_survives_and_one_that_was_not_stays_open(tmp_path: Path):
    hospital = Hospital.of(Layout.model_validate(LAYOUT))
    hospital.save(tmp_path / "hospital.yaml")
    again = read_hospital(tmp_path / "hospital.yaml")
    assert again == hospital
    assert expanded(again.layout) == expanded(hospital.layout)
    assert expanded(again.layout).units["north"].kind == "other"
    assert expanded(again.layout).units["south"].kind == "ward"
    assert "cleaning" not in (tmp_path / "hospital.yaml").read_text(encoding="utf-8")
