"""Families that a few parameters tell: each a frozen model, written as text or as a mapping."""
from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from math import exp, gamma, inf, log, log1p, sqrt
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, WithJsonSchema, model_serializer, model_validator

from hospital_twin.distributions.closed import Code, cdf_of, quantile_of
from hospital_twin.distributions.family import Cdfs, Family, Row
from hospital_twin.distributions.table import LEVELS, tabulate
from hospital_twin.distributions.units import Quantity, Unit, convert, read_quantity, read_unit, smallest
from hospital_twin.streams import normal_quantile

# Numbers with a unit are read before pydantic sees them; the schema has to say so.
Measure = Annotated[float, WithJsonSchema({"type": ["number", "string"], "examples": [12, "12 min"]})]
Positive = Annotated[Measure, Field(gt=0)]
NINETIETH = normal_quantile(0.9)
WIDEST_SIGMA = 10
LEAST_SHAPE, GREATEST_SHAPE = 0.05, 1e6
"""Below the least, a gamma or Weibull quantile spans more powers of ten than a float has; above the greatest, the
incomplete gamma function is no longer exact enough for a table."""


class Parametric(Family):
    """A family given by one of a few sets of parameters."""

    FORMS: ClassVar[tuple[tuple[str, ...], ...]]
    """The sets of parameters, one of which has to be given, in the order in which they are written."""

    PURE: ClassVar[frozenset[str]] = frozenset()
    """Parameters without a unit."""

    NAMELESS: ClassVar[bool] = False
    """Whether the parameters are written in order without their names."""

    unit: Unit = Field("", description="Unit of the parameters: s, min, h, d, or none for a pure number.")

    @abstractmethod
    def standard(self) -> tuple[Code, tuple[float, ...]]:
        """The code, and the parameters as that code wants them, in the distribution's own unit."""

    @classmethod
    def expected(cls) -> str:
        """The ways to give its parameters, in words."""
        return " or ".join(f"({', '.join(form)})" for form in cls.FORMS)

    def given(self) -> dict[str, float]:
        """The parameters as they were given, by the names they are written with."""
        forms = ({name: getattr(self, _FIELD.get(name, name)) for name in form} for form in self.FORMS)
        return next(form for form in forms if None not in form.values())

    def base_quantile(self, u: float) -> float:
        return quantile_of(*self.standard())(u)

    def base_cdfs(self) -> Cdfs:
        upto = cdf_of(*self.standard())
        return Cdfs(upto, upto)

    def base_marks(self) -> Sequence[float]:
        return [self.base_quantile(u) for u in LEVELS]

    def base_text(self) -> str:
        words = [f"{'' if self.NAMELESS else name + ' '}{Quantity(value, '' if name in self.PURE else self.unit)}"
                 for name, value in self.given().items()]
        return f"{self.family}({', '.join(words)})"

    def row(self) -> Row:
        return *self.standard(), None

    def stretched(self, factor: float, unit: Unit) -> Self:
        longer = {_FIELD.get(name, name): value * factor
                  for name, value in self.given().items() if name not in self.PURE}
        return self.model_copy(update={**longer, "unit": unit})

    @model_serializer
    def _written(self) -> str:
        return self.text()

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> Any:
        """Checks which parameters are given, and puts them all into one unit."""
        if not isinstance(data, Mapping):
            return data
        names = {name for form in cls.FORMS for name in form}
        given = {name: value for name, value in data.items()
                 if value is not None and (name in names or name not in cls.model_fields)}
        family = cls.model_fields["family"].default
        if set(given) not in [set(form) for form in cls.FORMS]:
            raise ValueError(f"{family} with {', '.join(given) or 'nothing'}; expected {family} with {cls.expected()}")
        quantities = {name: read_quantity(value) for name, value in given.items()}
        for name in cls.PURE & quantities.keys():
            if quantities[name].unit:
                raise ValueError(f"{family}: {name} is {quantities[name]}; expected a number without a unit")
        timed = {name: quantity for name, quantity in quantities.items() if name not in cls.PURE}
        unit = read_unit(data.get("unit", "")) or _common(family, timed)
        values = {name: convert(quantity.value, quantity.unit, "" if name in cls.PURE else unit)
                  for name, quantity in quantities.items()}
        return {**data, **values, "unit": unit}


_FIELD = {"mean": "mean_value"}
"""Where a parameter is kept whose name a method has."""


def _common(family: str, timed: Mapping[str, Quantity]) -> Unit:
    """The smallest of the units used; numbers without one have that of the others, if there is just one."""
    used = {quantity.unit for quantity in timed.values()} - {""}
    bare = [name for name, quantity in timed.items() if not quantity.unit]
    if bare and len(used) > 1:
        raise ValueError(f"{family}: {bare[0]} has no unit beside {' and '.join(sorted(used))}; "
                         "expected a unit with each number")
    return smallest(used)


class Fixed(Parametric):
    """Always the same value."""

    EXAMPLE = "12 min"
    FORMS = (("value",),)
    NAMELESS = True

    family: Literal["fixed"] = "fixed"
    value: Measure = Field(description="The value.")

    def standard(self) -> tuple[Code, tuple[float, ...]]:
        return Code.FIXED, (self.value,)

    def base_mean(self) -> float:
        return self.value

    def base_ends(self) -> tuple[float, float]:
        return self.value, self.value

    def base_cdfs(self) -> Cdfs:
        return Cdfs(lambda x: float(x >= self.value), lambda x: float(x > self.value))

    def base_text(self) -> str:
        return str(Quantity(self.value, self.unit))


class Uniform(Parametric):
    """All values between two equally."""

    EXAMPLE = "uniform(0 min, 15 min)"
    FORMS = (("low", "high"),)
    NAMELESS = True

    family: Literal["uniform"] = "uniform"
    low: Measure = Field(description="The least value.")
    high: Measure = Field(description="The greatest value.")

    def standard(self) -> tuple[Code, tuple[float, ...]]:
        return Code.UNIFORM, (self.low, self.high)

    def base_mean(self) -> float:
        return 0.5 * (self.low + self.high)

    def base_ends(self) -> tuple[float, float]:
        return self.low, self.high

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"{self.base_text()} has no width; expected low < high")
        return self


class Triangular(Parametric):
    """From low to high with a peak at mode, as people estimate: at best, usually, at worst."""

    EXAMPLE = "triangular(1 h, 2 h, 5 h)"
    FORMS = (("low", "mode", "high"),)
    NAMELESS = True

    family: Literal["triangular"] = "triangular"
    low: Measure = Field(description="The least value.")
    mode: Measure = Field(description="The most frequent value.")
    high: Measure = Field(description="The greatest value.")

    def standard(self) -> tuple[Code, tuple[float, ...]]:
        return Code.TRIANGULAR, (self.low, self.mode, self.high)

    def base_mean(self) -> float:
        return (self.low + self.mode + self.high) / 3.0

    def base_ends(self) -> tuple[float, float]:
        return self.low, self.high

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not (self.low <= self.mode <= self.high and self.low < self.high):
            raise ValueError(f"{self.base_text()} is out of order; expected low <= mode <= high, and low < high")
        return self


class Exponential(Parametric):
    """Without memory: the classical service time and gap between arrivals."""

    EXAMPLE = "exponential(mean 3 min)"
    FORMS = (("mean",),)

    family: Literal["exponential"] = "exponential"
    mean_value: Positive = Field(alias="mean", description="The mean.")

    def standard(self) -> tuple[Code, tuple[float, ...]]:
        return Code.EXPONENTIAL, (self.mean_value,)

    def base_mean(self) -> float:
        return self.mean_value


class Lognormal(Parametric):
    """The logarithm is normal: most durations in a hospital, short ones often and very long ones sometimes."""

    EXAMPLE = "lognormal(median 6 min, p90 11 min)"
    FORMS = (("median", "sigma"), ("median", "p90"), ("mean", "sd"))
    PURE = frozenset({"sigma"})

    family: Literal["lognormal"] = "lognormal"
    median: Positive | None = Field(None, description="Half are shorter.")
    p90: Positive | None = Field(None, description="Nine in ten are shorter.")
    sigma: Annotated[float, Field(gt=0)] | None = Field(
        None, description="Standard deviation of the natural logarithm (no unit).")
    mean_value: Positive | None = Field(None, alias="mean", description="The mean.")
    sd: Positive | None = Field(None, description="Standard deviation of the value itself.")

    def standard(self) -> tuple[Code, tuple[float, ...]]:
        if self.mean_value is not None:
            relative = self.sd / self.mean_value
            squared = log1p(relative * relative)
            return Code.LOGNORMAL, (self.mean_value * exp(-0.5 * squared), sqrt(squared))
        sigma = log(self.p90 / self.median) / NINETIETH if self.sigma is None else self.sigma
        return Code.LOGNORMAL, (self.median, sigma)

    def base_mean(self) -> float:
        median, sigma = self.standard()[1]
        return median * exp(0.5 * sigma * sigma) if self.mean_value is None else self.mean_value

    @model_validator(mode="after")
    def _spread(self) -> Self:
        if self.p90 is not None and not self.median < self.p90:
            raise ValueError(f"{self.base_text()} has its median at or above its p90; expected median < p90")
        if self.standard()[1][1] > WIDEST_SIGMA:
            raise ValueError(f"{self.base_text()} spreads over too many powers of ten; expected a standard deviation "
                             f"of the logarithm of at most {WIDEST_SIGMA}")
        return self


class Normal(Parametric):
    """The bell: values on both sides of the mean alike (clamp it where negative ones make no sense)."""

    EXAMPLE = "normal(mean 16 min, sd 1.7 min) clamped 0.5 min .."
    FORMS = (("mean", "sd"),)

    family: Literal["normal"] = "normal"
    mean_value: Measure = Field(alias="mean", description="The mean.")
    sd: Positive = Field(description="The standard deviation.")

    def standard(self) -> tuple[Code, tuple[float, ...]]:
        return Code.NORMAL, (self.mean_value, self.sd)

    def base_mean(self) -> float:
        return self.mean_value

    def base_ends(self) -> tuple[float, float]:
        return -inf, inf


class Weibull(Parametric):
    """The hazard of ending rises (shape above 1) or falls (below 1) with time."""

    EXAMPLE = "weibull(shape 1.4, scale 3 h)"
    FORMS = (("shape", "scale"),)
    PURE = frozenset({"shape"})

    family: Literal["weibull"] = "weibull"
    shape: float = Field(ge=LEAST_SHAPE, description="Shape (no unit); 1 is the exponential.")
    scale: Positive = Field(description="Scale: 63 % are shorter.")

    def standard(self) -> tuple[Code, tuple[float, ...]]:
        return Code.WEIBULL, (self.shape, self.scale)

    def base_mean(self) -> float:
        return self.scale * gamma(1.0 + 1.0 / self.shape)


class GammaShaped(Parametric):
    """What gamma and Erlang share: a table of the shape alone, times a scale."""

    @abstractmethod
    def shape_and_scale(self) -> tuple[float, float]:
        """Shape, and scale in the distribution's own unit."""

    def standard(self) -> tuple[Code, tuple[float, ...]]:
        return Code.TABLE, (self.shape_and_scale()[1],)

    def base_quantile(self, u: float) -> float:
        from scipy.special import gammainccinv, gammaincinv

        shape, scale = self.shape_and_scale()
        return float(gammaincinv(shape, u) if u < 0.5 else gammainccinv(shape, 1.0 - u)) * scale

    def base_cdfs(self) -> Cdfs:
        from scipy.special import gammainc

        shape, scale = self.shape_and_scale()

        def upto(x: float) -> float:
            return float(gammainc(shape, x / scale)) if x > 0.0 else 0.0

        return Cdfs(upto, upto)

    def base_mean(self) -> float:
        shape, scale = self.shape_and_scale()
        return shape * scale

    def row(self) -> Row:
        scale = self.standard()[1]
        standard = Gamma(shape=self.shape_and_scale()[0], scale=1.0)
        return Code.TABLE, scale, tabulate(*standard.base_cdfs(), sorted(set(standard.base_marks())))

    @model_validator(mode="after")
    def _not_degenerate(self) -> Self:
        shape, _ = self.shape_and_scale()
        if shape > GREATEST_SHAPE:
            raise ValueError(f"{self.base_text()} hardly varies; expected a standard deviation of at least 0.001 "
                             "means, or a fixed value")
        if shape < LEAST_SHAPE:
            raise ValueError(f"{self.base_text()} has a standard deviation of more than 4.4 means; expected a smaller "
                             "one, or a mixture of short and long")
        return self


class Gamma(GammaShaped):
    """A sum of waiting times, with any shape: lighter in the tail than the lognormal."""

    EXAMPLE = "gamma(mean 4 d, sd 2 d)"
    FORMS = (("mean", "sd"), ("shape", "scale"))
    PURE = frozenset({"shape"})

    family: Literal["gamma"] = "gamma"
    mean_value: Positive | None = Field(None, alias="mean", description="The mean.")
    sd: Positive | None = Field(None, description="The standard deviation.")
    shape: Annotated[float, Field(gt=0)] | None = Field(None, description="Shape (no unit); 1 is the exponential.")
    scale: Positive | None = Field(None, description="Scale: the mean divided by the shape.")

    def shape_and_scale(self) -> tuple[float, float]:
        if self.mean_value is None:
            return self.shape, self.scale
        relative = self.mean_value / self.sd
        return relative * relative, self.sd / relative


class Erlang(GammaShaped):
    """A number of exponential stages one after the other: a gamma of whole shape."""

    EXAMPLE = "erlang(stages 3, mean 12 min)"
    FORMS = (("stages", "mean"),)
    PURE = frozenset({"stages"})

    family: Literal["erlang"] = "erlang"
    stages: int = Field(ge=1, description="How many stages (no unit); 1 is the exponential.")
    mean_value: Positive = Field(alias="mean", description="The mean of their sum.")

    def shape_and_scale(self) -> tuple[float, float]:
        return float(self.stages), self.mean_value / self.stages
