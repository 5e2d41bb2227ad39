"""Which column of a table of counts means what: the time, the place, and a quantity each."""
from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from hospital_twin.errors import BadInput
from hospital_twin.importers._columns import headings, words_of
from hospital_twin.importers._mapping import LogMapping
from hospital_twin.importers._numerals import decimals
from hospital_twin.importers._persons import about_a_person
from hospital_twin.importers._shown import shown_heading
from hospital_twin.importers._source import A_MAPPING
from hospital_twin.importers._table import Table
from hospital_twin.importers._times import readable_shares

NOTHING = re.compile(r"pas d.information.*|non disponible|nicht verf.gbar|keine angabe|niet beschikbaar|no disponible"
                     r"|not available", re.IGNORECASE)
"""What stands in a column of counts where there is none."""
UNDERSTANDS = ("a column of times (or of dates and one of hours), at most one of places, and one column for each "
               "quantity that is called like arrivals, departures, present, occupied, stretchers functional, waiting, "
               "more than 24 h")
_QUANTITIES = tuple((name, re.compile(words)) for name, words in {
    "": r"alos|los\b|dms|mean|avg|average|moyenne|median|duree|dauer|duur|duracion|length|sejour|verweil|ligduur"
        r"|estancia|percent|pct|taux|rate\b|quote",
    "over_48h": r"(?:gt|over|plus|more|mehr|meer|mas)[a-z_]*48",
    "over_24h": r"(?:gt|over|plus|more|mehr|meer|mas)[a-z_]*24",
    "waiting": r"waiting|attente|wartend|wachtend|espera",
    "occupied": r"occupied|occup(?:ee?s?|ados?|adas?)\b|belegte|bezette",
    "places": r"functional|fonctionnel|\bplaces\b|capacity|capacite|kapazitat|capaciteit|capacidad|betriebene"
              r"|beschikbare|funcional",
    "departures": r"departures?\b|departs?\b|discharges|sorties|entlassungen|abgange|ontslagen|vertrekken|altas"
                  r"|salidas",
    "arrivals": r"arrivals?\b|arrivees|admissions|ankunfte|zugange|aufnahmen|aankomsten|opnames|llegadas|ingresos"
                r"|attendances|passages|presentations",
    "entries": r"entries|transfers_in",
    "census_on_the_hour": r"census|present|occupancy|anwesend|belegung|aanwezig|bezetting|censo|headcount|recensement",
}.items())
"""The first that fits counts; the unnamed are means, shares and lengths of stay, which are none of these."""
_TIME = re.compile(r"time|date|datetime|timestamp|from|snapshot|hour|heure|horodatage|debut|zeit|datum|stunde|von|tijd"
                   r"|tijdstip|uur|fecha|hora|desde|moment|start|day|jour|tag|dag|dia|mise")
_HOUR = re.compile(r"(?:hour|hr|heure|stunde|uur|hora)(?:_of_day|_h)?")
_PLACE = frozenset(("place", "site", "hospital", "hopital", "unit", "unite", "ward", "department", "service",
                    "installation", "facility", "establishment", "etablissement", "krankenhaus", "klinik", "station",
                    "abteilung", "ziekenhuis", "afdeling", "locatie", "unidad", "servicio", "planta", "centro"))
_NUMBER = frozenset(("id", "no", "code", "number", "num", "nr", "numero", "permis"))
_AROUND = frozenset(("name", "nom", "naam", "nombre", "ed", "er", "of", "the", "de", "du", "des", "la", "le", "l",
                     "el", "van", "der"))
_NOT_PERSONS = frozenset(("nombre", "nombres", "number"))
"""Words of names in one language, and of numbers in another."""


class HoldsCounts(BadInput):
    """A file that was to hold visits, and holds counts."""


class Plan(NamedTuple):
    """What the columns of a table of counts are, by their places in its header.

    time: one, or a date and an hour. place, name: what tells the places apart, and what they are called (the same
    where there is one column, None where there is none). measured: column → quantity. notes: choices to be said.
    """

    time: tuple[int, ...]
    place: int | None
    name: int | None
    measured: Mapping[int, str]
    notes: tuple[str, ...]

    def used(self) -> list[int]:
        """Places of all columns in use."""
        return sorted({*self.time, *self.measured, *(p for p in (self.place, self.name) if p is not None)})


def plan_of(table: Table, mapping: LogMapping) -> Plan | None:
    """What the columns are; None where it is no table of counts. Raises `BadInput` for a mapping that does not fit."""
    words = [words_of(name) for name in table.header]
    notes: list[str] = []
    time = _said(table, mapping, "start") or _time(table, words, notes)
    if not time:
        return None
    measured = _measured(table, mapping, words, time, notes)
    if not measured:
        return None
    place, name = _places(table, mapping, words, {*time, *measured})
    return Plan(time, place, name, measured, tuple(notes))


def needed(table: Table, mapping: LogMapping) -> Plan:
    """The plan of a table that is said to hold counts, or `BadInput`."""
    found = plan_of(table, mapping)
    if found is None:
        raise BadInput(table.where, "these are no counts: the columns are "
                       + ", ".join(headings(table)),
                       f"{UNDERSTANDS}; or {A_MAPPING} that says which column is what: `columns: {{start: <column "
                       "name>}` and `quantities: {<column name>: arrivals}`")
    return found


def quantity_of(words: tuple[str, ...]) -> str:
    """The quantity that the words of a header mean; "" for none."""
    text = "_".join(words)
    return next((name for name, pattern in _QUANTITIES if pattern.search(text.replace("_", " "))
                 or pattern.search(text)), "")


def _said(table: Table, mapping: LogMapping, field: str) -> tuple[int, ...]:
    return tuple(_position(table, name, mapping.place("columns", field)) for name in mapping.columns.get(field) or ())


def _position(table: Table, header: str, where: str) -> int:
    if header not in table.header:
        raise BadInput(where, f"{table.name} has no column {header!r}",
                       "one of its columns: " + ", ".join(headings(table)))
    return table.header.index(header)


def _time(table: Table, words: list[tuple[str, ...]], notes: list[str]) -> tuple[int, ...]:
    shares = [readable_shares(table.column(p)) for p in range(len(words))]
    times = [p for p, (readable, _) in enumerate(shares) if readable > 0.5 and words[p] not in (("to",), ("until",))]
    if not times:
        return ()
    first = next((p for p in times if any(_TIME.fullmatch(word) for word in words[p])), times[0])
    if len(times) > 1:
        notes.append(f"of the columns with times, {shown_heading(table.header[first])!r} is taken; "
                     "`columns: {start: ...}` in a mapping names another")
    hours = [p for p in range(len(words)) if p != first and _HOUR.fullmatch("_".join(words[p]))]
    return (first, hours[0]) if shares[first][1] > 0.5 and hours else (first,)


def _measured(table: Table, mapping: LogMapping, words: list[tuple[str, ...]], time: tuple[int, ...],
              notes: list[str]) -> dict[int, str]:
    """Column → quantity; of several that mean one quantity the one with the shortest name."""
    said = {_position(table, header, mapping.place("quantities", header)): quantity
            for header, quantity in mapping.quantities.items()}
    found = {p: quantity for p, quantity in said.items() if quantity}
    if twice := sorted({quantity for quantity in found.values() if list(found.values()).count(quantity) > 1}):
        raise BadInput(mapping.place("quantities"), f"two columns are {twice[0]}", "one column for each quantity")
    for p in sorted(range(len(words)), key=lambda p: len(words[p])):
        meant = quantity_of(words[p])
        if p in said or p in time or not meant or not _numeric(table.column(p)) \
                or about_a_person(word for word in words[p] if word not in _NOT_PERSONS):
            continue
        if meant in found.values():
            taken = next(q for q, quantity in found.items() if quantity == meant)
            notes.append(f"{meant}: the column {shown_heading(table.header[taken])!r} is taken, and "
                         f"{shown_heading(table.header[p])!r} left out; `quantities` in a mapping says otherwise")
        else:
            found[p] = meant
    return dict(sorted(found.items()))


def _places(table: Table, mapping: LogMapping, words: list[tuple[str, ...]], taken: Collection[int]
            ) -> tuple[int | None, int | None]:
    """The column that tells the places apart, and the one with their names: of several, those with most values."""
    if said := _said(table, mapping, "unit"):
        return said[0], said[0]
    if "unit" in mapping.columns:
        return None, None
    fit = [p for p in range(len(words)) if p not in taken and set(words[p]) & _PLACE
           and not set(words[p]) - _PLACE - _NUMBER - _AROUND]
    different = {p: len(set(table.column(p))) for p in fit}
    ids = [p for p in fit if set(words[p]) & _NUMBER]
    names = [p for p in fit if p not in ids]
    place = max(ids or names, key=different.__getitem__, default=None)
    return place, max(names or ids, key=different.__getitem__, default=None)


def _numeric(values: np.ndarray) -> bool:
    """Whether most of some values that are given are numbers."""
    numbers, unclear, missing = decimals(list(values))
    given = ~missing & ~np.array([bool(NOTHING.fullmatch(value)) for value in values], dtype=bool)
    return bool(given.any()) and float((np.isfinite(numbers) | unclear)[given].mean()) > 0.5
