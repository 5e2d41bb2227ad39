"""What a log says about visits, places and boarding: the tables that KPIs, calibration and validation share."""
from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from hospital_twin.eventlog.clock import NEVER, TICKS_PER_HOUR, tick, ticks, times
from hospital_twin.eventlog.log import RESERVED, EventLog
from hospital_twin.eventlog.steps import StepCurve

INPATIENT_KINDS = ("assessment", "ward", "high_dependency", "critical_care")
"""Kinds of unit whose places are inpatient beds."""
ADMITTED_TO_KINDS = (*INPATIENT_KINDS, "theatre", "recovery")
"""Kinds of unit that an emergency patient is admitted to; a scanner or a discharge lounge is not."""


def visits(log: EventLog) -> pd.DataFrame:
    """One row per visit, indexed by visit number, in its order.

    ``arrive``, ``leave``: times (NaT: before the log, not yet). A log without any ``arrive`` row is taken to begin
    each visit with its first request; one without any ``leave`` row to end each visit that has nothing open with its
    last row, with disposition ``""``.
    ``disposition``: end reason of the ``leave`` row, ``""`` without one.
    ``ed``: whether it was at the emergency department: held or asked for a place there, did something there, or was
    with triage.
    ``seen``: start of the first task with a resource of role ``doctor``.
    ``admitted``: whether it got a place of one of `ADMITTED_TO_KINDS`.
    ``ed_left``: when an attendance left the department: with an admission the end of its last ED place (without
    any, the start of the first other place), else when it left the hospital. NaT while it has not.
    ``bed_asked``, ``bed_given``: first request for an inpatient place, and the first grant of one.
    Class attributes: their values at arrival (else in the visit's first row).
    """
    stays = log.stays
    code, number = pd.factorize(stays["visit"].to_numpy(), sort=True)
    joined, start, end = (ticks(stays[c]) for c in ("joined", "start", "end"))
    activity = stays["activity"]
    arrivals, leaves, place = (activity.eq(a).to_numpy() for a in ("arrive", "leave", "stay"))
    ed_units, beds = log.units_of("ed"), _about(stays, log.units_of(*INPATIENT_KINDS))
    at_ed = (_about(stays, ed_units) | stays["unit"].isin(ed_units) | stays["resource"].isin(log.resources_of("triage"))
             ).to_numpy()
    elsewhere = place & _about(stays, log.units_of(*ADMITTED_TO_KINDS))
    doctor = ~activity.isin(RESERVED).to_numpy() & stays["resource"].isin(log.resources_of("doctor")).to_numpy()

    def first(value: np.ndarray, rows: np.ndarray) -> np.ndarray:
        found = np.full(len(number), NEVER)
        np.minimum.at(found, code[rows], value[rows])
        return found

    def last(value: np.ndarray, rows: np.ndarray) -> np.ndarray:
        found = np.full(len(number), -NEVER)
        np.maximum.at(found, code[rows], value[rows])
        return found

    everything = np.ones(len(stays), bool)
    arrive = first(start, arrivals) if arrivals.any() else first(joined, everything)
    leave = first(start, leaves) if leaves.any() else last(end, everything)
    ed_end, next_place = last(end, place & _about(stays, ed_units)), first(start, elsewhere)
    admitted = next_place != NEVER
    at_ed = last(at_ed.astype(np.int64), everything) > 0
    ed_left = np.where(admitted, np.where(ed_end > -NEVER, ed_end, next_place), leave)
    return pd.DataFrame({
        "arrive": times(arrive), "leave": times(leave), "disposition": _dispositions(stays, code, leaves, len(number)),
        "ed": at_ed, "seen": times(first(start, doctor)), "admitted": admitted,
        "ed_left": times(np.where(at_ed, ed_left, NEVER)),
        "bed_asked": times(first(joined, beds & activity.isin(("stay", "wait")).to_numpy())),
        "bed_given": times(first(start, place & beds)), **_first_attributes(log, code, joined, arrivals),
    }).set_index(pd.Index(number, name="visit"))


def held(log: EventLog, place: str, activities: Iterable[str] = ("stay",)) -> StepCurve:
    """How many places of a unit are held over time: by patients (``stay``), and with ``cleaning`` also those.

    A cleaning that goes on beside the next patient's stay (it ends as ``swapped``) holds nothing.
    """
    rows = log.stays[log.stays["activity"].isin(tuple(activities)) & _about(log.stays, [place])]
    rows = rows[rows["activity"].ne("cleaning") | rows["end_reason"].ne("swapped")]
    return StepCurve.of_intervals(ticks(rows["start"]), ticks(rows["end"]), rows["amount"].to_numpy())


def staffed(log: EventLog, resource: str) -> StepCurve | None:
    """Staffed capacity of a resource over time, NaN before the first entry; None when the log does not know it."""
    rows = log.capacity[log.capacity["resource"].eq(resource)]
    if rows.empty:
        return None
    rows = rows.sort_values("from", kind="stable")
    return StepCurve.of_settings(ticks(rows["from"]), rows["amount"].to_numpy())


def boarding(log: EventLog) -> pd.DataFrame:
    """Intervals in which a visit held an ED place while an inpatient place it had asked for was not granted.

    Columns: ``visit``, ``start``, ``end`` (NaT while it still boards); several requests at one time count once.
    Requests are the rows of an inpatient unit ``stay``, from ``joined`` to ``start``, and ``wait``, to ``end``.
    """
    stays = log.stays
    asked = stays["activity"].isin(("stay", "wait")) & _about(stays, log.units_of(*INPATIENT_KINDS))
    in_ed = stays["activity"].eq("stay") & _about(stays, log.units_of("ed"))
    over = stays["start"].where(stays["activity"].ne("wait"), stays["end"])
    request = pd.DataFrame({"visit": stays["visit"][asked], "asked": ticks(stays["joined"][asked]),
                            "granted": ticks(over[asked])})
    place = pd.DataFrame({"visit": stays["visit"][in_ed], "from": ticks(stays["start"][in_ed]),
                          "to": ticks(stays["end"][in_ed])})
    both = request[request["asked"] < request["granted"]].merge(place, on="visit")
    both = pd.DataFrame({"visit": both["visit"], "start": np.maximum(both["asked"], both["from"]),
                         "end": np.minimum(both["granted"], both["to"])})
    both = both[both["start"] < both["end"]].sort_values(["visit", "start"], ignore_index=True)
    reached = both.groupby("visit")["end"].cummax()
    same = both["visit"].eq(both["visit"].shift(fill_value=-1)) & (both["start"] <= reached.shift(fill_value=-NEVER))
    merged = both.groupby((~same).cumsum().to_numpy()).agg({"visit": "first", "start": "min", "end": "max"})
    return pd.DataFrame({"visit": merged["visit"].to_numpy(), "start": times(merged["start"].to_numpy()),
                         "end": times(merged["end"].to_numpy())})


def mean_occupied(log: EventLog, place: str, start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Time-weighted mean number of patients in a unit over ``[start, end)``."""
    edges = np.array([tick(start), tick(end)])
    return float(held(log, place).integral(edges)[0] * TICKS_PER_HOUR / (edges[1] - edges[0]))


def hours_full(log: EventLog, place: str, start: pd.Timestamp, end: pd.Timestamp) -> tuple[float, float] | None:
    """Hours in ``[start, end)`` in which a unit that was open had no free staffed place, and hours it was open.

    A place being cleaned is not free. The hours are those in which the staffed capacity is known, finite and above
    zero; None when the log does not know it at all.
    """
    capacity = staffed(log, place)
    if capacity is None:
        return None
    occupied = held(log, place, ("stay", "cleaning"))

    def state(number: np.ndarray, places: np.ndarray) -> np.ndarray:
        is_open = np.isfinite(places) & (places > 0)
        return np.where(is_open, np.where(number >= places - 1e-9, 1.0, 0.0), np.nan)

    _, hours, full = occupied.joined_with(capacity, state).pieces(np.array([tick(start), tick(end)]))
    return float(hours[full == 1.0].sum()), float(hours[~np.isnan(full)].sum())


def _about(stays: pd.DataFrame, places: list[str]) -> np.ndarray:
    """Rows about a place, held or asked for, of one of some units."""
    return stays["resource"].isin(places).to_numpy()


def _dispositions(stays: pd.DataFrame, code: np.ndarray, leaves: np.ndarray, number: int) -> pd.Categorical:
    reasons = stays["end_reason"].cat.categories
    codes = np.full(number, -1)
    codes[code[leaves]] = stays["end_reason"].cat.codes.to_numpy()[leaves]
    found = pd.Categorical.from_codes(codes, reasons)
    return (found if "" in reasons else found.add_categories([""])).fillna("")


def _first_attributes(log: EventLog, code: np.ndarray, joined: np.ndarray,
                      arrivals: np.ndarray) -> dict[str, pd.Categorical]:
    # Written in this order, the row that counts most comes last and stays: the arrival, else the earliest.
    order = np.lexsort((-joined, arrivals))
    found = {}
    for name in log.attributes:
        codes = np.full(code.max(initial=-1) + 1, -1)
        codes[code[order]] = log.stays[name].cat.codes.to_numpy()[order]
        found[name] = pd.Categorical.from_codes(codes, log.stays[name].cat.categories)
    return found
