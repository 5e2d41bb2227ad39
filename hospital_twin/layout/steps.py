"""The steps of a pathway. Each is a one-key mapping, ``do: triage``, with its options beside it."""
from __future__ import annotations

from math import inf
from typing import Annotated, Any, Literal, Union

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from hospital_twin.distributions import Distribution, Family
from hospital_twin.layout.terms import Amount, By, Name, NoWord, Part, Weekly, Window, by_or


def _from_zero(value: Family) -> Family:
    least, greatest = value.ends()
    # The bell has no end below: what it draws there counts as 0. An end that somebody wrote is meant.
    if greatest < 0 or -inf < least < 0:
        raise ValueError(f"{value.text()} reaches below 0: expected a time of 0 or more")
    return value


Time = Annotated[Distribution, AfterValidator(_from_zero)]
"""How long something lasts: 0 or more."""
Duration = by_or(Time)
Probability = by_or(Annotated[float, Field(ge=0, le=1), NoWord])
Expression = Annotated[str, BeforeValidator(
    lambda v: v if isinstance(v, str) else str(v), json_schema_input_type=str | float | bool)]
"""A condition or number over class attributes, the clock and counters: ``acuity <= 2 and free(icu) > 0``."""

Mix = Annotated[dict[str | int | bool, Amount], Field(min_length=1)]
"""Values and their weights; weights need not sum to 1."""


class Draw(Part):
    """An attribute's value drawn from a mix."""

    draw: by_or(Mix) = Field(
        examples=[{2: 0.1, 3: 0.5, 4: 0.4}, {"by": "hour", "of": {"08-20": {3: 1, 4: 2}}, "otherwise": {3: 1}}],
        description="Values and their weights (which need not add up to 1), or those by class or hour.")


Value = Annotated[
    Annotated[Draw, Tag("draw")] | Annotated[str | int | bool, Tag("value")],
    Discriminator(lambda v: "draw" if isinstance(v, (dict, Draw)) else "value")]
"""A value, an expression over attributes, or a draw from a mix."""

Names = Annotated[tuple[Name, ...], BeforeValidator(
    lambda v: (v,) if isinstance(v, str) else v, json_schema_input_type=Name | tuple[Name, ...])]


class Ask(Part):
    """What a step asks for. One of `all_of`, `first_of`, `one_by`."""

    all_of: dict[Name, Annotated[int, Field(ge=1), NoWord]] | None = Field(
        None, examples=[{"ed_doctor": 1, "ed_nurse": 2}],
        description="Everything named, in these numbers, all at once or none.")
    first_of: tuple[Names, ...] | None = Field(
        None, examples=[["minors", "majors"]],
        description="The first available, in this order; one wait in all the lines.")
    one_by: by_or(Names) | None = Field(
        None, examples=[{"by": "specialty", "of": {"medicine": "ward", "surgery": "surgical_ward"}}],
        description="The one that class says (`by`, `of`).")
    cost: dict[Name, Expression] | None = Field(
        None, examples=[{"minors": "waiting(minors)", "majors": "waiting(majors) + 2"}],
        description="For `first_of`: choose the cheapest of those that are free, not the first.")

    @model_validator(mode="after")
    def _one(self) -> Ask:
        if sum(part is not None for part in (self.all_of, self.first_of, self.one_by)) != 1:
            raise ValueError("asks for nothing or in two ways: expected one of all_of, first_of, one_by")
        unknown = set(self.cost or ()) - {name for names in self.first_of or () for name in names}
        if unknown:
            raise ValueError(f"a cost for {', '.join(sorted(unknown))}: expected costs for what `first_of` names")
        return self


def _ask(value: Any) -> Any:
    if isinstance(value, str):
        return {"all_of": {value: 1}}
    if isinstance(value, (list, tuple)):
        return {"all_of": dict.fromkeys(value, 1)}
    if isinstance(value, dict) and "by" in value:
        return {"one_by": value}
    if isinstance(value, dict) and not {"all_of", "first_of", "one_by", "cost"} & set(value):
        return {"all_of": value}
    return value


Asks = Annotated[Ask, BeforeValidator(
    _ask, json_schema_input_type=Name | tuple[Name, ...] | dict[Name, int] | By[Names] | Ask)]
"""A name, a list (all of them), ``{doctor: 1, nurse: 2}``, ``{first_of: [a, b]}`` or ``{by: ward, of: {...}}``."""


class Step(Part):
    """What every step may say."""

    if_: Expression | None = Field(None, alias="if", examples=["acuity <= 2"],
                                   description="The step is skipped unless this holds.")
    chance: Probability | None = Field(
        None, examples=[0.6, {"by": "acuity", "of": {1: 0.9, 2: 0.7}, "otherwise": 0.2}],
        description="The step is taken with this probability, else skipped.")


class Waits(Step):
    """What every step that can wait may say."""

    patience: Duration | None = Field(None, examples=["lognormal(median 4 h, p90 10 h)"],
                                      description="How long the patient waits before giving up.")
    patience_from: Literal["joining", "arrival"] = Field(
        "joining", examples=["arrival"], description="When patience starts: on joining this line, or on arrival.")
    patience_renewed: bool = Field(False, examples=[True],
                                   description="A new patience at each return to the line (pre-emption).")
    gives_up: Steps | None = Field(
        None, examples=[[{"leave": "goes_elsewhere", "as": "diverted"}]],
        description="What happens then; by default the visit ends as `left_without_being_seen`.")
    room: Annotated[int, Field(ge=0), NoWord] | None = Field(
        None, examples=[20], description="Places in the waiting line; 0 means start at once or be refused.")
    when_full: Steps | None = Field(
        None, examples=[[{"leave": "turned_away", "as": "transferred_out"}]],
        description="What happens when refused; by default the visit ends as `refused`.")
    number: by_or(Expression) | None = Field(None, examples=["acuity - 0.5 * (age_band == oldest)"],
                                             description="The number that an `order` reads as `number`.")
    hold_line: bool = Field(False, examples=[True], description="While this one waits, later ones may not pass.")
    preempt: Literal["none", "resume", "restart"] = Field(
        "none", examples=["resume"],
        description="Take the resource from one lower in order; that one later resumes or starts again.")
    same_as: Name | None = Field(None, examples=["see_doctor"],
                                 description="Wait for the named server who did that step.")


class Do(Waits):
    """A task: wait for who or what does it, do it, let go."""

    do: Name = Field(examples=["triage"], description="The task's name, unique in the layout.")
    by: Asks | None = Field(
        None, examples=["triage_nurse", ["ed_doctor", "ed_nurse"], {"first_of": ["nurse_practitioner", "ed_doctor"]}],
        description="Staff or equipment held meanwhile; none: nobody is needed.")
    takes: Duration = Field(examples=["lognormal(median 6 min, p90 11 min)"], description="How long it takes.")
    activity: Name | None = Field(None, examples=["xray"],
                                  description="The name in the log; by default the step's own.")


class Seize(Waits):
    """Take hold of something and keep it."""

    seize: Name = Field(examples=["given_a_slot"], description="The step's name, unique in the layout.")
    of: Asks = Field(examples=["caseload_slot", {"ed_nurse": 2}], description="What is taken.")
    activity: Name | None = Field(None, examples=["on_the_list"],
                                  description="The name in the log; by default the step's own.")


class Release(Step):
    """Let go of what an earlier `seize` took."""

    release: Name = Field(examples=["gives_back_the_slot"], description="The step's name, unique in the layout.")
    of: Names = Field(examples=["given_a_slot", ["ed_doctor", "ed_nurse"]],
                      description="Resources, or names of `seize` steps, let go.")
    after: Duration | None = Field(None, examples=["10 min"],
                                   description="Turnover: they are free only after this.")


class Stay(Step):
    """Time spent where the visit is, holding what is held."""

    stay: Name = Field(examples=["ward_stay"], description="The step's name, unique in the layout.")
    takes: Duration = Field(examples=["lognormal(mean 7.4 d, sd 8.6 d)"], description="How long.")


class Move(Waits):
    """Go to a unit: ask for a place there, with its nurses; keep the present place until it is granted."""

    move: Name = Field(examples=["to_ward"], description="The step's name, unique in the layout.")
    to: Asks = Field(examples=["ward", {"first_of": ["fast_track", "minors"]}],
                     description="The unit, the first available of several, or by class.")
    keep_place: bool = Field(True, examples=[False],
                             description="Keep the present place while waiting and on the way (boarding).")
    takes: Duration | None = Field(None, examples=["20 min"], description="The way there, both places held.")


class Option(Part):
    """One way out of a branch."""

    when: Expression | None = Field(None, examples=["free(icu) > 0"],
                                    description="Taken when this holds (the first such, in order).")
    chance: Probability | None = Field(None, examples=[0.3], description="Taken with this probability.")
    then: Steps = Field((), examples=[[{"do": "ct_scan", "by": "ct", "takes": "22 min"}]],
                        description="The steps of this option; after them the visit goes on behind the branch.")


class Branch(Part):
    """One of several ways: by conditions, or by one draw over the options' chances."""

    branch: Name = Field(examples=["decision"], description="The step's name, unique in the layout.")
    options: tuple[Option, ...] = Field(
        min_length=1, examples=[[{"chance": 0.3, "then": [{"follow": "admission"}]}, {"then": []}]],
        description="In order; one with neither `when` nor `chance` takes the rest.")
    if_: Expression | None = Field(None, alias="if", examples=["acuity <= 3"],
                                   description="The step is skipped unless this holds.")

    @model_validator(mode="after")
    def _options(self) -> Branch:
        kinds = ["when" if o.when is not None else "chance" if o.chance is not None else "rest" for o in self.options]
        if any(o.when is not None and o.chance is not None for o in self.options):
            raise ValueError("an option has both `when` and `chance`: expected one of them")
        if "rest" in kinds[:-1]:
            raise ValueError("an option that takes the rest is followed by others: expected it to be the last")
        if {"when", "chance"} <= set(kinds):
            raise ValueError("options by condition and by chance are mixed: expected one kind; nest two branches")
        return self


class Together(Step):
    """Several things at once; go on when all, or the first, are done."""

    together: Name = Field(examples=["investigations"], description="The step's name, unique in the layout.")
    branches: tuple[Steps, ...] = Field(
        min_length=2, examples=[[[{"do": "blood_tests", "takes": "70 min"}], [{"do": "ct_scan", "takes": "22 min"}]]],
        description="The lists of steps that run side by side.")
    join: Literal["all", "first"] = Field("all", examples=["first"],
                                          description="Go on after all, or after the first (the others stop).")


class Profile(Part):
    """Times of day at which something happens, as weights of the 24 hours."""

    profile: Weekly = Field(examples=[{"09:00-12:00": 1, "12:00-18:00": 3}],
                            description="Weights by window of the day, or of the week, or 24 hourly weights.")
    weekdays: dict[str, Annotated[float, Field(ge=0, le=1), NoWord]] | None = Field(
        None, examples=[{"sat": 0.6, "sun": 0.5}],
        description="The share of a day's candidates that go on that weekday; the rest wait for the next day.")


class Rounds(Part):
    """Fixed times of day."""

    at: tuple[str, ...] = Field(min_length=1, examples=[["08:00", "14:00"]], description="Times of day.")
    days: str | None = Field(None, examples=["mon-fri"], description="Weekdays; none: every day.")


class Holds(Part):
    """A condition on counters."""

    holds: Expression = Field(examples=["waiting(ct) < 3"], description="Go on when this holds.")


class Open(Part):
    """Hours of the week."""

    open: Window | tuple[Window, ...] = Field(
        examples=["mon-fri 08:00-18:00", ["08:00-12:00", "13:00-17:00"]],
        description="Go on at once inside these hours, else when they begin.")


def _until(value: Any) -> str:
    for key, tag in (("profile", "profile"), ("at", "rounds"), ("holds", "holds"), ("open", "open")):
        if (isinstance(value, dict) and key in value) or hasattr(value, key):
            return tag
    return "discharge"


Until = Annotated[
    Annotated[Profile, Tag("profile")] | Annotated[Rounds, Tag("rounds")] | Annotated[Holds, Tag("holds")]
    | Annotated[Open, Tag("open")] | Annotated[Literal["discharge"], Tag("discharge")], Discriminator(_until)]
"""``discharge`` (the unit's own window), a profile, rounds, open hours, or a condition."""


class Wait(Step):
    """Wait for a time of day or a condition, holding what is held."""

    wait: Name = Field(examples=["for_discharge"], description="The step's name, unique in the layout.")
    until: Until = Field(examples=["discharge", {"at": ["08:00", "14:00"]}], description="What is waited for.")


class Assign(Step):
    """Set class attributes."""

    assign: Name = Field(examples=["triage_category"], description="The step's name, unique in the layout.")
    set: dict[Name, Value] = Field(
        examples=[{"acuity": {"draw": {2: 0.2, 3: 0.8}}}, {"mode": "return"}, {"acuity": "acuity - 1"}],
        description="Attribute: value, expression, or draw.")


class Repeat(Step):
    """Go back to an earlier step of the same pathway while `if` and `chance` say so."""

    repeat: Name = Field(examples=["once_more"], description="The step's name, unique in the layout.")
    from_: Name = Field(alias="from", examples=["see_doctor"], description="The step gone back to.")

    @model_validator(mode="after")
    def _ends(self) -> Repeat:
        if self.if_ is None and self.chance is None:
            raise ValueError("repeats for ever: expected `if` or `chance`")
        return self


class Leave(Step):
    """The visit ends; everything held is let go."""

    leave: Name = Field(examples=["goes_home"], description="The step's name, unique in the layout.")
    as_: Name = Field(alias="as", examples=["home"],
                      description="The disposition: home, died, transferred_out, cancelled, ...")


class Return(Step):
    """The patient comes back later as a new visit; this visit goes on."""

    return_: Name = Field(alias="return", examples=["comes_back"],
                          description="The step's name, unique in the layout.")
    after: Duration = Field(examples=["lognormal(median 9 d, p90 24 d)"], description="Time until coming back.")
    to: Name = Field(examples=["emergency_care"], description="The pathway of the new visit.")


class Follow(Part):
    """Go on with another pathway, and do not come back."""

    follow: Name = Field(examples=["admission"], description="The pathway.")


KINDS: dict[str, type[Part]] = {
    "do": Do, "seize": Seize, "release": Release, "stay": Stay, "move": Move, "branch": Branch, "together": Together,
    "wait": Wait, "assign": Assign, "repeat": Repeat, "leave": Leave, "return": Return, "follow": Follow,
}
"""The first word of a step, and what it means."""


def _kind(value: Any) -> str | None:
    if isinstance(value, Part):
        return next((kind for kind, model in KINDS.items() if isinstance(value, model)), None)
    if not isinstance(value, dict):
        return None
    found = [kind for kind in KINDS if kind in value]
    return found[0] if len(found) == 1 else None


AnyStep = Annotated[
    Union[tuple(Annotated[model, Tag(kind)] for kind, model in KINDS.items())],  # noqa: UP007 - built from KINDS
    Discriminator(_kind, custom_error_type="step",
                  custom_error_message="a step of no known kind: expected exactly one of " + ", ".join(KINDS))]
Steps = tuple[AnyStep, ...]

for _model in (Waits, Do, Seize, Move, Option, Branch, Together):
    _model.model_rebuild()


def name_of(step: Part) -> str:
    """The step's declared name, the one its draws belong to (a `follow` draws nothing and has its pathway's)."""
    kind = _kind(step)
    return getattr(step, "return_" if kind == "return" else kind)
