"""The group of all commands, in the order in which a newcomer meets them."""
from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module

import click

COMMANDS = {
    "demo": "The whole way, from a log to an answered what-if.",
    "check": "Say what is in a log, and what is wrong with it.",
    "import": "Keep a log in a store, pseudonymised.",
    "calibrate": "Fit a hospital to a log.",
    "validate": "Test a twin on a part of the log that it has not seen.",
    "run": "Simulate a hospital as it is.",
    "compare": "Compare a hospital with what-ifs.",
    "levers": "List what a what-if can change.",
    "serve": "Serve the stored answers as pages in the browser.",
    "generate": "Write a synthetic log of a known hospital.",
    "layout": "List, check and describe layout files.",
}
"""Each command's name, and what it does in the list of all: short enough to be read whole on any screen."""

_FILES = {"import": "import_log"}
"""Commands whose names are words of Python, and their files."""

EXIT_CODES = """\b
Exit codes:
  0    done
  1    the answer is no (each command's --help says when)
  2    bad input: the message names the place, what is there, and what is expected
  3    it could not be finished (a full disk, for example)
  70   a fault of the program itself, told with its traceback
  130  stopped by Ctrl-C
"""


class Street(click.Group):
    """Commands by the name of their file, imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        file = _FILES.get(cmd_name, cmd_name)
        return getattr(import_module(f"hospital_twin.cli.{file}"), file)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"No such command {args[0]!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)


@click.command(cls=Street, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hospital-twin", prog_name="hospital-twin", message="%(prog)s %(version)s")
def street() -> None:
    """A digital twin of your hospital's patient flow.

    From an admission log to an answered what-if: check the log, calibrate the twin, compare scenarios.

    \b
    Example, with the synthetic hospital that comes with the program:
      hospital-twin demo
    """
