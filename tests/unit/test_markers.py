"""The suite refuses tests that belong to no kind or to several, in one process and in two."""
from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
GOOD = "@pytest.mark.unit\ndef test_a(): pass\n@pytest.mark.verify\ndef test_long(): pass\n"
UNMARKED = "def test_b(): pass\n"
TWICE = "@pytest.mark.unit\n@pytest.mark.e2e\ndef test_c(): pass\n"


def suite(folder: Path, source: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "tests")
    (folder / "tests" / "test_it.py").write_text("import pytest\n" + source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_long_tests_are_left_to_make_verify(tmp_path: Path):
    result = suite(tmp_path, GOOD)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 passed, 1 deselected" in result.stdout


@pytest.mark.parametrize("options", [[], ["-n", "2"]], ids=["one process", "two processes"])
def test_wrong_markers_are_refused(tmp_path: Path, options: list[str]):
    result = suite(tmp_path, GOOD + UNMARKED + TWICE, *options)
    said = result.stdout + result.stderr
    assert result.returncode not in (0, 5)
    assert "passed" not in said
    assert "test_b has none" in said
    assert "test_c has unit and e2e" in said
    assert "test_a has" not in said
