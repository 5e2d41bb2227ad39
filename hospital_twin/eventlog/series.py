"""`Series`: counts per place and time, which carry no visits."""
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.eventlog.clock import LocalHours, local_hours, ticks, times
from hospital_twin.eventlog.log import EventLog, Provenance
from hospital_twin.eventlog.measures import held, staffed, visits

WHOLE_HOSPITAL = "whole hospital"
"""The place of what belongs to no single unit."""
SERIES_COLUMNS = {"place": "category", "quantity": "category", "from": "datetime64[us, UTC]",
                  "to": "datetime64[us, UTC]", "value": "float64"}
QUANTITIES = ("census", "census_on_the_hour", "arrivals", "entries", "staffed")
"""What `hourly` derives from a log."""
READINGS = ("census_on_the_hour", "occupied", "places", "waiting", "over_24h", "over_48h")
"""Numbers at the moment ``from``."""
COUNTS = ("arrivals", "entries", "departures")
"""Numbers of what happened within an interval."""
GAP_COLUMNS = {"place": "str", "quantity": "str", "from": "datetime64[us, UTC]", "to": "datetime64[us, UTC]",
               "reason": "str"}


def _no_gaps() -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in GAP_COLUMNS}).astype(GAP_COLUMNS)


@dataclass(frozen=True, eq=False)
class Series:
    """Counts per place and interval ``[from, to)``, one row each; intervals need not be hours or adjoin.

    table: columns of `SERIES_COLUMNS`, values that can be used alone: what no row covers was not observed, and is
    not 0. Quantities:
    ``census`` time-weighted mean number of patients in a unit; ``census_on_the_hour`` the number at ``from``, also of
    a snapshot at another minute; ``arrivals`` visits that arrive; ``entries`` patients given a place in a unit;
    ``staffed`` time-weighted mean staffed capacity of a resource; and, known from files alone, ``departures`` visits
    that leave, and at ``from`` ``occupied`` and ``places`` (beds in use, and fit for use), ``waiting`` (for a
    clinician), ``over_24h`` and ``over_48h`` (who are there for longer).
    gaps: columns of `GAP_COLUMNS`: what a file lacks, or what was left out of it, and why.
    """

    table: pd.DataFrame
    time_zone: str
    provenance: Provenance = field(default_factory=lambda: Provenance(kind="log", name="unnamed"))
    gaps: pd.DataFrame = field(default_factory=_no_gaps)

    @classmethod
    def of(cls, table: pd.DataFrame, *, time_zone: str = "UTC", provenance: Provenance | None = None,
           gaps: pd.DataFrame | None = None) -> Series:
        """A series from a loosely typed table with zoned times, put in order of quantity, place and time."""
        typed = table[list(SERIES_COLUMNS)].astype(SERIES_COLUMNS)
        words = [typed[c].cat.set_categories(sorted(typed[c].cat.categories)).cat.codes for c in ("place", "quantity")]
        typed = typed.iloc[np.lexsort((ticks(typed["from"]), *words))]
        return cls(typed.reset_index(drop=True), time_zone, provenance or Provenance(kind="log", name="unnamed"),
                   _no_gaps() if gaps is None else gaps[list(GAP_COLUMNS)].astype(GAP_COLUMNS))

    def wide(self, quantity: str) -> pd.DataFrame:
        """One quantity as a table: index ``from``, one column per place; NaN where a place has no value."""
        rows = self.table[self.table["quantity"] == quantity].astype({"place": object})
        return rows.pivot(index="from", columns="place", values="value")

    def fingerprint(self) -> str:
        """SHA-256 over the table: equal for equal rows."""
        return hashlib.sha256(pd.util.hash_pandas_object(self.table, index=False).to_numpy().tobytes()).hexdigest()


def hourly(log: EventLog, quantities: Iterable[str] = QUANTITIES) -> Series:
    """The hourly counts of a log, by full hours of its wall clock over its whole window.

    The first and the last interval are shorter when the window begins or ends within an hour. ``staffed`` is there
    for the resources whose capacity the log knows, from when it knows it. Raises `BadInput` for an unknown quantity.
    """
    wanted = tuple(quantities)
    if unknown := set(wanted) - set(QUANTITIES):
        raise BadInput("hourly counts", f"there is no quantity {', '.join(map(repr, sorted(unknown)))}",
                       "some of " + ", ".join(QUANTITIES))
    cells = local_hours(log.start, log.end, log.time_zone)
    parts = [(place, quantity, value) for quantity in wanted for place, value in _values(log, quantity, cells)]
    parts = parts if len(cells.hours) else []
    number = len(parts)
    words = {column: pd.Categorical([part[i] for part in parts]) for i, column in enumerate(("place", "quantity"))}
    table = pd.DataFrame({
        **{column: word.take(np.repeat(np.arange(number), len(cells.hours))) for column, word in words.items()},
        "from": times(np.tile(cells.edges[:-1], number)), "to": times(np.tile(cells.edges[1:], number)),
        "value": np.concatenate([np.zeros(0), *(part[2] for part in parts)])})
    return Series.of(table[table["value"].notna()], time_zone=log.time_zone, provenance=log.provenance)


def _values(log: EventLog, quantity: str, cells: LocalHours) -> Iterator[tuple[str, np.ndarray]]:
    """(place, one value per cell) of each place that has the quantity."""
    hours, edges = cells.hours, cells.edges
    if quantity == "arrivals":
        yield WHOLE_HOSPITAL, _counted(visits(log)["arrive"], edges)
    elif quantity == "staffed":
        for resource in log.capacity["resource"].unique():
            yield resource, staffed(log, resource).integral(edges) / hours
    elif quantity == "entries":
        stays = log.only("stay").stays
        for unit in log.units:
            yield unit, _counted(stays["start"][stays["resource"].eq(unit)], edges)
    else:
        places = log.only("stay")
        for unit in log.units:
            curve = held(places, unit)
            yield unit, curve.integral(edges) / hours if quantity == "census" else curve.at(edges[:-1])


def _counted(moments: pd.Series, edges: np.ndarray) -> np.ndarray:
    return np.diff(np.searchsorted(np.sort(ticks(moments)), edges)).astype(float)
