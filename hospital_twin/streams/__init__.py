"""Randomness that belongs to its owner, identities that outlive a change of demand, and the run's clock."""
from __future__ import annotations

from statistics import NormalDist

from hospital_twin.streams.clock import TICKS_PER_HOUR, to_hours, to_ticks
from hospital_twin.streams.identity import is_return, parts, return_id, source_hash, visit_id
from hospital_twin.streams.keys import (
    LARGEST_UNIFORM,
    SMALLEST_UNIFORM,
    Owner,
    mix64,
    owner_key,
    replication_key,
    site,
    uniform,
)

normal_quantile = NormalDist().inv_cdf
"""Quantile of the standard normal distribution on (0, 1): algorithm AS 241, PPND16 (Wichura, Applied Statistics 37,
1988, 477-484), relative accuracy about 1e-16. One uniform a draw, and monotone."""

__all__ = [
    "LARGEST_UNIFORM",
    "SMALLEST_UNIFORM",
    "TICKS_PER_HOUR",
    "Owner",
    "is_return",
    "mix64",
    "normal_quantile",
    "owner_key",
    "parts",
    "replication_key",
    "return_id",
    "site",
    "source_hash",
    "to_hours",
    "to_ticks",
    "uniform",
    "visit_id",
]
