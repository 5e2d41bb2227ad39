"""Ways through the pathways that are surely taken, and those that then go round without taking time."""
from __future__ import annotations

from hospital_twin.distributions import quantile_function
from hospital_twin.program.builder import Builder
from hospital_twin.program.codes import Op
from hospital_twin.program.emit import Emitter

_IN_NO_TIME = {Op.UNLESS, Op.CHANCE, Op.PICK, Op.JUDGE, Op.RELEASE, Op.SETTLE, Op.ASSIGN, Op.RETURN}


def taken(b: Builder, emitter: Emitter) -> list[list[int]]:
    """The operations that each may go on with, without those whose probability is 0 whatever the class."""
    found = emitter.successors()
    for place, (code, nxt, other, a, count, *_) in enumerate(emitter.ops):
        if code == Op.CHANCE:
            chances = _numbers(b, a)
            found[place] = [nxt] * (max(chances) > 0) + [other] * (min(chances) < 1)
        elif code == Op.PICK:
            found[place] = _picked(b, emitter.ways[a:a + count], other, emitter.thread)
    return found


def _picked(b: Builder, ways: list[tuple[int, int]], other: int, thread: list[int]) -> list[int]:
    """The ways of a branch by chance that can be taken: none behind those that are sure together."""
    found, sure = [], 0.0
    for choice, target in ways:
        chances = _numbers(b, choice) if choice >= 0 else [1.0]
        if max(chances) > 0 and sure < 1:
            found.append(thread[target])
        sure += min(chances)
    return found + [other] * (sure < 1)


def _numbers(b: Builder, choice: int) -> list[float]:
    """Every number that a choice can give; both ends where some class has none."""
    return [b.numbers[cell] if cell >= 0 else end for cell in b.choices[choice][1] for end in (0.0, 1.0)]


def endless(b: Builder, emitter: Emitter) -> set[int]:
    """The operations from which every way goes on for ever, and none ever waits or takes time."""
    after = taken(b, emitter)
    left = {place for place, op in enumerate(emitter.ops) if op[0] in _IN_NO_TIME or _takes_nothing(b, op)}
    while out := {place for place in left if not after[place] or not left.issuperset(after[place])}:
        left -= out
    return left


def _takes_nothing(b: Builder, op: list[int]) -> bool:
    """Whether an operation is a duration that is 0 whatever the class."""
    if op[0] != Op.DELAY:
        return False
    cells = b.choices[op[3]][1]
    return all(cell >= 0 and quantile_function(b.durations[cell])(1 - 1e-9) <= 0 for cell in cells)
