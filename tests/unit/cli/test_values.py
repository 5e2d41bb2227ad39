"""What the command line takes for a value, and in which words it refuses one."""
from __future__ import annotations

from datetime import date
from pathlib import Path

import click
import pytest

from hospital_twin.cli._types import Choice, Day, Days, Folder, Inline, NewFile, PlainName, Until, WarmUp, Whole
from hospital_twin.errors import BadInput

pytestmark = pytest.mark.unit

OPTION = click.Option(["--given"])


def taken(kind: click.ParamType, text: str) -> object:
    return kind.convert(text, OPTION, None)


@pytest.mark.parametrize(("kind", "text", "value"), [
    (Whole(1, 10), "10", 10),
    (Days(0, 100), "0.5", 0.5),
    (Days(0), "100000", 100000.0),
    (Whole(1), "100000", 100000),
    (Days(0, 100, also_least=True), "0", 0.0),
    (WarmUp(0, 100, also_least=True), "auto", None),
    (WarmUp(0, 100, also_least=True), "3", 3.0),
    (Day(), "2025-01-06", date(2025, 1, 6)),
    (Choice("a", "b"), "b", "b"),
    (PlainName(), "january-2", "january-2"),
    (Until(), "door_to_clinician=2.5", ("door_to_clinician", 2.5)),
])
def test_what_is_taken(kind: click.ParamType, text: str, value: object):
    assert taken(kind, text) == value


@pytest.mark.parametrize(("kind", "text", "problem", "expected"), [
    (Whole(1, 10), "0", "0 is not possible", "a whole number from 1 to 10"),
    (Whole(1, 10), "11", "11 is not possible", "from 1 to 10"),
    (Whole(1, 10), "2.5", "'2.5' is not a whole number", "from 1 to 10"),
    (Days(0, 100), "-5", "-5 days are not possible", "more than 0, at most 100"),
    (Days(0, 100), "0", "0 days are not possible", "more than 0"),
    (Days(0, 100), "nan", "nan days are not possible", "more than 0"),
    (Days(0, 100), "inf", "inf days are not possible", "at most 100"),
    (Days(0), "inf", "inf days are not possible", "more than 0"),
    (Whole(1), "0", "0 is not possible", "a whole number from 1"),
    (Days(0, 100), "many", "'many' is not a number", "a number of days"),
    (WarmUp(0, 100, also_least=True), "Auto", "'Auto' is not a number", "0 or more"),
    (Day(), "06.01.2025", "'06.01.2025' is not a day", "2025-01-06"),
    (Choice("a", "b"), "c", "'c' is not known", "one of a, b"),
    (PlainName(), "../x", "'../x' is not a plain file name", "letters"),
    (Until(), "door_to_clinician", "'' is not a number", "door_to_clinician=2"),
    (Until(), "boarding_hours=inf", "inf is no width that can be reached", "door_to_clinician=2"),
    (Until(), "boarding_hours=nan", "nan is no width", "door_to_clinician=2"),
    (Until(), "boarding_hours=0", "0 is no width", "door_to_clinician=2"),
    (Inline(), "demand:10", "'10' is no field with its value", "between: demand:source=walk_in,change=10"),
    (Inline(), "bads:10", "'10' is no field with its value", "between: beds:unit=icu,change=2"),
])
def test_what_is_refused(kind: click.ParamType, text: str, problem: str, expected: str):
    with pytest.raises(BadInput) as wrong:
        taken(kind, text)
    assert wrong.value.where.startswith("--given")
    assert problem in wrong.value.problem
    assert expected in wrong.value.expected


def test_a_new_file_needs_its_ending_and_a_folder_that_exists(tmp_path: Path):
    kind = NewFile(".html")
    assert taken(kind, str(tmp_path / "new.html")) == tmp_path / "new.html"
    (tmp_path / "folder.html").mkdir()
    for name, problem in (("folder.html", "folder"), ("layout.yaml", "ends with .yaml"), ("none", "ends with nothing"),
                          ("no/such.html", "there is no folder")):
        with pytest.raises(BadInput, match=problem):
            taken(kind, str(tmp_path / name))


def test_an_address_is_no_file_and_its_password_is_not_repeated():
    with pytest.raises(BadInput, match="postgresql://... is an address, not a file") as wrong:
        taken(NewFile(".sqlite", ".db"), "postgresql://me:secret@host/twin.db")
    assert "secret" not in str(wrong.value)


def test_a_folder_to_write_into_is_no_file(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    assert taken(Folder(), str(tmp_path / "new")) == tmp_path / "new"
    with pytest.raises(BadInput, match="this is a file"):
        taken(Folder(), str(tmp_path / "file"))


@pytest.mark.parametrize(("text", "levers"), [
    ("beds:unit=icu,change=2", [{"lever": "beds", "unit": "icu", "change": "2"}]),
    ("beds", [{"lever": "beds"}]),
    ("ed_staffing:pool=a,extra=1,window=mon,wed 10:00-12:00",
     [{"lever": "ed_staffing", "pool": "a", "extra": "1", "window": "mon,wed 10:00-12:00"}]),
    ("beds:unit=icu, change=-2 + demand:change=10",
     [{"lever": "beds", "unit": "icu", "change": "-2"}, {"lever": "demand", "change": "10"}]),
])
def test_a_scenario_on_one_line(text: str, levers: list[dict[str, str]]):
    assert list(taken(Inline(), text)) == levers


@pytest.mark.parametrize(("text", "problem"), [
    ("", "'' is not the name of a lever"),
    ("more beds:unit=icu", "'more beds' is not the name"),
    ("beds:icu", "'icu' is no field with its value"),
    ("beds:", "'' is no field with its value"),
    ("beds:unit=icu,unit=hdu", "a field stands twice"),
    ("beds:unit=icu + ", "'' is not the name of a lever"),
])
def test_a_scenario_on_one_line_refused(text: str, problem: str):
    with pytest.raises(BadInput, match="--given") as wrong:
        taken(Inline(), text)
    assert problem in wrong.value.problem
