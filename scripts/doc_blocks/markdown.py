"""Pieces of Markdown."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import yaml


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; line breaks and bars inside cells are made harmless."""
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Text as code inside a line, also when it has backticks in it."""
    mark = "``" if "`" in text else "`"
    return f"{mark}{text}{mark}"


def in_yaml(value: Any) -> str:
    """A value as one would write it on one line of a layout."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**6, allow_unicode=True)
    return text.removesuffix("...\n").strip()


def block(text: str, language: str = "") -> str:
    """Lines as code."""
    return f"```{language}\n{text.rstrip()}\n```"
