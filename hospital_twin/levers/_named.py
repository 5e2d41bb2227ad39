"""Names that levers are given: as people write them, and as the hospital has them."""
from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, Any

from pydantic import BeforeValidator


def _written(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a name: expected the name of something in the layout, in quotes if it "
                         "reads as a number or as true or false")
    return re.sub(r"[\s_-]+", "_", value.strip().lower())


Named = Annotated[str, BeforeValidator(_written)]
"""The name of something in the layout, however people write it: ``Ward 3B`` is ``ward_3b``."""


def meant(given: str, there: Collection[str]) -> str:
    """The one of the names that are there which is meant: itself, or the only one with the same letters and digits.

    The name given when there is none such.
    """
    alike = [name for name in there if _letters(name) == _letters(given)]
    return alike[0] if given not in there and len(alike) == 1 else given


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
