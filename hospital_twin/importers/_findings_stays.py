"""Visits and stays that cannot have gone on as the record has it."""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hospital_twin.eventlog.clock import NEVER, tick, ticks
from hospital_twin.importers._finding import Finding, WholeLog
from hospital_twin.importers._flows import DAY

_ENDED, _LONGER = 50, 3
"""So many stays that ended tell how long they last; an open one of so many times the longest is no stay any more."""
_APART = 2 * DAY
_SLIPS = 0.05
"""Of the visits, at most this share is at odds with the number of its person by a slip of the pen."""


def forgotten_ends(whole: WholeLog) -> Iterator[Finding]:
    """Stays that are still open after `_LONGER` times the longest of their unit that ended, and more than a day."""
    stays = whole.stays
    is_open, now = stays.end == NEVER, tick(whole.log.end)
    for name in whole.log.units:
        own = stays.at(name)
        ended, lasts = (stays.end - stays.start)[own & ~is_open], now - stays.start[own & is_open]
        if len(ended) < _ENDED:
            continue
        longest = int(ended.max())
        long = lasts[lasts > max(_LONGER * longest, DAY)]
        if len(long):
            yield Finding("forgotten_end", f"{_are(len(long), 'stay')} at {name} still open after more than "
                          f"{_LONGER} times the longest that ended there ({_long(longest)}), the oldest after "
                          f"{_long(int(long.max()))}: their ends were not recorded?", name, rows=len(long))


def gaps_in_visits(whole: WholeLog) -> Iterator[Finding]:
    """Visits with nothing for more than a day between one stay and the next, none of whose rows was rejected."""
    stays = whole.stays
    order = np.lexsort((stays.start, stays.visit))
    visit, start, last = stays.visit[order], stays.start[order], _reached(stays.visit[order], stays.end[order])
    long = (visit[1:] == visit[:-1]) & (start[1:] > last[:-1] + np.where(last[:-1] == NEVER, 0, DAY))
    if long.any():
        rejected = whole.rows["visit"].to_numpy()[~whole.ledger.kept[:len(whole.rows)]]
        long &= ~np.isin(visit[1:], rejected)
    if long.any():
        visits, most = len(np.unique(visit[1:][long])), int((start[1:] - last[:-1])[long].max())
        yield Finding("gap_in_visit", f"{visits:,} {'visit has' if visits == 1 else 'visits have'} nothing recorded "
                      f"for more than a day between two stays, {_long(most)} at most: stays elsewhere, or several "
                      "visits of one number?", rows=int(long.sum()))


def times_after_the_end(whole: WholeLog) -> Iterator[Finding]:
    """Arrivals more than `_APART` after the last day of full records: in the future, or mistyped."""
    arrivals = whole.log.stays["start"][whole.log.stays["activity"].eq("arrive").to_numpy()]
    late = np.sort(ticks(arrivals)[ticks(arrivals) > tick(whole.log.end) + _APART])
    if len(late):
        first, last = (pd.Timestamp(int(time), unit="us", tz="UTC") for time in (late[0], late[-1]))
        yield Finding("after_the_end", f"{len(late):,} {'visit arrives' if len(late) == 1 else 'visits arrive'} after "
                      f"{whole.clock(first)[:10]}, though the records end on {whole.clock(whole.log.end)[:10]}: dates "
                      "in the future, or mistyped?", None, first, last, len(late))


def persons_in_two_places(whole: WholeLog) -> Iterator[Finding]:
    """Persons who would have been in hospital twice at one time, too many for slips: then the column numbers something
    else."""
    if "patient" not in whole.columns:
        return
    came, left = (whole.log.stays.iloc[np.flatnonzero(whole.log.stays["activity"].eq(word).to_numpy())]
                  for word in ("arrive", "leave"))
    patient, start = came["patient"].to_numpy(), ticks(came["start"])
    end = pd.Series(ticks(left["start"]), left["visit"].to_numpy()).reindex(came["visit"].to_numpy()).to_numpy()
    order = np.lexsort((start, patient))
    patient, start, end = patient[order], start[order], np.where(np.isnan(end), start, end)[order]
    twice = int(((patient[1:] == patient[:-1]) & (start[1:] < _reached(patient, end)[:-1])).sum())
    if twice > _SLIPS * len(came):
        yield Finding("person_in_two_places", f"{twice:,} of {len(came):,} visits begin while another of the same "
                      f"{whole.columns['patient']!r} is going on: it is not the number of a person, or one visit has "
                      "several numbers. Where it is none, say so in a mapping (columns: {patient: null})", rows=twice)


def _reached(group: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The latest end so far, of rows that are sorted by their group."""
    return pd.Series(end).groupby(np.cumsum(np.diff(group, prepend=group[:1]) != 0)).cummax().to_numpy()


def _are(n: int, what: str) -> str:
    return f"{n:,} {what} is" if n == 1 else f"{n:,} {what}s are"


def _long(lasted: int) -> str:
    return f"{lasted / DAY:,.0f} days" if lasted >= 2 * DAY else f"{lasted * 24 / DAY:.1f} hours"
