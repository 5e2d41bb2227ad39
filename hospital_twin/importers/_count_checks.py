"""What is wrong with counts that can be read: rows that stand twice, totals, feeds that have stopped."""
from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

LEAST = 0.01
"""A run of equal numbers is no chance when fewer than this many such runs were to be expected."""
_SAME = 0.9
"""The share of times at which a place has to be the sum of all others, to be their total."""
_TIMES = 20
"""The least number of times by which that can be told."""


def totals(places: np.ndarray, utc: np.ndarray, values: Mapping[str, np.ndarray]) -> set[str]:
    """Places that are the sum of all others, in every quantity: at `_SAME` of the times at which they, and two others
    or more, have a number, and the sum is not 0."""
    found: list[set[str]] = []
    for numbers in values.values():
        wide = pd.DataFrame({"utc": utc, "place": places, "value": numbers}).dropna() \
            .pivot(index="utc", columns="place", values="value")
        table = wide.to_numpy()
        whole = np.nansum(table, axis=1)[:, np.newaxis]
        others = np.isfinite(table).sum(axis=1)[:, np.newaxis] - 1
        told = np.isfinite(table) & (others >= 2) & (whole > 0)
        equal = (told & (np.abs(2 * table - whole) < 1e-9 * whole)).sum(axis=0)
        told = told.sum(axis=0)
        found.append(set(wide.columns[(told >= _TIMES) & (equal >= _SAME * told)]))
    return set.intersection(*found) if found else set()


def frozen(values: np.ndarray, adjoin: np.ndarray, hour: np.ndarray) -> np.ndarray:
    """Which numbers of one place only repeat one that a feed had stopped at.

    values: in order of time, NaN where there is none. adjoin: whether each follows the one before without a gap.
    hour: of the day. The chance that a number stays the same is estimated by the hour of the day (of all numbers, so
    that what never changes is not frozen), and by the number itself from its other runs (with one more stay and one
    more change), and the greater of the two counts. A run is frozen when the product of its chances, times the number
    of runs, is below `LEAST`.
    """
    follows = adjoin & np.isfinite(values) & np.isfinite(np.roll(values, 1))
    follows[:1] = False
    same = follows & (values == np.roll(values, 1))
    run = np.cumsum(~same) - 1
    stays = np.bincount(run[same], minlength=len(values))[run]
    last = np.append(np.diff(run) != 0, True)
    ended = np.bincount(run[last], np.append(follows[1:], False)[last], minlength=len(values))[run]
    codes, _ = pd.factorize(values)
    before = np.roll(codes, 1)
    of_day, stayed = _shares(hour, follows, same)
    by_hour = np.divide(stayed, of_day, where=same, out=np.ones(len(values)))
    met, kept = _shares(before, follows, same)
    by_value = np.divide(kept - stays + 1, met - stays - ended + 2, where=same, out=np.ones(len(values)))
    chance = np.where(same, np.log(np.maximum(by_hour, by_value)), 0.0)
    number = int(np.isfinite(values).sum() - same.sum())
    rare = number * np.exp(np.bincount(run, chance, minlength=len(values)))[run] < LEAST
    return same & rare


def _shares(key: np.ndarray, follows: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each row, how many of the rows of its key follow another, and how many of those are the same as it."""
    most = int(key.max(initial=0)) + 1
    return (np.bincount(key[follows], minlength=most)[key], np.bincount(key[same], minlength=most)[key])


def by_place(codes: np.ndarray) -> Iterator[slice]:
    """The rows of each place, where they stand in order of places."""
    borders = np.flatnonzero(np.diff(codes, prepend=-1, append=-1))
    for first, after in zip(borders[:-1], borders[1:], strict=True):
        yield slice(int(first), int(after))
