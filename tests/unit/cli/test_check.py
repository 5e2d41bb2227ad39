"""`hospital-twin check`: what it says, and what it says to do next."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from hospital_twin.cli._endings import exit_code

pytestmark = pytest.mark.unit

ROWS = "2025-03-03 10:00,2025-03-03 12:00"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "my beds.csv"


@pytest.mark.parametrize("text", [f"Bett,Ward,In,Out\n1,ED,{ROWS}\n", f"visit,Ward,Unit,In,Out\n1,A,B,{ROWS}\n",
                                  "visit,Ward,In,Out\n1,ED,03/04/2025 10:00,\n",
                                  f"visit,Ward,In,Out\n1,ED,{ROWS.replace('2025', '1925')}\n"])
def test_who_is_asked_for_a_mapping_is_told_how_to_hand_it_over(log: Path, capsys: pytest.CaptureFixture[str],
                                                                text: str):
    log.write_text(text)
    assert exit_code(["check", log.name]) == 2
    assert capsys.readouterr().err.endswith("\n  then: hospital-twin check 'my beds.csv' --mapping my_mapping.yaml\n")


def test_a_refusal_that_no_mapping_helps_does_not_speak_of_one(log: Path, capsys: pytest.CaptureFixture[str]):
    assert exit_code(["check", log.name]) == 2
    assert "mapping" not in capsys.readouterr().err


def test_a_column_that_is_not_used_is_shown_as_what_is_needed(log: Path, capsys: pytest.CaptureFixture[str]):
    log.write_text(f"visit,Ward,In,Out,1st Dr contact\n1,ED,{ROWS},2025-03-03 11:00\n")
    assert exit_code(["check", log.name]) == 0
    assert ("columns: {seen: 1st Dr contact}\n  then: hospital-twin check 'my beds.csv' --mapping my_mapping.yaml\n"
            in capsys.readouterr().out)
    Path("my_mapping.yaml").write_text("columns: {seen: 1st Dr contact}\n")
    assert exit_code(["check", log.name, "--mapping", "my_mapping.yaml"]) == 0
    assert "then:" not in capsys.readouterr().out


def test_faults_are_written_for_a_spreadsheet(log: Path):
    log.write_text(f"visit,Ward,In,Out\n1,ED,{ROWS}\n2,ED,2025-03-03 10:00,=1+2\n")
    assert exit_code(["check", log.name, "--faults", "faults.csv", "--most-rejected", "100"]) == 0
    assert Path("faults.csv").read_text().splitlines()[-1].endswith(",rejected,'=9+9")


def test_what_is_printed_is_written_as_a_page(log: Path, capsys: pytest.CaptureFixture[str]):
    log.write_text(f"visit,Ward,In,Out\n1,ED,{ROWS}\n")
    assert exit_code(["check", log.name, "--html", "log.html"]) == 0
    assert capsys.readouterr().out.endswith("As a page: log.html\n")
    assert "<h1>What is in my beds.csv</h1>" in Path("log.html").read_text()
    assert exit_code(["check", log.name, "--json", "--html", "log.html"]) == 0
    assert json.loads(capsys.readouterr().out)["rows_read"] == 1
    assert exit_code(["check", log.name, "--html", "log.csv"]) == 2


def test_how_a_log_was_read_is_saved_and_found_again(log: Path, capsys: pytest.CaptureFixture[str]):
    log.write_text(f"visit,Ward,In,Out\n1,ED,{ROWS}\n")
    named = f"{log.name}.mapping.yaml"
    assert exit_code(["check", log.name, "--save-mapping", named]) == 0
    assert '  start: "In" (certain, English; like 9999-99-99 99:99)' in capsys.readouterr().out
    assert "start: In" in Path(named).read_text()
    assert exit_code(["check", log.name]) == 0
    said = capsys.readouterr().out
    assert f"read with the mapping {named}, which lies beside the log" in said
    assert '  start: "In" (mapping; like 9999-99-99 99:99)' in said
    assert exit_code(["check", log.name, "--save-mapping", named]) == 2
    assert "this file is there already" in capsys.readouterr().err


def test_counts_without_visits_are_checked_as_what_they_are(log: Path, capsys: pytest.CaptureFixture[str]):
    log.write_text("Date;Heure;Site;Nb présents\n2024-03-04;0;A;5\n2024-03-04;1;A;7\n2024-03-04;3;A;x\n")
    named = f"{log.name}.mapping.yaml"
    assert exit_code(["check", log.name, "--time-zone", "Europe/Paris", "--save-mapping", named]) == 0
    said = capsys.readouterr().out
    assert "Counts without patients\n  3 rows read, 3 kept (1 of them repaired), 0 rejected\n" in said
    assert "  census_on_the_hour: 2, 2 hours, places: 1\n" in said
    assert "    2024-03-04 02:00 to 2024-03-04 03:00: a\n" in said
    assert Path(named).read_text().endswith("quantities:\n  Nb présents: census_on_the_hour\n"
                                            "time_zone: Europe/Paris\n")
    assert exit_code(["check", log.name, "--json", "--faults", "faults.csv"]) == 0
    assert len(json.loads(capsys.readouterr().out)["gaps"]) == 2
    assert len(Path("faults.csv").read_text().splitlines()) == 2
    assert exit_code(["import", log.name, "--store", "store.sqlite"]) == 2
    assert "these are counts, without visits" in capsys.readouterr().err


def test_counts_of_which_most_are_lacking_are_an_answer_of_no(log: Path, capsys: pytest.CaptureFixture[str]):
    log.write_text("time,arrivals\n2024-03-04 00:00,5\n" + "2024-03-04 01:00,\n" * 4)
    assert exit_code(["check", log.name, "--time-zone", "UTC"]) == 1
    assert "4 of 5 rows had to be rejected" in capsys.readouterr().out


def test_what_a_fault_does_to_the_twin_is_measured(log: Path, capsys: pytest.CaptureFixture[str]):
    rows = [f"{n},ED,2025-03-{1 + n // 24:02d} {n % 24:02d}:00,2025-03-{1 + n // 24:02d} {n % 24:02d}:{30 + n % 25}"
            for n in range(200)]
    log.write_text("\n".join(["visit,Ward,In,Out", *rows, *rows[:3]]) + "\n")
    assert exit_code(["check", log.name, "--effects"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "What that does to the twin the same as an earlier row (rejected, 3 rows) Without the 3 visits" in said
    assert exit_code(["check", log.name, "--effects", "--json"]) == 0
    effect = json.loads(capsys.readouterr().out)["effects"][0]
    assert (effect["kind"], effect["visits"], effect["of"]) == ("duplicate", 3, 200)


def test_counts_have_no_visits_to_be_left_out(log: Path, capsys: pytest.CaptureFixture[str]):
    log.write_text("time,unit,arrivals\n" + "".join(f"2025-03-01 {h:02d}:00,ED,{h}\n" for h in range(24)))
    assert exit_code(["check", log.name, "--effects"]) == 2
    assert capsys.readouterr().err.startswith("--effects: these are counts")
