"""Logs that were imported into a store: how they are named in place of a file."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hospital_twin.errors import BadInput

if TYPE_CHECKING:
    from hospital_twin.eventlog import EventLog

_SQLITE = b"SQLite format 3\0"


class KeptLog(NamedTuple):
    """A log of a store, and what was found in it when it was imported."""

    log: EventLog
    report: dict[str, Any]


def is_kept(named: str) -> bool:
    """Whether a LOG is one of a store: ``twin.sqlite`` or ``twin.sqlite/name``."""
    return _store(Path(named)) is not None


def kept_log(named: str, mapping: str | None, time_zone: str | None) -> KeptLog:
    """The log of a store that ``twin.sqlite/name`` means, or ``twin.sqlite`` where it has only one.

    Raises `BadInput` for options that say how to read a file.
    """
    from hospital_twin.store import Store
    if mapping is not None or time_zone is not None:
        raise BadInput("--mapping" if mapping is not None else "--time-zone", f"{named} was read when it was imported",
                       "the option with hospital-twin import, or the file itself as LOG")
    path = Path(named)
    store = _store(path)
    name = "" if store == path else path.name
    with Store(store, read_only=True) as opened:
        return KeptLog(opened.logs.log(name), opened.logs.report(name))


def _store(path: Path) -> Path | None:
    """The store in a path: itself, or what seems to be its folder."""
    return next((part for part in (path, path.parent) if part.is_file() and _is_sqlite(part)), None)


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False
