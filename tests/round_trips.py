"""The round trip: a hospital's simulated log, calibrated from wrong numbers, must give the hospital back."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from hospital_twin.calibration import calibrate
from hospital_twin.calibration.cells import Cells
from hospital_twin.calibration.paths import Path, replaced, steps_of
from hospital_twin.distributions import Family
from hospital_twin.eventlog import EventLog
from hospital_twin.hospital import Hospital
from hospital_twin.layout import By, Layout
from hospital_twin.layout.steps import Branch, Draw, Profile
from hospital_twin.layout.terms import week_minutes
from hospital_twin.program.builder import Builder
from hospital_twin.unit_types import expanded


def guessed(layout: Layout) -> Layout:
    """The layout as somebody writes it who knows the ways of the hospital and none of its numbers."""
    layout = expanded(layout)
    return replaced(layout, {path: _wrong(kind, value) for kind, path, value in numbers(layout)})


def _wrong(kind: str, value: Any) -> Any:
    wrong = {
        "duration": lambda: value if value.support()[1] == 0 else value.scaled(1.6),
        "chance": lambda: value if value in (0, 1) else round(0.6 * value + 0.1, 6),
        "mix": lambda: dict.fromkeys(value, 1.0),
        "rate": lambda: float(weekly(value).mean()),
        "season": lambda: 1.0,
        "profile": lambda: Profile(profile={"00:00-24:00": 1.0},
                                   weekdays=value.weekdays and dict.fromkeys(value.weekdays, 0.5)),
        "day_factor_sd": lambda: 0.0,
        "no_show": lambda: 0.2,
    }
    return wrong[kind]()


def numbers(layout: Layout) -> Iterator[tuple[str, Path, Any]]:
    """(kind, path, value) of every number of an expanded layout that a log of all its steps can tell."""
    builder = Builder(layout)
    for place in steps_of(layout).values():
        for field in ("takes", "patience", "after"):
            yield from _leaves(builder, "duration", getattr(place.step, field, None), (*place.path, field))
        if not isinstance(place.step, Branch):
            yield from _leaves(builder, "chance", place.step.chance, (*place.path, "chance"))
        for number, option in enumerate(getattr(place.step, "options", ())):
            yield from _leaves(builder, "chance", option.chance, (*place.path, "options", number, "chance"))
        for attribute, value in getattr(place.step, "set", {}).items():
            if isinstance(value, Draw):
                yield from _leaves(builder, "mix", value.draw, (*place.path, "set", attribute, "draw"))
        if isinstance(getattr(place.step, "until", None), Profile):
            yield "profile", (*place.path, "until"), place.step.until
    for name, unit in layout.units.items():
        yield from _leaves(builder, "duration", unit.cleaning, ("units", name, "cleaning"))
        if unit.discharge is not None:
            yield "profile", ("units", name, "discharge"), unit.discharge
    for name, source in layout.sources.items():
        yield from _of_source(builder, name, source)


def _of_source(builder: Builder, name: str, source: Any) -> Iterator[tuple[str, Path, Any]]:
    path = ("sources", name)
    if source.rate is not None:
        yield "rate", (*path, "rate"), source.rate
        yield "day_factor_sd", (*path, "day_factor_sd"), source.day_factor_sd
    for month, factor in source.season.items():
        yield "season", (*path, "season", month), factor
    if source.timetable is not None:
        yield "no_show", (*path, "no_show"), source.no_show
    for attribute, value in source.sets.items():
        if isinstance(value, Draw):
            yield from _leaves(builder, "mix", value.draw, (*path, "sets", attribute, "draw"))


def _leaves(builder: Builder, kind: str, value: Any, path: Path) -> Iterator[tuple[str, Path, Any]]:
    if value is not None:
        cells = Cells(builder, value, path)
        yield from ((kind, where, leaf) for where, leaf in zip(cells.paths, cells.leaves, strict=True))


def at(layout: Layout, path: Path) -> Any:
    """What stands at a path of a layout."""
    value: Any = layout
    for part in path:
        value = value[part] if isinstance(value, (dict, tuple)) else getattr(value, part)
    return value


def weekly(rate: float | dict) -> np.ndarray:
    """A rate by hour of the week, 168 numbers."""
    week = np.zeros(10080)
    changes = week_minutes(rate)
    for (begin, value), (end, _) in zip(changes, [*changes[1:], (10080, 0)], strict=True):
        week[begin:end] = value
    return week.reshape(168, 60).mean(axis=1)


def rate_errors(truth: Layout, found: Layout) -> dict[str, list[float]]:
    """Relative error of the rate in each of the 168 hours, by source; hours in which nobody comes are left out."""
    errors = {}
    for name, source in truth.sources.items():
        if source.rate is not None:
            true, fitted = weekly(source.rate), weekly(found.sources[name].rate)
            errors[name] = (np.abs(fitted - true)[true > 0] / true[true > 0]).tolist()
    return errors


def deviations(truth: Hospital, found: Hospital) -> dict[str, float]:
    """How many standard errors each fitted chance, and each fitted median of a duration, is off.

    The standard error of a share p of n is that of the truth, √(p (1 − p) / n); a median's is told by its interval.
    """
    layout = expanded(truth.layout)
    fits = {fit.path: fit for fit in found.fits}
    words = dict(_words(layout))
    result = {}
    for kind, path, value in numbers(layout):
        fit = fits.get(words.get(path, ""))
        if fit is None or fit.low is None:
            continue
        if kind == "chance" and fit.n > 0 and 0 < value < 1:
            result[fit.path] = (float(at(found.layout, path)) - value) / np.sqrt(value * (1 - value) / fit.n)
        elif kind == "duration" and fit.low > 0:
            result[fit.path] = _median_off(value, at(found.layout, path), fit)
    return result


def unaccounted(truth: Hospital, found: Hospital) -> list[str]:
    """Chances and durations of the layout that are neither fitted nor named among what the log does not tell.

    Those that are nothing, or certain, may be passed over in silence: no log shows a chance that nobody ever has.
    """
    layout = expanded(truth.layout)
    fitted = {fit.path for fit in found.fits}
    words = dict(_words(layout))
    told = " ".join(found.not_fitted)
    return [words[path] for kind, path, value in numbers(layout)
            if kind in ("chance", "duration") and words[path] not in fitted
            and words[path].partition(" (")[0].removesuffix(".takes") not in told
            and not (value in (0, 1) if kind == "chance" else value.support()[1] == 0)]


def _median_off(true: Family, found: Family, fit: Any) -> float:
    error = np.log(fit.high / fit.low) / (2 * 1.959964)
    return float(np.log(found.in_unit("h").quantile(0.5) / true.in_unit("h").quantile(0.5)) / error)


def _words(layout: Layout) -> Iterator[tuple[Path, str]]:
    """Each number's path, and the same as the pedigree of a fit has it."""
    builder = Builder(layout)

    def named(value: Any, path: Path, words: str) -> Iterator[tuple[Path, str]]:
        if value is not None:
            cells = Cells(builder, value, path)
            for where, who in zip(cells.paths, cells.words, strict=True):
                yield where, f"{words} ({who})" if who else words
    for place in steps_of(layout).values():
        for field in ("takes", "patience", "after"):
            yield from named(getattr(place.step, field, None), (*place.path, field), f"{place.words}.{field}")
        if not isinstance(place.step, Branch):
            yield from named(place.step.chance, (*place.path, "chance"), f"{place.words}.chance")
        for number, option in enumerate(getattr(place.step, "options", ())):
            yield from named(option.chance, (*place.path, "options", number, "chance"),
                             f"{place.words}.options.{number}.chance")
    for name, unit in layout.units.items():
        yield from named(unit.cleaning, ("units", name, "cleaning"), f"units.{name}.cleaning")


def recalibrated(log: EventLog, layout: Layout) -> Hospital:
    """The hospital that calibration finds in a log, beginning with numbers that are all wrong."""
    return calibrate(log, guessed(layout))


__all__ = ["By", "at", "deviations", "guessed", "numbers", "rate_errors", "recalibrated", "unaccounted",
           "weekly"]
