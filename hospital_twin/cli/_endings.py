"""Every way in which a command can end: its exit code, and its last words without a traceback."""
from __future__ import annotations

import io
import shlex
import sys
import traceback
from collections.abc import Sequence
from difflib import SequenceMatcher

import click

from hospital_twin.cli._street import street
from hospital_twin.errors import BadInput

DONE, NO, BAD_INPUT, UNFINISHED, OUR_FAULT, INTERRUPTED = 0, 1, 2, 3, 70, 130
NEAR = 0.8
"""How alike an option that is not known and one that is have to be for the one to be meant by the other."""


def exit_code(arguments: Sequence[str]) -> int:
    """Run the command in `arguments` (without the program's name) and answer how it ended.

    0 done; 1 the answer is no; 2 bad input; 3 it could not be finished (a full disk, a worker that
    was killed); 70 a fault of the program itself, told with its traceback; 130 stopped by Ctrl-C, as shells have it.
    """
    _speak_utf8()
    try:
        return street.main(args=list(arguments), prog_name="hospital-twin", standalone_mode=False,
                           obj=shlex.join(["hospital-twin", *arguments])) or DONE
    except SystemExit:
        # Only for a pipe whose reader (head, less) has closed does click end the process itself.
        return DONE
    except (Exception, KeyboardInterrupt) as wrong:  # noqa: BLE001 - its exit code must not look like an answer
        code, words = _ending(wrong)
        click.echo(words, err=True)
        return code


def _ending(wrong: BaseException) -> tuple[int, str]:
    """Exit code and last words."""
    match wrong:
        case BadInput():
            return BAD_INPUT, str(wrong)
        case click.UsageError():
            return BAD_INPUT, _in_words(wrong)
        case click.Abort() | KeyboardInterrupt():
            return INTERRUPTED, "Stopped. Runs that were finished are kept; the same command goes on from there."
        case OSError():
            what = f"{wrong.filename}: " if wrong.filename else ""
            return UNFINISHED, f"It could not be finished: {what}{wrong.strerror or wrong}"
        case RuntimeError() if type(wrong).__module__.startswith("hospital_twin."):
            return UNFINISHED, f"It could not be finished: {wrong}"
    return OUR_FAULT, ("".join(traceback.format_exception(wrong))
                       + "This is a fault of the program. Please report it, with the lines above.")


def _in_words(wrong: click.UsageError) -> str:
    if isinstance(wrong, click.exceptions.NoArgsIsHelpError):
        return wrong.format_message()
    if isinstance(wrong, click.NoSuchOption):
        wrong.possibilities = [one for one in wrong.possibilities or ()
                               if SequenceMatcher(None, one, wrong.option_name).ratio() >= NEAR]
    command = wrong.ctx.command_path if wrong.ctx else "hospital-twin"
    problem = wrong.format_message().rstrip(".")
    return f"{command}: {problem[:1].lower()}{problem[1:]}\n  expected: what `{command} --help` lists"


def _speak_utf8() -> None:
    # A pipe on Windows, or LANG=C, knows neither the minus sign nor the dash of 10:00-22:00.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8")
