"""What the activities of an event log mean: the mapping first, then words in five languages."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from hospital_twin.importers._event_mapping import EventMeans
from hospital_twin.importers._words import OUTCOMES, disposition_of, kind_of, slug

Rules = Mapping[str, re.Pattern[str]]
_LANGUAGES = ("English", "French", "German", "Dutch", "Spanish")


def _by_language(*words: str) -> Rules:
    return MappingProxyType({language: re.compile(rf"(?:^|_)(?:{said})(?=_|$)")
                             for language, said in zip(_LANGUAGES, words, strict=True)})


_EMERGENCY = re.compile(r"(?:^|_)(?:ed|er|a_e|ae|emergency(?:_(?:department|room))?|casualty|urgences|sau|"
                        r"zentrale_notaufnahme|notaufnahme|zna|seh|spoed[a-z]*(?:_hulp)?|urgencias)(?=_|$)")
_AGAIN = _by_language(
    r"return(?:s|ed|ing)?|readmission|readmitted|re_?attend(?:s|ed|ance)?|revisit",
    "retour|reconsultation|rehospitalisation",
    "wiederaufnahme|wiederkehr|ruckkehr|wiedervorstellung", "heropname|terugkeer|terugkomst",
    "reingreso|retorno|readmision")
_ARRIVES = _by_language(
    r"arriv(?:e|es|ed|al)|registration|registered|register|check_?in|checkin|presentation|presents|door",
    "arrivee|enregistrement|inscription|accueil", "ankunft|anmeldung|registrierung|eintreffen|eingetroffen",
    "aankomst|inschrijving|binnenkomst|registratie", "llegada|registro|recepcion|inscripcion")
_LEAVES = _by_language(
    r"leaves?|left|discharged?|released?|depart(?:s|ed|ure)?|exit|check_?out|going_home",
    "sortie|depart|quitte", "entlassung|entlassen|abgang|austritt|verlasst", "ontslag|ontslagen|vertrek|vertrokken",
    "alta|salida|egreso")
_ENTERS = _by_language(
    r"admission|admit(?:s|ted)?|transfer(?:s|red)?|mov(?:e|es|ed)|enter(?:s|ed)?|bed_assigned|in_bed|placed|stay",
    "admission|admis|hospitalisation|transfert|mutation|entree|installation|sejour",
    "aufnahme|aufgenommen|verlegung|verlegt|zugang|eintritt|aufenthalt",
    "opname|opgenomen|overplaatsing|overgeplaatst|verplaatsing|plaatsing|verblijf",
    "ingreso|ingresado|admision|traslado|entrada|estancia")
_ASKS = _by_language(
    r"(?:bed|place|admission|transfer)_request(?:ed)?|request_(?:for_)?(?:a_)?bed|decision_to_admit|dta|bed_ordered",
    "demande_(?:de_|d_)?(?:lit|hospitalisation|place)", r"bettanforderung|bettenanforderung|aufnahmeentscheidung",
    "bedaanvraag|aanvraag_bed|opnameverzoek|opnamebesluit", "solicitud_(?:de_)?(?:cama|ingreso)|peticion_(?:de_)?cama")
_ABOUT_PAPER = re.compile(
    r"(?:^|_)(?:planning|plan|letter|summary|orders?|ordered|requests?|requested|decision|decided|ready|medication|"
    r"notes?|brief|lettre|courrier|compte_rendu|bericht|planung|informe|carta|criteria|prescription)(?=_|$)")
_TRIAGE = _by_language(r"(?:initial_)?triage|triaged", "triage|ioa", "triage|ersteinschatzung", "triage",
                       "triaje|triado|clasificacion")
_DOCTOR = _by_language(
    r"(?:first_)?(?:seen(?:_by)?(?:_a)?(?:_doctor|_physician|_md|_provider|_clinician)?|doctor_seen|md_seen|doctor|"
    r"physician|provider|first_contact|doctor_assessment|medical_assessment)",
    "prise_en_charge|vu_(?:par_)?(?:le_)?medecin|medecin|consultation_medicale|premier_contact_medical",
    "arztkontakt|erster_arztkontakt|arzt|behandlungsbeginn", "arts|gezien(?:_door_arts)?|eerste_arts|artscontact",
    "atencion_medica|medico|visto(?:_por)?(?:_medico)?|primera_atencion")
_A_WARD = re.compile(
    r"(?:^|_)(?:ward|unit|station|abteilung|afdeling|verpleegafdeling|unite|service|planta|sala)(?=_|$)")
_ELSEWHERE = re.compile(r"(?:other|another|external|tertiary|autre|anderes|andere|ander|otro)_(?:acute_)?"
                        r"(?:hospitals?|hopital|krankenhaus|klinik|ziekenhuis)")
_FILLING = re.compile(
    "to|in|into|the|at|on|of|from|an?|by|with|vers|en|dans|aux?|de|du|des|la|les?|l|d|auf|die|das|de[rmn]|zu[rm]|naar|"
    "op|het|een|van|al|el|hospital|hopital|krankenhaus|ziekenhuis|patient|paciente|care|dept|event|department|time|room|"
    "unit")
_KINDS_SAID = ("ed", "assessment", "theatre", "recovery", "high_dependency", "critical_care")
_TRANSITIONS = {word: name for name, words in {
    "start": "start started begin begins debut beginn gestartet inicio",
    "complete": "end ended complete completed finish finished stop fin ende eind einde klaar",
}.items() for word in words.split()}
_LIFECYCLE = {word: name for name, words in {
    "schedule": "schedule scheduled assign assigned request requested enqueue ordered reassign",
    "start": "start started begin", "complete": "complete completed end finish finished stop",
}.items() for word in words.split()}

_PARTS = {"arrive": "arrival, {}", "again": "arrival of another visit of the same person, {}",
          "stay": "beginning of a stay: {}", "end": "end of a stay", "leave": "leaving: {}",
          "request": "request for the next stay: {}", "task": "task: {}"}
"""Parts of an event in a visit, in words."""
_CERTAIN, LIKELY = 0.9, 0.7
"""The certainties from which a guess is called so."""


class EventWord(NamedTuple):
    """An activity of an event log. log: as the log writes it. means: its part in a visit.

    certainty: 0 to 1. how: from what: ``mapping``, ``layout``, the language of the word, or ``its own name``.
    rows: how many have it.
    """

    log: str
    means: EventMeans | None
    certainty: float
    how: str
    rows: int

    @property
    def part(self) -> str:
        """Its part in a visit, in words."""
        return "left out" if self.means is None else \
            _PARTS[self.means.verb].format(self.means.target or "").rstrip(" ,:")

    @property
    def sure(self) -> str:
        """How sure it is, in words."""
        return how_sure(self.certainty, self.how)


def how_sure(certainty: float, source: str) -> str:
    """A certainty of 0 to 1, and what it is from, in words; what somebody said needs no certainty."""
    if source in ("mapping", "layout"):
        return source
    return f"{'certain' if certainty >= _CERTAIN else 'likely' if certainty >= LIKELY else 'a guess'}, {source}"


def meaning(text: str, units: Iterable[str]) -> tuple[EventMeans, float, str]:
    """What an activity is by its name, how certain that is, and in which language it says so.

    units: slugs that are known to be units.
    """
    name = slug(text, "task")
    if name in set(units):
        return EventMeans(stay=name), 1.0, "layout"
    for guess in (_asking, _coming_again, _leaving, _coming, _entering, _being_in, _cared_for):
        found = guess(name)
        if found:
            return found
    return EventMeans(task=name), 0.5, "its own name"


_Guess = tuple[EventMeans, float, str] | None


def _said(rules: Rules, name: str) -> tuple[str, str] | None:
    """The language in which a name has one of some words, and what is left of it without them."""
    for language, pattern in rules.items():
        if pattern.search(name):
            return language, _rest(pattern.sub("", name))
    return None


def _rest(name: str) -> str:
    return "_".join(word for word in name.split("_") if word and not _FILLING.fullmatch(word))


def _without_emergency(rest: str) -> str:
    return _rest(_EMERGENCY.sub("", rest))


def _asking(name: str) -> _Guess:
    found = _said(_ASKS, name)
    return (EventMeans(request=found[1] or None), 0.9, found[0]) if found else None


def _coming_again(name: str) -> _Guess:
    found = _said(_AGAIN, name)
    if not found or _without_emergency(found[1]):
        return None
    return EventMeans(again="ed" if _EMERGENCY.search(name) else None), 0.9, found[0]


def _leaving(name: str) -> _Guess:
    disposition, found = disposition_of(name), _said(_LEAVES, name)
    if _ELSEWHERE.search(name):
        return EventMeans(leave="transferred_out"), 0.9, found[0] if found else "English"
    if found and not _ABOUT_PAPER.search(name) and kind_of(name) != "other" or (found and disposition == "home"):
        rest = "_".join(word for word in _EMERGENCY.sub("", _LEAVES[found[0]].sub("", name)).split("_")
                        if word and (not _FILLING.fullmatch(word) or len(word) == 1))
        said = disposition if disposition in OUTCOMES else name if rest else None
        return EventMeans(leave=said), 0.9, found[0]
    if disposition in OUTCOMES - {"transferred_out", "home"}:
        return EventMeans(leave=disposition), 0.8, "English"
    return None


def _coming(name: str) -> _Guess:
    found = _said(_ARRIVES, name)
    if not found or _ABOUT_PAPER.search(name):
        return None
    if _EMERGENCY.search(name):
        return EventMeans(arrive="ed"), 0.95, found[0]
    if _A_WARD.search(found[1]) or kind_of(found[1]) in _KINDS_SAID:
        return EventMeans(stay=found[1]), 0.8, found[0]
    return EventMeans(arrive=None), 0.9 if not found[1] else 0.7, found[0]


def _entering(name: str) -> _Guess:
    found = _said(_ENTERS, name)
    if not found or _ABOUT_PAPER.search(name):
        return None
    rest = _rest(re.sub(r"^(?:unit|ward)(?=_\w)", "", found[1])) if kind_of(found[1]) in _KINDS_SAID else found[1]
    unit = "ed" if rest and not _without_emergency(rest) else rest
    return EventMeans(stay=unit or None), 0.9 if kind_of(rest) != "ward" or not rest else 0.8, found[0]


def _being_in(name: str) -> _Guess:
    """An activity that is called like a unit."""
    if _A_WARD.match(name):
        return EventMeans(stay=name), 0.8, "a name of a unit"
    bare = _rest(re.sub(r"_(?:unit|ward|department)$", "", name))
    if _EMERGENCY.fullmatch(name) or (bare and not _without_emergency(bare)):
        return EventMeans(stay="ed"), 0.8, "a name of a unit"
    if len(bare.split("_")) == 1 and kind_of(bare) in _KINDS_SAID and not _said(_TRIAGE, bare):
        return EventMeans(stay=name), 0.7, "a name of a unit"
    return None


def _cared_for(name: str) -> _Guess:
    bare = _without_emergency(name) or name
    for rules, task in ((_TRIAGE, "triage"), (_DOCTOR, "seen")):
        for language, pattern in rules.items():
            if re.fullmatch(pattern.pattern.replace("(?:^|_)", "", 1).removesuffix("(?=_|$)"), bare):
                return EventMeans(task=task), 0.9, language
    return None


def transitions_in(texts: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Activity → its name without a last word such as start or end, and which of the two that is; only of activities
    that are there with both (``CT start``, ``CT end``)."""
    found: dict[str, tuple[str, str]] = {}
    halves: dict[str, set[str]] = {}
    for text in texts:
        words = text.replace("_", " ").split()
        transition = _TRANSITIONS.get(slug(words[-1])) if len(words) > 1 else None
        if transition:
            found[text] = " ".join(words[:-1]), transition
            halves.setdefault(found[text][0], set()).add(transition)
    return {text: said for text, said in found.items() if len(halves[said[0]]) > 1}


def transition_of(word: str) -> str:
    """``schedule``, ``start``, ``complete`` or ``""`` for a word of the lifecycle; ``other`` for what is none."""
    name = slug(word, "x")
    return _LIFECYCLE.get(name, "other" if name else "")
