"""Rows of the lifecycle of one thing (asked for, begun, completed) → one row with a beginning and an end."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Pairs(NamedTuple):
    """Places of rows that belong together: begun[i] is the beginning of what ended[i] is the end of."""

    begun: np.ndarray
    ended: np.ndarray


def paired(group: np.ndarray, first: np.ndarray, then: np.ndarray) -> Pairs:
    """Within each group the n-th beginning with the n-th end, leaving out ends before which nothing has begun.

    group: number of the group of each row; rows stand by group and time. first, then: truth values of the rows that
    begin and end something.
    """
    step = first.astype(np.int64) - then.astype(np.int64)
    running = np.cumsum(step)
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1])[:len(group)])
    of_group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(group))))
    running -= (running[starts] - step[starts])[of_group]
    # An end at which the balance reaches a depth for the first time has no beginning. Groups are told apart by lifting
    # each below the one before, so that one running minimum serves them all.
    lift = of_group * (2 * len(group) + 2)
    lowest = np.minimum.accumulate(np.minimum(running, 0) - lift)
    before = np.append(0, lowest[:-1])
    before[starts] = -lift[starts]
    matched = then & ~(lowest < before)
    opens, ends = np.flatnonzero(first), np.flatnonzero(matched)
    rank_open, rank_end = (_rank(of_group[rows]) for rows in (opens, ends))
    most = len(group) + 1
    key_open, key_end = of_group[opens] * most + rank_open, of_group[ends] * most + rank_end
    _, at_open, at_end = np.intersect1d(key_open, key_end, assume_unique=True, return_indices=True)
    return Pairs(opens[at_open], ends[at_end])


def _rank(group: np.ndarray) -> np.ndarray:
    """The number of each row within its group; rows stand by group."""
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1])[:len(group)])
    return np.arange(len(group)) - np.repeat(starts, np.diff(np.append(starts, len(group))))
