"""`hospital-twin demo` from a log to a page, with a small hospital; and what it asks any hospital."""
from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from hospital_twin.shipped import layouts_folder, samples_folder
from tests.planted import LOG

pytestmark = pytest.mark.e2e

PROGRAM = str(Path(sys.executable).with_name("hospital-twin"))
SMALL = ("--layout", "small_ed", "--days", "28", "--replications", "3", "--no-serve")
SECTIONS = ("1. The log, and what is wrong with it", "2. The twin, calibrated on the log",
            "3. Is the twin right? Beside the log", "4. What if", "5. To look at")


def demo(folder: Path, *arguments: str, code: int = 0) -> str:
    done = subprocess.run([PROGRAM, "demo", *arguments], cwd=folder, capture_output=True, text=True, check=False,
                          timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if code == 0 else done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the log of 42 days of a small emergency department, as somebody's own."""
    folder = tmp_path_factory.mktemp("own")
    command = [PROGRAM, "generate", "small_ed", "--days", "42", "--realistic", "--into", ".", "--name", "own"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return folder


@pytest.fixture(scope="module")
def said(folder: Path) -> str:
    return demo(folder, "--log", "own.csv.gz", *SMALL)


def test_it_walks_the_street_in_order(said: str):
    places = [said.index(section) for section in SECTIONS]
    assert places == sorted(places)
    assert max(map(len, said.splitlines())) <= 100


def test_an_own_log_is_not_called_synthetic(said: str):
    assert "synthetic" not in said


def test_it_says_what_is_wrong_with_the_log(said: str):
    read, kept, rejected = re.search(r"([\d,]+) rows read, ([\d,]+) kept .*?([\d,]+)\s+rejected", said, re.S).groups()
    assert int(kept.replace(",", "")) + int(rejected.replace(",", "")) == int(read.replace(",", ""))
    assert re.search(r"^ *[\d,]+  rejected  it ends before it starts", said, re.MULTILINE)
    assert "hospital-twin check own.csv.gz" in said


def test_it_shows_the_twin_beside_the_log(said: str):
    assert re.search(r"^Door to clinician +min +\d+ +\d+ +\d+ to \d+", said, re.MULTILINE)
    assert re.search(r"\d+ of \d+ headline numbers of the log lie within", said)


def test_it_finds_the_warm_up_and_says_how_long_it_will_take(said: str):
    assert re.search(r"^Warm-up: .*\n?.*days", said, re.MULTILINE)
    assert "Simulating 3 replications, 28 days each (3 were simulated for the warm-up)." in said
    assert re.search(r"Simulating 3 replications of each of 3 scenarios, 28 days each \(3 are\s+stored already\): "
                     r"about\s+\d+ s", said)


def test_it_answers_two_what_ifs_with_a_table_and_a_sentence_each(said: str):
    for what in ("+2 ED doctors 10:00–22:00", "+10 % arrivals"):
        assert f"\n{what}\n" in said
        assert re.search(rf"^{re.escape(what)}: ", said, re.MULTILINE)
    assert re.search(r"^Door to clinician .*\[[−+]?[\d.]+, [−+]?[\d.]+\]  [●■○≈]", said, re.MULTILINE)


def test_it_leaves_a_report_a_hospital_and_the_runs(folder: Path, said: str):
    assert "out/report.html" in said
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "+2 ED doctors 10:00–22:00" in page
    assert "fitted_on" in (folder / "out" / "hospital.yaml").read_text(encoding="utf-8")
    assert (folder / "out" / "twin.sqlite").is_file()


def test_what_is_stored_is_not_simulated_again(folder: Path, said: str):
    again = demo(folder, "--log", "own.csv.gz", *SMALL)
    assert "9 are stored already" in again
    assert [line for line in again.splitlines() if "→" in line] == [line for line in said.splitlines() if "→" in line]


def test_its_hospital_answers_further_questions(folder: Path, said: str):
    command = [PROGRAM, "compare", "out/hospital.yaml", "--lever", "beds:unit=ward,change=2", "--days", "2",
               "--warm-up", "0", "--replications", "2", "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["scenarios"][0]["says"] == "+2 ward beds"


def test_it_serves_the_page_at_the_address_that_it_prints(folder: Path, said: str):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [PROGRAM, "demo", "--log", "own.csv.gz", *SMALL[:-1], "--port", str(port)]
    serving = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = next(found[0] for line in serving.stdout if (found := re.search(r"http://\S+", line)))
        assert f":{port}/" in address
        with urllib.request.urlopen(address) as page:
            assert page.status == 200
        serving.send_signal(signal.SIGINT)
        assert serving.wait(timeout=30) == 0
    finally:
        serving.kill()
        serving.communicate()


def test_a_log_alone_is_enough(tmp_path: Path):
    (tmp_path / "stays.csv").write_text(LOG)
    said = demo(tmp_path, "--log", "stays.csv", "--days", "28", "--replications", "2", "--no-serve")
    assert "No layout is given, so one is drafted from the log: 1 units" in said or "drafted from the log" in said
    assert "+10 % arrivals" in said


def test_a_log_that_cannot_be_read_ends_it_at_once(tmp_path: Path):
    (tmp_path / "empty.csv").write_text("")
    assert "empty.csv: the file is empty" in demo(tmp_path, "--log", "empty.csv", code=2)
    assert "none.csv: there is no such file" in demo(tmp_path, "--log", "none.csv", code=2)


def test_the_sample_is_there():
    assert (samples_folder() / "community_year.csv.gz").is_file()
    assert (layouts_folder() / "community_hospital.yaml").is_file()
