"""Why the intervals of a comparison may hold less often than they say."""
from __future__ import annotations

import pandas as pd

from hospital_twin.comparison.verdicts import NOT_COMPUTABLE
from hospital_twin.kpis import kpi_drawer

FEW = 4
"""Pairs below which an interval hangs on the luck of one of them."""
ENOUGH = 20
"""Pairs from which on the mean of lopsided ones is nearly normal."""
LOPSIDED = 1.5
"""Skewness that 8 normally distributed values have in 1 sample of 40, and in every third those whose intervals hold 85
to 90 times in 100."""


def few_or_lopsided(rows: pd.DataFrame) -> tuple[str, ...]:
    """A sentence for each doubt about the intervals of some rows of a comparison."""
    rows = rows[rows["verdict"].ne(NOT_COMPUTABLE)]
    if rows.empty:
        return ()
    pairs, found = int(rows["n"].min()), []
    if pairs < FEW:
        found.append(f"An interval from {pairs} replications hangs on the luck of one of them: 10 or more are better.")
    lopsided = rows[rows["skewness"].abs().gt(LOPSIDED) & rows["n"].lt(ENOUGH)]
    for scenario, lines in lopsided.groupby("scenario", sort=False):
        words = [kpi_drawer()[row["kpi"]].statistics[row["statistic"]].words for _, row in lines.iterrows()]
        found.append(f"{scenario}: the differences in {', '.join(words)} are lopsided between replications, a few of "
                     "which differ by much more than the rest. Their intervals may hold less often than they say; "
                     f"{ENOUGH} replications or more mend most of that.")
    return tuple(found)
