"""Words of a log → words of the twin: names of units and tasks, kinds, roles, dispositions."""
from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from hospital_twin.importers._forms import without_accents
from hospital_twin.importers._importer import RawRows

UNKNOWN = "unknown"
"""The value of a class attribute, or the disposition, that a log does not tell."""
RECURRING_FROM = 200
"""In a log of this many rows, a word that stands in a single row is more likely a slip, or a name, than a word."""
_ROWS_OF_A_VISIT = 1_000
"""What stands in more rows is of several visits."""
END_REASONS = ("done", "open", "gave_up", "refused", "preempted", "handed_over", "withdrawn", "swapped", "ratio_breach")

_Rules = tuple[tuple[str, re.Pattern[str]], ...]


def _rules(rules: Mapping[str, str]) -> _Rules:
    return tuple((name, re.compile(rf"(?:^|_)(?:{words})(?:_|$)")) for name, words in rules.items())


# The first that fits counts: a neuro intermediate unit is no critical care, a trauma ICU no emergency department.
_KINDS = _rules({
    "other": r"discharge_lounge|lounge|unknown|home|radiology|imaging|x_?ray|endoscopy|dialysis|outpatients?|clinic"
             r"|sortie_salon|entlassungslounge",
    "recovery": r"pacu|recovery|recovery_room|post_?anaesthesia|post_?anesthesia|sspi|salle_de_reveil|reveil"
                r"|aufwachraum|verkoever|reanimacion_postquirurgica|urpa",
    "theatre": r"theatres?|operating|operating_room|or|ors|surgery_suite|bloc|bloc_operatoire|op|ops|op_saal"
               r"|operatiekamer|ok|quirofanos?|cath_lab",
    "high_dependency": r"hdu|high_dependency|step_?down|stepdown|intermediate|imcu?|pcu|progressive|usc|soins_continus"
                       r"|surveillance_continue|medium_care|mc|cuidados_intermedios|level_2|zwischenintensiv",
    "critical_care": r"\w*icu|intensive|critical|critical_care|ccu|coronary_care|itu|high_care|reanimation|rea"
                     r"|soins_intensifs|intensiv\w*|its|intensive_care|ic|uci|cuidados_intensivos|level_3",
    "assessment": r"assessment|observation|obs|amu|mau|cdu|sdec|short_stay|aufnahmestation|uhcd|lits_porte"
                  r"|acute_medical|acute_medical_unit|aoa|observacion|evaluation",
    "ed": r"ed|er|a_e|ae|emergency|casualty|resus|majors?|minors?|fast_?track|waiting_room|trauma_room|ambulatory_ed"
          r"|urgences|sau|dechocage|notaufnahme|zna|schockraum|seh|spoedeisende|spoed|urgencias|triage|trolley|corridor",
})
_ROLES = _rules({
    "triage": r"triage\w*|ioa|ersteinschatzung|triaje",
    "doctor": r"\w*doctor|doctors|physicians?|clinicians?|consultants?|registrar|resident|md|provider|medecin|arzt|arts"
              r"|medico|surgeon|intensivist|pa|np|anp|advanced_practitioner",
    "nurse": r"\w*nurses?|rn|nursing|infirmiere?s?|ide|pflege\w*|verpleeg\w*|enfermer\w*|hca",
    "equipment": r"ct|mri|x_?ray|scanner|ultrasound|lab|laboratory|theatres?|or|imaging|scan|echo|cath_lab|radiology"
                 r"|labor|irm|analyser|machine|bloc|rontgen|quirofano|ventilator|endoscopy",
    "slot": r"slots?|clinic_slot|appointment",
})
_DISPOSITIONS = _rules({
    "died": r"died|death|dead|deceased|expired|mort|morte?s?|deces|decede\w*|dcd|gestorben|verstorben|tod|overleden"
            r"|fallecid[oa]|fallecimiento|exitus|muerte",
    "left_without_being_seen": r"lwbs|lwobs|left_without_being_seen|left_without_treatment|left_without_seen"
                               r"|left_before_\w+|did_not_wait|dnw|walked_out|parti_sans_\w+|fugue|niet_gewacht"
                               r"|gegangen_ohne_\w+|no_esperó?|no_espero",
    "cancelled": r"cancell?ed|annulee?|abgesagt|geannuleerd|cancelad[oa]|suspendid[oa]",
    "transferred_out": r"transferred_out|transfer_out|acute_hospital|other_hospital|another_hospital|transfer_to_\w+"
                       r"|transfert|verlegt|verlegung|overgeplaatst|overplaatsing|traslado|trasladado",
    "home": r"home|discharged_home|domicile|nach_hause|naar_huis|domicilio|casa",
})
OUTCOMES = frozenset(name for name, _ in _DISPOSITIONS)
"""The dispositions that the KPIs know."""
_TOTAL = re.compile(r"total(?:e|en|es|s)?|totaux|totaal|gesamt|summe|insgesamt|sum|ensemble|overall")
_HOME_WITH_MORE = re.compile(r"home_(?!$).*|.*(?:nursing|care)_home|.*_home_(?:care|health)\w*")
_ACTIVITIES: Mapping[str, str] = MappingProxyType({word: name for name, words in {
    "arrive": "arrive arrived arrival registration register ed_arrival er_registration arrivee ankunft aankomst "
              "llegada",
    "leave": "leave left departure discharge discharged depart sortie entlassung ontslag vertrek alta ed_departure",
    "stay": "stay bed bed_stay ward_stay unit_stay place sejour aufenthalt verblijf estancia boarding",
    "wait": "wait waiting attente warten wachten espera",
    "cleaning": "cleaning clean bed_cleaning nettoyage reinigung schoonmaak limpieza",
    "refused": "refused refusal refus abgelehnt geweigerd rechazado",
    "change": "change attribute_change",
}.items() for word in words.split()})


def slug(text: str, otherwise: str = "unit") -> str:
    """A name of the twin: small letters, digits and underscores, a letter first.

    otherwise: what it begins with where the text begins with no letter of the Latin alphabet.
    """
    plain = "_".join(re.findall(r"[a-z0-9]+", without_accents(text)))
    if not plain:
        return f"{otherwise}_{hashlib.sha256(text.encode()).hexdigest()[:8]}" if text else ""
    return plain if plain[0].isalpha() else f"{otherwise}_{plain}"


def _first(rules: _Rules, name: str, otherwise: str) -> str:
    return next((found for found, pattern in rules if pattern.search(name)), otherwise)


def kind_of(unit: str) -> str:
    """A guess at what a unit is, by its name; most units of a hospital are wards."""
    return _first(_KINDS, unit, "ward")


def says_total(place: str) -> bool:
    """Whether a place is called like a total over others."""
    return any(_TOTAL.fullmatch(word) for word in slug(place, "").split("_"))


def role_of(resource: str) -> str:
    """A guess at what a resource is, by its name; what is called like a unit is its place."""
    return _first(_ROLES, resource, "other" if kind_of(resource) in ("ward", "other") else "place")


def disposition_of(word: str) -> str:
    """The disposition that a word means, in the words that the KPIs know; another word is one of its own."""
    name = slug(word, "left")
    return name if _HOME_WITH_MORE.fullmatch(name) else _first(_DISPOSITIONS, name, name)


def activities_of(words: Iterable[str]) -> dict[str, str]:
    """Word → the reserved activity that it means, or the name of a task.

    In a log that uses a reserved word itself, other words for it are names of tasks (``ward_stay`` beside ``stay``).
    """
    names = {word: slug(word, "task") for word in words}
    own = set(names.values())
    return {word: name if (means := _ACTIVITIES.get(name, name)) in own else means for word, name in names.items()}


def slips(raw: RawRows, words: Iterable[str], texts: np.ndarray) -> set[str]:
    """Of some words in a column those that no two visits have, in a log of many rows; rows that are out do not count.

    words: without those that are known from elsewhere, which are no slips however rare they are. texts: the column.
    Of a log whose words are from a known list, those of the list are none.
    """
    if len(raw.rows) < RECURRING_FROM:
        return set()
    codes, found = pd.factorize(texts)
    rows = np.where(raw.ledger.kept[:len(raw.rows)], codes, -1)
    counts = np.bincount(rows[rows >= 0], minlength=len(found))
    few = np.flatnonzero((rows >= 0) & (counts[codes] <= _ROWS_OF_A_VISIT))
    pairs = pd.DataFrame({"word": rows[few], "visit": raw.rows["visit"].to_numpy(dtype=object)[few]})
    visits = np.bincount(pairs.drop_duplicates()["word"].to_numpy(dtype=np.int64), minlength=len(found))
    recurring = set(found[(visits > 1) | (counts > _ROWS_OF_A_VISIT)])
    return {word for word in words if word and word not in recurring
            and not (raw.known_words and raw.known_words >= set(slug(word).split("_")))}


def words_in(value: Any) -> set[str]:
    """Every text in a value of mappings and lists, their keys among them."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, Mapping):
        value = (*value.keys(), *value.values())
    return set().union(*map(words_in, value)) if isinstance(value, (list, tuple)) else set()


def translated(column: np.ndarray, words: Mapping[str, str]) -> pd.Categorical:
    """A column of texts as a category, each word replaced by what it means."""
    codes, texts = pd.factorize(column)
    meant = [words[text] for text in texts]
    names = list(dict.fromkeys(meant))
    place = {name: i for i, name in enumerate(names)}
    return pd.Categorical.from_codes(np.array([place[m] for m in meant], dtype=np.int64)[codes], categories=names)
