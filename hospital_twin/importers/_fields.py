"""What a log can say, and what the columns that say it are called in five languages."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Kind = Literal["id", "word", "time", "number"]


class Field(NamedTuple):
    """One thing that a column can hold.

    names: headers that mean it, as `plain` writes them, without words such as time or number. weak: headers that mean
    it where no other column does it better.
    """

    kind: Kind
    means: str
    names: frozenset[str]
    weak: frozenset[str] = frozenset()


def _field(kind: Kind, means: str, names: str, weak: str = "") -> Field:
    return Field(kind, means, frozenset(names.split()), frozenset(weak.split()))


FIELDS: Mapping[str, Field] = MappingProxyType({
    "visit": _field(
        "id", "number of the visit: the same in all rows from one arrival until leaving",
        "visit encounter csn case episode spell attendance hadm visitoccurrence visit_occurrence ed_visit "
        "hospital_visit account admission hospital_admission inpatient_spell pas_attendance "
        "sejour visite passage venue iep nda episode_soins dossier_sejour "
        "fall aufnahme fallkennung besuch behandlungsfall "
        "opname bezoek opnamedossier contact episodenummer "
        "episodio visita ingreso caso estancia_hospitalaria atencion_id",
        "stay trace trajectory"),
    "patient": _field(
        "id", "number of the person: the same over returns",
        "patient subject mrn person nhs hospital medical_record pat ipp nip patienten patienten_kennung pid "
        "patientnummer patientnr paciente nhc historia historia_clinica usuario person_source client", "record"),
    "start": _field(
        "time", "when the stay or task began",
        "start in intime entered entry enter begin began from unit_in ward_in in_unit moved_in stay_start start_stay "
        "stay_begin begin_stay bed_in location_start ward_start unit_start unit_start_stay in_location check_in_unit "
        "transfer_in entree debut entree_unite entree_service debut_sejour entree_uf "
        "beginn von eintritt zugang beginn_aufenthalt station_von begin_aufenthalt "
        "begin van begintijd startdatum begindatum ingang starttijd van_afdeling "
        "inicio entrada desde fecha_entrada fecha_inicio entrada_unidad",
        "arrived arrival admitted admission admit ingreso aufnahme opname admis admission_unite timestamp datetime "
        "complete_timestamp complete event timestamp_complete ankunft aankomst llegada arrivee opnamedatum "
        "effective_start fecha zeitpunkt tijdstip horodatage"),
    "end": _field(
        "time", "when the stay or task ended; empty while it is going on",
        "end out outtime left_unit exit finish finished until to unit_out ward_out out_unit moved_out stay_end "
        "end_stay bed_out location_end ward_end unit_end out_location transfer_out ended "
        "fin sortie sortie_unite sortie_service fin_sejour sortie_uf "
        "ende bis austritt abgang ende_aufenthalt station_bis "
        "eind einde tot eindtijd einddatum uitgang tot_afdeling "
        "fin salida hasta fecha_salida fecha_fin termino salida_unidad",
        "departed departure discharged discharge left depart entlassung ontslag alta dischtime effective_end"),
    "unit": _field(
        "word", "the ward, department or area",
        "unit ward department dept location careunit care_unit nursing_unit hospital_unit area bed_unit unit_name "
        "ward_name location_name ed_area station_name ou treatment_area department_name current_unit clinic_unit "
        "unite uf unite_fonctionnelle service unite_medicale lieu libelle_uf service_medical unite_soins "
        "station abteilung bereich einheit stationsname fachabteilung pflegestation oe organisationseinheit "
        "afdeling verpleegafdeling eenheid locatie afdelingsnaam "
        "unidad servicio planta area sala departamento ubicacion unidad_enfermeria",
        "place where room_group specialty_ward site"),
    "activity": _field(
        "word", "what was done: triage, doctor, ct, ... or stay",
        "activity task step event process concept_name action event_type activity_name event_name procedure_step "
        "activite acte etape evenement aktivitat tatigkeit ereignis schritt massnahme "
        "activiteit handeling gebeurtenis stap actividad evento tarea paso"),
    "resource": _field(
        "word", "who or what was used: doctor, nurse, ct, ...",
        "resource resource_type staff_role role staff_type resource_group ressource type_ressource ressourcentyp "
        "personalart middel hulpmiddel recurso tipo_recurso"),
    "requested": _field(
        "time", "when the place or task was asked for",
        "requested request bed_requested bed_request asked joined queue_start decision_to_admit dta decision ordered "
        "queued bed_ordered asked_for request_bed admit_decision admission_decision waiting_since enqueued "
        "demande demande_lit demandee angefordert anforderung angemeldet bettanforderung wartet_seit "
        "aangevraagd aanvraag bedaanvraag solicitado solicitud peticion solicitud_cama"),
    "arrived": _field(
        "time", "when the visit arrived",
        "arrived arrival arrive registration registered reg check_in door edregtime presentation presented edreg "
        "ed_arrival hospital_arrival arrival_ed arrivee admission_urgences inscription ankunft eingetroffen anmeldung "
        "aankomst binnenkomst inschrijving llegada admision registro",
        "admitted admission admit admittime hospital_admission ingreso aufnahme opname opnamedatum"),
    "left": _field(
        "time", "when the visit left the hospital",
        "left leave departed departure discharged discharge dischtime checkout hospital_discharge left_hospital "
        "discharge_hospital ed_departure depart sortie_hopital sortie_definitive entlassung entlassen verlassen "
        "ontslag vertrek alta alta_hospitalaria egreso"),
    "triage": _field(
        "time", "when triage began", "triage triaged triage_start start_triage triage_begin debut_triage ioa "
        "ersteinschatzung triage_beginn triage_begin inicio_triaje triaje triado"),
    "triage_end": _field("time", "when triage ended", "triage_end end_triage triage_complete triage_completed "
                                                      "fin_triage triage_ende triage_eind fin_triaje"),
    "seen": _field(
        "time", "when a doctor first saw the patient",
        "seen seen_by_doctor doctor_seen first_seen provider_seen clinician_seen md_seen first_physician doctor_start "
        "seen_by_physician treatment_start first_provider provider_start clinician seen_by_clinician first_contact "
        "physician doctor_first_seen doctor provider assessment_start seen_doctor "
        "prise_en_charge pec medecin vu_medecin premier_medecin debut_prise_en_charge "
        "arztkontakt erster_arztkontakt arzt behandlungsbeginn arztbeginn "
        "arts_gezien gezien eerste_arts arts atendido visto atencion primera_atencion medico atencion_medica"),
    "seen_end": _field("time", "when the doctor's first contact ended",
                       "seen_end doctor_end provider_end fin_prise_en_charge arztkontakt_ende fin_atencion"),
    "end_reason": _field("word", "how the row ended: done, gave_up, refused, ...", "end_reason"),
    "disposition": _field(
        "word", "how the visit ended: home, died, transferred_out, left_without_being_seen, ...",
        "disposition discharge_disposition outcome discharge_location discharged_to leaving_reason "
        "discharge_destination ed_disposition departure_reason discharge_type attendance_disposal disposal "
        "mode_sortie destination devenir orientation entlassungsgrund entlassungsart verbleib entlassart "
        "ontslagbestemming bestemming ontslagreden destino motivo_alta tipo_alta destino_alta leave_reason"),
    "amount": _field("number", "how many of the resource", "amount quantity heads cantidad anzahl aantal quantite"),
    "space": _field("number", "number of the bed or server", "space bed bed_number lit bett cama bedspace"),
})
"""Everything that a column can mean, in the order in which columns are chosen."""

CLASSES: Mapping[str, frozenset[str]] = MappingProxyType({name: frozenset(names.split()) for name, names in {
    "acuity": "acuity esi triage_category triage_level triage_score mts ctas ats priority urgency triage_acuity "
              "triage_priority triage_class manchester ccmu tri niveau_tri triage gravite dringlichkeit "
              "triagestufe urgentie urgentieklasse triagekleur prioridad nivel_triaje gravedad triaje",
    "arrival_mode": "arrival_mode mode mode_of_arrival arrival_transport transport_mode mode_arrivee moyen_arrivee "
                    "moyen_transport ankunftsart transportart einweisungsart vervoer wijze_van_binnenkomst "
                    "modo_llegada medio_llegada transporte arrival_by",
    "specialty": "specialty speciality treating_specialty main_specialty clinical_specialty specialite discipline "
                 "fachrichtung fachgebiet specialisme especialidad",
    "admission_type": "admission_type admit_type admission_method admission_class type_admission mode_entree "
                      "aufnahmeart aufnahmegrund opnametype opnamesoort tipo_ingreso",
    "age_band": "age_band age_group ageband tranche_age classe_age altersgruppe altersklasse leeftijdsgroep "
                "leeftijdscategorie grupo_edad rango_edad",
}.items()})
"""Classes of visits that are recognised without being told, and the headers that mean them."""

_NOISE = (
    "time date datetime timestamp ts dt tm at on utc local when day "
    "id no nr num number nummer numero code key identifier ident name label text desc description pk uid "
    "heure horaire jour zeit datum uhrzeit zeitpunkt zeitstempel tijd tijdstip fecha hora momento "
    "libelle bezeichnung kennung naam nombre codigo the of de du la le la l der die das van het del el d")
NOISE = frozenset(_NOISE.split())
"""Words of a header that say what a column looks like rather than what it means."""
