"""The mapping file: how to say what the recognition of columns cannot know."""
from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import ATTRIBUTE_FREE_COLUMNS, COUNTS, READINGS, UNIT_KINDS
from hospital_twin.importers._event_mapping import EventMeans
from hospital_twin.importers._fields import FIELDS
from hospital_twin.importers._times import DateOrder
from hospital_twin.layout import Part, checked, read_yaml

Header = Annotated[tuple[str, ...] | None, BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]
Role = Literal["doctor", "nurse", "triage", "place", "equipment", "slot", "other"]


class LogMapping(Part):
    """What the columns and words of a log mean. Everything may be left out; what is there counts more than guesses."""

    shape: str | None = Field(None, description="The importer: stays, intervals, events, offsets or mimic_iv.")
    columns: dict[str, Header] = Field(default_factory=dict, description="Meaning → column name (`start: Ward In`), "
                                       "two of them for date and time apart, or nothing to use none.")
    attributes: dict[str, str] = Field(default_factory=dict, description="Class attribute → column name.")
    units: dict[str, str | None] = Field(default_factory=dict, description="Unit as the log writes it → unit of the "
                                         "twin, or nothing to leave its rows out.")
    kinds: dict[str, Literal[UNIT_KINDS]] = Field(default_factory=dict, description="Unit of the twin → its kind.")
    roles: dict[str, Role] = Field(default_factory=dict, description="Resource of the twin → its role.")
    events: dict[str, EventMeans | None] = Field(
        default_factory=dict, description="Activity of event rows → its part in a visit (arrive, again, stay, end, "
                                          "leave, request or task), or nothing to leave its rows out.")
    quantities: dict[str, Literal[READINGS + COUNTS] | None] = Field(
        default_factory=dict, description="Of a file of counts: column name → what it counts ("
                                          + ", ".join(READINGS + COUNTS) + "), or nothing to leave it out.")
    offset_unit: Literal["s", "min", "h", "d"] | None = Field(
        None, description="Of offsets from the arrival whose column does not say it: min, h, d or s.")
    sheet: str | None = Field(None, description="Of a workbook with several sheets: the one with the log.")
    date_order: DateOrder | None = Field(None, description="Of dates with the year last: day_first or month_first; "
                                                           "year_first for years of two digits.")
    time_zone: str | None = Field(None, description="Of times without an offset: Europe/London.")
    dates_comparable: bool = Field(True, description="false when each patient's dates were shifted by another number "
                                                     "of days.")

    _file: str = PrivateAttr("mapping")
    _lines: dict[tuple, int] = PrivateAttr(default_factory=dict)

    def place(self, *path: str) -> str:
        """Where a field stands, for messages: ``my.yaml, line 3: columns.visit``; ``mapping: ...`` without a file."""
        line = next((self._lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self._lines), None)
        return self._file + (f", line {line}" if line else "") + ": " + ".".join(path)

    @field_validator("columns")
    @classmethod
    def _known(cls, columns: dict) -> dict:
        for name, headers in columns.items():
            if name not in FIELDS:
                raise ValueError(f"a column cannot mean {name!r}: expected one of {', '.join(FIELDS)}")
            if headers and len(headers) > (2 if FIELDS[name].kind == "time" else 1):
                raise ValueError(f"{name!r} has {len(headers)} columns: expected one, or a date and a time of day")
        return columns

    @field_validator("attributes")
    @classmethod
    def _free(cls, attributes: dict) -> dict:
        for name in attributes:
            if name in ATTRIBUTE_FREE_COLUMNS:
                raise ValueError(f"a class attribute cannot be called {name!r}: expected another name")
        return attributes


def read_mapping(mapping: LogMapping | str | Path | None) -> LogMapping:
    """A mapping as given, from a YAML file, or the empty one. Raises `BadInput` with the line of a fault."""
    if mapping is None:
        return LogMapping()
    if isinstance(mapping, LogMapping):
        return mapping
    value, lines = read_yaml(mapping)
    if not isinstance(value, dict):
        raise BadInput(str(mapping), "the file holds no fields",
                       "a mapping: columns, attributes, units, date_order, ...")
    found = checked(LogMapping, value, str(mapping), lines)
    found._file, found._lines = str(mapping), lines
    return found
