"""Parquet files: columns have types already; they are written out as the texts that a CSV file would have."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hospital_twin.errors import BadInput
from hospital_twin.importers._excel_cells import text_of
from hospital_twin.importers._source import Source
from hospital_twin.importers._table import SAMPLE_ROWS, Table, TextRows, of_texts

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 65_536


@dataclass(frozen=True, eq=False, kw_only=True)
class ParquetTable(Table):
    """The columns of a Parquet file that hold one value a row. A row's line is its number, from 1."""

    source: Source

    def read(self, wanted: Sequence[int], unlike: Sequence[int] = ()) -> TextRows:  # noqa: ARG002
        names = [self.header[place] for place in wanted]
        parts: list[list[np.ndarray]] = [[] for _ in wanted]
        number = 0
        with _opened(self.source) as file:
            for batch in file.iter_batches(_BATCH, columns=names):
                number += batch.num_rows
                for part, name in zip(parts, names, strict=True):
                    part.append(_texts(batch.column(batch.schema.get_field_index(name))))
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
        first = next(file.iter_batches(SAMPLE_ROWS, columns=list(names)), None)
        texts = [] if first is None else [_texts(first.column(first.schema.get_field_index(name))) for name in names]
    notes = (f"columns that hold more than one value a row are not read: {', '.join(nested)}",) if nested else ()
    sample = tuple(zip(*(column.tolist() for column in texts), strict=True))
    return ParquetTable(source.name, tuple(name.strip() for name in names), 0, sample, notes, source=source)


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


def _texts(column: pa.Array) -> np.ndarray:
    """Values as texts, ``""`` where missing. Times with a zone are written with their offset from UTC."""
    import pyarrow as pa
    import pyarrow.compute as pc
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_floating(kind):
        values = column.to_numpy(zero_copy_only=False)
        return np.array(["" if np.isnan(value) else text_of(float(value)) for value in values], dtype=object)
    if pa.types.is_timestamp(kind):
        written = pc.cast(pc.cast(column, pa.timestamp("us", kind.tz), safe=False), pa.string())
    elif pa.types.is_null(kind):
        return np.full(len(column), "", dtype=object)
    else:
        written = pc.cast(column, pa.string())
    trimmed = pc.utf8_trim_whitespace(pc.fill_null(written, ""))
    return trimmed.to_numpy(zero_copy_only=False).astype(object)
