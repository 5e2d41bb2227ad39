"""What the README and the tutorial tell people to type does what they say, here with small numbers."""
from __future__ import annotations

import csv
import gzip
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "docs" / "tutorial.md")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
YEAR, MONTHS = "data_samples/community_year.csv.gz", "months.csv.gz"
SMALL = {"--days": "6", "--warm-up": "1", "--replications": "2"}
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


def blocks(page: Path, language: str) -> list[str]:
    return [text for found, text in FENCE.findall(page.read_text(encoding="utf-8")) if found == language]


def commands(page: Path) -> list[str]:
    """The program's own commands on a page, in order, but those that never end."""
    lines = [line for text in blocks(page, "sh") for line in text.splitlines() if line.startswith("hospital-twin ")]
    return [line for line in lines if " serve" not in line and " demo" not in line]


def small(command: str) -> list[str]:
    """The words of a command behind the program's name, with small numbers and a short log."""
    words = shlex.split(command.replace(YEAR, MONTHS))[1:]
    if words[0] in ("run", "compare"):
        for option, value in SMALL.items():
            place = words.index(option) + 1 if option in words else len(words) + 1
            words[place - 1:place + 1] = [option, value]
    return words


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True,
                          encoding="utf-8", check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that looks to a command like a fresh checkout, with somebody's own export and layout in it."""
    for name in ("data_samples", "docs", "layouts"):
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    (tmp_path / "my_export.csv").symlink_to(ROOT / "data_samples" / "stays_small.csv")
    (tmp_path / "my_hospital.yaml").symlink_to(ROOT / "layouts" / "community_hospital.yaml")
    first_months(tmp_path / MONTHS)
    return tmp_path


def first_months(file: Path) -> None:
    """The rows of the sample year that began in January or February, for a calibration of seconds."""
    with gzip.open(ROOT / YEAR, "rt", encoding="utf-8", newline="") as whole:
        rows = list(csv.reader(whole))
    place = rows[0].index("Start")
    with gzip.open(file, "wt", encoding="utf-8", newline="") as part:
        csv.writer(part).writerows([rows[0], *(row for row in rows[1:] if "2024-01" <= row[place] < "2024-03")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_the_page_run_one_after_the_other(page: Path, checkout: Path):
    found = commands(page)
    assert found
    for command in found:
        result = python(checkout, "-c", "from hospital_twin.cli import main; main()", *small(command))
        assert result.returncode == 0, f"{command}\n{result.stdout[-2000:]}{result.stderr[-2000:]}"
        assert result.stdout


def test_the_ten_lines_of_python_answer_a_what_if(checkout: Path):
    (lines,) = blocks(PAGES[0], "python")
    assert len(lines.splitlines()) <= 12
    for written, smaller in (("days=84, warm_up_days=28", "days=6, warm_up_days=1"), (YEAR, MONTHS),
                             ("replications=20", "replications=2")):
        assert written in lines
        lines = lines.replace(written, smaller)
    result = python(checkout, "-c", lines)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("+2 ED doctors 10:00–22:00: ")
    assert "median wait for a doctor" in result.stdout


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_commands_of_other_pages_are_commands(page: Path):
    for command in commands(page):
        words = shlex.split(command)[1:]
        options = [word for word in words if word.startswith("--")]
        told = python(ROOT, "-c", "from hospital_twin.cli import main; main()",
                      *(words[:2] if words[0] == "layout" else words[:1]), "--help")
        assert told.returncode == 0, command
        assert all(option in told.stdout for option in options), command


def test_entering_a_model_prints_what_the_page_shows():
    result = python(ROOT, "scripts/build_docs.py", "--check", "entering_a_model.md")
    assert result.returncode == 0, f"run `make docs`\n{result.stdout}{result.stderr}"


def test_the_treatment_centre_is_the_published_one(shared: Path):
    import pandas as pd
    expected = pd.read_csv(shared / "targets" / "treatment_centre_nelson" / "expected.csv")
    known = expected[expected["scenario"].eq("clean:base")].set_index("metric")["reference_value"]
    page = (ROOT / "docs" / "entering_a_model.md").read_text(encoding="utf-8")
    names = {"arrivals": "arrivals", "left": "throughput", "wait for triage": "triage_wait_mean",
             "wait for registration": "registration_wait_mean", "wait for examination": "examination_wait_mean",
             "wait for treatment": "non_trauma_treatment_wait_mean",
             "wait for stabilisation": "trauma_stabilisation_wait_mean",
             "wait for trauma treatment": "trauma_treatment_wait_mean"}
    for name, metric in names.items():
        mean, low, high = map(float, re.search(rf"^{name} +([\d.]+)  \[([\d.]+), ([\d.]+)\]$", page, re.M).groups())
        # 40 replications: three standard errors, which eight metrics together exceed by chance once in fifty times.
        assert abs(mean - known[metric]) < 3 * (high - low) / 2 / 2.023, name
