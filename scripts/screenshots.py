"""A picture of the page for docs/images/: `python scripts/screenshots.py [STORE]`.

STORE holds a finished study (`hospital-twin demo` makes one). Needs Chromium.
"""
from __future__ import annotations

import shutil
import sys
import threading
from pathlib import Path

from dashboards import ids
from dashboards.app import listening

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
WIDTH, HEIGHT = 1440, 900


def take(address: str, picture: Path) -> None:
    """The first screenful of the answer."""
    from playwright.sync_api import sync_playwright
    browser_path = next((found for name in ("chromium", "chromium-browser", "google-chrome")
                         if (found := shutil.which(name))), None)
    if browser_path is None:
        sys.exit("no chromium on the PATH (on Debian: apt install chromium)")
    picture.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(address)
        page.wait_for_selector(f"#{ids.WEEK_FIGURE} .main-svg")
        page.screenshot(path=picture)
        browser.close()


def main(store: Path) -> None:
    """Serve a store on a free port, take the picture, and end."""
    if not store.is_file():
        sys.exit(f"{store}: there is no such file; `hospital-twin demo` makes a store")
    server, port = listening(store, port=0)
    threading.Thread(target=server.run, daemon=True).start()
    take(f"http://127.0.0.1:{port}/", IMAGES / "answer.png")
    print(IMAGES / "answer.png")
    server.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out/twin.sqlite"))
