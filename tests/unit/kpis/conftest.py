"""A small hospital over a few days, told visit by visit."""
from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from hospital_twin.eventlog import EventLog

UNITS = {"majors": "ed", "minors": "ed", "admissions": "assessment", "ward": "ward", "icu": "critical_care",
         "theatre": "theatre", "lounge": "other"}
RESOURCES = {**dict.fromkeys(UNITS, "place"), "ed_doctor": "doctor", "nurse": "nurse", "triage_nurse": "triage"}
ZONE = "Europe/London"
START = pd.Timestamp("2024-03-30", tz=ZONE)  # the clock goes forward on the second day


class Story:
    """Rows as they happen; times in whole minutes from `START`."""

    def __init__(self, generator: np.random.Generator):
        self.rows: list[tuple] = []
        self.draw = generator

    def row(self, *what, reason="done", kind="emergency"):
        """Visit, activity, unit, resource, joined, start, end."""
        self.rows.append((*what, reason, kind))

    def moment(self, visit, activity, minute, reason="done", resource="", kind="emergency"):
        self.row(visit, activity, "", resource, minute, minute, minute, reason=reason, kind=kind)

    def minutes(self, mean: float) -> int:
        return int(self.draw.exponential(mean))

    def emergency(self, visit: int, minute: int) -> None:
        self.moment(visit, "arrive", minute)
        triage = minute + self.minutes(8)
        self.row(visit, "triage", "", "triage_nurse", minute, triage, triage + 5)
        unit = "majors" if self.draw.random() < 0.6 else "minors"
        place = triage + 5 + self.minutes(40)
        if self.draw.random() < 0.12:
            self.row(visit, "wait", "", unit, triage + 5, place, place, reason="gave_up")
            self.moment(visit, "leave", place, "left_without_being_seen")
            return
        doctor = place + self.minutes(50)
        decided = doctor + self.minutes(90)
        self.row(visit, "see", unit, "ed_doctor", place, doctor, doctor + 10 + visit % 7)
        if decided - doctor > 40:  # noqa: PLR2004 - there is time to be seen a second time
            self.row(visit, "review", unit, "ed_doctor", decided - 20, decided - 20, decided - 19 + visit % 11)
        if self.draw.random() < 0.5:
            self.row(visit, "stay", unit, unit, triage + 5, place, decided)
            self.moment(visit, "leave", decided, "home")
            return
        self.admission(visit, unit, triage + 5, place, decided)

    def admission(self, visit: int, unit: str, joined: int, place: int, decided: int) -> None:
        bed = self.draw.choice(["admissions", "ward", "icu"])
        moved = decided + (self.minutes(240) if self.draw.random() < 0.8 else 0)
        if bed == "icu" and self.draw.random() < 0.4:
            self.moment(visit, "refused", decided, "refused", "icu")
            bed = "ward"
        self.row(visit, "stay", unit, unit, joined, place, moved)
        if self.draw.random() < 0.3:
            self.row(visit, "wait", unit, "icu", decided, moved, moved, reason="withdrawn")
        self.inpatient(visit, bed, decided, moved)

    def inpatient(self, visit: int, bed: str, asked: int, since: int, kind: str = "emergency") -> None:
        until = since + self.minutes(1500)
        self.row(visit, "stay", bed, bed, asked, since, until, kind=kind)
        self.row(visit, "cleaning", bed, bed, until, until, until + 30, kind=kind)
        gone = until
        if self.draw.random() < 0.3:
            gone = until + 60
            self.row(visit, "stay", "lounge", "lounge", until, until, gone, kind=kind)
        self.moment(visit, "leave", gone, str(self.draw.choice(["home", "died", "care_home"])), kind=kind)

    def elective(self, visit: int, minute: int) -> None:
        self.moment(visit, "arrive", minute, kind="elective")
        if self.draw.random() < 0.25:
            self.row(visit, "wait", "", "ward", minute, minute + 180, minute + 180, reason="gave_up", kind="elective")
            self.moment(visit, "leave", minute + 180, "cancelled", kind="elective")
        else:
            self.inpatient(visit, "ward", minute, minute + self.minutes(60), "elective")


def told(rows: list[tuple], days: int) -> EventLog:
    table = pd.DataFrame(rows, columns=["visit", "activity", "unit", "resource", "joined", "start", "end", "end_reason",
                                        "kind"])
    for column in ("joined", "start", "end"):
        table[column] = (START + pd.to_timedelta(table[column], unit="min")).dt.tz_convert("UTC").dt.as_unit("us")
    staff = pd.DataFrame([(unit, 24 * 60 * d, places + d % 2) for d in range(days)
                          for unit, places in (("majors", 4), ("minors", 3), ("ward", 11), ("icu", 3))]
                         + [("admissions", 0, float("inf")), ("ed_doctor", 0, 2)],
                         columns=["resource", "from", "amount"]).assign(reason="schedule")
    staff["from"] = (START + pd.to_timedelta(staff["from"], unit="min")).dt.tz_convert("UTC").dt.as_unit("us")
    return EventLog.of(table, staff, attributes=("kind",), units=UNITS, resources=RESOURCES, time_zone=ZONE,
                       start=START, end=START + pd.Timedelta(days=days))


@pytest.fixture(scope="session")
def told_log() -> Callable[..., EventLog]:
    """A log of `days` days from a seed; with ``seen="then"`` as it stood at its end, else with all that followed."""
    @cache
    def log(seed: int, days: int = 4, seen: str = "then") -> EventLog:
        story = Story(np.random.default_rng(seed))
        arrivals = np.sort(story.draw.integers(-600, days * 1440, 25 * days))
        for visit, minute in enumerate(arrivals.tolist()):
            (story.elective if story.draw.random() < 0.2 else story.emergency)(visit, minute)
        whole = told(story.rows, days)
        return whole.until(whole.end) if seen == "then" else whole
    return log
