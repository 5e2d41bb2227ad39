"""Staff, equipment and units → the resources of a program."""
from __future__ import annotations

import numpy as np

from hospital_twin.errors import BadInput
from hospital_twin.layout.nouns import Equipment, Resource, Staff, Unit
from hospital_twin.program.builder import Builder
from hospital_twin.program.calendar import overridden, tick_of_text, weekly_changes
from hospital_twin.program.codes import COUNTERS, X
from hospital_twin.program.program import Calendar, Resources
from hospital_twin.program.windows import Windows
from hospital_twin.streams import site

START, SCHEDULE, CLOSURE, RULE = range(4)
REASONS = ("start", "schedule", "closure", "rule")
"""Why a capacity changed, as the event log names it."""


def resources(b: Builder, calendar: Calendar, windows: Windows, scale: dict[str, int]) -> Resources:
    """Every resource of the layout, in its order."""
    found = list(b.layout.resources().items())
    changes = sorted((change for i, (name, r) in enumerate(found) for change in _changes(i, name, r, calendar)),
                     key=lambda change: (change[1], change[0]))
    orders = [[b.expression(text, f"{name}.order") for text in r.order] for name, r in found]
    for (name, _), terms in zip(found, orders, strict=True):
        _check_order(b, name, terms)
    units = [r if isinstance(r, Unit) else None for _, r in found]
    return Resources(
        unit_of=np.array([b.units.get(name, -1) for name, _ in found]),
        scale=np.array([scale[name] for name, _ in found]), changes=np.array(changes, dtype=np.int64).reshape(-1, 4),
        orders=_spans(orders), order_terms=np.array([t for terms in orders for t in terms], dtype=np.int64),
        hand_over=np.array([r.at_fall == "hand_over" for _, r in found]),
        reserve=np.array([_reserve(b, name, r) for name, r in found], dtype=np.int64).reshape(-1, 2),
        named=np.array([r.named for _, r in found]), pace=tuple(r.pace for _, r in found),
        cleaning=np.array([b.choice(u.cleaning, b.duration, f"units.{name}.cleaning") if u else -1
                           for u, (name, _) in zip(units, found, strict=True)], dtype=np.int64),
        cleaning_site=np.array([site(name, "cleaning") for name, _ in found], dtype=np.uint64),
        discharge=np.array([windows.window(u.discharge, f"units.{name}.discharge") if u and u.discharge else -1
                            for u, (name, _) in zip(units, found, strict=True)], dtype=np.int64))


def _capacity(resource: Resource) -> int | dict:
    if isinstance(resource, Staff):
        return resource.on_duty
    return resource.number if isinstance(resource, Equipment) else resource.places


def _changes(number: int, name: str, resource: Resource, calendar: Calendar) -> list[tuple[int, int, int, int]]:
    week = weekly_changes(calendar, _capacity(resource))
    spans = []
    for i, dated in enumerate(resource.dated):
        where = f"{name}.dated.{i}"
        begin, end = tick_of_text(calendar, dated.from_, where), tick_of_text(calendar, dated.to, where)
        if end <= begin:
            raise BadInput(where, f"ends ({dated.to}) before it begins ({dated.from_})", "`to` after `from`")
        spans.append((begin, end, dated.number))
    borders = {t for begin, end, _ in spans for t in (max(begin, 0), end)}
    return [(number, tick, int(amount), START if tick == 0 else CLOSURE if tick in borders else SCHEDULE)
            for tick, amount in overridden(week, spans)]


def _check_order(b: Builder, name: str, terms: list[int]) -> None:
    """An order may look at the visit and at the clock, not at counters: those change while it is being applied."""
    if any(code in (*COUNTERS.values(), X.PRESENT) for term in terms for code, _ in b.words(term)):
        raise BadInput(f"{name}.order", "the order reads a counter",
                       "class attributes, arrival, join, waited, age, number, hour or active(rule)")


def _reserve(b: Builder, name: str, resource: Resource) -> tuple[int, int]:
    if resource.reserve is None:
        return 0, -1
    return resource.reserve.keep, b.expression(resource.reserve.for_, f"{name}.reserve.for")


def _spans(lists: list[list[int]]) -> np.ndarray:
    sizes = np.array([len(x) for x in lists], dtype=np.int64)
    return np.column_stack((np.cumsum(sizes) - sizes, sizes)).reshape(-1, 2)
