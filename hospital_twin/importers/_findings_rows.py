"""Rows that somebody changed, or entered once more: seen by what many of them have in common."""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hospital_twin.eventlog.clock import TICKS_PER_HOUR
from hospital_twin.importers._finding import Finding, WholeLog, wall_ticks
from hospital_twin.importers._flows import DAY
from hospital_twin.importers._ledger import REJECTED

_AGAINST = -2
"""What a row that speaks against a stretch takes from it; one that speaks for it adds 1."""
_SWAPPED, _CHANGED = 20, 10
"""Sums from which a stretch is no chance. Of 1,000 simulated sound years, half of them with two rows in a hundred the
wrong way round, none came to either; of the stays over a night at most one in 800 spoke for swapped dates."""
_BACKWARDS = 2
_PLAUSIBLE = 14 * DAY
_ALIKE = TICKS_PER_HOUR // 12
_SOME_PAIRS, _SHOWN = 3, 4


def swapped_columns(whole: WholeLog) -> Iterator[Finding]:
    """Stretches of rows that end before they start, with hardly another between them."""
    if "end" not in whole.rows:
        return
    start, end = whole.rows["start"].to_numpy(), whole.rows["end"].to_numpy()
    score = np.where(end < start, 1, np.where(end > start, _AGAINST, 0))
    first, last = (whole.columns.get(name, whole.columns.get(f"{name}_offset", name)) for name in ("start", "end"))
    for rows in _stretches(score, _SWAPPED):
        n = int((score[rows] == 1).sum())
        yield Finding("swapped_columns", f"{n:,} rows {_lines(whole, rows)} end before they start: are {first!r} and "
                      f"{last!r} the other way round there? They are left out; swapped back in the file, they count",
                      rows=n, action=REJECTED)


def swapped_dates(whole: WholeLog) -> Iterator[Finding]:
    """Stretches in which days and months were swapped wherever the day can be a month.

    Who opens an export in a spreadsheet of another country and saves it has such a copy: the 4th of March is the 3rd of
    April, the 14th is as it was. A stay over a night then ends before it starts or lasts for months; with both dates
    swapped back it lasts for as long as stays do. Stays within a day, and those that are as long either way, say
    nothing; where there are no ends, the next row of the visit stands for one.
    """
    pairs = _Pairs.of(whole)
    as_written, back = pairs.last - pairs.first, _day_for_month(pairs.last) - _day_for_month(pairs.first)
    good, better = ((lasts >= 0) & (lasts <= _PLAUSIBLE) for lasts in (as_written, back))
    score = better.astype(np.int64) - good
    score[score < 0] = _AGAINST
    for rows in _stretches(score, _CHANGED):
        odd = score[rows] == 1
        backwards, n = int((odd & (as_written[rows] < 0)).sum()), int(odd.sum())
        if backwards >= _BACKWARDS:
            place = pairs.place[rows]
            yield Finding("swapped_dates", f"{n:,} stays {_lines(whole, slice(place.min(), place.max() + 1))} end "
                          f"before they start ({backwards:,} of them) or last for weeks, and for hours or days with "
                          "the day and the month of their dates swapped: a copy in which dates up to the 12th were "
                          "read in the wrong order? Arrivals by season, stays and routes are wrong in it; the export "
                          "as the system wrote it would put that right", rows=n)


def near_duplicates(whole: WholeLog) -> Iterator[Finding]:
    """Stays of one person in one unit that begin within five minutes of each other, before the first has ended."""
    rows, kept = whole.rows, whole.ledger.alone[:len(whole.rows)]
    place = np.flatnonzero(kept & rows["activity"].eq("stay").to_numpy())
    patient, visit, start = (rows[name].to_numpy()[place] for name in ("patient", "visit", "start"))
    unit = rows["unit"].cat.codes.to_numpy()[place]
    end = rows["end"].to_numpy()[place] if "end" in rows else np.full(len(place), np.datetime64("NaT", "us"))
    order = np.lexsort((place, start, unit, patient))
    patient, unit, visit, start, end, place = (column[order] for column in (patient, unit, visit, start, end, place))
    apart = (start[1:] - start[:-1]).astype("timedelta64[us]").astype(np.int64)
    again = (patient[1:] == patient[:-1]) & (unit[1:] == unit[:-1]) & (apart <= _ALIKE) & ~(start[1:] >= end[:-1])
    pairs = np.flatnonzero(again)
    if len(pairs) < _SOME_PAIRS:
        return
    lines = sorted(tuple(sorted(whole.ledger.lines[place[pair:pair + 2]].tolist())) for pair in pairs)
    others = int((visit[pairs] != visit[pairs + 1]).sum())
    how = f", {others:,} of them under another number of the visit" if others else ""
    shown = "; ".join(f"{a} and {b}" for a, b in lines[:_SHOWN]) + ("; ..." if len(lines) > _SHOWN else "")
    yield Finding("near_duplicate", f"{len(pairs):,} stays are of a person who is in that unit already, since five "
                  f"minutes at most{how} (lines {shown}): entered twice? They count twice, as patients and as beds",
                  rows=len(pairs))


class _Pairs(NamedTuple):
    """Two moments of one visit, the first before the last if all is well. place: of their row. first, last: ticks on
    the hospital's clock."""

    place: np.ndarray
    first: np.ndarray
    last: np.ndarray

    @classmethod
    def of(cls, whole: WholeLog) -> _Pairs:
        """Beginning and end of each row; without a column of ends, beginnings of a visit that follow each other in the
        file."""
        rows = whole.rows
        start = rows["start"].to_numpy()
        if {"end", "end_offset"} & whole.columns.keys():
            place, end = np.arange(len(rows)), rows["end"].to_numpy()
        else:
            order = np.argsort(rows["visit"].to_numpy(), kind="stable")
            same = np.flatnonzero(np.diff(rows["visit"].to_numpy()[order]) == 0)
            place, then = order[same], order[same + 1]
            in_file = np.argsort(place, kind="stable")
            place, end = place[in_file], start[then[in_file]]
        start = start[place]
        known = np.flatnonzero(~(np.isnat(start) | np.isnat(end)))
        first, last = (wall_ticks(times[known], whole.log.time_zone) for times in (start, end))
        apart = first // DAY != last // DAY
        return cls(place[known[apart]], first[apart], last[apart])


def _day_for_month(ticks: np.ndarray) -> np.ndarray:
    """Moments with day and month of their date swapped, where the day is not after the 12th."""
    day = ticks.astype("datetime64[us]").astype("datetime64[D]")
    month, year = day.astype("datetime64[M]"), day.astype("datetime64[Y]")
    of_month = (day - month.astype("datetime64[D]")).astype(np.int64)
    of_year = (month - year.astype("datetime64[M]")).astype(np.int64)
    other = (year.astype("datetime64[M]") + of_month).astype("datetime64[D]") + of_year
    moved = np.where(of_month < 12, (other - day).astype(np.int64), 0)
    return ticks + moved * DAY


def _stretches(score: np.ndarray, enough: int) -> Iterator[slice]:
    """Stretches of rows of the greatest sums of their scores, from `enough` on; none shares a row with another."""
    total = np.cumsum(score)
    above = total - np.minimum(np.minimum.accumulate(total), 0)
    begin = np.flatnonzero((above > 0) & (np.append(0, above[:-1]) == 0))
    if len(begin):
        for i in np.flatnonzero(np.maximum.reduceat(above, begin) >= enough):
            until = begin[i + 1] if i + 1 < len(begin) else len(above)
            yield slice(begin[i], begin[i] + int(np.argmax(above[begin[i]:until])) + 1)


def _lines(whole: WholeLog, rows: slice) -> str:
    ledger = whole.ledger
    first, last = rows.start, rows.stop - 1
    file = f" of {ledger.names[ledger.file[first]]}" if len(ledger.names) > 1 else ""
    return f"from line {ledger.lines[first]} to line {ledger.lines[last]}{file}"
