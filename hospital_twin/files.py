"""Files that are there whole or not at all."""
from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path

NO_ROOM = (ENOSPC, EDQUOT, EFBIG)
"""Errors of a disk that is full, of a quota that is used up, and of a file that may not grow."""


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """A file beside `path` to write into, which takes its place once all is written.

    private: nobody but the owner may read it (mode 0600), whatever the mode of a file that was there before.
    Raises `OSError` with the name of `path`, whatever file the fault was found in.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if private:
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield part
        part.replace(path)
    except OSError as wrong:
        raise OSError(wrong.errno, wrong.strerror or str(wrong), str(path)) from wrong
    finally:
        part.unlink(missing_ok=True)
