"""Rows in a log's words → rows in the twin's words: names, kinds and roles, from the layout, the mapping or guesses."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import RESERVED
from hospital_twin.importers._fields import FIELDS
from hospital_twin.importers._importer import Options, RawRows
from hospital_twin.importers._ledger import Ledger
from hospital_twin.importers._words import (
    END_REASONS,
    UNKNOWN,
    activities_of,
    disposition_of,
    kind_of,
    numbers_of,
    role_of,
    slug,
    translated,
)

RECURRING_FROM = 200
"""In a log of this many rows, a word that stands in a single row is more likely a slip, or a name, than a word."""
MOST = {"unit": 1_000, "activity": 1_000, "resource": 300, "disposition": 1_000}
MOST_VALUES = 60
_WORDS = ("unit", "activity", "resource", "end_reason", "disposition")


class Word(NamedTuple):
    """A unit or resource. log: as the log writes it. name: as the twin does. means: its kind or role.

    how: where that is from: ``mapping``, ``layout``, ``guess``.
    """

    log: str
    name: str
    means: str
    how: str
    rows: int


class Named(NamedTuple):
    """Rows in the twin's words.

    rows: int64 ``visit`` and ``patient``, categories ``unit``, ``activity``, ``resource``, ``end_reason``,
    ``disposition``, datetime64[us] times, one category per class attribute.
    """

    rows: pd.DataFrame
    attributes: tuple[str, ...]
    units: tuple[Word, ...]
    resources: tuple[Word, ...]


def name_rows(raw: RawRows, options: Options, where: str) -> Named:
    """Translate the words of a log. Raises `BadInput` for columns that hold other things than words.

    where: the file, for messages.
    """
    visit = _texts(raw, "visit")
    raw.ledger.reject(visit == "", "no_visit", raw.columns.get("visit", ""))
    named = pd.DataFrame({"visit": numbers_of(visit)})
    patient = _texts(raw, "patient")
    named["patient"] = np.where(patient != "", numbers_of(patient), named["visit"])
    for name in raw.rows.columns.difference([*_WORDS, "visit", "patient"]):
        named[name] = raw.rows[name].to_numpy()
    texts, column = _unit_texts(raw, options)
    units = _units(raw, texts, column, options, where)
    named["activity"] = _activities(raw, units, where)
    named["unit"] = _unit_names(raw, texts, column, units, named["activity"])
    resources = _resources(raw, options, where)
    named["resource"] = translated(_texts(raw, "resource"), {word.log: word.name for word in resources})
    named["end_reason"], named["disposition"] = _endings(raw, named["activity"], where)
    attributes = _fill_attributes(named, raw, options, where)
    places = {word.name for word in units}
    return Named(named, attributes, tuple(word for word in units if word.log),
                 tuple(word for word in resources if word.log and word.name not in places))


def _texts(raw: RawRows, field: str) -> np.ndarray:
    if field in raw.rows:
        return raw.rows[field].to_numpy(dtype=object)
    return np.full(len(raw.rows), "", dtype=object)


def _counts(raw: RawRows, field: str, texts: np.ndarray, where: str) -> dict[str, int]:
    """How often each word stands in a column; the empty word too."""
    counts = pd.Series(texts, dtype=object).value_counts(sort=False)
    if len(counts) > MOST[field]:
        raise BadInput(f"{where}: column {raw.columns.get(field, field)}",
                       f"it was taken for {FIELDS[field].means}, and has {len(counts):,} different values: are these "
                       "names of persons, or numbers?", f"at most {MOST[field]:,} different words; a mapping file can "
                       f"name another column, or none (columns: {field}: ...)")
    return {text: int(n) for text, n in counts.items()}


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _unit_texts(raw: RawRows, options: Options) -> tuple[np.ndarray, str]:
    """The unit of each row as the log writes it. Without a column of units, activities called like one are stays."""
    texts = _texts(raw, "unit")
    if "activity" not in raw.rows or (texts != "").any():
        return texts, raw.columns.get("unit", "")
    activities = _texts(raw, "activity")
    said = {slug(text) for text in options.mapping.units} | set(_kinds_of_layout(options))
    places = {text for text, name in activities_of(pd.unique(activities)).items()
              if name in said or (name and name not in RESERVED and kind_of(name) != "ward")}
    if places:
        raw.ledger.note(f"there is no column of units; taken as stays in a unit: {_listed(places)}")
    return np.where(np.isin(activities, list(places)), activities, ""), raw.columns.get("activity", "")


def _kinds_of_layout(options: Options) -> Mapping[str, str]:
    return {name: unit.kind for name, unit in options.layout.units.items()} if options.layout else {}


def _units(raw: RawRows, texts: np.ndarray, column: str, options: Options, where: str) -> tuple[Word, ...]:
    """Every unit of the log; the name is "" for those that the mapping leaves out."""
    counts = _counts(raw, "unit", texts, where)
    said = {slug(text): name or "" for text, name in options.mapping.units.items()}
    layout, kinds = _kinds_of_layout(options), options.mapping.kinds
    found = []
    for text, n in counts.items():
        own = slug(text)
        name = said.get(own, own)
        how = "mapping" if name in kinds or (own in said and name not in layout) else \
            "layout" if name in layout else "guess"
        found.append(Word(text, name, kinds.get(name) or layout.get(name) or kind_of(name), how, n))
    present = {slug(word.log) for word in found}
    absent = [text for text in options.mapping.units if slug(text) not in present]
    if absent:
        raw.ledger.note(f"the mapping speaks of units that are not in this log: {_listed(absent)}")
    if layout and any(word.log for word in found) and not any(word.name in layout for word in found):
        raise BadInput(f"{where}: column {column}", "no unit of the log is one of the layout's; the log has "
                       + _listed(word.log for word in found if word.log),
                       f"the layout's units ({_listed(layout)}), or a mapping file with `units:` from the ones to the "
                       "others")
    return tuple(found)


def _activities(raw: RawRows, units: tuple[Word, ...], where: str) -> pd.Categorical:
    if "activity" not in raw.rows:
        return pd.Categorical.from_codes(np.zeros(len(raw.rows), dtype=np.int8), ["stay"])
    texts = _texts(raw, "activity")
    places = {name for word in units if word.log for name in (word.name, slug(word.log))}
    meant = {text: "stay" if name in places else name
             for text, name in activities_of(_counts(raw, "activity", texts, where)).items()}
    raw.ledger.reject(texts == "", "no_activity", raw.columns.get("activity", ""))
    return translated(texts, meant)


def _unit_names(raw: RawRows, texts: np.ndarray, column: str, units: tuple[Word, ...],
                activity: pd.Series) -> pd.Categorical:
    codes = pd.Categorical(texts, categories=[word.log for word in units]).codes
    sure = raw.known_words or len(texts) < RECURRING_FROM
    rare = np.array([not sure and word.how == "guess" and word.rows == 1 for word in units], dtype=bool)
    left_out = np.array([bool(word.log) and not word.name for word in units], dtype=bool)
    given = texts != ""
    raw.ledger.reject(activity.isin(("stay", "cleaning")).to_numpy() & ~given, "no_unit", column)
    raw.ledger.reject(left_out[codes] & given, "unit_of_nothing", column)
    raw.ledger.reject(rare[codes] & given, "rare_unit", column, texts)
    return translated(texts, {word.log: word.name for word in units})


def _resources(raw: RawRows, options: Options, where: str) -> tuple[Word, ...]:
    resources = options.layout.resources() if options.layout else {}
    layout, roles = {name: resource.role for name, resource in resources.items()}, options.mapping.roles
    found = []
    for text, n in _counts(raw, "resource", _texts(raw, "resource"), where).items():
        name = slug(text, "resource")
        how = "mapping" if name in roles else "layout" if name in layout else "guess"
        found.append(Word(text, name, roles.get(name) or layout.get(name) or role_of(name), how, n))
    return tuple(found)


def _endings(raw: RawRows, activity: pd.Series, where: str) -> tuple[pd.Categorical, pd.Categorical]:
    """How rows ended, and how visits left: a reason that is none of a row's says the latter."""
    reasons, leaving = _texts(raw, "end_reason"), activity.eq("leave").to_numpy()
    known = {text: slug(text) if slug(text) in END_REASONS else "" for text in pd.unique(reasons)}
    of_visit = np.isin(reasons, [text for text, name in known.items() if not name])
    of_visit |= leaving & ~np.isin(reasons, [text for text, name in known.items() if name in ("done", "open")])
    of_row = translated(np.where(of_visit, "", reasons), known | {"": ""})
    if "disposition" in raw.rows:
        texts, column = _texts(raw, "disposition"), raw.columns["disposition"]
    else:
        texts, column = np.where(of_visit, reasons, ""), raw.columns.get("end_reason", "")
    counts = _counts(raw, "disposition", texts, where)
    rare = {text for text, n in counts.items() if n == 1 and text} if _is_long(raw) else set()
    raw.ledger.repair(np.isin(texts, list(rare)), "unknown_value", column, texts)
    return of_row, translated(texts, {t: disposition_of(t) if t and t not in rare else "" for t in counts})


def _is_long(raw: RawRows) -> bool:
    return len(raw.rows) >= RECURRING_FROM and not raw.known_words


def _fill_attributes(named: pd.DataFrame, raw: RawRows, options: Options, where: str) -> tuple[str, ...]:
    kept = []
    for name in raw.attributes:
        texts, column = raw.attributes[name].to_numpy(dtype=object), raw.columns.get(name, name)
        counts = pd.Series(texts, dtype=object).value_counts(sort=False)
        if len(counts) > MOST_VALUES:
            if name in options.mapping.attributes:
                raise BadInput(f"{where}: column {column}", f"it has {len(counts):,} different values",
                               f"a class of visits with at most {MOST_VALUES} values (ages as bands, no free text)")
            raw.ledger.note(f"the column {column!r} is not kept: {len(counts):,} different values make no class")
            continue
        values = _values_of_layout(options, name)
        rare = {text for text, n in counts.items() if n == 1 and text and _is_long(raw) and text.lower() not in values}
        raw.ledger.repair(np.isin(texts, list(rare)), "unknown_value", column, texts)
        numeric = not values and all(t.isascii() and t.isdigit() for t in counts.index if t and t not in rare)
        meant = {text: UNKNOWN if not text or text in rare else values.get(_plain(text), int(text) if numeric else text)
                 for text in counts.index}
        if values:
            strange = [t for t, value in meant.items() if value is not UNKNOWN and _plain(t) not in values]
            raw.ledger.notice(np.isin(texts, strange), "not_in_layout", column)
        _say_unknown(raw.ledger, column, name, int((texts == "").sum()), len(texts))
        named[name] = translated(texts, meant)
        kept.append(name)
    return tuple(kept)


def _plain(text: str) -> str:
    return text.lower().removesuffix(".0")


def _values_of_layout(options: Options, name: str) -> dict[str, object]:
    if options.layout is None or name not in options.layout.attributes:
        return {}
    return {str(value).lower(): value for value in options.layout.attributes[name].values}


def _say_unknown(ledger: Ledger, column: str, name: str, n: int, of: int) -> None:
    if n:
        ledger.note(f"the column {column!r} is empty in {n:,} of {of:,} rows: there, {name} is {UNKNOWN}")
