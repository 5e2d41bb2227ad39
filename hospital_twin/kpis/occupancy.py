"""How full the units are, over the whole window and by hour of the day."""
from collections.abc import Iterator

import numpy as np

from hospital_twin.eventlog import INPATIENT_KINDS
from hospital_twin.kpis._framework import WHOLE_HOSPITAL, Kpi, Measured, NotComputable, Statistic, Window


def _measure(window: Window) -> Iterator[Measured]:
    hours = {unit: _hours(window, unit) for unit in window.log.units}
    stays = {unit: _stays(window, unit) for unit in window.log.units}
    beds = window.log.units_of(*INPATIENT_KINDS)
    whole = np.sum([hours[unit] for unit in beds], axis=0) if beds else np.zeros((3, len(window.hours.hours)))
    yield from _numbers(window, WHOLE_HOSPITAL, beds, whole, sum(stays[unit] for unit in beds))
    for unit in window.log.units:
        yield from _numbers(window, unit, [unit], hours[unit], stays[unit])


def _hours(window: Window, unit: str) -> np.ndarray:
    """Per cell of the window: hours of patients; the same while the staffed places are known; hours of those."""
    census, edges = window.census[unit], window.hours.edges
    patients = census.integral(edges)
    if unit not in window.staffed:
        return np.array([patients, np.zeros_like(patients), np.zeros_like(patients)])
    capacity = window.staffed[unit]
    meanwhile = census.joined_with(capacity, lambda number, places: np.where(np.isfinite(places), number, 0.0))
    places = capacity.joined_with(capacity, lambda level, _: np.where(np.isfinite(level), level, 0.0))
    return np.array([patients, meanwhile.integral(edges), places.integral(edges)])


def _stays(window: Window, unit: str) -> int:
    rows = window.places.stays
    there = rows["activity"].eq("stay") & rows["resource"].eq(unit) & (rows["start"] < window.end)
    return int((there & ~(rows["end"] <= window.start)).sum())


def _numbers(window: Window, place: str, units: list[str], hours: np.ndarray, stays: int) -> Iterator[Measured]:
    no_share = NotComputable("no staffed place, or their number is not limited" if window.staffed.keys() & set(units)
                             else "no staffed capacity in this log" if units else "no inpatient unit in this log")
    clock = window.hours
    of_day = np.array([np.bincount(clock.hour, row, minlength=24) for row in (clock.hours, *hours)])
    for hour in (None, *range(24)):
        time, patients, meanwhile, places = of_day.sum(axis=1) if hour is None else of_day[:, hour]
        census = np.nan if time == 0 else patients / time if units else no_share
        yield Measured("share", 100 * meanwhile / places if places > 0 else no_share, stays, place, hour)
        yield Measured("census", census, stays, place, hour)


KPI = Kpi(
    id="occupancy",
    title="Occupancy",
    better="none",
    definition="Patient hours in the places of a unit over its staffed place hours (patients who came before the "
               "window or are still there count for the hours within it; a place being cleaned is not occupied). The "
               "census is the time-weighted mean number of patients. By hour: the same over that hour of all local "
               "days. Whole hospital: all inpatient units (assessment, ward, high dependency, critical care) with "
               "known staffed places together, hours summed before dividing. It may exceed 100 % where staffed "
               "places fall while patients stay. Units that share nurses are each counted as if the "
               "nurses on duty were all theirs, so their staffed places together are more than can be used at once.",
    source="NICE guideline NG94 chapter 39, bed occupancy; NHS England bed availability and occupancy (taken over the "
           "whole time rather than at midnight)",
    statistics={"share": Statistic("occupancy of staffed places", "%", 1),
                "census": Statistic("mean number of patients", "patients", 1)},
    headline="share",
    measure=_measure,
    needs={"share": ("places",), "census": ()},
)
