"""Which column means what: by the mapping, by its name in five languages, and by what stands in it."""
from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple, NoReturn

import numpy as np

from hospital_twin.errors import BadInput
from hospital_twin.importers._ages import can_be_ages, language_of_ages, of_ages
from hospital_twin.importers._event_words import LIKELY, how_sure, meaning
from hospital_twin.importers._fields import CLASSES, FIELDS, LANGUAGES, NOISE, Field, language_of
from hospital_twin.importers._forms import without_accents
from hospital_twin.importers._ledger import shape_of
from hospital_twin.importers._mapping import LogMapping
from hospital_twin.importers._persons import about_a_person, like_names
from hospital_twin.importers._shown import shown_heading
from hospital_twin.importers._source import A_MAPPING
from hospital_twin.importers._table import Table
from hospital_twin.importers._times import readable_shares

ENOUGH = 0.5
"""The merit from which a column is taken to mean something."""
_WHOLLY = 0.9
"""The merit from which all words of a header are those of a name."""
_TIME_OF_DAY = re.compile(r"\d{1,2}[:.h]\d{2}([:.]\d{2})?(\s*[ap]m)?", re.IGNORECASE)
_COMPOUND = re.compile(r"([a-z]{3,})(nummer|nr|datum|zeit|zeitpunkt|tijd|tijdstip|kennung)\b")
_PLAIN = re.compile(r"\d*[^\W\d](?:[\w .()/-]*[\w.)])?")
_SHAPES, _MOST_ACTIVITIES = 2, 40
_OFFSET_WORD = re.compile(
    "offset|after|since|elapsed|relative|rel|delta|from|to|until|mins?|minutes?|minuten|minuut|minutos?|h|hrs?|hours|"
    "heures|stunden|std|uren|horas|d|days|tage|dagen|dias|jours|sec|seconds|nach|apres|na|desde|tras")
"""Words that say that numbers count from somewhere, or in what."""
_SAYS_SO = re.compile(
    r"(?:^|_)(?:los|length_of_stay|door_to|duree|verweildauer|aufenthaltsdauer|ligduur|verblijfsduur)")
_COUNTED_FROM = frozenset(("arrival", "arrivee", "ankunft", "aankomst", "llegada", "ed", "door", "registration"))
_AN_OFFSET = re.compile(r"[-+−]?(?:\d+(?:[.,]\d+)?|\d{1,4}:[0-5]\d(?::[0-5]\d)?)")
_LEAST = ("visit", "unit", "start", "end")
_NOT_TEXT = ("yes", "no", "on", "off", "true", "false", "null", "y", "n")
_DATA = re.compile(r"\d{4,}|\d+[-/.:]\d+")


class Guess(NamedTuple):
    """Why a column is taken for a field.

    certainty: 0 to 1. source: ``mapping``, or the language of the name that it is called like. shapes: what two of its
    values look like (``9999-99-99 99:99``), never what they are. headers: the column, or those of a date and a time.
    """

    certainty: float
    source: str
    shapes: tuple[str, ...]
    headers: tuple[str, ...] = ()

    @property
    def sure(self) -> str:
        """How sure it is, in words."""
        return how_sure(self.certainty, self.source)

    def __str__(self) -> str:
        return self.sure + (f"; like {' or '.join(self.shapes)}" if self.shapes else "; empty")


class Recognised(NamedTuple):
    """What the columns of a table mean, by their places in its header.

    fields: field → place, or places of a date and a time of day. rivals: field → places that mean it equally well.
    attributes: class attribute → place. guesses: field or attribute → how certain that is, and from what.
    """

    fields: dict[str, tuple[int, ...]]
    rivals: dict[str, tuple[int, ...]]
    attributes: dict[str, int]
    guesses: dict[str, Guess]

    def used(self) -> set[int]:
        """Places of all columns in use."""
        return {p for places in self.fields.values() for p in places} | set(self.attributes.values())

    def has(self, *fields: str) -> bool:
        """Whether all of some fields were found, certain or not."""
        return all(field in self.fields or field in self.rivals for field in fields)


def words_of(header: str) -> tuple[str, ...]:
    """The words of a column name: ``EncounterID`` and ``encounter_id`` are both (encounter, id).

    German and Dutch compounds come apart: ``Fallnummer`` is (fall, nummer).
    """
    # What XES calls the name of a concept is that of a case or an activity, nobody's.
    header = header.replace("concept:name", "concept")
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    return tuple(re.findall(r"[a-z0-9]+", _COMPOUND.sub(r"\1 \2", without_accents(apart))))


def recognise(table: Table, mapping: LogMapping, attributes: Iterable[str] | None) -> Recognised:
    """What the columns of a table mean.

    attributes: names of the class attributes wanted; None for those that are recognised by themselves.
    Raises `BadInput` for a mapping that does not fit the table.
    """
    found = Recognised({}, {}, {}, {})
    taken = _mapped(table, mapping, found)
    profiles = [_profile(table, place) for place in range(len(table.header))]
    for name, field in FIELDS.items():
        if name not in mapping.columns:
            merits = [0.0 if profile.ages else _merit(profile, field) for profile in profiles]
            _choose(name, merits, taken, found)
    _dates_and_times(profiles, taken, found, mapping)
    _events_by_content(table, mapping, profiles, taken, found)
    wanted = CLASSES if attributes is None else {name: CLASSES.get(name, frozenset()) | {name} for name in attributes}
    for name, names in wanted.items():
        if name not in mapping.attributes:
            merits = [0.0 if profile.times else _likeness(profile.words, names) for profile in profiles]
            best = max((p for p in range(len(merits)) if p not in taken), key=merits.__getitem__, default=-1)
            if best >= 0 and merits[best] >= ENOUGH:
                found.attributes[name] = best
                taken.add(best)
    _ages(profiles, wanted, taken, found)
    _say_why(table, mapping, profiles, wanted, found)
    return found


def _ages(profiles: list[_Profile], wanted: Iterable[str], taken: set[int], found: Recognised) -> None:
    """A column of ages, else one of births, is that of age bands where no other is and most rows have it.

    What few rows have may be the age of something else; a mapping can name it.
    """
    name = next((name for name in wanted if of_ages(name, ())), None)
    free = [(place, language_of_ages(profile.words)) for place, profile in enumerate(profiles)
            if profile.ages and profile.mostly and place not in taken]
    if name is None or name in found.attributes or not free:
        return
    place, (language, wholly) = min(free, key=lambda one: (profiles[one[0]].times, not one[1][1]))
    found.attributes[name] = place
    found.guesses[name] = Guess(1.0 if wholly else LIKELY, language, ())
    taken.add(place)


def _events_by_content(table: Table, mapping: LogMapping, profiles: list[_Profile], taken: set[int],
                       found: Recognised) -> None:
    """A column is of activities, whatever it is called, whose words tell of comings and of leavings."""
    if found.has("activity") or found.has("end") or found.has("end_offset") or "activity" in mapping.columns:
        return
    for place, profile in enumerate(profiles):
        words = [word for word, _ in Counter(table.column(place)).most_common(_MOST_ACTIVITIES) if word]
        if place in taken or profile.times or profile.clock or profile.personal or not words:
            continue
        means = [meaning(word, ()) for word in words]
        verbs = {part.verb for part, _, how in means if how in LANGUAGES.values()}
        if "leave" in verbs and verbs & {"arrive", "stay"} and \
                sum(how in LANGUAGES.values() for _, _, how in means) >= ENOUGH * len(words):
            found.fields["activity"] = (place,)
            found.guesses["activity"] = Guess(LIKELY, "by what stands in it", ())
            taken.add(place)
            return


def _say_why(table: Table, mapping: LogMapping, profiles: list[_Profile], classes: Mapping[str, frozenset[str]],
             found: Recognised) -> None:
    """Fill in how certain each column is, from what, and what its values look like."""
    for name, places in (*found.fields.items(), *((name, (place,)) for name, place in found.attributes.items())):
        said = name in mapping.columns or name in mapping.attributes
        names = FIELDS[name].names | FIELDS[name].weak if name in FIELDS else classes.get(name, frozenset())
        words = profiles[places[0]].words
        if name in FIELDS and FIELDS[name].kind == "offset":
            words = tuple(word for word in words if not _OFFSET_WORD.fullmatch(word) and word not in _COUNTED_FROM)
        merit, language = _named(words, names)
        if name in FIELDS:
            merit = _merit(profiles[places[0]], FIELDS[name])
        if name in found.guesses:
            merit, language = found.guesses[name][:2]
        found.guesses[name] = Guess(1.0 if said else merit, "mapping" if said else language,
                                    _shapes([table.column(place) for place in places])[
                                        :1 if of_ages(name, words) else _SHAPES],
                                    tuple(table.header[place] for place in places))


def _named(words: tuple[str, ...], names: frozenset[str]) -> tuple[float, str]:
    """How well a header means one of some names, and the language of the name that it means best."""
    if not names:
        return 1.0, "its name"
    best = max(sorted(names), key=lambda name: (_likeness(words, frozenset((name,))), len(name)))
    merit = _likeness(words, frozenset((best,)))
    return merit, language_of(best) if merit else "English"


def _shapes(columns: list[np.ndarray]) -> tuple[str, ...]:
    """The two commonest shapes of a column's values, of a date and a time of day together."""
    texts = [" ".join(filter(None, row)) for row in zip(*columns, strict=True)]
    counts = Counter(shape_of(text) for text in texts if text)
    return tuple(shape for shape, _ in counts.most_common(_SHAPES))


class _Profile(NamedTuple):
    words: tuple[str, ...]
    times: bool
    dates: bool
    clock: bool
    empty: bool
    personal: bool
    private: bool
    span: bool
    ages: bool
    mostly: bool


def _profile(table: Table, place: int) -> _Profile:
    values = table.column(place)
    given = [v for v in values if v]
    readable, date_only = readable_shares(values)
    clock = bool(given) and sum(bool(_TIME_OF_DAY.fullmatch(v)) for v in given) >= ENOUGH * len(given)
    words = words_of(table.header[place])
    return _Profile(words, readable >= ENOUGH, date_only >= ENOUGH, clock, not given,
                    about_a_person(words) or like_names(given),
                    about_a_person(word for word in words if word not in NOISE and word != "nom"),
                    bool(given) and sum(bool(_AN_OFFSET.fullmatch(v)) for v in given) >= ENOUGH * len(given),
                    language_of_ages(words) is not None and can_be_ages(given, words),
                    len(given) >= ENOUGH * len(values))


def _merit(profile: _Profile, field: Field) -> float:
    if field.kind == "offset":
        return _merit_of_offset(profile, field)
    if field.kind == "time" and not (profile.times or profile.empty):
        return 0.0
    if field.kind == "id" and profile.personal:
        return 0.0
    if field.kind != "time" and (profile.times and not _all_digits(profile, field) or profile.clock):
        return 0.0
    merit = max(_likeness(profile.words, field.names), 0.7 * _likeness(profile.words, field.weak))
    if field.kind == "word" and profile.private and merit < _WHOLLY:
        return 0.0
    return merit * (0.8 if profile.empty else 1.0)


def _merit_of_offset(profile: _Profile, field: Field) -> float:
    """Numbers, or hours and minutes, under a name that says that they count from something, or in what."""
    says_so = any(map(_OFFSET_WORD.fullmatch, profile.words)) or _SAYS_SO.search("_".join(profile.words))
    if not profile.span or not says_so:
        return 0.0
    words = tuple(word for word in profile.words if not _OFFSET_WORD.fullmatch(word))
    bare = tuple(word for word in words if word not in _COUNTED_FROM)
    return max(_likeness(words, field.names), _likeness(bare, field.names) if bare else 0.0)


def _all_digits(profile: _Profile, field: Field) -> bool:
    """Numbers of eight digits can be read as dates: a number column may hold them."""
    return field.kind == "id" and profile.dates


def _likeness(words: tuple[str, ...], names: frozenset[str]) -> float:
    """How well a header's words mean one of `names`, 0 to 1."""
    core = tuple(word for word in words if word not in NOISE)
    if "_".join(words) in names or "".join(words) in names:
        return 1.0
    if core and ("_".join(core) in names or "".join(core) in names):
        return _WHOLLY if "code" in words else 0.95
    spans = ["_".join(core[i:j]) for i in range(len(core)) for j in range(i + 1, len(core) + 1)]
    part = max((span.count("_") + 1 for span in spans if span in names and ("_" in span or len(span) > 3)), default=0)
    return 0.5 + 0.4 * part / (len(core) + 1) if part else 0.0


def likeness(header: str, field: str) -> float:
    """How much of a header's words, 0 to 1, stand in some name of a field: too little to take it for one by itself."""
    words = [word for word in words_of(header) if word not in NOISE]
    if not words or about_a_person(words_of(header)):
        return 0.0
    known = {word for name in FIELDS[field].names for word in name.split("_")}
    return sum(word in known for word in words) / len(words)


def _choose(name: str, merits: list[float], taken: set[int], found: Recognised) -> None:
    free = [p for p in range(len(merits)) if p not in taken and merits[p] >= ENOUGH]
    if not free:
        return
    best = max(merits[p] for p in free)
    equal = tuple(p for p in free if merits[p] == best)
    if len(equal) > 1:
        found.rivals[name] = equal
    else:
        found.fields[name] = equal
    taken.update(equal)


def _dates_and_times(profiles: list[_Profile], taken: set[int], found: Recognised, mapping: LogMapping) -> None:
    """A date without a time of day is joined to the column of the same name that has one."""
    for name, places in found.fields.items():
        if FIELDS[name].kind != "time" or len(places) != 1 or not profiles[places[0]].dates or name in mapping.columns:
            continue
        core = {word for word in profiles[places[0]].words if word not in NOISE}
        for place, profile in enumerate(profiles):
            same = {word for word in profile.words if word not in NOISE} == core
            if place not in taken and profile.clock and same:
                found.fields[name] = (*places, place)
                taken.add(place)
                break


def _mapped(table: Table, mapping: LogMapping, found: Recognised) -> set[int]:
    """Put what the mapping says into `found`; returns the places used."""
    owner: dict[int, str] = {}
    said = [("columns", name, headers or ()) for name, headers in mapping.columns.items()]
    said += [("attributes", name, (header,)) for name, header in mapping.attributes.items()]
    for part, name, headers in said:
        where = mapping.place(part, name)
        places = tuple(_place(table, header, where) for header in headers)
        for place in places:
            if place in owner:
                raise BadInput(where, f"the column {table.header[place]!r} is {owner[place]} already",
                               "each column for one thing")
            owner[place] = f"{part}.{name}"
        if part == "attributes":
            found.attributes[name] = places[0]
        elif places:
            found.fields[name] = places
    return set(owner)


def _place(table: Table, header: str, where: str) -> int:
    same = [p for p, name in enumerate(table.header) if name == header.strip()]
    if not same:
        raise BadInput(where, f"{table.name} has no column {header!r}",
                       f"one of its columns: {', '.join(headings(table))}")
    if len(same) > 1:
        raise BadInput(where, f"{table.name} has {len(same)} columns called {header!r}",
                       "a name that only one column has: rename one of them in the file")
    return same[0]


def headings(table: Table) -> list[str]:
    """The names of a table's columns as they may be shown; where that of a column of times is one, the shapes of all,
    since it is somebody's row that stands in the place of names."""
    times = [place for place in range(len(table.header)) if readable_shares(table.column(place))[0] > ENOUGH]
    a_row = readable_shares(np.array([table.header[place] for place in times], dtype=object))[0] > 0
    return [shape_of(name) if a_row else shown_heading(name) for name in table.header]


def settled(recognised: Recognised, table: Table) -> Recognised:
    """The columns as recognised, or `BadInput` where two of them mean the same."""
    for name, places in recognised.rivals.items():
        shown = ", ".join(repr(table.header[p]) for p in places)
        raise BadInput(table.where,
                       f"the columns {shown} can each be {name} ({FIELDS[name].means})",
                       f"{A_MAPPING} that says which:\n    columns:\n      {name}: {in_yaml(table.header[places[0]])}")
    return recognised


def refuse(table: Table, recognised: Recognised, understood: str) -> NoReturn:
    """Say why no importer reads a table, and what to do about it."""
    where, header = table.where, ", ".join(headings(table))
    say = "".join(f"\n      {name}: {_in_mapping(table, recognised, name)}" for name in _LEAST)
    say = f"such a column, or {A_MAPPING} that names it:\n    columns:{say}\n  Understood are:{understood}"
    if sum(bool(_DATA.search(name)) for name in table.header) * 2 >= len(table.header):
        raise BadInput(where, "the first line holds data, not the names of columns", "column names in the first line")
    if not recognised.has("visit"):
        raise BadInput(where, f"no column is recognised as `visit` ({FIELDS['visit'].means}); the columns are {header}",
                       say)
    if not recognised.has("start"):
        raise BadInput(where, f"no column of dates with times is recognised as `start` ({FIELDS['start'].means}); the "
                       f"columns are {header}", say)
    raise BadInput(where, f"no column is recognised as `unit` ({FIELDS['unit'].means}); the columns are {header}", say)


def in_yaml(header: str) -> str:
    """A column name as it can stand in a mapping file, in quotes where it has to."""
    plain = _PLAIN.fullmatch(header) and header.lower() not in _NOT_TEXT
    return header if plain else json.dumps(header, ensure_ascii=False)


def _in_mapping(table: Table, recognised: Recognised, field: str) -> str:
    """What a mapping says of a field as recognised, or a place to fill in."""
    places = recognised.fields.get(field) or recognised.rivals.get(field, ())[:1]
    names = [in_yaml(table.header[place]) for place in places]
    return f"[{', '.join(names)}]" if len(names) > 1 else names[0] if names else "<column name>"
