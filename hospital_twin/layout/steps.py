"""The steps of a pathway. Each is a one-key mapping, ``do: triage``, with its options beside it."""
from __future__ import annotations

from typing import Annotated, Any, Literal, Union

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from hospital_twin.distributions import Distribution
from hospital_twin.layout.terms import Name, Part, Weekly, Window, by_or

Duration = by_or(Distribution)
Probability = by_or(Annotated[float, Field(ge=0, le=1)])
Expression = Annotated[str, BeforeValidator(lambda v: v if isinstance(v, str) else str(v))]
"""A condition or number over class attributes, the clock and counters: ``acuity <= 2 and free(icu) > 0``."""

Mix = Annotated[dict[str | int | bool, Annotated[float, Field(ge=0)]], Field(min_length=1)]
"""Values and their weights; weights need not sum to 1."""


class Draw(Part):
    """An attribute's value drawn from a mix."""

    draw: by_or(Mix) = Field(description="Values and weights, or those by class or hour.")


Value = Annotated[
    Annotated[Draw, Tag("draw")] | Annotated[str | int | bool, Tag("value")],
    Discriminator(lambda v: "draw" if isinstance(v, (dict, Draw)) else "value")]
"""A value, an expression over attributes, or a draw from a mix."""

Names = Annotated[tuple[Name, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]


class Ask(Part):
    """What a step asks for. One of `all_of`, `first_of`, `one_by`."""

    all_of: dict[Name, Annotated[int, Field(ge=1)]] | None = Field(
        None, description="Everything named, in these numbers, all at once or none.")
    first_of: tuple[Names, ...] | None = Field(
        None, description="The first available, in this order; one wait in all the lines.")
    one_by: by_or(Names) | None = Field(None, description="The one that class says (`by`, `of`).")
    cost: dict[Name, Expression] | None = Field(
        None, description="For `first_of`: choose the cheapest of those that are free, not the first.")

    @model_validator(mode="after")
    def _one(self) -> Ask:
        if sum(part is not None for part in (self.all_of, self.first_of, self.one_by)) != 1:
            raise ValueError("asks for nothing or in two ways: expected one of all_of, first_of, one_by")
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


Asks = Annotated[Ask, BeforeValidator(_ask)]
"""A name, a list (all of them), ``{doctor: 1, nurse: 2}``, ``{first_of: [a, b]}`` or ``{by: ward, of: {...}}``."""


class Step(Part):
    """What every step may say."""

    if_: Expression | None = Field(None, alias="if", description="The step is skipped unless this holds.")
    chance: Probability | None = Field(None, description="The step is taken with this probability.")


class Waits(Step):
    """What every step that can wait may say."""

    patience: Duration | None = Field(None, description="How long the patient waits before giving up.")
    patience_from: Literal["joining", "arrival"] = Field("joining", description="When patience starts.")
    patience_renewed: bool = Field(False, description="A new patience at each return to the line (pre-emption).")
    gives_up: Steps | None = Field(None, description="What happens then; by default the visit ends as "
                                                     "`left_without_being_seen`.")
    room: Annotated[int, Field(ge=0)] | None = Field(
        None, description="Places in the waiting line; 0 means start at once or be refused.")
    when_full: Steps | None = Field(None, description="What happens when refused; by default the visit ends as "
                                                      "`refused`.")
    number: by_or(Expression) | None = Field(None, description="The number that an `order` reads as `number`.")
    hold_line: bool = Field(False, description="While this one waits, later ones may not pass.")
    preempt: Literal["none", "resume", "restart"] = Field(
        "none", description="Take the resource from one lower in order; that one later resumes or starts again.")
    same_as: Name | None = Field(None, description="Wait for the named server who did that step.")


class Do(Waits):
    """A task: wait for who or what does it, do it, let go."""

    do: Name = Field(description="The task's name, unique in the layout.")
    by: Asks | None = Field(None, description="Staff or equipment held meanwhile.")
    takes: Duration = Field(description="How long it takes.")
    activity: Name | None = Field(None, description="The name in the log; by default the step's own.")


class Seize(Waits):
    """Take hold of something and keep it."""

    seize: Name = Field(description="The step's name, unique in the layout.")
    of: Asks = Field(description="What is taken.")
    activity: Name | None = Field(None, description="The name in the log; by default the step's own.")


class Release(Step):
    """Let go of what an earlier `seize` took."""

    release: Name = Field(description="The step's name, unique in the layout.")
    of: Names = Field(description="Resources, or names of `seize` steps, let go.")
    after: Duration | None = Field(None, description="Turnover: they are free only after this.")


class Stay(Step):
    """Time spent where the visit is, holding what is held."""

    stay: Name = Field(description="The step's name, unique in the layout.")
    takes: Duration = Field(description="How long.")


class Move(Waits):
    """Go to a unit: ask for a place there, with its nurses; keep the present place until it is granted."""

    move: Name = Field(description="The step's name, unique in the layout.")
    to: Asks = Field(description="The unit, the first available of several, or by class.")
    keep_place: bool = Field(True, description="Keep the present place while waiting and on the way (boarding).")
    takes: Duration | None = Field(None, description="The way there, both places held.")


class Option(Part):
    """One way out of a branch."""

    when: Expression | None = Field(None, description="Taken when this holds (the first such, in order).")
    chance: Probability | None = Field(None, description="Taken with this probability.")
    then: Steps = Field((), description="The steps of this option.")


class Branch(Part):
    """One of several ways: by conditions, or by one draw over the options' chances."""

    branch: Name = Field(description="The step's name, unique in the layout.")
    options: tuple[Option, ...] = Field(min_length=1, description="In order; one with neither `when` nor `chance` "
                                                                  "takes the rest.")
    if_: Expression | None = Field(None, alias="if", description="The step is skipped unless this holds.")

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

    together: Name = Field(description="The step's name, unique in the layout.")
    branches: tuple[Steps, ...] = Field(min_length=2, description="The lists of steps that run side by side.")
    join: Literal["all", "first"] = Field("all", description="Go on after all, or after the first (the others stop).")


class Profile(Part):
    """Times of day at which something happens, as weights of the 24 hours."""

    profile: Weekly = Field(description="Weights by window of the day, or of the week.")
    weekdays: dict[str, Annotated[float, Field(ge=0, le=1)]] | None = Field(
        None, description="The share of a day's candidates that go on that weekday (`sat: 0.6`); the rest wait for "
                          "the next day.")


class Rounds(Part):
    """Fixed times of day."""

    at: tuple[str, ...] = Field(min_length=1, description="Times of day: 08:00.")
    days: str | None = Field(None, description="Weekdays: mon-fri.")


class Holds(Part):
    """A condition on counters."""

    holds: Expression = Field(description="Go on when this holds.")


class Open(Part):
    """Hours of the week."""

    open: Window | tuple[Window, ...] = Field(description="Go on at once inside these hours, else when they begin.")


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

    wait: Name = Field(description="The step's name, unique in the layout.")
    until: Until = Field(description="What is waited for.")


class Assign(Step):
    """Set class attributes."""

    assign: Name = Field(description="The step's name, unique in the layout.")
    set: dict[Name, Value] = Field(description="Attribute: value, expression, or draw.")


class Repeat(Step):
    """Go back to an earlier step of the same pathway while `if` and `chance` say so."""

    repeat: Name = Field(description="The step's name, unique in the layout.")
    from_: Name = Field(alias="from", description="The step gone back to.")

    @model_validator(mode="after")
    def _ends(self) -> Repeat:
        if self.if_ is None and self.chance is None:
            raise ValueError("repeats for ever: expected `if` or `chance`")
        return self


class Leave(Step):
    """The visit ends; everything held is let go."""

    leave: Name = Field(description="The step's name, unique in the layout.")
    as_: Name = Field(alias="as", description="The disposition: home, died, transferred_out, cancelled, ...")


class Return(Step):
    """The patient comes back later as a new visit; this visit goes on."""

    return_: Name = Field(alias="return", description="The step's name, unique in the layout.")
    after: Duration = Field(description="Time until coming back.")
    to: Name = Field(description="The pathway of the new visit.")


class Follow(Part):
    """Go on with another pathway, and do not come back."""

    follow: Name = Field(description="The pathway.")


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
