"""The beginning of a file: where it is, how it is compressed and encoded, what separates its columns."""
from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hospital_twin.errors import BadInput
from hospital_twin.importers._shown import shown_file

_PIECE = 256 * 1024
_TABLE_NAME = re.compile(r"^(?!__MACOSX/).*\.(?:csv|tsv|txt)(?:\.gz)?$", re.IGNORECASE)
A_MAPPING = "a mapping file"
"""What a message asks for where names do not help: the command line then says how to hand it over."""
TABLE = ("a text file with one row a line and column names in the first, separated by , ; or tabs (CSV), or that as "
         ".gz, an Excel workbook, a Parquet file, or an XES event log")


class Source(NamedTuple):
    """A file, or a member of a zip archive; either may be compressed with gzip."""

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """As shown in messages."""
        return f"{self.path}/{shown_file(self.member)}" if self.member else str(self.path)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Its bytes, decompressed. Raises `BadInput` when it is not there, no file, or locked by a password, and, also
        while they are read, when they cannot be decompressed."""
        with _undamaged(self.name), ExitStack() as files:
            yield _decompressed(self._binary(files), files)

    def _binary(self, files: ExitStack) -> BinaryIO:
        try:
            if self.path.exists() and not self.path.is_file() and not self.path.is_dir():
                raise BadInput(self.name, "this is a pipe or a device", "a file on a disk: it is read more than once")
            if self.member:
                return files.enter_context(files.enter_context(zipfile.ZipFile(self.path)).open(self.member))
            return files.enter_context(self.path.open("rb"))
        except FileNotFoundError as wrong:
            raise BadInput(self.name, "there is no such file", "the path of an admission log") from wrong
        except IsADirectoryError as wrong:
            raise BadInput(self.name, "this is a folder", "a file, or a folder with transfers.csv and admissions.csv "
                           "(MIMIC-IV)") from wrong
        except RuntimeError as wrong:
            raise BadInput(self.name, f"the archive cannot be opened ({wrong})", "a zip archive without a password") \
                from wrong
        except OSError as wrong:
            raise BadInput(self.name, f"the file cannot be opened ({wrong.strerror})", "a file that you may read") \
                from wrong


@contextmanager
def _undamaged(name: str) -> Iterator[None]:
    """Says in words what can go wrong while something is decompressed."""
    try:
        yield
    except EOFError as wrong:
        raise BadInput(name, "the compressed file is damaged: it is cut off",
                       "the whole file: copy it again") from wrong
    except (OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as wrong:
        raise BadInput(name, f"the compressed file is damaged ({wrong})",
                       "the file as it was written: copy or export it again") from wrong


def tables_in(path: Path) -> list[Source]:
    """The tables of text in a file: itself or, of a zip archive, the members that are called like tables; of a folder
    none."""
    if path.is_dir():
        return []
    named = [Source(path, name) for name in members_of(path) if _TABLE_NAME.search(name)]
    return named or [Source(path)]


def members_of(path: Path) -> list[str]:
    """The names in a zip archive; of what is none, none. Raises `BadInput` for an archive that is damaged."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return []
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, RuntimeError, ValueError) as wrong:
        raise BadInput(str(path), f"the archive is damaged: what it holds cannot be listed ({wrong})",
                       "the archive as it was written: copy it again") from wrong


def sha256_of(path: Path) -> str:
    """The hash of a file as it lies there."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def beginning(source: Source, most: int = 16) -> bytes:
    """Its first bytes, decompressed. Raises `BadInput` as `Source.open` does."""
    with source.open() as binary:
        return binary.read(most)


def _decompressed(binary: BinaryIO, files: ExitStack) -> BinaryIO:
    buffered = binary if isinstance(binary, io.BufferedReader) else files.enter_context(io.BufferedReader(binary))
    if buffered.peek(2)[:2] != b"\x1f\x8b":
        return buffered
    return files.enter_context(gzip.GzipFile(fileobj=buffered))


def encoding_of(binary: BinaryIO) -> str:
    """The encoding of all of some bytes: UTF-16 by its mark, UTF-8 if all of it is, else Windows-1252.

    (The letters of Latin-1 are a part of Windows-1252, and few files are Latin-1 that say so.)
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    block = binary.read(_PIECE)
    if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        while block:
            decoder.decode(block)
            block = binary.read(_PIECE)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
