"""`outline`: a first layout drafted from a log alone, to be calibrated on it and then made better by hand."""
from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from hospital_twin.calibration.findings import rounded
from hospital_twin.calibration.names import UNKNOWN, distinct, spelled
from hospital_twin.calibration.plateaus import staffed_places
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog, held, visits
from hospital_twin.eventlog.clock import NEVER, tick, ticks
from hospital_twin.hospital import Fit, Hospital
from hospital_twin.layout import Layout, checked

BEDS_OF_A_DRAFT = "how many beds there are (units.*.places)"
"""How the sentence begins with which a drafted hospital says that its places are not told by the log."""
MOST_VALUES = 12
"""A column with more values than this is no class attribute of a first draft."""
LEAST_HOURS = 1.0 / 60.0


def outline(log: EventLog) -> Layout:
    """A layout that follows a log from unit to unit.

    Units with as many places as were ever taken at once (unlimited where the log's dates cannot be compared), one
    source, a first unit by chance, in each unit a stay of its own, and the next unit or a way to leave by chance of
    the present unit. Tasks, staff and conditions are not in it: a log of stays does not tell them. `calibrate` fits
    its numbers. Raises `BadInput` for a log without stays in units, and for one that lasts no time.
    """
    lasting(log)
    moves = _moves(log)
    if moves.empty:
        raise BadInput("outline, log", "no visit has a stay in a unit", "a log with rows of `stay`")
    dated = log.provenance.dates_comparable
    units = distinct(log.units)
    leaves = sorted(set(moves.loc[moves["leaves"], "after"]))
    value = {
        "name": log.provenance.name or "hospital", "description": _description(log, dated), "time_zone": log.time_zone,
        "starts": log.start.tz_convert(log.time_zone).date().isoformat() if dated else "2025-01-06",
        "attributes": {name: {"values": values} for name, values in _attributes(log).items()},
        "units": {units[unit]: {"kind": log.units[unit], "places": _places(log, unit) if dated else "unlimited"}
                  for unit in log.units},
        "sources": {"arrivals": _source(log, dated)},
        "pathways": {"arriving": _arriving(moves), "in_a_unit": _in_a_unit(moves, leaves)},
    }
    return checked(Layout, value, "outline")


def lasting(log: EventLog) -> None:
    """Raises `BadInput` for a log in which no time passes, so that nothing comes at any rate."""
    if log.end <= log.start:
        raise BadInput(f"calibration, log {log.provenance.name}".rstrip(), f"all rows are of one instant, {log.start}",
                       "a log of some days")


def of_a_draft(hospital: Hospital, log: EventLog) -> Hospital:
    """A hospital calibrated on the `outline` of its log, that says what the draft made up, and in words what it fitted.

    Chances that the draft itself holds for impossible are no findings.
    """
    fits = tuple(fit.model_copy(update={"note": "; ".join(filter(None, (_way(hospital.layout, fit), fit.note)))})
                 for fit in hospital.fits if not _OF_THE_DRAFT.search(fit.path))
    told = [sentence.replace("the layout", "the draft") for sentence in hospital.not_fitted
            if not _OF_THE_DRAFT.search(sentence)]
    if log.provenance.dates_comparable:
        told.insert(0, f"{BEDS_OF_A_DRAFT}: each unit of the draft has the most that were ever taken at once, not the "
                       f"beds there are; correct it before asking what more or fewer would do{_standing(log)}")
    return hospital.model_copy(update={"fits": fits, "not_fitted": tuple(told)})


def _standing(log: EventLog) -> str:
    """Units whose census stands still below the most that were ever there, in words.

    The draft does not take these heights for its places: the stays of such a log have the waits for a place in them.
    """
    found = [(name, staffed_places(log, unit)) for unit, name in distinct(log.units).items()]
    said = [f"{name} at {one.whole.places} (between {one.whole.low} and {one.whole.high}, {one.whole.spells:,} times)"
            for name, one in found if one.whole is not None and one.whole.places < one.most]
    return f". The census stands still where nobody more came in, as if that were all its beds: {', '.join(said)}" \
        if said else ""


_OF_THE_DRAFT = re.compile(r"pathways\.in_a_unit\.next\.options\.\d+\.chance (?:.*)\(the others\)")
_CHANCE = re.compile(r"pathways\.(\w+)\.\w+\.options\.(\d+)\.chance(?: \(unit (\w+)\))?$")


def _way(layout: Layout, fit: Fit) -> str:
    """Which way of the draft a chance is of, in words."""
    found = _CHANCE.match(fit.path)
    if not found:
        return ""
    pathway, number, unit = found.groups()
    branch = next(step for step in layout.pathways[pathway] if hasattr(step, "options"))
    step = branch.options[int(number)].then[0]
    if hasattr(step, "as_"):
        return f"from {unit} out of the hospital: {step.as_}"
    to = ", ".join(step.to.all_of)
    return f"from {unit} to {to}" if unit else f"first to {to}"


def _description(log: EventLog, dated: bool) -> str:
    period = f"{log.start:%Y-%m-%d} to {log.end:%Y-%m-%d}" if dated else "dates that are shifted for each patient"
    more = "" if dated else " The rate of one arrival an hour is not the hospital's: the log cannot tell it."
    return f"Drafted from the log {log.provenance.name} ({period}): units, stays and ways between them.{more}"


def _moves(log: EventLog) -> pd.DataFrame:
    """One row per stay: visit, unit, hours, whether it is the first, and what came after (a unit or a disposition).

    leaves: whether `after` is a way to leave; open ones have "" in `after`.
    """
    units = distinct(log.units)
    stays = log.stays[log.stays["activity"].eq("stay") & log.stays["resource"].isin(log.units)]
    table = pd.DataFrame({"visit": stays["visit"].to_numpy(), "unit": stays["resource"].astype(object).map(units),
                          "start": ticks(stays["start"]), "end": ticks(stays["end"])})
    table = table.sort_values(["visit", "start", "end"], kind="stable", ignore_index=True)
    other = table["visit"].to_numpy()[1:] != table["visit"].to_numpy()[:-1]
    first, last = np.append(True, other)[:len(table)], np.append(other, True)[:len(table)]
    gone = visits(log)["disposition"].astype(object).map(lambda name: spelled(name) if name else UNKNOWN)
    table["first"] = first
    table["leaves"] = last & table["end"].lt(NEVER) & table["end"].le(tick(log.end))
    table["after"] = table["unit"].shift(-1).where(~last, "")
    table.loc[table["leaves"], "after"] = table["visit"].map(gone)
    table["hours"] = np.where(table["end"] < NEVER, (table["end"] - table["start"]) / 3.6e9, np.nan)
    return table


def _attributes(log: EventLog) -> dict[str, list]:
    found = {}
    for name in log.attributes:
        seen = [v.item() if isinstance(v, np.generic) else v
                for v in log.stays[name].cat.remove_unused_categories().cat.categories]
        if 0 < len(seen) <= MOST_VALUES and spelled(name) == name:
            found[name] = seen
    return found


def _places(log: EventLog, unit: str) -> int:
    """The greatest number of places that were ever taken at once."""
    return max(1, int(np.ceil(held(log, unit).levels.max(initial=0.0) - 1e-9)))


def _source(log: EventLog, dated: bool) -> dict[str, Any]:
    table = visits(log)
    hours = (log.end - log.start) / pd.Timedelta(hours=1)
    arrive = table["arrive"]
    rate = rounded(((arrive >= log.start) & (arrive < log.end)).sum() / hours) if dated else 1.0
    sets = {}
    for name, values in _attributes(log).items():
        counts = table[name].value_counts()
        sets[name] = {"draw": {value: rounded(counts.get(value, 0) / len(table)) for value in values
                               if counts.get(value, 0)}}
    return {"pathway": "arriving", "rate": rate, "ceiling": rounded(max(2 * rate, 1e-3)),
            "sets": {name: draw for name, draw in sets.items() if draw["draw"]}}


def _arriving(moves: pd.DataFrame) -> list[dict[str, Any]]:
    shares = moves.loc[moves["first"], "unit"].value_counts(normalize=True)
    options = [{"chance": rounded(share), "then": [{"move": f"first_to_{unit}", "to": unit}]}
               for unit, share in shares.items()]
    del options[0]["chance"]
    return [{"branch": "first_unit", "options": [*options[1:], options[0]]}, {"follow": "in_a_unit"}]


def _in_a_unit(moves: pd.DataFrame, leaves: list[str]) -> list[dict[str, Any]]:
    """A stay by unit, then the next unit or leaving by unit; the last way to leave takes the rest."""
    known = moves[moves["after"] != ""]
    of = known.groupby("unit").size()
    counts = known.groupby(["leaves", "after", "unit"]).size()
    ways = [(False, unit) for unit in moves["unit"].unique() if (False, unit) in counts.index.droplevel(2)]
    ways += [(True, how) for how in leaves]
    options = []
    for leaving, after in ways:
        shares = {unit: rounded(n / of[unit]) for unit, n in counts[leaving, after].items()}
        steps = [{"leave": f"leaves_as_{after}", "as": after}] if leaving else [
            {"move": f"to_{after}", "to": after}, {"follow": "in_a_unit"}]
        options.append({"chance": {"by": "unit", "of": shares, "otherwise": 0.0}, "then": steps})
    if not leaves:
        options.append({"then": [{"leave": f"leaves_as_{UNKNOWN}", "as": UNKNOWN}]})
    else:
        del options[-1]["chance"]
    return [{"stay": "unit_stay", "takes": {"by": "unit", "of": _stays(moves)}}, {"branch": "next", "options": options}]


def _stays(moves: pd.DataFrame) -> dict[str, str]:
    """A first guess of each unit's stays: the median and spread of those that ended."""
    found = {}
    everywhere = max(LEAST_HOURS, float(moves["hours"].median())) if moves["hours"].notna().any() else 24.0
    for unit, hours in moves.groupby("unit")["hours"]:
        logs = np.log(np.maximum(hours.dropna().to_numpy(float), LEAST_HOURS))
        median = float(np.exp(np.median(logs))) if len(logs) else everywhere
        sigma = float(min(max(logs.std(), 0.1), 3.0)) if len(logs) > 2 else 1.0
        found[unit] = f"lognormal(median {rounded(median)!r} h, sigma {rounded(sigma)!r})"
    return found
