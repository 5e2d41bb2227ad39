"""Spells of busy and of quiet days: a factor on arrivals that persists from day to day."""
from __future__ import annotations

from math import exp, sqrt

from hospital_twin.streams import Owner, normal_quantile, owner_key, replication_key, site, source_hash, uniform


def day_factors(seed: int, days: int, *, sd: float, persistence: float) -> list[float]:
    """One factor a day, mean 1: the exponential of an AR(1) process, started in its stationary law.

    sd: of the logarithm. persistence: correlation of the logarithms of two neighbouring days.
    """
    key = owner_key(replication_key(seed, 0), Owner.SOURCE, source_hash("weather"))
    place, fresh = site("weather", "day"), sqrt(1.0 - persistence * persistence)
    level, found = 0.0, []
    for day in range(days):
        z = normal_quantile(uniform(key, place, day))
        level = persistence * level + fresh * z if day else z
        found.append(exp(sd * level - 0.5 * sd * sd))
    return found
