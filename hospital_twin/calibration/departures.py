"""At which hours, and on which weekdays, patients go who wait for a time of day."""
from __future__ import annotations

from collections import defaultdict

import numpy as np

from hospital_twin.calibration.evidence import Table
from hospital_twin.calibration.findings import Findings, Named, rounded, taken
from hospital_twin.calibration.trails import local
from hospital_twin.eventlog.clock import NEVER, TICKS_PER_HOUR
from hospital_twin.hospital import Fit
from hospital_twin.layout.steps import Profile
from hospital_twin.layout.terms import DAYS, days_of, week_minutes
from hospital_twin.program.codes import Op

ENOUGH = 50
"""Departures from which the hours of the day are fitted."""
ENOUGH_TRIALS = 30
"""Patients ready on a weekday from which its share is fitted."""
DAY = 24 * TICKS_PER_HOUR


def fit_departures(findings: Findings, *, weekdays: bool) -> None:
    """Every profile of times of day that some step waits for.

    weekdays: whether the log's weekdays are true.
    """
    ready: dict[str, list[np.ndarray]] = defaultdict(list)
    gone: dict[str, list[np.ndarray]] = defaultdict(list)
    profiles: dict[str, tuple[Named, Profile]] = {}
    for op in np.flatnonzero(findings.program.code.ops[:, 0] == Op.WAIT).tolist():
        for named, profile, joined, end in _waits(findings, op):
            profiles[named.words] = (named, profile)
            ready[named.words].append(joined)
            gone[named.words].append(end)
    for words, (named, profile) in profiles.items():
        joined, end = np.concatenate(ready[words]), np.concatenate(gone[words])
        _fit_hours(findings, named, profile, end)
        if profile.weekdays and weekdays:
            _fit_weekdays(findings, named, profile, joined, end)


def _waits(findings: Findings, op: int) -> list[tuple[Named, Profile, np.ndarray, np.ndarray]]:
    """(whose profile, when ready, when gone) of the waits at one step; ready is `NEVER` where the log does not tell."""
    place, trails = findings.step(op), findings.seen.trails
    parts: list[tuple[Table, np.ndarray, np.ndarray]] = []
    if (table := findings.seen.uses.get(op)) is not None:
        parts.append((table, trails.joined[table.sighting], trails.start[table.sighting]))
    for (silent, _), table in findings.seen.gaps.items():
        # A wait that leaves no row of its own, and is the last thing before a sighting, ended with that.
        if silent[-1:] == (op,):
            right = taken(table, table.to >= 0)
            parts.append((right, np.full(len(right.to), NEVER), trails.start[right.to]))
    found = []
    for table, joined, end in parts:
        ended = (end != NEVER) & (end <= trails.finish) & (end >= trails.begin)
        if isinstance(place.step.until, Profile):
            found.append((Named((*place.path, "until"), f"{place.words}.until"), place.step.until, joined[ended],
                          end[ended]))
        elif place.step.until == "discharge":
            for number, (name, unit) in enumerate(findings.layout.units.items()):
                here = ended & (table.unit == number)
                if unit.discharge is not None and here.any():
                    found.append((Named(("units", name, "discharge"), f"units.{name}.discharge"), unit.discharge,
                                  joined[here], end[here]))
    return found


def _weekly(profile: Profile) -> np.ndarray:
    """A profile's weights, shape (7, 24)."""
    week = np.zeros(10080)
    changes = week_minutes(profile.profile)
    for (begin, value), (end, _) in zip(changes, [*changes[1:], (10080, 0)], strict=True):
        week[begin:end] = value
    return week.reshape(7, 24, 60).mean(axis=2)


def _fit_hours(findings: Findings, named: Named, profile: Profile, gone: np.ndarray) -> None:
    """The visit's time of day is drawn from the whole day's profile, so that departures are a sample of it."""
    weekly = _weekly(profile)
    hour, weekday, _, _ = local(gone, findings.log.time_zone)
    kinds = [[d for d in range(7) if (weekly[d] == weekly[first]).all()] for first in range(7)]
    kinds = [days for first, days in enumerate(kinds) if days[0] == first]
    windows: dict[str, float] = {}
    for days in kinds:
        counts = np.bincount(hour[np.isin(weekday, days)], minlength=24).astype(float)
        if counts.sum() < ENOUGH:
            findings.kept(f"at which hours patients go ({named.words}): only {counts.sum():.0f} of the log went there; "
                          "the layout's profile is kept")
            return
        label = ",".join(DAYS[d] for d in days)
        for h in range(24):
            if counts[h]:
                span = f"{h:02d}:00-{h + 1:02d}:00"
                windows[span if len(days) == 7 else f"{label} {span}"] = rounded(100 * counts[h] / counts.sum())
    noon = float((hour < 12).mean())
    findings.found((*named.path, "profile"), windows, Fit(
        path=f"{named.words}.profile", estimator="share of departures by hour of the day",
        value=f"{noon:.1%} before noon", n=len(gone)))


def _fit_weekdays(findings: Findings, named: Named, profile: Profile, ready: np.ndarray, gone: np.ndarray) -> None:
    """Who is ready tries each day at the visit's own time of day until a day lets it go: successes over trials."""
    known = ready != NEVER
    if not known.any():
        findings.kept(f"which share goes on which weekday ({named.words}): the log does not tell when patients were "
                      "ready; the layout's shares are kept")
        return
    trials, successes = _trials(ready[known], gone[known], findings.log.time_zone)
    shares = dict(profile.weekdays)
    for days in profile.weekdays:
        which = list(days_of(days))
        tried, went = trials[which].sum(), successes[which].sum()
        if tried < ENOUGH_TRIALS:
            findings.kept(f"which share goes on {days} ({named.words}): only {tried:.0f} were ready; the layout's "
                          f"{shares[days]:g} is kept")
            continue
        share = went / tried
        half = 1.96 * np.sqrt(share * (1 - share) / tried)
        shares[days] = rounded(share)
        findings.found((*named.path, "weekdays"), dict(shares), Fit(
            path=f"{named.words}.weekdays.{days}", estimator="share of those ready who go", value=f"{share:.3g}",
            estimate=rounded(share), low=max(0.0, share - half), high=min(1.0, share + half), n=int(tried)))


def _trials(ready: np.ndarray, gone: np.ndarray, time_zone: str) -> tuple[np.ndarray, np.ndarray]:
    """By weekday: days on which somebody ready could have gone, and those who went."""
    _, weekday, _, of_day = local(gone, time_zone)
    _, _, _, of_day_ready = local(ready, time_zone)
    # On the day of being ready there is a trial only if the visit's time of day was still to come.
    first = np.where(of_day >= of_day_ready, 0, 1)
    days = np.round((gone - ready) / DAY - (of_day - of_day_ready) / 1440).astype(np.int64)
    successes = np.bincount(weekday, minlength=7)
    trials = successes.astype(float).copy()
    for back in range(1, int(days.max(initial=0)) + 1):
        passed = days - back >= first
        trials += np.bincount((weekday[passed] - back) % 7, minlength=7)
    return trials, successes
