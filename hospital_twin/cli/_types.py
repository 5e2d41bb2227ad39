"""What an option or argument takes, and in which words another value is refused."""
from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import click

from hospital_twin.errors import BadInput

FOLDER = Path("out")
"""Where things are written when nothing else is said; made when it is not there."""


class Goal(NamedTuple):
    """How well a KPI is to be known: half the width of its 95 % interval, in its unit."""

    kpi: str
    half_width: float


def called(param: click.Parameter | None) -> str:
    """How the reader typed it: ``--days``, ``LAYOUT``."""
    if param is None:
        return "command line"
    return max(param.opts, key=len) if isinstance(param, click.Option) else param.make_metavar(click.Context(
        click.Command("")))


class Whole(click.ParamType):
    """A whole number within bounds."""

    name = "number"

    def __init__(self, least: int, most: int | None = None):
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        expected = f"a whole number from {self.least:,}" + ("" if self.most is None else f" to {self.most:,}")
        try:
            number = int(value)
        except ValueError as wrong:
            raise BadInput(called(param), f"{value!r} is not a whole number", expected) from wrong
        if number < self.least or (self.most is not None and number > self.most):
            raise BadInput(called(param), f"{number} is not possible", expected)
        return number


class Days(click.ParamType):
    """A number of days, above `least`, or from it on when `also_least`. How long a run can be, the program says."""

    name = "days"

    def __init__(self, least: float, most: float = math.inf, *, also_least: bool = False):
        self.least, self.most, self.also_least = least, most, also_least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        bound = f"{self.least:g} or more" if self.also_least else f"more than {self.least:g}"
        expected = f"a number of days, {bound}" + ("" if math.isinf(self.most) else f", at most {self.most:,.0f}")
        try:
            number = float(value)
        except ValueError as wrong:
            raise BadInput(called(param), f"{value!r} is not a number", expected) from wrong
        inside = self.least <= number <= self.most if self.also_least else self.least < number <= self.most
        if not math.isfinite(number) or not inside:
            raise BadInput(called(param), f"{value} days are not possible", expected)
        return number


class WarmUp(Days):
    """Days that are not measured, or None for as many as are found to be needed."""

    name = "days|auto"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        return None if value == "auto" else super().convert(value, param, ctx)


class Day(click.ParamType):
    """A calendar day."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError as wrong:
            raise BadInput(called(param), f"{value!r} is not a day", "year-month-day, as in 2025-01-06") from wrong


class NewFile(click.ParamType):
    """A file to write, in a folder that exists; its name ends as said, so that no other file is written over."""

    name = "file"

    def __init__(self, *endings: str):
        self.endings = endings

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if "://" in str(value):
            # Not repeated whole: an address may hold a password.
            raise BadInput(called(param), f"{str(value).split('://')[0]}://... is an address, not a file",
                           f"the name of a file, such as twin{self.endings[0] if self.endings else ''}")
        path = Path(value)
        if path.is_dir():
            raise BadInput(f"{called(param)} {path}", "this is a folder", "the name of a file to write")
        if self.endings and path.suffix not in self.endings:
            raise BadInput(f"{called(param)} {path}", f"the name ends with {path.suffix or 'nothing'}",
                           f"a name that ends with {' or '.join(self.endings)}")
        if path.parent == FOLDER:
            FOLDER.mkdir(exist_ok=True)
        if not path.parent.is_dir():
            raise BadInput(f"{called(param)} {path}", f"there is no folder {path.parent}",
                           "a file in a folder that exists")
        return path


class Folder(click.ParamType):
    """A folder to write into, which may have to be made."""

    name = "folder"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(value)
        if path.exists() and not path.is_dir():
            raise BadInput(f"{called(param)} {path}", "this is a file", "the name of a folder")
        return path


class PlainName(click.ParamType):
    """The name of a file without folder and ending."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][\w-]*", value):
            raise BadInput(called(param), f"{value!r} is not a plain file name", "letters, digits, - and _")
        return value


class Choice(click.ParamType):
    """One of a few words."""

    name = "word"

    def __init__(self, *words: str):
        self.words = words
        self.name = "|".join(words)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.words:
            raise BadInput(called(param), f"{value!r} is not known", f"one of {', '.join(self.words)}")
        return value


class Until(click.ParamType):
    """A KPI and how well it is to be known: ``door_to_clinician=2``."""

    name = "goal"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Goal:
        kpi, _, wanted = value.partition("=")
        expected = "a KPI and half the width of its interval: door_to_clinician=2"
        try:
            goal = Goal(kpi, float(wanted))
        except ValueError as wrong:
            raise BadInput(f"{called(param)} {value!r}", f"{wanted!r} is not a number", expected) from wrong
        if not 0 < goal.half_width < math.inf:
            raise BadInput(f"{called(param)} {value!r}", f"{wanted} is no width that can be reached", expected)
        return goal


class Inline(click.ParamType):
    """A scenario on one line: ``ed_staffing:pool=ed_doctor,extra=2,window=10:00-22:00``, joined by `` + ``."""

    name = "lever"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple:
        return tuple(self._lever(part.strip(), called(param)) for part in re.split(r"\s\+\s", value))

    def _lever(self, text: str, where: str) -> dict[str, str]:
        lever, colon, fields = text.partition(":")
        if not re.fullmatch(r"\w+", lever):
            raise BadInput(f"{where} {text!r}", f"{lever!r} is not the name of a lever",
                           "a name of `hospital-twin levers`, then its fields: beds:unit=icu,change=2")
        # A comma only ends a field when another field follows: windows like mon,wed 10:00-12:00 have commas inside.
        pairs = [pair.partition("=") for pair in re.split(r",(?=\s*\w+\s*=)", fields)] if colon else []
        for name, equals, _ in pairs:
            if not equals:
                raise BadInput(f"{where} {text!r}", f"{name!r} is no field with its value",
                               f"field=value, with commas between: {_example(lever)}")
        found = {name.strip(): written.strip() for name, _, written in pairs}
        if len(found) < len(pairs):
            raise BadInput(f"{where} {text!r}", "a field stands twice", "each field once")
        return {"lever": lever, **found}


def on_one_line(example: Mapping[str, Any]) -> str:
    """A lever as `Inline` takes it: ``beds:unit=icu,change=2``."""
    return f"{example['lever']}:" + ",".join(f"{name}={value}" for name, value in example.items() if name != "lever")


def _example(lever: str) -> str:
    """The example of a lever; of another where there is none of that name."""
    from hospital_twin.levers import describe_levers
    examples = {one["id"]: one["example"] for one in describe_levers()}
    return on_one_line(examples.get(lever, examples["beds"]))
