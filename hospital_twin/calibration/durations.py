"""Durations: tasks, stays, ways, cleaning, and how long patients wait before they give up."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hospital_twin.calibration.cells import Cells
from hospital_twin.calibration.findings import Findings, Named, rounded
from hospital_twin.calibration.fitness import Fitness, fitness
from hospital_twin.calibration.lifetimes import FAMILIES, Fitted, Lifetimes, fitted, joined_up
from hospital_twin.calibration.paths import Path
from hospital_twin.distributions import Family, read_distribution
from hospital_twin.distributions.units import convert
from hospital_twin.hospital import Fit

ENOUGH = 20
"""Ended durations from which a class has a distribution of its own; with fewer it has that of all classes, stretched
by what the layout says of it."""
LEAST = 5
"""Ended durations, of all classes together, below which the layout's numbers stay."""
DOUBTFUL = 0.001
"""So few ended that the layout's numbers give that many with less than this probability: the log contradicts them."""
CLEARLY = 6.0
"""Another family than the layout's is taken where Schwarz's criterion is better by more than this: strong evidence by
Kass and Raftery (JASA 90, 1995)."""
TO_CHOOSE = ("lognormal", "gamma", "weibull")
SHOWN = 5
"""Classes of which too little is known that are listed."""
SHORTEST = 1.0 / 3600.0
"""Durations of nothing (a log that rounds to minutes) are taken to lie below half a minute; see `_rounded_down`."""


class Sample(NamedTuple):
    """Durations in hours and the leaf of each in the layout's value; families that may describe them; what to say."""

    cells: Cells
    leaf: np.ndarray
    times: Lifetimes
    families: tuple[str, ...] = TO_CHOOSE
    note: str = ""


def write(found: Fitted, like: Family | None, unit: str) -> Family:
    """A fitted family (in hours) as a distribution in a unit, with the modifiers of the one it replaces."""
    def inside(hours: float) -> str:
        return f"{rounded(convert(hours, 'h', unit))!r} {unit}"
    text = {"lognormal": lambda: f"lognormal(median {inside(found.scale)}, sigma {rounded(found.shape)!r})",
            "gamma": lambda: f"gamma(shape {rounded(found.shape)!r}, scale {inside(found.scale)})",
            "weibull": lambda: f"weibull(shape {rounded(found.shape)!r}, scale {inside(found.scale)})",
            "exponential": lambda: f"exponential(mean {inside(found.scale)})"}[found.family]()
    modifiers = [f"{name} {value}" for name in ("truncated", "shifted", "clamped")
                 if like is not None and (value := getattr(like, name)) is not None]
    return read_distribution(" ".join([text, *modifiers]))


def fit_durations(findings: Findings, sample: Sample, named: Named, what: str) -> None:
    """One duration of the layout, by the classes that it distinguishes."""
    nothing = [_always_nothing(sample.times.take(sample.leaf == i)) for i in range(len(sample.cells.leaves))]
    sample = sample._replace(times=_rounded_down(sample.times))
    own = [_unmodified(sample.times.take(sample.leaf == i), leaf) for i, leaf in enumerate(sample.cells.leaves)]
    ended = sum(times.events for times in own)
    if ended < LEAST:
        findings.kept(f"{what} ({named.words}): {_too_few(sample.cells, own, ended)}")
        return
    pooled = _pooled(sample.cells, own, sample.families)
    missing = [number for number, times in enumerate(own) if not len(times) or not (
        _write_constant(findings, sample, number, times, 0.0 if nothing[number] else times.constant(), named)
        or _fit_leaf(findings, sample, number, times, pooled, named))]
    if missing:
        whose = [f"{sample.cells.words[i] or 'all'}: " + (f"{own[i].events:.0f} of {own[i].number:,} ended"
                                                          if len(own[i]) else "there was nobody") for i in missing]
        more = f" and {len(whose) - SHOWN} more" if len(whose) > SHOWN else ""
        findings.kept(f"{what} for some ({named.words}): too little is known of {'; '.join(whose[:SHOWN])}{more}; the "
                      "layout's numbers are kept for them")


def _too_few(cells: Cells, own: list[Lifetimes], ended: float) -> str:
    """What to say where hardly any ended: whether that is as the layout has it, or speaks against it."""
    followed = sum(times.number for times in own)
    shown = f"{followed:,}, of which {ended:.0f} ended" if ended else "none that ended"
    due = sum(_due(times, leaf) for times, leaf in zip(own, cells.leaves, strict=True))
    if due <= ended or _poisson_up_to(ended, due) > DOUBTFUL:
        return f"the log has {shown}; the layout's {in_words(cells)} kept"
    by = f"by the layout about {due:,.0f} should have" if due < followed else "by the layout all should have"
    longest = max(float(times.low.max(initial=0.0)) for times in own)
    return (f"the log contradicts the layout: of {followed:,} that were followed, for up to {longest:.3g} h, "
            f"{ended:.0f} ended, {by}; the layout's {in_words(cells)} kept for want of another")


def _due(times: Lifetimes, leaf: Family) -> float:
    """How many should have ended by a distribution in the time for which they were followed, each at most once."""
    if not len(times):
        return 0.0
    hour = convert(1.0, leaf.unit or "h", "h")
    plain = leaf.model_copy(update={"truncated": None, "shifted": None, "clamped": None})
    upto, before = (np.array([plain.cdf(h / hour) for h in column]) for column in (times.low, times.entry))
    return float(times.weight @ ((upto - before) / np.maximum(1.0 - before, 1e-12)))


def _poisson_up_to(events: float, due: float) -> float:
    from scipy.stats import poisson
    return float(poisson.cdf(events, due))


def in_words(cells: Cells) -> str:
    """What stays, with its verb."""
    return f"{cells.leaves[0].text()} is" if len(cells.leaves) == 1 else "numbers are"


def _fit_leaf(findings: Findings, sample: Sample, number: int, times: Lifetimes, pooled: _Pooled | None,
              named: Named) -> bool:
    """One class's distribution: False when the log tells too little of it."""
    leaf, path, place = sample.cells.leaves[number], sample.cells.paths[number], named.at(sample.cells.words[number])
    unit, several = leaf.unit or "h", len(sample.cells.leaves) > 1
    if times.events >= (ENOUGH if several else LEAST):
        chosen = _chosen(times, pooled.family if pooled else _default(leaf, sample.families), sample.families)
        if chosen is not None:
            _write_own(findings, path, place, write(chosen.found, leaf, unit), chosen, times, sample.note)
            return True
    if not several or pooled is None or times.events < 1:
        return False
    value = write(pooled.ratio.scaled(_median_hours(leaf)), leaf, unit)
    findings.found(path, value, Fit(
        path=place, estimator="maximum likelihood over all classes, stretched by the layout's medians",
        value=value.text(), n=times.number, censored=times.censored,
        note=f"only {times.events:.0f} of this class ended"))
    return True


def _write_constant(findings: Findings, sample: Sample, number: int, times: Lifetimes, constant: float | None,
                    named: Named) -> bool:
    """One class's only value, if it has one (in hours)."""
    if constant is None or times.events < LEAST:
        return False
    unit = sample.cells.leaves[number].unit or "h"
    value = read_distribution(f"{rounded(convert(constant, 'h', unit))!r} {unit}")
    findings.found(sample.cells.paths[number], value, Fit(
        path=named.at(sample.cells.words[number]), estimator="always the same", value=value.text(), n=times.number,
        censored=times.censored))
    return True


def _write_own(findings: Findings, path: Path, place: str, value: Family, chosen: _Chosen, times: Lifetimes,  # noqa: PLR0913
               note: str) -> None:
    unit, fit = value.unit or "h", chosen.fitness
    found = chosen.found
    findings.found(path, value, Fit(
        path=place, estimator="maximum likelihood" + (" with censoring" if times.censored else ""), value=value.text(),
        estimate=rounded(convert(found.median, "h", unit)), low=convert(found.low, "h", unit),
        high=convert(found.high, "h", unit), n=times.number, censored=times.censored,
        note=(f"{note}; " if note else "") + f"low, high: of the median, {unit}", candidates=chosen.candidates,
        gap=None if fit is None else rounded(fit.gap), gap_by_chance=None if fit is None else rounded(fit.by_chance)))


# ---- families
class _Pooled(NamedTuple):
    """What all classes share: their durations as multiples of the layout's medians, and the family of those."""

    family: str
    ratio: Fitted


def _default(leaf: Family, families: tuple[str, ...]) -> str:
    """The layout's own family if it is one that can be fitted."""
    own = {"erlang": "gamma"}.get(leaf.family, leaf.family)
    return own if own in FAMILIES else families[0]


def _pooled(cells: Cells, own: list[Lifetimes], families: tuple[str, ...]) -> _Pooled | None:
    parts = [times.divided(_median_hours(leaf)) for leaf, times in zip(cells.leaves, own, strict=True)
             if len(times) and _median_hours(leaf) > 0 and times.constant() is None and leaf.family != "fixed"]
    parts = parts or [times.divided(_median_hours(leaf)) for leaf, times in zip(cells.leaves, own, strict=True)
                      if len(times) and _median_hours(leaf) > 0 and times.constant() is None]
    if not parts:
        return None
    joined = joined_up(parts)
    usual = [_default(leaf, families) for leaf, times in zip(cells.leaves, own, strict=True) if len(times)]
    ratio, _ = _best(joined, max(set(usual), key=usual.count), families)
    return None if ratio is None else _Pooled(ratio.family, ratio)


class _Chosen(NamedTuple):
    """What is taken; the criterion of each family that was tried, less its own; and how well it fits."""

    found: Fitted
    candidates: dict[str, float]
    fitness: Fitness | None


def _chosen(times: Lifetimes, default: str, families: tuple[str, ...]) -> _Chosen | None:
    found, tried = _best(times, default, families)
    return None if found is None else _Chosen(
        found, {name: rounded(value - found.criterion) for name, value in tried.items()},
        fitness(times, write(found, None, "h")))


def _best(times: Lifetimes, default: str, families: tuple[str, ...]) -> tuple[Fitted | None, dict[str, float]]:
    """The default family, or another that is clearly better by the criterion; and the criterion of each."""
    found = [f for name in dict.fromkeys((default, *families)) if (f := fitted(times, name)) is not None]
    if not found:
        return None, {}
    best = min(found, key=lambda f: f.criterion)
    keep = found[0].family == default and best.criterion >= found[0].criterion - CLEARLY
    return found[0] if keep else best, {f.family: f.criterion for f in found}


def _median_hours(leaf: Family) -> float:
    """The median before any modifier, which is what is fitted."""
    plain = leaf.model_copy(update={"truncated": None, "shifted": None, "clamped": None})
    return convert(plain.quantile(0.5), leaf.unit or "h", "h")


def _always_nothing(times: Lifetimes) -> bool:
    """Whether all took no time at all, which no family with a scale describes."""
    return len(times) > 0 and not times.low.any() and bool(times.exact.all())


# ---- what a log rounds off, and what a layout adds
def _rounded_down(times: Lifetimes) -> Lifetimes:
    """Durations of (next to) nothing as lying between nothing and half a minute."""
    none = times.exact & (times.low < SHORTEST)
    if not none.any():
        return times
    return Lifetimes(np.where(none, 0.0, times.low), np.where(none, 0.5 / 60, times.high), times.entry, times.exit,
                     times.weight)


def _unmodified(times: Lifetimes, leaf: Family) -> Lifetimes:
    """Durations as they would have been without the layout's modifiers, which are kept: a value at a clamp lies
    anywhere beyond it, a shift is taken off, a truncation is a range outside of which nothing could be seen."""
    if leaf.truncated is None and leaf.shifted is None and leaf.clamped is None:
        return times
    hour = convert(1.0, leaf.unit or "h", "h")
    low, high, entry, exit_ = times.low, times.high, times.entry, times.exit
    bottom, top = (end * hour for end in leaf.limits(leaf.clamped))
    low, high = np.where(low <= bottom * (1 + 1e-9), 0.0, low), np.where(high >= top * (1 - 1e-9), np.inf, high)
    shift = leaf.shift() * hour
    low, high, entry, exit_ = (np.maximum(x - shift, 0.0) for x in (low, high, entry, exit_))
    first, last = (end * hour for end in leaf.limits(leaf.truncated))
    return Lifetimes.of(low, high, np.maximum(entry, max(first, 0.0)), times.weight, np.minimum(exit_, last))

