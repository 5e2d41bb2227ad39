"""The hospital behind a sample log, and in words and numbers what its log contains that calibration does not assume."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import gamma
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from hospital_twin.distributions import Lognormal, read_distribution
from hospital_twin.errors import BadInput
from hospital_twin.files import replacing
from hospital_twin.generator.surprises import Surprises
from hospital_twin.generator.weather import day_factors
from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout, Part, as_values, checked, read_yaml

SHORT, LONG = (0.7, 0.55, 1.5), (0.3, 2.05, 1.2)
"""The two parts of a true stay: weight, mean as a multiple of the whole mean, Weibull shape. The mean is kept."""


class Departure(Part):
    """One thing that the log contains and calibration does not assume."""

    what: str = Field(description="In words.")
    where: tuple[str, ...] = Field(description="Places in the layout that it changes.")
    numbers: dict[str, Any] = Field(default_factory=dict, description="How much.")


class Truth(Part):
    """What wrote a sample log."""

    synthetic: bool = Field(True, description="Always: no row belongs to a real person.")
    log: str = Field(description="File name of the log.")
    seed: int = Field(description="Seed of the run.")
    starts: date = Field(description="First day of the log.")
    days: int = Field(description="Days that the log covers.")
    filled_days: int = Field(description="Days run before, so that the hospital is not empty on the first.")
    beyond_calibration: tuple[Departure, ...] = Field((), description="What calibration does not assume.")
    hospital: Hospital = Field(description="The true hospital, which can be run as it stands.")

    def save(self, path: Path) -> None:
        """Write as YAML."""
        value = {key: below for key, below in as_values(self).items() if key != "synthetic"}
        text = yaml.safe_dump({"synthetic": True, **value}, sort_keys=False, allow_unicode=True, width=200,
                              default_flow_style=None)
        with replacing(path) as part:
            part.write_text(text, encoding="utf-8")


def read_truth(path: str | Path) -> Truth:
    """The truth that lies beside a sample log."""
    value, lines = read_yaml(path)
    return checked(Truth, value, str(path), lines)


def true_hospital(hospital: Hospital, surprises: Surprises, *, seed: int, starts: date, days: int
                  ) -> tuple[Hospital, tuple[Departure, ...]]:
    """The hospital with the surprises in it, and each as a `Departure`.

    starts, days: the days for which day factors are made. Raises `BadInput` for a pool that is not there or whose
    people have no names.
    """
    layout = as_values(hospital.layout)
    departures = [*_stays(layout, surprises), *_paces(hospital.layout, layout, surprises),
                  *_weather(layout, surprises, seed, starts, days)]
    if not departures:
        return hospital, ()
    return Hospital.of(checked(Layout, layout, hospital.layout.name)), tuple(departures)


def _stays(layout: dict, surprises: Surprises) -> Iterator[Departure]:
    if not surprises.other_stays:
        return
    changed = {}
    for step in _steps(layout["pathways"]):
        if "stay" in step:
            before = repr(step["takes"])
            step["takes"] = _other_family(step["takes"])
            if repr(step["takes"]) != before:
                changed[f"step {step['stay']}"] = step["takes"]
    if changed:
        yield Departure(
            what="Stays are mixtures of two Weibull distributions, many short ones and some long ones, with the same "
                 "mean as the lognormal in the layout. A lognormal fitted to them is too short in the middle and "
                 "wrong in the tail.",
            where=tuple(changed), numbers={"weights": [SHORT[0], LONG[0]], "means_of_the_whole": [SHORT[1], LONG[1]],
                                           "shapes": [SHORT[2], LONG[2]]})


def _steps(value: Any) -> Iterator[dict]:
    """Every step (and every other mapping) below a value, outermost first."""
    if isinstance(value, dict):
        yield value
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _steps(below)


def _other_family(takes: Any) -> Any:
    if isinstance(takes, dict) and "by" in takes:
        leaves = {key: _other_family_of(value) for key, value in takes["of"].items()}
        rest = {"otherwise": _other_family_of(takes["otherwise"])} if takes.get("otherwise") is not None else {}
        return {**takes, "of": leaves, **rest}
    return _other_family_of(takes)


def _other_family_of(leaf: Any) -> Any:
    if isinstance(leaf, dict) and "family" not in leaf:
        return {key: _other_family_of(value) for key, value in leaf.items()}
    written = read_distribution(leaf)
    if not isinstance(written, Lognormal):
        return leaf
    mean = written.mean()
    parts = [{"weight": weight, "of": f"weibull(shape {shape:g}, scale "
              f"{share * mean / gamma(1 + 1 / shape):.5g} {written.unit or 'h'})"}
             for weight, share, shape in (SHORT, LONG)]
    return {"family": "mixture", "parts": parts}


def _paces(hospital: Layout, layout: dict, surprises: Surprises) -> Iterator[Departure]:
    for pool, pace in surprises.pace.items():
        if pool not in hospital.staff:
            raise BadInput("surprises.pace", f"there is no staff {pool!r} in {hospital.name}",
                           "one of " + (", ".join(hospital.staff) or "the pools under `staff`"))
        if not hospital.staff[pool].named:
            raise BadInput("surprises.pace", f"the staff {pool!r} are not named, so that none can be slower",
                           "a pool with `named: true`")
        layout["staff"][pool]["pace"] = list(pace)
        yield Departure(
            what=f"The people of the pool {pool} are not equally fast: the first on duty takes {pace[0]:g} times as "
                 "long for each task, and so on in turn. Who is on duty therefore matters.",
            where=(f"staff.{pool}.pace",), numbers={"pace": list(pace)})


def _weather(layout: dict, surprises: Surprises, seed: int, starts: date, days: int) -> Iterator[Departure]:
    if surprises.weather_sd == 0:
        return
    factors = day_factors(seed, days, sd=surprises.weather_sd, persistence=surprises.weather_persistence)
    spells = [{"from": str(starts + timedelta(day)), "to": str(starts + timedelta(day + 1)), "times": round(factor, 4)}
              for day, factor in enumerate(factors)]
    changed = []
    for name, source in layout["sources"].items():
        if "rate" in source:
            source["dated"] = [*source.get("dated", []), *spells]
            changed.append(f"sources.{name}.dated")
    yield Departure(
        what="Busy days come in spells, as with the weather: each day has a factor on the rates of arrival that "
             "persists from day to day. Calibration takes each day's factor to be independent of the day before.",
        where=tuple(changed), numbers={
            "sd_of_the_logarithm": surprises.weather_sd, "correlation_of_neighbouring_days":
            surprises.weather_persistence, "lowest": round(min(factors), 3), "highest": round(max(factors), 3)})
