"""Hourly counts of one place of which everything is known: patients who come and go independently of each other."""
from __future__ import annotations

import numpy as np
import pandas as pd

from hospital_twin.eventlog import Series

ALL = ("arrivals", "departures", "census_on_the_hour")
ZONE = "Europe/Berlin"


def counted(quantities: tuple[str, ...] = ALL, *, days: int = 182, a_day: float = 96.0, mean: float = 5.0,  # noqa: PLR0913
            spread: float = 0.9, day_sd: float = 0.0, rhythm: float = 0.6, by_clock: bool = False, seed: int = 1,
            place: str = "ed") -> Series:
    """Poisson arrivals whose rate goes up and down with the day (by `rhythm`), lognormal stays, nobody waits.

    mean, spread: of stays, hours and standard deviation over mean. day_sd: of whole days' factors.
    by_clock: patients leave at 11 in the morning after their stay. Stays are long over when the record begins.
    """
    chance = np.random.default_rng(seed)
    before = 24 * int(np.ceil(40 * mean / 24))
    hour = np.arange(-before, 24 * days)
    factor = chance.gamma(day_sd ** -2, day_sd ** 2, len(hour) // 24) if day_sd else np.ones(len(hour) // 24)
    rate = a_day / 24 * (1 + rhythm * np.sin((hour % 24 - 9) / 24 * 2 * np.pi)) * np.repeat(factor, 24)
    came = chance.poisson(rate)
    arrive = np.repeat(hour, came) + chance.random(came.sum())
    sigma = np.sqrt(np.log1p(spread ** 2))
    leave = arrive + np.exp(chance.normal(np.log(mean) - sigma ** 2 / 2, sigma, len(arrive)))
    if by_clock:
        leave = np.ceil((leave - 11) / 24) * 24 + 11
    edges = np.arange(24 * days + 1)
    there = [np.searchsorted(np.sort(at), edges[:-1], side="right") for at in (arrive, leave)]
    values = {"arrivals": np.histogram(arrive, edges)[0], "departures": np.histogram(leave, edges)[0],
              "census_on_the_hour": there[0] - there[1]}
    return series_of({name: values[name] for name in quantities}, place=place)


def series_of(values: dict[str, np.ndarray], *, place: str = "ed", step: str = "1h") -> Series:
    """Numbers by quantity, one after the other from a Monday's midnight on, UTC or by local days; NaN is left out."""
    parts = []
    for quantity, numbers in values.items():
        if step == "1D":
            edges = pd.date_range("2024-01-01", periods=len(numbers) + 1, freq="1D", tz=ZONE).tz_convert("UTC")
        else:
            edges = pd.date_range("2024-01-01", periods=len(numbers) + 1, freq=step, tz="UTC")
        parts.append(pd.DataFrame({"place": place, "quantity": quantity, "from": edges[:-1], "to": edges[1:],
                                   "value": np.asarray(numbers, dtype=float)}))
    table = pd.concat(parts)
    return Series.of(table[table["value"].notna()], time_zone=ZONE if step == "1D" else "UTC")


def together(*series: Series) -> Series:
    """Several places in one series."""
    return Series.of(pd.concat([one.table.astype({"place": str, "quantity": str}) for one in series]),
                     time_zone=series[0].time_zone)


def daily(series: Series, at: int = 0) -> Series:
    """The same by days: sums of counts, and of readings the one at an hour."""
    values = {}
    for quantity in series.table["quantity"].unique():
        rows = series.table[series.table["quantity"].eq(quantity)]["value"].to_numpy().reshape(-1, 24)
        values[quantity] = rows[:, at] if quantity == "census_on_the_hour" else rows.sum(axis=1)
    return series_of(values, step="1D")
