"""What a layout itself says of the chances along a way: the weights of readings that a log cannot tell apart."""
from __future__ import annotations

from itertools import product

from hospital_twin.calibration.grammar import Now
from hospital_twin.program import Program
from hospital_twin.program.codes import Key, Op

LEAST = 1e-4
"""What the layout holds for impossible still gets this chance: the log may know better."""


class Priors:
    """Chances as the program has them, averaged over what a choice hangs on and the log does not tell."""

    def __init__(self, program: Program):
        self.program = program
        self.ops = program.code.ops.tolist()
        self.ways = program.code.ways.tolist()
        self._mixes = [dict(self._mix(int(a), int(n))) for a, n in program.tables.mixes]
        self._memo: dict[tuple[int, int, Now], float] = {}

    def _mix(self, first: int, size: int) -> list[tuple[int, float]]:
        values = self.program.tables.mix_value[first:first + size].tolist()
        sums = self.program.tables.mix_sum[first:first + size].tolist()
        return [(v, upto - below) for v, upto, below in zip(values, sums, [0.0, *sums[:-1]], strict=True)]

    def share(self, op: int, outcome: int, now: Now) -> float:
        """The chance of an outcome of an operation for a visit, at least `LEAST`."""
        key = (op, outcome, now)
        if key not in self._memo:
            self._memo[key] = max(LEAST, self._share(op, outcome, now))
        return self._memo[key]

    def _share(self, op: int, outcome: int, now: Now) -> float:
        code, _, _, a, b, c, _ = self.ops[op]
        if code == Op.CHANCE:
            p = self._number(a, now)
            return p if outcome else 1.0 - p
        if code == Op.PICK:
            shares = [None if choice < 0 else self._number(choice, now) for choice, _ in self.ways[a:a + b]]
            rest = max(0.0, 1.0 - sum(s for s in shares if s is not None))
            return rest if outcome >= b or shares[outcome] is None else shares[outcome]
        if code == Op.ASSIGN:
            cells = [cell for cell in self._cells(c, now) if cell >= 0]
            return sum(self._mixes[cell].get(outcome, 0.0) for cell in cells) / max(len(cells), 1)
        return 1.0

    def _number(self, choice: int, now: Now) -> float:
        numbers = [float(self.program.tables.numbers[cell]) for cell in self._cells(choice, now) if cell >= 0]
        return sum(numbers) / len(numbers) if numbers else 0.5

    def _cells(self, choice: int, now: Now) -> list[int]:
        tables = self.program.tables
        first_key, keys, first = (int(v) for v in tables.choices[choice])
        options = []
        for kind, which, size in tables.keys[first_key:first_key + keys].tolist():
            value = now.attributes[which] if kind == Key.ATTRIBUTE else now.unit if kind == Key.UNIT else -1
            options.append([value] if 0 <= value < size else range(size))
        sizes = [int(k[2]) for k in tables.keys[first_key:first_key + keys]]
        found = []
        for cell in product(*options):
            place = 0
            for value, size in zip(cell, sizes, strict=True):
                place = place * size + value
            found.append(int(tables.cells[first + place]))
        return found
