"""The type `Distribution`: any family, also as a text, a number or a mapping, wherever a pydantic model has one."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    RootModel,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from typing_extensions import TypeAliasType

from hospital_twin.distributions.closed import Code
from hospital_twin.distributions.family import Cdfs, Family, Row
from hospital_twin.distributions.listed import Empirical, Listed, Piecewise
from hospital_twin.distributions.parametric import (
    Erlang,
    Exponential,
    Fixed,
    Gamma,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
    Weibull,
)
from hospital_twin.distributions.table import tabulate
from hospital_twin.distributions.text import WRITTEN, read_text
from hospital_twin.distributions.units import Unit, number_text, smallest


class Part(BaseModel):
    """One part of a mixture."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    weight: float = Field(gt=0, le=1, description="Share of the draws that come from this part.")
    of: Distribution = Field(description="The part's distribution.")


class Mixture(Listed):
    """Each part with its probability, by one uniform: short stays and long ones, say."""

    EXAMPLE = "{family: mixture, parts: [{weight: 0.3, of: exponential(mean 2 h)}, {weight: 0.7, of: 12 h}]}"

    family: Literal["mixture"] = "mixture"
    parts: tuple[Part, ...] = Field(min_length=1, description="The parts; their weights add up to 1.")

    @property
    def unit(self) -> Unit:
        """The smallest of the parts' units."""
        return smallest({part.of.unit for part in self.parts})

    def members(self) -> list[tuple[float, Family]]:
        """(weight, distribution in the mixture's unit) of each part."""
        return [(part.weight, part.of.in_unit(self.unit)) for part in self.parts]

    def base_quantile(self, u: float) -> float:
        drawn = [of.quantile(u) for _, of in self.members()]
        low, high = min(drawn), max(drawn)
        upto = self.base_cdfs().upto
        # At `low` each part has reached at most u, at `high` at least u; the least x with upto(x) >= u lies between.
        while low < (middle := 0.5 * (low + high)) < high:
            low, high = (low, middle) if upto(middle) >= u else (middle, high)
        return low if upto(low) >= u else high

    def base_cdfs(self) -> Cdfs:
        members = [(weight, of.cdfs()) for weight, of in self.members()]
        return Cdfs(lambda x: sum(weight * cdfs.upto(x) for weight, cdfs in members),
                    lambda x: sum(weight * cdfs.below(x) for weight, cdfs in members))

    def base_mean(self) -> float:
        return sum(weight * of.mean() for weight, of in self.members())

    def base_ends(self) -> tuple[float, float]:
        lows, highs = zip(*(of.ends() for _, of in self.members()), strict=True)
        return min(lows), max(highs)

    def base_marks(self) -> Sequence[float]:
        return sorted({x for _, of in self.members() for x in of.marks()})

    def base_text(self) -> str:
        return "mixture(" + ", ".join(f"{number_text(part.weight)} of {part.of.text()}" for part in self.parts) + ")"

    def row(self) -> Row:
        return Code.TABLE, (1.0,), tabulate(*self.base_cdfs(), self.base_marks())

    def stretched(self, factor: float, unit: Unit) -> Self:
        parts = tuple(Part(weight=weight, of=of.restated(factor, unit)) for weight, of in self.members())
        return self.model_copy(update={"parts": parts})

    @field_validator("parts")
    @classmethod
    def _shares(cls, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        total = sum(part.weight for part in parts)
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"the weights {', '.join(number_text(part.weight) for part in parts)} add up to "
                             f"{number_text(round(total, 9))}; expected 1")
        return parts

    @model_validator(mode="after")
    def _all_timed_or_none(self) -> Self:
        if len({bool(part.of.unit) for part in self.parts}) > 1:
            raise ValueError(f"{self.base_text()} has parts with and without a unit; expected all with or all without")
        return self


FAMILIES: dict[str, type[Family]] = {**WRITTEN, "mixture": Mixture, "empirical": Empirical, "piecewise": Piecewise}
"""Every family by name."""


def _as_mapping(value: object) -> object:
    """What was written, as the mapping that the families read; a finished distribution stays as it is."""
    if isinstance(value, Family):
        return value
    if isinstance(value, str):
        return read_text(value)
    if isinstance(value, Mapping):
        if value.get("family") not in tuple(FAMILIES):
            raise ValueError(f"family {value.get('family')!r} in a distribution; expected one of {', '.join(FAMILIES)}")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a distribution; expected '12 min', 'exponential(mean 3 min)' or a mapping "
                         "with a family")
    return {"family": "fixed", "value": value}


class _AlsoWritten:
    """Says in the JSON schema that a text or a number does as well as a mapping."""

    TEXT: ClassVar[JsonSchemaValue] = {
        "type": "string",
        "description": "A quantity, or a family with its parameters.",
        "examples": [family.EXAMPLE for family in WRITTEN.values()],
    }

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [cls.TEXT, {"type": "number"}, handler(schema)]}


Distribution = TypeAliasType("Distribution", Annotated[
    Fixed | Uniform | Triangular | Exponential | Erlang | Gamma | Lognormal | Normal | Weibull | Mixture | Empirical
    | Piecewise,
    Field(discriminator="family"), BeforeValidator(_as_mapping), _AlsoWritten])
"""A field type: any distribution. Reads ``12 min``, ``exponential(mean 3 min)``, a number, or a mapping with a
``family``; is written back as text where the family has one."""


class _Written(RootModel[Distribution]):
    model_config = ConfigDict(title="a distribution", defer_build=True)


def read_distribution(written: object) -> Family:
    """A distribution from a text, a number, a mapping or a distribution; raises pydantic's ValidationError."""
    return _Written.model_validate(written).root
