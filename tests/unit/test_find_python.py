"""`make setup` finds a suitable Python, or says in one sentence what is missing."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("dirname", "sed", "tr")


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n" + script, encoding="utf-8")
    path.chmod(0o755)
    return path


def too_old(path: Path) -> Path:
    return program(path, 'case "$2" in *print*) echo "CPython 3.9.2" ;; *) exit 3 ;; esac\n')


def without_venv(path: Path) -> Path:
    return program(path, "exit 4\n")


def suitable(path: Path) -> Path:
    return program(path, f'exec "{sys.executable}" "$@"\n')


def find(tmp_path: Path, *argument: str) -> subprocess.CompletedProcess[str]:
    """The script with a PATH of two folders, `one` before `two`, and the few tools that it needs."""
    for tool in TOOLS:
        program(tmp_path / "tools" / tool, f'PATH=/bin:/usr/bin exec {tool} "$@"\n')
    path = ":".join(str(tmp_path / name) for name in ("tools", "one", "two"))
    command = ["/bin/sh", str(ROOT / "scripts" / "find_python.sh"), *argument]
    return subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=False)


def refused(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("hospital_twin needs Python 3.11 to 3.14 with its venv module, but ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_first_python3_when_it_suits(tmp_path: Path):
    expected = suitable(tmp_path / "one" / "python3")
    suitable(tmp_path / "one" / "python3.14")
    assert find(tmp_path).stdout == f"{expected}\n"


def test_another_name_when_python3_is_too_old(tmp_path: Path):
    too_old(tmp_path / "one" / "python3")
    without_venv(tmp_path / "one" / "python3.13")
    expected = suitable(tmp_path / "two" / "python3.12")
    assert find(tmp_path).stdout == f"{expected}\n"


def test_another_folder_when_python3_is_too_old(tmp_path: Path):
    too_old(tmp_path / "one" / "python3")
    expected = suitable(tmp_path / "two" / "python3")
    assert find(tmp_path).stdout == f"{expected}\n"


def test_none_suits(tmp_path: Path):
    old = too_old(tmp_path / "one" / "python3")
    assert f"{old} is CPython 3.9.2; install one" in refused(find(tmp_path))


def test_none_at_all(tmp_path: Path):
    assert "no Python is on the PATH; install one" in refused(find(tmp_path))


def test_no_venv(tmp_path: Path):
    too_old(tmp_path / "one" / "python3")
    bare = without_venv(tmp_path / "one" / "python3.11")
    assert f"{bare} has no venv; install it (on Debian and Ubuntu: apt install python3.11-venv)" in refused(
        find(tmp_path)
    )


def test_named_one_is_taken(tmp_path: Path):
    suitable(tmp_path / "one" / "python3")
    mine = suitable(tmp_path / "mine" / "python")
    assert find(tmp_path, str(mine)).stdout == f"{mine}\n"


def test_named_one_is_not_replaced_by_another(tmp_path: Path):
    suitable(tmp_path / "one" / "python3")
    old = too_old(tmp_path / "mine" / "python")
    assert f"{old} is CPython 3.9.2" in refused(find(tmp_path, str(old)))
    assert "PYTHON=nosuch is not a program" in refused(find(tmp_path, "nosuch"))
