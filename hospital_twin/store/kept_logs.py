"""`KeptLogs`: event logs that were imported, with what was asked for and what was found; never the file itself."""
from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    func,
    insert,
    inspect,
    select,
)

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog
from hospital_twin.eventlog.storage import packed, unpacked
from hospital_twin.store import rows
from hospital_twin.store.database import Database

_LEVEL = 6
_TABLES = ("stays", "capacity")
LOGS = MetaData()
"""Tables that a store has from its first import on: one without them is as whole as before there were any."""

LOG = Table(
    "log", LOGS,
    Column("id", Text, primary_key=True),
    Column("turn", Integer, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("imported", Text, nullable=False),
    Column("source_sha256", Text, nullable=False),
    Column("key_mark", Text, nullable=False),
    Column("options", Text, nullable=False),
    Column("header", Text, nullable=False),
    Column("report", LargeBinary, nullable=False),
    Column("fingerprint", Text, nullable=False),
)

LOG_COLUMN = Table(
    "log_column", LOGS,
    Column("log", Text, ForeignKey("log.id", ondelete="CASCADE"), primary_key=True),
    Column("table", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)


@dataclass(frozen=True, eq=False)
class Imported:
    """A log as it was read. name: what it is called in the store. options: everything that was asked for, as JSON
    holds it. report: what was found, likewise, without any value of the log. key_mark: tells which key was used.
    """

    log: EventLog
    name: str
    key_mark: str
    options: Mapping[str, Any]
    report: Mapping[str, Any]

    @property
    def id(self) -> str:
        """32 hex digits: the same for the same source, read with the same options and key, with the same outcome."""
        inputs = [self.log.provenance.sha256, dict(self.options), self.key_mark, self.log.fingerprint()]
        return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:32]


class Kept(NamedTuple):
    """A log as the store lists it. imported: ISO time, UTC. fingerprint: of the event log."""

    id: str
    name: str
    imported: str
    source_sha256: str
    key_mark: str
    fingerprint: str


class KeptLogs:
    """The logs of one store. A column is one compressed array, so that a year of a large hospital is read in seconds.

    An import is one transaction: when the program is killed meanwhile, the store is as it was before, and the same
    import again ends as an unbroken one would have.
    """

    def __init__(self, database: Database):
        self._database, self._where = database, str(database.path)

    def keep(self, imported: Imported) -> str:
        """Keep a log and return its id; one that is there already is left as it is."""
        name, log = imported.id, imported.log
        columns = [dict(log=name, table=table, position=i, name=column, **_column(frame[column]))
                   for table, frame in zip(_TABLES, (log.stays, log.capacity), strict=True)
                   for i, column in enumerate(frame.columns)]
        report = zlib.compress(json.dumps(dict(imported.report)).encode(), _LEVEL)
        with self._database.writing() as connection:
            LOGS.create_all(connection)
            if connection.scalar(select(LOG.c.id).where(LOG.c.id == name)) is None:
                turn = 1 + (connection.scalar(select(func.max(LOG.c.turn))) or 0)
                connection.execute(insert(LOG).values(
                    id=name, turn=turn, name=imported.name, imported=datetime.now(UTC).isoformat(timespec="seconds"),
                    source_sha256=log.provenance.sha256, key_mark=imported.key_mark, report=report,
                    options=json.dumps(dict(imported.options), sort_keys=True), header=json.dumps(log.header()),
                    fingerprint=log.fingerprint()))
                connection.execute(insert(LOG_COLUMN), columns)
        return name

    def listed(self) -> list[Kept]:
        """All kept logs, the one imported last first."""
        with self._database.reading() as connection:
            if not _there(connection):
                return []
            columns = [LOG.c[name] for name in Kept._fields]
            return [Kept(*row) for row in connection.execute(select(*columns).order_by(LOG.c.turn.desc()))]

    def log(self, named: str = "") -> EventLog:
        """The log of an id (or the beginning of one) or a name; of several of one name, the one imported last.

        Without a name, the only one. Raises `BadInput` where there is none or, without a name, several; and for one
        that is not what it was.
        """
        with self._database.reading() as connection:
            row = self._row(connection, named)
            found = connection.execute(select(LOG_COLUMN).where(LOG_COLUMN.c.log == row.id)
                                       .order_by(LOG_COLUMN.c.table, LOG_COLUMN.c.position)).all()
        with rows.whole("log", self._where):
            tables = [pd.DataFrame({column.name: self._unpacked(column) for column in found if column.table == table})
                      for table in _TABLES]
            log = EventLog.put_together(json.loads(row.header), *tables)
            if log.fingerprint() == row.fingerprint:
                return log
        raise BadInput(self._where, f"log {row.id} is not what it was when it was kept",
                       "a copy of the store from a backup, or the log imported again into a new file")

    def report(self, named: str = "") -> dict[str, Any]:
        """What was found in a log when it was imported. Named, and refused, as in `log`."""
        with self._database.reading() as connection:
            row = self._row(connection, named)
        with rows.whole("report", self._where):
            return json.loads(self._inflated(row.report))

    def _row(self, connection: Connection, named: str) -> Row[Any]:
        there = connection.execute(select(LOG).order_by(LOG.c.turn.desc())).all() if _there(connection) else []
        if not there:
            raise BadInput(self._where, "no log is kept in this store",
                           f"a store with one: hospital-twin import LOG --store {self._where}")
        fitting = [row for row in there if named in (row.id, row.name)]
        fitting = fitting or [row for row in there if named and row.id.startswith(named)]
        if (not named and len(there) > 1) or (named and not fitting):
            raise BadInput(self._where, f"there is no log {named!r} in it" if named else f"{len(there)} logs are kept "
                           "in it", "the id or the name of one, after the file's name: " + ", ".join(
                               f"{self._where}/{row.id[:8]} ({row.name})" for row in there))
        return fitting[0] if named else there[0]

    def _unpacked(self, column: Row[Any]) -> pd.Series:
        values = np.load(io.BytesIO(self._inflated(column.data)), allow_pickle=False)
        return unpacked(values, json.loads(column.kind))

    def _inflated(self, data: bytes) -> bytes:
        try:
            return zlib.decompress(data)
        except zlib.error as wrong:
            raise BadInput(self._where, "a kept log is damaged", "a copy of the store from a backup, or the log "
                           "imported again into a new file") from wrong


def _there(connection: Connection) -> bool:
    return inspect(connection).has_table(LOG.name)


def _column(column: pd.Series) -> dict[str, Any]:
    values, kind = packed(column)
    written = io.BytesIO()
    np.save(written, values, allow_pickle=False)
    return {"kind": json.dumps(kind), "data": zlib.compress(written.getvalue(), _LEVEL)}
