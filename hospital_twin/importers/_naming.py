"""Rows in a log's words → rows in the twin's words: names, kinds and roles, from the layout, the mapping or guesses."""
from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import RESERVED
from hospital_twin.importers._classes import fill_classes, with_age_bands
from hospital_twin.importers._fields import FIELDS
from hospital_twin.importers._importer import Options, RawRows
from hospital_twin.importers._persons import without_persons
from hospital_twin.importers._pseudonyms import Pseudonyms
from hospital_twin.importers._source import A_MAPPING
from hospital_twin.importers._words import (
    END_REASONS,
    OUTCOMES,
    activities_of,
    disposition_of,
    kind_of,
    role_of,
    slips,
    slug,
    translated,
    words_in,
)
from hospital_twin.layout import Layout

MOST = {"unit": 1_000, "activity": 1_000, "resource": 300, "disposition": 1_000}
"""A column of more words holds something else: numbers, or the names of persons."""
_WORDS = ("unit", "activity", "resource", "end_reason", "disposition")


class Word(NamedTuple):
    """A unit or resource. log: as the log writes it. name: as the twin does, ``""`` where the mapping leaves it out.

    means: its kind or role. how: where that is from: ``mapping``, ``layout``, ``guess``. rows: how many name it.
    """

    log: str
    name: str
    means: str
    how: str
    rows: int

    @property
    def sure(self) -> str:
        """From where it is known, in words."""
        return "a guess by its name" if self.how == "guess" else f"as the {self.how} says"


class Named(NamedTuple):
    """Rows in the twin's words.

    rows: int64 ``visit`` and ``patient``, categories ``unit``, ``activity``, ``resource``, ``end_reason``,
    ``disposition``, datetime64[us] times, one category per class attribute.
    """

    rows: pd.DataFrame
    attributes: tuple[str, ...]
    units: tuple[Word, ...]
    resources: tuple[Word, ...]


def name_rows(raw: RawRows, options: Options, where: str, pseudonyms: Pseudonyms) -> Named:
    """Translate the words of a log. Raises `BadInput` for columns that hold other things than words.

    where: the file, for messages. pseudonyms: what numbers visits and patients; what the log calls them goes no further
    than here. A word that stands in a single row of many, and that neither layout nor mapping knows, is more likely a
    slip or somebody's name than a word: it does not enter. But a single death is one, and so is the single refusal by a
    unit of the log.
    """
    raw = without_persons(with_age_bands(raw, options), _said(options))
    namer = _Namer(raw, options, where)
    rows, ledger = raw.rows, raw.ledger
    visit, patient = namer.texts("visit"), namer.texts("patient")
    ledger.reject(visit == "", "no_visit", raw.columns.get("visit", ""))
    named = pd.DataFrame({"visit": pseudonyms.numbers(visit, "visit")})
    named["patient"] = np.where(patient != "", pseudonyms.numbers(patient, "patient"), named["visit"])
    for name in rows.columns.difference([*_WORDS, "visit", "patient"]):
        named[name] = rows[name].to_numpy()
    units = namer.units()
    named["activity"], named["unit"] = namer.activities(units), namer.unit_names(units)
    ledger.reject(named["activity"].isin(("stay", "cleaning")).to_numpy() & (namer.unit_texts == ""), "no_unit",
                  namer.unit_column)
    resources = namer.resources(units)
    named["resource"] = namer.resource_names(resources)
    named["end_reason"], named["disposition"] = namer.endings(named["activity"])
    attributes = fill_classes(named, raw, options, where)
    places = {word.name for word in units}
    return Named(named, attributes, tuple(word for word in units if word.log),
                 tuple(word for word in resources if word.log and word.name not in places))


class _Namer:
    def __init__(self, raw: RawRows, options: Options, where: str):
        self.raw, self.mapping, self.where, self.layout = raw, options.mapping, where, options.layout
        self.kinds = {} if self.layout is None else {name: unit.kind for name, unit in self.layout.units.items()}
        self.unit_texts, self.unit_column = self._unit_texts()

    def texts(self, field: str) -> np.ndarray:
        """A column, empty texts where the log has none."""
        if field in self.raw.rows:
            return self.raw.rows[field].to_numpy(dtype=object)
        return np.full(len(self.raw.rows), "", dtype=object)

    def units(self) -> tuple[Word, ...]:
        """Every unit of the log that is no slip."""
        counts = self._counts("unit", self.unit_texts)
        said = {slug(text): name or "" for text, name in self.mapping.units.items()}
        found = []
        for text, n in counts.items():
            own = slug(text)
            name = said.get(own, own)
            how = "mapping" if name in self.mapping.kinds or (own in said and name not in self.kinds) else \
                "layout" if name in self.kinds else "guess"
            kind = self.mapping.kinds.get(name) or self.kinds.get(name) or kind_of(name)
            found.append(Word(text, name, kind, how, n))
        rare = slips(self.raw, [word.log for word in found if word.how == "guess"], self.unit_texts)
        found = [word for word in found if word.log not in rare]
        absent = [text for text in self.mapping.units if slug(text) not in {slug(word.log) for word in found}]
        if absent:
            self.raw.ledger.note(f"the mapping speaks of units that are not in this log: {_listed(absent)}")
        self._one_is_in_the_layout(found)
        return tuple(found)

    def _one_is_in_the_layout(self, found: list[Word]) -> None:
        in_log = [word for word in found if word.log]
        if self.kinds and in_log and not any(word.name in self.kinds for word in in_log):
            raise BadInput(f"{self.where}: column {self.unit_column}", "no unit of the log is one of the layout's; the "
                           f"log has {_listed(word.log for word in in_log)}", f"the layout's units "
                           f"({_listed(self.kinds)}), or {A_MAPPING} with `units:` from the ones to the others")

    def unit_names(self, units: tuple[Word, ...]) -> pd.Categorical:
        """The unit of each row; rows with a slip, or a unit that the mapping leaves out, are rejected."""
        names = {word.log: word.name for word in units} | {"": ""}
        known = np.isin(self.unit_texts, list(names))
        left_out = np.isin(self.unit_texts, [word.log for word in units if word.log and not word.name])
        self.raw.ledger.reject(left_out, "unit_of_nothing", self.unit_column)
        self.raw.ledger.reject(~known, "rare_unit", self.unit_column, self.unit_texts)
        return translated(np.where(known, self.unit_texts, ""), names)

    def activities(self, units: tuple[Word, ...]) -> pd.Categorical:
        """The activity of each row; one called like a unit is a stay there."""
        if "activity" not in self.raw.rows:
            return pd.Categorical.from_codes(np.zeros(len(self.raw.rows), dtype=np.int8), ["stay"])
        texts, column = self.texts("activity"), self.raw.columns.get("activity", "")
        counts = self._counts("activity", texts)
        places = {name for word in units if word.log for name in (word.name, slug(word.log))}
        meant = {text: "stay" if name in places else name for text, name in activities_of(counts).items()}
        known = {"", *RESERVED, *_words_in(self.layout)}
        rare = slips(self.raw, [text for text in counts if meant[text] not in known], texts)
        is_rare = np.isin(texts, list(rare))
        self.raw.ledger.reject(texts == "", "no_activity", column)
        self.raw.ledger.reject(is_rare, "rare_activity", column, texts)
        return translated(np.where(is_rare, "", texts), meant | {"": ""})

    def resources(self, units: tuple[Word, ...]) -> tuple[Word, ...]:
        """Every resource of the log that is no slip; a unit of the log, or of the mapping, is none."""
        places = {slug(text): name for text, name in self.mapping.units.items() if name}
        places |= {name: name for name in self.mapping.kinds} | {word.name: word.name for word in units if word.name}
        resources = self.layout.resources() if self.layout else {}
        layout, roles = {name: resource.role for name, resource in resources.items()}, self.mapping.roles
        found = []
        texts = self.texts("resource")
        for text, n in self._counts("resource", texts).items():
            name = places.get(slug(text)) or slug(text, "resource")
            how = "mapping" if name in roles else "layout" if name in layout else "guess"
            found.append(Word(text, name, roles.get(name) or layout.get(name) or role_of(name), how, n))
        known = set(places.values())
        rare = slips(self.raw, [word.log for word in found if word.how == "guess" and word.name not in known], texts)
        return tuple(word for word in found if word.log not in rare)

    def resource_names(self, resources: tuple[Word, ...]) -> pd.Categorical:
        """The resource of each row, ``""`` for a slip."""
        names, texts = {word.log: word.name for word in resources} | {"": ""}, self.texts("resource")
        known = np.isin(texts, list(names))
        self.raw.ledger.repair(~known, "unknown_value", self.raw.columns.get("resource", ""), texts)
        return translated(np.where(known, texts, ""), names)

    def endings(self, activity: pd.Series) -> tuple[pd.Categorical, pd.Categorical]:
        """How rows ended, and how visits left: a reason that is none of a row's says the latter."""
        reasons, leaving = self.texts("end_reason"), activity.eq("leave").to_numpy()
        of_rows = {text: slug(text) if slug(text) in END_REASONS else "" for text in pd.unique(reasons)}
        of_visit = np.isin(reasons, [text for text, name in of_rows.items() if not name])
        of_visit |= leaving & ~np.isin(reasons, [text for text, name in of_rows.items() if name in ("done", "open")])
        of_row = translated(np.where(of_visit, "", reasons), of_rows | {"": ""})
        field = "disposition" if "disposition" in self.raw.rows else "end_reason"
        texts = self.texts(field) if field == "disposition" else np.where(of_visit, reasons, "")
        counts = self._counts("disposition", texts)
        meant = {text: disposition_of(text) if text else "" for text in counts} | {"": ""}
        known = {*OUTCOMES, *END_REASONS, *_words_in(self.layout)}
        rare = slips(self.raw, [text for text in counts if not {meant[text], slug(text)} & known], texts)
        is_rare = np.isin(texts, list(rare))
        self.raw.ledger.repair(is_rare, "unknown_value", self.raw.columns.get(field, ""), texts)
        return of_row, translated(np.where(is_rare, "", texts), meant)

    def _counts(self, field: str, texts: np.ndarray) -> dict[str, int]:
        """How often each word stands in a column; the empty word too."""
        counts = pd.Series(texts, dtype=object).value_counts(sort=False)
        if len(counts) > MOST[field]:
            raise BadInput(f"{self.where}: column {self.raw.columns.get(field, field)}",
                           f"it was taken for {FIELDS[field].means}, and has {len(counts):,} different values: are "
                           "these names of persons, or numbers?", f"at most {MOST[field]:,} different words, or "
                           f"{A_MAPPING} that names another column, or none (columns: {{{field}: null}})")
        return {text: int(n) for text, n in counts.items()}

    def _unit_texts(self) -> tuple[np.ndarray, str]:
        """The unit of each row as the log writes it; without a column of units, activities called like one are."""
        texts, column = self.texts("unit"), self.raw.columns.get("unit", "")
        if "activity" not in self.raw.rows or (texts != "").any():
            return texts, column
        activities = self.texts("activity")
        said = {slug(text) for text in self.mapping.units} | set(self.kinds)
        counts = self._counts("activity", activities)
        places = {text for text, name in activities_of(counts).items()
                  if name in said or (name and name not in RESERVED and kind_of(name) != "ward")}
        shown = places - slips(self.raw, counts, activities)
        if shown:
            self.raw.ledger.note(f"there is no column of units; taken as stays in a unit: {_listed(sorted(shown))}")
        return np.where(np.isin(activities, list(places)), activities, ""), self.raw.columns.get("activity", "")


def _said(options: Options) -> set[str]:
    """Every word that the mapping or the layout names, as a slug."""
    words = {*options.mapping.units, *options.mapping.roles}
    if options.layout:
        words |= {*options.layout.units, *options.layout.resources(), *_words_in(options.layout)}
        words |= {str(value) for attribute in options.layout.attributes.values() for value in attribute.values}
    return {slug(word) for word in words}


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _words_in(layout: Layout | None) -> set[str]:
    """Every word of a layout's pathways, the names of its tasks among them, and what becomes of who is refused."""
    if layout is None:
        return set()
    refused = {unit.refuse_as for unit in layout.units.values() if unit.refuse_as}
    return refused | words_in(layout.model_dump(include={"pathways"}))
