from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_twin.eventlog import RESERVED, UNIT_KINDS
from hospital_twin.importers._words import activities_of, disposition_of, kind_of, role_of, slug

pytestmark = pytest.mark.unit

KINDS = {
    "ed": ("Emergency Department", "ED", "A&E", "ER", "Resus", "ED Majors", "Fast Track", "Urgences", "Notaufnahme",
           "Spoedeisende Hulp", "SEH", "Urgencias", "Waiting room", "Schockraum"),
    "critical_care": ("Medical Intensive Care Unit (MICU)", "Trauma SICU (TSICU)", "Coronary Care Unit (CCU)", "ICU",
                      "ITU", "Réanimation", "Soins intensifs", "Intensivstation", "Intensive Care", "UCI",
                      "Critical Care"),
    "high_dependency": ("Neuro Stepdown", "Neuro Intermediate", "HDU", "Medicine/Cardiology Intermediate",
                        "Step-down unit", "USC", "Medium Care", "Cuidados Intermedios", "PCU"),
    "assessment": ("AMU", "Acute Medical Unit", "Observation", "Emergency Department Observation", "UHCD", "SDEC"),
    "theatre": ("Theatre 3", "Operating Room", "OR 5", "Bloc opératoire", "OP-Saal", "Quirófano"),
    "recovery": ("PACU", "Recovery", "SSPI", "Aufwachraum"),
    "ward": ("Ward 3", "4 West", "Med/Surg", "Transplant", "Station 12", "Orthopaedics", "Medicine", "Vascular",
             "Surgery/Trauma", "Cardiac Surgery", "Neurology"),
    "other": ("Discharge Lounge", "Unknown", "Radiology", "Endoscopy"),
}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in KINDS.items() for name in names])
def test_kinds_of_units_by_their_names(kind: str, name: str):
    assert kind_of(slug(name)) == kind
    assert kind in UNIT_KINDS


@pytest.mark.parametrize(("role", "name"), [
    ("doctor", "ED doctor"), ("doctor", "Physician"), ("doctor", "Médecin"), ("doctor", "Arzt"), ("nurse", "ed_nurse"),
    ("nurse", "Infirmière"), ("nurse", "Pflegekraft"), ("nurse", "Verpleegkundige"), ("triage", "triage nurse"),
    ("equipment", "CT"), ("equipment", "Laboratory"), ("equipment", "X-ray"), ("place", "ICU"), ("other", "porter")])
def test_roles_of_resources_by_their_names(role: str, name: str):
    assert role_of(slug(name)) == role


@pytest.mark.parametrize(("word", "name"), [
    ("DIED", "died"), ("Deceased", "died"), ("Décès", "died"), ("verstorben", "died"),
    ("LWBS", "left_without_being_seen"), ("Left without being seen", "left_without_being_seen"),
    ("Did not wait", "left_without_being_seen"),
    ("Cancelled", "cancelled"), ("Canceled", "cancelled"), ("ACUTE HOSPITAL", "transferred_out"), ("HOME", "home"),
    ("Discharged home", "home"), ("HOME HEALTH CARE", "home_health_care"), ("Nursing home", "nursing_home"),
    ("Domicile", "home"), ("SKILLED NURSING FACILITY", "skilled_nursing_facility"), ("2", "left_2")])
def test_dispositions(word: str, name: str):
    assert disposition_of(word) == name


def test_activities():
    assert activities_of(["Arrival", "Discharge", "Bed stay", "CT scan", ""]) == {
        "Arrival": "arrive", "Discharge": "leave", "Bed stay": "stay", "CT scan": "ct_scan", "": ""}
    assert activities_of(["stay", "bed stay"]) == {"stay": "stay", "bed stay": "bed_stay"}
    assert set(activities_of(RESERVED).values()) == set(RESERVED)


@given(st.text(max_size=30))
def test_a_slug_is_a_name_of_the_twin(text: str):
    name = slug(text)
    assert name == "" if not text else re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert slug(name) == name


def test_slugs():
    assert slug("Médecine 3") == "medecine_3"
    assert slug("4 West") == "unit_4_west"
    assert slug("Straße") == "strasse"
    assert slug("内科") != slug("外科")
