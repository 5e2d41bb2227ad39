"""Files that commands read."""
from __future__ import annotations

from pathlib import Path

import pytest

from hospital_twin.cli._endings import exit_code
from hospital_twin.cli._inputs import layout_of
from hospital_twin.hospital import Fit, read_hospital
from hospital_twin.layout import Layout
from tests.planted import LAYOUT

pytestmark = pytest.mark.unit


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A layout, and the file of a hospital that was fitted with it."""
    layout, fitted = tmp_path / "layout.yaml", tmp_path / "hospital.yaml"
    layout.write_text(LAYOUT, encoding="utf-8")
    hospital = read_hospital(layout)
    hospital.model_copy(update={"fits": (Fit(path="units.ward", estimator="count", value="10"),)}).save(fitted)
    return layout, fitted


def test_a_hospital_serves_where_a_layout_is_asked_for(files: tuple[Path, Path]):
    layout, fitted = files
    assert "fits:" in fitted.read_text(encoding="utf-8")
    assert isinstance(layout_of(str(fitted)), Layout)
    assert layout_of(str(fitted)) == layout_of(str(layout))


def test_the_file_of_a_hospital_can_be_checked(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]):
    layout, fitted = files
    for file in files:
        assert exit_code(["layout", "check", str(file)]) == 0
        assert "is a complete layout of Tiny ED" in " ".join(capsys.readouterr().out.split())
    fitted.write_text(fitted.read_text(encoding="utf-8").replace("places: 10", "places: many"), encoding="utf-8")
    assert exit_code(["layout", "check", str(fitted)]) == 2
    assert f"{fitted}, line " in capsys.readouterr().err
