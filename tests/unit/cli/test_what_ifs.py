"""What a demonstration asks a hospital that it has never seen."""
from __future__ import annotations

import pytest

from hospital_twin.cli._what_ifs import what_ifs
from hospital_twin.hospital import Hospital
from tests.tiny import layout_of

pytestmark = pytest.mark.unit

REST = """
sources:
  walk_in: {pathway: in_and_out, rate: 1, ceiling: 2}
pathways:
  in_and_out:
    - {move: in, to: ward}
    - {stay: here, takes: 5 h}
    - {leave: out, as: home}
"""


@pytest.mark.parametrize(("text", "says"), [
    ("staff: {surgeon: {on_duty: 1, role: doctor}, ed_doctor: {on_duty: 1, role: doctor}}\n"
     "units: {ward: {kind: ward, places: 5}}", ["+2 ED doctors 10:00–22:00", "+10 % arrivals"]),
    ("staff: {surgeon: {on_duty: 1, role: doctor}, porter: {on_duty: 1}}\nunits: {ward: {kind: ward, places: 5}}",
     ["+2 surgeons 10:00–22:00", "+10 % arrivals"]),
    ("units: {hdu: {kind: high_dependency, places: 2}, ward: {kind: ward, places: 5}}",
     ["+2 ward beds", "+10 % arrivals"]),
    ("units: {hdu: {kind: high_dependency, places: 2}, ward: {kind: ward, places: unlimited}}",
     ["+2 HDU beds", "+10 % arrivals"]),
    ("units: {ward: {kind: ward, places: unlimited}}", ["+10 % arrivals"]),
])
def test_it_asks_what_the_hospital_can_have(text: str, says: list[str]):
    scenarios = what_ifs(Hospital.of(layout_of(text + REST)))
    assert [scenario.sentence() for scenario in scenarios] == says
    assert [scenario.name for scenario in scenarios] == says
