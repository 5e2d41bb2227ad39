"""What the picture of a typical week shows, in a sentence from the numbers that it is drawn from."""
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hospital_twin.reports.wording import rounded

if TYPE_CHECKING:
    from hospital_twin.reports.weeks import TypicalWeek

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEK = 168
_VISIBLE = 0.05
"""Patients: what is less is neither seen in the picture nor in its numbers."""


def week_sentence(week: TypicalWeek, others: Sequence[TypicalWeek] = ()) -> str:
    """The level or the peak, how often the place is full, the log beside it, and each other scenario beside it."""
    if week.bands.empty:
        return "No hour was measured."
    parts = [_level(week), _full(week), _against_log(week), *(_against(week, other) for other in others)]
    return " ".join(part for part in parts if part)


def _level(week: TypicalWeek) -> str:
    """Where the peak is if there is one, otherwise about how many there are."""
    middle, bands = week.bands["q50"], week.bands
    usual, spread = float(middle.median()), float((bands["high"] - bands["low"]).median()) / 2
    title = week.title()
    start = (f"{week.scenario[:1].upper()}{week.scenario[1:]}, {title[0].lower()}{title[1:]}, {week.weeks:,} "
             f"{'week' if week.weeks == 1 else 'weeks'} simulated (from {week.since:%b %Y}): ")
    peak = int(middle.idxmax())
    # As high as the peak, as far as these runs can tell: a full place has its highest number at more than one hour.
    block = _block(middle[middle + week.sure >= middle.max() - max(_VISIBLE, float(week.sure.loc[peak]))].index)
    if middle.max() - usual > spread and block is not None:
        first, last = block
        low, top, high = (rounded(float(bands.loc[peak, name])) for name in ("low", "q50", "high"))
        return (f"{start}the peak is on {DAYS[first // 24]} from {_clock(first)} to {_clock(last + 1)}, with {top} in "
                f"the middle week and {_of(week, low, high)}.")
    least, most = rounded(float(middle.min())), rounded(float(middle.max()))
    low, high = (rounded(float(bands[name].median())) for name in ("low", "high"))
    range_ = f"the middle week lies between {least} and {most}"
    if max(middle.max() - usual, usual - middle.min()) > spread:
        return f"{start}{range_} over its hours, with no single peak."
    about = f"about {rounded(usual)} at every hour"
    about += "" if least == most else f" ({range_})"
    return f"{start}{about}, and at a usual hour {_of(week, low, high)}."


def _block(hours: pd.Index) -> tuple[int, int] | None:
    """First and last of some hours of the week if they follow one another (Sunday's last and Monday's first do)."""
    inside = np.zeros(_WEEK, dtype=bool)
    inside[hours] = True
    begins = np.flatnonzero(inside & ~np.roll(inside, 1))
    if len(begins) != 1:
        return None
    return int(begins[0]), int(begins[0]) + int(inside.sum()) - 1


def _clock(hour: int) -> str:
    return f"{hour % 24:02d}:00"


def _of(week: TypicalWeek, low: str, high: str) -> str:
    """How single weeks spread."""
    if low == high:
        return f"{low} in {'each' if week.few else '9 of 10'} of them"
    return f"{low} to {high} in " + ("the lowest and the highest of them" if week.few else "9 of 10 of them")


def _full(week: TypicalWeek) -> str:
    """How often no place is free: counted over every moment, which patients at full hours cannot tell."""
    if week.full is None or week.staffed is None or not (week.staffed > 0).any():
        return ""
    open_ = week.staffed[week.staffed > 0]
    low, high = int(open_.min()), int(open_.max())
    places = f"{low}" if low == high else f"{low} to {high}"
    if week.full == 0:
        return f"At every moment at least one of the {places} {week.places_called()} was free."
    share = "in less than 1 %" if week.full < 1 else f"{week.full:.0f} %"
    when = "" if len(open_) == len(week.staffed) else " it is open"
    called = week.places_called().removesuffix("s")
    return f"There is no free {called} (of {places}) {share} of the time{when}."


def _against_log(week: TypicalWeek) -> str:
    if week.logged is None or not week.logged.notna().any():
        return ""
    known = week.logged.dropna()
    found = _apart(known - week.bands.loc[known.index, "q50"], week.sure.loc[known.index])
    if not found:
        return f"The log's middle week is within the uncertainty of the twin's at all {len(known)} hours."
    return f"Beyond the uncertainty of the twin's, the log's middle week is {found}."


def _against(week: TypicalWeek, other: TypicalWeek) -> str:
    change = (other.bands["q50"] - week.bands["q50"]).dropna()
    found = _apart(change, change * 0)
    if not found:
        return f"With {other.scenario} the middle week is the same at every hour."
    return f"With {other.scenario} the middle week is {found}."


def _apart(change: pd.Series, sure: pd.Series) -> str:
    """``lower at 134 of 168 hours (by 2.2 at most) and higher at 3 (by 0.4 at most)``; empty when nowhere."""
    clear = change[change.abs() > sure + _VISIBLE]
    sides = [(word, clear[clear * sign > 0].abs()) for word, sign in (("higher", 1), ("lower", -1))]
    sides.sort(key=lambda side: -len(side[1]))
    found = [f"{word} at {len(values)}{{}} (by {rounded(float(values.max()))} at most)" for word, values in sides
             if len(values)]
    return " and ".join(text.format("" if place else f" of {len(change)} hours") for place, text in enumerate(found))
