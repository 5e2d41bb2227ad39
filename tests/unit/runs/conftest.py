"""A hospital of one bay that simulates in milliseconds."""
from __future__ import annotations

import pytest

from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout

LAYOUT = {
    "name": "One bay", "time_zone": "Europe/London", "starts": "2025-03-29",
    "staff": {"ed_doctor": {"on_duty": 1, "role": "doctor"}},
    "units": {"bay": {"kind": "ed", "places": 3}},
    "sources": {"walk_in": {"pathway": "visit", "rate": 1.5, "ceiling": 2}},
    "pathways": {"visit": [{"move": "in", "to": "bay"},
                           {"do": "see", "by": "ed_doctor", "takes": "exponential(mean 25 min)"},
                           {"leave": "out", "as": "home"}]},
}


@pytest.fixture(scope="session")
def hospital() -> Hospital:
    return Hospital.of(Layout.model_validate(LAYOUT))


@pytest.fixture(scope="session")
def endless() -> Hospital:
    """Once every few days somebody comes who goes round without taking time."""
    return Hospital.of(Layout.model_validate({
        "name": "Roundabout", "attributes": {"acuity": [1, 2]}, "pathways": {"visit": [
            {"assign": "who", "set": {"acuity": {"draw": {1: 1, 2: 2}}}},
            {"do": "turn", "takes": "0 min"},
            {"repeat": "again", "from": "turn", "if": "acuity == 1", "chance": 0.9999999},
            {"leave": "out", "as": "home"}]},
        "sources": {"walk_in": {"pathway": "visit", "rate": 0.02, "ceiling": 0.02}}}))
