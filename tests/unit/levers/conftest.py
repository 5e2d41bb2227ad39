"""A small hospital that has a bit of everything a lever could want."""
from __future__ import annotations

import pytest

from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout
from hospital_twin.layout.terms import UNLIMITED


@pytest.fixture(scope="session")
def hospital() -> Hospital:
    return Hospital.of(Layout.model_validate({
        "name": "Small General", "attributes": {"acuity": [1, 2, 3]},
        "staff": {"ed_doctor": {"role": "doctor", "on_duty": {"00:00-08:00": 1, "08:00-24:00": 3,
                                                              "mon 08:00-12:00": 4}},
                  "porter": {"on_duty": UNLIMITED}},
        "units": {"icu": {"type": "critical_care", "places": 4}, "corridor": {"kind": "ed", "places": UNLIMITED},
                  "day_unit": {"places": {"mon-fri 08:00-18:00": 6, "sat 08:00-12:00": 2}},
                  "never_open": {"places": {"08:00-18:00": 0}}, "attic": {"places": 0}},
        "sources": {"walk_in": {"pathway": "visit", "rate": 2.0, "ceiling": 3.0, "times": 1.5},
                    "ambulance": {"pathway": "visit", "rate": {"08:00-20:00": 1.0}, "ceiling": 1.5},
                    "clinic": {"pathway": "visit", "timetable": [{"at": "09:00"}]}},
        "pathways": {"visit": [{"do": "see", "by": "ed_doctor", "takes": "exponential(mean 20 min)"},
                               {"leave": "out", "as": "home"}]}}))
