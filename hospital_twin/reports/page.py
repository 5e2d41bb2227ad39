"""What all pages share: templates, and a file that is there whole or not at all."""
from __future__ import annotations

from pathlib import Path
from typing import Any

from hospital_twin.errors import BadInput
from hospital_twin.files import NO_ROOM, replacing

_TEMPLATES = Path(__file__).parent / "templates"


def rendered(template: str, **values: Any) -> str:
    """A page from a template of this folder. Whatever was typed by people is shown as text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)
    return environment.get_template(template).render(**values)


def room_for(path: str | Path) -> Path:
    """A path, or `BadInput` where no file can be of that name."""
    path = Path(path)
    if path.is_dir():
        raise BadInput(str(path), "this is a folder", "the name of the report's file, such as report.html in it")
    if not path.parent.is_dir():
        raise BadInput(str(path), f"there is no folder {path.parent}", "a file in a folder that exists")
    return path


def save_page(page: str, path: Path) -> Path:
    """Write a page whole or not at all. Raises `BadInput` where it cannot be written, `OSError` for a full disk."""
    try:
        with replacing(path) as part:
            part.write_text(page, encoding="utf-8")
    except OSError as wrong:
        if wrong.errno in NO_ROOM:
            raise
        raise BadInput(str(path), f"it cannot be written ({wrong.strerror})", "a folder that you may write to"
                       ) from wrong
    return path
