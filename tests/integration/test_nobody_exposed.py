"""A lot of planted identifiers: none comes through in any shape, kind of file and place where a log leaves a trace."""
from __future__ import annotations

import random
from pathlib import Path

import pytest

from hospital_twin.importers._ages import BANDS
from hospital_twin.store import Store
from tests.plants import (
    GOOD_VISITS,
    KINDS,
    SHAPES,
    answered,
    born,
    everything_said,
    exposed,
    identifiers,
    in_headings,
    mimic,
    planted,
    refused,
    stays,
    workbook,
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
    said = everything_said(log, tmp_path / "out", capsys.readouterr, series=SHAPES[shape].series)
    assert exposed(said, texts) == []


def test_no_identifier_in_xes_comes_through(tmp_path: Path, capsys: pytest.CaptureFixture):
    texts = identifiers(SOME, seed=20)
    log = written(planted("events", texts), "xes", tmp_path / "log")
    (tmp_path / "out").mkdir()
    assert exposed(everything_said(log, tmp_path / "out", capsys.readouterr), texts) == []


@pytest.mark.parametrize("shape", ["stays", "intervals", "events"])
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


def test_no_identifier_in_a_heading_comes_through(tmp_path: Path, capsys: pytest.CaptureFixture):
    texts = identifiers(SOME, seed=21, names=False)
    log = written(in_headings("stays", texts), "csv", tmp_path / "log")
    (tmp_path / "out").mkdir()
    assert exposed(everything_said(log, tmp_path / "out", capsys.readouterr), texts) == []


@pytest.mark.parametrize("kind", ["medical record numbers", "social security numbers", "health plan numbers"])
def test_no_number_in_the_name_of_a_file_or_a_sheet_is_kept(kind: str, tmp_path: Path,
                                                            capsys: pytest.CaptureFixture):
    name = KINDS[kind](random.Random(24))
    log = workbook({f"{name} a": stays(), f"{name} b": (["Note"], [{"Note": "none"}])}, tmp_path / f"stays {name}.xlsx")
    (tmp_path / "out").mkdir()
    assert exposed(everything_said(log, tmp_path / "out", capsys.readouterr), [name]) == []


def test_no_refusal_shows_an_identifier(tmp_path: Path, capsys: pytest.CaptureFixture):
    texts, called = identifiers(SOME, seed=22), identifiers(34, seed=23, names=False)
    for log in refused(tmp_path, texts, called):
        code, said = answered(["check", str(log)], log, capsys.readouterr)
        assert code == 2, said
        assert exposed({log.name: said}, [*texts, *called]) == []


def test_no_identifier_in_mimic_comes_through(tmp_path: Path, capsys: pytest.CaptureFixture):
    texts = identifiers(SOME, seed=19)
    log = mimic(tmp_path / "hosp", texts)
    (tmp_path / "out").mkdir()
    assert exposed(everything_said(log, tmp_path / "out", capsys.readouterr), texts) == []
