"""The installed command, as a user meets it in a shell."""
from __future__ import annotations

import gzip
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hospital_twin.store import Store
from tests.planted import DOORS, FAULTS, LAYOUT, LOG, RUN, SCENARIO, Fault

pytestmark = pytest.mark.e2e

PROGRAM = str(Path(sys.executable).with_name("hospital-twin"))
TWO = ("--days", "2", "--warm-up", "0", "--replications", "2", "--workers", "1")
NO_STAFF = """\
name: Beds only
units: {corridor: {kind: ward, places: unlimited}, ward_3b: {kind: ward, places: 5}}
sources: {walk_in: {pathway: in_and_out, rate: 0.1, ceiling: 2}}
pathways: {in_and_out: [{move: in, to: ward_3b}, {stay: here, takes: 20 h}, {leave: out, as: home}]}
"""
NUMBER = r"[−+]?[\d,.]+"


def twin(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def answer(folder: Path, *arguments: str, code: int = 0) -> Any:
    return json.loads(twin(folder, *arguments, "--json", code=code).stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny.yaml").write_text(LAYOUT)
    (tmp_path / "bed.yaml").write_text(SCENARIO)
    (tmp_path / "log.csv").write_text(LOG)
    return tmp_path


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a generated log of 28 days, out/sample.csv.gz, and its layout, tiny.yaml."""
    folder = tmp_path_factory.mktemp("sample")
    (folder / "tiny.yaml").write_text(LAYOUT)
    twin(folder, "generate", "tiny.yaml", "--days", "28")
    return folder


# The others, in one process, are in tests/integration/test_doors.py.
SIX_AT_EACH_DOOR = [fault for door in DOORS for fault in [one for one in FAULTS if one.door == door][-6:]]


@pytest.mark.parametrize("fault", SIX_AT_EACH_DOOR, ids=str)
def test_a_planted_fault_is_answered_in_words(fault: Fault, tmp_path: Path):
    fault.plant(tmp_path)
    done = twin(tmp_path, *fault.typed, code=2)
    assert done.stdout == ""
    assert not fault.lacking(done.stderr)


def test_run_prints_each_kpi_with_its_interval_and_says_where_it_is_kept(folder: Path):
    out = twin(folder, *RUN).stdout
    assert "Tiny ED: 2 replications of 2 days, 0 of them warm-up" in out
    assert re.search(rf"^Door to clinician +min +{NUMBER} +\[{NUMBER}, {NUMBER}\]$", out, re.MULTILINE)
    assert "out/twin.sqlite" in out
    assert (folder / "out" / "twin.sqlite").is_file()
    assert max(map(len, out.splitlines())) <= 100


def test_what_was_run_is_not_run_again(folder: Path):
    first = answer(folder, *RUN)
    again = twin(folder, *RUN)
    assert "2 are stored already" in again.stdout
    assert "Simulating: 2 of 2" in again.stderr.splitlines()[0]
    assert answer(folder, *RUN) == first
    assert first["replications"] == 2
    assert {row["kpi"] for row in first["table"]} >= {"door_to_clinician", "occupancy"}


def test_the_answer_is_the_same_for_any_number_of_workers(folder: Path):
    answers = [answer(folder, *RUN, "--workers", workers, "--store", f"{workers}.sqlite") for workers in "12"]
    assert answers[0]["table"] == answers[1]["table"]


def test_another_seed_is_another_answer(folder: Path):
    tables = [answer(folder, *RUN, "--seed", seed)["table"] for seed in "12"]
    assert tables[0] != tables[1]


def test_compare_prints_a_table_and_a_sentence_per_scenario(folder: Path):
    out = twin(folder, "compare", "tiny.yaml", "bed.yaml", "--lever", "demand:source=walk_in,change=300", *TWO,
               "--replications", "6").stdout
    assert re.search(rf"^Door to clinician +min +{NUMBER} +{NUMBER} +\+{NUMBER} +\[{NUMBER}, {NUMBER}\]", out,
                     re.MULTILINE)
    assert re.search(r" \+300 % walk.in arrivals: .+? → ", " ".join(out.split()))
    assert "\n+1 ward bed: " in out
    assert "Differences are paired" in out
    assert re.search(r"No clear difference is not none: 6 replications tell, .* --replications 17",
                     " ".join(out.split()))
    assert max(map(len, out.splitlines())) <= 100


def test_compare_for_scripts_has_every_number(folder: Path):
    found = answer(folder, "compare", "tiny.yaml", "bed.yaml", *TWO)
    (scenario,) = found["scenarios"]
    assert scenario["scenario"] == "a bed more"
    assert scenario["says"] == "+1 ward bed"
    assert scenario["sentence"].startswith("+1 ward bed: ")
    row = next(row for row in found["table"] if row["kpi"] == "occupancy" and row["place"] == "ward")
    assert {"baseline", "value", "difference", "low", "high", "verdict", "n", "unit"} <= set(row)
    assert row["low"] <= row["difference"] <= row["high"]


def test_a_lever_that_changes_nothing_changes_nothing(folder: Path):
    found = answer(folder, "compare", "tiny.yaml", "--lever", "beds:unit=ward,change=0", *TWO)
    assert {row["difference"] for row in found["table"] if row["n"]} == {0.0}


def test_several_levers_on_one_line_are_one_scenario(folder: Path):
    found = answer(folder, "compare", "tiny.yaml", "--lever", "beds:unit=ward,change=2 + demand:change=10", *TWO)
    assert [one["says"] for one in found["scenarios"]] == ["+2 ward beds; +10 % arrivals"]


def test_compare_until_a_precision_answers_whether_it_was_reached(folder: Path):
    until = ("compare", "tiny.yaml", "bed.yaml", *TWO, "--until")
    assert answer(folder, *until, "occupancy=1000")["precision_reached"] is True
    assert answer(folder, *until, "occupancy=1e-9", code=1)["precision_reached"] is False


def test_compare_writes_a_report(folder: Path):
    out = twin(folder, "compare", "tiny.yaml", "bed.yaml", *TWO, "--report", "answer.html").stdout
    assert "answer.html" in out
    page = (folder / "answer.html").read_text(encoding="utf-8")
    assert "+1 ward bed" in page
    assert "<svg" in page
    assert "hospital-twin compare tiny.yaml bed.yaml" in page
    assert re.search(r"\d+ differences are shown here, .* \d+ differences are listed here", page, re.DOTALL)


def test_the_warm_up_is_found_and_shown(folder: Path):
    out = twin(folder, "run", "tiny.yaml", "--days", "28", "--replications", "2").stdout
    assert re.search(r"^Warm-up: .*days", out, re.MULTILINE)
    assert re.search(r"The first\s+\d+\s+days\s+are\s+not\s+measured", out)
    assert re.search(r"2 replications, 28 days each \(2\s+were\s+simulated\s+for\s+the\s+warm-up\)", out)


def test_a_warm_up_that_was_not_found_stays_with_the_answer(folder: Path):
    """Stays of weeks: after two months the beds are still filling, and terminal, store and report say so."""
    (folder / "slow.yaml").write_text(LAYOUT.replace("median 20 h, p90 50 h", "median 5 d, p90 30 d"))
    out = twin(folder, "compare", "slow.yaml", "--lever", "demand:change=10", "--days", "63", "--replications", "4",
               "--report", "answer.html").stdout
    assert "Caution: The warm-up was not found: " in out
    assert "The warm-up was not found: " in (folder / "answer.html").read_text(encoding="utf-8")
    with Store(folder / "out" / "twin.sqlite") as store:
        found = [store.comparison(study.id) for study in store.studies() if study.finished]
    assert [one.cautions[0].partition(":")[0] for one in found] == ["The warm-up was not found"]
    alone = answer(folder, "run", "slow.yaml", "--days", "63", "--replications", "2")
    assert [caution.partition(":")[0] for caution in alone["cautions"]] == ["The warm-up was not found"]


def test_runs_too_short_to_tell_their_warm_up_are_refused_with_the_way_out(folder: Path):
    done = twin(folder, "run", "tiny.yaml", "--days", "3", "--replications", "2", code=2)
    assert "too short" in done.stderr
    assert "--warm-up 2" in done.stderr


def test_levers_for_people_and_for_scripts(folder: Path):
    out = twin(folder, "levers").stdout
    found = answer(folder, "levers", "--of", "tiny.yaml")
    assert [one["id"] for one in found] == sorted(one["id"] for one in found)
    assert {"beds", "demand", "ed_staffing"} <= {one["id"] for one in found}
    for one in found:
        assert f"{one['id']}: {one['title']}" in out
    (pool,) = (field for one in found if one["id"] == "ed_staffing" for field in one["fields"]
               if field["name"] == "pool")
    assert pool["choices"] == ["ed_doctor"]


def test_the_example_of_each_lever_can_be_typed(folder: Path):
    lines = re.findall(r"--lever (.+)$", twin(folder, "levers", "--of", "community_hospital").stdout, re.MULTILINE)
    assert len(lines) >= 3
    levers = [part for line in lines for part in ("--lever", line.strip('"'))]
    found = answer(folder, "compare", "community_hospital", *levers, "--days", "1", "--warm-up", "0",
                   "--replications", "2", "--workers", "2")
    assert len(found["scenarios"]) == len(lines)


def test_a_lever_that_a_hospital_cannot_use_is_said_to_be_none_for_it(folder: Path):
    (folder / "no_staff.yaml").write_text(NO_STAFF)
    out = twin(folder, "levers", "--of", "no_staff.yaml").stdout
    assert "This hospital has no staff: the lever cannot be used." in out
    assert re.findall(r"--lever (.+)$", out, re.MULTILINE) == ["beds:unit=ward_3b,change=2",
                                                               "demand:source=walk_in,change=10"]
    found = answer(folder, "compare", "no_staff.yaml", "--lever", "beds:unit=Ward 3B,change=2", *TWO)
    assert [one["says"] for one in found["scenarios"]] == ["+2 ward 3b beds"]


def test_an_answer_about_beds_that_a_draft_made_up_says_so(sample: Path):
    twin(sample, "calibrate", "out/sample.csv.gz", "--time-zone", "UTC", "-o", "draft.yaml")
    found = answer(sample, "compare", "draft.yaml", "--lever", "beds:unit=ward,change=2", *TWO)
    assert found["cautions"][0].startswith("The hospital does not know how many beds there are")
    other = answer(sample, "compare", "draft.yaml", "--lever", "demand:change=10", *TWO)
    assert not any("how many beds" in caution for caution in other["cautions"])


def test_layout_check_list_and_schema(folder: Path):
    assert "complete layout of Tiny ED" in twin(folder, "layout", "check", "tiny.yaml").stdout
    assert answer(folder, "layout", "check", "tiny.yaml")["units"] == 2
    assert answer(folder, "layout", "check", "small_ward_icu")["circles"] == [["ward", "icu"]]
    assert "community_hospital" in {one["name"] for one in answer(folder, "layout", "list")}
    assert "pathways" in json.loads(twin(folder, "layout", "schema").stdout)["properties"]


def test_generate_writes_a_log_and_its_truth_and_says_that_they_are_synthetic(sample: Path):
    written = {path.name for path in (sample / "out").iterdir()}
    assert {"sample.csv.gz", "sample.truth.yaml", "sample.expected_kpis.json"} <= written
    header = gzip.decompress((sample / "out" / "sample.csv.gz").read_bytes()).decode().partition("\n")[0]
    assert "Visit" in header
    done = twin(sample, "generate", "tiny.yaml", "--days", "28", code=2)
    assert "is there already" in done.stderr
    assert "--overwrite" in done.stderr
    assert "synthetic" in twin(sample, "generate", "tiny.yaml", "--days", "1", "--name", "a-day").stdout


def test_check_reports_rows_and_counts(sample: Path):
    found = answer(sample, "check", "out/sample.csv.gz", "--layout", "tiny.yaml")
    assert found["rows_kept"] + found["rows_rejected"] == found["rows_read"] > 1000
    out = twin(sample, "check", "out/sample.csv.gz", "--layout", "tiny.yaml", "--faults", "faults.csv").stdout
    assert f"{found['rows_read']:,} rows read" in out
    assert (sample / "faults.csv").read_text().startswith("file,line,column,reason,action")


def test_check_answers_no_when_too_many_rows_are_rejected(folder: Path):
    rows = LOG.splitlines()
    (folder / "half.csv").write_text("\n".join([rows[0], *(
        row.replace("2025-01", "2025-99") if i % 2 else row for i, row in enumerate(rows[1:]))]))
    done = twin(folder, "check", "half.csv", code=1)
    assert "Answer: no. 14 of 28 rows had to be rejected" in done.stdout
    assert "line 3" in done.stdout
    assert "more than 20 %" in done.stdout
    twin(folder, "check", "half.csv", "--most-rejected", "50")


def test_calibrate_writes_a_hospital_that_runs(sample: Path):
    found = answer(sample, "calibrate", "out/sample.csv.gz", "--layout", "tiny.yaml", "-o", "tiny_twin.yaml")
    paths = [fit["path"] for fit in found["fits"]]
    assert "sources.walk_in.rate" in paths
    assert found["fitted_on"]["visits"] > 1000
    out = twin(sample, "calibrate", "out/sample.csv.gz", "--layout", "tiny.yaml", "-o", "tiny_twin.yaml").stdout
    assert re.search(r"ward_stay.takes: lognormal\(median [\d.]+ h, .*\[[\d.]+, [\d.]+\]; [\d,]+ cases",
                     " ".join(out.split()))
    assert answer(sample, "run", "tiny_twin.yaml", *TWO)["hospital"] == "Tiny ED"


def test_calibrate_writes_over_nothing_but_its_own(sample: Path):
    done = twin(sample, "calibrate", "out/sample.csv.gz", "--layout", "tiny.yaml", "-o", "tiny.yaml", code=2)
    assert "not one that calibrate wrote" in done.stderr
    assert (sample / "tiny.yaml").read_text() == LAYOUT


def test_ctrl_c_ends_with_one_line_and_keeps_what_was_finished(folder: Path):
    command = [PROGRAM, "run", "tiny.yaml", "--days", "28", "--warm-up", "0", "--replications", "2000"]
    running = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    waited = time.monotonic()
    while time.monotonic() - waited < 60 and kept(folder) < 2:
        time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert err.strip().splitlines()[-1] == (
        "Stopped. Runs that were finished are kept; the same command goes on from there.")
    assert "Traceback" not in err
    assert kept(folder) >= 2


def kept(folder: Path) -> int:
    path = folder / "out" / "twin.sqlite"
    if not path.exists():
        return 0
    with Store(path) as store:
        return sum(study.items for study in store.studies())


def test_a_pipe_that_is_closed_early_is_no_fault(folder: Path):
    running = subprocess.Popen([PROGRAM, "levers", "--json"], cwd=folder, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    running.stdout.close()
    assert running.stderr.read() == b""
    assert running.wait() == 0


def test_signs_are_written_whatever_the_locale(folder: Path):
    done = subprocess.run([PROGRAM, "levers", "beds"], cwd=folder, capture_output=True, check=True,
                          env={"PYTHONIOENCODING": "latin-1", "PATH": "/usr/bin:/bin"})
    assert "−500 to 500" in done.stdout.decode("utf-8")
