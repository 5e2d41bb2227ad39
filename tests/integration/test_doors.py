"""Bad input at every door: each fault is answered in words, each from its own line of the program."""
from __future__ import annotations

import traceback
from collections import Counter
from pathlib import Path

import click
import pytest

from hospital_twin.cli._endings import exit_code
from hospital_twin.cli._street import street
from hospital_twin.errors import BadInput
from tests.planted import DOORS, FAULTS, Fault

pytestmark = pytest.mark.integration


@pytest.fixture
def planted(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fault:
    request.param.plant(tmp_path)
    monkeypatch.chdir(tmp_path)
    return request.param


@pytest.mark.parametrize("planted", FAULTS, indirect=True, ids=str)
def test_a_planted_fault_names_its_place_and_what_was_expected(planted: Fault, capsys: pytest.CaptureFixture[str]):
    assert exit_code(planted.typed) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert not planted.lacking(out.err)


def raised_at(fault: Fault) -> str:
    """File and line that refused what was typed."""
    with pytest.raises((BadInput, click.UsageError)) as wrong:
        street.main(args=list(fault.typed), prog_name="hospital-twin", standalone_mode=False, obj="")
    last = traceback.extract_tb(wrong.tb)[-1]
    return f"{last.filename}:{last.lineno}"


def test_no_two_faults_are_raised_at_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lines = {}
    for number, fault in enumerate(FAULTS):
        folder = tmp_path / str(number)
        folder.mkdir()
        fault.plant(folder)
        monkeypatch.chdir(folder)
        lines[str(fault)] = raised_at(fault)
    shared = {line for line, n in Counter(lines.values()).items() if n > 1}
    assert not {fault: line for fault, line in lines.items() if line in shared}


def test_there_are_six_faults_or_more_at_each_door():
    doors = Counter(fault.door for fault in FAULTS)
    assert set(doors) == set(DOORS)
    assert min(doors.values()) >= 6
