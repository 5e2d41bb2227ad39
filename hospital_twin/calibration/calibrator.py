"""`calibrate`: a layout whose numbers come from a log, each with its pedigree."""
from __future__ import annotations

from datetime import date

import pandas as pd

from hospital_twin.calibration.arrivals import fit_arrivals
from hospital_twin.calibration.departures import fit_departures
from hospital_twin.calibration.drafting import lasting, of_a_draft, outline
from hospital_twin.calibration.evidence import evidence
from hospital_twin.calibration.findings import Findings
from hospital_twin.calibration.paths import replaced
from hospital_twin.calibration.returns import fit_returns
from hospital_twin.calibration.shares import fit_chances, fit_mixes
from hospital_twin.calibration.spans import fit_cleaning, fit_steps
from hospital_twin.calibration.trails import Seen, trails
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog
from hospital_twin.hospital import Hospital, Pedigree
from hospital_twin.layout import Layout
from hospital_twin.program import Program, compile_program
from hospital_twin.program.calendar import LONGEST_DAYS
from hospital_twin.program.program import Words
from hospital_twin.unit_types import expanded

SHOWN = 5


def calibrate(log: EventLog, layout: Layout | None = None) -> Hospital:
    """The hospital of a log: the layout, or one drafted from the log, with its numbers replaced by fitted ones.

    Every visit is laid along the layout's pathways; what it did there gives routing, mixes, durations (maximum
    likelihood with censoring), patience, cleaning, discharge hours and returns, all by the classes that the layout
    distinguishes; arrivals are counted by hour of the week. `Hospital.fits` has each number's estimator, sample size
    and interval; `Hospital.not_fitted` says in words what the log could not tell, where the layout's numbers stay.
    Raises `BadInput` for a log without visits, that lasts no time, in another time zone, or of which no visit fits the
    layout.
    """
    if layout is None:
        return of_a_draft(calibrate(log, outline(log.renumbered())), log)
    layout = expanded(layout)
    _checked(log, layout)
    dated = log.provenance.dates_comparable
    # What visits are called differs from key to key, and sums differ in their last digit from order to order.
    whole = (log.until(log.end) if dated and _beyond(log) else log).renumbered()
    program = _program(whole, layout, dated)
    seen = evidence(program, trails(whole, program), log.time_zone)
    findings = Findings(whole, layout, program, seen)
    _say_what_is_strange(findings)
    if dated and whole.end - whole.start > pd.Timedelta(days=LONGEST_DAYS):
        findings.kept(f"what was booked later than {LONGEST_DAYS:,} days after the log's first: a program lasts no "
                      "longer; timetables are compared with the log up to there")
    if dated:
        fit_arrivals(findings)
    else:
        findings.kept("how many patients come, and when: every patient's dates in this log are shifted by an amount of "
                      "its own, so that they cannot be compared; the layout's rates are kept")
    fit_mixes(findings)
    fit_chances(findings)
    fit_steps(findings)
    fit_cleaning(findings)
    fit_returns(findings)
    fit_departures(findings, weekdays=dated)
    return Hospital(layout=replaced(layout, findings.values), fits=tuple(findings.fits),
                    fitted_on=_pedigree(log), not_fitted=tuple(findings.not_fitted))


def _checked(log: EventLog, layout: Layout) -> None:
    if log.stays.empty:
        raise BadInput("calibration, log", "it has no rows", "a log with at least one visit")
    lasting(log)
    if log.provenance.dates_comparable and log.time_zone != layout.time_zone:
        raise BadInput("calibration, time zone", f"the log is in {log.time_zone}, the layout in {layout.time_zone}",
                       "one and the same clock: set `time_zone` of the layout, or name the log's when reading it")


def _beyond(log: EventLog) -> bool:
    """Whether the log knows of things after the end of its window, which nobody could have known then."""
    times = log.stays[["joined", "start", "end"]].max()
    return bool((times > log.end).any())


def _program(log: EventLog, layout: Layout, dated: bool) -> Program:
    """The layout's program over the log's window (for the days of its timetables)."""
    if not dated:
        return compile_program(Hospital.of(layout), days=1)
    first: date = log.start.tz_convert(layout.time_zone).date()
    days = (log.end.tz_convert(layout.time_zone) - pd.Timestamp(first, tz=layout.time_zone)) / pd.Timedelta(days=1)
    return compile_program(Hospital.of(layout), starts=first, days=min(max(days, 1.0), LONGEST_DAYS))


def _say_what_is_strange(findings: Findings) -> None:
    """Rows that the layout does not know, and visits that fit none of its pathways."""
    trails, strange = findings.seen.trails, findings.seen.strange
    if trails.foreign:
        several = sorted(trails.foreign.items(), key=lambda item: -item[1])
        shown = ", ".join(f"{what} ({n:,} rows)" for what, n in several[:SHOWN])
        more = f" and {len(several) - SHOWN} more" if len(several) > SHOWN else ""
        findings.kept(f"what the layout does not have: {shown}{more}; those rows are not used")
    visits = len(trails.number)
    if len(findings.seen.faulty):
        findings.kept(f"{len(findings.seen.faulty):,} of {visits:,} visits fit a pathway but for one row, which is "
                      "missing or says a time at which it cannot have been: they are read without it")
    if not len(strange):
        return
    if len(strange) == visits:
        raise BadInput("calibration", "no visit of the log can have gone any way through the layout's pathways",
                       "a layout whose units, steps and dispositions are those of the log; one visit went: "
                       + _story(findings, int(strange[0])))
    findings.kept(f"{len(strange):,} of {visits:,} visits ({len(strange) / visits:.1%}) fit no pathway of the layout "
                  "and count for arrivals alone; one of them, for example, went: "
                  + _story(findings, int(strange[0])))


def _story(findings: Findings, visit: int) -> str:
    """What was seen of a visit, in short."""
    trails, words = findings.seen.trails, findings.program.words
    told = []
    for sighting in range(int(trails.first[visit]), int(trails.first[visit + 1])):
        label = trails.labels[trails.label[sighting]]
        told.append(_told(label.kind, label.what, words))
    return ", ".join(told[:12]) + (", ..." if len(told) > 12 else "") if told else "nothing but its arrival"


def _told(kind: int, what: int, words: Words) -> str:
    if kind == Seen.TASK:
        return words.activities[what]
    if kind == Seen.CHANGE:
        return "change of class"
    if kind == Seen.LEAVE:
        return f"left ({words.dispositions[what]})" if what >= 0 else "left (in a way that the layout does not have)"
    return {Seen.PLACE: "", Seen.GAVE_UP: "gave up waiting for ", Seen.REFUSED: "refused by ",
            Seen.ASKING: "still waiting for ", Seen.WITHDRAWN: "no longer waiting for "}[kind] + words.resources[what]


def _pedigree(log: EventLog) -> Pedigree:
    from hospital_twin import __version__
    return Pedigree(name=log.provenance.name, sha256=log.provenance.sha256 or log.fingerprint(),
                    start=log.start.isoformat(), end=log.end.isoformat(), visits=int(log.stays["visit"].nunique()),
                    version=__version__)
