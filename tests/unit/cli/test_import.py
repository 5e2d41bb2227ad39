"""Logs kept in a store by `import`, and used from there."""
from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from hospital_twin.cli._endings import exit_code
from hospital_twin.store import Store

pytestmark = pytest.mark.unit

LOG = "visit,patient,unit,start,end,NHS name\n" + "".join(
    f"{5000 + v},{v % 9 + 900},ED,2025-03-{v % 28 + 1:02} 10:{v:02},2025-03-{v % 28 + 1:02} 12:00,Ann Lee\n"
    for v in range(60))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    Path("log.csv").write_text(LOG)
    return tmp_path


def imported(capsys: pytest.CaptureFixture, *more: str, log: str = "log.csv") -> dict:
    capsys.readouterr()
    assert exit_code(["import", log, "--store", "a.sqlite", "--time-zone", "UTC", "--json", *more]) == 0
    return json.loads(capsys.readouterr().out)


def test_an_import_is_kept_once_for_its_owner(here: Path, capsys: pytest.CaptureFixture):
    first, second = (imported(capsys) for _ in range(2))
    assert (first["new"], second["new"]) == (True, False)
    assert first["id"] == second["id"]
    assert (first["rows_read"], first["rows_kept"], first["rows_rejected"]) == (60, 60, 0)
    assert (here / "a.sqlite").stat().st_mode & 0o777 == 0o600
    assert imported(capsys, "--key", "other.key")["id"] != first["id"]
    with Store("a.sqlite") as store:
        kept = store.logs.listed()
        assert len(kept) == 2
        assert store.logs.report(first["id"])["unused"] == 1
    assert b"Ann Lee" not in (here / "a.sqlite").read_bytes()


def test_a_grown_log_has_the_same_pseudonyms(here: Path, capsys: pytest.CaptureFixture):
    (here / "longer.csv").write_text(LOG + "6000,901,ED,2025-03-28 13:00,2025-03-28 14:00,\n")
    names = [imported(capsys, log=log)["id"] for log in ("log.csv", "longer.csv")]
    with Store("a.sqlite") as store:
        short, longer = (store.logs.log(name).stays for name in names)
    assert set(short["visit"]) < set(longer["visit"])
    assert len(set(longer["visit"])) == 61
    assert set(short["patient"]) == set(longer["patient"])


@pytest.mark.usefixtures("here")
def test_a_kept_log_is_fitted_as_its_file_is(capsys: pytest.CaptureFixture):
    name = imported(capsys)["id"]
    for log in ("a.sqlite", "a.sqlite/admissions", f"a.sqlite/{name[:8]}"):
        assert exit_code(["calibrate", log, "-o", "kept.yaml"]) == 0
    assert "60 rows were read when it was imported" in capsys.readouterr().out
    assert exit_code(["calibrate", "log.csv", "--time-zone", "UTC", "-o", "read.yaml"]) == 0
    assert Path("kept.yaml").read_text() == Path("read.yaml").read_text()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("log", "option", "says"), [
    ("a.sqlite/nobody", (), "there is no log 'nobody'"),
    ("a.sqlite", ("--time-zone", "UTC"), "was read when it was imported"),
    ("a.sqlite", ("--mapping", "m.yaml"), "was read when it was imported")])
def test_what_cannot_be_taken_from_a_store_is_refused(log: str, option: tuple[str, ...], says: str,
                                                      capsys: pytest.CaptureFixture):
    imported(capsys)
    assert exit_code(["calibrate", log, *option, "-o", "h.yaml"]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_a_key_that_others_may_read_ends_the_import_before_anything_is_kept(capsys: pytest.CaptureFixture):
    Path("my.key").write_bytes(b"k" * 32)
    Path("my.key").chmod(0o644)
    assert exit_code(["import", "log.csv", "--store", "a.sqlite", "--key", "my.key"]) == 2
    assert "chmod 600" in capsys.readouterr().err
    assert not Path("a.sqlite").exists()


@pytest.mark.usefixtures("here")
def test_check_says_that_a_kept_log_was_checked(capsys: pytest.CaptureFixture):
    imported(capsys)
    assert exit_code(["check", "a.sqlite/admissions"]) == 2
    assert "was checked when it was imported" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_how_a_log_was_read_is_kept_with_it(capsys: pytest.CaptureFixture):
    imported(capsys)
    connection = sqlite3.connect("a.sqlite")
    (asked,) = connection.execute("SELECT options FROM log").fetchone()
    connection.close()
    assert json.loads(asked)["time_zone"] == "UTC"
    assert json.loads(asked)["mapping"]["columns"]["visit"] == ["visit"]
