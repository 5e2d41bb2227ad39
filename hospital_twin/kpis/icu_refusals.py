"""Requests for a critical care place that were refused."""
from collections.abc import Iterator

import numpy as np

from hospital_twin.kpis._framework import WHOLE_HOSPITAL, Kpi, Measured, NotComputable, Statistic, Window


def _measure(window: Window) -> Iterator[Measured]:
    units = window.log.units_of("critical_care")
    if not units:
        raise NotComputable("no unit of kind critical_care in this log")
    if not window.log.provenance.complete and not window.records("refused"):
        raise NotComputable("no 'refused' rows in this log")
    refusing = window.log.provenance.refusing
    if refusing is not None and not set(units) & set(refusing):
        raise NotComputable("nothing in this layout refuses critical care")
    rows = window.log.stays
    asked = rows[rows["activity"].isin(("stay", "wait", "refused")) & rows["resource"].isin(units)
                 & window.within(rows["joined"])]
    refused = asked["activity"].eq("refused")
    taken_back = asked["activity"].eq("wait") & asked["end_reason"].isin(("withdrawn", "refused"))
    for place in (WHOLE_HOSPITAL, *units):
        here = asked["resource"].eq(place) if place != WHOLE_HOSPITAL else np.ones(len(asked), bool)
        refusals, requests = int((refused & here).sum()), int((~taken_back & here).sum())
        if refusing is not None and place not in (WHOLE_HOSPITAL, *refusing):
            reason = NotComputable("nothing in this layout refuses anybody a place there")
            yield from (Measured(statistic, reason, 0, place) for statistic in ("per_day", "share"))
            continue
        yield Measured("per_day", window.a_day(refusals), refusals, place)
        yield Measured("share", 100 * refusals / requests if requests else np.nan, requests, place)


KPI = Kpi(
    id="icu_refusals",
    title="Critical care refusals",
    better="lower",
    definition="Requests for a place of a critical care unit made within the window and refused, a day and as a share "
               "of all such requests: granted, refused, given up or still waiting. A request that was withdrawn, "
               "because another unit of the same choice gave its place first, is none. A refusal is known at once, "
               "so nothing is open at the end.",
    source="Ridge et al., Capacity planning for intensive care units, Eur J Oper Res 1998;105:346-355 (patients "
           "turned away for want of a bed)",
    statistics={"per_day": Statistic("critical care refusals a day", "a day", 2),
                "share": Statistic("share of critical care requests refused", "%", 1)},
    headline="per_day",
    measure=_measure,
)
