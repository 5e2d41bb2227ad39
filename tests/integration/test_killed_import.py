"""An import that is killed and begun again ends as one that nobody killed."""
from __future__ import annotations

from pathlib import Path

import pytest

from tests.killed_imports import ends_the_same

pytestmark = pytest.mark.integration


def test_killed_and_begun_again(tmp_path: Path):
    assert ends_the_same(tmp_path, moments=3, seed=4)["killed"] == 3
