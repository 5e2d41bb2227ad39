"""The nouns of a layout: attributes, resources, units, sources, rules, and the layout itself."""
from __future__ import annotations

from datetime import date
from keyword import iskeyword
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from hospital_twin.distributions import Distribution
from hospital_twin.eventlog import ATTRIBUTE_FREE_COLUMNS, UNIT_KINDS
from hospital_twin.layout.public_holidays import GROUPS, known
from hospital_twin.layout.steps import Duration, Expression, Probability, Profile, Steps, Time, Value
from hospital_twin.layout.terms import (
    CLOCK_KEYS,
    Amount,
    Capacity,
    Dated,
    Name,
    NoWord,
    Part,
    Ratio,
    Weekly,
    by_or,
    days_of,
    minutes_of,
)

LEAST_SPREAD, GREATEST_SPREAD = 0.001, 4.4
"""Of days: standard deviation of a day's factor, whose mean is 1."""
Role = Literal["doctor", "nurse", "triage", "place", "equipment", "slot", "other"]
Order = Annotated[tuple[Expression, ...], BeforeValidator(
    lambda v: (v,) if isinstance(v, str) else v, json_schema_input_type=Expression | tuple[Expression, ...])]
"""Who is next, as a list of numbers compared in turn, the lowest first: ``[acuity, arrival]``.
Words: class attributes, ``arrival``, ``join`` (hours since the run began), ``waited`` (hours), ``number``."""


class Attribute(Part):
    """A class attribute of a visit."""

    values: tuple[str | int | bool, ...] = Field(
        min_length=1, examples=[[1, 2, 3, 4, 5], ["adult", "older", "oldest"]],
        description="Its values, in order. Numbers compare as numbers, words by their place here.")
    meaning: str = Field("", examples=["triage category, 1 is immediate"], description="In words.")

    @field_validator("values")
    @classmethod
    def _distinct(cls, values: tuple) -> tuple:
        if len({str(v) for v in values}) < len(values):
            raise ValueError("a value stands twice: expected each once")
        return values


def _attribute(value: Any) -> Any:
    return {"values": value} if isinstance(value, (list, tuple)) else value


class Reserve(Part):
    """Some kept free for a class."""

    keep: Annotated[int, Field(ge=1), NoWord] = Field(examples=[2], description="How many are kept free.")
    for_: Expression = Field(alias="for", examples=["specialty == surgery"],
                             description="For whom: a condition on class attributes.")


class Resource(Part):
    """What every resource may say."""

    order: Order = Field(("join",), examples=["acuity", ["acuity", "arrival"]],
                         description="Who is next in its line: numbers compared in turn, the lowest first.")
    role: Role = Field("other", examples=["doctor"], description="What it is, for the KPIs.")
    at_fall: Literal["finish", "hand_over"] = Field(
        "finish", examples=["hand_over"],
        description="When the number falls below those in use: finish the patient in hand, or hand over to whoever "
                    "is left.")
    dated: tuple[Dated, ...] = Field((), examples=[[{"from": "2025-12-25", "to": "2025-12-27", "number": 0}]],
                                     description="Closures and other exceptions by date.")
    reserve: Reserve | None = Field(None, examples=[{"keep": 2, "for": "specialty == surgery"}],
                                    description="Some kept free for a class.")
    named: bool = Field(False, examples=[True],
                        description="Each one is a person: longest idle first, `same_as` possible, recorded.")
    pace: tuple[Annotated[float, Field(gt=0), NoWord], ...] = Field(
        (), examples=[[1.0, 0.9, 1.25]], json_schema_extra={"unit": "times the usual duration"},
        description="For named servers: how much longer (> 1) or shorter each takes, repeated in turn.")


class Staff(Resource):
    """A pool of staff."""

    on_duty: Capacity = Field(examples=[3, {"00:00-24:00": 2, "mon-fri 08:00-16:00": 4}],
                              json_schema_extra={"unit": "people"}, description="How many are on duty.")
    role: Role = Field("other", examples=["doctor"], description="doctor, nurse, triage, other: for the KPIs.")


class Equipment(Resource):
    """Equipment, rooms, theatres, slots: what can be in use but is nobody's bed."""

    number: Capacity = Field(examples=[1, {"mon-fri 08:00-18:00": 5}], json_schema_extra={"unit": "pieces"},
                             description="How many there are, by hour where they open and close.")
    role: Role = Field("equipment", examples=["slot"], description="equipment, slot or other: for the KPIs.")


class Unit(Resource):
    """A named part of the hospital with places. What is left out comes from its type."""

    type: Name | None = Field(None, examples=["ward"],
                              description="A unit type, whose fields hold where this unit says nothing.")
    kind: Literal[UNIT_KINDS] = Field("other", examples=["critical_care"], description="What it is, for the KPIs.")
    places: Capacity = Field(examples=[18, {"09:00-22:00": 6}], json_schema_extra={"unit": "beds, bays or chairs"},
                             description="How many patients it holds at a time.")
    role: Role = Field("place", examples=["place"], description="Always place.")
    staff: dict[Name, by_or(Ratio)] = Field(
        default_factory=dict, examples=[{"icu_nurse": "1 per 1"}],
        json_schema_extra={"unit": "nurses per patients"},
        description="Nurses that a place needs while it is taken; place and nurses are granted together.")
    cleaning: Duration | None = Field(None, examples=["lognormal(median 45 min, p90 66 min)"],
                                      description="Time a place is out of use after a patient.")
    admits: Expression | None = Field(None, examples=["acuity >= 4"], description="Who may be placed here.")
    outliers: tuple[Name, ...] = Field((), examples=[["surgical_ward"]],
                                       description="Units used instead when this one is full, in order.")
    room: Annotated[int, Field(ge=0), NoWord] | None = Field(
        None, examples=[0], json_schema_extra={"unit": "patients"},
        description="How many may wait for a place; 0 means start at once or be refused. A step's own wins.")
    refuse_as: Name | None = Field(None, examples=["transferred_out"],
                                   description="With `room`: the disposition of who is refused.")
    discharge: Profile | None = Field(
        None, examples=[{"profile": {"09:00-12:00": 1, "12:00-18:00": 3}, "weekdays": {"sat,sun": 0.6}}],
        description="When patients leave from here, for a step that waits `until: discharge`.")
    polygon: tuple[tuple[float, float], ...] = Field(
        (), examples=[[[0, 0], [12, 0], [12, 8], [0, 8]]], json_schema_extra={"unit": "metres"},
        description="Outline on the floor plan.")


class Slots(Part):
    """Booked slots: one visit each."""

    days: str = Field("mon-sun", examples=["mon-fri"], description="Weekdays.")
    at: str = Field(examples=["07:30"], description="Time of the first slot.")
    every: Time | None = Field(None, examples=["30 min"], description="Time between slots, fixed.")
    count: Annotated[int, Field(ge=1, le=1440), NoWord] = Field(1, examples=[8], description="How many slots.")
    sets: dict[Name, Value | tuple[Value, ...]] = Field(
        default_factory=dict, examples=[{"specialty": ["surgery", "medicine"]}, {"acuity": 4}],
        description="Class attributes; a list gives them to the slots in turn.")

    @model_validator(mode="after")
    def _whole(self) -> Slots:
        days_of(self.days), minutes_of(self.at)
        if self.every is not None and self.every.family != "fixed":
            raise ValueError("`every` is drawn: expected one fixed time between slots, as in 30 min")
        if self.count > 1 and self.every is None:
            raise ValueError("several slots at one time: expected `every`, the time between them")
        return self


class Times(Part):
    """A factor on the rate between two dates."""

    from_: str = Field(alias="from", examples=["2025-01-20", "2025-01-20 06:00"],
                       description="First moment, local time.")
    to: str = Field(examples=["2025-01-27"], description="First moment after, local time.")
    times: Amount = Field(examples=[1.3], description="Factor on the rate.")
    reason: str = Field("", examples=["influenza, third week"], description="Why: a holiday, an epidemic.")


class Holidays(Part):
    """Factors on the rate on public holidays. A calendar alone stands for one factor, which calibration may find."""

    calendar: str = Field(examples=["US", "CA-QC"],
                          description="The country, or the part of it, whose public holidays these are: its code of "
                                      "ISO 3166.")
    times: Amount | dict[Literal[GROUPS], Amount] = Field(
        1.0, examples=[0.85, {"christmas_day": 0.7, "others": 0.9}],
        description="Factor on the rate from midnight to midnight: one, or one for each group of holidays; 1 where "
                    "none stands.")

    @field_validator("calendar", mode="before")
    @classmethod
    def _known(cls, value: Any) -> Any:
        if value is False:
            raise ValueError('no is read as false: expected "NO", in quotes, for Norway')
        if isinstance(value, str) and not known(value):
            raise ValueError(f"there is no calendar of public holidays for {value!r}: expected the code of a country "
                             "as in US, or of a part of it as in CA-QC")
        return value

    def by_group(self) -> tuple[float, ...]:
        """The factor of each of `public_holidays.GROUPS`, and of a day that is no holiday."""
        if isinstance(self.times, dict):
            return (*(self.times.get(group, 1.0) for group in GROUPS), 1.0)
        return (*(self.times for _ in GROUPS), 1.0)


def _calendar(value: Any) -> Any:
    return {"calendar": value} if isinstance(value, (str, bool)) else value


def _spread(sd: float) -> float:
    # What lies outside has no gamma distribution that floats can draw from (`GammaShaped` has the bounds of its shape).
    if sd and not LEAST_SPREAD <= sd <= GREATEST_SPREAD:
        raise ValueError(f"a standard deviation of {sd:g} times the mean: expected 0, or from {LEAST_SPREAD} to "
                         f"{GREATEST_SPREAD}")
    return sd


class Source(Part):
    """What makes visits: exactly one of `rate`, `timetable`, `trace`, `present`."""

    pathway: Name = Field(examples=["emergency_care"], description="What happens to its visits.")
    rate: Weekly | None = Field(None, examples=[4.5, {"00:00-08:00": 1.2, "08:00-24:00": 5}, [2.0] * 24],
                                json_schema_extra={"unit": "visits an hour"},
                                description="Arrivals: a Poisson process, by hour of the week where it varies.")
    ceiling: Annotated[float | None, Field(gt=0, le=100_000), NoWord] = Field(
        None, examples=[7.0], json_schema_extra={"unit": "visits an hour"},
        description="Height of one candidate layer; with `rate`. Choose it once, about the highest hourly rate, and "
                    "leave it: it says who patients are.")
    times: Amount = Field(1.0, examples=[1.1], description="Factor on the rate (levers use it).")
    season: dict[Annotated[int, Field(ge=1, le=12)], Amount] = Field(
        default_factory=dict, examples=[{1: 1.05, 8: 0.95}], description="Factor on the rate by month; 1 where none "
                                                                         "stands.")
    dated: tuple[Times, ...] = Field((), examples=[[{"from": "2025-01-20", "to": "2025-01-27", "times": 1.3}]],
                                     description="Factors between dates: holidays, an epidemic's curve.")
    holidays: Annotated[Holidays | None, BeforeValidator(
        _calendar, json_schema_input_type=Holidays | str | None)] = Field(
        None, examples=["US", {"calendar": "CA-QC", "times": {"christmas_day": 0.7, "others": 0.9}}],
        description="Whose public holidays change the rate, and by which factor.")
    day_factor_sd: Annotated[Amount, AfterValidator(_spread)] = Field(
        0.0, examples=[0.08],
        description="Standard deviation of a whole day's factor (gamma with mean 1): 0, or from 0.001 to 4.4.")
    batch: by_or(dict[int, Amount]) | None = Field(None, examples=[{1: 0.9, 2: 0.1}],
                                                   description="Visits per arrival: number and weight.")
    timetable: tuple[Slots, ...] | None = Field(
        None, examples=[[{"days": "mon-fri", "at": "07:30", "every": "30 min", "count": 8}]],
        description="Booked slots.")
    offset: by_or(Distribution) | None = Field(
        None, examples=["uniform(0 min, 20 min)"],
        description="Drawn time after the slot at which the patient comes; below 0, before it.")
    no_show: Probability = Field(0.0, examples=[0.02], description="Share of slots whose patient does not come.")
    trace: tuple[str, ...] | None = Field(None, examples=[["2025-01-06 08:15", "2025-01-06 09:40"]],
                                          description="Arrival times themselves, local.")
    present: Annotated[int | None, Field(ge=1, le=1_000_000), NoWord] = Field(
        None, examples=[20], description="Visits present at the start: a closed population.")
    sets: dict[Name, Value] = Field(
        default_factory=dict, examples=[{"mode": "walk_in", "acuity": {"draw": {2: 0.1, 3: 0.5, 4: 0.4}}}],
        description="Class attributes at arrival, in this order.")

    @model_validator(mode="after")
    def _one(self) -> Source:
        given = [k for k in ("rate", "timetable", "trace", "present") if getattr(self, k) is not None]
        if len(given) != 1:
            raise ValueError(f"has {' and '.join(given) or 'none'} of rate, timetable, trace, present: expected one")
        if self.rate is not None and self.ceiling is None:
            raise ValueError("has a rate but no ceiling: expected the height of a candidate layer, per hour")
        if self.rate is None and self.holidays is not None:
            raise ValueError("has holidays but no rate that they could change: expected a rate, or no holidays")
        return self


class Add(Part):
    """While the rule is active, more (or, negative, fewer) of a resource."""

    add: Annotated[int, Field(ge=-1_000_000, le=1_000_000), NoWord] = Field(
        examples=[4], description="How many more; below zero, how many fewer.")
    to: Name = Field(examples=["ward"], description="The unit, staff pool or equipment.")


class Divert(Part):
    """While the rule is active, a share of a source's arrivals goes elsewhere."""

    divert: Probability = Field(examples=[0.5], description="The share of its arrivals.")
    from_: Name = Field(alias="from", examples=["ambulance"], description="The source.")


class Evict(Part):
    """When the rule becomes active, visits leave a unit for another pathway."""

    evict: Name = Field(examples=["surgical_ward"], description="The unit.")
    to: Name = Field(examples=["elsewhere"], description="The pathway that they follow from then on.")


class Stop(Part):
    """When the rule becomes active, the run ends."""

    stop: Literal[True] = Field(examples=[True], description="Always true.")


class Rule(Part):
    """When a condition holds, do something; until it no longer holds."""

    when: Expression = Field(examples=["occupancy(ward) > 0.95"], description="Becomes active when this holds.")
    until: Expression | None = Field(
        None, examples=["occupancy(ward) < 0.85"],
        description="Becomes inactive when this holds; by default when `when` no longer does.")
    lasting: Time | None = Field(None, examples=["2 h"], description="`when` must have held this long.")
    at_least: Time | None = Field(None, examples=["12 h"], description="Stays active at least this long.")
    between: str | None = Field(None, examples=["mon-fri 08:00-20:00"],
                                description="Only becomes active inside this window.")
    after: Time | None = Field(None, examples=["uniform(30 min, 90 min)"],
                                       description="Delay until the actions take effect (staff called in).")
    then: tuple[Add | Divert | Evict | Stop, ...] = Field(
        (), examples=[[{"add": 4, "to": "ward"}, {"divert": 0.5, "from": "ambulance"}]],
        description="Actions. Conditions elsewhere may ask `active(rule)`, to change a route or a priority.")


def _start(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError as wrong:
        raise ValueError(f"{value!r} is not a date: expected year-month-day, as in 2025-01-06") from wrong


class Layout(Part):
    """A hospital as written in a layout file."""

    name: str = Field(examples=["Community hospital"], description="The hospital's name, as shown.")
    description: str = Field("", examples=["250 beds, an emergency department of 45,000 visits a year."],
                             description="In words.")
    time_zone: str = Field("UTC", examples=["Europe/London"], description="Of all times in this file.")
    starts: Annotated[date, BeforeValidator(_start)] = Field(
        date(2025, 1, 6), examples=["2025-04-01"], description="Default first day of a run, local midnight.")
    after_horizon: Literal["stop", "drain"] = Field(
        "stop", examples=["drain"], description="At the end of a run: stop, or let nobody in any more and everybody "
                                                "leave.")
    in_a_circle: Literal["swap", "fail"] = Field(
        "swap", examples=["fail"], description="When patients wait for each other's places or nurses in a circle: they "
                                               "swap, or the run fails.")
    attributes: dict[Name, Annotated[Attribute, BeforeValidator(
        _attribute, json_schema_input_type=Attribute | list[str | int | bool])]] = Field(
        default_factory=dict, examples=[{"acuity": [1, 2, 3, 4, 5]}], description="Class attributes of a visit.")
    staff: dict[Name, Staff] = Field(default_factory=dict, examples=[{"ed_doctor": {"on_duty": 3, "role": "doctor"}}],
                                     description="Pools of staff.")
    equipment: dict[Name, Equipment] = Field(default_factory=dict, examples=[{"ct": {"number": 1}}],
                                             description="Equipment, theatres, slots.")
    units: dict[Name, Unit] = Field(default_factory=dict, examples=[{"ward": {"type": "ward", "places": 28}}],
                                    description="Parts of the hospital with places.")
    sources: dict[Name, Source] = Field(
        min_length=1, examples=[{"walk_in": {"pathway": "emergency_care", "rate": 4.5, "ceiling": 7}}],
        description="Where visits come from.")
    pathways: dict[Name, Steps] = Field(
        min_length=1, examples=[{"emergency_care": [{"do": "see_doctor", "by": "ed_doctor", "takes": "25 min"},
                                                    {"leave": "goes_home", "as": "home"}]}],
        description="What happens to them.")
    rules: dict[Name, Rule] = Field(
        default_factory=dict, examples=[{"surge": {"when": "free(ward) == 0", "then": [{"add": 4, "to": "ward"}]}}],
        description="What changes during a run.")

    @field_validator("attributes")
    @classmethod
    def _free_names(cls, value: dict) -> dict:
        taken = [name for name in value if name in (*ATTRIBUTE_FREE_COLUMNS, *CLOCK_KEYS, "number", "waited", "arrival")
                 or iskeyword(name)]
        if taken:
            raise ValueError(f"{taken[0]!r} has a meaning of its own: expected another name for the attribute, such as "
                             f"{taken[0]}_class")
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is not a time zone: expected a name as in Europe/London")
        return value

    def resources(self) -> dict[str, Resource]:
        """Everything that can be seized, by name, in the file's order: staff, equipment, places of units."""
        return {**self.staff, **self.equipment, **self.units}
