"""The event log: what a hospital's record and a simulated run have in common."""
from hospital_twin.eventlog.checks import Conservation, Little, conservation, little
from hospital_twin.eventlog.clock import LocalHours, local_hours
from hospital_twin.eventlog.follow_up import FollowUp
from hospital_twin.eventlog.log import (
    ATTRIBUTE_FREE_COLUMNS,
    CAPACITY_COLUMNS,
    RESERVED,
    UNIT_KINDS,
    UNTOLD,
    EventLog,
    Provenance,
    not_told,
)
from hospital_twin.eventlog.measures import (
    INPATIENT_KINDS,
    boarding,
    held,
    hours_full,
    mean_occupied,
    staffed,
    visits,
)
from hospital_twin.eventlog.series import COUNTS, QUANTITIES, READINGS, WHOLE_HOSPITAL, Series, hourly
from hospital_twin.eventlog.steps import StepCurve

__all__ = [
    "ATTRIBUTE_FREE_COLUMNS", "CAPACITY_COLUMNS", "COUNTS", "INPATIENT_KINDS", "QUANTITIES", "READINGS", "RESERVED",
    "UNIT_KINDS", "UNTOLD", "WHOLE_HOSPITAL", "Conservation", "EventLog", "FollowUp", "Little", "LocalHours",
    "Provenance", "Series", "StepCurve", "boarding", "conservation", "held", "hourly", "hours_full", "little",
    "local_hours", "mean_occupied", "not_told", "staffed", "visits",
]
