"""Tables of the layout language: fields of its parts, words of its expressions."""
from __future__ import annotations

import re
from enum import Enum
from typing import Any

from pydantic_core import PydanticUndefined

from hospital_twin.layout import nouns, steps, terms
from hospital_twin.layout.steps import KINDS, Step, Waits
from hospital_twin.layout.terms import Part
from scripts.doc_blocks.kinds import in_words
from scripts.doc_blocks.markdown import code, in_yaml, table

COLUMNS = ("field", "takes", "unit", "if left out", "what it is", "examples")


def model_named(name: str) -> type[Part]:
    """A part of the layout language by its class name."""
    return next(getattr(module, name) for module in (nouns, steps, terms) if hasattr(module, name))


def fields(what: str) -> str:
    """The fields of a part, without those of the parts it is based on that have a table of their own.

    what: the class, and behind `without` those whose fields are told elsewhere: ``Do without Waits``.
    """
    name, _, based = what.partition(" without ")
    model = model_named(name)
    told = {field for base in based.split() for field in model_named(base).model_fields}
    own = [field for field in model.model_fields if field not in told]
    return table(COLUMNS, [row(model, field) for field in sorted(own, key=_order(model))])


def _order(model: type[Part]):
    """The step's own name first, then what has to be given, then the rest, each as in the code."""
    names = list(model.model_fields)
    kinds = {kind + "_" * (kind == "return") for kind in KINDS}
    return lambda f: (f not in kinds, not model.model_fields[f].is_required(), names.index(f))


def row(model: type[Part], field: str) -> tuple[str, ...]:
    """One row of a table of fields."""
    info = model.model_fields[field]
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return (code(info.alias or field), in_words(model, field), str(extra.get("unit", "")), default(info),
            _as_markdown(info.description), " · ".join(code(in_yaml(example)) for example in info.examples))


def default(info: Any) -> str:
    """What holds when a field is left out."""
    if info.is_required():
        return "**must be given**"
    value = info.get_default(call_default_factory=True)
    if value is None or value is PydanticUndefined or value in ((), {}, ""):
        return "none"
    if isinstance(value, Enum):
        value = value.value
    return code(in_yaml(list(value) if isinstance(value, tuple) else value))


def _as_markdown(description: str) -> str:
    return re.sub(r"``", "`", description)


def steps_list(_: str) -> str:
    """Every step with what it does."""
    return table(("step", "what it does", "can wait"), [
        (f"[`{kind}`](#{kind})", model.__doc__.splitlines()[0], "yes" if issubclass(model, Waits) else "")
        for kind, model in KINDS.items()])


def step_fields(kind: str) -> str:
    """The fields of one step beside those that all steps, or all that wait, have."""
    model = KINDS[kind]
    based = [base.__name__ for base in (Step, Waits) if issubclass(model, base)]
    shared = {"Step": "[what every step may say](#what-every-step-may-say)",
              "Waits": "[what every step that can wait may say](#what-every-step-that-can-wait-may-say)"}
    also = " and ".join(shared[base] for base in based)
    return (f"{model.__doc__.splitlines()[0]}\n\n"
            + fields(f"{model.__name__} without {' '.join(based)}".removesuffix(" without "))
            + (f"\n\nAnd {also}." if also else ""))
