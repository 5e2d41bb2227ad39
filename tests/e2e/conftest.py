"""A browser that reports whatever goes wrong on a page, and pages to open in it."""
from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from dashboards.app import listening


@dataclass
class Visit:
    """A page under test. faults: errors of its console and scripts. outside: what it asked for elsewhere."""

    page: Page
    faults: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def guard(self) -> None:
        def local_only(route: Route) -> None:
            if route.request.url.startswith("http://127.0.0.1:"):
                route.continue_()
            else:
                self.outside.append(route.request.url)
                route.abort()
        self.page.route(lambda url: not url.startswith(("data:", "blob:")), local_only)
        self.page.on("console", lambda message: self.faults.append(message.text) if message.type in ("error", "warning")
                     else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(90_000)
    found = Visit(context.new_page())
    found.guard()
    yield found
    context.close()


@contextmanager
def served(store: Path) -> Iterator[str]:
    server, port = listening(store, port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.close()
        thread.join(timeout=10)


@pytest.fixture
def serving() -> Callable[[Path], object]:
    return served
