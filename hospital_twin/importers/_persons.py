"""What may tell who somebody is: columns that are called so, and values that look so."""
from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import numpy as np
import pandas as pd

from hospital_twin.importers._importer import RawRows
from hospital_twin.importers._shown import like_a_number
from hospital_twin.importers._words import UNKNOWN, slug

ABOUT_A_PERSON = re.compile(
    r"(?!opname)\w*(?:name|naam|forename|prenom|apellid|birth|geburt|geboort|naissance|nacimiento|addres|adress|anschrift|"
    r"telef|phone|mail|initial|postcode|zipcode)\w*|nom|noms|nombres?|dob|ddn|geb|born|zip|postal|post|plz|address|"
    r"adresse?|adres|street|strasse|straat|rue|calle|wohnort|woonplaats|direccion|domicilio|tel|mobile|movil|mobiel|"
    r"handy|portable|courriel|correo|kin")
"""A word of a header that says that the column holds somebody's name, birth or address: it numbers nobody."""
_A_NAME = re.compile(r"[^\W\d_]+[.,]?(?:[ ,'’-]+[^\W\d_]+[.,]?)+")
_WORDS = {"unit": UNKNOWN, "activity": UNKNOWN, "resource": "", "end_reason": "", "disposition": ""}
"""Columns of words, and what stands for one that is not known."""
_NUMBERS, A_PERSONS = ("amount", "space"), 100_000
"""Columns of numbers, and the least one with six digits: no bed and no amount has them, numbers of persons have."""
_CODES = 0.5
"""A column in which more than this share of the rows has such digits holds codes."""


def about_a_person(words: Iterable[str]) -> bool:
    """Whether the words of a header say that its column tells who somebody is."""
    return any(ABOUT_A_PERSON.fullmatch(word) for word in words)


def like_names(values: Collection[str]) -> bool:
    """Whether most of some values are two words or more without a digit, as names are."""
    return sum(bool(_A_NAME.fullmatch(value)) for value in values) > len(values) / 2


def without_persons(raw: RawRows, known: Collection[str]) -> RawRows:
    """The rows, with unknown in the place of words that look like somebody's number, however often they recur.

    known: slugs of words that layout or mapping name; they are words whatever they look like.
    """
    rows, attributes = raw.rows.copy(deep=False), raw.attributes.copy(deep=False)
    for table, names in ((rows, [name for name in _WORDS if name in rows]), (attributes, list(attributes))):
        for name in names:
            texts = table[name].to_numpy(dtype=object)
            found = _persons_in(texts, known)
            if found.any():
                raw.ledger.repair(found, "like_a_person", raw.columns.get(name, name), texts)
                table[name] = np.where(found, _WORDS.get(name, ""), texts)
    for name in _NUMBERS:
        if name in rows:
            rows[name] = _no_persons(rows[name].to_numpy(dtype=float), raw, name)
    return raw._replace(rows=rows, attributes=attributes)


def _no_persons(numbers: np.ndarray, raw: RawRows, name: str) -> np.ndarray:
    """A column of numbers without those that are as long as a person's."""
    found = numbers >= A_PERSONS
    if found.any():
        texts = np.full(len(numbers), "", dtype=object)
        texts[found] = [f"{number:.0f}" for number in numbers[found]]
        raw.ledger.repair(found, "unreadable_number", raw.columns.get(name, name), texts)
    return np.where(found, np.nan, numbers)


def _persons_in(texts: np.ndarray, known: Collection[str]) -> np.ndarray:
    codes, words = pd.factorize(texts)
    numbered = np.array([like_a_number(word) for word in words], dtype=bool)
    own = np.array([many and slug(word) not in known for many, word in zip(numbered, words, strict=True)], dtype=bool)
    if not own.any() or numbered[codes].sum() > _CODES * (texts != "").sum():
        return np.zeros(len(texts), dtype=bool)
    return own[codes]
