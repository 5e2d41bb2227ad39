"""One SQLite file: opening it, transactions, and its faults in plain words."""
from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EIO, ENOSPC
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError

from hospital_twin.errors import BadInput
from hospital_twin.store.schema import APPLICATION_ID, METADATA, SCHEMA_VERSION

_PREFIX = "sqlite:///"


def path_of(url_or_path: str | Path) -> Path:
    """The file that a path or a ``sqlite:///`` address names."""
    if not isinstance(url_or_path, str | Path):
        raise BadInput("store", f"{type(url_or_path).__name__} names no file", "a file name such as twin.db")
    named = str(url_or_path)
    if named.startswith(_PREFIX):
        named = named.removeprefix(_PREFIX)
    elif "://" in named:
        raise BadInput(named.split("://")[0] + "://...", "the store is one SQLite file, not a database server",
                       "a file name, or sqlite:/// and a file name")
    if not named or named == ":memory:":
        raise BadInput("store", "no file is named, and what is only in memory is lost", "a file name such as twin.db")
    return Path(named)


class Database:
    """The open file. Each transaction is whole or absent, also when the program is killed in the middle of it.

    Opening waits for nobody: only a new file is written to. A file that may not be written to is opened to be read.
    """

    def __init__(self, path: Path, patience: float, *, read_only: bool = False):
        self.path = path
        if path.is_dir():
            raise BadInput(str(path), "this is a folder", "the name of the store's file, such as twin.db in it")
        if not path.parent.is_dir():
            raise BadInput(str(path), f"there is no folder {path.parent}", "a file in a folder that exists")
        there = path.exists()
        if read_only and not there:
            raise BadInput(str(path), "there is no such file", "a store that hospital-twin wrote")
        fixed = there and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
        self.engine = _engine(path, patience, read_only=read_only or fixed, fixed=fixed)
        with self.reading() as connection:
            ready = self._is_ready(connection)
        if not ready and (read_only or fixed):
            raise BadInput(str(path), "the file is empty", "a store that hospital-twin wrote")
        if not ready:
            self._make_ready()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that changes things; it waits for other writers first, so that it never fails half way."""
        with (self._faults_in_words(), self.engine.connect().execution_options(writes=True) as connection,
              connection.begin()):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the file."""
        with self._faults_in_words(), self.engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()

    def _make_ready(self) -> None:
        """Make the tables in a new file, unless another program has just done so."""
        with self.writing() as connection:
            if not self._is_ready(connection):
                METADATA.create_all(connection)
                connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
                connection.execute(text(f"PRAGMA user_version = {SCHEMA_VERSION}"))

    def _is_ready(self, connection: Connection) -> bool:
        """Whether the file has its tables; one that is not a store of this version is refused."""
        mark, version = (connection.scalar(text(f"PRAGMA {name}")) for name in ("application_id", "user_version"))
        tables = inspect(connection).get_table_names()
        if not tables and mark in (0, APPLICATION_ID):
            return False
        if mark != APPLICATION_ID:
            raise BadInput(str(self.path), "this is the database of another program",
                           "a store that hospital-twin wrote, or a new file name")
        if version != SCHEMA_VERSION:
            raise BadInput(str(self.path), f"this store has format {version}, written by another version of "
                           "hospital-twin", f"a store of format {SCHEMA_VERSION}, or a new file name")
        return True

    @contextmanager
    def _faults_in_words(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as wrong:
            _raise_in_words(self.path, wrong)


def _engine(path: Path, patience: float, *, read_only: bool, fixed: bool) -> Engine:
    """fixed: nothing may be written beside the file either, such as the notes that readers leave each other there."""
    journal, mode = path.with_name(f"{path.name}-wal"), "rw" if read_only else "rwc"
    if fixed:
        # Where nothing waits in a journal, SQLite may believe that the file does not change and needs no notes.
        mode = "ro" if journal.exists() and journal.stat().st_size else "ro&immutable=1"
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"
    # autocommit: our own BEGIN below is the only one, so that a writer can take its place in the line first.
    engine = create_engine(URL.create("sqlite", database=str(path)), creator=lambda: sqlite3.connect(
        address, uri=True, timeout=patience, isolation_level=None, check_same_thread=False))

    @event.listens_for(engine, "connect")
    def _settings(connection: sqlite3.Connection, _record: Any) -> None:
        for pragma in ("foreign_keys = ON", "synchronous = NORMAL", "query_only = ON" if read_only else
                       "journal_mode = WAL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _raise_in_words(path: Path, wrong: DatabaseError) -> NoReturn:
    """The fault that a reader can mend; any other one is ours and stays as it is."""
    name, file = getattr(wrong.orig, "sqlite_errorname", ""), str(path)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        raise BadInput(file, "another program is writing to the store and has not let go of it",
                       "wait until it is done, or close it, and try again") from wrong
    if name == "SQLITE_NOTADB":
        raise BadInput(file, "this file is not a store", "a store that hospital-twin wrote, or a new file name"
                       ) from wrong
    if name.startswith("SQLITE_CORRUPT"):
        raise BadInput(file, "the store is damaged", "a copy from a backup, or a new file name: the runs are then "
                       "made again") from wrong
    if name.startswith("SQLITE_READONLY"):
        raise BadInput(file, "the store may not be written to", "a file and a folder with permission to write"
                       ) from wrong
    if name.startswith("SQLITE_CANTOPEN"):
        raise BadInput(file, "the store cannot be opened", "a file and a folder that you may read and write") from wrong
    if name.startswith("SQLITE_FULL"):
        raise OSError(ENOSPC, os.strerror(ENOSPC), file) from wrong
    if name.startswith("SQLITE_IOERR_WRITE"):
        raise OSError(EIO, "the disk or the network drive failed, or the file may not grow", file) from wrong
    if name.startswith("SQLITE_IOERR"):
        raise BadInput(file, "the disk or the network drive failed while the store was in use",
                       "a file on a disk of this computer") from wrong
    raise wrong
