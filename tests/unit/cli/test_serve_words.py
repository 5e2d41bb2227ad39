"""How `serve` ends when nothing was served yet."""
from __future__ import annotations

from pathlib import Path

import pytest

from dashboards import app
from hospital_twin.cli._endings import INTERRUPTED, exit_code
from hospital_twin.store import Store

pytestmark = pytest.mark.unit


def test_ctrl_c_at_its_start_speaks_of_no_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                               capsys: pytest.CaptureFixture[str]):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt
    Store(tmp_path / "twin.db").close()
    monkeypatch.setattr(app, "listening", interrupted)
    assert exit_code(["serve", "--store", str(tmp_path / "twin.db")]) == INTERRUPTED
    assert capsys.readouterr() == ("", "Ended.\n")
