"""Every output that a page shows is what its command prints today."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.verify

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "tutorial.md", "entering_a_model.md")


@pytest.mark.parametrize("page", PAGES)
def test_outputs_on_the_page_are_those_of_today(page: str):
    result = subprocess.run([sys.executable, "scripts/build_docs.py", "--check", page], cwd=ROOT, capture_output=True,
                            text=True, check=False)
    assert result.returncode == 0, f"run `make docs`\n{result.stdout}{result.stderr}"


def test_no_other_page_shows_the_output_of_a_command():
    shown = [page.name for page in (ROOT / "docs").glob("*.md")
             if any(f"<!-- generated: {word} " in page.read_text(encoding="utf-8")
                    for word in ("output", "beginning", "printed_by"))]
    assert set(shown) <= set(PAGES)
