"""Sources and rules of a layout → those of a program."""
from __future__ import annotations

from typing import Any

import numpy as np

from hospital_twin.distributions import Distribution, flatten
from hospital_twin.errors import BadInput
from hospital_twin.layout import Rule as LayoutRule
from hospital_twin.layout import Source as LayoutSource
from hospital_twin.layout.nouns import Add, Divert, Evict, Slots
from hospital_twin.layout.public_holidays import holiday_groups
from hospital_twin.layout.terms import days_of, minutes_of
from hospital_twin.program.builder import Builder
from hospital_twin.program.calendar import dates_of, tick_of, tick_of_text, weekday_of, weekly_changes
from hospital_twin.program.codes import Act, Kind, X
from hospital_twin.program.emit import Emitter
from hospital_twin.program.program import Calendar, Rule, Source
from hospital_twin.program.windows import weekly_spans_of
from hospital_twin.streams import site, source_hash

_PURPOSES = ("gap", "height", "day_factor", "batch", "offset", "no_show", "divert")
SLOTS_A_DAY = 10_000
"""Room for slot numbers within a day: a slot's number is its day times this, plus its place in the timetable."""


def source(b: Builder, emitter: Emitter, calendar: Calendar, name: str, s: LayoutSource) -> Source:
    """One source; the operations that set its attributes are written here, before its pathway."""
    where = f"sources.{name}"
    if s.pathway not in emitter.entry_of:
        raise BadInput(where, f"there is no pathway {s.pathway!r}", "one of " + ", ".join(emitter.entry_of))
    kind = next(k for k, v in ((Kind.RATE, s.rate), (Kind.TIMETABLE, s.timetable), (Kind.TRACE, s.trace),
                               (Kind.PRESENT, s.present)) if v is not None)
    changes = _rate(calendar, s, where) if kind == Kind.RATE else [(0, 0.0)]
    slots = {Kind.TIMETABLE: _timetable, Kind.TRACE: _trace}.get(kind, lambda *_: [])(emitter, calendar, name, s)
    return Source(
        kind=kind, hash=source_hash(name), entry=_entry(emitter, name, s.pathway, s.sets),
        pathway=b.pathways[s.pathway], ceiling=s.ceiling or 0.0, rate_at=np.array([t for t, _ in changes]),
        rate=np.array([r for _, r in changes], dtype=float), day_factor=_day_factor(s.day_factor_sd),
        slots=np.array(slots, dtype=np.int64).reshape(-1, 3), offset=b.choice(s.offset, b.duration, where),
        no_show=b.choice(s.no_show, b.number, where), **_batch(b, s, where), count=s.present or 0,
        sites={purpose: site(name, purpose) for purpose in _PURPOSES})


def _batch(b: Builder, s: LayoutSource, where: str) -> dict[str, Any]:
    """Sizes of a batch: the mix's values are places in this list."""
    if s.batch is None:
        return {"batch": -1, "batch_sizes": ()}
    every = s.batch.of.values() if hasattr(s.batch, "of") else [s.batch]
    sizes = sorted({int(size) for weights in every for size in weights})
    return {"batch": b.choice(s.batch, lambda w: b.mix(w, sizes, where), where), "batch_sizes": tuple(sizes)}


def _day_factor(sd: float) -> Any:
    if sd == 0:
        return None
    from hospital_twin.distributions import read_distribution
    return flatten(read_distribution(f"gamma(mean 1, sd {sd!r})"))


def _entry(emitter: Emitter, name: str, pathway: str, sets: dict) -> int:
    here, emitter.where = emitter.here(), f"sources.{name}"
    for attribute, value in sets.items():
        emitter.assign(attribute, value, name, f"sources.{name}.sets.{attribute}")
    emitter.jump(emitter.entry_of[pathway])
    return here


def _rate(calendar: Calendar, s: LayoutSource, where: str) -> list[tuple[int, float]]:
    """Visits an hour over the horizon: week × season × dated factors × holidays × the levers' factor."""
    points: dict[int, float] = {tick: float(value) for tick, value in weekly_changes(calendar, s.rate)}
    spans = [(tick_of_text(calendar, t.from_, f"{where}.dated.{i}"), tick_of_text(calendar, t.to, f"{where}.dated.{i}"),
              t.times) for i, t in enumerate(s.dated)] + _holidays(calendar, s)
    months = [0] + [int(calendar.boundary[k]) for k in np.flatnonzero(np.diff(calendar.month)) + 1] if s.season else []
    ticks = sorted({*points, *(t for span in spans for t in span[:2] if t >= 0), *months})
    found, base = [], 0.0
    for tick in ticks:
        base = points.get(tick, base)
        month = int(calendar.month[min(np.searchsorted(calendar.boundary, tick, "right") - 1, len(calendar.month) - 1)])
        factor = s.season.get(month, 1.0)
        for begin, end, times in spans:
            factor *= times if begin <= tick < end else 1.0
        value = base
        for part in (factor, s.times):
            value = value if part == 1.0 else value * part
        found.append((tick, value))
    return found


def _holidays(calendar: Calendar, s: LayoutSource) -> list[tuple[int, int, float]]:
    """(from, to, factor) of every public holiday of the tables."""
    if s.holidays is None:
        return []
    times, found = s.holidays.by_group(), []
    for day, group in enumerate(holiday_groups(dates_of(calendar), s.holidays.calendar).tolist()):
        if times[group] != 1.0:
            begin, end = (int(calendar.hour_start[day + later, 0]) for later in (0, 1))
            found.append((begin, end, times[group]))
    return found


def _timetable(emitter: Emitter, calendar: Calendar, name: str, s: LayoutSource) -> list[tuple[int, int, int]]:
    """(tick, number, entry) of every slot over the horizon."""
    template, entries = [], {}
    for group in s.timetable:
        template += _group(emitter, name, s, group, entries)
    found = []
    for day in range(len(calendar.hour_start) - 1):
        weekday = weekday_of(calendar, day)
        for place, (days, minute, entry) in enumerate(template):
            tick = tick_of(calendar, day, minute)
            if weekday in days and tick < calendar.horizon:
                found.append((tick, day * SLOTS_A_DAY + place, entry))
    return found


def _group(emitter: Emitter, name: str, s: LayoutSource, group: Slots, entries: dict) -> list[tuple]:
    step = 0.0 if group.every is None else group.every.mean() * {"h": 60, "min": 1, "d": 1440, "s": 1 / 60}.get(
        group.every.unit, 60)
    found = []
    for i in range(group.count):
        sets = {a: v[i % len(v)] if isinstance(v, tuple) else v for a, v in group.sets.items()}
        key = repr(sets)
        if key not in entries:
            entries[key] = _entry(emitter, name, s.pathway, {**s.sets, **sets})
        found.append((days_of(group.days), minutes_of(group.at) + round(i * step), entries[key]))
    return found


def _trace(emitter: Emitter, calendar: Calendar, name: str, s: LayoutSource) -> list[tuple[int, int, int]]:
    ticks = [tick_of_text(calendar, text, f"sources.{name}.trace.{i}") for i, text in enumerate(s.trace)]
    return [(tick, i, -1) for i, tick in enumerate(ticks) if 0 <= tick < calendar.horizon]


def rule(b: Builder, emitter: Emitter, name: str, r: LayoutRule) -> Rule:
    """One rule."""
    where = f"rules.{name}"

    def flat(distribution: Distribution | None) -> Any:
        return None if distribution is None else flatten(distribution)
    return Rule(when=_of_the_hospital(b, r.when, f"{where}.when"),
                until=-1 if r.until is None else _of_the_hospital(b, r.until, f"{where}.until"),
                lasting=flat(r.lasting), at_least=flat(r.at_least), after=flat(r.after),
                between=np.zeros((0, 2), dtype=np.int64) if r.between is None else weekly_spans_of(r.between, where),
                acts=tuple(_act(b, emitter, action, f"{where}.then.{i}") for i, action in enumerate(r.then)),
                sites={p: site(name, p) for p in ("lasting", "at_least", "after", "divert")})


def _of_the_hospital(b: Builder, text: str, where: str) -> int:
    """A condition without a visit: it may look at counts and the clock alone."""
    expression = b.expression(text, where)
    if any(code == X.ATTRIBUTE or X.UNIT <= code <= X.AGE for code, _ in b.words(expression)):
        raise BadInput(where, f"{text!r} looks at a visit, but a rule has none", "counts and the clock: "
                       "waiting(icu) > 2, occupancy(ward), present(ward), active(other_rule), hour, weekday, month")
    return expression


def _act(b: Builder, emitter: Emitter, action: Any, where: str) -> tuple[int, int, int]:
    if isinstance(action, Add):
        return Act.ADD, b.resource(action.to, where), action.add
    if isinstance(action, Divert):
        _known(action.from_, b.sources, where, "source")
        b.dispositions.place("diverted")
        return Act.DIVERT, b.sources[action.from_], b.choice(action.divert, b.number, where)
    if isinstance(action, Evict):
        _known(action.evict, b.units, where, "unit")
        _known(action.to, emitter.entry_of, where, "pathway")
        return Act.EVICT, b.units[action.evict], emitter.entry_of[action.to]
    return Act.STOP, 0, 0


def _known(name: str, names: Any, where: str, kind: str) -> None:
    if name not in names:
        raise BadInput(where, f"there is no {kind} {name!r}", "one of " + ", ".join(names))


