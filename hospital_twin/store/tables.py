"""Tables and columns of numbers as text and bytes that give them back bit for bit."""
from __future__ import annotations

import json
import math
import zlib
from typing import Any

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput


def packed(values: np.ndarray) -> bytes:
    """Numbers as bytes: 8 of each, little end first, compressed."""
    return zlib.compress(np.ascontiguousarray(values, dtype="<f8").tobytes(), level=6)


def unpacked(data: bytes, where: str) -> np.ndarray:
    """The numbers that `packed` wrote."""
    try:
        return np.frombuffer(zlib.decompress(data), dtype="<f8").astype(float)
    except (zlib.error, ValueError) as wrong:
        raise BadInput(where, "hourly numbers are damaged", "a copy of the store from a backup, or a new one"
                       ) from wrong


def as_text(table: pd.DataFrame) -> tuple[str, str]:
    """A table as (columns and their types, rows), both JSON. Missing values are null."""
    types = {column: str(dtype) for column, dtype in table.dtypes.items()}
    return json.dumps(types), json.dumps([[_plain(value) for value in row] for row in table.itertuples(index=False)])


def from_text(columns: str, rows: str, where: str) -> pd.DataFrame:
    """The table that `as_text` wrote, with the same types."""
    try:
        types, values = json.loads(columns), json.loads(rows)
        table = pd.DataFrame(values, columns=list(types))
        return pd.DataFrame({column: _typed(table[column], dtype) for column, dtype in types.items()})
    except (ValueError, TypeError) as wrong:
        raise BadInput(where, "a stored table is damaged", "a copy of the store from a backup, or a new one") from wrong


def _typed(column: pd.Series, dtype: str) -> pd.Series:
    if dtype.startswith("datetime64"):
        return pd.to_datetime(column, utc="UTC" in dtype).astype(dtype)
    return column.astype(dtype)


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return None if pd.isna(value) else value.isoformat()
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value
