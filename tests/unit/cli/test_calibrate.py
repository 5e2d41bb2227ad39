"""What `hospital-twin calibrate` writes over, and what it does not."""
from __future__ import annotations

from pathlib import Path

import pytest

from hospital_twin.cli.calibrate import _only_over_its_own
from hospital_twin.errors import BadInput

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
