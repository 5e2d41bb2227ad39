"""Every command explains itself, with an example that it understands."""
from __future__ import annotations

import re
import shlex

import click
import pytest

from hospital_twin.cli._endings import exit_code
from hospital_twin.cli._street import COMMANDS, street

pytestmark = pytest.mark.unit

NESTED = ("layout list", "layout check", "layout schema")
ALL = (*COMMANDS, *NESTED)


def help_of(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert exit_code([*command.split(), "--help"]) == 0
    return capsys.readouterr().out


def test_the_list_of_commands_has_each_with_a_line(capsys: pytest.CaptureFixture[str]):
    assert exit_code(["--help"]) == 0
    out = capsys.readouterr().out
    for command, does in COMMANDS.items():
        assert re.search(rf"^  {command}\s+{re.escape(does)}$", out, re.MULTILINE), command
        assert len(does) <= 60
    assert "Exit codes" in out
    assert "hospital-twin demo" in out


@pytest.mark.parametrize("command", ALL)
def test_help_shows_an_example(command: str, capsys: pytest.CaptureFixture[str]):
    out = help_of(command, capsys)
    assert "Example:" in out
    assert f"hospital-twin {command}" in out.partition("Example:")[2]


@pytest.mark.parametrize("command", ALL)
def test_examples_name_options_that_exist(command: str, capsys: pytest.CaptureFixture[str]):
    found = re.findall(r"^ *hospital-twin (.+)$", help_of(command, capsys).partition("Example:")[2], re.MULTILINE)
    assert found
    for line in found:
        words = shlex.split(line.partition(">")[0])
        group: click.Command = street
        while isinstance(group, click.Group):
            group = group.get_command(click.Context(group), words.pop(0))
        known = {name for param in group.params for name in (*param.opts, *param.secondary_opts)}
        assert {word for word in words if word.startswith("-")} <= known, line


@pytest.mark.parametrize("command", ALL)
def test_every_option_says_what_it_is(command: str):
    group: click.Command = street
    for word in command.split():
        group = group.get_command(click.Context(group), word)
    silent = [param.name for param in group.params if isinstance(param, click.Option) and not param.help]
    assert not silent


def test_the_version(capsys: pytest.CaptureFixture[str]):
    from hospital_twin import __version__
    assert exit_code(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"hospital-twin {__version__}"
