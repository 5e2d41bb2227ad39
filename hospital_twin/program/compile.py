"""Hospital → program."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

from hospital_twin.errors import BadInput
from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout
from hospital_twin.program.arrivals import rule, source
from hospital_twin.program.asks import Asks
from hospital_twin.program.builder import Builder
from hospital_twin.program.calendar import calendar
from hospital_twin.program.codes import Act, Op
from hospital_twin.program.emit import END, Emitter
from hospital_twin.program.endless import endless, taken
from hospital_twin.program.graph import possible_circles, reachable
from hospital_twin.program.places import resources
from hospital_twin.program.program import Program, Words
from hospital_twin.program.windows import Windows
from hospital_twin.streams import source_hash
from hospital_twin.unit_types import expanded


def compile_program(hospital: Hospital, *, starts: date | None = None, days: float) -> Program:
    """The program of a hospital for `days` days from local midnight of `starts` (default: the layout's).

    Raises `BadInput` with the path inside the layout for what only a whole layout can show: names that mean nothing,
    a class for which a value is missing, a pathway that does not end.
    """
    program, _ = _compiled(hospital.layout, starts, days)
    return replace(program, untold=hospital.untold)


def circles(layout: Layout) -> list[tuple[str, ...]]:
    """Groups of units whose patients can come to wait for each other's places or nurses."""
    program, emitter = _compiled(layout, None, 1)
    return possible_circles(program, emitter.successors())


def _compiled(layout: Layout, starts: date | None, days: float) -> tuple[Program, Emitter]:
    layout = expanded(layout)
    _distinct_names(layout)
    _distinct_sources(layout)
    b, windows = Builder(layout), Windows()
    asks = Asks(b)
    emitter = Emitter(b, asks, windows)
    clock = calendar(layout.time_zone, starts or layout.starts, days)
    for name, steps in layout.pathways.items():
        emitter.write_pathway(name, steps)
    sources = [source(b, emitter, clock, name, s) for name, s in layout.sources.items()]
    rules = tuple(rule(b, emitter, name, r) for name, r in layout.rules.items())
    places = resources(b, clock, windows, asks.scale)
    code = emitter.code(list(emitter.entry_of.values()))
    _takes_time(b, emitter)
    sources = [s._replace(entry=emitter.thread[s.entry], slots=_threaded_slots(s.slots, emitter.thread))
               for s in sources]
    rules = tuple(r._replace(acts=tuple((act, target, emitter.thread[value] if act == Act.EVICT else value)
                                        for act, target, value in r.acts)) for r in rules)
    _ends(layout, emitter, [s.entry for s in sources] + [int(e) for s in sources for e in s.slots[:, 2] if e >= 0]
          + [value for r in rules for act, _, value in r.acts if act == Act.EVICT])
    _drains(layout, b, emitter, [s.entry for s in sources])
    requests = asks.finished(emitter.thread)
    words = _words(b, layout, emitter.places)
    return Program(
        name=layout.name, words=words, calendar=clock, code=code, tables=b.tables(), resources=places,
        requests=requests, asks=tuple(asks.lists), windows=tuple(windows.found), sources=tuple(sources), rules=rules,
        swap=layout.in_a_circle == "swap", drain=layout.after_horizon == "drain",
        attribute_numbers=b.attribute_numbers()), emitter


def _threaded_slots(slots, thread: list[int]):
    slots = slots.copy()
    for row in slots:
        row[2] = thread[row[2]] if row[2] >= 0 else -1
    return slots


def _distinct_names(layout: Layout) -> None:
    """Staff, equipment and units share one set of names: all of them can be seized."""
    seen: dict[str, str] = {}
    for section in ("staff", "equipment", "units"):
        for name in getattr(layout, section):
            if name in seen:
                raise BadInput(f"{section}.{name}", f"{name!r} stands under {seen[name]} too", "a name of its own")
            seen[name] = section


def _distinct_sources(layout: Layout) -> None:
    """Who a patient is starts with a short hash of the source's name: two names may not share one."""
    seen: dict[int, str] = {}
    for name in layout.sources:
        other = seen.setdefault(source_hash(name), name)
        if other != name:
            raise BadInput(f"sources.{name}", f"its patients would be those of {other!r}",
                           "another name for one of the two")


def _takes_time(b: Builder, emitter: Emitter) -> None:
    """No way goes round for ever without taking time, as far as that can be seen from what is fixed."""
    rounds = endless(b, emitter)
    if rounds:
        raise BadInput(emitter.places[min(rounds)], "from here a visit goes round without end and without taking time",
                       "a step that takes time, or a way out that is taken")


def _ends(layout: Layout, emitter: Emitter, entries: list[int]) -> None:
    """Every way through a pathway ends in `leave` or goes round for ever in a `repeat`."""
    after = emitter.successors()
    starts = dict(zip(emitter.entry_of, (emitter.thread[e] for e in emitter.entry_of.values()), strict=True))
    entries = [*entries, *(op[4] for op in emitter.ops if op[0] == Op.RETURN)]
    if END not in reachable(after, entries):
        return
    last = min((p for p in reachable(after, entries) if p >= 0 and END in after[p]), default=-1)
    name = next((n for n, start in starts.items() if start == END),
                next((n for n, entry in reversed(emitter.entry_of.items()) if entry <= last), "?"))
    raise BadInput(f"{layout.name}: pathways.{name}", "a visit can come to the end of the steps and go nowhere",
                   "`leave` (or `follow`) as the last step, also after a skipped step or a branch without a rest")


def _drains(layout: Layout, b: Builder, emitter: Emitter, entries: list[int]) -> None:
    """A run that lets everybody leave at its end needs visits that leave."""
    after, ops = taken(b, emitter), emitter.ops
    for name, entry in zip(layout.sources, entries if layout.after_horizon == "drain" else (), strict=False):
        if not any(ops[place][0] == Op.LEAVE for place in reachable(after, [entry])):
            raise BadInput(f"sources.{name}", "its visits never leave, so the run would never drain",
                           "`after_horizon: stop`, or a way to a `leave` in its pathway")


def _words(b: Builder, layout: Layout, places: list[str]) -> Words:
    found = layout.resources()
    return Words(resources=tuple(found), roles=tuple(r.role for r in found.values()), units=tuple(layout.units),
                 kinds=tuple(u.kind for u in layout.units.values()), attributes=tuple(b.values),
                 values=tuple(tuple(v) for v in b.values.values()), activities=tuple(b.activities),
                 dispositions=tuple(b.dispositions), sources=tuple(layout.sources), pathways=tuple(layout.pathways),
                 rules=tuple(layout.rules), steps=tuple(b.steps), places=tuple(places))
