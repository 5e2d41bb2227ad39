"""All checks of a log as a whole. To add one, write its function in a file of its kind and name it here."""
from __future__ import annotations

from hospital_twin.importers._finding import Check, Finding, WholeLog
from hospital_twin.importers._findings_clock import default_times, midnight_heaping, one_moment, rounded_times
from hospital_twin.importers._findings_rows import near_duplicates, swapped_columns, swapped_dates
from hospital_twin.importers._findings_shifts import level_shifts
from hospital_twin.importers._findings_stays import (
    forgotten_ends,
    gaps_in_visits,
    persons_in_two_places,
    times_after_the_end,
)
from hospital_twin.importers._findings_stretches import frozen_feeds, missing_stretches
from hospital_twin.importers._findings_units import repeated_overlaps, total_units, units_not_in_layout
from hospital_twin.importers._findings_zone import undeclared_zone

CHECKS: tuple[Check, ...] = (
    Check("missing_stretch", "no arrivals, or no ends, at a place that has many", missing_stretches, 0.001,
          without="time"),
    Check("frozen_feed", "nothing is recorded at a place, and who is there stays there", frozen_feeds, 0.001,
          without="time"),
    Check("one_moment", "far more arrivals, or ends, in one minute than ever at that time of day", one_moment, 0.001,
          without="time"),
    Check("level_shift", "arrivals, of the hospital or of a unit, are more or fewer from some week on by 15 % or more",
          level_shifts, 0.01, without="time"),
    Check("after_the_end", "arrivals days after the last day of full records", times_after_the_end, 0.001),
    Check("midnight_heaping", "more times at midnight to the minute than there can be", midnight_heaping, 0.001,
          by_calendar=False),
    Check("default_time", "stays begin or end at one minute of the day everywhere", default_times, 0.001,
          by_calendar=False),
    Check("rounded_times", "times that were rounded to some minutes", rounded_times, 0.001, by_calendar=False),
    Check("forgotten_end", "stays that are open for far longer than any that ended", forgotten_ends, 0.001),
    Check("gap_in_visit", "nothing for more than a day between two stays of a visit", gaps_in_visits, 0.001,
          by_calendar=False),
    Check("person_in_two_places", "persons who are in hospital twice at one time", persons_in_two_places, 0.001,
          by_calendar=False),
    Check("swapped_columns", "a stretch of rows in which beginning and end stand the other way round", swapped_columns,
          0.001, by_calendar=False),
    Check("swapped_dates", "a stretch of rows in which day and month were swapped wherever they could be",
          swapped_dates, 0.001, by_calendar=False),
    Check("near_duplicate", "stays entered twice, with other minutes, another end or another number of the visit",
          near_duplicates, 0.001, by_calendar=False),
    Check("total_unit", "a unit that is a total over others", total_units, 0.001, by_calendar=False,
          without="place"),
    Check("repeated_overlap", "stays that go on, time and again, after the visit's next has begun", repeated_overlaps,
          0.001, by_calendar=False),
    Check("unit_not_in_layout", "units that the layout does not have", units_not_in_layout, 0.0, by_calendar=False),
    Check("undeclared_zone", "times of which nobody said where they are from", undeclared_zone, 0.0),
)
"""In the order of the report."""


def findings_in(whole: WholeLog) -> tuple[Finding, ...]:
    """What all checks find in a log, in their order."""
    comparable = whole.log.provenance.dates_comparable
    return tuple(finding for check in CHECKS if comparable or not check.by_calendar for finding in check.look(whole))
