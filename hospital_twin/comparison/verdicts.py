"""What follows from a difference and its interval, in a word."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hospital_twin.comparison.intervals import Interval
from hospital_twin.kpis import Statistic

CLEAR = ("better", "worse", "higher", "lower")
"""Words for a difference that is surely there and large enough to matter; higher and lower where neither is good."""
HARDLY = "hardly changed"
"""The difference is surely there, and too small to matter."""
UNCLEAR = "no clear difference"
TOO_FEW = "too few to tell"
"""Every pair differs by the same, and there are too few pairs to say that the next one would."""
NOT_COMPUTABLE = "not computable"
VERDICTS = (*CLEAR, HARDLY, UNCLEAR, TOO_FEW, NOT_COMPUTABLE)

FEWEST_ALIKE = 6
"""Equal differences that a sign test calls clear: were up and down as likely, 6 alike would come 2 in 64 times."""


def verdicts(difference: Interval, better: Sequence[str], about: Sequence[Statistic | None]) -> list[str]:
    """The word for each row. better: which direction is good (lower, higher, none). about: what the number is."""
    return [_verdict(float(mean), float(low), float(high), int(n), good, statistic)
            for mean, low, high, n, good, statistic in zip(*difference, better, about, strict=True)]


def _verdict(mean: float, low: float, high: float, n: int, better: str, about: Statistic | None) -> str:  # noqa: PLR0913
    if n < 2:
        return NOT_COMPUTABLE
    if low == high != 0 and n < FEWEST_ALIKE:
        return TOO_FEW
    if low <= 0 <= high:
        return UNCLEAR
    if about is not None and abs(mean) < about.least:
        return HARDLY
    fell, rose = {"lower": ("better", "worse"), "higher": ("worse", "better")}.get(better, ("lower", "higher"))
    return fell if high < 0 else rose


def alike(interval: Interval) -> np.ndarray:
    """Which rows rest on equal values: their interval has no length, and promises nothing."""
    return (interval.n > 1) & (interval.low == interval.high)
