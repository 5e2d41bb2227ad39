"""What several commands ask for, in one wording."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hospital_twin.cli._types import FOLDER, Days, NewFile, WarmUp, Whole

Function = Callable[..., Any]
STORE = FOLDER / "twin.sqlite"


def command(name: str, *, example: str, no: str = "") -> Callable[[Function], click.Command]:
    """A command whose help ends with an example; `no` says when its answer is no (exit code 1)."""
    lines = "\n".join(f"  {line}" for line in example.splitlines())
    epilog = f"\b\nExample:\n{lines}\n" + (f"\nExit code 1: {no}\n" if no else "")
    return click.command(name, epilog=epilog, context_settings={"help_option_names": ["-h", "--help"]})


hospital = click.argument("hospital", metavar="LAYOUT_OR_HOSPITAL")
as_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for scripts.")
days = click.option("--days", type=Days(0), default=63, show_default=True,
                    help="Length of each replication, warm-up included; best in whole weeks.")
warm_up = click.option("--warm-up", type=WarmUp(0, also_least=True), default="auto", show_default=True,
                       help="Days at the start that are not measured, because the hospital starts empty; auto finds "
                            "out how many are needed.")
replications = click.option("--replications", type=Whole(1, 10_000), default=20, show_default=True,
                            help="How often the window is simulated, each time with other chance.")
seed = click.option("--seed", type=Whole(0, 2**63 - 1), default=1, show_default=True,
                    help="Number that fixes all chance: the same seed gives the same answer.")
workers = click.option("--workers", type=Whole(1, 256), default=None,
                       help="Processes at work; the answer does not depend on it.  [default: one per processor]")
store = click.option("--store", type=NewFile(".sqlite", ".db"), default=None,
                     help=f"Where runs are kept, to go on after an interruption and to be shown by `serve`.  "
                          f"[default: {STORE}]")


def standard_store(chosen: Path | None) -> Path:
    """The store that was named, or the one in the folder `out` of the current folder, which is made."""
    if chosen is None:
        FOLDER.mkdir(exist_ok=True)
    return chosen or STORE


def simulation(function: Function) -> Function:
    """The options of everything that simulates."""
    for option in (workers, seed, replications, warm_up, days):
        function = option(function)
    return function


log = click.argument("log", metavar="LOG")


def reading(function: Function) -> Function:
    """The options of everything that reads a log."""
    for option in (
        click.option("--time-zone", help="Of times without an offset, as Europe/London.  [default: the layout's]"),
        click.option("--mapping", metavar="FILE", help="YAML file that says what columns and words mean, where their "
                                                       "names do not."),
        click.option("--layout", metavar="FILE", help="Layout or hospital file: gives units their kinds, times their "
                                                      "zone, and the staffed beds."),
    ):
        function = option(function)
    return function


port = click.option("--port", type=Whole(1, 65_535), default=8050, show_default=True,
                    help="Number in the address; when it is taken, the next free one.")
