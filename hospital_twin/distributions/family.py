"""What every distribution has: a family of its own, and three modifiers that apply in a fixed order.

First `truncated` (values outside cannot happen: drawn again, as it were), then `shifted`, then `clamped` (values
outside are replaced by the bound). All of them keep the one uniform and the monotone quantile.
"""
from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Annotated, ClassVar, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

from hospital_twin.distributions.closed import Code, Number
from hospital_twin.distributions.units import (
    Bounds,
    Quantity,
    Unit,
    convert,
    in_unit,
    read_bounds,
    read_quantity,
)
from hospital_twin.streams import LARGEST_UNIFORM, SMALLEST_UNIFORM

Row = tuple[Code, tuple[float, ...], tuple[float, ...] | None]
"""Code, parameters and table of an unmodified distribution."""


class Cdfs(NamedTuple):
    """Probability of at most x, and of less than x; they differ where a value has a weight of its own."""

    upto: Number
    below: Number


Range = Annotated[
    Bounds, BeforeValidator(read_bounds), PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["1 min .. 60 min", "0.5 min ..", ".. 2 d"]})]
Amount = Annotated[
    Quantity, BeforeValidator(read_quantity), PlainSerializer(str),
    WithJsonSchema({"type": ["string", "number"], "examples": ["5 min"]})]


class Family(BaseModel):
    """Base of all distributions: frozen, compared by value, drawn by one uniform through a monotone quantile.

    Values are in the distribution's own `unit` (seconds, minutes, hours, days, or "" for a pure number).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    EXAMPLE: ClassVar[str]
    """How one is written in a layout (YAML)."""

    WRITTEN_AS_TEXT: ClassVar[bool] = True
    """Whether `text` reads back; the others are written as mappings, and their text only describes them."""

    if TYPE_CHECKING:  # a field where the user gives it, a property where it follows from the parts
        unit: Unit

    truncated: Range | None = Field(None, description="Values outside this range cannot happen (first of the three).")
    shifted: Amount | None = Field(None, description="This much is added to every value (second of the three).")
    clamped: Range | None = Field(
        None, description="Values outside this range are replaced by its nearer end (last of the three).")

    # What a family has to say: all of it about the unmodified distribution, in its own unit.

    @abstractmethod
    def base_quantile(self, u: float) -> float:
        """The exact quantile before any modifier."""

    @abstractmethod
    def base_cdfs(self) -> Cdfs:
        """Its distribution functions before any modifier, as functions of x alone (made once, called often)."""

    @abstractmethod
    def base_mean(self) -> float:
        """The mean before any modifier."""

    def base_ends(self) -> tuple[float, float]:
        """Between what its values lie before any modifier, infinite where nothing bounds them."""
        return 0.0, inf

    @abstractmethod
    def base_marks(self) -> Sequence[float]:
        """Values that show where the distribution lives (see `table.tabulate`), before any modifier."""

    @abstractmethod
    def base_text(self) -> str:
        """How it is written, without modifiers."""

    @abstractmethod
    def row(self) -> Row:
        """Code, parameters and table for the flat program, before any modifier."""

    @abstractmethod
    def stretched(self, factor: float, unit: Unit) -> Self:
        """The same with its values multiplied by `factor` and read in `unit`; the modifiers are seen to elsewhere."""

    # What everybody uses.

    def quantile(self, u: float) -> float:
        """The value that the uniform u (strictly inside 0 … 1) draws, in the distribution's own unit."""
        if not 0.0 < u < 1.0:
            raise ValueError(f"the quantile of {u!r} is not defined; expected a number strictly between 0 and 1")
        if self.truncated:
            before, inside = self.kept()
            u = min(before + u * inside, LARGEST_UNIFORM)
        low, high = self.reach()
        return min(max(self.base_quantile(u) + self.shift(), low), high)

    def cdf(self, x: float) -> float:
        """Probability of at most x, in the distribution's own unit."""
        return self.cdfs().upto(x)

    def cdfs(self) -> Cdfs:
        """Its distribution functions, modifiers and all, as functions of x alone in the distribution's own unit."""
        base_upto, base_below = self.base_cdfs()
        shift, (low, high) = self.shift(), self.reach()
        before, inside = self.kept()

        def upto(x: float) -> float:
            if x < low or x >= high:
                return float(x >= high)
            return min(1.0, max(0.0, (base_upto(x - shift) - before) / inside))

        def below(x: float) -> float:
            if x <= low or x > high:
                return float(x > high)
            return min(1.0, max(0.0, (base_below(x - shift) - before) / inside))

        return Cdfs(upto, below)

    def mean(self) -> float:
        """The mean, in the distribution's own unit; of a truncated or clamped one by integration of its cdf."""
        if not self.truncated and not self.clamped:
            return self.base_mean() + self.shift()
        marks, upto = self.marks(), self.cdfs().upto
        return marks[0] + sum(_simpson(upto, a, b) for a, b in pairwise(marks))

    def ends(self) -> tuple[float, float]:
        """Between what its values lie by definition, infinite where nothing bounds them, in the distribution's unit.

        Unlike `support` it draws nothing, so that asking costs nothing.
        """
        least, greatest = self.reach()
        return tuple(min(max(end + self.shift(), least), greatest) for end in self.base_ends())

    def support(self) -> tuple[float, float]:
        """The least and the greatest value that can be drawn, in the distribution's own unit."""
        return self.quantile(SMALLEST_UNIFORM), self.quantile(LARGEST_UNIFORM)

    def text(self) -> str:
        """One line. Where `WRITTEN_AS_TEXT` holds, it is the canonical form and reads back as the same value."""
        words = [self.base_text()]
        if self.truncated:
            words.append(f"truncated {self.truncated}")
        if self.shifted:
            words.append(f"shifted {self.shifted}")
        if self.clamped:
            words.append(f"clamped {self.clamped}")
        return " ".join(words)

    def scaled(self, factor: float) -> Self:
        """All values (bounds and shift too) multiplied by a positive factor; 1 changes nothing, bit for bit."""
        if not 0.0 < factor < inf:
            raise ValueError(f"a distribution cannot be scaled by {factor!r}; expected a positive number")
        return self if factor == 1.0 else self.restated(factor, self.unit)

    def in_unit(self, unit: Unit) -> Self:
        """The same durations in another unit of time; a pure number is given the unit."""
        if unit == self.unit:
            return self
        if not unit:
            raise ValueError(f"{self.text()} cannot lose its unit; expected s, min, h or d")
        return self.restated(convert(1.0, self.unit, unit), unit)

    def restated(self, factor: float, unit: Unit) -> Self:
        """All values (bounds and shift too) multiplied by `factor` and read in `unit`."""
        def end(quantity: Quantity | None) -> Quantity | None:
            return quantity and Quantity(in_unit(quantity, self.unit) * factor, unit)

        truncated, clamped = (bounds and Bounds(*map(end, bounds)) for bounds in (self.truncated, self.clamped))
        modifiers = {"truncated": truncated, "shifted": end(self.shifted), "clamped": clamped}
        return self.stretched(factor, unit).model_copy(update=modifiers)

    def marks(self) -> list[float]:
        """Values in increasing order, from the least to the greatest that can be drawn, as `table.tabulate` wants."""
        low, high = self.limits(self.truncated)
        inside = {x for x in self.base_marks() if low <= x <= high} | ({low, high} - {-inf, inf})
        shift = self.shift()
        least, greatest = self.reach()
        return sorted({min(max(x + shift, least), greatest) for x in inside})

    def limits(self, bounds: Bounds | None) -> tuple[float, float]:
        """Both ends of a range in the distribution's own unit, infinite where open."""
        if bounds is None:
            return -inf, inf
        return in_unit(bounds.low, self.unit, -inf), in_unit(bounds.high, self.unit, inf)

    def reach(self) -> tuple[float, float]:
        """The ends that the modifiers set to the values, infinite where they set none.

        Those of the truncation count too: a quantile of the probability at a bound may miss it by its last bit.
        """
        low, high = self.limits(self.clamped)
        return tuple(min(max(end + self.shift(), low), high) for end in self.limits(self.truncated))

    def shift(self) -> float:
        """What is added to every value, in the distribution's own unit."""
        return in_unit(self.shifted, self.unit, 0.0)

    def kept(self) -> tuple[float, float]:
        """(Probability below the truncation, probability inside): u becomes the first + u × the second."""
        if self.truncated is None:
            return 0.0, 1.0
        low, high = self.limits(self.truncated)
        upto, below = self.base_cdfs()
        before = 0.0 if low == -inf else below(low)
        return before, (1.0 if high == inf else upto(high)) - before

    @model_validator(mode="after")
    def _modifiers_fit(self) -> Self:
        for bounds in (self.truncated, self.clamped):
            low, high = self.limits(bounds)
            if low > high:
                raise ValueError(f"the range {bounds} ends before it begins; expected low .. high")
        ends = [*(self.truncated or ()), self.shifted, *(self.clamped or ())]
        if not self.unit and (timed := [str(end) for end in ends if end and end.unit]):
            raise ValueError(f"{timed[0]!r} is a time, but {self.base_text()} is a number without a unit; "
                             "expected both with a unit or both without")
        if self.truncated and self.kept()[1] <= 0.0:
            raise ValueError(f"{self.base_text()} has no values in {self.truncated}; expected a range that it reaches")
        return self


def _simpson(cdf: Number, low: float, high: float, steps: int = 64) -> float:
    """Integral of 1 - cdf over an interval inside which the cdf is smooth (Simpson's rule).

    The ends are approached from inside, because the cdf may jump there.
    """
    width = (high - low) / steps
    inner = width * 1e-9
    ends = 2.0 - cdf(low + inner) - cdf(high - inner)
    odd = sum(1.0 - cdf(low + k * width) for k in range(1, steps, 2))
    even = sum(1.0 - cdf(low + k * width) for k in range(2, steps, 2))
    return width / 3.0 * (ends + 4.0 * odd + 2.0 * even)
