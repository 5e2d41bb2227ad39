"""Write what the documentation takes from the code: ``make docs``.

A page says ``<!-- generated: NAME WHAT -->`` and ``<!-- end -->``; what stands between the two is written anew.
--check: only say what is out of date. --quick: leave out what has to be run. Names of pages: only those.
"""
from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from hospital_twin.layout import Layout  # noqa: E402 - the checkout has to be on the path first
from scripts.doc_blocks import QUICK, RUN  # noqa: E402
from scripts.doc_blocks.examples import workspace  # noqa: E402

BLOCK = re.compile(r"(<!-- generated: (\w+)(?: ([^\n]+?))? -->\n).*?(<!-- end -->)", re.DOTALL)
SCHEMA = ROOT / "layouts" / "layout.schema.json"


def filled(page: str, *, quick: bool) -> str:
    """A page with its generated blocks written anew; with `quick`, those that run the program stay as they are."""
    with workspace() as folder:
        def again(found: re.Match[str]) -> str:
            begin, name, what, end = found[1], found[2], found[3] or "", found[4]
            if name in RUN:
                return found[0] if quick else f"{begin}{RUN[name](what, folder)}\n{end}"
            return f"{begin}{QUICK[name](what)}\n{end}"
        return BLOCK.sub(again, page)


def pages(names: list[str], *, quick: bool) -> Iterator[tuple[Path, str]]:
    """Every file that has something generated in it, and what it should be."""
    for page in sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")]):
        if not names or page.name in names:
            yield page, filled(page.read_text(encoding="utf-8"), quick=quick)
    if not names:
        yield SCHEMA, schema()


def schema() -> str:
    """The JSON schema of layout files, with plain names where pydantic makes them of whatever Python prints."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Layout.model_json_schema()}
    text = json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
    for number, (name, about) in enumerate((name, about) for name, about in whole["$defs"].items()
                                           if name.startswith("By_")):
        text = text.replace(f'"{name}"', f'"By{number}"').replace(f'#/$defs/{name}"', f'#/$defs/By{number}"')
        text = text.replace(json.dumps(about["title"]), f'"By{number}"')
    return text


def main(arguments: list[str]) -> int:
    """Write the pages that are out of date; with --check, name them and answer 1."""
    check, names = "--check" in arguments, [Path(word).name for word in arguments if not word.startswith("--")]
    if unknown := [name for name in names if not (ROOT / "docs" / name).exists() and name != "README.md"]:
        print(f"There is no page {', '.join(unknown)} in docs/.")
        return 2
    stale = [(page, text) for page, text in pages(names, quick="--quick" in arguments)
             if not page.exists() or page.read_text(encoding="utf-8") != text]
    for page, text in stale:
        print(("out of date: " if check else "written: ") + str(page.relative_to(ROOT)))
        if not check:
            page.write_text(text, encoding="utf-8")
    return int(bool(stale) and check)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
