"""Share of time in which a unit has no free staffed place."""
from collections.abc import Iterator

import numpy as np

from hospital_twin.eventlog import INPATIENT_KINDS
from hospital_twin.kpis._framework import WHOLE_HOSPITAL, Kpi, Measured, NotComputable, Statistic, Window


def _measure(window: Window) -> Iterator[Measured]:
    found = window.hours_full
    beds = [found[unit] for unit in window.log.units_of(*INPATIENT_KINDS) if found[unit]]
    yield _share(WHOLE_HOSPITAL, tuple(np.sum(beds, axis=0)) if beds else None)
    for unit, hours in found.items():
        yield _share(unit, hours)


def _share(place: str, hours: tuple[float, float] | None) -> Measured:
    if hours is None:
        return Measured("share", NotComputable("no staffed capacity in this log"), 0, place)
    full, is_open = hours
    if is_open == 0:
        return Measured("share", NotComputable("no staffed place, or their number is not limited"), 0, place)
    return Measured("share", 100 * full / is_open, round(is_open), place)


KPI = Kpi(
    id="time_full",
    title="Time full",
    better="lower",
    definition="Share of the time a unit is open (has at least one staffed place) in which none of its staffed places "
               "is free; a place being cleaned is not free. Whole hospital: the same over all inpatient units, hours "
               "summed before dividing. n is the number of hours. Units that share nurses are each counted as if the "
               "nurses on duty were all theirs: such a unit may have to turn patients away, for want of nurses who are "
               "with the other's patients, in hours that are not counted as full.",
    source="the share of time in which all servers are taken; Green, How many hospital beds?, Inquiry 2002;39:400-412",
    statistics={"share": Statistic("share of time without a free bed", "%", 1)},
    headline="share",
    measure=_measure,
    needs={"share": ("places",)},
)
