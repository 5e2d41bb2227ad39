"""What can be calibrated from counts without visits, what cannot, and which column would change that."""
from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np

from hospital_twin.eventlog import Series
from hospital_twin.importers._abilities import NO_DATES, WEEKS, Lack
from hospital_twin.importers._mapping import LogMapping
from hospital_twin.importers._words import kind_of

_CAME, _THERE = ("arrivals", "entries"), ("census_on_the_hour", "occupied")
_COLUMN = {"came": "a column of who came (`arrivals`)", "left": "a column of who left (`departures`)",
           "there": "a column of who is there (`census_on_the_hour`)"}
_VISITS = "a log of visits: a row for each stay, with its visit, unit, start and end"
_WARD = re.compile(r"ward|station|bed|lits|afdeling|planta|unite_de_soins")
_FEWEST = 7 * WEEKS
_HOURLY, _DAILY = 1.01, (22.9, 25.1)
"""Hours at most between rows by the hour, and from and to which between rows by the day."""


class _Place(NamedTuple):
    """What is known of a place on enough days (``came``, ``left``, ``there``), what on some, and hours of a row."""

    known: Collection[str]
    some: Collection[str]
    step: float


def abilities_of_counts(series: Series) -> tuple[tuple[str, ...], tuple[Lack, ...]]:
    """What can be calibrated, in words with the number of places, and what cannot."""
    places = [_known(series, name) for name in series.table["place"].unique()]
    can, cannot = [], []
    for what, lacks in _QUESTIONS.items():
        found = [lacks(place) if series.provenance.dates_comparable else NO_DATES for place in places]
        able = sum(one is None for one in found)
        if able:
            can.append(what + (f" ({able} of {len(places)} places)" if len(places) > 1 else ""))
        cannot += [Lack(what, *why) for why in dict.fromkeys(one for one in found if one)]
    cannot.append(Lack("waits, ways from unit to unit, classes of visits, staff, and how visits end",
                       "counts know no visits", _VISITS))
    return tuple(can), tuple(cannot)


def kinds_of(places: Iterable[str], mapping: LogMapping) -> dict[str, str]:
    """What each place is: as the mapping says, or its name; ``other`` where that says nothing, as of a hospital."""
    named = {place: kind_of(place) for place in places}
    return {place: mapping.kinds.get(place) or ("other" if kind == "ward" and not _WARD.search(place) else kind)
            for place, kind in named.items()}


def _known(series: Series, name: str) -> _Place:
    rows = series.table[series.table["place"].eq(name)]
    days = rows["from"].dt.tz_convert(series.time_zone).dt.date
    number = {str(quantity): own.nunique() for quantity, own in days.groupby(rows["quantity"], observed=True)}
    most = {"came": max(number.get(q, 0) for q in _CAME), "left": number.get("departures", 0),
            "there": max(number.get(q, 0) for q in _THERE)}
    step = float(np.median((rows["to"] - rows["from"]).dt.total_seconds())) / 3600 if len(rows) else 0.0
    return _Place([w for w, n in most.items() if n >= _FEWEST], [w for w, n in most.items() if n], step)


_Lacks = tuple[str, str] | None


def _arrivals(place: _Place) -> _Lacks:
    if lacks := _came(place):
        return lacks
    if place.step <= _HOURLY:
        return None
    by_day = "; by the day they can, their hours taken to be alike" if _DAILY[0] <= place.step <= _DAILY[1] else ""
    return f"the counts are of {place.step:g} hours each{by_day}", "counts by the hour"


def _came(place: _Place) -> _Lacks:
    """Why it is not known who came; who left and who is there tell it too."""
    if "came" in place.known or {"left", "there"} <= set(place.known):
        return None
    return _few(place, "came") or ("nobody counted who came" + (
        ", nor who left" if "there" in place.known else ""), _COLUMN["came"])


def _census(place: _Place) -> _Lacks:
    if "there" in place.known:
        return None
    return _few(place, "there") or ("nobody counted who is there", _COLUMN["there"])


def _mean_stay(place: _Place) -> _Lacks:
    lacks = _census(place)
    if lacks or {"came", "left"} & set(place.known):
        return lacks
    return _few(place, "came") or ("nobody counted who came or who left", f"{_COLUMN['came']}, or {_COLUMN['left']}")


def _shape(place: _Place) -> _Lacks:
    return _mean_stay(place) or (None if place.step <= _HOURLY else (
        f"the counts are of {place.step:g} hours each", "counts by the hour"))


def _few(place: _Place, what: str) -> _Lacks:
    """That there is some of it, but not enough."""
    return (f"fewer than {_FEWEST} days have a number", f"counts of at least {WEEKS} weeks") if what in place.some \
        else None


_QUESTIONS = {
    "arrivals by hour of the week": _arrivals,
    "how many are there by hour of the week, and how many places there are where that number stands still": _census,
    "mean stay, by Little's law": _mean_stay,
    "how stays differ from patient to patient, unless patients leave by the clock": _shape}
"""What a place's counts may tell → what they lack for it."""
