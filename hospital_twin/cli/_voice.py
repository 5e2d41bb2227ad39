"""What a command says: sentences and tables for people, or one JSON value for scripts."""
from __future__ import annotations

import json
import math
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd

WIDEST = 100
LONGEST_UNBROKEN = 24
"""Columns whose words are no longer are not broken into lines: the first column, or a longer one, gives way."""


@dataclass(frozen=True)
class Voice:
    """Speaks to people, or, with `as_json`, keeps silent but for the one value of `answer`."""

    as_json: bool = False

    def heading(self, text: str) -> None:
        """The name of the next part, with a line of space before it."""
        if not self.as_json:
            click.echo()
            click.secho(text, bold=True)

    def say(self, text: str = "", indent: int = 0) -> None:
        """A sentence, wrapped to the width of the screen."""
        if not self.as_json:
            margin = " " * indent
            click.echo(textwrap.fill(text, width(), initial_indent=margin, subsequent_indent=margin + "  ",
                                     break_long_words=False, break_on_hyphens=False))

    def block(self, text: str) -> None:
        """Lines as they are: a file, an example."""
        if not self.as_json:
            click.echo(text)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], align: str) -> None:
        """Rows under a heading each; `align` has a letter per column: l for words, r for numbers."""
        if self.as_json:
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text
        rows = list(rows)
        table = Table(box=box.SIMPLE_HEAD if sys.stdout.isatty() else None, pad_edge=False, header_style="bold",
                      show_header=any(columns))
        for place, (column, side) in enumerate(zip(columns, align, strict=True)):
            longest = max((len(row[place]) for row in rows), default=0)
            table.add_column(Text(column), justify="right" if side == "r" else "left", overflow="fold",
                             no_wrap=place > 0 and longest <= LONGEST_UNBROKEN)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        console = _console()
        with console.capture() as written:
            console.print(table)
        for line in written.get().splitlines():
            click.echo(line.rstrip())

    def answer(self, value: Any) -> None:
        """The answer as JSON, when that was asked for."""
        if self.as_json:
            click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))


def width() -> int:
    """Columns to write in: the terminal's, at most 100; 100 when the output goes to a file or a pipe."""
    return min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST) if sys.stdout.isatty() else WIDEST


def short(path: Path) -> str:
    """A path as one would type it here: from the current folder on, when it is in it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _console() -> Any:
    from rich.console import Console
    return Console(width=width(), highlight=False, markup=False, emoji=False)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as plain values; what is missing is None."""
    return [plain(dict(zip(table.columns, row, strict=True))) for row in table.itertuples(index=False)]


def plain(value: Any) -> Any:
    """A value as JSON can hold it: what is not a number becomes null, times become ISO text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "itertuples"):
        return records(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    if hasattr(value, "item"):  # numpy
        value = value.item()
    if isinstance(value, float | int):
        return value if math.isfinite(value) else None
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return None if text in ("NaT", "<NA>") else text
