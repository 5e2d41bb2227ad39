"""W2, an ED and its hospital, as a layout: its draws and rows beside those of a hand-written SimPy program."""
from __future__ import annotations

from pathlib import Path

import pandas as pd

from hospital_twin.eventlog import EventLog
from hospital_twin.hospital import read_hospital
from hospital_twin.levers import lever_from
from hospital_twin.program import Program, compile_program
from hospital_twin.streams import Owner, owner_key, parts, replication_key, site, source_hash, uniform, visit_id

LAYOUT = Path(__file__).with_name("w2.yaml")
ELECTIVE = 1_000_000_000
"""Elective patients are numbered from here in the yardstick: this + 100 × day + slot."""

_ED, _ELECTIVES = source_hash("ed"), source_hash("electives")
_SITES = {
    "gap": ("ed", "gap"), "thin": ("ed", "height"), "mode": ("ed", "mode"), "acuity": ("ed", "acuity"),
    "triage": ("triage", "duration"), "zone": ("choose_zone", "zone"), "patience": ("to_bay", "patience"),
    "assess": ("assess", "duration"), "examine": ("examine", "duration"), "needs_lab": ("lab_test", "chance"),
    "lab": ("lab_test", "duration"), "needs_ct": ("ct_scan", "chance"), "ct": ("ct_scan", "duration"),
    "needs_treatment": ("treat", "chance"), "treat": ("treat", "duration"), "review": ("review", "duration"),
    "needs_consult": ("consult", "chance"), "consult": ("consult", "duration"), "admit": ("admission", "branch"),
    "unit": ("level_of_care", "level"), "home_ward": ("choose_home_ward", "home_ward"), "move": ("to_bed", "duration"),
    "stay_icu": ("icu_care", "duration"), "stay_hdu": ("hdu_care", "duration"), "stay_ward": ("ward_care", "duration"),
    "icu_exit": ("after_icu", "branch"), "hdu_exit": ("after_hdu", "branch"), "discharge": ("discharge_time", "time"),
    "clean_icu": ("icu", "cleaning"), "clean_hdu": ("hdu", "cleaning"), "slot": ("electives", "offset"),
    "needs_icu": ("needs_icu", "branch"), "surgery": ("surgery_done", "duration"), "recovery": ("recovery", "duration"),
}
_AMBULANCE = 0.28
_ACUITY = ((0.005, 0.10, 0.40, 0.38, 0.115), (0.06, 0.32, 0.42, 0.17, 0.03))
_ZONE = ((1.0, 0.0), (0.15, 0.85), (0.0, 0.8), (0.0, 0.0), (0.0, 0.0))
_HOME = (0.27, 0.27, 0.18, 0.13, 0.15)
_WARDS = ("medicine_a", "medicine_b", "surgery", "orthopaedics", "elderly")
_SLOT_WARDS = ("surgery", "orthopaedics", "surgery") * 4 + ("surgery", "surgery")


def draws(seed: int, replication: int, patient: int, purpose: str) -> float:
    """The product's uniform for a draw of the yardstick (``--draws benchmarks.w2:draws``).

    The yardstick's exponential is −ln u, the product's −ln(1 − u): its gap gets 1 − u, which is exact.
    Cleaning belongs to a unit here and to a kind of unit there, so the unit is found from the patient's other draws.
    """
    key = owner_key(replication_key(seed, replication), Owner.VISIT, _visit(patient))
    if purpose == "clean_bay":
        where = (_zone(key), "cleaning")
    elif purpose == "clean_ward":
        where = (_ward(key, patient), "cleaning")
    else:
        where = _SITES[purpose]
    u = uniform(key, site(*where))
    return 1.0 - u if purpose == "gap" else u


def _visit(patient: int) -> int:
    if patient < ELECTIVE:
        return visit_id(_ED, 0, patient)
    day, slot = divmod(patient - ELECTIVE, 100)
    return visit_id(_ELECTIVES, 0, day * 10_000 + slot)


def _pick(u: float, shares: tuple[float, ...]) -> int:
    total = 0.0
    for i, share in enumerate(shares):
        total += share
        if u < total:
            return i
    return len(shares)


def _zone(key: int) -> str:
    ambulance = uniform(key, site("ed", "mode")) < _AMBULANCE
    acuity = min(4, _pick(uniform(key, site("ed", "acuity")), _ACUITY[ambulance]))
    return ("resus", "majors", "minors")[_pick(uniform(key, site("choose_zone", "zone")), _ZONE[acuity])]


def _ward(key: int, patient: int) -> str:
    if patient >= ELECTIVE:
        return _SLOT_WARDS[(patient - ELECTIVE) % 100]
    return _WARDS[min(4, _pick(uniform(key, site("choose_home_ward", "home_ward")), _HOME))]


def patient_of(visit: int) -> int:
    """The yardstick's number of a visit."""
    source, _, index = parts(visit)
    return index if source == _ED else ELECTIVE + 100 * (index // 10_000) + index % 10_000


def program(days: float, extra_doctors: int = 0) -> Program:
    """The program of W2."""
    hospital = read_hospital(LAYOUT)
    more = lever_from("ed_staffing", pool="doctor", extra=extra_doctors, window="10:00-22:00")
    return compile_program(more.apply(hospital), days=days)


def rows(log: EventLog) -> pd.DataFrame:
    """The rows that the yardstick writes: patient, activity, start, end (ticks), sorted."""
    stays = log.stays
    epoch = log.start
    known = {"triage": "triage", "assess": "assess", "examine": "examine", "lab_test": "lab", "ct_scan": "ct",
             "treat": "treat", "review": "review", "consult": "consult", "to_bed": "move", "surgery_done": "surgery",
             "recovery": "recovery"}
    ended = stays[stays["end"].notna()]
    parts_ = [_named(ended[ended["activity"] == ours], theirs) for ours, theirs in known.items()]
    stay = stays[stays["activity"] == "stay"]
    bay = stay[stay["unit"].isin(["resus", "majors", "minors"])]
    parts_.append(_named(bay[bay["end"].notna()], "bay"))
    arrive = stays[stays["activity"] == "arrive"].set_index("visit")["start"]
    visit = bay[bay["end"].notna()]
    parts_.append(_named(visit.assign(start=visit["visit"].map(arrive)), "ed_visit"))
    beds = stay[~stay["unit"].isin(["resus", "majors", "minors"])]
    for unit in ("medicine_a", "medicine_b", "surgery", "orthopaedics", "elderly", "hdu", "icu"):
        one = beds[(beds["unit"] == unit) & beds["end"].notna()]
        parts_.append(_named(one, "surgery_ward" if unit == "surgery" else unit))
    from_ed = beds[beds["visit"].isin(bay["visit"])].sort_values("start").drop_duplicates("visit")
    parts_.append(_named(from_ed.assign(end=from_ed["start"], start=from_ed["joined"]), "boarding"))
    gave_up = stays[(stays["activity"] == "wait") & (stays["end_reason"] == "gave_up")]
    parts_.append(_named(gave_up.assign(start=gave_up["joined"]), "left_unseen"))
    cancelled = stays[(stays["activity"] == "leave") & (stays["end_reason"] == "cancelled")]
    parts_.append(_named(cancelled, "cancelled"))
    changed = stays[(stays["activity"] == "change") & (stays["refused"].astype(str) == "True")]
    parts_.append(_named(changed.sort_values(["visit", "start"]).drop_duplicates("visit"), "icu_refused"))
    table = pd.concat(parts_, ignore_index=True)
    for column in ("start", "end"):
        table[column] = (table[column] - epoch) // pd.Timedelta(microseconds=1)
    return table.sort_values(["end", "patient", "activity", "start"], ignore_index=True)


def _named(rows_: pd.DataFrame, activity: str) -> pd.DataFrame:
    return pd.DataFrame({"patient": rows_["visit"].map(patient_of), "activity": activity, "start": rows_["start"],
                         "end": rows_["end"]})



