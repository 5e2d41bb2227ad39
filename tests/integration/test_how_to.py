"""The example files of the how-to pages hold what they promise: each goes through the drawer's own contract suite."""
from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
ENTRIES = {"levers": ("cleaning_time", "LEVER"), "kpis": ("admissions", "KPI"),
           "unit_types": ("isolation_ward", "UNIT_TYPE")}


@pytest.fixture(params=ENTRIES)
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str, dict[str, str]]:
    """(drawer, id, environment) in which the example is installed as a third party's package is."""
    drawer, (name, attribute) = request.param, ENTRIES[request.param]
    about = tmp_path / "their_package-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: their-package\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(f"[hospital_twin.{drawer}]\n{name} = {name}:{attribute}\n",
                                            encoding="utf-8")
    path = os.pathsep.join(map(str, (tmp_path, EXAMPLES / drawer, ROOT)))
    return drawer, name, {**os.environ, "PYTHONPATH": path, "PYTEST_ADDOPTS": ""}


def test_the_example_file_passes_the_contract_suite_of_its_drawer(installed: tuple[str, str, dict[str, str]]):
    drawer, name, environment = installed
    suite = ROOT / "tests" / "unit" / drawer / "test_contract.py"
    assert suite.exists(), f"{drawer} has no contract suite"
    result = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider",
                             str(suite), "-k", name], cwd=ROOT, env=environment, capture_output=True, text=True,
                            check=False)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr
    assert int(re.search(r"(\d+) passed", result.stdout)[1]) >= 8
