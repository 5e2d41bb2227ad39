"""Every planted fault through the command line: exit code 2, the file and the place, and no traceback."""
from __future__ import annotations

from pathlib import Path

import pytest

from hospital_twin.cli._endings import exit_code
from tests.faults import IN_THE_FILE, IN_THE_WHOLE, IN_THE_YAML, SOUND, Fault

pytestmark = pytest.mark.integration


def test_a_sound_layout_is_answered_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "layout.yaml").write_text(SOUND, encoding="utf-8")
    assert exit_code(["layout", "check", str(tmp_path / "layout.yaml")]) == 0
    assert "complete layout of Small" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("fault", [*IN_THE_FILE, *IN_THE_YAML, *IN_THE_WHOLE], ids=str)
def test_a_fault_is_answered_with_2(fault: Fault, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "layout.yaml"
    path.write_text(fault.text(), encoding="utf-8")
    assert exit_code(["layout", "check", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "layout.yaml" in said.err
    assert "expected" in said.err
    assert "Traceback" not in said.err
