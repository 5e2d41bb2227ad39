"""Ages, dates and years of birth → bands of age, which is all that is kept of them."""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.importers._fields import CLASSES, NOISE, by_language
from hospital_twin.importers._forms import MISSING_WORDS, without_accents
from hospital_twin.importers._times import read_times, readable_shares

AGE_BAND = "age_band"
BANDS = ("0-4", "5-17", "18-44", "45-64", "65-74", "75-84", "85+")
"""Bands of age in years, unless a layout names others."""
TOLD_APART = 89
"""Nobody older than this is told apart from others who are (45 CFR 164.514(b)(2)(i)(C))."""
OLDEST = 120
_MOSTLY = 0.5
_SOME = 5_000
"""About so many rows, of all parts of a column, tell what it is of."""
_MOST_CODES = 25
"""Whole numbers up to this, in a column that is called after groups, number the groups."""

_AGE = by_language("age ages fr: age de: alter lebensalter patientenalter aufnahmealter nl: leeftijd leef es: edad")
_BIRTH = by_language("birth birthdate birthday birthyear dob yob born fr: naissance ddn de: geburt geburtsdatum "
                "geburtstag geburtsjahr gebdat gebdatum geburts geb jahrgang nl: geboorte geboortedatum "
                "geboortejaar es: nacimiento nac fnac")
_GROUPS = ("band bands group groups grp class category bracket range tranche tranches classe groupe categorie gruppe "
           "klasse groep grupo rango categoria")
_GROUP = frozenset(_GROUPS.split())
_IN_DAYS = {word: days for days, words in {
    365.25: "y yr yrs year years yo an ans annee annees j jahr jahre jahren jaar jaren a ano anos",
    30.4375: "m mo mon mth mths month months mois monat monate monaten mnd maand maanden mes meses",
    7.0: "w wk wks week weeks sem semaine semaines woche wochen weken semana semanas",
    1.0: "d day days jour jours tag tage tagen dag dagen dia dias"}.items() for word in words.split()}
_COMMON = (
    "patient patients pt pat p pac subject person anchor at on in by ed er hospital arrival admission visit attendance "
    "presentation index entree arrivee admission sortie bei aufnahme ankunft bij op opname aankomst al ingreso llegada "
    "full completed whole completos cumplidos vollendet old dat fec f")
_BESIDES = NOISE | _IN_DAYS.keys() | _GROUP | frozenset(_COMMON.split())
"""Words beside an age or a birth in a heading that leave it one; a birth weight or a place of birth is none."""

_UNDATED = "no date of the arrivals is known, and without one a birth gives no age"
_FOUR_DIGITS = re.compile(r"\d{4}")
_A_YEAR = re.compile(r"(?:18[89]|19\d|20\d)\d(?:\.0+)?")
_AN_AGE = re.compile(r"(\d{1,5})(?:[.,](\d+))?\s*(?:([a-z]{1,8})\.?(?:\s*old)?)?")
_FROM = re.compile(r"(?:>=|≥|from|ab|des|vanaf|desde)\s*(\d{1,3})|"
                   r"(\d{1,3})\s*(?:(?:years?|yrs?|y|ans|jahre|jaar|anos)\s*)?(?:\+|and (?:over|older|above)|or more|"
                   r"et plus|und (?:alter|mehr)|en ouder|y mas|o mas)")
_OVER = re.compile(r"(?:>|over|above|plus de|uber|ouder dan|mas de)\s*(\d{1,3})")
_UNDER = re.compile(r"(?:<|under|below|moins de|unter|jonger dan|menos de)\s*(\d{1,3})")
_UPTO = re.compile(r"(?:<=|≤|up to|bis|tot|jusqu'a|hasta)\s*(\d{1,3})")
_BETWEEN = re.compile(r"[\[(]?\s*(\d{1,3})\s*(?:-|–|—|to|bis|tot|a|,|;|\.\.)\s*(?:<\s*)?(\d{1,3})\s*([\])]?)")
_PLACEHOLDERS = np.array(["1899-12-30", "1899-12-31", "1900-01-01"], dtype="datetime64[D]")
"""Days that systems write where no date of birth is known."""
_YEARS_BEHIND = re.compile(r"\s*(?:y|yrs?|years?|ans|jahre|jaar|anos)\.?$")


class Band(NamedTuple):
    """From one age to another in full years, both included; without an upper end where `high` is None."""

    low: int
    high: int | None

    def holds(self, years: float) -> bool:
        """Whether an age lies in it."""
        return self.low <= years and (self.high is None or years < self.high + 1)

    @property
    def beyond(self) -> bool:
        """Whether it holds ages that nobody may be told apart by."""
        return self.high is None or self.high > TOLD_APART


def language_of_ages(words: Sequence[str]) -> tuple[str, bool] | None:
    """The language of a heading, in words, that means an age or a birth, and whether it means nothing else; else None.
    """
    own = [(_AGE.get(word) or _BIRTH.get(word), word) for word in words]
    named = [language for language, _ in own if language]
    others = [word for language, word in own if not language and word not in _BESIDES]
    if not named or others:
        return None
    return named[0], len(named) == len(words)


def of_ages(name: str, words: Sequence[str]) -> bool:
    """Whether a class attribute of a name, from a column with a heading in words, is of ages."""
    return name == AGE_BAND or language_of_ages(words) is not None or \
        language_of_ages(name.lower().split("_")) is not None or name.lower() in CLASSES[AGE_BAND]


def can_be_ages(values: Iterable[str], words: Sequence[str]) -> bool:
    """Whether some values under a heading, in words, can be ages, births, or bands of ages."""
    given = [text for text in values if text and text.lower() not in MISSING_WORDS]
    if not given or readable_shares(np.array(given, dtype=object))[0] >= _MOSTLY:
        return bool(given)
    unit = _unit_of(words)
    fit = [bool(_A_YEAR.fullmatch(text)) or _age(text, unit) is not None or band_of(text) is not None
           for text in given]
    return sum(fit) >= _MOSTLY * len(given)


def band_of(text: str) -> Band | None:
    """The band that a text means; None for what is none, a single age among it."""
    plain = _YEARS_BEHIND.sub("", without_accents(text).strip())
    if match := _BETWEEN.fullmatch(plain):
        low, high = int(match[1]), int(match[2]) - (match[3] == ")")
        return Band(low, high if high < OLDEST else None) if low <= min(high, OLDEST) else None
    for pattern, more in ((_FROM, 0), (_OVER, 1)):
        if match := pattern.fullmatch(plain):
            return Band(int(match[match.lastindex]) + more, None)
    for pattern, less in ((_UNDER, 1), (_UPTO, 0)):
        if match := pattern.fullmatch(plain):
            return Band(0, max(0, int(match[1]) - less))
    return None


def by_age(text: str) -> tuple[int, str]:
    """To sort bands by: the youngest first, and words behind them."""
    band = band_of(text)
    return (band.low if band else OLDEST * 2, text)


class Bands:
    """The bands that ages are put into, by their names.

    declared: values that a layout gives the class; those of them that are bands are taken, else `BANDS`.
    Raises `BadInput` where they tell apart ages that nobody may be told apart by.
    """

    def __init__(self, declared: Iterable[object] = (), where: str = "layout"):
        own = {str(value): band for value in declared if (band := band_of(str(value)))}
        beyond = [name for name, band in own.items() if band.beyond]
        if len(beyond) > 1:
            raise BadInput(where, f"the bands {', '.join(beyond)} tell ages over {TOLD_APART} apart",
                           f"one band for all who are over {TOLD_APART}, such as {BANDS[-1]}")
        self._bands = {**{name: band_of(name) for name in BANDS if not own}, **own}

    def name(self, years: float) -> str:
        """The band of an age in years; of `BANDS` where a layout has none for it."""
        found = (name for name, band in self._bands.items() if band.holds(years))
        return next(found, "") or next(name for name in BANDS if band_of(name).holds(years))


class Banded(NamedTuple):
    """One text per row, ``""`` where unknown; which rows have something that can be neither age nor birth; what the
    column was taken for; and what has to be said of it."""

    texts: np.ndarray
    wrong: np.ndarray
    kind: str
    notes: tuple[str, ...] = ()


def banded(texts: np.ndarray, words: Sequence[str], came: np.ndarray | None, bands: Bands,
           order: str | None) -> Banded:
    """A column of ages, births, or bands of ages as bands.

    words: of its heading. came: when each row's visit arrived, datetime64[D]; None where no date is known. order: of
    day and month in the log's other dates. Births without a date of arrival, or of which the order of day and month
    cannot be told, are unknown.
    """
    codes, found = pd.factorize(texts)
    found = np.array(found, dtype=object)
    missing = np.array([text.lower() in MISSING_WORDS for text in found], dtype=bool)
    given, rows = found[~missing], texts[~missing[codes]]
    some = rows[::max(1, len(rows) // _SOME)]
    if len(some) and readable_shares(some)[0] >= _MOSTLY:
        return _from_births(found, codes, missing, came, bands, order)
    if len(some) and sum(bool(_A_YEAR.fullmatch(text)) for text in some) >= _MOSTLY * len(some):
        years = [int(text[:4]) if _A_YEAR.fullmatch(text) else 0 for text in found]
        return _from_years(np.array(years), codes, missing, came, bands)
    if _of_groups(words) and all(_is_code(text) for text in given):
        return Banded(np.where(missing, "", found)[codes], np.zeros(len(texts), dtype=bool), "groups")
    named, kind = _named(found, missing, words, bands)
    return Banded(named[codes], ((named == "") & ~missing)[codes], kind)


def _of_groups(words: Sequence[str]) -> bool:
    """Whether a heading, in words, is of groups of ages."""
    return bool((_GROUP | CLASSES[AGE_BAND]).intersection((*words, "_".join(words))))


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text[:4]) <= _MOST_CODES


def _unit_of(words: Sequence[str]) -> float:
    """Days that ages under a heading count in: years, unless it says otherwise."""
    return next((_IN_DAYS[word] for word in words if word in _IN_DAYS and len(word) > 1), _IN_DAYS["years"])


def _age(text: str, unit: float) -> float | None:
    """An age in years; unit: days in what a number without one counts."""
    match = _AN_AGE.fullmatch(without_accents(text).strip())
    if not match or (match[3] and match[3] not in _IN_DAYS):
        return None
    days = _IN_DAYS.get(match[3], unit)
    number = float(f"{match[1]}.{match[2] or 0}")
    years = number if days == _IN_DAYS["years"] else number * days / _IN_DAYS["years"]
    return years if years < OLDEST + 1 else None


def _named(found: np.ndarray, missing: np.ndarray, words: Sequence[str], bands: Bands) -> tuple[np.ndarray, str]:
    """The band of each distinct text, ``""`` for what is none, and what the texts are: ages or bands."""
    unit = _unit_of(words)
    ages = [None if gone else _age(text, unit) for text, gone in zip(found, missing, strict=True)]
    own = [None if gone else band_of(text) for text, gone in zip(found, missing, strict=True)]
    single = sum(age is not None for age in ages) >= max(1, sum(band is not None for band in own))
    top = _top(own)
    named = []
    for text, age, band in zip(found, ages, own, strict=True):
        if age is not None:
            named.append(bands.name(age) if single else _among(age, found, own, top) or bands.name(age))
        elif band is not None and single:
            # Beside single ages a band is kept where one of the bands holds it whole: > 89, < 1.
            first, last = bands.name(band.low), bands.name(OLDEST if band.high is None else band.high)
            named.append(first if first == last else "")
        elif band is not None:
            named.append(top if top and band.beyond else text)
        else:
            named.append(text if not single and not any(c.isdigit() for c in text) and text else "")
    return np.array(["" if gone else name for name, gone in zip(named, missing, strict=True)], dtype=object), \
        "ages" if single else "bands"


def _among(age: float, found: Sequence[str], own: Sequence[Band | None], top: str) -> str:
    """The log's own band of an age; of the oldest, whatever the log calls them; ``""`` where it has none."""
    oldest = age > TOLD_APART
    mine = (text for text, band in zip(found, own, strict=True)
            if band is not None and (band.holds(age) or oldest and band.beyond))
    return top if oldest and top else next(mine, "")


def _top(bands: Iterable[Band | None]) -> str:
    """One name for several bands that would tell the oldest apart; ``""`` where there is at most one."""
    beyond = {band for band in bands if band is not None and band.beyond}
    return f"{min(band.low for band in beyond)}+" if len(beyond) > 1 else ""


def _dates(found: np.ndarray, order: str | None) -> np.ndarray | None:
    """Dates of birth, NaT for what is none; in the order of the log's other dates, or in one of their own."""
    for tried in dict.fromkeys((order, None)):
        try:
            read = read_times({"births": found}, np.arange(len(found)), file="births", order=tried)["births"]
        except BadInput:  # its message shows the dates that prove it, and these are of births
            continue
        born = read.wall.astype("datetime64[D]")
        return np.where(np.isin(born, _PLACEHOLDERS), np.datetime64("NaT", "D"), born)
    return None


def _from_births(found: np.ndarray, codes: np.ndarray, missing: np.ndarray, came: np.ndarray | None,  # noqa: PLR0913
                 bands: Bands, order: str | None) -> Banded:
    """Full years from the birth to the arrival; a year of two digits that lies ahead is of the century before."""
    if came is None:
        return _unknown(codes, "dates of birth", _UNDATED)
    dates = _dates(found, order)
    if dates is None:
        return _unknown(codes, "dates of birth", "the order of day and month in the dates of birth cannot be told")
    years = _full_years(dates[codes], came)
    short = np.array([not _FOUR_DIGITS.search(text) for text in found], dtype=bool)[codes]
    years = np.where(short & (years < 0), years + 100, years)
    return _by_years(years, ~np.isnat(dates[codes]), ~np.isnat(came), missing[codes], bands, "dates of birth")


def _from_years(born: np.ndarray, codes: np.ndarray, missing: np.ndarray, came: np.ndarray | None,
                bands: Bands) -> Banded:
    """Years between the two, which can be one too many."""
    if came is None:
        return _unknown(codes, "years of birth", _UNDATED)
    known = ~np.isnat(came)
    year = np.where(known, came, np.datetime64("1970")).astype("datetime64[Y]").astype(int) + 1970
    return _by_years((year - born[codes]).astype(float), born[codes] > 0, known, missing[codes], bands,
                     "years of birth")


def _unknown(codes: np.ndarray, kind: str, why: str) -> Banded:
    n = len(codes)
    return Banded(np.full(n, "", dtype=object), np.zeros(n, dtype=bool), kind, (f"{why}: the ages are unknown",))


def _full_years(born: np.ndarray, came: np.ndarray) -> np.ndarray:
    """Full years between days, NaN where one is not known."""
    there = ~(np.isnat(born) | np.isnat(came))
    first, last = (np.where(there, days, np.datetime64("2000-01-01")) for days in (born, came))
    months = last.astype("datetime64[M]").astype(int) - first.astype("datetime64[M]").astype(int)
    day = [(days - days.astype("datetime64[M]")).astype(int) for days in (first, last)]
    return np.where(there, (months - (day[1] < day[0])) // 12, np.nan)


def _by_years(years: np.ndarray, born: np.ndarray, known: np.ndarray, missing: np.ndarray, bands: Bands,  # noqa: PLR0913
              kind: str) -> Banded:
    possible = born & known & (years >= 0) & (years <= OLDEST)
    whole, which = np.unique(np.where(possible, years, -1.0), return_inverse=True)
    names = np.array([bands.name(age) if age >= 0 else "" for age in whole.tolist()], dtype=object)
    return Banded(names[which], known & ~missing & ~possible, kind)
