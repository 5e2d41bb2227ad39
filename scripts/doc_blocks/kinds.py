"""What a field of a layout takes, in plain words, from its annotation."""
from __future__ import annotations

import ast
from typing import Any, get_args

from hospital_twin.layout import nouns, steps, terms
from hospital_twin.layout.terms import Part

WORDS = {
    "Name": "[name](#names)", "str": "text", "int": "whole number", "float": "number", "bool": "`true` or `false`",
    "date": "date", "Any": "what the field takes", "Key": "value",
    "Amount": "number", "Count": "whole number",
    "Distribution": "[duration](#durations)", "Time": "[duration](#durations)",
    "Duration": "[duration](#durations), or [by class](#by-class)",
    "Probability": "share from 0 to 1, or [by class](#by-class)",
    "Expression": "[expression](#expressions)", "Order": "[expression, or list of them](#order)",
    "Weekly": "number, or [numbers over the week](#numbers-over-the-week)",
    "Capacity": "whole number, [numbers over the week](#numbers-over-the-week), or `unlimited`",
    "Window": "[window](#windows)", "Ratio": "[ratio](#ratios)", "Mix": "[values and weights](#draws)",
    "Value": "value, [expression](#expressions), or [draw](#draws)",
    "Asks": "[what is asked for](#asking)", "Names": "name, or list of names",
    "Steps": "list of [steps](#steps)", "Until": "[what is waited for](#what-wait-can-wait-for)",
}
"""The layout's own types, and plain ones."""

PLURALS = {"[name](#names)": "[names](#names)", "text": "texts", "whole number": "whole numbers",
           "number": "numbers", "value": "values", "pair of numbers": "pairs of numbers",
           "[window](#windows)": "[windows](#windows)"}


def fields_of(model: type[Part]) -> dict[str, str]:
    """Annotation of each field as it is written in the code, in the order of the fields."""
    written: dict[str, str] = {}
    for base in reversed(model.__mro__):
        written |= base.__dict__.get("__annotations__", {})
    return {name: written[name] for name in model.model_fields}


def in_words(model: type[Part], field: str) -> str:
    """What a field takes, with its bounds; `None` is left out, since a field that may be absent has a default."""
    info = model.model_fields[field]
    bounds = [words for metadata in info.metadata for words in _bound(metadata)]
    return " ".join([_words(ast.parse(fields_of(model)[field], mode="eval").body), *bounds])


def _bound(metadata: Any) -> list[str]:
    found = []
    for attribute, words in (("ge", "from"), ("gt", "above"), ("le", "to"), ("min_length", "with at least")):
        bound = getattr(metadata, attribute, None)
        if bound is not None and not (attribute == "min_length" and bound < 2):
            found.append(f"{words} {bound}")
    return found


def _words(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return _named(node.id)
    if isinstance(node, ast.BinOp):
        if ast.unparse(node) == "str | int | bool":
            return "value"
        sides = [_words(side) for side in (node.left, node.right) if not _is_none(side)]
        return " or ".join(sides)
    if isinstance(node, ast.Call):
        return f"{_words(node.args[0])}, or [by class](#by-class)"
    if isinstance(node, ast.Subscript):
        return _of(node.value.id, node.slice)
    raise TypeError(f"{ast.unparse(node)} in a field of a layout: say in scripts/doc_blocks/kinds.py what it takes")


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _named(name: str) -> str:
    if name in WORDS:
        return WORDS[name]
    thing = next((getattr(module, name) for module in (nouns, steps, terms) if hasattr(module, name)), None)
    if isinstance(thing, type) and issubclass(thing, Part):
        return f"[{name.lower()}](#{name.lower()})"
    if thing is not None and get_args(thing):
        return ", ".join(f"`{value}`" for value in get_args(thing))
    raise KeyError(f"{name} is the type of a field of a layout: say in scripts/doc_blocks/kinds.py what it takes")


def _of(outer: str, inner: ast.expr) -> str:
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if outer == "Annotated":
        return _words(parts[0])
    if outer == "Literal":
        return _choices(parts)
    if outer == "dict":
        return f"one {_words(parts[1])} for each {_words(parts[0])}"
    things = [_words(part) for part in parts if not (isinstance(part, ast.Constant) and part.value is ...)]
    return f"list of {_plural(things[0])}" if len(things) == 1 else f"pair of {_plural(things[0])}"


def _choices(parts: list[ast.expr]) -> str:
    values = []
    for part in parts:
        values += [part.value] if isinstance(part, ast.Constant) else list(getattr(nouns, part.id))
    return ", ".join(f"`{str(value).lower() if isinstance(value, bool) else value}`" for value in values)


def _plural(words: str) -> str:
    return PLURALS.get(words, words)
