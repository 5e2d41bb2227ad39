"""The answer of a comparison: do more numbers of the log lie off the twin's ranges than chance puts there?"""
from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from hospital_twin.eventlog import WHOLE_HOSPITAL
from hospital_twin.kpis import answering, kpi_drawer
from hospital_twin.validation.side_by_side import INSIDE, LEVEL, OFF

CHANCE = 0.02
"""How often a right twin may be called wrong, at most: of ten numbers three are off once in a hundred times."""


@dataclass(frozen=True)
class Fit:
    """What a table of `beside` comes to.

    what: which numbers were counted. known: how many could be held to the twin's range. off: what those outside say.
    allowed: how many may be off. fits: the answer; None where the log and the twin have too few numbers in common.
    """

    what: str
    known: int
    off: tuple[str, ...]
    allowed: int
    fits: bool | None

    def says(self) -> str:
        """The answer in a sentence."""
        if self.fits is None:
            return ("Whether the log is one that the twin could have written cannot be told: too few of its numbers "
                    "can be held to the twin's range.")
        allowed = f"up to {self.allowed} may be so by chance" if self.allowed else "none may be so"
        return (f"The log is {'' if self.fits else 'not '}one that the twin could have written: {len(self.off)} of "
                f"{self.known} {self.what} lie outside of the twin's range, and {allowed}.")


def fit_of(table: pd.DataFrame, most_off: int | None = None) -> Fit:
    """Whether a log is one that the twin could have written.

    table: of `beside`. The headline numbers are counted; where chance could put all of them off, every number that is
    not of one hour of the day (those of 24 hours move together, and prove little more than one). How many may be off
    follows from a binomial test: a right twin has more of them once in 50 times. most_off: another limit.
    """
    numbers = answering(table[table["verdict"].isin((INSIDE, OFF)) & table["hour"].isna()])
    headline = numbers["kpi"].map({name: kpi.headline for name, kpi in kpi_drawer().items()})
    main = numbers[numbers["statistic"].eq(headline) & numbers["place"].eq(WHOLE_HOSPITAL)]
    few = by_chance(len(main)) >= len(main)
    what, rows = ("numbers", numbers) if few else ("headline numbers", main)
    allowed = by_chance(len(rows)) if most_off is None else most_off
    off = tuple(rows.loc[rows["verdict"].eq(OFF), "says"])
    return Fit(what, len(rows), off, allowed, len(off) <= allowed if by_chance(len(rows)) < len(rows) else None)


def by_chance(known: int) -> int:
    """How many of `known` independent ranges of 95 % may be missed: more are so with a probability of at most `CHANCE`.

    All of them where even that is likelier: nothing can be told from so few.
    """
    from scipy.special import bdtrc
    return next(k for k in range(known + 1) if k == known or bdtrc(k, known, 1.0 - LEVEL) <= CHANCE)
