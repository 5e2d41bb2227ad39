"""Class attributes of visits: the values that a log's columns have for them."""
from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.importers._ages import BANDS, Banded, Bands, banded, by_age, of_ages
from hospital_twin.importers._columns import words_of
from hospital_twin.importers._importer import Options, RawRows
from hospital_twin.importers._shown import shown_heading
from hospital_twin.importers._words import UNKNOWN, slips

MOST_VALUES = 60
"""A column of more values is no class: ages in years, free text, names."""


def with_age_bands(raw: RawRows, options: Options) -> RawRows:
    """The rows with bands in the place of ages and births, one for all rows of a visit: that of the first that tells.

    Whatever a class of ages is called, nothing but its band goes further. A band is of the age at the arrival.
    """
    attributes = raw.attributes
    for name in attributes:
        column = raw.columns.get(name, name)
        if not of_ages(name, words_of(column)):
            continue
        if attributes is raw.attributes:
            attributes = attributes.copy(deep=False)
        came, visit = _arrivals(raw)
        texts = raw.attributes[name].to_numpy(dtype=object)
        bands = Bands(_of_layout(options, name).values(), f"layout, attributes.{name}")
        found = banded(texts, words_of(column), _days(raw, came), bands, raw.date_order)
        raw.ledger.repair(found.wrong, "no_age", column, texts)
        attributes[name] = _first_of_visit(found.texts, visit, raw.rows["start"].to_numpy())
        _say_bands(raw, name, shown_heading(column), found, attributes[name].to_numpy(dtype=object), visit)
    return raw._replace(attributes=attributes)


def _arrivals(raw: RawRows) -> tuple[np.ndarray | None, np.ndarray]:
    """When each row's visit arrived (UTC), None where the log has no dates; and a number for each row's visit."""
    visit = pd.factorize(raw.rows["visit"].to_numpy(dtype=object))[0]
    if "arrived" not in raw.columns and "start" not in raw.columns:
        return None, visit
    came = np.full(visit.max(initial=-1) + 1, np.datetime64("9999-12-31", "us"))
    for name in ("arrived", "start"):
        if name in raw.rows:
            times = raw.rows[name].to_numpy(dtype="datetime64[us]")
            known = ~np.isnat(times) & raw.ledger.kept[:len(times)]
            np.minimum.at(came, visit[known], times[known])
    came = np.where(came == np.datetime64("9999-12-31"), np.datetime64("NaT", "us"), came)
    return came[visit], visit


def _days(raw: RawRows, came: np.ndarray | None) -> np.ndarray | None:
    """Moments as days on the clock of the log."""
    if came is None:
        return None
    local = pd.Series(came).dt.tz_localize("UTC").dt.tz_convert(raw.time_zone).dt.tz_localize(None)
    return local.to_numpy(dtype="datetime64[D]")


def _first_of_visit(texts: np.ndarray, visit: np.ndarray, start: np.ndarray) -> pd.Series:
    """The same text in all rows of a visit: that of its earliest row that has one."""
    order = np.argsort(start, kind="stable")
    told = order[texts[order] != ""]
    first = told[~pd.Series(visit[told]).duplicated().to_numpy()]
    of_visit = np.full(visit.max(initial=-1) + 1, "", dtype=object)
    of_visit[visit[first]] = texts[first]
    return pd.Series(of_visit[visit], dtype=object)


def _say_bands(raw: RawRows, name: str, column: str, found: Banded, texts: np.ndarray,  # noqa: PLR0913
               visit: np.ndarray) -> None:
    """How many visits are in each band, and what became of the column."""
    for note in found.notes:
        raw.ledger.note(f"the column {column!r}: {note}")
    kept = raw.ledger.kept[:len(texts)]
    each = pd.DataFrame({"band": texts[kept], "visit": visit[kept]}).drop_duplicates()["band"]
    counts = each[each != ""].value_counts()
    shown = ", ".join(f"{band}: {counts[band]:,}" for band in sorted(counts.index, key=by_age)[:MOST_VALUES])
    if found.kind in ("bands", "groups"):
        return
    raw.ledger.note(f"of the column {column!r} ({found.kind}) nothing but bands of the age at arrival is kept, as "
                    f"{name}" + (f"; visits in each: {shown}" if shown else ""))


def fill_classes(named: pd.DataFrame, raw: RawRows, options: Options, where: str) -> tuple[str, ...]:
    """Add a category to `named` for each column of a class, and return their names.

    With a layout the values are those that it names, in its order, as in a simulated log. Raises `BadInput` where a
    column that the mapping names is no class.
    """
    kept = []
    for name in raw.attributes:
        texts, column = raw.attributes[name].to_numpy(dtype=object), raw.columns.get(name, name)
        counts = {text: int(n) for text, n in pd.Series(texts, dtype=object).value_counts(sort=False).items()}
        if len(counts) > MOST_VALUES:
            if name in options.mapping.attributes:
                raise BadInput(f"{where}: column {column}", f"it has {len(counts):,} different values",
                               f"a class of visits with at most {MOST_VALUES} values (ages as bands, no free text)")
            raw.ledger.note(f"the column {column!r} is not kept: {len(counts):,} different values make no class")
            continue
        known = BANDS if of_ages(name, words_of(column)) else ()
        named[name] = _values(raw, texts, counts, column, _of_layout(options, name), known)
        if counts.get(""):
            raw.ledger.note(f"the column {column!r} is empty in {counts['']:,} of {len(texts):,} rows: there, {name} "
                            f"is {UNKNOWN}")
        kept.append(name)
    return tuple(kept)


def _of_layout(options: Options, name: str) -> dict[str, Any]:
    """The layout's values of a class, by their texts in small letters."""
    if options.layout is None or name not in options.layout.attributes:
        return {}
    return {str(value).lower(): value for value in options.layout.attributes[name].values}


def _values(raw: RawRows, texts: np.ndarray, counts: dict[str, int], column: str,  # noqa: PLR0913
            declared: dict[str, Any], bands: Collection[str]) -> pd.Categorical:
    """bands: those of age, which are no slips however rare, where the class is one of ages."""
    rare = slips(raw, [text for text in counts if _plain(text) not in declared and text not in bands], texts)
    raw.ledger.repair(np.isin(texts, list(rare)), "unknown_value", column, texts)
    own = [text for text in counts if text and text not in rare and _plain(text) not in declared]
    if declared:
        raw.ledger.notice(np.isin(texts, own), "not_in_layout", column)
    numbers = not declared and all(text.isascii() and text.isdigit() for text in own)
    own.sort(key=int if numbers else by_age if bands else str)
    meant = {text: int(text) if numbers else text for text in own}
    meant |= {text: declared[_plain(text)] for text in counts if _plain(text) in declared}
    categories = [*declared.values(), *dict.fromkeys(meant[text] for text in own)]
    unknown = [text for text in counts if text not in meant]
    if unknown and UNKNOWN not in categories:
        categories.append(UNKNOWN)
    place = {value: i for i, value in enumerate(categories)}
    codes, words = pd.factorize(texts)
    found = np.array([place[meant.get(word, UNKNOWN)] for word in words], dtype=np.int64)
    return pd.Categorical.from_codes(found[codes] if len(words) else codes, categories, ordered=bool(declared))


def _plain(text: str) -> str:
    return text.lower().removesuffix(".0")
