"""Parquet files: columns have types already; they are written out as the texts that a CSV file would have."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hospital_twin.errors import BadInput
from hospital_twin.importers._excel_cells import text_of
from hospital_twin.importers._shown import shown_heading
from hospital_twin.importers._source import Source
from hospital_twin.importers._table import SAMPLE_ROWS, Table, TextRows, of_texts

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 65_536


@dataclass(frozen=True, eq=False, kw_only=True)
class ParquetTable(Table):
    """The columns of a Parquet file that hold one value a row. A row's line is its number, from 1.

    names: of the columns as the file has them, with blanks about them.
    """

    source: Source
    names: tuple[str, ...]

    def read(self, wanted: Sequence[int], unlike: Sequence[int] = ()) -> TextRows:
        names = [self.names[place] for place in wanted]
        parts: list[list[np.ndarray]] = [[] for _ in wanted]
        known: dict[str, str] = {}
        number = 0
        with _opened(self.source) as file:
            for batch in file.iter_batches(_BATCH, columns=names):
                number += batch.num_rows
                for part, name, place in zip(parts, names, wanted, strict=True):
                    words, codes = _texts(batch.column(batch.schema.get_field_index(name)))
                    if place not in unlike:
                        words = np.array([known.setdefault(word, word) for word in words], dtype=object)
                    part.append(words[codes])
        columns = [np.concatenate(part) if part else np.zeros(0, dtype=object) for part in parts]
        empty = np.all([column == "" for column in columns], axis=0) if columns and number else np.zeros(0, dtype=bool)
        return of_texts(np.arange(1, number + 1)[~empty], [column[~empty] for column in columns], int(empty.sum()))


def table_of(source: Source) -> ParquetTable:
    """The table in a Parquet file. Raises `BadInput` for a damaged one and for one without usable columns."""
    import pyarrow as pa
    with _opened(source) as file:
        nested = [field.name for field in file.schema_arrow if pa.types.is_nested(field.type)
                  or pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type)]
        names = tuple(field.name for field in file.schema_arrow if field.name not in nested)
        if not names:
            raise BadInput(source.name, "no column holds one value a row", "columns of texts, numbers and times")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            shown = ", ".join(repr(shown_heading(name)) for name in twice)
            raise BadInput(source.name, f"several columns are called {shown}", "a name of its own for each column")
        first = next(file.iter_batches(SAMPLE_ROWS, columns=list(names)), None)
        texts = []
        for name in names if first is not None else ():
            words, codes = _texts(first.column(first.schema.get_field_index(name)))
            texts.append(words[codes])
    left = ", ".join(map(shown_heading, nested))
    notes = (f"columns that hold more than one value a row are not read: {left}",) if nested else ()
    sample = tuple(zip(*(column.tolist() for column in texts), strict=True))
    return ParquetTable(source.name, tuple(name.strip() for name in names), 0, sample, notes, source=source,
                        names=names)


@contextmanager
def _opened(source: Source) -> Iterator[Any]:
    """The file; whatever is damaged in it, also while it is read, is said in words."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    try:
        with source.open() as binary, pq.ParquetFile(pa.PythonFile(binary, mode="r")) as file:
            yield file
    except (pa.ArrowException, OSError) as wrong:
        raise BadInput(source.name, f"the Parquet file is damaged, or of a kind that cannot be read "
                       f"({type(wrong).__name__})", "the file as it was written: copy or export it again") from wrong


def _texts(column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The different values as texts, ``""`` where missing, and the place among them of each row's value, so that a text
    that many rows share is in memory once. Times with a zone are written with their offset from UTC."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_floating(kind):
        codes, values = pd.factorize(column.to_numpy(zero_copy_only=False).astype(float))
        return np.array([*(text_of(float(value)) for value in values), ""], dtype=object), codes
    if pa.types.is_timestamp(kind):
        written = pc.cast(pc.cast(column, pa.timestamp("us", kind.tz), safe=False), pa.string())
    elif pa.types.is_null(kind):
        return np.array([""], dtype=object), np.zeros(len(column), dtype=np.int64)
    else:
        written = pc.cast(column, pa.string())
    if pa.types.is_decimal(kind):
        written = pc.replace_substring_regex(written, r"(\.\d*[1-9])0+$|\.0+$", r"\1")
    encoded = pc.utf8_trim_whitespace(pc.fill_null(written, "")).dictionary_encode()
    return encoded.dictionary.to_numpy(zero_copy_only=False).astype(object), encoded.indices.to_numpy()
