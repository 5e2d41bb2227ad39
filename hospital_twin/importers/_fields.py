"""What a log can say, and what the columns that say it are called in five languages."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Kind = Literal["id", "word", "time", "number", "offset"]
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "fr": "French", "de": "German", "nl": "Dutch",
                                                 "es": "Spanish"})


class Field(NamedTuple):
    """One thing that a column can hold.

    kind: ``offset`` is a time that is told as the time since the arrival. names: headers that mean it, as `words_of`
    writes them, without words such as time or number. weak: headers that mean it where no other column does it better.
    """

    kind: Kind
    means: str
    names: frozenset[str]
    weak: frozenset[str] = frozenset()


def by_language(names: str) -> dict[str, str]:
    """Name → its language (the first in which it stands). Names before the first mark (``fr:``) are English."""
    found, language = {}, "en"
    for word in names.split():
        if word.endswith(":"):
            language = word[:-1]
        else:
            found.setdefault(word, LANGUAGES[language])
    return found


_LANGUAGE_OF: dict[str, str] = {}


def _field(kind: Kind, means: str, names: str, weak: str = "") -> Field:
    sure, less = by_language(names), by_language(weak)
    for name, language in (*sure.items(), *less.items()):
        _LANGUAGE_OF.setdefault(name, language)
    return Field(kind, means, frozenset(sure), frozenset(less))


_OFFSETS = (
    ("start", "when the stay began", "in begin entry bed unit_in ward_in fr: entree debut de: beginn nl: begin van "
                                     "es: inicio entrada"),
    ("end", "when the stay ended", "out exit finish unit_out ward_out fr: sortie fin de: ende nl: eind einde es: "
                                   "salida"),
    ("requested", "when the place was asked for", "request bed_request dta decision decision_to_admit fr: demande "
                                                  "de: anforderung nl: aanvraag es: solicitud"),
    ("triage", "when triage began", "triaged triage_start door_to_triage fr: ioa de: ersteinschatzung es: triaje"),
    ("triage_end", "when triage ended", "triage_complete fr: fin_triage de: triage_ende nl: triage_eind es: "
                                        "fin_triaje"),
    ("seen", "when a doctor first saw the patient",
     "doctor physician provider md door_to_doctor door_to_provider first_seen seen_by_doctor clinician first_contact "
     "fr: medecin prise_en_charge pec de: arzt arztkontakt nl: arts es: medico atencion"),
    ("seen_end", "when the doctor's first contact ended", "doctor_end provider_end"),
    ("left", "when the visit left the hospital",
     "leave departure departed discharge discharged los length_of_stay total_stay stay_length fr: duree_sejour depart "
     "de: verweildauer aufenthaltsdauer entlassung nl: verblijfsduur ligduur vertrek ontslag es: estancia alta egreso"),
)
FIELDS: Mapping[str, Field] = MappingProxyType({
    "visit": _field(
        "id", "number of the visit: the same in all rows from one arrival until leaving",
        "visit encounter csn case case_concept episode spell attendance hadm visitoccurrence visit_occurrence ed_visit "
        "hospital_visit account admission hospital_admission inpatient_spell pas_attendance "
        "fr: sejour visite passage venue iep nda episode_soins dossier_sejour "
        "de: fall aufnahme fallkennung besuch behandlungsfall "
        "nl: opname bezoek opnamedossier contact episodenummer "
        "es: episodio visita ingreso caso estancia_hospitalaria atencion_id",
        "stay trace trajectory trace_concept"),
    "patient": _field(
        "id", "number of the person: the same over returns",
        "patient subject mrn person nhs hospital medical_record pat pid usuario fr: ipp nip de: patienten "
        "patienten_kennung "
        "nl: patientnummer patientnr es: paciente nhc historia historia_clinica hc en: person_source client", "record"),
    "start": _field(
        "time", "when the stay or task began",
        "start in intime entered entry enter begin began from unit_in ward_in in_unit moved_in stay_start start_stay "
        "stay_begin begin_stay bed_in location_start ward_start unit_start unit_start_stay in_location check_in_unit "
        "transfer_in fr: entree debut entree_unite entree_service debut_sejour entree_uf "
        "de: beginn von eintritt zugang beginn_aufenthalt station_von begin_aufenthalt "
        "nl: begin van begintijd startdatum begindatum ingang starttijd van_afdeling "
        "es: inicio entrada desde fecha_entrada fecha_inicio entrada_unidad",
        "arrived arrival admitted admission admit timestamp time_timestamp datetime complete_timestamp complete event "
        "timestamp_complete effective_start event_timestamp moment when time date date_time adm "
        "fr: admis admission_unite arrivee horodatage heure date_heure quand "
        "de: zeit uhrzeit zeitstempel datum wann aufnahme ankunft zeitpunkt "
        "nl: opname aankomst opnamedatum tijdstip tijd es: ingreso llegada fecha hora fecha_hora momento"),
    "end": _field(
        "time", "when the stay or task ended; empty while it is going on",
        "end out outtime left_unit exit finish finished until to unit_out ward_out out_unit moved_out stay_end "
        "end_stay bed_out location_end ward_end unit_end out_location transfer_out ended "
        "fr: fin sortie sortie_unite sortie_service fin_sejour sortie_uf "
        "de: ende bis austritt abgang ende_aufenthalt station_bis "
        "nl: eind einde tot eindtijd einddatum uitgang tot_afdeling "
        "es: fin salida hasta fecha_salida fecha_fin termino salida_unidad",
        "departed departure discharged discharge left depart dischtime effective_end de: entlassung nl: ontslag es: "
        "alta"),
    "unit": _field(
        "word", "the ward, department or area",
        "unit ward department dept location careunit care_unit nursing_unit hospital_unit area bed_unit unit_name "
        "ward_name location_name ed_area station_name ou treatment_area department_name current_unit clinic_unit "
        "fr: unite uf unite_fonctionnelle service unite_medicale lieu libelle_uf service_medical unite_soins "
        "de: station abteilung bereich einheit stationsname fachabteilung pflegestation oe organisationseinheit "
        "nl: afdeling verpleegafdeling eenheid locatie afdelingsnaam "
        "es: unidad servicio planta area sala departamento ubicacion unidad_enfermeria",
        "place where room_group specialty_ward site"),
    "activity": _field(
        "word", "what was done: triage, doctor, ct, ... or stay",
        "activity concept task step event process concept_name action event_type activity_name event_name "
        "procedure_step milestone what_happened fr: activite acte etape evenement type_evenement quoi "
        "de: aktivitat tatigkeit ereignis schritt massnahme vorgang ereignisart aktion "
        "nl: activiteit handeling gebeurtenis stap actie es: actividad evento tarea paso suceso accion"),
    "resource": _field(
        "word", "who or what was used: doctor, nurse, ct, ...",
        "resource resource_type staff_role role staff_type resource_group org_resource org_group fr: ressource "
        "type_ressource de: ressourcentyp "
        "de: personalart nl: middel hulpmiddel es: recurso tipo_recurso"),
    "requested": _field(
        "time", "when the place or task was asked for",
        "requested request bed_requested bed_request asked joined queue_start decision_to_admit dta decision ordered "
        "queued bed_ordered asked_for request_bed admit_decision admission_decision waiting_since enqueued "
        "fr: demande demande_lit demandee de: angefordert anforderung angemeldet bettanforderung wartet_seit "
        "nl: aangevraagd aanvraag bedaanvraag es: solicitado solicitud peticion solicitud_cama"),
    "arrived": _field(
        "time", "when the visit arrived",
        "arrived arrival arrive registration registered reg check_in door edregtime presentation presented edreg "
        "ed_arrival hospital_arrival arrival_ed fr: arrivee admission_urgences inscription de: ankunft eingetroffen "
        "anmeldung "
        "nl: aankomst binnenkomst inschrijving es: llegada admision registro",
        "admitted admission admit adm admittime hospital_admission es: ingreso de: aufnahme nl: opname opnamedatum"),
    "left": _field(
        "time", "when the visit left the hospital",
        "left leave departed departure discharged discharge dischtime checkout hospital_discharge left_hospital "
        "discharge_hospital ed_departure fr: depart sortie_hopital sortie_definitive de: entlassung entlassen "
        "verlassen "
        "nl: ontslag vertrek es: alta alta_hospitalaria egreso"),
    "triage": _field(
        "time", "when triage began", "triage triaged triage_start start_triage triage_begin fr: debut_triage ioa "
        "de: ersteinschatzung triage_beginn es: inicio_triaje triaje triado"),
    "triage_end": _field("time", "when triage ended", "triage_end end_triage triage_complete triage_completed "
                                                      "fr: fin_triage de: triage_ende nl: triage_eind es: fin_triaje"),
    "seen": _field(
        "time", "when a doctor first saw the patient",
        "seen seen_by_doctor doctor_seen first_seen provider_seen clinician_seen md_seen first_physician doctor_start "
        "seen_by_physician treatment_start first_provider provider_start clinician seen_by_clinician first_contact "
        "physician doctor_first_seen doctor provider assessment_start seen_doctor "
        "fr: prise_en_charge pec medecin vu_medecin premier_medecin debut_prise_en_charge "
        "de: arztkontakt erster_arztkontakt arzt behandlungsbeginn arztbeginn "
        "nl: arts_gezien gezien eerste_arts arts es: atendido visto atencion primera_atencion medico atencion_medica"),
    "seen_end": _field("time", "when the doctor's first contact ended",
                       "seen_end doctor_end provider_end fr: fin_prise_en_charge de: arztkontakt_ende es: "
                       "fin_atencion"),
    "end_reason": _field("word", "how the row ended: done, gave_up, refused, ...", "end_reason"),
    "disposition": _field(
        "word", "how the visit ended: home, died, transferred_out, left_without_being_seen, ...",
        "disposition discharge_disposition outcome discharge_location discharged_to leaving_reason "
        "discharge_destination ed_disposition departure_reason discharge_type attendance_disposal disposal "
        "fr: mode_sortie destination devenir orientation de: entlassungsgrund entlassungsart verbleib entlassart "
        "nl: ontslagbestemming bestemming ontslagreden es: destino motivo_alta tipo_alta destino_alta en: "
        "leave_reason"),
    "lifecycle": _field("word", "which step of an event it is: schedule, start, complete",
                        "lifecycle transition lifecycle_transition event_status fr: statut_evenement de: lebenszyklus "
                        "nl: levenscyclus es: ciclo_de_vida transicion"),
    "amount": _field("number", "how many of the resource", "amount quantity heads es: cantidad de: anzahl nl: aantal "
                                                           "fr: quantite"),
    "space": _field("number", "number of the bed or server", "space bed bed_number bedspace fr: lit de: bett es: cama"),
    "arrival_hour": _field("number", "hour of the day of the arrival (0 to 23), where its date is not told",
                           "arrival_hour hour_of_arrival arrive_hour ed_arrival_hour fr: heure_arrivee_h "
                           "de: ankunftsstunde aufnahmestunde nl: aankomstuur es: hora_de_llegada_h"),
    "arrival_weekday": _field("word", "day of the week of the arrival, where its date is not told",
                              "arrival_weekday weekday weekday_of_arrival day_of_week arrival_dow dow "
                              "arrival_day_of_week fr: jour_semaine de: wochentag nl: weekdag es: dia_semana"),
    **{f"{name}_offset": _field("offset", f"{means}, as the time since the arrival", f"{name} {more}")
       for name, means, more in _OFFSETS},
})
"""Everything that a column can mean, in the order in which columns are chosen."""

def _class(names: str) -> frozenset[str]:
    found = by_language(names)
    _LANGUAGE_OF.update({name: language for name, language in found.items() if name not in _LANGUAGE_OF})
    return frozenset(found)


CLASSES: Mapping[str, frozenset[str]] = MappingProxyType({name: _class(names) for name, names in {
    "acuity": "acuity esi triage_category triage_level triage_score mts ctas ats priority urgency triage_acuity "
              "triage_priority triage_class manchester triage fr: ccmu tri niveau_tri gravite de: dringlichkeit "
              "triagestufe nl: urgentie urgentieklasse triagekleur es: prioridad nivel_triaje gravedad triaje",
    "arrival_mode": "arrival_mode mode mode_of_arrival arrival_transport transport_mode arrival_by "
                    "fr: mode_arrivee moyen_arrivee moyen_transport de: ankunftsart transportart einweisungsart nl: "
                    "vervoer "
                    "wijze_van_binnenkomst es: modo_llegada medio_llegada transporte",
    "specialty": "specialty speciality treating_specialty main_specialty clinical_specialty fr: specialite discipline "
                 "de: fachrichtung fachgebiet nl: specialisme es: especialidad",
    "admission_type": "admission_type admit_type admission_method admission_class fr: type_admission mode_entree "
                      "de: aufnahmeart aufnahmegrund nl: opnametype opnamesoort es: tipo_ingreso",
    "age_band": "age_band age_group ageband fr: tranche_age classe_age de: altersgruppe altersklasse nl: "
                "leeftijdsgroep "
                "leeftijdscategorie es: grupo_edad rango_edad",
}.items()})
"""Classes of visits that are recognised without being told, and the headers that mean them."""

def language_of(name: str) -> str:
    """The language of a name of a column."""
    return _LANGUAGE_OF.get(name, "English")


_NOISE = (
    "time date datetime timestamp ts dt tm at on utc local when day "
    "id no n nr num number nummer numero code key identifier ident name label text desc description pk uid "
    "heure horaire jour zeit datum uhrzeit zeitpunkt zeitstempel tijd tijdstip fecha hora momento "
    "libelle bezeichnung kennung naam nombre codigo the of de du la le la l der die das van het del el d")
NOISE = frozenset(_NOISE.split())
"""Words of a header that say what a column looks like rather than what it means."""
