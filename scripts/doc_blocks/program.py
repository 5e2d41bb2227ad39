"""Tables of the flat program."""
from __future__ import annotations

import inspect
import re
from typing import get_type_hints

from hospital_twin.program import Program, codes
from hospital_twin.program import program as parts
from scripts.doc_blocks.markdown import code, table


def arrays(_: str) -> str:
    """The parts of a program, each with the text beside its declaration."""
    rows = []
    for name, annotation in get_type_hints(Program).items():
        words = [word for word in re.findall(r"\w+", str(annotation)) if word in vars(parts)]
        about = getattr(parts, words[-1]) if words else None
        rows.append((code(name), inspect.getdoc(about) if about else SIMPLE[name]))
    return table(("part", "what it is"), rows)


SIMPLE = {"name": "The hospital's name.", "swap": "Whether visits in a boarding circle swap; else the run fails.",
          "drain": "Whether a run goes on without arrivals until everybody has left.",
          "attribute_numbers": "The number by which each value of each attribute compares.",
          "untold": "What the hospital has only stand-ins for; runs carry it, so that KPIs that rest on it refuse."}
"""Parts that have no class of their own."""


def operations(_: str) -> str:
    """Every operation with what stands behind it in the code."""
    source = inspect.getsource(codes.Op)
    comments = dict(re.findall(r"^    (\w+) = [^#\n]*# (.*)$", source, re.MULTILINE))
    return table(("op", "what it does, and its a, b, c"), [(code(op.name), comments[op.name]) for op in codes.Op])
