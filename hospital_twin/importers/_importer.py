"""What an importer is: the object that each file of this folder defines, and what it takes and gives."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from hospital_twin.importers._ledger import Ledger
from hospital_twin.importers._mapping import LogMapping
from hospital_twin.layout import Layout

if TYPE_CHECKING:
    from hospital_twin.importers._columns import Guess
    from hospital_twin.importers._event_words import EventWord
    from hospital_twin.importers._times import DateOrder


@dataclass(frozen=True)
class Options:
    """What the caller said about a log.

    layout: with all unit types written out. time_zone: of times without an offset; None when nobody said.
    known: tables that were looked at already, by file, so that each importer need not open them again.
    """

    layout: Layout | None
    mapping: LogMapping
    time_zone: str | None
    known: dict[Path, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def attributes(self) -> tuple[str, ...] | None:
        """Class attributes wanted; None for those that are recognised by themselves."""
        return None if self.layout is None else tuple(self.layout.attributes)


class RawRows(NamedTuple):
    """The rows of a log as an importer gives them; the framework names, checks and assembles them.

    rows: one per row of the file, in its order, with some of the columns of `importers._fields.FIELDS`. Texts (``id``
    and ``word``) are trimmed, ``""`` where missing; times are datetime64[us] in UTC without a zone, NaT where missing;
    numbers are floats. ``visit`` and ``start`` have to be there. Without ``activity`` each row is a stay in ``unit``.
    attributes: one column of texts per class attribute.
    ledger: what became of the rows so far; rows of further files may follow behind those of `rows`.
    sha256: of the file as it lies there (of several, over their hashes).
    columns: field or attribute → name of its column in the file. unused: the other columns' names.
    times_of_day: whether starts have one. known_words: the words, in small letters, of a list from which units and
    classes are taken, so that one that stands in a single row is none the less one.
    events: what was made of the activities of event rows.
    guesses: field or attribute → how certain its column is, and from what.
    date_order: of the dates, where they could be read otherwise.
    zone_assumed: whether there are times without an offset, and nobody said of which zone.
    """

    rows: pd.DataFrame
    attributes: pd.DataFrame
    ledger: Ledger
    sha256: str
    columns: Mapping[str, str]
    unused: tuple[str, ...]
    time_zone: str
    dates_comparable: bool = True
    times_of_day: bool = True
    known_words: frozenset[str] = frozenset()
    events: tuple[EventWord, ...] = ()
    guesses: Mapping[str, Guess] = MappingProxyType({})
    date_order: DateOrder | None = None
    zone_assumed: bool = False


class Sample(NamedTuple):
    """A small log of an importer's shape, which the suite over all importers reads: sound, and with bad lines in it.

    files: name → text, one row a line, in the order of the report's files; several are written into a folder, which is
    then what is read.
    bad: name of each file → a line that can be no row of it, and that has to be rejected wherever it stands.
    header: lines at the beginning of each file that are no rows.
    """

    files: Mapping[str, str]
    bad: Mapping[str, str]
    header: int = 1


@dataclass(frozen=True)
class Importer:
    """One shape of log: the `IMPORTER` of a file in this folder.

    title: a heading. understands: what a file has to look like, for the message when none fits.
    accepts: how certain it is, 0 to 1, that a file is of this shape; from 0.5 on it may be chosen.
    read: the rows of a file. Both raise `BadInput`, `accepts` only for a file that cannot be opened or a mapping that
    does not fit.
    sample: a small log of this shape, to prove it on.
    """

    title: str
    understands: str
    accepts: Callable[[Path, Options], float]
    read: Callable[[Path, Options], RawRows]
    sample: Sample
