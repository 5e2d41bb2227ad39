"""Where the layouts and the sample logs lie that come with the program."""
from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    # The wheel carries the folder inside the package (see pyproject.toml); in a checkout it lies beside it.
    inside = _PACKAGE / "_shipped" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def layouts_folder() -> Path:
    """The folder of the layout files (``*.yaml``) that come with the program."""
    return _folder("layouts")


def samples_folder() -> Path:
    """The folder of the synthetic sample logs that come with the program, each with its truth beside it."""
    return _folder("data_samples")
