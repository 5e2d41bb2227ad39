"""Forecasts of counts beside what came: figures of one record of a real hospital, and counts of a declared process."""
from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hospital_twin.calibration.counts import fit_counts
from hospital_twin.calibration.hour_counts import CountDistribution, HourCounts, wall_hours

ZONE = "America/Chicago"


def iowa_hours(shared: Path) -> HourCounts:
    """Hourly arrivals of the Iowa record: clock readings that never were are left out, repeated ones are two hours."""
    rows = pd.read_csv(shared / "iowa_ed_arrivals" / "hourly_2013-07_2017-03.csv.gz", parse_dates=["Date"])
    day, hour, exposure = wall_hours(date(2013, 7, 1), date(2017, 4, 1), ZONE)
    counted = rows.set_index(["Date", "Hour"])["Arrivals"]
    labels = pd.MultiIndex.from_arrays([pd.DatetimeIndex(day), hour])
    return HourCounts(day, hour, exposure, counted.reindex(labels).to_numpy(float))


def part(counts: HourCounts, wanted: np.ndarray) -> HourCounts:
    return HourCounts(counts.date[wanted], counts.hour[wanted], counts.exposure[wanted], counts.count[wanted])


def daily(counts: HourCounts) -> np.ndarray:
    return np.bincount(np.unique(counts.date, return_inverse=True)[1], weights=counts.count)


def poisson_by_cell(train: HourCounts, test: HourCounts) -> CountDistribution:
    """Poisson regression by month × weekday × hour; a cell never seen has the mean of its weekday and hour."""
    cells = []
    for counts in (train, test):
        month = counts.date.astype("datetime64[M]").astype(int) % 12
        week = (counts.date.astype(int) + 3) % 7 * 24 + counts.hour
        cells.append((month * 168 + week, week))
    (cell, week), (ahead, ahead_week) = cells
    rates = []
    for own, size in ((cell, 2016), (week, 168)):
        seen, hours = (np.bincount(own, weights=x, minlength=size) for x in (train.count, train.exposure))
        rates.append(np.divide(seen, hours, out=np.full(size, np.nan), where=hours > 0))
    rate = np.where(np.isnan(rates[0][ahead]), rates[1][ahead_week], rates[0][ahead])
    return CountDistribution(rate * test.exposure, np.full(len(rate), 1e-9))


def held_out_year(counts: HourCounts, cut: str, end: str, country: str | None = None,
                  subdivision: str | None = None) -> dict[str, Any]:
    """Fitted to what was before `cut`, set against `[cut, end)`: coverages by the PIT, CRPS, and a baseline's CRPS."""
    before = counts.date < np.datetime64(cut)
    train, test = part(counts, before), part(counts, ~before & (counts.date < np.datetime64(end)))
    model = fit_counts(train, ZONE, country, subdivision)
    ahead = model.predict(np.unique(test.date).tolist())
    assert np.array_equal(ahead.date, test.date)
    assert np.array_equal(ahead.hour, test.hour)
    found: dict[str, Any] = {"from": cut, "hours": len(test.count), "days": len(ahead.days), "scale": model.scale,
                             "poisson_crps_hour": float(poisson_by_cell(train, test).crps(test.count).mean())}
    for name, forecast, seen in (("hour", ahead.by_hour, test.count), ("day", ahead.by_day, daily(test))):
        found |= {f"cover{share}_{name}": float(forecast.coverage(seen, share / 100).mean()) for share in (80, 95)}
        found[f"crps_{name}"] = float(forecast.crps(seen).mean())
        found[f"bias_{name}"] = float((forecast.mean - seen).mean())
    return found


def made_up(seed: int, days: int, per_day: float = 160.0) -> HourCounts:
    """Counts of a declared hospital: drift 0.3 % a week, spells of 3 %, a season of 5 %, days' factors of 4 %."""
    draws = np.random.default_rng(seed)
    day, hour, exposure = wall_hours(date(2020, 1, 6), date.fromordinal(date(2020, 1, 6).toordinal() + days), ZONE)
    each = np.unique(day)
    week = (each - each[0]).astype(int) // 7
    level, spell, keeps = np.cumsum(draws.normal(0, 0.003, week[-1] + 1)), draws.normal(0, 0.03, week[-1] + 1), 0.85
    for at in range(1, len(spell)):
        spell[at] = keeps * spell[at - 1] + np.sqrt(1 - keeps ** 2) * spell[at]
    season = 0.05 * np.cos(2 * np.pi * each.astype(int) / 365.25)
    factor = np.exp(level[week] + spell[week] + season) * draws.gamma(625.0, 1 / 625.0, len(each))
    rate = per_day / 24 * (1 + 0.6 * np.sin((hour - 8) / 12 * np.pi))
    mean = rate * exposure * factor[np.searchsorted(each, day)]
    return HourCounts(day, hour, exposure, draws.poisson(mean).astype(float))
