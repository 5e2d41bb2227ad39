"""Times of which nobody said where they are from."""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hospital_twin.eventlog.clock import tick
from hospital_twin.importers._finding import Finding, WholeLog

_CALENDARS = {"Europe": "Europe/London", "North America": "America/New_York"}
"""Where clocks are changed, and a zone that does so on the days of most others there."""
_CHANGED_BY = pd.Timedelta(hours=3)
"""After so many hours of a day the clock is changed everywhere."""


def undeclared_zone(whole: WholeLog) -> Iterator[Finding]:
    """Times without an offset and without a zone: what another zone than UTC would change."""
    if not whole.zone_assumed:
        return
    stays = whole.stays
    over = {where: sum(int(((stays.start < night) & (stays.end > night)).sum()) for night in _nights(whole, zone))
            for where, zone in _CALENDARS.items()}
    would = " and ".join(f"{n:,} stays in a zone of {where}" for where, n in over.items() if n)
    yield Finding("undeclared_zone", "times are taken as UTC, because nobody said of which time zone they are. Another "
                  "zone leaves each at its hour of the day, and " + (
                      f"makes those stays an hour longer or shorter that go on over a night in which the clock is "
                      f"changed ({would})" if would else "changes no length, since no stay goes on over a night in "
                      "which clocks are changed") + ". Give time_zone, as in Europe/London",
                  rows=max(over.values()))


def _nights(whole: WholeLog, zone: str) -> list[int]:
    """The moments, read as UTC, until which the clock of a zone has been changed, within the times of the log."""
    days = pd.date_range(whole.log.start.floor("D"), whole.log.end.ceil("D"), freq="D").tz_localize(None)
    ahead = days - days.tz_localize(zone).tz_convert("UTC").tz_localize(None)
    return [tick((days[i] + _CHANGED_BY).tz_localize("UTC")) for i in np.flatnonzero(ahead[1:] != ahead[:-1])]
