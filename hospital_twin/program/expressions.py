"""Expressions of the flow language: text → postfix words."""
from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hospital_twin.distributions.units import LARGEST
from hospital_twin.errors import BadInput
from hospital_twin.program.codes import COUNTERS, VARIABLES, X

_ARITHMETIC = {ast.Add: X.ADD, ast.Sub: X.SUBTRACT, ast.Mult: X.MULTIPLY, ast.Div: X.DIVIDE}
_COMPARE = {ast.Lt: (X.LESS, False, False), ast.LtE: (X.AT_MOST, False, False), ast.Gt: (X.LESS, True, False),
            ast.GtE: (X.AT_MOST, True, False), ast.Eq: (X.EQUAL, False, False), ast.NotEq: (X.DIFFERENT, False, False)}
Word = tuple[int, float]
LONGEST, LONGEST_SHOWN = 500, 80
"""Characters of an expression, and of what a message quotes of it."""


@dataclass(frozen=True)
class Scope:
    """The names that an expression may use: each maps to its number."""

    attributes: Mapping[str, tuple[int, Sequence[Any]]]
    resources: Mapping[str, int]
    units: Mapping[str, int]
    rules: Mapping[str, int]


def attribute_number(values: Sequence[Any], value: Any) -> float:
    """The number by which an attribute's value compares: itself when all are numbers (true is 1), else its place."""
    if all(isinstance(v, (int, float)) for v in values):
        return float(value)
    return float([str(v) for v in values].index(str(value)))


def postfix(text: str, scope: Scope, where: str) -> list[Word]:
    """An expression as postfix words; a fault is a `BadInput` at `where`."""
    if len(text) > LONGEST:
        raise BadInput(where, f"an expression of {len(text):,} characters", f"at most {LONGEST}")
    try:
        return _words(text, scope, where)
    except (RecursionError, MemoryError) as wrong:
        raise BadInput(where, f"{shortened(text)} is nested too deeply", "fewer parentheses, minus signs and nots"
                       ) from wrong


def _words(text: str, scope: Scope, where: str) -> list[Word]:
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError) as wrong:
        raise BadInput(where, f"{shortened(text)} is not an expression", "for example  acuity <= 2 and free(icu) > 0"
                       ) from wrong
    return _Reader(text, scope, where).words(tree)


def shortened(text: str) -> str:
    """A text in quotes, as a message may quote it."""
    return repr(text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN - 3] + "...")


def resources_read(words: Sequence[Word]) -> list[int]:
    """The resources whose counters an expression reads, in its own order."""
    codes = set(COUNTERS.values())
    return [int(argument) for code, argument in words if code in codes]


class _Reader:
    def __init__(self, text: str, scope: Scope, where: str):
        self.text, self.scope, self.where = text, scope, where

    def words(self, node: ast.expr, beside: Sequence[Any] | None = None) -> list[Word]:
        """Words of a node; `beside` are the values of the attribute that it is compared with."""
        for kind, read in ((ast.BoolOp, self._bool), (ast.UnaryOp, self._unary), (ast.BinOp, self._binary),
                           (ast.Compare, self._compare), (ast.IfExp, self._if), (ast.Call, self._call)):
            if isinstance(node, kind):
                return read(node)
        if isinstance(node, ast.Name) and node.id in ("true", "false"):
            node = ast.Constant(node.id == "true")
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str)):
            return [(X.NUMBER, self._constant(node.value, beside))]
        if isinstance(node, ast.Name):
            return self._name(node.id, beside)
        raise self._wrong(f"{shortened(ast.unparse(node))} is not part of the language")

    def _wrong(self, problem: str, expected: str | None = None) -> BadInput:
        words = [*self.scope.attributes, *VARIABLES]
        return BadInput(self.where, f"{problem} in {shortened(self.text)}",
                        expected or f"numbers, {', '.join(words)}, {', '.join(f'{c}(...)' for c in COUNTERS)}, "
                                    "present(unit), active(rule), and/or/not, < <= == != >= >, + - * /, a if b else c")

    def _constant(self, value: Any, beside: Sequence[Any] | None) -> float:
        if isinstance(value, str) or (isinstance(value, bool) and beside is not None):
            return self._value(str(value), beside)
        if not -LARGEST <= value <= LARGEST:
            raise BadInput(self.where, f"a number too large to calculate with, in {shortened(self.text)}",
                           f"numbers up to {LARGEST:g}")
        return float(value)

    def _value(self, name: str, beside: Sequence[Any] | None) -> float:
        if beside is not None and name in [str(v) for v in beside]:
            return attribute_number(beside, next(v for v in beside if str(v) == name))
        raise BadInput(self.where, f"{shortened(name)} means nothing in {shortened(self.text)}",
                       "one of " + ", ".join(str(v) for v in beside) if beside else
                       "a class attribute, or a value of the attribute it is compared with")

    def _name(self, name: str, beside: Sequence[Any] | None) -> list[Word]:
        if beside is not None and name in [str(v) for v in beside]:
            return [(X.NUMBER, self._value(name, beside))]
        if name in self.scope.attributes:
            return [(X.ATTRIBUTE, float(self.scope.attributes[name][0]))]
        if name in VARIABLES:
            return [(VARIABLES[name], 0.0)]
        if name == "unit":
            return [(X.UNIT, 0.0)]
        return [(X.NUMBER, self._value(name, beside))]

    def _bool(self, node: ast.BoolOp) -> list[Word]:
        code = X.AND if isinstance(node.op, ast.And) else X.OR
        found = self.words(node.values[0])
        for value in node.values[1:]:
            found += [*self.words(value), (code, 0.0)]
        return found

    def _unary(self, node: ast.UnaryOp) -> list[Word]:
        if isinstance(node.op, ast.Not):
            return [*self.words(node.operand), (X.NOT, 0.0)]
        if isinstance(node.op, ast.USub):
            return [*self.words(node.operand), (X.NEGATE, 0.0)]
        raise self._wrong(f"{shortened(ast.unparse(node))} is not part of the language", "- or not")

    def _binary(self, node: ast.BinOp) -> list[Word]:
        if type(node.op) not in _ARITHMETIC:
            raise self._wrong(f"{shortened(ast.unparse(node))} is not part of the language", "+ - * /")
        return [*self.words(node.left), *self.words(node.right), (_ARITHMETIC[type(node.op)], 0.0)]

    def _compare(self, node: ast.Compare) -> list[Word]:
        sides = [node.left, *node.comparators]
        found: list[Word] = []
        for number, (left, op, right) in enumerate(zip(sides, node.ops, sides[1:], strict=False)):
            if type(op) not in _COMPARE:
                raise self._wrong(f"{shortened(ast.unparse(node))} compares in no known way", "< <= == != >= >")
            code, turned, _ = _COMPARE[type(op)]
            a, b = self.words(left, self._values_of(right)), self.words(right, self._values_of(left))
            found += [*(b + a if turned else a + b), (code, 0.0)] + ([(X.AND, 0.0)] if number else [])
        return found

    def _values_of(self, node: ast.expr) -> Sequence[Any] | None:
        if isinstance(node, ast.Name):
            if node.id in self.scope.attributes:
                return self.scope.attributes[node.id][1]
            if node.id == "unit":
                return list(self.scope.units)
        return None

    def _if(self, node: ast.IfExp) -> list[Word]:
        return [*self.words(node.test), *self.words(node.body), *self.words(node.orelse), (X.IF, 0.0)]

    def _call(self, node: ast.Call) -> list[Word]:
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        argument = node.args[0].id if len(node.args) == 1 and isinstance(node.args[0], ast.Name) else None
        known = {**dict.fromkeys(COUNTERS, self.scope.resources), "present": self.scope.units,
                 "active": self.scope.rules}
        if name not in known:
            raise self._wrong(f"there is no function {shortened(name)}", "one of " + ", ".join(known))
        if argument not in known[name]:
            said = f"{name}({ast.unparse(node.args[0]) if node.args else ''})"
            raise BadInput(self.where, f"{said[:LONGEST_SHOWN]} names nothing there is, in {shortened(self.text)}",
                           "one of " + (", ".join(known[name]) or "none declared"))
        code = {"present": X.PRESENT, "active": X.ACTIVE}.get(name) or COUNTERS[name]
        return [(code, float(known[name][argument]))]
