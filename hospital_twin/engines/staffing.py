"""Staffed places: how many of a unit's places its nurses allow to be used."""
from __future__ import annotations

import numpy as np

from hospital_twin.program import Program


class Staffing:
    """For each unit's place, the pools it needs and the units of each that a patient takes at least.

    Where several units share a pool, each may count all of it: the staffed number is what the unit could reach were
    the nurses all there.
    """

    def __init__(self, program: Program):
        self.needs: dict[int, tuple[tuple[int, int], ...]] = {}
        for options in program.asks:
            for alternative in options:
                (place, _), *pools = alternative.needs
                if pools and program.resources.unit_of[place] >= 0:
                    self.needs[place] = tuple((pool, _least(program, amount)) for pool, amount in pools)
        self.places_of: dict[int, list[int]] = {}
        for place, pools in self.needs.items():
            for pool, _ in pools:
                self.places_of.setdefault(pool, []).append(place)

    def staffed(self, place: int, capacity: list[int]) -> int:
        """min(places, what each pool's capacity allows)."""
        return min([capacity[place], *(capacity[pool] // units for pool, units in self.needs.get(place, ()) if units)])


def _least(program: Program, choice: int) -> int:
    """The least amount that a choice gives to any class."""
    first_key, keys, first = (int(v) for v in program.tables.choices[choice])
    size = int(np.prod(program.tables.keys[first_key:first_key + keys, 2], dtype=int))
    return int(min(program.tables.numbers[program.tables.cells[first:first + size]]))
