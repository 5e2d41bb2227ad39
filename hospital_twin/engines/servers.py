"""Named servers: who of a pool does it, and how fast that one is."""
from __future__ import annotations

from hospital_twin.engines.state import Visit, Waiting
from hospital_twin.program import Program


class Servers:
    """For each named resource, who is idle and since when. Numbers count from 1; on duty are 1 … capacity."""

    def __init__(self, program: Program):
        self.program = program
        self.named = program.resources.named.tolist()
        self.busy: list[set[int]] = [set() for _ in self.named]
        self.idle_since: list[dict[int, int]] = [{} for _ in self.named]

    def can_serve(self, resource: int, waiting: Waiting, capacity: int) -> bool:
        """Whether the server this request insists on is free (True when it insists on none)."""
        wanted = self._wanted(resource, waiting)
        return wanted == 0 or wanted > capacity or wanted not in self.busy[resource]

    def _wanted(self, resource: int, waiting: Waiting) -> int:
        """The number of the server that `same_as` names, 0 for none."""
        if not self.named[resource] or waiting.request < 0:
            return 0
        step = self.program.requests[waiting.request].same_as
        served_by, number = waiting.token.visit.servers.get(step, (-1, 0))
        return number if served_by == resource else 0

    def assign(self, resource: int, waiting: Waiting, capacity: int, step: int) -> int:
        """The server granted: the one insisted on while on duty, else the longest idle, then the lowest number."""
        if not self.named[resource]:
            return 0
        wanted = self._wanted(resource, waiting)
        busy, idle = self.busy[resource], self.idle_since[resource]
        if not 0 < wanted <= capacity or wanted in busy:
            free = [n for n in range(1, capacity + 1) if n not in busy]
            wanted = min(free, key=lambda n: (idle.get(n, -1), n)) if free else len(busy) + 1
        busy.add(wanted)
        waiting.token.visit.servers[step] = (resource, wanted)
        return wanted

    def free(self, resource: int, number: int, now: int) -> None:
        """A server is done."""
        if number:
            self.busy[resource].discard(number)
            self.idle_since[resource][number] = now

    def pace(self, visit: Visit, step: int) -> float:
        """How much longer than usual the server of a step takes."""
        resource, number = visit.servers.get(step, (-1, 0))
        paces = self.program.resources.pace[resource] if resource >= 0 else ()
        return paces[(number - 1) % len(paces)] if paces else 1.0
