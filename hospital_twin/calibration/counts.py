"""How many come in each hour and on each day ahead, with intervals, from hourly counts alone.

In an hour h of a day d the count is Poisson with mean

    exposure(h) · rate(hour of the week) · exp(level(week) + spell(week) + season(d)) · holiday(d) · G_d

- rate: `weekly.smoothed`;
- level: a random walk from week to week, so that it is that of the last weeks and grows less certain ahead;
- spell: what makes neighbouring weeks alike and passes, as an epidemic does: correlated by exp(−weeks / `SPELL`);
  without it a level that only wavers would be taken for one that drifts away;
- season: `HARMONICS` harmonics of the year, drawn towards none;
- holiday: a factor for each of `public_holidays.GROUPS`, drawn towards 1;
- G_d: a factor of the whole day, gamma with mean 1, so that daily counts are negative binomial.

Level, spell and season are one Gaussian model of the weeks' log ratios of observed to expected (working responses of a
Poisson regression, McCullagh and Nelder, Generalized Linear Models, 1989, 2.5; local level: Harvey, Forecasting,
Structural Time Series Models and the Kalman Filter, 1989, 2.3). How fast the level drifts and how strong spells and
season are is not chosen: all of `DRIFTS` × `SPELLS` × `SEASONS` count, each by its likelihood (and drifts by
`USUAL_DRIFT`). Whatever multiplies the mean and is not known
for certain is added to the variance of the gamma factor, so that the prediction stays negative binomial; the factors'
means are 1, as of a level that is as likely to gain as to lose. A record of two years or more says by its last year
whether the variance ahead of level, spell and season was right a year before; what it was wrong by is put right
(`SCALES`).
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

import numpy as np
import pandas as pd

from hospital_twin.calibration.hour_counts import CountDistribution, HourCounts, wall_hours
from hospital_twin.calibration.weekly import smoothed
from hospital_twin.errors import BadInput
from hospital_twin.layout.public_holidays import GROUPS, holiday_groups

FEWEST_DAYS = 28
"""Days with a count below which nothing is fitted: each weekday has to be seen several times."""
HARMONICS = 3
SPELL = 6.0
"""Weeks after which the correlation of a spell has fallen to 1/e."""
DRIFTS = np.array([0.000625, 0.00125, 0.0025, 0.005, 0.01])
"""Standard deviations of the level's step from one week to the next, as shares of it."""
USUAL_DRIFT, DRIFT_TIMES = 0.0025, 2.0
"""What is known beforehand, as one or two years of weeks hardly tell drift from spells: hospitals gain or lose some
1.8 % a year (0.0025 · √52); log-normal, one standard deviation is this many times more or less."""
SPELLS = np.array([0.01, 0.014, 0.02, 0.028, 0.04, 0.056, 0.08])
"""Standard deviations of spells."""
SEASONS = np.array([0.005, 0.02, 0.04, 0.08])
"""Standard deviations of the season's first harmonic; of the k-th it is one k-th."""
LEVEL_SD = 1.0
"""Of the first week's log level around the mean of the record: wide, the counts decide."""
HOLIDAY_SD = 0.2
"""How far holidays are from other days before any has been seen."""
WEEKDAY_SD = 0.3
"""How far weekdays, and neighbouring hours, are from each other before any has been seen."""
ROUNDS = 3
HELD_BACK = np.timedelta64(364, "D")
"""A record of at least twice this length is fitted without its end first, to see how far its forecast was off."""
SCALES = 2.0 ** np.arange(-3.0, 2.5, 0.5)
"""What the variance of level, spell and season is multiplied by, so that it would have been right then."""
"""Of the fit of each part given the others; the means have then settled to 1 in 10,000."""
_WEEK = np.timedelta64(7, "D")


@dataclass(frozen=True, eq=False)
class Predicted:
    """The hours of the days asked for (date, hour, exposure as in `HourCounts`), and the days (datetime64[D])."""

    date: np.ndarray
    hour: np.ndarray
    exposure: np.ndarray
    by_hour: CountDistribution
    days: np.ndarray
    by_day: CountDistribution


@dataclass(frozen=True, eq=False)
class ArrivalCounts:
    """What `fit_counts` found.

    rate: (7, 24) an hour; rate_variance, weekday_variance: relative, of an hour's rate (7, 24) and a weekday's (7,).
    state: log level and spell of the week `last`, then cos and sin of each harmonic; covariance: of the state.
    drift: variance of the log level's step a week; spell: variance of spells. day_variance: of G_d.
    holidays, holiday_variance: by `GROUPS`. scale: one of `SCALES`, which the variance of level, spell and season ahead
    is multiplied by.
    """

    time_zone: str
    country: str | None
    subdivision: str | None
    end: np.datetime64
    last: np.datetime64
    rate: np.ndarray
    rate_variance: np.ndarray
    weekday_variance: np.ndarray
    state: np.ndarray
    covariance: np.ndarray
    drift: float
    spell: float
    day_variance: float
    holidays: np.ndarray
    holiday_variance: np.ndarray
    scale: float = 1.0

    def predict(self, dates: Iterable[date]) -> Predicted:
        """Counts of every hour of these days, and of the days. Raises `BadInput` for days before the record's end."""
        days = np.unique(np.array(list(dates), dtype="datetime64[D]"))
        if not len(days) or np.isnat(days).any() or days[0] < self.end:
            raise BadInput("days to predict", "there are none, or some lie within the record",
                           f"days from {self.end} on, when the record ends")
        dated, hour, exposure = wall_hours(days[0].item(), days[-1].item() + pd.Timedelta(days=1), self.time_zone)
        wanted = np.isin(dated, days)
        dated, hour, exposure = dated[wanted], hour[wanted], exposure[wanted]
        day, weekday = np.searchsorted(days, dated), _weekday(dated)
        factor, variance = self._factor(days)
        mean = self.rate[weekday, hour] * exposure * factor[day]
        together = (1 + self.day_variance) * (1 + variance)
        of_hour = together[day] * (1 + self.rate_variance[weekday, hour]) - 1
        of_day = together * (1 + self.weekday_variance[_weekday(days)]) - 1
        return Predicted(dated, hour, exposure, CountDistribution(mean, of_hour), days,
                         CountDistribution(np.bincount(day, weights=mean, minlength=len(days)), of_day))

    def _factor(self, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Level × season × holiday of each day, and the relative variance of what is not known of it."""
        ahead = (days - self.last) / _WEEK
        fades = np.exp(-ahead / SPELL)
        design = np.column_stack([np.ones(len(days)), fades, _harmonics(days)])
        log_variance = np.einsum("ij,jk,ik->i", design, self.covariance, design) + self.drift * ahead
        log_variance += self.spell * (1.0 - fades ** 2)
        group = holiday_groups(days, _place(self.country, self.subdivision))
        times = np.append(self.holidays, 1.0)[group]
        unsure = np.append(self.holiday_variance, 0.0)[group]
        return np.exp(design @ self.state) * times, np.exp(self.scale * log_variance) * (1 + unsure / times ** 2) - 1


def fit_counts(counts: HourCounts, time_zone: str, country: str | None = None, subdivision: str | None = None
               ) -> ArrivalCounts:
    """The model of this module, fitted.

    country, subdivision: codes of the `holidays` library (``US``, ``IA``); without a country no day is a holiday.
    Raises `BadInput` for fewer than `FEWEST_DAYS` days with a count, no arrival at all, or an unknown country.
    """
    seen = ~np.isnan(counts.count) & (counts.exposure > 0)
    days = np.unique(counts.date[seen].astype("datetime64[D]"))
    if len(days) < FEWEST_DAYS:
        raise BadInput("hourly counts", f"only {len(days)} days have a count", f"{FEWEST_DAYS} days or more")
    if not counts.count[seen].any():
        raise BadInput("hourly counts", "nobody arrived", "counts of arrivals, some of them above 0")
    model = _fit(counts, seen, time_zone, country, subdivision)
    first, held = days[0], days[-1] + 1 - HELD_BACK
    if held - first < HELD_BACK:
        return model
    earlier = seen & (counts.date < held)
    if len(np.unique(counts.date[earlier])) < FEWEST_DAYS or not counts.count[earlier].any():
        return model
    before = _fit(counts, earlier, time_zone, country, subdivision)
    return replace(model, scale=_scale(before, counts, seen & (counts.date >= held)))


def _fit(counts: HourCounts, seen: np.ndarray, time_zone: str, country: str | None, subdivision: str | None
         ) -> ArrivalCounts:
    days, day = np.unique(counts.date[seen].astype("datetime64[D]"), return_inverse=True)
    return _Fit(counts, seen, days, day, holiday_groups(days, _place(country, subdivision))).fitted(
        time_zone, country, subdivision)


def _scale(before: ArrivalCounts, counts: HourCounts, later: np.ndarray) -> float:
    """The scale with which the model would have given the later days' counts the highest likelihood.

    Only days all of whose hours were observed: the totals of others are too small.
    """
    from scipy.stats import nbinom
    days, day = np.unique(counts.date[later].astype("datetime64[D]"), return_inverse=True)
    ahead = before.predict(days.tolist())
    shown = np.bincount(np.searchsorted(days, ahead.date), weights=ahead.exposure)
    whole = np.abs(np.bincount(day, weights=counts.exposure[later]) - shown) < 1e-6
    total, mean = np.bincount(day, weights=counts.count[later])[whole], ahead.by_day.mean[whole]
    likelihoods = []
    for scale in SCALES:
        size = 1.0 / replace(before, scale=float(scale)).predict(days.tolist()).by_day.variance[whole]
        likelihoods.append(nbinom.logpmf(total, size, size / (size + mean)).sum())
    return float(SCALES[int(np.argmax(likelihoods))]) if whole.any() else 1.0


class _Fit:
    """Each part given the others, until they rest. All arrays are by observed hour, day or week."""

    def __init__(self, counts: HourCounts, seen: np.ndarray, days: np.ndarray, day: np.ndarray, group: np.ndarray):
        self.count, self.exposure = counts.count[seen], counts.exposure[seen]
        self.days, self.day, self.group = days, day, group
        self.cell = _weekday(days)[day] * 24 + counts.hour[seen].astype(np.int64)
        self.week_of, self.week = np.unique((days - days[0]) // _WEEK, return_inverse=True)
        self.daily = np.bincount(day, weights=self.count)
        self.course, self.day_variance = np.zeros(len(days)), 0.0
        self.holidays, self.holiday_variance = np.ones(len(GROUPS)), np.full(len(GROUPS), HOLIDAY_SD ** 2)

    def fitted(self, time_zone: str, country: str | None, subdivision: str | None) -> ArrivalCounts:
        for _ in range(ROUNDS):
            factor = np.exp(self.course) * np.append(self.holidays, 1.0)[self.group]
            at_risk = self.exposure * factor[self.day]
            seen, risk = (np.bincount(self.cell, weights=x, minlength=168).reshape(7, 24)
                          for x in (self.count, at_risk))
            rate = smoothed(seen, risk, float(np.sqrt(self.day_variance)))
            mean = np.bincount(self.day, weights=rate.ravel()[self.cell] * at_risk)
            state, covariance, drift, spell = self._refit_course(mean)
            self._refit_holidays(mean)
            self._refit_day_variance(mean)
        weekday_variance, hour_variance = self._rate_variances(rate * risk)
        return ArrivalCounts(
            time_zone, country, subdivision, self.days[-1] + 1, self.days[0] + 7 * self.week_of[-1] + 3, rate,
            weekday_variance[:, None] + hour_variance, weekday_variance, state, covariance, drift, spell,
            self.day_variance, self.holidays, self.holiday_variance)

    def _refit_course(self, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray, float, float]:
        """Level, spell and season by weeks from days' means at the present ones; the level's state at the last week."""
        season = _harmonics(self.days)
        weekly, seen, square = (np.bincount(self.week, weights=x) for x in (mean, self.daily, mean ** 2))
        safe = np.maximum(weekly, 1e-9)
        design = np.column_stack([np.bincount(self.week, weights=x * mean) / safe for x in season.T])
        present = np.bincount(self.week, weights=self.course * mean) / safe
        noise = 1.0 / safe + self.day_variance * square / safe ** 2
        response = present + (seen - weekly) / safe
        levels, state, covariance, drift, spell = _weighed(self.week_of, design, response, noise)
        self.course = levels[self.week] + season @ state[2:]
        return state, covariance, drift, spell

    def _refit_holidays(self, mean: np.ndarray) -> None:
        """Observed over expected of each group, drawn towards 1 (normal prior and likelihood)."""
        for number in range(len(GROUPS)):
            own = self.group == number
            plain = (mean[own] / self.holidays[number])
            if plain.sum() > 0:
                noise = 1.0 / plain.sum() + self.day_variance * (plain ** 2).sum() / plain.sum() ** 2
                weight = HOLIDAY_SD ** 2 / (HOLIDAY_SD ** 2 + noise)
                self.holidays[number] = 1.0 + weight * (self.daily[own].sum() / plain.sum() - 1.0)
                self.holiday_variance[number] = weight * noise

    def _refit_day_variance(self, mean: np.ndarray) -> None:
        """Of days' factors beyond Poisson, by the method of moments; the course and the weekdays take up some days."""
        free = 1.0 - (7.0 + 2 * HARMONICS) / len(self.days)
        beyond = (((self.daily - mean) ** 2) / free - mean).sum() / (mean ** 2).sum()
        self.day_variance = max(0.0, float(beyond))

    def _rate_variances(self, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Relative variances of the weekdays' (7,) and of the hours' (24,) factors from expected counts (7, 24)."""
        days = np.bincount(_weekday(self.days), minlength=7)
        known = 1.0 / (1.0 / np.maximum(mean.sum(axis=1), 1e-9) + self.day_variance / np.maximum(days, 1))
        return 1.0 / (known + WEEKDAY_SD ** -2), 1.0 / (mean.sum(axis=0) + WEEKDAY_SD ** -2)


def _weighed(week: np.ndarray, design: np.ndarray, response: np.ndarray, noise: np.ndarray
             ) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, float]:
    """Level with spell of the weeks, state of the last one, its covariance, drift, spell: over the whole grid."""
    drifts, spells, sizes = np.array(list(product(DRIFTS ** 2, SPELLS ** 2, SEASONS ** 2))).T
    levels, state, covariance, likelihood = _filtered(week, design, response, noise, (drifts, spells, sizes))
    likelihood = likelihood - (np.log(np.sqrt(drifts) / USUAL_DRIFT) / np.log(DRIFT_TIMES)) ** 2 / 2
    weight = np.exp(likelihood - likelihood.max())
    weight /= weight.sum()
    mean = weight @ state
    apart = state - mean
    covariance = np.tensordot(weight, covariance, 1) + (weight[:, None] * apart).T @ apart
    # What central intervals of a mixture of spreads are like is told by the middle spread, not by the mean variance.
    drift, spell = (float(np.exp(weight @ np.log(x))) for x in (drifts, spells))
    return levels @ weight, mean, covariance, drift, spell


def _filtered(week: np.ndarray, design: np.ndarray, response: np.ndarray, noise: np.ndarray,
              grid: tuple[np.ndarray, np.ndarray, np.ndarray]
              ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Kalman filter and smoother (Harvey 1989, 3.2 and 3.6), for g points of the grid at once.

    Returns levels with spells of the weeks (n, g), the last state (g, s), its covariance (g, s, s) and the log
    likelihood (g,).
    """
    drift, spell, size = grid
    harmonic = np.repeat(np.arange(1, HARMONICS + 1), 2)
    prior = np.column_stack([np.full(len(size), LEVEL_SD ** 2), spell, size[:, None] / harmonic ** 2.0])
    mean, covariance = np.zeros_like(prior), prior[:, :, None] * np.eye(prior.shape[1])
    likelihood, steps = np.zeros(len(size)), []
    for at, gap in enumerate(np.diff(week, prepend=week[0])):
        keeps = np.ones(prior.shape[1])
        keeps[1] = np.exp(-gap / SPELL)
        ahead, wider = mean * keeps, covariance * np.outer(keeps, keeps)
        wider[:, 0, 0] += drift * gap
        wider[:, 1, 1] += spell * (1.0 - keeps[1] ** 2)
        seen = np.concatenate([[1.0, 1.0], design[at]])
        gain = wider @ seen
        spread, error = gain @ seen + noise[at], response[at] - ahead @ seen
        mean = ahead + gain * (error / spread)[:, None]
        covariance = wider - gain[:, :, None] * gain[:, None, :] / spread[:, None, None]
        likelihood -= (np.log(spread) + error ** 2 / spread) / 2
        steps.append((keeps, ahead, wider, mean, covariance))
    return _smoothed_levels(steps), mean, covariance, likelihood


def _smoothed_levels(steps: list[tuple[np.ndarray, ...]]) -> np.ndarray:
    """Level with spell given all weeks, from the filter's (kept share, forecast, its covariance, state, covariance)."""
    smooth = steps[-1][3]
    levels = np.zeros((len(steps), len(smooth)))
    levels[-1] = smooth[:, 0] + smooth[:, 1]
    for at in range(len(steps) - 2, -1, -1):
        keeps, ahead, wider = steps[at + 1][:3]
        back = np.linalg.solve(wider, (smooth - ahead)[:, :, None])[:, :, 0] * keeps
        smooth = steps[at][3] + np.einsum("gij,gj->gi", steps[at][4], back)
        levels[at] = smooth[:, 0] + smooth[:, 1]
    return levels


def _place(country: str | None, subdivision: str | None) -> str | None:
    """The calendar's name: ``US-IA``; None for none."""
    return country if country is None or subdivision is None else f"{country}-{subdivision}"


def _weekday(days: np.ndarray) -> np.ndarray:
    """0 for Mondays; 1970-01-01 was a Thursday."""
    return (days.astype("datetime64[D]").astype(np.int64) + 3) % 7


def _harmonics(days: np.ndarray) -> np.ndarray:
    """cos and sin of each harmonic of the year, (n, 2 · HARMONICS)."""
    angle = 2 * np.pi * (days.astype("datetime64[D]").astype(np.int64) % 365.25) / 365.25
    return np.column_stack([wave(k * angle) for k in range(1, HARMONICS + 1) for wave in (np.cos, np.sin)])
