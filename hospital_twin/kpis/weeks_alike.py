"""How much busy and quiet weeks differ: whether days are busy one by one, or in spells."""
from collections.abc import Iterator

import numpy as np

from hospital_twin.kpis._framework import Kpi, Measured, NotComputable, Statistic, Window

_FEWEST_WEEKS = 3


def _measure(window: Window) -> Iterator[Measured]:
    zone = window.one_calendar.time_zone
    first, last = (moment.tz_convert(zone).tz_localize(None).normalize() for moment in (window.start, window.end))
    weeks = (last - first).days // 7
    if weeks < _FEWEST_WEEKS:
        raise NotComputable(f"less than {_FEWEST_WEEKS} whole weeks")
    arrive = window.visits.loc[window.within(window.visits["arrive"]), "arrive"]
    week = (arrive.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize() - first).dt.days.to_numpy() // 7
    counts = np.bincount(week[week < weeks], minlength=weeks)
    if not counts.any():
        raise NotComputable("nobody arrived")
    yield Measured("dispersion", float(counts.var(ddof=1) / counts.mean()), int(counts.sum()))


KPI = Kpi(
    id="weeks_alike",
    title="How much weeks differ",
    better="none",
    definition="Variance of the number of visits that arrive in each whole week of the window, over its mean. It is 1 "
               "where arrivals differ by chance alone, above it where weeks are busy or quiet as a whole.",
    source="Cox and Lewis, The Statistical Analysis of Series of Events, 1966, section 6.3 (index of dispersion of "
           "counts)",
    statistics={"dispersion": Statistic("variance of the weekly visits over their mean", "times chance", 1)},
    headline="dispersion",
    measure=_measure,
    needs={"dispersion": ("arrivals",)},
    assumes="a day is busy or quiet whatever the days before were, and no season goes through the year",
)
