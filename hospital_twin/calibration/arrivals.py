"""How many come, and when: rates by hour of the week, days' factors, seasons, holidays, batches, no-shows."""
from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from hospital_twin.calibration.findings import Findings, rounded
from hospital_twin.calibration.lifetimes import Z95
from hospital_twin.calibration.trails import local
from hospital_twin.calibration.weekly import drawn_in, smoothed
from hospital_twin.calibration.yearly import Days, Factor, Season, holiday_factor, season_of
from hospital_twin.eventlog import LocalHours, local_hours
from hospital_twin.eventlog.clock import NEVER, tick
from hospital_twin.hospital import Fit
from hospital_twin.layout import Source
from hospital_twin.layout.public_holidays import GROUPS, holiday_groups
from hospital_twin.layout.terms import DAYS
from hospital_twin.program.codes import Kind

FEWEST_DAYS = 28
"""Days of record below which days' factors are not fitted."""
FEWEST_MONTHS = 3
"""Months with two whole weeks, below which a season is not looked for."""
CLEARLY_BY_MONTH = 1e-5
"""Months are said to differ where independent weeks would make them so with less than this probability: so small that
busy spells (neighbouring days correlated by 0.8) are taken for a season in one year of two hundred."""
HOLIDAYS = {"": "public holidays", "christmas_day": "Christmas Day", "thanksgiving": "Thanksgiving",
            "others": "other public holidays"}
"""In words: all of them, or one group."""
LAYERS = 60
"""A rate may be this many times the height of a candidate layer; above it the height is raised."""


def fit_arrivals(findings: Findings) -> None:
    """Every source: its rate, its timetable's no-shows."""
    hours = local_hours(findings.log.start, findings.log.end, findings.log.time_zone)
    visit, source, weight = findings.seen.came
    arrive = findings.seen.trails.arrive[visit]
    inside = (arrive >= findings.seen.trails.begin) & (arrive < findings.seen.trails.finish)
    for number, (name, layout) in enumerate(findings.layout.sources.items()):
        mine = inside & (source == number)
        if layout.rate is not None:
            _Rate(findings, name, layout, hours).fit(arrive[mine], weight[mine])
        elif layout.timetable is not None:
            _fit_no_show(findings, name, number, float(weight[mine].sum()))
        else:
            findings.kept(f"when visits of {name!r} come (sources.{name}): the layout lists them; it is kept as it is")


class _Rate:
    """The fit of one source's rate."""

    def __init__(self, findings: Findings, name: str, source: Source, hours: LocalHours):
        self.findings, self.name, self.source, self.hours = findings, name, source, hours
        self.week = hours.weekday.astype(np.int64) * 24 + hours.hour
        _, _, self.month, _ = local(hours.edges[:-1], findings.log.time_zone)
        self.dates, self.day = np.unique(self._dates(), return_inverse=True)
        self.dated = self._dated_factor()
        self.group = holiday_groups(self.dates, source.holidays and source.holidays.calendar)
        self.season_seen: Season | None = None
        self.holidays_seen: dict[str, Factor | None] = {}

    def _dates(self) -> np.ndarray:
        begins = pd.DatetimeIndex(self.hours.edges[:-1].astype("datetime64[us]")).tz_localize("UTC")
        return begins.tz_convert(self.findings.log.time_zone).tz_localize(None).to_numpy().astype("datetime64[D]")

    def _dated_factor(self) -> np.ndarray:
        factor = np.full(len(self.week), self.source.times)
        zone = ZoneInfo(self.findings.log.time_zone)
        for span in self.source.dated:
            first, end = (tick(pd.Timestamp(datetime.fromisoformat(text).replace(tzinfo=zone)))
                          for text in (span.from_, span.to))
            factor[(self.hours.edges[:-1] >= first) & (self.hours.edges[:-1] < end)] *= span.times
        return factor

    def fit(self, arrive: np.ndarray, weight: np.ndarray) -> None:
        """Rate, season, holidays and spread of days' factors, each given the others until they rest."""
        if self.source.batch is not None:
            arrive, weight = self._batches(arrive, weight)
        total = float(weight.sum())
        if total < 1:
            self.findings.kept(f"how many come by {self.name!r} (sources.{self.name}.rate): no visit of the log is one "
                               "of its; the layout's rate is kept")
            return
        cell = np.searchsorted(self.hours.edges, arrive, side="right") - 1
        counts = np.bincount(cell, weights=weight, minlength=len(self.week))
        season, times, spread = dict(self.source.season), self._holidays_as_written(), 0.0
        for _ in range(3):
            factor = self._season(season) * self.dated * times[self.group][self.day]
            rate = smoothed(*(np.bincount(self.week, weights=w, minlength=168).reshape(7, 24)
                              for w in (counts, self.hours.hours * factor)), spread)
            expected = rate.reshape(-1)[self.week] * self.hours.hours * self.dated
            season = self._refit_season(season, counts, expected * times[self.group][self.day], spread)
            expected *= self._season(season)
            times = self._refit_holidays(counts, expected, spread)
            expected *= times[self.group][self.day]
            variance, error = self._day_variance(counts, expected)
            spread = np.sqrt(variance) if variance > 1.645 * error else 0.0
        self._write(rate, season, spread, (variance, error), total)
        if not season:
            self._say_if_seasonal(counts, expected)

    def _season(self, season: dict[int, float]) -> np.ndarray:
        return np.array([season.get(m, 1.0) for m in range(13)])[self.month]

    def _refit_season(self, season: dict[int, float], counts: np.ndarray, expected: np.ndarray, spread: float
                      ) -> dict[int, float]:
        """All months where years agree on them; else those that the layout gives a factor.

        These are drawn towards it by as much as their scatter is noise.
        """
        self.season_seen = season_of(self._days(counts, expected))
        if self.season_seen is not None and self.season_seen.clear:
            return {number: month.value for number, month in enumerate(self.season_seen.months, 1)}
        months = list(self.source.season)
        if not months:
            return {}
        expected = expected * self._season(season)
        observed, mean = (np.bincount(self.month, weights=x, minlength=13)[months] for x in (counts, expected))
        days = np.array([len(np.unique(self.day[self.month == m])) for m in months])
        noise = 1.0 + spread * spread * mean / np.maximum(days, 1)
        ratio = np.where(mean > 0, drawn_in(observed, mean, noise), 1.0)
        return {m: season[m] * r for m, r in zip(months, ratio.tolist(), strict=True)}

    def _days(self, counts: np.ndarray, expected: np.ndarray) -> Days:
        return Days(self.dates, *(np.bincount(self.day, weights=x) for x in (counts, expected)))

    def _holidays_as_written(self) -> np.ndarray:
        """The layout's factor of each group of holidays, and of other days."""
        return np.ones(len(GROUPS) + 1) if self.source.holidays is None else np.array(self.source.holidays.by_group())

    def _refit_holidays(self, counts: np.ndarray, expected: np.ndarray, spread: float) -> np.ndarray:
        """Factors by group, as many as the layout distinguishes; 1 where they do not clearly differ from other days.

        expected: without them. What the log has too few holidays for keeps the layout's.
        """
        times, days = self._holidays_as_written(), self._days(counts, expected)
        for group in _kinds_of_holiday(self.source):
            own = self._are(group)
            found = self.holidays_seen[group] = holiday_factor(days.take(own[self.group]), spread)
            if found is not None:
                times[own] = found.value if found.clear else 1.0
        return times

    @staticmethod
    def _are(group: str) -> np.ndarray:
        """Which groups of holidays are meant, one entry for each and one for other days: one of them, or "" for all."""
        return np.array([group in ("", one) for one in GROUPS] + [False])

    def _day_variance(self, counts: np.ndarray, expected: np.ndarray) -> tuple[float, float]:
        """Variance of days' factors beyond Poisson, by the method of moments, and its standard error."""
        daily, mean = (np.bincount(self.day, weights=x) for x in (counts, expected))
        if len(daily) < FEWEST_DAYS:
            return 0.0, np.inf
        # The expectation follows the counts of each weekday, which takes up seven of the days.
        free = 1.0 - 7.0 / len(daily)
        variance = float((((daily - mean) ** 2) / free - mean).sum() / (mean ** 2).sum())
        whole = mean + max(variance, 0.0) * mean ** 2
        return variance, float(np.sqrt((2.0 * whole ** 2).sum()) / (mean ** 2).sum())

    def _say_if_seasonal(self, counts: np.ndarray, expected: np.ndarray) -> None:
        """Months compared with the weeks within them, as in an analysis of variance.

        Weeks rather than days: what makes neighbouring days alike makes weeks differ, and is no season.
        """
        from scipy.stats import f
        week = self.day // 7
        daily_month = np.zeros(self.day[-1] + 1, dtype=np.int64)
        daily_month[self.day] = self.month
        observed, mean = (np.bincount(week, weights=x) for x in (counts, expected))
        month = daily_month[np.minimum(np.arange(len(mean)) * 7 + 3, len(daily_month) - 1)]
        whole = np.bincount(week, weights=self.hours.hours) > 6 * 24
        ratio, month = (observed / np.maximum(mean, 1e-9))[whole & (mean > 0)], month[whole & (mean > 0)]
        groups = [own for m in np.unique(month) if len(own := ratio[month == m]) > 1]
        weeks = sum(map(len, groups))
        if len(groups) < FEWEST_MONTHS or weeks <= len(groups):
            return
        within = sum(((own - own.mean()) ** 2).sum() for own in groups) / (weeks - len(groups))
        centre = np.concatenate(groups).mean()
        between = sum(len(own) * (own.mean() - centre) ** 2 for own in groups) / (len(groups) - 1)
        if f.sf(between / max(within, 1e-12), len(groups) - 1, weeks - len(groups)) < CLEARLY_BY_MONTH:
            means = [own.mean() for own in groups]
            self.findings.kept(
                f"arrivals by {self.name!r} differ from month to month more than chance, from {min(means):.2f} to "
                f"{max(means):.2f} times the usual (sources.{self.name}.season): the layout has no season, so the "
                "twin's months are alike, and its days differ the more; "
                + ("a log of less than two years cannot tell a season from what passes" if self.season_seen is None else
                   "they do not differ in the same way every year"))

    def _batches(self, arrive: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """One arrival for each batch; the mix of sizes is fitted where it is one for all."""
        instants, place = np.unique(arrive, return_inverse=True)
        sizes = np.bincount(place, weights=weight)
        if not hasattr(self.source.batch, "by"):
            found, times = np.unique(np.round(sizes).astype(int), return_counts=True)
            mix = {int(size): rounded(n / len(sizes)) for size, n in zip(found, times, strict=True) if size > 0}
            self.findings.found(("sources", self.name, "batch"), mix, Fit(
                path=f"sources.{self.name}.batch", estimator="share of batches", n=len(sizes),
                value=", ".join(f"{size}: {share:.3g}" for size, share in mix.items())))
        return instants, np.ones(len(instants))

    def _write(self, rate: np.ndarray, season: dict[int, float], spread: float, variance: tuple[float, float],
               total: float) -> None:
        findings, path = self.findings, ("sources", self.name)
        weekly = {f"{DAYS[h // 24]} {h % 24:02d}:00-{h % 24 + 1:02d}:00": rounded(r)
                  for h, r in enumerate(rate.reshape(-1).tolist())}
        days = self.hours.hours.sum() / 24.0
        half = Z95 * np.sqrt(total + spread ** 2 * total ** 2 / days) / days
        estimator = "counts by hour of the week over hours of exposure, smoothed (gamma-Poisson)"
        covered = len(np.unique(self.week))
        findings.found((*path, "rate"), weekly, Fit(
            path=f"sources.{self.name}.rate", estimator=estimator, n=round(total),
            value=f"168 rates, {rate.min():.3g} to {rate.max():.3g} an hour",
            estimate=rounded(total / days), low=total / days - half, high=total / days + half,
            note=f"{total / days:.4g} arrivals a day; low, high: of that"
            + ("" if covered == 168 else f"; the log covers only {covered} of the 168 hours of the week")))
        self._write_season(season, total)
        for group, found in self.holidays_seen.items():
            self._write_holidays(group, found)
        self._write_spread(spread, variance)
        if rate.max() > LAYERS * self.source.ceiling:
            ceiling = rounded(float(rate.max()))
            findings.found((*path, "ceiling"), ceiling, Fit(
                path=f"sources.{self.name}.ceiling", estimator="highest rate", value=f"{ceiling:g}", n=round(total),
                note=f"raised: the layout's {self.source.ceiling:g} is too low for rates as high as these"))

    def _write_season(self, season: dict[int, float], total: float) -> None:
        findings, path, seen = self.findings, ("sources", self.name, "season"), self.season_seen
        for month, factor in season.items():
            findings.values[(*path, month)] = rounded(factor)
        if seen is not None and seen.clear:
            for number, month in enumerate(seen.months, 1):
                findings.fits.append(Fit(
                    path=f"sources.{self.name}.season.{number}", estimator="quasi-Poisson regression on months and a "
                    "trend, drawn towards 1", value=f"{month.value:.3g}", estimate=rounded(month.value), low=month.low,
                    high=month.high, n=round(month.cases), note=f"{month.days} days; months differ by {seen.ratio:.3g} "
                    f"times what one differs by from year to year (F of 11 and {seen.freedom}: p {seen.chance:.1g})"))
        elif season:
            findings.fits.append(Fit(
                path=".".join(path), estimator="observed over expected by month, drawn towards the layout's "
                "(gamma-Poisson)", n=round(total), value=", ".join(f"{m}: {f:.3g}" for m, f in season.items())))

    def _write_holidays(self, group: str, found: Factor | None) -> None:
        """What came of holidays of one group, or of all."""
        path = ("sources", self.name, "holidays", "times", *([group] if group else []))
        which, written = HOLIDAYS[group], self._holidays_as_written()[self._are(group)][0]
        if found is None:
            days = int(self._are(group)[self.group].sum())
            self.findings.kept(f"how many come by {self.name!r} on {which} ({'.'.join(path)}): the log has {days} such "
                               f"days, too few to tell; the layout's {written:g} is kept")
            return
        times = rounded(found.value) if found.clear else 1.0
        self.findings.found(path, times, Fit(
            path=".".join(path), estimator="observed over expected, drawn towards 1", value=f"{times:.3g}",
            estimate=times, low=found.low, high=found.high, n=round(found.cases),
            note=f"{found.days} days; they scatter {found.scatter:.3g} times as much as other days do"
            + ("" if found.clear else "; no different from other days by more than chance")))

    def _write_spread(self, spread: float, variance: tuple[float, float]) -> None:
        findings, path = self.findings, f"sources.{self.name}.day_factor_sd"
        if not np.isfinite(variance[1]):
            findings.kept(f"how much whole days differ ({path}): the log has fewer than {FEWEST_DAYS} days; the "
                          f"layout's {self.source.day_factor_sd:g} is kept")
            return
        low, high = (float(np.sqrt(max(0.0, variance[0] + sign * Z95 * variance[1]))) for sign in (-1, 1))
        findings.found(("sources", self.name, "day_factor_sd"), rounded(float(spread)), Fit(
            path=path, estimator="method of moments on daily counts beyond Poisson", value=f"{spread:.3g}",
            estimate=rounded(float(spread)), low=low, high=high, n=int(self.day.max()) + 1,
            note="" if spread else "days do not differ by more than chance"))


def _kinds_of_holiday(source: Source) -> tuple[str, ...]:
    """The groups of holidays that a layout gives factors of their own, "" where there is one factor for all."""
    if source.holidays is None:
        return ()
    return tuple(source.holidays.times) if isinstance(source.holidays.times, dict) else ("",)


def _fit_no_show(findings: Findings, name: str, number: int, came: float) -> None:
    """Slots of the layout's timetable over the log's window, and how many came."""
    source, compiled = findings.layout.sources[name], findings.program.sources[number]
    calendar = findings.program.calendar
    at = compiled.slots[:, 0] + calendar.epoch
    slots = int(((at >= findings.seen.trails.begin) & (at < findings.seen.trails.finish)).sum())
    findings.kept(f"when visits of {name!r} are booked (sources.{name}.timetable): the layout's timetable is kept")
    if hasattr(source.no_show, "by") or slots == 0 or compiled.kind != Kind.TIMETABLE:
        findings.kept(f"who does not come (sources.{name}.no_show): the layout's numbers are kept")
    elif came > slots:
        findings.kept(f"who does not come (sources.{name}.no_show): the log has {came:.0f} visits for {slots} booked "
                      f"slots, so that the timetable is not this hospital's; the layout's {source.no_show:g} is kept")
    else:
        share = 1.0 - came / slots
        half = Z95 * np.sqrt(max(share * (1 - share), 1e-12) / slots)
        findings.found(("sources", name, "no_show"), rounded(share), Fit(
            path=f"sources.{name}.no_show", estimator="booked slots without a visit", value=f"{share:.3g}",
            estimate=rounded(share), low=max(0.0, share - half), high=min(1.0, share + half), n=slots))


__all__ = ["NEVER", "fit_arrivals"]
