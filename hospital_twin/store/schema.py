"""The tables of the store's one file."""
from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

APPLICATION_ID = 0x48547769
"""Marks a SQLite file as ours (``HTwi``), so that another program's database is not taken for a store."""
SCHEMA_VERSION = 1

METADATA = MetaData()


def _study_key() -> Column:
    return Column("study", Text, ForeignKey("study.id", ondelete="CASCADE"), primary_key=True)


STUDY = Table(
    "study", METADATA,
    Column("id", Text, primary_key=True),
    # Counts the studies in the order in which they were last begun: the wall clock may jump.
    Column("turn", Integer, nullable=False, unique=True),
    Column("begun", Text, nullable=False),
    Column("finished", Text),
    Column("question", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("hospital", Text, nullable=False),
    Column("hospital_yaml", Text, nullable=False),
    Column("layout_sha256", Text, nullable=False),
    Column("log_name", Text),
    Column("log_sha256", Text),
    Column("log_start", Text),
    Column("log_end", Text),
    Column("time_zone", Text, nullable=False),
    Column("starts", Text, nullable=False),
    Column("days", Float, nullable=False),
    Column("warm_up_days", Float, nullable=False),
    Column("seed", Text, nullable=False),  # text, so that no number of bits narrows it
    Column("engine", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("code_sha256", Text, nullable=False),
)

SCENARIO = Table(
    "scenario", METADATA,
    _study_key(),
    Column("position", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("yaml", Text, nullable=False),
    UniqueConstraint("study", "name"),
)

FAULT = Table(
    "fault", METADATA,
    _study_key(),
    Column("position", Integer, primary_key=True),
    Column("sentence", Text, nullable=False),
)

ITEM = Table(
    "item", METADATA,
    Column("id", Integer, primary_key=True),
    Column("study", Text, ForeignKey("study.id", ondelete="CASCADE"), nullable=False),
    Column("scenario", Text, nullable=False),
    Column("replication", Integer, nullable=False),
    Column("kept", Text, nullable=False),
    UniqueConstraint("study", "scenario", "replication"),
)

QUANTITY = Table(
    "quantity", METADATA,
    Column("id", Integer, primary_key=True),
    Column("kpi", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("hour", Integer, nullable=False),  # -1: the whole window; NULLs would all be distinct
    Column("statistic", Text, nullable=False),
    UniqueConstraint("kpi", "place", "hour", "statistic"),
)

KPI_ROW = Table(
    "kpi_row", METADATA,
    Column("item", Integer, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("quantity", Integer, ForeignKey("quantity.id"), nullable=False),
    Column("value", Float),  # NULL: not computable, see reason
    Column("n", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_with_rowid=False,
)

CENSUS = Table(
    "census", METADATA,
    Column("item", Integer, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("place", Text, nullable=False),
    Column("hourly", LargeBinary, nullable=False),
)

OBSERVED = Table(
    "observed", METADATA,
    _study_key(),
    Column("quantity", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("from_", LargeBinary, nullable=False),
    Column("to", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),
)

RECORD = Table(
    "record", METADATA,
    _study_key(),
    Column("kind", Text, primary_key=True),  # comparison, or a name given to `Store.finish`
    Column("about", Text, nullable=False),
    Column("columns", Text, nullable=False),
    Column("rows", Text, nullable=False),
)
