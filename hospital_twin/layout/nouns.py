"""The nouns of a layout: attributes, resources, units, sources, rules, and the layout itself."""
from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import BeforeValidator, Field, field_validator, model_validator

from hospital_twin.distributions import Distribution
from hospital_twin.eventlog import UNIT_KINDS
from hospital_twin.layout.steps import Duration, Expression, Probability, Profile, Steps, Value
from hospital_twin.layout.terms import Amount, Capacity, Dated, Name, Part, Ratio, Weekly, by_or, days_of, minutes_of

Role = Literal["doctor", "nurse", "triage", "place", "equipment", "slot", "other"]
Order = Annotated[tuple[Expression, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]
"""Who is next, as a list of numbers compared in turn, the lowest first: ``[acuity, arrival]``.
Words: class attributes, ``arrival``, ``join`` (hours since the run began), ``waited`` (hours), ``number``."""


class Attribute(Part):
    """A class attribute of a visit."""

    values: tuple[str | int | bool, ...] = Field(min_length=1, description="Its values, in order. Numbers compare "
                                                                           "as numbers, words by their place here.")
    meaning: str = Field("", description="In words.")

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

    keep: int = Field(ge=1, description="How many are kept free.")
    for_: Expression = Field(alias="for", description="For whom: a condition on class attributes.")


class Resource(Part):
    """What every resource may say."""

    order: Order = Field(("join",), description="Who is next in its line.")
    role: Role = Field("other", description="What it is, for the KPIs.")
    at_fall: Literal["finish", "hand_over"] = Field(
        "finish", description="When the number falls below those in use: finish the patient in hand, or hand over "
                              "to whoever is left.")
    dated: tuple[Dated, ...] = Field((), description="Closures and other exceptions by date.")
    reserve: Reserve | None = Field(None, description="Some kept free for a class.")
    named: bool = Field(False, description="Each one is a person: longest idle first, `same_as` possible, recorded.")
    pace: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        (), description="For named servers: how much longer (> 1) or shorter each takes, repeated in turn.")


class Staff(Resource):
    """A pool of staff."""

    on_duty: Capacity = Field(description="How many are on duty.")
    role: Role = Field("other", description="doctor, nurse, triage, other: for the KPIs.")


class Equipment(Resource):
    """Equipment, rooms, theatres, slots: what can be in use but is nobody's bed."""

    number: Capacity = Field(description="How many there are, by hour where they open and close.")
    role: Role = Field("equipment", description="equipment, slot or other: for the KPIs.")


class Unit(Resource):
    """A named part of the hospital with places. What is left out comes from its type."""

    type: Name | None = Field(None, description="A unit type, whose fields hold where this unit says nothing.")
    kind: Literal[UNIT_KINDS] = Field("other", description="What it is, for the KPIs.")
    places: Capacity = Field(description="Beds, bays or chairs.")
    role: Role = Field("place", description="Always place.")
    staff: dict[Name, by_or(Ratio)] = Field(default_factory=dict, description="Nurses that a place needs while it "
                                                                              "is taken: `icu_nurse: 1 per 1`.")
    cleaning: Duration | None = Field(None, description="Time a place is out of use after a patient.")
    admits: Expression | None = Field(None, description="Who may be placed here.")
    outliers: tuple[Name, ...] = Field((), description="Units used instead when this one is full, in order.")
    room: Annotated[int, Field(ge=0)] | None = Field(None, description="How many may wait for a place; 0 means start "
                                                                       "at once or be refused. A step's own wins.")
    refuse_as: Name | None = Field(None, description="With `room`: the disposition of who is refused.")
    discharge: Profile | None = Field(None, description="When patients leave from here, for `until: discharge`.")
    polygon: tuple[tuple[float, float], ...] = Field((), description="Outline on the floor plan, metres.")


class Slots(Part):
    """Booked slots: one visit each."""

    days: str = Field("mon-sun", description="Weekdays: mon-fri.")
    at: str = Field(description="Time of the first slot: 07:30.")
    every: Distribution | None = Field(None, description="Time between slots, fixed.")
    count: int = Field(1, ge=1, description="How many slots.")
    sets: dict[Name, Value | tuple[Value, ...]] = Field(
        default_factory=dict, description="Class attributes; a list gives them to the slots in turn.")

    @model_validator(mode="after")
    def _whole(self) -> Slots:
        days_of(self.days), minutes_of(self.at)
        if self.count > 1 and self.every is None:
            raise ValueError("several slots at one time: expected `every`, the time between them")
        return self


class Times(Part):
    """A factor on the rate between two dates."""

    from_: str = Field(alias="from", description="First moment, local time.")
    to: str = Field(description="First moment after, local time.")
    times: Amount = Field(description="Factor on the rate.")
    reason: str = Field("", description="Why: a holiday, an epidemic.")


class Source(Part):
    """What makes visits: exactly one of `rate`, `timetable`, `trace`, `present`."""

    pathway: Name = Field(description="What happens to its visits.")
    rate: Weekly | None = Field(None, description="Arrivals per hour: a Poisson process by hour of the week.")
    ceiling: float | None = Field(None, gt=0, description="Height of one candidate layer, per hour; with `rate`. "
                                  "Choose it once, about the highest hourly rate, and leave it: it says who patients "
                                  "are.")
    times: Amount = Field(1.0, description="Factor on the rate (levers use it).")
    season: dict[Annotated[int, Field(ge=1, le=12)], Amount] = Field(default_factory=dict,
                                                                     description="Factor by month.")
    dated: tuple[Times, ...] = Field((), description="Factors between dates: holidays, an epidemic's curve.")
    day_factor_sd: Amount = Field(0.0, description="Spread of a whole day's factor (gamma with mean 1).")
    batch: by_or(dict[int, Amount]) | None = Field(None, description="Visits per arrival: number and weight.")
    timetable: tuple[Slots, ...] | None = Field(None, description="Booked slots.")
    offset: Duration | None = Field(None, description="Drawn time after the slot at which the patient comes.")
    no_show: Probability = Field(0.0, description="Share of slots whose patient does not come.")
    trace: tuple[str, ...] | None = Field(None, description="Arrival times themselves, local.")
    present: int | None = Field(None, ge=1, description="Visits present at the start: a closed population.")
    sets: dict[Name, Value] = Field(default_factory=dict, description="Class attributes at arrival, in this order.")

    @model_validator(mode="after")
    def _one(self) -> Source:
        given = [k for k in ("rate", "timetable", "trace", "present") if getattr(self, k) is not None]
        if len(given) != 1:
            raise ValueError(f"has {' and '.join(given) or 'none'} of rate, timetable, trace, present: expected one")
        if self.rate is not None and self.ceiling is None:
            raise ValueError("has a rate but no ceiling: expected the height of a candidate layer, per hour")
        return self


class Add(Part):
    """While the rule is active, more (or, negative, fewer) of a resource."""

    add: int = Field(description="How many more.")
    to: Name = Field(description="The unit, staff pool or equipment.")


class Divert(Part):
    """While the rule is active, a share of a source's arrivals goes elsewhere."""

    divert: Probability = Field(description="The share.")
    from_: Name = Field(alias="from", description="The source.")


class Evict(Part):
    """When the rule becomes active, visits leave a unit for another pathway."""

    evict: Name = Field(description="The unit.")
    to: Name = Field(description="The pathway that they follow from then on.")


class Stop(Part):
    """When the rule becomes active, the run ends."""

    stop: Literal[True] = Field(description="Always true.")


class Rule(Part):
    """When a condition holds, do something; until it no longer holds."""

    when: Expression = Field(description="Becomes active when this holds.")
    until: Expression | None = Field(None, description="Becomes inactive when this holds; by default when `when` "
                                                       "no longer does.")
    lasting: Distribution | None = Field(None, description="`when` must have held this long.")
    at_least: Distribution | None = Field(None, description="Stays active at least this long.")
    between: str | None = Field(None, description="Only becomes active inside this window.")
    after: Distribution | None = Field(None, description="Delay until the actions take effect (staff called in).")
    then: tuple[Add | Divert | Evict | Stop, ...] = Field(
        (), description="Actions. Conditions elsewhere may ask `active(rule)`, to change a route or a priority.")


def _start(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


class Layout(Part):
    """A hospital as written in a layout file."""

    name: str = Field(description="The hospital's name, as shown.")
    description: str = Field("", description="In words.")
    time_zone: str = Field("UTC", description="Of all times in this file: Europe/London.")
    starts: Annotated[date, BeforeValidator(_start)] = Field(date(2025, 1, 6), description="Default first day of a "
                                                                                           "run, local midnight.")
    after_horizon: Literal["stop", "drain"] = Field("stop", description="At the end: stop, or let everybody leave.")
    in_a_circle: Literal["swap", "fail"] = Field("swap", description="When patients wait for each other's places in "
                                                                     "a circle: they swap, or the run fails.")
    attributes: dict[Name, Annotated[Attribute, BeforeValidator(_attribute)]] = Field(
        default_factory=dict, description="Class attributes of a visit.")
    staff: dict[Name, Staff] = Field(default_factory=dict, description="Pools of staff.")
    equipment: dict[Name, Equipment] = Field(default_factory=dict, description="Equipment, theatres, slots.")
    units: dict[Name, Unit] = Field(default_factory=dict, description="Parts of the hospital with places.")
    sources: dict[Name, Source] = Field(min_length=1, description="Where visits come from.")
    pathways: dict[Name, Steps] = Field(min_length=1, description="What happens to them.")
    rules: dict[Name, Rule] = Field(default_factory=dict, description="What changes during a run.")

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is not a time zone: expected a name as in Europe/London")
        return value

    def resources(self) -> dict[str, Resource]:
        """Everything that can be seized, by name, in the file's order: staff, equipment, places of units."""
        return {**self.staff, **self.equipment, **self.units}
