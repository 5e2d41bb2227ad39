"""`FollowUp`: durations of which some had not ended when the record did.

A visit that is still going on when the log ends is neither short nor absent. Each ended one therefore counts for
itself and for its part of those that were lost from sight before (redistribution to the right, Efron 1967, which is
the Kaplan-Meier estimator; with several ways to end it is the Aalen-Johansen estimator). With nothing open every
visit counts once and all statistics are the plain ones.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False)
class FollowUp:
    """Durations of n visits.

    duration: n floats: how long it took or, where not `ended`, how long it had lasted when the record ended.
    ended: n bools.
    """

    duration: np.ndarray
    ended: np.ndarray

    @cached_property
    def weights(self) -> np.ndarray:
        """How many visits each one stands for; 0 for an open one. They add up to n unless the longest is open."""
        n = len(self.duration)
        order = np.lexsort((~self.ended, self.duration))
        ended = self.ended[order]
        later = n - 1.0 - np.arange(n)
        with np.errstate(divide="ignore"):
            growth = np.where(ended, 1.0, 1.0 + 1.0 / later)
        stands_for = np.concatenate(([1.0], np.cumprod(growth[:-1])))[:n]
        weights = np.empty(n)
        weights[order] = np.where(ended, stands_for, 0.0)
        return weights

    @cached_property
    def resolved(self) -> float:
        """The share of all visits that the ended ones stand for; the rest lasted longer than any of them."""
        return float(self.weights.sum() / len(self.duration)) if len(self.duration) else 0.0

    def number(self, among: np.ndarray | None = None) -> int:
        """How many ended (in the way that `among` marks)."""
        return int(np.count_nonzero(self._chosen(among)))

    def share(self, among: np.ndarray) -> float:
        """The share of visits that end in the way that `among` marks; NaN when none ended."""
        total = self.weights.sum()
        return float(self.weights[self._chosen(among)].sum() / total) if total > 0 else np.nan

    def exceeding(self, limit: float) -> float:
        """The share of visits that take longer than `limit`; NaN without visits."""
        by_then = self.weights[self.ended & (self.duration <= limit)].sum()
        return 1.0 - float(by_then / len(self.duration)) if len(self.duration) else np.nan

    def quantile(self, q: float, among: np.ndarray | None = None) -> float:
        """The shortest duration that a share `q` of visits does not exceed; NaN when the record cannot tell."""
        chosen = self._chosen(among)
        order = np.argsort(self.duration[chosen], kind="stable")
        weights = self.weights[chosen][order]
        if not len(weights):
            return np.nan
        reached = np.cumsum(weights) / weights.sum() * self.resolved >= q - 1e-9
        return float(self.duration[chosen][order][np.argmax(reached)]) if reached.any() else np.nan

    def mean(self, among: np.ndarray | None = None) -> float:
        """The mean duration; what outlasts the record counts as long as the longest seen (so the mean is a lower
        bound then); NaN when none ended."""
        chosen = self._chosen(among)
        weights = self.weights[chosen]
        if not len(weights):
            return np.nan
        ended = float(weights @ self.duration[chosen] / weights.sum())
        return self.resolved * ended + (1.0 - self.resolved) * float(self.duration.max())

    def _chosen(self, among: np.ndarray | None) -> np.ndarray:
        return self.ended if among is None else self.ended & among
