"""What can be calibrated from a log, what cannot, and which column would change that."""
from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from hospital_twin.eventlog import EventLog
from hospital_twin.importers._words import UNKNOWN, words_in
from hospital_twin.layout import Layout

WEEKS = 4
NO_DATES = ("the dates of different patients cannot be compared: they were shifted, by another number of days for "
            "each, or the log does not tell them", "the true dates")
_BUSY = ("doctor", "nurse", "triage", "equipment")
_INPATIENT = ("assessment", "ward", "high_dependency", "critical_care")


class Lack(NamedTuple):
    """What cannot be known from a log. because: in words. needs: what would change that."""

    what: str
    because: str
    needs: str


def ability_lines(can: Collection[str], cannot: Collection[Lack]) -> list[str]:
    """What can be calibrated and what cannot, as lines of text."""
    found = ["Can be calibrated", *(f"  {what}" for what in can or ("nothing",))]
    if cannot:
        found += ["Cannot be calibrated",
                  *(f"  {lack.what}: {lack.because} (needed: {lack.needs})" for lack in cannot)]
    return found


class Facts(NamedTuple):
    """What a log has, apart from its rows.

    roles: of the resources in its layout; refuses: whether somebody can be refused critical care there. None and False
    without one.
    """

    columns: frozenset[str]
    dates_comparable: bool
    times_of_day: bool
    roles: frozenset[str]
    refuses: bool


def facts_of(columns: frozenset[str], layout: Layout | None, *, dates_comparable: bool, times_of_day: bool) -> Facts:
    """Facts of a log with some columns, read with a layout or with none."""
    if layout is None:
        return Facts(columns, dates_comparable, times_of_day, frozenset(), refuses=False)
    roles = frozenset(resource.role for resource in layout.resources().values())
    critical = {name: unit for name, unit in layout.units.items() if unit.kind == "critical_care"}
    refuses = any(unit.room is not None for unit in critical.values()) or _refused(
        layout.model_dump(include={"pathways"}, exclude_none=True), set(critical))
    return Facts(columns, dates_comparable, times_of_day, roles, refuses)


def _refused(value: Any, units: set[str]) -> bool:
    """Whether a step, in pathways as plain values, asks for one of some units and can be refused."""
    if isinstance(value, Mapping):
        own = "room" in value and not units.isdisjoint(words_in(value))
        return own or any(_refused(part, units) for part in value.values())
    return isinstance(value, (list, tuple)) and any(_refused(part, units) for part in value)


def abilities(log: EventLog, facts: Facts) -> tuple[tuple[str, ...], tuple[Lack, ...]]:
    """What can be calibrated, in words, and what cannot."""
    can, cannot = [], []
    for what, lacks in (*_of_arrivals(log, facts), *_of_places(log, facts), *_of_care(log, facts)):
        if lacks is None:
            can.append(what)
        else:
            cannot.append(Lack(what, *lacks))
    return tuple(can), tuple(cannot)


_Answers = Iterator[tuple[str, tuple[str, str] | None]]


def _of_arrivals(log: EventLog, facts: Facts) -> _Answers:
    days = (log.end - log.start).days
    lacks = None
    if not facts.dates_comparable:
        lacks = NO_DATES
    elif not facts.times_of_day:
        lacks = "the times have no time of day", "times with hours and minutes"
    elif days < 7 * WEEKS:
        lacks = f"the log covers {days} days", f"a log of at least {WEEKS} weeks"
    yield "arrivals by hour of the week", lacks
    if not facts.dates_comparable:
        yield "how many are in each unit (census, occupancy)", NO_DATES
    elif log.capacity.empty:
        yield "occupancy in per cent, and time full", ("nothing says how many beds were staffed", "a layout file")
    else:
        yield "occupancy in per cent, and time full", None
    yield "classes of visits (acuity, specialty, ...)", None if log.attributes else (
        "no column is a class of visits", "a column such as acuity, arrival_mode or specialty")
    yield "returns of the same person", None if "patient" in facts.columns else (
        "no column is the number of the person", "a column `patient`")


def _of_places(log: EventLog, facts: Facts) -> _Answers:
    stays = log.stays
    ended = stays["activity"].eq("stay") & stays["end"].notna()
    yield "length of stay by unit, and routing between units", None if ended.any() else (
        "no stay has an end", "a column `end`")
    waited = bool((stays["joined"] < stays["start"]).any())
    lacks = None if waited else ("nothing says when a place was asked for", "a column `requested`")
    yield "waits for a place", lacks
    if log.units_of("ed") and log.units_of(*_INPATIENT):
        yield "boarding in the emergency department", lacks
    if log.units_of("critical_care"):
        lacks = None
        if not stays["activity"].eq("refused").any():
            lacks = "no rows of refused requests", "interval rows with the activity `refused`"
        elif not facts.refuses:
            lacks = ("the log says who was refused, and nothing says when a unit refuses",
                     "a layout with a `room` for critical care: --layout")
        yield "critical care refusals", lacks


def _of_care(log: EventLog, facts: Facts) -> _Answers:
    stays = log.stays
    if log.units_of("ed"):
        lacks = None
        if not stays["resource"].isin(log.resources_of("doctor")).any():
            lacks = "no column says when a doctor came", "a column `seen`"
        elif "doctor" not in facts.roles:
            lacks = "the log says when a doctor came, and not how many there are", "a layout with doctors: --layout"
        yield "door to clinician", lacks
        yield "left without being seen", None if stays["end_reason"].eq("left_without_being_seen").any() else (
            "nobody is said to have left unseen", "a column `disposition` that says so")
    leaving = stays["activity"].eq("leave")
    known = leaving & ~stays["end_reason"].isin((UNKNOWN, "done"))
    yield "how visits end (home, died, transferred, ...)", None if known.any() else (
        "no column says how visits ended", "a column `disposition`")
    staff = [name for name in log.resources if log.resources[name] in _BUSY]
    lacks = None
    if not (stays["resource"].isin(staff) & (stays["end"] > stays["start"])).any():
        lacks = "no rows of tasks with a beginning and an end", "interval rows with `activity` and `resource`"
    elif not facts.roles.intersection(_BUSY):
        lacks = "a twin drafted from a log has no tasks", "a layout with the staff and their tasks: --layout"
    yield "how long staff and equipment are busy with a patient", lacks
