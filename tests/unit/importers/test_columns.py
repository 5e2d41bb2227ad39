from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hospital_twin.errors import BadInput
from hospital_twin.importers._columns import recognise, words_of
from hospital_twin.importers._fields import CLASSES, FIELDS
from hospital_twin.importers._mapping import LogMapping
from hospital_twin.importers._persons import about_a_person
from hospital_twin.importers._source import Source
from hospital_twin.importers._text_table import look
from tests.unit.importers.conftest import Read

pytestmark = pytest.mark.unit

Write = Callable[..., Path]
DATA = "4711,88,Ward 3,2025-03-25 10:00,2025-03-26 11:00,home"
HEADERS = {
    "English": "Encounter ID,Patient No.,Ward Name,Time In,Time Out,Discharge Destination",
    "plain English": "visit,patient,unit,start,end,disposition",
    "database": "hadm_id,subject_id,careunit,intime,outtime,discharge_location",
    "camel": "EncounterID,PatientID,WardName,StartDateTime,EndDateTime,DischargeDisposition",
    "French": "N° séjour,IPP,Unité,Date d'entrée,Date de sortie,Mode de sortie",
    "German": "Fallnummer,Patienten-ID,Station,Beginn,Ende,Entlassungsart",
    "Dutch": "Opnamenummer,Patiëntnummer,Afdeling,Begindatum,Einddatum,Ontslagbestemming",
    "Spanish": "Número de episodio,Paciente,Unidad,Fecha de entrada,Fecha de salida,Motivo de alta",
    "NHS": "Spell Number,Hospital Number,Ward Code,Ward Start Date Time,Ward End Date Time,Discharge Destination",
    "padded": "  visit\t, patient ,UNIT, Start ,END,disposition  ",
}
WANTED = ["visit", "patient", "unit", "start", "end", "disposition"]


def meant(path: Path, mapping: LogMapping | None = None, attributes: tuple[str, ...] | None = None) -> dict[str, str]:
    peek = look(Source(path))
    found = recognise(peek, mapping or LogMapping(), attributes)
    assert not found.rivals
    named = {field: " + ".join(peek.header[p] for p in places) for field, places in found.fields.items()}
    return named | {name: peek.header[place] for name, place in found.attributes.items()}


@pytest.mark.parametrize("language", HEADERS)
def test_columns_are_recognised(write: Write, language: str):
    header = HEADERS[language]
    found = meant(write(f"{header}\n{DATA}\n"))
    assert found == dict(zip(WANTED, (name.strip() for name in header.split(",")), strict=True))


def test_the_order_of_columns_does_not_matter(write: Write):
    rows = [HEADERS["French"].split(","), DATA.split(",")]
    found = meant(write("\n".join(",".join(reversed(row)) for row in rows)))
    assert [found[field] for field in WANTED] == rows[0]


def test_words_of_a_header():
    assert words_of("EncounterID") == words_of("encounter_id") == words_of("Encounter-Id") == ("encounter", "id")
    assert words_of("Größe d'entrée") == ("grosse", "d", "entree")
    assert words_of("EDArrivalTime") == ("ed", "arrival", "time")


def test_an_emergency_department_with_one_row_a_visit(write: Write):
    found = meant(write("Attendance Number,Department,Arrival Time,Triage Time,Seen by Doctor,Departure Time,"
                        "Triage Category,Arrival Mode,Outcome\n"
                        "1,ED,2025-03-25 10:00,2025-03-25 10:05,2025-03-25 10:30,2025-03-25 12:00,3,walked,home\n"))
    assert found == {"visit": "Attendance Number", "unit": "Department", "start": "Arrival Time",
                     "end": "Departure Time", "triage": "Triage Time", "seen": "Seen by Doctor",
                     "disposition": "Outcome", "acuity": "Triage Category", "arrival_mode": "Arrival Mode"}


def test_arrival_is_the_arrival_where_another_column_is_the_start(write: Write):
    found = meant(write("visit,ward,arrival time,ward in,ward out,discharge time\n"
                        "1,A,2025-03-25 10:00,2025-03-25 12:00,2025-03-26 10:00,2025-03-26 11:00\n"))
    assert found == {"visit": "visit", "unit": "ward", "start": "ward in", "end": "ward out",
                     "arrived": "arrival time", "left": "discharge time"}


def test_what_stands_in_a_column_counts(write: Write):
    time, level = "2025-03-25 10:00", "3"
    assert "triage" in meant(write(f"visit,unit,start,triage\n1,A,{time},{time}\n"))
    assert meant(write(f"visit,unit,start,triage\n1,A,{time},{level}\n"))["acuity"] == "triage"


def test_date_and_time_of_day_apart(write: Write, read: Read):
    text = "visit,unit,start date,start time,end date,end time\n1,ed,25/03/2025,10:05,26/03/2025,9:30\n"
    assert meant(write(text)) == {"visit": "visit", "unit": "unit", "start": "start date + start time",
                                  "end": "end date + end time"}
    log, _ = read(text)
    stay = log.stays[log.stays["activity"].eq("stay")].iloc[0]
    assert (str(stay["start"])[:16], str(stay["end"])[:16]) == ("2025-03-25 10:05", "2025-03-26 09:30")


def test_classes_are_those_of_the_layout_where_there_is_one(write: Write):
    path = write("visit,unit,start,acuity,frailty,specialty\n1,A,2025-03-25 10:00,3,high,surgery\n")
    assert {"acuity", "specialty"} <= set(meant(path))
    assert "frailty" not in meant(path)
    assert set(meant(path, attributes=("frailty",))) == {"visit", "unit", "start", "frailty"}


def test_a_mapping_counts_more_than_names(write: Write):
    path = write("visit,unit,start,old start,ward\n1,A,2025-03-25 10:00,2025-03-24 10:00,B\n")
    mapping = LogMapping(columns={"start": "old start", "unit": "ward", "end": None}, attributes={"group": "unit"})
    assert meant(path, mapping) == {"visit": "visit", "unit": "ward", "start": "old start", "group": "unit"}


def test_two_columns_that_mean_the_same_are_shown_with_the_way_out(read: Read):
    with pytest.raises(BadInput, match="'Ward', 'Unit' can each be unit") as refused:
        read("visit,Ward,Unit,start\n1,A,B,2025-03-25 10:00\n")
    assert "columns:\n      unit: Ward" in refused.value.expected


PERSONAL = ("Patient Name", "Patient DOB", "Patient postcode", "Patient phone", "Patient surname", "Patient ForeName",
            "Patient date of birth", "Patient e-mail", "Patient zip code", "Patient address", "Nom du patient",
            "Prénom patient", "Patient naissance", "Patient code postal", "Naam patient", "Patient geboortedatum",
            "Patientenname", "Geburtsdatum Patient", "Patient PLZ", "Patienten-Telefon", "Nombre del paciente",
            "Apellidos paciente", "Paciente fecha nacimiento", "Visit name", "Encounter phone")


@pytest.mark.parametrize("header", PERSONAL)
def test_what_says_who_somebody_is_is_no_number_of_a_person_or_visit(write: Write, header: str):
    found = meant(write(f"case id,{header},ward,start\n1,4711,A,2025-03-25 10:00\n"))
    assert found == {"visit": "case id", "unit": "ward", "start": "start"}


@pytest.mark.parametrize("header", ["Postcode area", "Patient address location", "Lieu de naissance", "Birth place"])
def test_where_somebody_lives_or_was_born_is_no_unit(write: Write, header: str):
    assert "unit" not in meant(write(f"case id,{header},start\n1,X1,2025-03-25 10:00\n"))


@pytest.mark.parametrize("header", ["Ward name", "Current ward name", "Nom du service", "Stationsname", "Afdelingsnaam",
                                    "Nombre de la unidad"])
def test_a_unit_may_be_named(write: Write, header: str):
    found = meant(write(f"case id,{header},start\n1,General Surgery,2025-03-25 10:00\n"))
    assert found["unit"] == header


def test_the_number_of_a_person_is_taken_without_asking_where_the_name_stands_beside_it(write: Write):
    found = meant(write("visit,Patient Name,Patient ID,ward,start\n1,Ann Lee,88,A,2025-03-25 10:00\n"))
    assert found["patient"] == "Patient ID"
    alone = meant(write("visit,Patient,ward,start\n1,\"Lee, Ann\",A,2025-03-25 10:00\n2,Jo Poe,A,2025-03-25 11:00\n"))
    assert "patient" not in alone
    said = meant(write("visit,Patient Name,ward,start\n1,Ann Lee,A,2025-03-25 10:00\n"),
                 LogMapping(columns={"patient": "Patient Name"}))
    assert said["patient"] == "Patient Name"


def test_every_name_is_written_as_it_is_compared():
    """A name that no header can come down to would be a dead letter."""
    names = [name for field in FIELDS.values() for name in field.names | field.weak]
    names += [name for found in CLASSES.values() for name in found]
    assert [name for name in names if name not in ("_".join(words_of(name)), "".join(words_of(name)))] == []


def test_no_name_of_a_number_reads_like_that_of_a_person():
    names = [name for field in FIELDS.values() if field.kind == "id" for name in field.names | field.weak]
    assert [name for name in names if about_a_person(name.split("_"))] == []


def test_no_name_means_two_things_of_one_kind():
    kinds = {kind: [f for f in FIELDS.values() if f.kind == kind] for kind in ("id", "time", "word", "number")}
    for fields in kinds.values():
        for i, one in enumerate(fields):
            for other in fields[i + 1:]:
                assert not one.names & other.names, (one.means, other.means)
