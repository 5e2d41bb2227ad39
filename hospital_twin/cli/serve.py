"""`hospital-twin serve`: the dashboard."""
from __future__ import annotations

from pathlib import Path

import click

from hospital_twin.cli import _options as options
from hospital_twin.cli._options import STORE, command
from hospital_twin.errors import BadInput


@command("serve", example="hospital-twin serve\n"
                          "hospital-twin serve --store january.sqlite --port 8060")
@options.store
@options.port
@click.option("--host", default="127.0.0.1", show_default=True,
              help="Whom to answer: 127.0.0.1 is this computer alone, 0.0.0.0 everybody in the network, without any "
                   "password.")
@click.option("--open", "open_browser", is_flag=True, help="Open the address in the browser.")
def serve(*, store: Path | None, port: int, host: str, open_browser: bool) -> None:
    """Serve the stored answers as pages in the browser, until Ctrl-C."""
    path = store or STORE
    if not path.exists():
        raise BadInput(str(path), "there is no such file, so there is nothing to show",
                       "a store that run, compare or demo wrote; to begin: hospital-twin demo")
    serve_pages(path, port, host, open_browser=open_browser)


def serve_pages(store: Path, port: int, host: str = "127.0.0.1", *, open_browser: bool = False) -> None:
    """Serve a store with whichever pages are installed, until Ctrl-C. Raises `BadInput` when none are."""
    from importlib.metadata import entry_points
    found = list(entry_points(group="hospital_twin.apps"))
    if not found:
        raise BadInput("serve", "no pages are installed", "an installation of hospital-twin with its dashboards")
    try:
        found[0].load()(store, host, port, open_browser=open_browser, tell=click.echo)
    except KeyboardInterrupt:
        click.echo("Ended.", err=True)
        raise click.exceptions.Exit(130) from None
