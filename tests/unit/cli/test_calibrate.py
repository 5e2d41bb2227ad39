"""What `hospital-twin calibrate` writes over, and what it does not."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from hospital_twin.cli.calibrate import _only_over_its_own, calibrate
from hospital_twin.cli.check import check
from hospital_twin.errors import BadInput
from hospital_twin.hospital import read_hospital
from tests.unit.calibration.counted import counted

pytestmark = pytest.mark.unit


def test_it_writes_over_a_hospital_but_not_over_the_one_it_is_given_as_layout(tmp_path: Path):
    theirs, own = tmp_path / "theirs.yaml", tmp_path / "own.yaml"
    theirs.write_text("name: corrected by hand\n", encoding="utf-8")
    own.write_text("fitted_on: {}\n", encoding="utf-8")
    _only_over_its_own(own, None)
    _only_over_its_own(own, str(theirs))
    _only_over_its_own(own, "community_hospital")
    _only_over_its_own(tmp_path / "new.yaml", str(own))
    with pytest.raises(BadInput, match="not one that calibrate wrote"):
        _only_over_its_own(theirs, None)
    with pytest.raises(BadInput, match="layout that is to be fitted"):
        _only_over_its_own(own, str(tmp_path / "." / "own.yaml"))


def test_counts_are_found_out_and_become_a_reduced_twin(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file, own = tmp_path / "ed_counts.csv", tmp_path / "own.yaml"
    hours = counted(("arrivals", "census_on_the_hour"), days=70)
    table = hours.wide("arrivals").rename(columns={"ed": "Arrivals"}).assign(
        Census=hours.wide("census_on_the_hour")["ed"]).astype(int)
    table.index = table.index.strftime("%Y-%m-%d %H:%M")
    table.to_csv(file, index_label="Time")
    assert check.main([str(file), "--time-zone", "UTC", "--json"], standalone_mode=False) == 0
    said = json.loads(capsys.readouterr().out)
    assert any(what.startswith("mean stay, by Little's law") for what in said["can"])
    assert [lack["because"] for lack in said["cannot"]] == ["counts know no visits"]
    calibrate.main([str(file), "--time-zone", "UTC", "-o", str(own)], standalone_mode=False)
    assert "These are counts without visits" in capsys.readouterr().out
    assert read_hospital(own).untold[:1] == ("care",)
    with pytest.raises(BadInput, match="no visits to be laid along"):
        calibrate.main([str(file), "--layout", "small_ed", "-o", str(own)], standalone_mode=False)
