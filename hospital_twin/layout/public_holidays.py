"""Which days are public holidays, and of which group, by the calendars of the `holidays` library."""
from __future__ import annotations

from functools import cache

import numpy as np

from hospital_twin.errors import BadInput

GROUPS = ("christmas_day", "thanksgiving", "others")
"""Holidays that differ in how many people come; `others` is every public holiday that is none of the rest."""


def holiday_groups(days: np.ndarray, calendar: str | None) -> np.ndarray:
    """For each day (datetime64[D]) the place of its group in `GROUPS`, and their number for a day that is no holiday.

    calendar: a country, or a part of one, by its codes of ISO 3166 (``US``, ``CA-QC``); None: no day is a holiday.
    Raises `BadInput` for a place that has no calendar.
    """
    found = np.full(len(days), len(GROUPS))
    if calendar is None:
        return found
    if not known(calendar):
        raise BadInput("public holidays", "the country or the part of it has no calendar",
                       "codes of ISO 3166, such as US or CA-QC, or no country at all")
    import holidays
    country, _, part = calendar.partition("-")
    names = holidays.country_holidays(country, subdiv=part or None)
    for place, day in enumerate(days.astype("datetime64[D]").tolist()):
        if name := names.get(day):
            christmas, thanksgiving = (day.month, day.day) == (12, 25), "Thanksgiving" in name
            found[place] = GROUPS.index("christmas_day" if christmas else "thanksgiving" if thanksgiving else "others")
    return found


def known(calendar: str) -> bool:
    """Whether there is a calendar of a country or a part of one."""
    country, dash, part = calendar.partition("-")
    return part in _countries().get(country, ()) if dash else country in _countries()


@cache
def _countries() -> dict[str, list[str]]:
    """Every country with a calendar, and its parts that have their own."""
    import holidays
    return holidays.list_supported_countries()
