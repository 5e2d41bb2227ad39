"""Walks over the graph of a program's operations."""
from __future__ import annotations

from collections.abc import Sequence

from hospital_twin.program.codes import Let, Op
from hospital_twin.program.program import Alternative, Program


def loops(successors: list[list[int]]) -> list[bool]:
    """Which operations can be reached from themselves (Tarjan's components, iterative)."""
    n, index, low = len(successors), {}, {}
    on_stack: set[int] = set()
    stack: list[int] = []
    looping = [False] * n
    for root in range(n):
        if root in index:
            continue
        work = [(root, iter(successors[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            child = next((c for c in rest if c >= 0), None)
            if child is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    _close(node, stack, on_stack, looping, successors)
            elif child not in index:
                index[child] = low[child] = len(index)
                stack.append(child)
                on_stack.add(child)
                work.append((child, iter(successors[child])))
            elif child in on_stack:
                low[node] = min(low[node], index[child])
    return looping


def _close(node: int, stack: list[int], on_stack: set[int], looping: list[bool], successors: list[list[int]]) -> None:
    component: list[int] = []
    while node not in component:
        member = stack.pop()
        on_stack.discard(member)
        component.append(member)
    if len(component) > 1 or node in successors[node]:
        for member in component:
            looping[member] = True


def reachable(successors: Sequence[Sequence[int]], entries: Sequence[int]) -> set[int]:
    """The operations that can be reached from `entries`."""
    found: set[int] = set()
    open_ends = list(entries)
    while open_ends:
        place = open_ends.pop()
        if place not in found:
            found.add(place)
            open_ends += [p for p in successors[place] if p >= 0] if place >= 0 else []
            found |= {p for p in successors[place] if p < 0} if place >= 0 else set()
    return found


def possible_circles(program: Program, successors: Sequence[Sequence[int]]) -> list[tuple[str, ...]]:
    """Groups of units whose patients can wait for each other: each keeps its place and nurses while asking for more.

    Conservative: a way through the pathways counts, whatever its probability.
    """
    waits = _kept_and_asked(program, successors)
    things = sorted({thing for _, kept, asked in waits for thing in (kept, asked)})
    number = {thing: i for i, thing in enumerate(things)}
    after: list[list[int]] = [[] for _ in things]
    for _, kept, asked in sorted(waits):
        after[number[kept]].append(number[asked])
    looping = [i for i, loop in enumerate(loops(after)) if loop]
    groups: list[set[int]] = []
    for i in looping:
        mutual = {j for j in looping if j in reachable(after, after[i]) and i in reachable(after, after[j])} | {i}
        if mutual not in groups:
            groups.append(mutual)
    found = [sorted({unit for unit, kept, asked in waits if {number[kept], number[asked]} <= group})
             for group in groups]
    return [tuple(program.words.resources[unit] for unit in units) for units in found]


def _kept_and_asked(program: Program, successors: Sequence[Sequence[int]]) -> set[tuple[int, int, int]]:
    """(unit, thing kept, thing asked for) over every way through the pathways; things are places and nurses."""
    waits: set[tuple[int, int, int]] = set()
    seen: set[tuple[int, tuple[int, ...]]] = set()
    work: list[tuple[int, tuple[int, ...]]] = [(source.entry, ()) for source in program.sources]
    work += [(int(op[4]), ()) for op in program.code.ops if op[0] == Op.RETURN]
    while work:
        place, held = work.pop()
        if place < 0 or (place, held) in seen:
            continue
        seen.add((place, held))
        code, nxt, _, a, *_ = program.code.ops[place]
        after = () if code == Op.RELEASE and a == Let.PLACES else held
        if code == Op.SEIZE and program.requests[a].place:
            ways = ways_asked(program, program.requests[a].asks)
            targets = {tuple(resource for resource, _ in way.needs) for way in ways}
            if program.requests[a].keeps and held:
                waits |= {(held[0], kept, asked) for target in targets for kept in held for asked in target
                          if asked != held[0]}
            work += [(int(nxt), target) for target in targets]
        work += [(p, after) for p in successors[place]]
    return waits


def ways_asked(program: Program, asks: int) -> list[Alternative]:
    """Every way in which requests with this choice of alternatives can be met, whatever the class."""
    first_key, keys, first = program.tables.choices[asks]
    size = 1
    for _, _, options in program.tables.keys[first_key:first_key + keys]:
        size *= int(options)
    lists = sorted({int(c) for c in program.tables.cells[first:first + size] if c >= 0})
    return [alternative for which in lists for alternative in program.asks[which]]
