"""Example files of the documentation, and what they and commands print."""
from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from scripts.doc_blocks.markdown import block

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = {".py": "python", ".yaml": "yaml", ".csv": "csv"}


def file(path: str) -> str:
    """A file of docs/ as it is."""
    return block((ROOT / "docs" / path).read_text(encoding="utf-8"), LANGUAGES[Path(path).suffix])


def printed_by(path: str) -> str:
    """What a Python file of docs/ prints."""
    return block(run([sys.executable, str(ROOT / "docs" / path)]))


def output(command: str) -> str:
    """What a command of the program prints, run in the checkout."""
    words = shlex.split(command)
    if words[0] != "hospital-twin":
        raise ValueError(f"{command}: only hospital-twin is run")
    return block(run([sys.executable, "-c", "from hospital_twin.cli import main; main()", *words[1:]]))


def run(command: list[str]) -> str:
    """Standard output of a command that has to succeed, without the path of this checkout."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
                          env=environment)
    if done.returncode:
        raise RuntimeError(f"{shlex.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout.replace(f"{ROOT}{os.sep}", "").replace(str(ROOT), ".")
