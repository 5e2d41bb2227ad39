"""How a command ends: its exit code and its last words."""
from __future__ import annotations

import click
import pytest

from hospital_twin.cli import _endings, _street
from hospital_twin.cli._endings import exit_code
from hospital_twin.cli._street import COMMANDS, street
from hospital_twin.errors import BadInput
from hospital_twin.runs import ReplicationFailed

pytestmark = pytest.mark.unit


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A command that ends with what is put into the list: an exception, or a return value."""
    planted: list[object] = []

    def end() -> object:
        if isinstance(planted[0], BaseException):
            raise planted[0]
        return planted[0]

    command = click.Command("end", callback=end)
    monkeypatch.setattr(type(street), "get_command", lambda self, ctx, name: command)
    monkeypatch.setattr(_street, "COMMANDS", ("end",))
    return planted


@pytest.mark.parametrize(("how", "code", "words"), [
    (None, 0, ""),
    (0, 0, ""),
    (1, 1, ""),
    (BadInput("log.csv, line 7", "no date", "a date"), 2, "log.csv, line 7: no date\n  expected: a date\n"),
    (click.UsageError("Something."), 2,
     "hospital-twin end: something\n  expected: what `hospital-twin end --help` lists\n"),
    (ReplicationFailed("baseline", 3, "it goes round"), 3,
     "It could not be finished: scenario baseline, replication 3: it goes round\n"),
    (OSError(28, "No space left on device", "out/twin.sqlite"), 3,
     "It could not be finished: out/twin.sqlite: No space left on device\n"),
    (KeyboardInterrupt(), 130,
     "Stopped. Runs that were finished are kept; the same command goes on from there.\n"),
    (click.Abort(), 130, "Stopped. Runs that were finished are kept; the same command goes on from there.\n"),
])
def test_each_ending(ending: list[object], how: object, code: int, words: str, capsys: pytest.CaptureFixture[str]):
    ending.append(how)
    assert exit_code(["end"]) == code
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.lstrip("\n") == words


@pytest.mark.parametrize("bug", [RuntimeError("a bug"), ValueError("a bug"), RecursionError("a bug")], ids=repr)
def test_a_fault_of_the_program_itself_is_told_whole_and_is_no_answer(ending: list[object], bug: Exception,
                                                                      capsys: pytest.CaptureFixture[str]):
    ending.append(bug)
    assert exit_code(["end"]) == 70
    out = capsys.readouterr()
    assert out.out == ""
    assert "Traceback (most recent call last)" in out.err
    assert f"{type(bug).__name__}: a bug" in out.err
    assert out.err.rstrip().endswith("Please report it, with the lines above.")


@pytest.mark.parametrize(("arguments", "words"), [
    (["levrs"], "no such command 'levrs'"),
    (["levers", "--jsn"], "no such option '--jsn'"),
    (["levers", "beds", "icu"], "got unexpected extra argument (icu)"),
    (["check"], "missing argument 'LOG'"),
    (["run", "--days"], "option '--days' requires an argument"),
])
def test_what_click_refuses_is_said_in_the_same_form(arguments: list[str], words: str,
                                                     capsys: pytest.CaptureFixture[str]):
    assert exit_code(arguments) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert words in out.err
    assert "--help` lists" in out.err


def test_a_near_miss_is_pointed_out(capsys: pytest.CaptureFixture[str]):
    exit_code(["levrs"])
    assert "levers" in capsys.readouterr().err
    exit_code(["run", "x", "--replicatons", "2"])
    assert "--replications" in capsys.readouterr().err


def test_a_distant_word_is_not(capsys: pytest.CaptureFixture[str]):
    exit_code(["check", "x", "--date-order", "day_first"])
    said = capsys.readouterr().err
    assert "no such option '--date-order'" in said
    assert "--time-zone" not in said


def test_what_was_typed_is_known_to_the_command(monkeypatch: pytest.MonkeyPatch):
    heard = []
    command = click.Command("end", callback=lambda: heard.append(click.get_current_context().find_root().obj))
    monkeypatch.setattr(type(street), "get_command", lambda self, ctx, name: command)
    monkeypatch.setattr(_street, "COMMANDS", ("end",))
    exit_code(["end"])
    assert heard == ["hospital-twin end"]


def test_there_is_a_file_for_each_command():
    assert _endings.street.list_commands(click.Context(street)) == list(COMMANDS)
