"""Distributions as values: written as text, checked by pydantic, compiled to flat rows that engines draw from."""
from __future__ import annotations

from hospital_twin.distributions.closed import Code, columns
from hospital_twin.distributions.distribution import FAMILIES, Distribution, Mixture, Part, read_distribution
from hospital_twin.distributions.family import Family
from hospital_twin.distributions.flat import Flat, cdf_function, conditional, flatten, quantile_function
from hospital_twin.distributions.listed import Empirical, Piecewise
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
from hospital_twin.distributions.units import Bounds, Quantity, Unit, convert, read_quantity

__all__ = [
    "FAMILIES",
    "Bounds",
    "Code",
    "Distribution",
    "Empirical",
    "Erlang",
    "Exponential",
    "Family",
    "Fixed",
    "Flat",
    "Gamma",
    "Lognormal",
    "Mixture",
    "Normal",
    "Part",
    "Piecewise",
    "Quantity",
    "Triangular",
    "Uniform",
    "Unit",
    "Weibull",
    "cdf_function",
    "columns",
    "conditional",
    "convert",
    "flatten",
    "quantile_function",
    "read_distribution",
    "read_quantity",
]
