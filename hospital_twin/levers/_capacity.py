"""Numbers over the week, raised or lowered."""
from __future__ import annotations

from itertools import pairwise

from hospital_twin.errors import BadInput
from hospital_twin.layout.terms import DAYS, UNLIMITED, week_minutes, window_of
from hospital_twin.levers._words import signed

MINUTES_A_DAY = 1440
Weekly = int | dict[str, int]


def raised(capacity: Weekly, change: int, where: str, what: str) -> Weekly:
    """The capacity with `change` more whenever it is above 0 (hours at which it is closed stay closed).

    Raises `BadInput` when it has no limit, when less than nothing would be left, and when it never opens.
    """
    if not isinstance(capacity, dict):
        capacity = {"": capacity}
        return _raised(capacity, change, where, what, always=True)[""]
    return _raised(capacity, change, where, what, always=False)


def _raised(windows: dict[str, int], change: int, where: str, what: str, *, always: bool) -> dict[str, int]:
    """Windows with a changed number; `always`: also those that have none."""
    _limited(set(windows.values()), change, where, what)
    concerned = [number for number in windows.values() if number or always]
    if change and not concerned:
        raise BadInput(where, f"{what} never open in this hospital", "a unit with hours at which it is open")
    if concerned and min(concerned) + change < 0:
        raise BadInput(where, f"{-change} fewer {what}, where there are {min(concerned) or 'none'}",
                       f"a change of {signed(-min(concerned))} or more")
    return {window: number + change if number or always else 0 for window, number in windows.items()}


def raised_within(capacity: Weekly, change: int, window: str, where: str, what: str) -> Weekly:
    """The capacity with `change` more inside a window of the week, as windows of the week.

    Raises `BadInput` when it has no limit, and when less than nothing would be left at some time of the window.
    """
    days, begin, end = window_of(window)
    week = _by_minute(capacity)
    inside = [minute % len(week) for day in days for minute in range(day * MINUTES_A_DAY + begin,
                                                                       day * MINUTES_A_DAY + end)]
    _limited({week[minute] for minute in inside}, change, where, what)
    fewest = min(inside, key=lambda minute: week[minute])
    if week[fewest] + change < 0:
        raise BadInput(where, f"{-change} fewer {what}, where on {_moment(fewest)} there are {week[fewest] or 'none'}",
                       f"a change of {signed(-week[fewest])} or more, or a window without that time")
    for minute in set(inside):
        week[minute] += change
    return _as_windows(week)


def _limited(numbers: set[int], change: int, where: str, what: str) -> None:
    if change and UNLIMITED in numbers:
        raise BadInput(where, f"{what} have no limit in this hospital, so that more or fewer change nothing",
                       "one with a number in the layout")


def _by_minute(capacity: Weekly) -> list[int]:
    changes = [*week_minutes(capacity), (len(DAYS) * MINUTES_A_DAY, 0)]
    return [int(number) for (begin, number), (end, _) in pairwise(changes) for _ in range(begin, end)]


def _as_windows(week: list[int]) -> Weekly:
    """The windows of the days that are alike; one number when the week is all the same."""
    if len(set(week)) == 1:
        return week[0]
    spans: dict[tuple[int, int, int], list[str]] = {}
    for day, name in enumerate(DAYS):
        today = week[day * MINUTES_A_DAY:(day + 1) * MINUTES_A_DAY]
        borders = [0, *(m for m in range(1, MINUTES_A_DAY) if today[m] != today[m - 1]), MINUTES_A_DAY]
        for begin, end in pairwise(borders):
            if today[begin]:
                spans.setdefault((begin, end, today[begin]), []).append(name)
    return {f"{_days(names)}{_clock(begin)}-{_clock(end)}": number for (begin, end, number), names in spans.items()}


def _days(names: list[str]) -> str:
    return "" if len(names) == len(DAYS) else f"{','.join(names)} "


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _moment(minute: int) -> str:
    return f"{DAYS[minute // MINUTES_A_DAY].capitalize()} {_clock(minute % MINUTES_A_DAY)}"
