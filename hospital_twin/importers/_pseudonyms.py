"""Numbers of patients and visits → keyed hashes; the key lies in a file of its own, never beside what was made with it.

A keyed hash can be undone by trying every number there is, but only by who has the key.
"""
from __future__ import annotations

import hashlib
import os
import secrets
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput

KEY_BYTES = 32
"""Length of a key that is made here; 64 at most, which is what BLAKE2b takes."""
LEAST_BYTES, _MOST_BYTES = 16, 64
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_A_KEY = (f"a file of {LEAST_BYTES} to {_MOST_BYTES} random bytes that you alone may read, or no such file: then one "
          "is made")


class Pseudonyms:
    """One key, and what it makes of the texts that identify visits and patients.

    Raises `BadInput` for a key that is too short to keep anything secret, or too long for the hash.
    """

    def __init__(self, key: bytes, where: str = "key"):
        if not LEAST_BYTES <= len(key) <= _MOST_BYTES:
            raise BadInput(where, f"the key has {len(key)} bytes", _A_KEY)
        self._key = key

    @property
    def mark(self) -> str:
        """16 hex digits that tell one key from another, and nothing about either."""
        return self._hash("which key", b"mark", 8).hex()

    def numbers(self, ids: np.ndarray, of: Literal["visit", "patient"]) -> np.ndarray:
        """Numbers (int64, positive) for texts: the same for the same text and key, in any file; 0 for an empty text.

        63 bits of BLAKE2b with the key (RFC 7693); visits and patients are hashed apart, so that the same text as both
        gives two numbers. That two of a million share one has a probability of 1 in 18 million; then the one that
        comes later in the alphabet is hashed again, so that no two are ever taken for one.
        """
        codes, texts = pd.factorize(ids)
        found = _apart(list(texts), lambda text: self._number(text, of.encode()))
        return np.array([found[text] for text in texts], dtype=np.int64)[codes] if len(texts) else \
            np.zeros(len(ids), dtype=np.int64)

    def _number(self, text: str, of: bytes) -> int:
        return int.from_bytes(self._hash(text, of, 8)) >> 1

    def _hash(self, text: str, of: bytes, size: int) -> bytes:
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size, key=self._key,
                               person=of).digest()


def _apart(texts: list[str], number: Callable[[str], int]) -> dict[str, int]:
    """A number for each text, no two alike; 0 for the empty one alone."""
    found = {text: number(text) for text in texts if text}
    if len(set(found.values())) < len(found) or 0 in found.values():
        taken = {0}
        for text in sorted(found):
            again = text
            while found[text] in taken:
                again += "\0"
                found[text] = number(again)
            taken.add(found[text])
    return found | {"": 0}


@cache
def passing() -> Pseudonyms:
    """A random key that lives as long as this process: logs read in it fit together, and with no others."""
    return Pseudonyms(secrets.token_bytes(KEY_BYTES))


def pseudonyms_of(key: bytes | None) -> Pseudonyms:
    """Those of a key; without one, of a key that nobody ever sees."""
    return passing() if key is None else Pseudonyms(key)


def standard_key_file() -> Path:
    """Where the key of this user lies: in the folder for settings that the system gives each user."""
    if sys.platform == "win32":
        folder = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Application Support"
    else:
        folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return folder / "hospital-twin" / "pseudonyms.key"


def key_in(path: str | Path | None = None) -> bytes:
    """The key in a file; the file is made, with mode 0600, where there is none.

    path: without one, `standard_key_file`, whose folder is made too.
    Raises `BadInput` for a file that others may read, or that holds no key, and for a folder that is not there.
    """
    path = standard_key_file() if path is None else Path(path)
    if path == standard_key_file():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.parent.is_dir():
        raise BadInput(str(path), f"there is no folder {path.parent}", "a key file in a folder that exists")
    if not path.exists():
        _make(path)
    return _read(path)


def _make(path: Path) -> None:
    """Whole or not at all, and never over one that another program made meanwhile: a lost key cannot be made again."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(part, path)
    except OSError as wrong:
        raise BadInput(str(path), f"the key cannot be written ({wrong.strerror})", "a folder that you may write to") \
            from wrong
    finally:
        part.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            key = file.read(_MOST_BYTES + 1)
    except OSError as wrong:
        raise BadInput(str(path), f"the key cannot be read ({wrong.strerror})", _A_KEY) from wrong
    if os.name == "posix" and mode & _OTHERS:
        raise BadInput(str(path), "others may read or write this key", f"a key for you alone: chmod 600 {path}")
    if len(key) > _MOST_BYTES:
        raise BadInput(str(path), f"the file has more than {_MOST_BYTES} bytes", _A_KEY)
    Pseudonyms(key, str(path))
    return key
