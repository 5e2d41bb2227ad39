"""All checks of a log as a whole. To add one, write its function in a file of its kind and name it here."""
from __future__ import annotations

from hospital_twin.importers._finding import Check, Finding, WholeLog
from hospital_twin.importers._findings_clock import midnight_heaping, rounded_times

CHECKS: tuple[Check, ...] = (
    Check("midnight_heaping", "more times at midnight to the minute than there can be", midnight_heaping, 0.001,
          by_calendar=False),
    Check("rounded_times", "times that were rounded to some minutes", rounded_times, 0.001, by_calendar=False),
)
"""In the order of the report."""


def findings_in(whole: WholeLog) -> tuple[Finding, ...]:
    """What all checks find in a log, in their order."""
    comparable = whole.log.provenance.dates_comparable
    return tuple(finding for check in CHECKS if comparable or not check.by_calendar for finding in check.look(whole))
