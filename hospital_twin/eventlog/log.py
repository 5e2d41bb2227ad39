"""`EventLog`: two tables and what they speak of. `docs/architecture.md` defines every column."""
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from hospital_twin.eventlog import storage
from hospital_twin.eventlog.clock import tick, ticks

ATTRIBUTE_FREE_COLUMNS = {
    "visit": "int64", "patient": "int64", "unit": "category", "space": "Int32", "activity": "category",
    "resource": "category", "amount": "float64", "joined": "datetime64[us, UTC]", "start": "datetime64[us, UTC]",
    "end": "datetime64[us, UTC]", "end_reason": "category",
}
CAPACITY_COLUMNS = {"resource": "category", "from": "datetime64[us, UTC]", "amount": "float64", "reason": "category"}
RESERVED = ("arrive", "leave", "change", "refused", "stay", "cleaning", "wait")
UNIT_KINDS = ("ed", "assessment", "ward", "high_dependency", "critical_care", "theatre", "recovery", "other")
UNTOLD = {"care": "what is done for patients, what they wait for, where they go and how they leave",
          "arrivals": "how many came", "stays": "how long stays last",
          "shapes": "how stays differ from patient to patient",
          "hours": "at which hours of the day patients came",
          "places": "how many places there are", "full": "who found no free place"}
"""What counts without visits may not tell, in words."""
_TIES = ("activity", "resource", "joined", "unit", "end_reason")


class Provenance(BaseModel):
    """Where a log comes from. kind: ``log`` (a real or generated file) or ``simulation``.

    dates_comparable: False where each patient's dates were shifted by another number of days: what lies within one
    visit can be measured then, arrivals and how many are there cannot.
    complete: whether every wait, refusal and cancellation is on record, so that what is not there did not happen. A
    hospital's export seldom is; a simulated run always.
    refusing, leaving: of a simulated run the places that its layout can refuse and the dispositions with which its
    visits can leave, whether or not anybody did; else None.
    untold: of a simulated run what its hospital has stand-ins for, since the counts that it was calibrated on do not
    tell it; words of `UNTOLD`.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    name: str
    sha256: str = ""
    seed: int | None = None
    replication: int | None = None
    version: str = ""
    dates_comparable: bool = True
    complete: bool = False
    refusing: tuple[str, ...] | None = None
    leaving: tuple[str, ...] | None = None
    untold: tuple[str, ...] = ()


def not_told(what: str) -> str:
    """Why a twin that was calibrated on counts does not answer: they do not tell one of `UNTOLD`."""
    return f"the counts that this twin was calibrated on do not tell {UNTOLD[what]}"


@dataclass(frozen=True, eq=False)
class EventLog:
    """What happened to whom, where and when, and what capacity there was.

    stays, capacity: tables with the columns of `docs/architecture.md`.
    attributes: the class attribute columns of ``stays``.
    units: unit → kind. resources: resource → role.
    start, end: the observed window ``[start, end)``; a stay may reach over either border.
    """

    stays: pd.DataFrame
    capacity: pd.DataFrame
    attributes: tuple[str, ...]
    units: Mapping[str, str]
    resources: Mapping[str, str]
    time_zone: str
    start: pd.Timestamp
    end: pd.Timestamp
    provenance: Provenance = field(default_factory=lambda: Provenance(kind="log", name="unnamed"))

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", dict(self.units))
        object.__setattr__(self, "resources", dict(self.resources))

    @classmethod
    def of(cls, stays: pd.DataFrame, capacity: pd.DataFrame | None = None, *,  # noqa: PLR0913
           attributes: Iterable[str] = (), units: Mapping[str, str] | Iterable[tuple[str, str]] = (),
           resources: Mapping[str, str] | Iterable[tuple[str, str]] = (), time_zone: str = "UTC",
           start: pd.Timestamp | str | None = None, end: pd.Timestamp | str | None = None,
           provenance: Provenance | None = None) -> EventLog:
        """A log from loosely typed tables: columns are completed, typed and put in canonical order.

        Missing optional columns of `stays` (``patient``, ``space``, ``resource``, ``amount``, ``joined``,
        ``end_reason``) are filled with the visit, nothing, nothing, 1, the start and ``done``/``open``. A place held
        (``stay``, ``cleaning``) without a resource is one of its unit.
        Times without a zone are UTC; so are whole numbers, in microseconds. Categorical columns are taken as they
        are, which is fastest. Without `start` and `end` the window reaches from the first to the last time.
        """
        stays = _completed(stays)
        typed = pd.DataFrame({column: _typed(stays[column], dtype) for column, dtype in
                              {**ATTRIBUTE_FREE_COLUMNS, **dict.fromkeys(attributes, "category")}.items()})
        typed = _in_order(typed)
        if capacity is None:
            capacity = pd.DataFrame({c: [] for c in CAPACITY_COLUMNS})
        capacity = pd.DataFrame({column: _typed(capacity[column], dtype) for column, dtype in CAPACITY_COLUMNS.items()})
        capacity = capacity.iloc[np.lexsort((_rank(capacity["resource"]), ticks(capacity["from"])))]
        first = typed["start"].min() if start is None else _zoned(start)
        last = max(typed["start"].max(), typed["end"].max()) if end is None else _zoned(end)
        return cls(typed, capacity.reset_index(drop=True), tuple(attributes), dict(units), dict(resources), time_zone,
                   first, last, provenance or Provenance(kind="log", name="unnamed"))

    @classmethod
    def load(cls, path: str | Path) -> EventLog:
        """The log that `save` wrote. Raises `BadInput` when the file is not one."""
        header, (stays, capacity) = storage.read(Path(path))
        return cls.put_together(header, stays, capacity)

    @classmethod
    def put_together(cls, header: Mapping[str, Any], stays: pd.DataFrame, capacity: pd.DataFrame) -> EventLog:
        """The log that has these tables, and of which `header` said the rest."""
        about = {**header, "start": _zoned(header["start"]), "end": _zoned(header["end"]),
                 "attributes": tuple(header["attributes"]), "provenance": Provenance(**header["provenance"])}
        return cls(stays=stays, capacity=capacity, **about)

    def save(self, path: str | Path) -> Path:
        """Write the log to one file, all or nothing; `load` gives it back with the same fingerprint."""
        return storage.write(Path(path), self.header(), (self.stays, self.capacity))

    def header(self) -> dict[str, Any]:
        """All but the tables, as JSON can hold it."""
        return {"attributes": list(self.attributes), "units": dict(self.units), "resources": dict(self.resources),
                "time_zone": self.time_zone, "start": str(self.start), "end": str(self.end),
                "provenance": self.provenance.model_dump()}

    def local(self, column: str) -> pd.Series:
        """A time column of ``stays`` on the hospital's wall clock (time-zone aware)."""
        return self.stays[column].dt.tz_convert(self.time_zone)

    def units_of(self, *kinds: str) -> list[str]:
        """The units of the given kinds, in the log's own order."""
        return [unit for unit, kind in self.units.items() if kind in kinds]

    def resources_of(self, *roles: str) -> list[str]:
        """The resources of the given roles, in the log's own order."""
        return [resource for resource, role in self.resources.items() if role in roles]

    def only(self, *activities: str) -> EventLog:
        """The log with the rows of some activities alone."""
        return replace(self, stays=self.stays[self.stays["activity"].isin(activities)])

    def until(self, time: pd.Timestamp) -> EventLog:
        """The log as it would have stood at `time`: later rows are unknown, and what ended later is open.

        Who had asked for something by then and got it later is in a ``wait`` that is open. (A row's attributes stay
        those after the row.)
        """
        now = tick(time)
        joined, start, end = (ticks(self.stays[c]) for c in ("joined", "start", "end"))
        known = joined <= now
        stays = self.stays[known].copy()
        waiting, running = (start > now)[known], (end > now)[known]
        for column, value, rows in (("activity", "wait", waiting), ("end_reason", "open", running | waiting)):
            if rows.any():
                stays[column] = stays[column].astype(object).mask(rows, value).astype("category")
        stays["start"] = stays["start"].mask(waiting)
        stays["end"] = stays["end"].mask(running | waiting)
        capacity = self.capacity[self.capacity["from"] <= time].reset_index(drop=True)
        return replace(self, stays=_in_order(stays), capacity=capacity, end=min(self.end, time))

    def renumbered(self) -> EventLog:
        """The log with visits and patients counted from 0 in the order in which they came.

        What is made of it does not depend on what they were called: hashes with another key give the same. Where two
        came at one moment, what they did puts them in order.
        """
        stays = self.stays
        code, visits = pd.factorize(stays["visit"].to_numpy())
        person, persons = pd.factorize(stays["patient"].to_numpy())
        did = _content(stays)
        of_visit, of_person = np.zeros(len(visits), np.uint64), np.zeros(len(persons), np.uint64)
        np.add.at(of_visit, code, did)
        np.add.at(of_person, person, did)
        came = pd.Series(np.minimum(ticks(stays["joined"]), ticks(stays["start"]))).groupby(code).min().to_numpy()
        who = np.zeros(len(visits), np.int64)
        who[code] = person
        rank = _places(np.lexsort((of_person[who], of_visit, came)))
        first = np.full(len(persons), len(visits), np.int64)
        np.minimum.at(first, person, rank[code])
        numbers = {"visit": rank[code], "patient": _places(np.argsort(first, kind="stable"))[person]}
        return replace(self, stays=_in_order(stays.assign(**numbers)))

    def fingerprint(self) -> str:
        """SHA-256 over both tables: equal for equal rows, whatever their categories' codes."""
        digest = hashlib.sha256()
        for table in (self.stays, self.capacity):
            plain = pd.DataFrame({c: _hashed(table[c]) for c in table.columns})
            digest.update(pd.util.hash_pandas_object(plain, index=False).to_numpy().tobytes())
        return digest.hexdigest()


def _content(stays: pd.DataFrame) -> np.ndarray:
    """A hash of each row but for whose it is."""
    plain = pd.DataFrame({c: _hashed(stays[c]) for c in stays.columns if c not in ("visit", "patient")})
    return pd.util.hash_pandas_object(plain, index=False).to_numpy()


def _places(order: np.ndarray) -> np.ndarray:
    """The place of each thing in an order of things."""
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return places


def _completed(stays: pd.DataFrame) -> pd.DataFrame:
    stays = stays.copy()
    if "activity" not in stays:
        stays["activity"] = "stay"
    for column, default in {"patient": stays["visit"], "unit": "", "space": pd.NA, "amount": 1.0,
                            "joined": stays["start"]}.items():
        if column not in stays:
            stays[column] = default
    if "resource" not in stays:
        stays["resource"] = ""
    nameless = stays["activity"].isin(("stay", "cleaning")) & stays["resource"].eq("")
    if nameless.any():
        stays["resource"] = stays["unit"].astype(object).where(nameless, stays["resource"].astype(object))
    if "end_reason" not in stays:
        stays["end_reason"] = stays["end"].isna().map({True: "open", False: "done"})
    return stays


def _typed(column: pd.Series, dtype: str) -> pd.Series:
    if pd.api.types.is_datetime64_dtype(column.dtype):
        column = column.dt.tz_localize("UTC")
    return column.astype(dtype)


def _zoned(time: pd.Timestamp | str) -> pd.Timestamp:
    stamp = pd.Timestamp(time)
    return stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")


def _categories(column: pd.Series) -> np.ndarray:
    return column.cat.categories.astype(str).to_numpy(dtype=object)


def _rank(column: pd.Series) -> np.ndarray:
    """Numbers that order a category by its words, whatever its codes; missing first."""
    rank = np.argsort(np.argsort(_categories(column)))
    return np.concatenate((rank, [-1]))[column.cat.codes]


def _hashed(column: pd.Series) -> pd.Series:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column
    words = pd.util.hash_array(_categories(column), categorize=False)
    return pd.Series(np.concatenate((words, np.zeros(1, words.dtype)))[column.cat.codes], index=column.index)


def _in_order(stays: pd.DataFrame) -> pd.DataFrame:
    """Rows by end, start and visit (open ones last); only where these tie do the slower keys count."""
    keys = [ticks(stays["end"]), ticks(stays["start"]), stays["visit"].to_numpy()]
    order = np.lexsort(keys[::-1])
    same = np.ones(max(len(order) - 1, 0), bool)
    for key in keys:
        same &= key[order[1:]] == key[order[:-1]]
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same)[:len(order)]) if len(order) else order
    if len(tied):
        rows = stays.iloc[order[tied]]
        more = [ticks(rows[c]) if c == "joined" else _rank(rows[c]) for c in _TIES]
        order[tied] = order[tied][np.lexsort([*more[::-1], *(key[order[tied]] for key in keys[::-1])])]
    if not (order[1:] > order[:-1]).all():
        stays = stays.iloc[order]
    return stays.reset_index(drop=True)
