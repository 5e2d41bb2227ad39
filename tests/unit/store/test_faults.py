"""A store that cannot be used says so in a sentence, and what to do."""
from __future__ import annotations

import errno
import sqlite3
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from hospital_twin.comparison import compare
from hospital_twin.errors import BadInput
from hospital_twin.runs import Item, Result, Runs
from hospital_twin.store import Store, Study
from hospital_twin.store.database import Database

pytestmark = pytest.mark.unit

Plant = Callable[[Path], object]


def other_program(path: Path) -> Store:
    connection = sqlite3.connect(path)
    connection.execute("create table books (title text)")
    connection.commit()
    connection.close()
    return Store(path)


def other_version(path: Path) -> Store:
    Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    return Store(path)


def no_store(path: Path) -> Store:
    path.write_text("arrival,unit\n" * 200, encoding="utf-8")
    return Store(path)


def damaged(path: Path) -> Store:
    Store(path).close()
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)
    return Store(path)


def locked(path: Path) -> None:
    store = Store(path, patience=0.05)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        store.begin(None)  # type comes later: the door is closed
    finally:
        connection.close()
        store.close()


def empty(path: Path) -> Store:
    path.touch()
    return Store(path, read_only=True)


PLANTED: dict[str, tuple[Plant, str]] = {
    "server": (lambda path: Store("postgresql://me:secret@localhost/twin"), "not a database server"),
    "no name": (lambda path: Store(5), "int names no file"),
    "nobody": (lambda path: Store(path, read_only=True), "there is no such file"),
    "empty": (empty, "the file is empty"),
    "memory": (lambda path: Store(":memory:"), "only in memory"),
    "folder": (lambda path: Store(path.parent), "this is a folder"),
    "no folder": (lambda path: Store(path.parent / "a" / "b.db"), "there is no folder"),
    "other program": (other_program, "another program"),
    "other version": (other_version, "format 99"),
    "no store": (no_store, "this file is not a store"),
    "damaged": (damaged, "the store is damaged"),
    "locked": (locked, "has not let go of it"),
}


def refusal(plant: Plant, path: Path) -> BadInput:
    with pytest.raises(BadInput) as caught:
        plant(path)
    return caught.value


@pytest.mark.parametrize("name", PLANTED)
def test_planted_fault(name: str, tmp_path: Path):
    plant, words = PLANTED[name]
    wrong = refusal(plant, tmp_path / "twin.db")
    assert words in wrong.problem
    assert len(wrong.expected) > 10
    assert "sqlite3" not in str(wrong)


def test_a_password_in_an_address_is_not_repeated(tmp_path: Path):
    assert "secret" not in str(refusal(PLANTED["server"][0], tmp_path / "twin.db"))


def test_no_two_faults_come_from_one_line(tmp_path: Path):
    lines = set()
    for name, (plant, _) in PLANTED.items():
        folder = tmp_path / name
        folder.mkdir()
        last = traceback.extract_tb(refusal(plant, folder / "twin.db").__traceback__)[-1]
        lines.add((last.filename, last.lineno))
    assert len(lines) == len(PLANTED)


@pytest.mark.parametrize(("code", "words"), [
    ("SQLITE_READONLY_DIRECTORY", "may not be written to"), ("SQLITE_CANTOPEN", "cannot be opened"),
    ("SQLITE_IOERR_READ", "network drive failed")])
def test_faults_of_the_disk(tmp_path: Path, code: str, words: str):
    database = Database(tmp_path / "twin.db", patience=0.1)
    fault = sqlite3.OperationalError("in SQLite's words")
    fault.sqlite_errorname = code
    with pytest.raises(BadInput, match=words), database.reading():
        raise OperationalError("select", {}, fault)


@pytest.mark.parametrize(("code", "number", "words"), [
    ("SQLITE_FULL", errno.ENOSPC, "No space left"), ("SQLITE_IOERR_WRITE", errno.EIO, "network drive failed")])
def test_a_full_or_failing_disk_is_no_fault_of_the_input(tmp_path: Path, code: str, number: int, words: str):
    database = Database(tmp_path / "twin.db", patience=0.1)
    fault = sqlite3.OperationalError("in SQLite's words")
    fault.sqlite_errorname = code
    with pytest.raises(OSError, match=words) as full, database.reading():
        raise OperationalError("select", {}, fault)
    assert full.value.errno == number
    assert full.value.filename == str(tmp_path / "twin.db")


def test_a_fault_of_our_own_is_not_blamed_on_the_reader(tmp_path: Path):
    database = Database(tmp_path / "twin.db", patience=0.1)
    with pytest.raises(OperationalError), database.reading() as connection:
        connection.exec_driver_sql("select nothing from nowhere")


def changed_behind_its_back(store: Store, statement: str) -> None:
    connection = sqlite3.connect(store.path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_changed_study_is_not_taken_for_the_kept_one(store: Store, study: Study):
    name = store.begin(study)
    changed_behind_its_back(store, "update study set seed = '2'")
    with pytest.raises(BadInput, match="not what it was"):
        store.study(name)


@pytest.mark.parametrize(("statement", "words"), [
    ("update census set hourly = x'00'", "hourly numbers are damaged"),
    ("update record set rows = '[[1, 2]'", "a stored table is damaged"),
    ("update record set about = '{'", "a stored record is damaged"),
    ("delete from census", "a stored replication is damaged"),
    ("update scenario set yaml = '!!python/object:os.system {}'", "a stored study is damaged"),
    ("update scenario set yaml = 'levers: 7'", "a stored study is damaged"),
    ("update study set hospital_yaml = '['", "a stored study is damaged"),
    ("update study set hospital_yaml = 'layout: {name: x}'", "a stored study is damaged"),
    ("update study set starts = 'soon'", "a stored study is damaged"),
    ("update study set finished = 'yesterday'", "a stored line of the list is damaged")])
def test_damage_inside_a_row(store: Store, study: Study, made_up: Callable[..., Result], statement: str, words: str):
    name = store.begin(study)
    result = made_up(1)
    store.keep(name, Item("baseline", 0), result)
    store.finish(name, beside=result.kpis)
    changed_behind_its_back(store, statement)
    with pytest.raises(BadInput, match=words):
        (store.known(name), store.table(name, "beside"), store.study(name), store.studies())


def test_a_damaged_comparison(store: Store, study: Study, made_up: Callable[..., Result]):
    name = store.begin(study)
    store.finish(name, compare(*(Runs.of(e, {n: made_up(n) for n in range(2)}) for e in study.experiments)))
    changed_behind_its_back(store, "update record set about = '{}'")
    with pytest.raises(BadInput, match="a stored comparison is damaged"):
        store.comparison(name)


def test_opening_waits_for_no_writer(store: Store, study: Study):
    name = store.begin(study)
    connection = sqlite3.connect(store.path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        for read_only in (False, True):
            with Store(store.path, patience=0.05, read_only=read_only) as other:
                assert [one.id for one in other.studies()] == [name]
    finally:
        connection.close()


def test_where_nothing_may_be_written_it_can_be_read(tmp_path: Path, study: Study, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a b?.db"
    with Store(path) as made:
        name = made.begin(study)
    monkeypatch.setattr("os.access", lambda where, mode: False)
    with Store(path) as store:
        assert store.study(name).question == study.question
        assert [file.name for file in tmp_path.iterdir()] == ["a b?.db"]
        with pytest.raises(BadInput, match="may not be written to"):
            store.begin(study)


def test_who_only_reads_changes_nothing(store: Store, study: Study):
    with Store(store.path, read_only=True) as reader, pytest.raises(BadInput, match="may not be written to"):
        reader.begin(study)
