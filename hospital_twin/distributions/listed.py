"""Distributions that lists tell: observed values, or a cumulative curve. Written as mappings."""
from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from hospital_twin.distributions.closed import Code
from hospital_twin.distributions.family import Cdfs, Family, Row
from hospital_twin.distributions.table import polyline
from hospital_twin.distributions.units import LARGEST, Unit, number_text, read_unit

Value = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]


class Listed(Family):
    """A distribution written as a mapping; its text only describes it."""

    WRITTEN_AS_TEXT: ClassVar[bool] = False

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        words = {name: value for name, value in write(self).items() if value not in (None, "")}
        return {"family": self.family, **words}


class Polyline(Listed):
    """A quantile that is linear between points."""

    unit: Annotated[Unit, BeforeValidator(read_unit)] = Field(
        "", description="Unit of the values: s, min, h, d, or none for pure numbers.")

    @abstractmethod
    def points(self) -> tuple[Sequence[float], Sequence[float]]:
        """Probabilities from 0 to 1 and the values there, both never decreasing."""

    def base_quantile(self, u: float) -> float:
        us, xs = self.points()
        i = bisect_right(us, u)
        return min(xs[i], xs[i - 1] + (u - us[i - 1]) / (us[i] - us[i - 1]) * (xs[i] - xs[i - 1]))

    def base_cdfs(self) -> Cdfs:
        us, xs = self.points()
        return Cdfs(lambda x: _between(us, xs, bisect_right(xs, x), x),
                    lambda x: _between(us, xs, bisect_left(xs, x), x))

    def base_mean(self) -> float:
        us, xs = self.points()
        return sum((v - u) * 0.5 * (x + y) for (u, x), (v, y) in pairwise(zip(us, xs, strict=True)))

    def base_ends(self) -> tuple[float, float]:
        xs = self.points()[1]
        return xs[0], xs[-1]

    def base_marks(self) -> Sequence[float]:
        return self.points()[1]

    def row(self) -> Row:
        return Code.TABLE, (1.0,), polyline(*self.points())


def _between(us: Sequence[float], xs: Sequence[float], i: int, x: float) -> float:
    """The probability at x, which lies between the values of points i - 1 and i."""
    if i in (0, len(us)):
        return float(i > 0)
    return us[i - 1] + (x - xs[i - 1]) / (xs[i] - xs[i - 1]) * (us[i] - us[i - 1])


class Empirical(Polyline):
    """Observed values; between two neighbours all values are taken as equally likely.

    With n values in order the k-th (from 0) is the quantile of k / (n - 1), the usual definition (type 7 of Hyndman
    and Fan, The American Statistician 50, 1996, 361-365). With weights the step from one value to the next is as wide
    as the mean of their two weights, which is the same where all are equal.
    """

    EXAMPLE = "{family: empirical, values: [2, 3.5, 5, 11], unit: h}"

    family: Literal["empirical"] = "empirical"
    values: tuple[Value, ...] = Field(min_length=2, description="What was observed, in any order.")
    weights: tuple[Annotated[float, Field(gt=0)], ...] | None = Field(
        None, description="How much each value counts; all the same if not given.")

    def points(self) -> tuple[Sequence[float], Sequence[float]]:
        order = sorted(range(len(self.values)), key=self.values.__getitem__)
        xs = [self.values[i] for i in order]
        if self.weights is None:
            return [k / (len(xs) - 1) for k in range(len(xs))], xs
        weights = [self.weights[i] for i in order]
        places = [0.0, *accumulate(0.5 * (a + b) for a, b in pairwise(weights))]
        return [place / places[-1] for place in places], xs

    def base_text(self) -> str:
        return (f"empirical({len(self.values)} values from {number_text(min(self.values))} "
                f"to {number_text(max(self.values))} {self.unit}".rstrip() + ")")

    def stretched(self, factor: float, unit: Unit) -> Self:
        return self.model_copy(update={"values": tuple(x * factor for x in self.values), "unit": unit})

    @model_validator(mode="after")
    def _paired(self) -> Self:
        if self.weights is not None and len(self.weights) != len(self.values):
            raise ValueError(f"{len(self.weights)} weights for {len(self.values)} values; expected one weight a value")
        return self


class Piecewise(Polyline):
    """A cumulative curve through points, straight between them.

    A value that stands twice has the probability between its two; a probability that stands twice is a gap.
    """

    EXAMPLE = "{family: piecewise, at: [0, 4, 24], cumulative: [0, 0.7, 1], unit: h}"

    family: Literal["piecewise"] = "piecewise"
    at: tuple[Value, ...] = Field(min_length=2, description="Values in increasing order.")
    cumulative: tuple[float, ...] = Field(min_length=2, description="Share of values up to each, from 0 to 1.")

    def points(self) -> tuple[Sequence[float], Sequence[float]]:
        return self.cumulative, self.at

    def base_text(self) -> str:
        pairs = ", ".join(f"{number_text(100 * u)} % by {number_text(x)}"
                          for u, x in zip(self.cumulative, self.at, strict=True))
        return f"piecewise({pairs} {self.unit}".rstrip() + ")"

    def stretched(self, factor: float, unit: Unit) -> Self:
        return self.model_copy(update={"at": tuple(x * factor for x in self.at), "unit": unit})

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if len(self.at) != len(self.cumulative):
            raise ValueError(f"{len(self.at)} values at {len(self.cumulative)} cumulative shares; expected as many")
        for name, column in (("at", self.at), ("cumulative", self.cumulative)):
            for a, b in pairwise(column):
                if b < a:
                    raise ValueError(f"{name} falls from {number_text(a)} to {number_text(b)}; expected rising numbers")
        if (self.cumulative[0], self.cumulative[-1]) != (0.0, 1.0):
            raise ValueError(f"cumulative runs from {number_text(self.cumulative[0])} to "
                             f"{number_text(self.cumulative[-1])}; expected from 0 to 1")
        return self
