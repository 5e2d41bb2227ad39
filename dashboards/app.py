"""The pages as one Dash application, and a server for it on this computer."""
from __future__ import annotations

import errno
import socket
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dash import Dash
from flask import Response, jsonify

from dashboards.parts.shell import shell
from dashboards.reader import Reader
from hospital_twin import BadInput

if TYPE_CHECKING:
    from waitress.server import BaseWSGIServer

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>{%metas%}<title>{%title%}</title>{%favicon%}{%css%}</head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""
_POLICY = ("default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
           "object-src 'none'; base-uri 'self'; frame-ancestors 'none'")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORTS_TRIED = 20


def create_app(store: str | Path) -> Dash:
    """The pages over one store, which need not exist yet. Everything that they load is served by this program."""
    folder = Path(__file__).parent
    app = Dash(__name__, use_pages=True, pages_folder=str(folder / "pages"), assets_folder=str(folder / "assets"),
               serve_locally=True, title="hospital_twin", update_title="", index_string=_PAGE,
               # A page without an answer has none of the parts that callbacks write to.
               suppress_callback_exceptions=True,
               meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}])
    reader = app.server.config["READER"] = Reader(Path(store))
    app.layout = shell

    @app.server.get("/latest")
    def _latest() -> Response:
        return jsonify(reader.latest()._asdict())

    @app.server.after_request
    def _guarded(response: Response) -> Response:
        # Dash registers its own inline scripts with the first request, so their hashes are not known before.
        scripts = " ".join(["'self'", *app.csp_hashes()])
        response.headers["Content-Security-Policy"] = f"script-src {scripts}; {_POLICY}"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return app


def listening(store: str | Path, host: str = "127.0.0.1", port: int = 8050) -> tuple[BaseWSGIServer, int]:
    """A server that holds a port and has yet to ``run()``, and that port: the one wanted, or the next free one.

    Raises `BadInput` for a host or port that cannot be listened on.
    """
    if not 0 <= port <= 65535:
        raise BadInput("serve, port", f"it is {port}", "a number from 1024 to 65535, or 0 for any free one")
    from waitress import create_server
    last = min(port + PORTS_TRIED, 65535) if port else 0
    for number in range(port, last + 1):
        held = _held(host, number)
        if held is not None:
            server = create_server(create_app(store).server, sockets=[held], ident=None, threads=8)
            return server, held.getsockname()[1]
    raise BadInput("serve, port", f"{port} to {last} are all taken", "another port")


def _held(host: str, port: int) -> socket.socket | None:
    """A socket that listens; None when the port is taken."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as wrong:
        if wrong.errno in (errno.EADDRNOTAVAIL, socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAMILY):
            raise BadInput("serve, host", f"{host!r} is no address of this computer",
                           "127.0.0.1 for this computer alone, or an address that it has in its network") from wrong
        if wrong.errno == errno.EACCES:
            raise BadInput("serve, port", f"{port} may not be used without administrator rights",
                           "a number from 1024 to 65535") from wrong
        if wrong.errno != errno.EADDRINUSE:
            raise
        return None


def serve(store: str | Path, host: str = "127.0.0.1", port: int = 8050, *, open_browser: bool = False,
          tell: Callable[[str], object] = lambda line: None) -> None:
    """Serve the pages until Ctrl-C.

    tell: is given each line that the user should read, the address among them.
    Raises `BadInput` for a host or port that cannot be listened on.
    """
    server, found = listening(store, host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{found}/"
    if port not in (0, found):
        tell(f"Port {port} is taken by another program, so this is on {found}.")
    if host not in LOOPBACK:
        tell("Everybody in the network who reaches this computer can read these pages: there are no passwords.")
    try:
        tell(f"Serving {store} at {address}  (Ctrl-C ends it)")
        if open_browser:
            webbrowser.open(address)
        server.run()  # returns at Ctrl-C
    except KeyboardInterrupt:
        pass  # before or after it runs
    finally:
        server.close()
    tell("Ended.")
