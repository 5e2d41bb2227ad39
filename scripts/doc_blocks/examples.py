"""Example files of the documentation, and what they and commands print."""
from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.doc_blocks.markdown import block

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = {".py": "python", ".yaml": "yaml", ".csv": "csv"}


@contextmanager
def workspace() -> Iterator[Path]:
    """A folder that looks like a fresh checkout to a command; what one page's commands write, its later ones find."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for shown in ("data_samples", "docs", "layouts"):
            (folder / shown).symlink_to(ROOT / shown, target_is_directory=True)
        yield folder


def file(path: str) -> str:
    """A file of docs/ as it is."""
    return block((ROOT / "docs" / path).read_text(encoding="utf-8"), LANGUAGES[Path(path).suffix])


def printed_by(path: str, folder: Path) -> str:
    """What a Python file of docs/ prints."""
    return block(run([sys.executable, str(ROOT / "docs" / path)], folder))


def output(command: str, folder: Path) -> str:
    """What a command of the program prints."""
    return block(_printed(command, folder))


def beginning(what: str, folder: Path) -> str:
    """The first lines of what a command prints: ``14 hospital-twin ...``."""
    number, command = what.split(" ", 1)
    lines = _printed(command, folder).splitlines()
    return block("\n".join([*lines[:int(number)], *(["..."] if len(lines) > int(number) else [])]))


def _printed(command: str, folder: Path) -> str:
    words = shlex.split(command)
    if words[0] != "hospital-twin":
        raise ValueError(f"{command}: only hospital-twin is run")
    return run([sys.executable, "-c", "from hospital_twin.cli import main; main()", *words[1:]], folder)


def run(command: list[str], folder: Path) -> str:
    """Standard output of a command that has to succeed, without the paths of this machine."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False,
                          env=environment)
    if done.returncode:
        raise RuntimeError(f"{shlex.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    lines = done.stdout
    for here in (folder, ROOT):
        lines = lines.replace(f"{here}{os.sep}", "").replace(str(here), ".")
    return "\n".join(line.rstrip() for line in lines.strip("\n").splitlines())
