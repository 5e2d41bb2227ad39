"""Words that several parts of a layout share: windows of the week, schedules, choices by class, ratios."""
from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WINDOW = re.compile(r"^(?:(?P<days>[a-z,\-]+)\s+)?(?P<from>\d{1,2}:\d{2})\s*-\s*(?P<to>\d{1,2}:\d{2})$")
_NAME = re.compile(r"^[a-z][a-z0-9_]*$")


class Part(BaseModel):
    """Base of everything in a layout: frozen, and a field that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def __hash__(self) -> int:
        return hash(self.model_dump_json())


def _name(value: Any) -> str:
    if isinstance(value, bool):
        raise ValueError("on, off, yes and no are read as true and false: expected quotes round it, or another name")
    if not isinstance(value, str) or not _NAME.match(value):
        raise ValueError(f"{value!r} is not a name: expected small letters, digits and underscores, a letter first")
    return value


Name = Annotated[str, BeforeValidator(_name)]
"""A name: small letters, digits and underscores."""


def _no_word(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} is no number: expected a number (on, off, yes and no are read as true "
                         "and false)")
    return value


NoWord = BeforeValidator(_no_word)
"""Beside a number: true is not 1. It stands after the bounds, which else are lost to the JSON schema."""


def minutes_of(clock: str) -> int:
    """Minutes since midnight of ``"HH:MM"``; 24:00 is allowed."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", clock)
    hours, minutes = (int(match[1]), int(match[2])) if match else (24, 60)
    if minutes > 59 or hours * 60 + minutes > 1440:
        raise ValueError(f"{clock!r} is not a time of day: expected HH:MM from 00:00 to 24:00")
    return hours * 60 + minutes


def days_of(text: str | None) -> tuple[int, ...]:
    """Weekdays (0 is Monday) of ``"mon-fri"``, ``"sat,sun"``, ``"mon"``; none named means all."""
    if not text:
        return tuple(range(7))
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise ValueError(f"{text!r} names no weekdays: expected {', '.join(DAYS)}, as in mon-fri or sat,sun")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        found += [day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)]
    return tuple(sorted(set(found)))


def window_of(text: str) -> tuple[tuple[int, ...], int, int]:
    """(weekdays, from minute, to minute) of ``"mon-fri 08:00-16:00"``; ``to`` may lie past midnight (> 1440)."""
    match = _WINDOW.match(text.strip().lower())
    if not match:
        raise ValueError(f"{text!r} is not a window: expected [days] HH:MM-HH:MM, as in mon-fri 08:00-16:00")
    begin, end = minutes_of(match["from"]), minutes_of(match["to"])
    if begin == end:
        raise ValueError(f"{text!r} ends when it begins: expected 00:00-24:00 for the whole day, or another end")
    return days_of(match["days"]), begin, end if end > begin else end + 1440


Window = Annotated[str, BeforeValidator(lambda value: _checked_window(value))]  # noqa: PLW0108 - defined below
"""Hours of the week on the hospital's clock: ``08:00-16:00``, ``mon-fri 22:00-06:00``."""


def _checked_window(value: Any) -> str:
    window_of(str(value))
    return str(value)


def week_minutes(value: float | dict[str, float]) -> list[tuple[int, float]]:
    """A weekly pattern as its changes: [(minute of the week, value from then on)], the first at minute 0.

    A later window wins over an earlier one; minutes no window names have 0.
    """
    if not isinstance(value, dict):
        return [(0, value)]
    week: list[float] = [0] * 10080
    for text, amount in value.items():
        days, begin, end = window_of(text)
        for day in days:
            for part in _wrapped(day * 1440 + begin, day * 1440 + end):
                week[part] = [amount] * (part.stop - part.start)
    return [(m, week[m]) for m in range(10080) if m == 0 or week[m] != week[m - 1]]


def _wrapped(begin: int, end: int) -> list[slice]:
    return [slice(begin, end)] if end <= 10080 else [slice(begin, 10080), slice(0, end - 10080)]


class Dated(Part):
    """A number that holds between two dates, whatever the week says."""

    from_: str = Field(alias="from", examples=["2025-12-25", "2025-12-25 07:00"], description="First moment, local "
                                                                                              "time.")
    to: str = Field(examples=["2025-12-27"], description="First moment after, local time.")
    number: Annotated[int, Field(ge=0, le=1_000_000_000), NoWord] = Field(
        examples=[4], description="The number that holds meanwhile.")
    reason: str = Field("", examples=["Christmas closure"], description="Why, in words.")


def _hours_list(value: Any) -> Any:
    """168 numbers (hours of the week from Monday 00:00) or 24 (hours of every day) are windows too."""
    if value == {}:
        raise ValueError("no hours are named: expected a number, or numbers by windows of the week")
    if isinstance(value, list):
        if len(value) == 24:
            return {f"{h:02d}:00-{h + 1:02d}:00": v for h, v in enumerate(value)}
        if len(value) != 168:
            raise ValueError(f"a list of {len(value)} numbers: expected 24 (hours of the day) or 168 (hours of the "
                             "week from Monday 00:00)")
        return {f"{DAYS[h // 24]} {h % 24:02d}:00-{h % 24 + 1:02d}:00": v for h, v in enumerate(value)}
    return value


Amount = Annotated[float, Field(ge=0), NoWord]
Hourly = Annotated[list[Amount], Field(min_length=24, max_length=168)]
Weekly = Annotated[Amount | dict[Window, Amount], BeforeValidator(
    _hours_list, json_schema_input_type=Amount | dict[str, Amount] | Hourly)]
"""A number, or numbers by windows of the week (later windows win), or a list of 168 hourly numbers."""

UNLIMITED = 1_000_000_000
"""What `unlimited` means in a program: more than any hospital has."""

Count = Annotated[int, Field(ge=0, le=UNLIMITED), NoWord]


def _capacity(value: Any) -> Any:
    if value == "unlimited":
        return UNLIMITED
    return _hours_list(value)


Capacity = Annotated[
    Count | dict[Window, Count], BeforeValidator(
        _capacity, json_schema_input_type=Literal["unlimited"] | Count | dict[str, Count] | Hourly),
    PlainSerializer(lambda v: "unlimited" if v == UNLIMITED else v, return_type=Any)]
"""How many there are: a number, ``unlimited``, numbers by windows of the week, or 168 hourly numbers."""

T = TypeVar("T")
Key = str | int | bool
CLOCK_KEYS = ("hour", "weekday", "month", "unit", "source")


class By(Part, Generic[T]):
    """A value that depends on class attributes, the clock, or where the visit is."""

    by: tuple[str, ...] = Field(examples=["acuity", ["acuity", "hour"]], description=(
        "What it depends on: class attributes, or hour, weekday, month, unit, source."))
    of: dict[Key, Any] = Field(examples=[{1: "20 min", 2: "15 min"}], description=(
        "The value for each; nested where `by` names several. Hours are numbers (0 to 23) or windows (08-20), "
        "weekdays numbers (0 is Monday) or days (sat,sun), months numbers."))
    otherwise: Any = Field(None, examples=["12 min"], description="The value where `of` names none.")

    @field_validator("by", mode="before", json_schema_input_type=str | tuple[str, ...])
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("of", mode="after")
    @classmethod
    def _leaves(cls, value: dict, info: ValidationInfo) -> dict:
        return _typed_leaves(value, len(info.data.get("by", ())), cls._leaf(), "of")

    @field_validator("otherwise", mode="after")
    @classmethod
    def _otherwise(cls, value: Any) -> Any:
        return None if value is None else _typed_leaves(value, 0, cls._leaf(), "otherwise")

    @classmethod
    def _leaf(cls) -> TypeAdapter:
        return TypeAdapter(cls.__pydantic_generic_metadata__["args"][0])


def _typed_leaves(value: Any, depth: int, leaf: TypeAdapter, path: str) -> Any:
    if depth == 0:
        try:
            return leaf.validate_python(value)
        except ValidationError as wrong:
            first = wrong.errors()[0]
            raise ValueError(f"{path}: {first['msg'].removeprefix('Value error, ')}") from wrong
    if not isinstance(value, dict):
        raise ValueError(f"{path} is {value!r}: expected a value for each, as deep as `by` names")
    return {key: _typed_leaves(below, depth - 1, leaf, f"{path}.{key}") for key, below in value.items()}


def by_or(plain: Any) -> Any:
    """The type of a field that takes a plain value or one that depends on class: ``plain | By[plain]``."""
    return Annotated[Annotated[plain, Tag("plain")] | Annotated[By[plain], Tag("by")],
                     Discriminator(lambda value: "by" if isinstance(value, By) or
                                   (isinstance(value, dict) and "by" in value) else "plain")]


def _ratio(value: Any) -> Fraction:
    """``"1 per 2"`` is one nurse for two patients: half a nurse each."""
    if isinstance(value, Fraction):
        return value
    match = re.fullmatch(r"\s*(\d+)\s*(?:per|:)\s*(\d*)\s*(?:patients?)?\s*", str(value))
    if not match or int(match[2] or 1) == 0 or int(match[1]) == 0:
        raise ValueError(f"{value!r} is not a ratio: expected nurses per patients, as in 1 per 2")
    return Fraction(int(match[1]), int(match[2] or 1))


Ratio = Annotated[Fraction, BeforeValidator(_ratio, json_schema_input_type=str),
                  PlainSerializer(lambda r: f"{r.numerator} per {r.denominator}", return_type=str)]
"""Staff per patient: ``1 per 2`` is one nurse for two patients."""
