"""Every KPI a second way: plain loops over the rows of a small log, one visit after the other, minute by minute."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from math import inf, isnan
from math import log as logarithm
from statistics import correlation

import pandas as pd
import pytest

from hospital_twin.eventlog import EventLog
from hospital_twin.kpis import WHOLE_HOSPITAL, compute_kpis, kpi_drawer

pytestmark = pytest.mark.unit
ED, BEDS, ICU = ("majors", "minors"), ("admissions", "ward", "icu"), ("icu",)
ADMITTED_TO = (*BEDS, "theatre")


@dataclass
class Visit:
    rows: list[dict] = field(default_factory=list)

    def of(self, activity: str, *resources: str) -> list[dict]:
        return [r for r in self.rows if r["activity"] == activity and (not resources or r["resource"] in resources)]

    @property
    def arrive(self) -> float:
        return self.of("arrive")[0]["start"]

    @property
    def left(self) -> float:
        return self.of("leave")[0]["start"] if self.of("leave") else inf

    @property
    def disposition(self) -> str:
        return self.of("leave")[0]["reason"] if self.of("leave") else ""

    @property
    def attends(self) -> bool:
        return any(r["resource"] in (*ED, "triage_nurse") or r["unit"] in ED for r in self.rows)

    @property
    def admitted(self) -> bool:
        return bool(self.of("stay", *ADMITTED_TO))

    @property
    def ed_left(self) -> float:
        return max(r["end"] for r in self.of("stay", *ED)) if self.admitted else self.left

    @property
    def seen(self) -> float:
        return min((r["start"] for r in self.of("see")), default=inf)


class Told:
    """A log as plain Python: minutes from the window's start."""

    def __init__(self, log: EventLog, warm_up: pd.Timedelta):
        begin = log.start + warm_up
        self.zone, self.begin = log.time_zone, begin.to_pydatetime()

        def minute(time) -> float:
            return inf if pd.isna(time) else (time - begin) / pd.Timedelta(minutes=1)

        self.end = minute(log.end)
        self.visits: dict[int, Visit] = {}
        for r in log.stays.itertuples():
            self.visits.setdefault(r.visit, Visit()).rows.append({
                "activity": r.activity, "unit": r.unit, "resource": r.resource, "joined": minute(r.joined),
                "start": minute(r.start), "end": minute(r.end), "reason": r.end_reason, "kind": r.kind})
        self.staff = sorted((minute(r[2]), r.resource, r.amount) for r in log.capacity.itertuples())
        self.days, self.units = self.end / 1440, log.units
        self.places = {(unit, activity): [(r["start"], r["end"]) for v in self.visits.values()
                                          for r in v.of(activity, unit)]
                       for unit in log.units for activity in ("stay", "cleaning")}

    def within(self, minute: float) -> bool:
        return 0 <= minute < self.end

    def clock(self, minute: float) -> int:
        return (pd.Timestamp(self.begin).tz_convert("UTC") + timedelta(minutes=minute)).tz_convert(self.zone).hour

    def date(self, minute: float) -> date:
        return (pd.Timestamp(self.begin).tz_convert("UTC") + timedelta(minutes=minute)).tz_convert(self.zone).date()

    def attendances(self) -> list[Visit]:
        return [v for v in self.visits.values() if v.attends and self.within(v.arrive)]

    def staffed(self, unit: str, minute: float) -> float | None:
        known = [amount for at, resource, amount in self.staff if resource == unit and at <= minute]
        return known[-1] if known and known[-1] < inf else None

    def in_place(self, unit: str, minute: float, *activities: str) -> int:
        return sum(start <= minute < end for a in activities for start, end in self.places[unit, a])

    def rows(self, activity: str) -> list[dict]:
        return [r for v in self.visits.values() for r in v.of(activity)]


def stand_for(durations: list[tuple[float, bool]]) -> list[float]:
    """Each counts once; one that is open gives what it counts, in equal parts, to all that went on for longer."""
    counts = [1.0] * len(durations)
    for i in sorted(range(len(durations)), key=lambda j: (durations[j][0], not durations[j][1])):
        if not durations[i][1]:
            longer = [j for j in range(len(durations)) if durations[j][0] > durations[i][0]
                      or (durations[j][0] == durations[i][0] and not durations[j][1] and j != i and counts[j] > 0)]
            for j in longer:
                counts[j] += counts[i] / len(longer)
            counts[i] = 0.0
    return counts


def summary(durations: list[tuple[float, bool]], chosen: list[bool], *wanted: float | str) -> list[float]:
    """Weighted quantiles, or ``mean``, of the ended and chosen ones. (Needs a longest one that ended.)"""
    counts = stand_for(durations)
    pairs = sorted((d, c) for (d, ended), c, take in zip(durations, counts, chosen, strict=True) if ended and take)
    total, found = sum(c for _, c in pairs), []
    for q in wanted:
        if q == "mean":
            found.append(sum(d * c for d, c in pairs) / total)
            continue
        reached = 0.0
        for d, c in pairs:
            reached += c
            if reached >= q * total - 1e-6:
                found.append(d)
                break
    return found


def door_to_clinician(told: Told) -> dict:
    durations, chosen = [], []
    for v in told.attendances():
        until = min(v.seen, v.ed_left)
        durations.append((min(until, told.end) - v.arrive, until < inf))
        chosen.append(v.seen <= v.ed_left and v.seen < inf)
    return dict(zip(("median", "p90", "mean"), summary(durations, chosen, 0.5, 0.9, "mean"), strict=True))


def ed_length_of_stay(told: Told) -> dict:
    patients = told.attendances()
    hours = [((min(v.ed_left, told.end) - v.arrive) / 60, v.ed_left < inf) for v in patients]
    found = {}
    for group, chosen in (("", [True] * len(patients)), ("_admitted", [v.admitted for v in patients]),
                          ("_discharged", [not v.admitted for v in patients])):
        values = summary(hours, chosen, 0.5, 0.95, "mean")
        found |= dict(zip((f"median{group}", f"p95{group}", f"mean{group}"), values, strict=True))
    return found


def within_4_hours(told: Told) -> dict:
    followed = [v for v in told.attendances() if v.arrive + 240 <= told.end]
    return {"share": 100 * sum(v.ed_left - v.arrive <= 240 for v in followed) / len(followed)}


def left_without_being_seen(told: Told) -> dict:
    patients = told.attendances()
    fate = [(min(v.seen, v.ed_left, told.end) - v.arrive, min(v.seen, v.ed_left) < inf) for v in patients]
    counts = stand_for(fate)
    unseen = [v.disposition == "left_without_being_seen" for v in patients]
    return {"share": 100 * sum(c for c, u in zip(counts, unseen, strict=True) if u) / sum(counts),
            "per_day": sum(u and told.within(v.left) for v, u in zip(patients, unseen, strict=True)) / told.days}


def boarding_minutes(told: Told, v: Visit) -> list[int]:
    """The minutes in which a visit boards, one by one."""
    asks = [(r["joined"], r["start"] if r["activity"] == "stay" else r["end"]) for r in v.rows
            if r["activity"] in ("stay", "wait") and r["resource"] in BEDS]
    held = [(r["start"], r["end"]) for r in v.of("stay", *ED)]
    first = int(min((a for a, _ in asks), default=0))
    return [m for m in range(first, int(told.end)) if any(a <= m < b for a, b in asks)
            and any(a <= m < b for a, b in held)] if asks and held else []


def boarding_hours(told: Told) -> dict:
    spells, per_day = [], 0
    for v in told.visits.values():
        minutes = boarding_minutes(told, v)
        per_day += sum(m >= 0 for m in minutes)
        if minutes and told.within(minutes[0]):
            still = any(r["end"] == inf for r in v.of("stay", *ED)) and minutes[-1] == told.end - 1
            spells.append((len(minutes) / 60, not still))
    mean, p90 = summary(spells, [True] * len(spells), "mean", 0.9)
    long = sum(c for c, (h, _) in zip(stand_for(spells), spells, strict=True) if h > 4)
    return {"mean": mean, "p90": p90, "over_4_hours": 100 * long / len(spells),
            "per_day": per_day / 60 / told.days, "patients_per_day": len(spells) / told.days}


def occupancy(told: Told) -> dict:
    tally: dict[tuple, list[float]] = {}
    for m in range(int(told.end)):
        hour = told.clock(m)
        for unit in told.units:
            number, places = told.in_place(unit, m, "stay"), told.staffed(unit, m)
            for place in (unit, WHOLE_HOSPITAL) if unit in BEDS else (unit,):
                for when in (None, hour):
                    sums = tally.setdefault((place, when), [0.0, 0.0, 0.0, set()])
                    sums[0] += number
                    sums[3].add(m)
                    if places is not None:
                        sums[1] += number
                        sums[2] += places
    found = {}
    for (place, hour), (patients, meanwhile, places, minutes) in tally.items():
        found["census", place, hour] = patients / len(minutes)
        if places:
            found["share", place, hour] = 100 * meanwhile / places
    return found


def time_full(told: Told) -> dict:
    full, is_open = dict.fromkeys(told.units, 0), dict.fromkeys(told.units, 0)
    for m in range(int(told.end)):
        for unit in told.units:
            if places := told.staffed(unit, m):
                is_open[unit] += 1
                full[unit] += told.in_place(unit, m, "stay", "cleaning") >= places
    found = {("share", unit, None): 100 * full[unit] / is_open[unit] for unit in told.units if is_open[unit]}
    return found | {"share": 100 * sum(full[u] for u in BEDS) / sum(is_open[u] for u in BEDS)}


def icu_refusals(told: Told) -> dict:
    refused = sum(r["resource"] in ICU and told.within(r["joined"]) for r in told.rows("refused"))
    granted = sum(r["resource"] in ICU and told.within(r["joined"]) for r in told.rows("stay"))
    waiting = sum(r["resource"] in ICU and told.within(r["joined"]) and r["reason"] != "withdrawn"
                  for r in told.rows("wait"))
    found = {"per_day": refused / told.days, "share": 100 * refused / (refused + granted + waiting)}
    return found | {(statistic, "icu", None): value for statistic, value in found.items()}


def elective_cancellations(told: Told) -> dict:
    cancelled = went_ahead = 0
    for v in told.visits.values():
        if v.disposition == "cancelled":
            cancelled += told.within(v.left)
        elif v.rows[0]["kind"] == "elective" and v.of("stay"):
            went_ahead += told.within(min(r["start"] for r in v.of("stay")))
    return {"per_day": cancelled / told.days, "share": 100 * cancelled / (cancelled + went_ahead)}


def discharges_before_noon(told: Told) -> dict:
    morning, total = dict.fromkeys((*BEDS, WHOLE_HOSPITAL), 0), dict.fromkeys((*BEDS, WHOLE_HOSPITAL), 0)
    for v in told.visits.values():
        if v.left == inf or v.disposition in ("died", "transferred_out", "cancelled") or not v.of("stay", *BEDS):
            continue
        bed = max(v.of("stay", *BEDS), key=lambda r: r["end"])
        if told.within(bed["end"]):
            for place in (bed["resource"], WHOLE_HOSPITAL):
                total[place] += 1
                morning[place] += told.clock(bed["end"]) < 12
    return {("share", place, None): 100 * morning[place] / total[place] for place in total if total[place]}


def quantile(values: list[float], q: float) -> float:
    values, at = sorted(values), q * (len(values) - 1)
    low = int(at)
    return values[low] + (at - low) * (values[min(low + 1, len(values) - 1)] - values[low])


def stay_quartiles(told: Told) -> dict:
    stays = {place: [(end - start) / 60 for unit in (BEDS if place == WHOLE_HOSPITAL else (place,))
                     for start, end in told.places[unit, "stay"] if told.within(end)]
             for place in (*BEDS, WHOLE_HOSPITAL)}
    return {(name, place, None): quantile(found, q) for place, found in stays.items() if found
            for name, q in (("lower_quartile", 0.25), ("median", 0.5), ("upper_quartile", 0.75))}


def weeks_alike(told: Told) -> dict:
    first = told.date(0)
    weeks = (told.date(told.end) - first).days // 7
    if weeks < 3:
        return {}
    counts = [sum(told.within(v.arrive) and (told.date(v.arrive) - first).days // 7 == week
                  for v in told.visits.values()) for week in range(weeks)]
    mean = sum(counts) / weeks
    return {"dispersion": sum((n - mean) ** 2 for n in counts) / (weeks - 1) / mean}


def tasks_alike(told: Told) -> dict:
    pairs = []
    for v in told.visits.values():
        tasks = sorted((r["start"], r["end"]) for r in v.of("see") + v.of("review")
                       if told.within(r["start"]) and r["end"] < told.end)
        if len(tasks) > 1:
            pairs.append([logarithm(end - start) for start, end in tasks[:2]])
    if len(pairs) < 30:
        return {}
    return {"correlation": correlation(*zip(*pairs, strict=True))}


BY_HAND = (boarding_hours, discharges_before_noon, door_to_clinician, ed_length_of_stay, elective_cancellations,
           icu_refusals, left_without_being_seen, occupancy, stay_quartiles, tasks_alike, time_full, weeks_alike,
           within_4_hours)


def test_every_kpi_is_counted_a_second_way():
    assert {f.__name__ for f in BY_HAND} >= {kpi.id for kpi in kpi_drawer().values()}


@pytest.mark.parametrize("by_hand", BY_HAND, ids=lambda f: f.__name__)
@pytest.mark.parametrize(("seed", "warm_up"), [(1, "0h"), (4, "0h"), (1, "30h")])
def test_the_numbers_are_those_of_plain_loops(told_log, by_hand, seed, warm_up):
    check_by_hand(told_log(seed), by_hand, pd.Timedelta(warm_up))


@pytest.mark.parametrize("by_hand", [stay_quartiles, tasks_alike, weeks_alike], ids=lambda f: f.__name__)
def test_what_tests_an_assumption_is_so_over_weeks_too(told_log, by_hand):
    assert check_by_hand(told_log(2, days=33), by_hand, pd.Timedelta("2h"))


def check_by_hand(log: EventLog, by_hand, warm_up: pd.Timedelta) -> dict:
    expected = {key if isinstance(key, tuple) else (key, WHOLE_HOSPITAL, None): value
                for key, value in by_hand(Told(log, warm_up)).items()}
    table = compute_kpis(log, warm_up=warm_up, only=[by_hand.__name__]).table
    found = {(r.statistic, r.place, None if pd.isna(r.hour) else int(r.hour)): r.value for r in table.itertuples()}
    assert {key for key, value in found.items() if not isnan(value)} == set(expected)
    assert {key: found[key] for key in expected} == pytest.approx(expected)
    return expected
