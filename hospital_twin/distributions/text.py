"""Distributions as people write them in a line of a layout.

The whole grammar::

    distribution  = quantity | family "(" parameter, parameter, ... ")"   then any of, in this order:
                    "truncated" range     "shifted" quantity     "clamped" range
    parameter     = name quantity         (uniform, triangular and fixed: quantity alone, in order)
    range         = quantity ".." quantity | quantity ".." | ".." quantity
    quantity      = number [unit]         unit: s, min, h, d; none for a pure number

Numbers without a unit have that of the others: ``triangular(1, 2, 5 h)``.
"""
from __future__ import annotations

import re
from typing import Any

from hospital_twin.distributions.parametric import (
    Erlang,
    Exponential,
    Fixed,
    Gamma,
    Lognormal,
    Normal,
    Parametric,
    Triangular,
    Uniform,
    Weibull,
)
from hospital_twin.distributions.units import read_quantity

WRITTEN: dict[str, type[Parametric]] = {
    family.model_fields["family"].default: family
    for family in (Fixed, Uniform, Triangular, Exponential, Erlang, Gamma, Lognormal, Normal, Weibull)
}
"""The families that can be written in a line, by name."""

_CALL = re.compile(r"([A-Za-z_]\w*)\s*\(([^()]*)\)(.*)", re.DOTALL)
_MODIFIER = re.compile(r"\b(truncated|shifted|clamped)\b")
_NAMED = re.compile(r"([A-Za-z_]\w*)\s+(\S.*)")
_ORDER = ("truncated", "shifted", "clamped")


def read_text(text: str) -> dict[str, Any]:
    """The mapping that a text stands for (``{"family": "exponential", "mean": "3 min"}``); raises ValueError."""
    written = " ".join(text.split())
    call = _CALL.fullmatch(written)
    if call:
        if call[1] not in WRITTEN:
            raise ValueError(f"there is no distribution {call[1]!r} in {written!r}; expected {', '.join(WRITTEN)}")
        return {"family": call[1], **_parameters(WRITTEN[call[1]], call[2]), **_modifiers(call[3])}
    if written.count("(") > written.count(")"):
        raise ValueError(f"{written!r} ends before its parenthesis is closed; expected quotes round a text with a "
                         f'comma, as in "{Lognormal.EXAMPLE}"')
    first, *_ = _MODIFIER.split(written)
    if any(letter in first for letter in "()") or not re.match(r"[-+.\d]", first):
        raise ValueError(f"{written!r} is not a distribution; expected '12 min', 'exponential(mean 3 min)' or another "
                         f"of {', '.join(WRITTEN)}")
    return {"family": "fixed", "value": read_quantity(first), **_modifiers(written[len(first):])}


def _parameters(family: type[Parametric], inside: str) -> dict[str, str]:
    words = [word.strip() for word in inside.split(",")] if inside.strip() else []
    named = [match for word in words if (match := _NAMED.fullmatch(word))]
    if family.NAMELESS and not named:
        form = family.FORMS[0]
        if len(words) != len(form):
            raise ValueError(f"{len(words)} parameters in ({inside}); expected {family.expected()}")
        return dict(zip(form, words, strict=True))
    if len(named) != len(words):
        raise ValueError(f"({inside}) has a parameter without a name; expected {family.expected()}, "
                         f"as in {family.EXAMPLE}")
    names = [match[1] for match in named]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"({inside}) gives {name} twice; expected {family.expected()}")
    return {match[1]: match[2] for match in named}


def _modifiers(rest: str) -> dict[str, str]:
    before, *words = _MODIFIER.split(rest)
    if before.strip():
        raise ValueError(f"{before.strip()!r} after a distribution; expected truncated, shifted or clamped")
    names = words[::2]
    places = [_ORDER.index(name) for name in names]
    if places != sorted(set(places)):
        raise ValueError(f"{' then '.join(names)}; expected each at most once, and in the order {', '.join(_ORDER)}, "
                         "which is the order in which they apply")
    return {name: value.strip() for name, value in zip(names, words[1::2], strict=True)}
