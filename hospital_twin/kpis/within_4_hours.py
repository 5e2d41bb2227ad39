"""Share of emergency patients who are out of the department within four hours."""
from collections.abc import Iterator

import numpy as np
import pandas as pd

from hospital_twin.kpis._framework import Kpi, Measured, NotComputable, Statistic, Window

_LIMIT = pd.Timedelta(hours=4)


def _measure(window: Window) -> Iterator[Measured]:
    patients = window.attendances
    followed = patients[patients["arrive"] + _LIMIT <= window.end]
    if followed.empty:
        raise NotComputable("nobody arrived four hours or more before the log ends")
    within = followed["ed_left"] - followed["arrive"] <= _LIMIT
    yield Measured("share", 100 * float(np.mean(within)), len(followed))


KPI = Kpi(
    id="within_4_hours",
    title="Within four hours",
    better="higher",
    definition="Share of emergency department attendances that leave the department (admitted, transferred, "
               "discharged, or of their own accord) within four hours of arrival. Counted are patients who arrive "
               "within the window and at least four hours before it ends: of each of them it is known.",
    source="NHS England, A&E waiting times, four-hour standard; NHS urgent and emergency care plan 2025/26",
    statistics={"share": Statistic("share of patients within four hours", "%", 1)},
    headline="share",
    measure=_measure,
    needs={"share": ("stays", "shapes")},
)
