"""A thousand planted identifiers of the 18 kinds: none comes through in any shape and kind of file."""
from __future__ import annotations

from pathlib import Path

import pytest

from tests.plants import SHAPES, everything_said, exposed, identifiers, mimic, planted, written

pytestmark = pytest.mark.verify

ALL = 1_000
FILES = [*((shape, kind) for shape in SHAPES for kind in ("csv", "xlsx", "parquet")), ("events", "xes")]


@pytest.mark.parametrize(("shape", "kind"), FILES)
def test_none_of_a_thousand_comes_through(shape: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture):
    texts = identifiers(ALL, seed=1996)
    log = written(planted(shape, texts), kind, tmp_path / "log")
    (tmp_path / "out").mkdir()
    assert exposed(everything_said(log, tmp_path / "out", capsys.readouterr, series=SHAPES[shape].series), texts) == []


def test_none_of_a_thousand_in_mimic_comes_through(tmp_path: Path, capsys: pytest.CaptureFixture):
    texts = identifiers(ALL, seed=1997)
    log = mimic(tmp_path / "hosp", texts)
    (tmp_path / "out").mkdir()
    assert exposed(everything_said(log, tmp_path / "out", capsys.readouterr), texts) == []
