"""The beginning of a file: where it is, how it is compressed and encoded, what separates its columns."""
from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hospital_twin.errors import BadInput
from hospital_twin.importers._table import SAMPLE_ROWS, Table, TextRows

SEPARATORS = ",;\t|"
_HEAD = 256 * 1024
_TABLE_NAME = re.compile(r"^(?!__MACOSX/).*\.(?:csv|tsv|txt)(?:\.gz)?$", re.IGNORECASE)
_OTHER_FILES = {
    b"PK\x03\x04": "a zip archive", b"%PDF": "a PDF document", b"\x1f\x8b": "compressed twice", b"{": "a file of JSON"}
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
        return f"{self.path}/{self.member}" if self.member else str(self.path)

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


@dataclass(frozen=True, eq=False, kw_only=True)
class TextTable(Table):
    """A table of text: rows are lines, and a separator stands between fields."""

    source: Source
    encoding: str
    separator: str

    def read(self, wanted: Sequence[int], unlike: Sequence[int] = ()) -> TextRows:
        from hospital_twin.importers._records import read_columns
        return read_columns(self, wanted, unlike)


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


def beginning(source: Source) -> bytes:
    """Its first bytes, decompressed. Raises `BadInput` as `Source.open` does."""
    return _read(source, 16)


def look(source: Source) -> TextTable:
    """Header and first rows of a table. Raises `BadInput` for what is no table of text."""
    head = _read(source, _HEAD)
    if not head.decode("latin-1").strip("\xef\xbb\xbf ,;\t\n\r\f\v\x1c\x1d\x1e\x1f\x85\xa0"):
        raise BadInput(source.name, "the file is empty", TABLE)
    for magic, what in _OTHER_FILES.items():
        if head.removeprefix(codecs.BOM_UTF8).startswith(magic):
            raise BadInput(source.name, f"this is {what}", TABLE)
    encoding = encoding_of(io.BytesIO(head))
    if b"\0" in head and encoding != "utf-16":
        raise BadInput(source.name, "this is no text: it has bytes of value 0", TABLE)
    text = head.decode(encoding, errors="ignore" if len(head) == _HEAD else "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(head) == _HEAD and len(lines) > 1:
        lines.pop()
    first = next(i for i, line in enumerate(lines) if line.strip())
    declared = lines[first].strip().lower()
    separator = declared[4:5] if declared.startswith("sep=") else ""
    first += bool(separator)
    return _peeked(source, encoding, separator or _separator(source, lines[first:]), lines, first)


def _peeked(source: Source, encoding: str, separator: str, lines: list[str], first: int) -> TextTable:
    rows = _split(lines[first:], separator)
    header = tuple(name.strip() for name in rows[0]) if rows else ()
    sample = tuple(tuple(field.strip() for field in row) for row in rows[1:] if len(row) == len(header))
    return TextTable(source.name, header, first + 1, sample, source=source, encoding=encoding, separator=separator)


def _decompressed(binary: BinaryIO, files: ExitStack) -> BinaryIO:
    buffered = binary if isinstance(binary, io.BufferedReader) else files.enter_context(io.BufferedReader(binary))
    if buffered.peek(2)[:2] != b"\x1f\x8b":
        return buffered
    return files.enter_context(gzip.GzipFile(fileobj=buffered))


def _read(source: Source, most: int) -> bytes:
    with source.open() as binary:
        return binary.read(most)


def encoding_of(binary: BinaryIO) -> str:
    """The encoding of all of some bytes: UTF-16 by its mark, UTF-8 if all of it is, else Windows-1252.

    (The letters of Latin-1 are a part of Windows-1252, and few files are Latin-1 that say so.)
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    block = binary.read(_HEAD)
    if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        while block:
            decoder.decode(block)
            block = binary.read(_HEAD)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _separator(source: Source, lines: list[str]) -> str:
    def merit(separator: str) -> tuple[bool, bool, int, float]:
        widths = [len(row) for row in _split(lines[:50], separator)]
        same = sum(width == widths[0] for width in widths) / len(widths) if widths else 0.0
        return bool(widths) and widths[0] > 1, same >= 0.5, widths[0] if widths else 0, same

    best = max(SEPARATORS, key=merit)
    if not merit(best)[0]:
        raise BadInput(f"{source.name}, line 1", "there is one column only", TABLE)
    return best


def _split(lines: list[str], separator: str) -> list[list[str]]:
    """Rows of the first lines; from where they cannot be split on, none."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=separator):
            if any(field.strip() for field in row):
                rows.append(row)
            if len(rows) > SAMPLE_ROWS:
                break
    except csv.Error:
        return rows
    return rows
