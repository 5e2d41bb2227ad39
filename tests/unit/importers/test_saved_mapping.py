"""What was guessed of a log, shown, saved as a mapping, and found again."""
from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hospital_twin.importers import LogMapping, Options, importer_drawer, read_log, read_mapping
from hospital_twin.importers._containers import recognised_in
from tests.unit.importers.conftest import Read, rows

pytestmark = pytest.mark.unit

Write = Callable[..., Path]
DATA = "4711,Ward 3,{start},{end}\n"
HEADERS = {
    "English": "Encounter ID,Ward Name,Time In,Time Out", "French": "N° séjour,Unité,Date d'entrée,Date de sortie",
    "German": "Fallnummer,Station,Beginn,Ende", "Dutch": "Opnamenummer,Afdeling,Begindatum,Einddatum",
    "Spanish": "Número de episodio,Unidad,Fecha de entrada,Fecha de salida",
}


@pytest.mark.parametrize("language", HEADERS)
def test_a_guess_says_how_certain_it_is_from_what_and_what_values_look_like(read: Read, language: str):
    _, report = read(HEADERS[language] + "\n" + DATA.format(start="2025-03-25 10:00", end="2025-03-26 11:00"))
    for guess in report.guesses.values():
        assert guess.source == language
        assert guess.certainty >= 0.9
    header = HEADERS[language].split(",")[2]
    assert f'  start: "{header}" (certain, {language}; like 9999-99-99 99:99)' in report.lines()
    assert report.to_dict()["guesses"]["start"]["headers"] == (header,)


def test_two_shapes_are_shown_and_no_value(read: Read):
    _, report = read("Patient,visit,Ward,In,Out\n" + "".join(
        f"secret{n},Z{n},ICU,2025-03-2{n} 10:00,\n" for n in range(1, 9)) + "x,B,Ward 10,25.03.2025,\n" * 2)
    assert report.guesses["start"].shapes == ("9999-99-99 99:99", "99.99.9999")
    assert report.guesses["patient"].shapes == ("aaaaaa9", "a")
    assert [line for line in report.lines() if re.search(r"secret\d|Z\d", line)] == []


@pytest.mark.parametrize(("text", "field", "header"), [
    # A header says date, and text stands below it; another column has the dates.
    ("visit,unit,start date,begin\n1,A,early,2025-03-25 10:00\n2,A,late,2025-03-25 11:00\n", "start", "begin"),
    # Headers and contents are swapped.
    ("visit,start,unit,entry\n1,Ward 3,2025-03-25 10:00,x\n", None, None),
    ("Kennung Fall Nr.,Wo (Station),Von - Zeit,Bis - Zeit\n1,A,2025-03-25 10:00,2025-03-25 11:00\n", "start",
     "Von - Zeit"),
])
def test_content_counts_against_the_name(write: Write, text: str, field: str | None, header: str | None):
    table, found = recognised_in(write(text), Options(None, LogMapping(), None))
    if field is None:
        assert not found.has("start")
        assert not found.has("unit")
    else:
        assert table.header[found.fields[field][0]] == header


def test_activities_are_told_by_what_stands_in_a_column_of_any_name(read: Read):
    log, report = read("Fall,XYZ,Wann\n1,Ankunft Notaufnahme,03.03.2025 10:05\n1,Labor,03.03.2025 10:10\n"
                       "1,Verlegung auf Station B2,03.03.2025 13:00\n1,Entlassung nach Hause,25.03.2025 10:00\n")
    assert report.shape == "event rows"
    assert (report.guesses["activity"].source, report.guesses["activity"].certainty) == ("by what stands in it", 0.7)
    assert log.units == {"ed": "ed", "station_b2": "ward"}
    _, stays = read("visit,unit,in,out,how\n1,ED,2025-03-03 10:05,2025-03-03 11:05,Discharge home\n"
                    "2,ED,2025-03-03 10:05,2025-03-03 11:05,Admission ward\n")
    assert stays.shape == "stay rows"


@pytest.mark.parametrize("name", sorted(importer_drawer()))
def test_what_was_guessed_reads_the_same_log_again(name: str, tmp_path: Path):
    files = importer_drawer()[name].sample.files
    path = tmp_path / "log" if len(files) > 1 else tmp_path / next(iter(files))
    if len(files) > 1:
        path.mkdir()
    for file, text in files.items():
        (path / file if path.is_dir() else path).write_text(text, encoding="utf-8")
    before, first = read_log(path, time_zone="Europe/London")
    saved = tmp_path / f"{path.name}.mapping.yaml"
    first.save_mapping(saved)
    said = read_mapping(saved)
    assert said.shape == name
    assert said.time_zone == "Europe/London"
    assert set(said.units) == {word.log for word in first.units}
    after, second = read_log(path)
    assert any(f"read with the mapping {saved}" in note for note in second.notes)
    assert rows(before) == rows(after)
    assert before.units == after.units
    assert before.resources == after.resources
    assert second.columns == first.columns
    assert second.mapping.model_dump() == first.mapping.model_dump()


def test_a_saved_mapping_keeps_order_of_dates_events_classes_and_what_was_said(read: Read, tmp_path: Path):
    text = ("case,activity,date,hour,acuity\n1,ED arrival,25/03/2025,10:00,3\n1,CRP,25/03/2025,11:00,\n"
            "1,Verlegt ICU,26/03/2025,9:00,\n1,Heim,26/03/2025,12:00,\n")
    said = {"events": {"Heim": {"leave": "home"}, "CRP": None}, "kinds": {"icu": "high_dependency"},
            "columns": {"start": ("date", "hour")}}
    log, report = read(text, mapping=said)
    saved = tmp_path / "my.yaml"
    report.save_mapping(saved)
    plain = saved.read_text(encoding="utf-8")
    assert "date_order: day_first" in plain
    assert "Verlegt ICU:\n    stay: icu" in plain
    again, _ = read_log(tmp_path / "log.csv", mapping=saved)
    assert rows(again) == rows(log)
    assert again.units == log.units == {"ed": "ed", "icu": "high_dependency"}
    assert again.attributes == ("acuity",)
