"""How far a long piece of work has come, and how much time is left."""
from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def progress(what: str, clock: Callable[[], float] = time.monotonic) -> Iterator[Callable[[int, int], None]]:
    """A function to be told (finished, all): a bar with the time left on a terminal, else a line now and then.

    It speaks on standard error, so that the answer on standard output can be piped.
    """
    if not sys.stderr.isatty():
        yield _Lines(what, clock).told
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("time left"),
               TimeRemainingColumn(compact=True, elapsed_when_finished=True))
    with Progress(*columns, console=Console(stderr=True), transient=False) as bar:
        task = bar.add_task(what, total=None)
        yield lambda finished, everything: bar.update(task, completed=finished, total=everything)


@contextmanager
def busy(what: str) -> Iterator[None]:
    """A sign of life on a terminal, during work that cannot tell how far it has come."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    with Console(stderr=True).status(f"{what} ..."):
        yield


class _Lines:
    """Progress as lines of text: the start, one every ten seconds, and the end."""

    def __init__(self, what: str, clock: Callable[[], float]):
        self.what, self.clock = what, clock
        self.began, self.spoke, self.first = 0.0, 0.0, 0

    def told(self, finished: int, everything: int) -> None:
        now = self.clock()
        if not self.spoke:
            self.began, self.first = now, finished
        if self.spoke and finished < everything and now - self.spoke < SECONDS_BETWEEN_LINES:
            return
        self.spoke = now
        made, left = finished - self.first, everything - finished
        ahead = f", about {in_words((now - self.began) / made * left)} left" if made and left else ""
        click.echo(f"{self.what}: {finished} of {everything}{ahead}", err=True)


def in_words(seconds: float) -> str:
    """A time as one says it: 40 s, 3 min, 2 h."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
