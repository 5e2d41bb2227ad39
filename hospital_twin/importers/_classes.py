"""Class attributes of visits: the values that a log's columns have for them."""
from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.importers._importer import Options, RawRows
from hospital_twin.importers._words import UNKNOWN, slips

MOST_VALUES = 60
"""A column of more values is no class: ages in years, free text, names."""


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
        named[name] = _values(raw, texts, counts, column, _of_layout(options, name))
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


def _values(raw: RawRows, texts: np.ndarray, counts: dict[str, int], column: str,
            declared: dict[str, Any]) -> pd.Categorical:
    rare = slips(raw, [text for text in counts if _plain(text) not in declared], texts)
    raw.ledger.repair(np.isin(texts, list(rare)), "unknown_value", column, texts)
    own = [text for text in counts if text and text not in rare and _plain(text) not in declared]
    if declared:
        raw.ledger.notice(np.isin(texts, own), "not_in_layout", column)
    numbers = not declared and all(text.isascii() and text.isdigit() for text in own)
    own.sort(key=int if numbers else str)
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
