"""An event log as the rows of a hospital's own export."""
from __future__ import annotations

import numpy as np
import pandas as pd

from hospital_twin.eventlog import EventLog
from hospital_twin.eventlog.clock import ticks

INTERVAL_COLUMNS = {"number": "Visit", "person": "Patient", "unit": "Unit", "activity": "Activity",
                    "resource": "Resource", "joined": "Requested", "start": "Start", "end": "End"}
"""Column in the making → header of an interval row; class attributes come after the patient,
`OUTCOME` before the times."""

STAY_COLUMNS = {"number": "Visit", "person": "Patient", "resource": "Ward", "start": "In", "end": "Out"}
"""Column in the making → header of a stay row; class attributes come after the patient,
`OUTCOME` before the times."""

OUTCOME = "Outcome"
FIRST_NUMBER = 100_001
_UNRECORDED = ("withdrawn", "refused", "preempted", "handed_over")
TIMES = ("joined", "start", "end")


def interval_rows(log: EventLog) -> pd.DataFrame:
    """One row per interval, ordered by visit and time: columns ``visit`` (the log's own number) and those of
    `INTERVAL_COLUMNS` in the making, attributes, ``outcome``; times on the local clock, to the minute.

    Left out is what no hospital writes down: nurses that go with a bed (the layout's ratio says it), waits that an
    engine withdrew, and the wiping of a bay in the emergency department.
    """
    stays = log.stays
    activity, places = stays["activity"], stays["resource"].isin(list(log.units))
    nurses = activity.eq("stay") & ~places
    withdrawn = activity.eq("wait") & stays["end_reason"].isin(_UNRECORDED)
    wiped = activity.eq("cleaning") & stays["resource"].isin(log.units_of("ed"))
    rows = _numbered(log, stays[~(nurses | withdrawn | wiped)])
    of_place = rows["activity"].isin(("stay", "cleaning"))
    rows["unit"] = rows["unit"].astype(object).where(~of_place, rows["resource"].astype(object))
    rows["resource"] = rows["resource"].astype(object).where(~of_place, "")
    return rows


def stay_rows(log: EventLog, *, clock: str | None = None) -> pd.DataFrame:
    """One row per stay in a unit, ordered by visit and time; ``outcome`` on a visit's last row.

    clock: time zone of the times, which are without one; by default the log's.
    """
    stays = log.stays
    places = stays["activity"].eq("stay") & stays["resource"].isin(list(log.units))
    rows = _numbered(log, stays[places | stays["activity"].eq("leave")], clock)
    left = rows[rows["activity"].eq("leave")].set_index("number")["outcome"]
    rows = rows[rows["activity"].eq("stay")].copy()
    last = ~rows["number"].duplicated(keep="last") & rows["end"].notna()
    rows["outcome"] = rows["number"].map(left).where(last, "").fillna("")
    return rows.reset_index(drop=True)


def _numbered(log: EventLog, stays: pd.DataFrame, clock: str | None = None) -> pd.DataFrame:
    """Rows in the order of an export, visits and patients numbered as they came."""
    begun = ticks(stays["start"].fillna(stays["joined"]))
    first = pd.Series(begun, index=stays["visit"]).groupby(level=0).min().sort_values(kind="stable")
    number = pd.Series(np.arange(len(first)) + FIRST_NUMBER, index=first.index)
    rank = np.select([stays["activity"].eq("arrive"), stays["activity"].eq("leave")], [0, 2], 1)
    order = np.lexsort((ticks(stays["end"]), rank, begun, number.loc[stays["visit"]].to_numpy()))
    rows = stays.iloc[order].reset_index(drop=True)
    rows.insert(0, "number", number.loc[rows["visit"]].to_numpy())
    rows.insert(1, "person", pd.factorize(rows["patient"])[0] + FIRST_NUMBER)
    rows["outcome"] = rows["end_reason"].astype(object).where(rows["activity"].eq("leave"), "")
    for column in TIMES:
        rows[column] = rows[column].dt.tz_convert(clock or log.time_zone).dt.tz_localize(None).dt.floor("min")
    return rows


def table_of(rows: pd.DataFrame, columns: dict[str, str], attributes: tuple[str, ...]) -> pd.DataFrame:
    """The rows as an export has them: who, of what class, what, and when; texts, and times as times.

    A request at the start itself is left empty.
    """
    found = {header: rows[column] if column in TIMES else rows[column].astype(str)
             for column, header in columns.items()}
    if "Requested" in found:
        found["Requested"] = found["Requested"].where(found["Requested"] != found["Start"])
    who = [columns["number"], columns["person"]]
    when = [header for column, header in columns.items() if column in TIMES]
    what = {header: column for header, column in found.items() if header not in (*who, *when)}
    return pd.DataFrame({**{header: found[header] for header in who}, **classes_of(rows, attributes), **what,
                         OUTCOME: rows["outcome"].astype(str), **{header: found[header] for header in when}})


def classes_of(rows: pd.DataFrame, attributes: tuple[str, ...]) -> dict[str, pd.Series]:
    """The classes of each row, by their headers."""
    return {name.replace("_", " ").capitalize(): rows[name].astype(str) for name in attributes}


def written(rows: pd.DataFrame, columns: dict[str, str], attributes: tuple[str, ...]) -> pd.DataFrame:
    """The rows as they stand in a file of text."""
    return as_texts(table_of(rows, columns, attributes))


def as_texts(table: pd.DataFrame) -> pd.DataFrame:
    """A table in which all is text: times to the minute, what is missing empty."""
    return pd.DataFrame({header: _clock(column) if is_time(column) else column.astype(str)
                         for header, column in table.items()})


def is_time(column: pd.Series) -> bool:
    """Whether a column holds times."""
    return column.dtype.kind == "M"


def _clock(times: pd.Series) -> pd.Series:
    return times.dt.strftime("%Y-%m-%d %H:%M").fillna("")
