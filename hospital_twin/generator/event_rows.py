"""An event log as event rows: one row for each moment at which something happened to a visit."""
from __future__ import annotations

import numpy as np
import pandas as pd

from hospital_twin.eventlog import EventLog
from hospital_twin.generator.rows import OUTCOME, classes_of

ARRIVE, ENTER, LEAVE = "arrive", "enter", "leave"
"""What happens: the visit comes, is given a place in a unit (and with that has left the one before), is gone."""


def event_table(stays: pd.DataFrame, log: EventLog) -> pd.DataFrame:
    """The moments of stay rows: who, of what class, what (`ARRIVE`, `ENTER`, `LEAVE`), in which unit, and when.

    stays: from `stay_rows`, its times on the clock of UTC. A visit that is still there does not leave.
    """
    visit = stays["number"].to_numpy()
    first, last = ~stays["number"].duplicated(), ~stays["number"].duplicated(keep="last") & stays["end"].notna()
    moments = (stays[first].assign(event=ARRIVE, moment=stays["start"], resource="", outcome=""),
               stays.assign(event=ENTER, moment=stays["start"], outcome=""),
               stays[last].assign(event=LEAVE, moment=stays["end"], resource=""))
    rows = pd.concat(moments)
    rank = rows["event"].map({ARRIVE: 0, ENTER: 1, LEAVE: 2}).to_numpy()
    # A visit's arrival stands first and its leaving last; between them the stays keep their order.
    rows = rows.iloc[np.lexsort((rows.index.to_numpy(), rank, visit[rows.index.to_numpy()]))]
    rows = rows.reset_index(drop=True)
    when = rows["moment"].dt.tz_localize("UTC").dt.tz_convert(log.time_zone)
    return pd.DataFrame({"Visit": rows["number"].astype(str), "Patient": rows["person"].astype(str),
                         **classes_of(rows, log.attributes), "Event": rows["event"],
                         "Unit": rows["resource"].astype(str), OUTCOME: rows["outcome"].astype(str), "Time": when})
