"""Faults of recording: what people do to times when they type them in."""
from __future__ import annotations

import numpy as np
import pandas as pd

from hospital_twin.streams import Owner, owner_key, replication_key, site, uniform

FAULT_KINDS = {"hours_off": 0.5, "swapped": 0.2, "no_end": 0.15, "twice": 0.15}
"""Kind → its share of the faults: start or end wrong by whole hours (1 to 12, either way), start and end swapped,
end missing, row entered twice."""


def misrecord(rows: pd.DataFrame, *, share: float, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """Rows of an export with a share of their intervals recorded wrongly, and each row's fault (``""`` for none).

    rows: with ``visit``, ``start``, ``end``; only rows that last a minute or more can be wrong. The draws belong to
    the visits. A row that was entered twice stands twice, and its second entry carries the fault ``twice``.
    """
    candidates = np.flatnonzero((rows["end"] > rows["start"]).to_numpy())
    drawn = _draws(rows["visit"].to_numpy()[candidates], seed)
    hit = drawn[:, 0] < share
    wrong, drawn = candidates[hit], drawn[hit]
    kinds = np.array(list(FAULT_KINDS))[np.searchsorted(np.cumsum(list(FAULT_KINDS.values()))[:-1], drawn[:, 1],
                                                        side="right")]
    rows, fault = rows.copy(), np.full(len(rows), "", dtype=object)
    fault[wrong] = kinds
    _hours_off(rows, wrong[kinds == "hours_off"], drawn[kinds == "hours_off"])
    swapped = rows.index[wrong[kinds == "swapped"]]
    rows.loc[swapped, ["start", "end"]] = rows.loc[swapped, ["end", "start"]].to_numpy()
    rows.loc[rows.index[wrong[kinds == "no_end"]], "end"] = pd.NaT
    return _entered_twice(rows, fault)


def _draws(visits: np.ndarray, seed: int) -> np.ndarray:
    """Three uniforms for each row: whether, what, and how much; a visit's rows are numbered in their order."""
    occurrence = pd.Series(visits).groupby(visits).cumcount().to_numpy()
    run = replication_key(seed, 0)
    keys = {visit: owner_key(run, Owner.VISIT, visit) for visit in dict.fromkeys(visits.tolist())}
    places = [site("recording", purpose) for purpose in ("whether", "what", "how_much")]
    return np.array([[uniform(keys[visit], place, number) for place in places]
                     for visit, number in zip(visits.tolist(), occurrence.tolist(), strict=True)]).reshape(-1, 3)


def _hours_off(rows: pd.DataFrame, which: np.ndarray, drawn: np.ndarray) -> None:
    """One uniform makes start or end, sooner or later, and 1 to 12 hours: 48 cases, all alike."""
    case = (drawn[:, 2] * 48).astype(int)
    shift = pd.to_timedelta((case // 4 + 1) * np.where(case % 4 < 2, 1, -1), unit="h")
    for column, chosen in (("start", case % 2 == 0), ("end", case % 2 == 1)):
        place = rows.index[which[chosen]]
        rows.loc[place, column] = rows.loc[place, column] + shift[chosen].to_numpy()


def _entered_twice(rows: pd.DataFrame, fault: np.ndarray) -> tuple[pd.DataFrame, pd.Series]:
    twice = np.flatnonzero(fault == "twice")
    order = np.sort(np.concatenate((np.arange(len(rows)), twice)), kind="stable")
    second = np.append(False, order[1:] == order[:-1])
    fault = np.where(fault[order] == "twice", np.where(second, "twice", ""), fault[order])
    return rows.iloc[order].reset_index(drop=True), pd.Series(fault)
