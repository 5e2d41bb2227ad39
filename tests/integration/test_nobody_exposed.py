"""A lot of planted identifiers: none comes through in any shape, kind of file and place where a log leaves a trace."""
from __future__ import annotations

from pathlib import Path

import pytest

from hospital_twin.importers._ages import BANDS
from hospital_twin.store import Store
from tests.plants import (
    GOOD_VISITS,
    KINDS,
    SHAPES,
    born,
    everything_said,
    exposed,
    identifiers,
    mimic,
    planted,
    written,
)

pytestmark = pytest.mark.integration

SOME = 90


def test_there_are_the_18_kinds():
    assert len(KINDS) == 18
    assert len(set(identifiers(SOME, seed=1))) == SOME


@pytest.mark.parametrize("shape", SHAPES)
def test_no_planted_identifier_comes_through(shape: str, tmp_path: Path, capsys: pytest.CaptureFixture):
    texts = identifiers(SOME, seed=18)
    log = written(planted(shape, texts), "csv", tmp_path / "log")
    (tmp_path / "out").mkdir()
    assert exposed({"the log itself": log.read_text(encoding="utf-8")}, texts)
    assert exposed(everything_said(log, tmp_path / "out", capsys.readouterr), texts) == []


@pytest.mark.parametrize("shape", SHAPES)
def test_of_ages_and_births_bands_alone_come_through(shape: str, tmp_path: Path, capsys: pytest.CaptureFixture):
    log = written(planted(shape, []), "csv", tmp_path / "log")
    (tmp_path / "out").mkdir()
    births = [born(visit) for visit in range(GOOD_VISITS)]
    assert exposed({"the log itself": log.read_text(encoding="utf-8")}, births) or shape == "intervals"
    said = everything_said(log, tmp_path / "out", capsys.readouterr)
    assert exposed(said, births) == []
    with Store(tmp_path / "out" / "a.sqlite", read_only=True) as store:
        bands = store.logs.log().stays["age_band"].cat
    assert len(bands.categories) >= 5
    assert set(bands.categories) <= {*BANDS, "unknown"}


def test_no_identifier_in_mimic_comes_through(tmp_path: Path, capsys: pytest.CaptureFixture):
    texts = identifiers(SOME, seed=19)
    log = mimic(tmp_path / "hosp", texts)
    (tmp_path / "out").mkdir()
    assert exposed(everything_said(log, tmp_path / "out", capsys.readouterr), texts) == []
