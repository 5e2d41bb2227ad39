"""All rows of a table, column by column: blocks of bytes are cut into records, and pandas splits those that are sound.

Every record keeps the line on which it begins, also where others are broken or reach over several lines.
"""
from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, NamedTuple

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput
from hospital_twin.importers._source import TABLE, Source, encoding_of
from hospital_twin.importers._table import OK, TOO_FEW, TOO_MANY, TextRows

_BLANK = -1
LONGEST_RECORD = 1_000_000
"""A row of more bytes is none of a table: a file without line breaks would fill the memory."""
_BLOCK = 8 * 1024 * 1024
_UNCLEAR = 1 << 32
"""What a character weighs that only a look at its whole line can judge; others weigh 1, and blanks nothing."""
_NEWLINE, _RETURN, _QUOTE = b"\n"[0], b"\r"[0], b'"'[0]


class Ruled(NamedTuple):
    """How a text is divided into a table. width: columns."""

    source: Source
    separator: str
    header_line: int
    width: int


class _Records(NamedTuple):
    """Records of a block: first byte and the byte after the last of each (without its line break), its line counted
    from the block's first, and whether pandas may split it as it stands."""

    begin: np.ndarray
    end: np.ndarray
    line: np.ndarray
    sound: np.ndarray
    after: int
    lines: int


def read_columns(ruled: Ruled, wanted: Sequence[int], unlike: Sequence[int] = ()) -> TextRows:
    """All rows of a table, of the columns at the positions `wanted` alone.

    unlike: positions of columns whose values hardly repeat; of the others each text is kept in memory once.
    Raises `BadInput` for a file that is damaged, or whose lines have no end.
    """
    with ruled.source.open() as binary:
        encoding = encoding_of(binary)
    with ruled.source.open() as binary:
        columns = _Columns(ruled, encoding, wanted, unlike)
        first = 1
        for block, records in _blocks(_reader(binary, encoding), ruled):
            columns.add(block, records, first)
            first += records.lines
        return columns.finished()


def _reader(binary: BinaryIO, encoding: str) -> Callable[[int], bytes]:
    """Bytes in an encoding in which separators and line breaks are one byte each."""
    if encoding == "utf-16":
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        return lambda size: decoder.decode(binary.read(size)).encode("utf-8", errors="replace")
    return binary.read


def _blocks(read: Callable[[int], bytes], ruled: Ruled) -> Iterator[tuple[bytes, _Records]]:
    """Whole records, some megabytes at a time."""
    rest, first = b"", True
    while True:
        piece = read(_BLOCK)
        block = rest + piece
        if first:
            block, first = block.removeprefix(codecs.BOM_UTF8), False
            old_mac = b"\r" in block and b"\n" not in block
        if old_mac:
            block = block.replace(b"\r", b"\n")
        if not piece and not block.endswith(b"\n"):
            block += b"\n"
        if block == b"\n" and not piece:
            return
        records = _cut(block, ruled.separator.encode()[0], last=not piece)
        longest = int((records.end - records.begin).max(initial=0)) if records.after else len(block)
        if longest > LONGEST_RECORD:
            raise BadInput(ruled.source.name, f"a line has {longest:,} characters", TABLE)
        yield block[:records.after], records
        rest = block[records.after:]
        if not piece:
            return


def _cut(block: bytes, separator: int, *, last: bool) -> _Records:
    """The records of a block. A line break between quotation marks belongs to a field, if all marks come in pairs as
    they should; else each line is a record."""
    data = np.frombuffer(block, np.uint8)
    newline, quotes = np.flatnonzero(data == _NEWLINE), np.flatnonzero(data == _QUOTE)
    outside = newline[np.searchsorted(quotes, newline) % 2 == 0]
    records = _between(data, newline, outside, quotes, separator)
    hopeless = len(block) > LONGEST_RECORD and not records.after
    if hopeless or not records.sound.all() or (last and records.after < len(block)):
        records = _between(data, newline, newline, quotes, separator)
    return records


def _between(data: np.ndarray, newline: np.ndarray, breaks: np.ndarray, quotes: np.ndarray,
             separator: int) -> _Records:
    begin = np.append(0, breaks[:-1] + 1) if len(breaks) else breaks
    sound = np.ones(len(breaks), dtype=bool)
    after = int(breaks[-1]) + 1 if len(breaks) else 0
    quotes = quotes[quotes < after]
    if len(quotes):
        record = np.searchsorted(breaks, quotes)
        rank = np.arange(len(quotes)) - np.searchsorted(quotes, begin)[record]
        opening = rank % 2 == 0
        beside = np.where(opening, quotes - 1, quotes + 1)
        edge = np.where(beside < begin[record], _NEWLINE, data[np.maximum(beside, 0)])
        proper = (edge == separator) | (edge == _NEWLINE) | (edge == _QUOTE) | (~opening & (edge == _RETURN))
        sound[record[~proper]] = False
        sound[np.bincount(record, minlength=len(breaks)) % 2 == 1] = False
    return _Records(begin, breaks, np.searchsorted(newline, begin), sound, after, int((newline < after).sum()))


class _Columns:
    def __init__(self, ruled: Ruled, encoding: str, wanted: Sequence[int], unlike: Sequence[int]):
        self.ruled, self.wanted, self.width = ruled, list(wanted), ruled.width
        self.encoding = "utf-8" if encoding.startswith("utf") else encoding
        self.known: dict[int, dict[str, int]] = {position: {"": 0} for position in wanted if position not in unlike}
        self.parts: dict[int, list[np.ndarray]] = {position: [] for position in wanted}
        self.lines: list[np.ndarray] = []
        self.fields: list[np.ndarray] = []
        self.blank = 0
        self.weight = np.where(np.arange(256) < 128, 1, _UNCLEAR)
        self.weight[_QUOTE] = _UNCLEAR
        self.weight[[*b" \t\n\r\f\v\x1c\x1d\x1e\x1f", ruled.separator.encode()[0]]] = 0

    def add(self, block: bytes, records: _Records, first_line: int) -> None:
        """Split the records of a block that begins on `first_line`."""
        lines = records.line + first_line
        body = lines > self.ruled.header_line
        separators = self._separators(block, records)
        sound = records.sound & body & (separators == self.width - 1)
        # Nothing but separators: Excel leaves such rows below the last one.
        returns = np.frombuffer(block, np.uint8)[np.maximum(records.end - 1, 0)] == _RETURN
        empty = sound & (records.end - records.begin - returns == self.width - 1)
        pieces, fields = _runs(block, records, sound), np.full(len(lines), OK, dtype=np.int8)
        odd = body & ~sound
        if odd.any():
            said = np.add.reduceat(self.weight[np.frombuffer(block, np.uint8)], records.begin)
            fields[odd & (said == 0)] = _BLANK
            fields[odd & (said > 0) & (said < _UNCLEAR) & (separators < self.width - 1)] = TOO_FEW
        for number in np.flatnonzero(odd & (fields == OK)):
            fields[number], pieces[number] = self._mended(block[records.begin[number]:records.end[number]])
        is_row = body & (fields >= 0)
        texts = self._split(b"".join(pieces[number] for number in sorted(pieces)))
        self._store(texts, is_row, fields == OK, lines, fields, empty)

    def _separators(self, block: bytes, records: _Records) -> np.ndarray:
        """Number of separators in each record, outside of quotation marks."""
        data = np.frombuffer(block, np.uint8)
        places, quotes = np.flatnonzero(data == self.ruled.separator.encode()[0]), np.flatnonzero(data == _QUOTE)
        record = np.searchsorted(records.end, places)
        if len(quotes):
            before = np.searchsorted(quotes, places) - np.searchsorted(quotes, records.begin)[record]
            record = record[before % 2 == 0]
        return np.bincount(record, minlength=len(records.end))

    def _mended(self, record: bytes) -> tuple[int, bytes]:
        """A record that is not as it should be: its state, and, where it can be split, itself."""
        text = record.decode(self.encoding, errors="replace").replace("\r", " ")
        try:
            row = next(csv.reader([text], delimiter=self.ruled.separator), [])
        except csv.Error:
            return TOO_MANY, b""
        if not any(field.strip() for field in row):
            return _BLANK, b""
        while len(row) > self.width and not row[-1].strip():
            row.pop()
        if len(row) != self.width:
            return (TOO_FEW if len(row) < self.width else TOO_MANY), b""
        out = io.StringIO()
        csv.writer(out, delimiter=self.ruled.separator, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow(row)
        return OK, out.getvalue().encode(self.encoding, errors="replace")

    def _split(self, sound: bytes) -> pd.DataFrame:
        if not sound:
            return pd.DataFrame({position: pd.Series([], dtype=object) for position in self.wanted})
        return pd.read_csv(io.BytesIO(sound), sep=self.ruled.separator, header=None, names=range(self.width),
                           usecols=self.wanted, dtype=object, na_filter=False, lineterminator="\n", engine="c",
                           encoding=self.encoding, encoding_errors="replace", skip_blank_lines=False, index_col=False)

    def _store(self, texts: pd.DataFrame, is_row: np.ndarray, split: np.ndarray, lines: np.ndarray,
               fields: np.ndarray, empty: np.ndarray) -> None:
        """Keep the texts of this block, those of broken rows empty; rows with nothing in them are none."""
        keep = is_row & ~empty
        self.blank += int((~is_row & (lines > self.ruled.header_line)).sum() + (empty & is_row).sum())
        self.lines.append(lines[keep])
        self.fields.append(fields[keep])
        of_text, place = split[is_row], np.flatnonzero(keep[is_row])
        if of_text.sum() != len(texts):
            raise BadInput(f"{self.ruled.source.name}, from line {lines[0]}", "the rows cannot be told apart",
                           "line breaks within a text only between quotation marks")
        for position in self.wanted:
            column = texts[position].to_numpy(dtype=object)
            if position in self.known:
                known, (codes, words) = self.known[position], pd.factorize(column)
                whole = np.zeros(len(of_text), dtype=np.int32)
                whole[of_text] = np.array([known.setdefault(word.strip(), len(known)) for word in words],
                                          dtype=np.int32)[codes] if len(words) else 0
            else:
                whole = np.full(len(of_text), "", dtype=object)
                whole[of_text] = [text.strip() for text in column]
            self.parts[position].append(whole[place])

    def finished(self) -> TextRows:
        """Everything that was added."""
        columns = []
        for position in self.wanted:
            whole = np.concatenate(self.parts[position]) if self.parts[position] else np.zeros(0, dtype=np.int32)
            if position in self.known:
                whole = np.array(list(self.known[position]), dtype=object)[whole]
            columns.append(whole)
        return TextRows(np.concatenate(self.lines) if self.lines else np.zeros(0, np.int64), tuple(columns),
                        np.concatenate(self.fields) if self.fields else np.zeros(0, np.int8), self.blank)


def _runs(block: bytes, records: _Records, sound: np.ndarray) -> dict[int, bytes]:
    """The sound records' bytes, those that follow each other in one piece, by the number of the first."""
    change = np.flatnonzero(np.diff(sound.astype(np.int8), prepend=0, append=0))
    return {int(first): block[records.begin[first]:records.end[last - 1] + 1]
            for first, last in zip(change[::2], change[1::2], strict=True)}
