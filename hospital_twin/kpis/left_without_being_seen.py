"""Share of emergency patients who leave before a clinician sees them."""
from collections.abc import Iterator

import numpy as np

from hospital_twin.eventlog import FollowUp
from hospital_twin.kpis._framework import Kpi, Measured, NotComputable, Statistic, Window

_DISPOSITION = "left_without_being_seen"


def _measure(window: Window) -> Iterator[Measured]:
    if not window.records("leave"):
        raise NotComputable("no 'leave' rows in this log")
    window.ask_for_leaving(_DISPOSITION, never="nobody in this layout can leave unseen",
                           unrecorded="nobody is said to have left unseen: the log does not record it")
    patients = window.attendances
    unseen = patients["disposition"].eq(_DISPOSITION) & patients["leave"].notna()
    known_by = patients[["seen", "ed_left"]].min(axis=1)
    fate = FollowUp(window.hours_between(patients["arrive"], known_by), known_by.notna().to_numpy())
    yield Measured("share", 100 * fate.share(unseen.to_numpy()), fate.number())
    yield Measured("per_day", window.a_day(float(np.sum(window.within(patients["leave"]) & unseen))), int(unseen.sum()))


KPI = Kpi(
    id="left_without_being_seen",
    title="Left without being seen",
    better="lower",
    definition="Share of all patients who arrive at the emergency department within the window and leave with the "
               "disposition left_without_being_seen. Patients of whom it is not known yet when the log ends count as "
               "those did who waited longer (Aalen-Johansen estimate of the share).",
    source="CMS1244 Emergency Care Access & Timeliness v1.0: left without being seen, of all registered arrivals",
    statistics={"share": Statistic("share of patients who leave without being seen", "%", 1),
                "per_day": Statistic("patients a day who leave without being seen", "a day", 1)},
    headline="share",
    measure=_measure,
)
