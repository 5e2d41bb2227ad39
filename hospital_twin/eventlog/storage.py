"""Typed tables in one compressed file: plain arrays and a JSON header, nothing that could run code when read."""
from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hospital_twin.errors import BadInput

_FORMAT = "hospital_twin tables 1"


def write(path: Path, header: Mapping[str, Any], tables: Sequence[pd.DataFrame]) -> Path:
    """Write `tables` and what JSON can hold of `header`; a file of that name is replaced only when all is written.

    Columns may be int64, float64, Int32, ``datetime64[us, UTC]`` or categories of words, numbers or truth values.
    """
    arrays: dict[str, np.ndarray] = {}
    columns = []
    for number, table in enumerate(tables):
        about = {}
        for name in table.columns:
            arrays[f"{number}.{name}"], about[name] = packed(table[name])
        columns.append(about)
    text = json.dumps({"format": _FORMAT, "header": header, "columns": columns})
    arrays["header"] = np.frombuffer(text.encode(), np.uint8)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            np.savez_compressed(file, **arrays)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def read(path: Path) -> tuple[dict[str, Any], list[pd.DataFrame]]:
    """Header and tables of a file that `write` made."""
    expected = "a file that EventLog.save wrote"
    try:
        with np.load(path, allow_pickle=False) as arrays:
            about = json.loads(arrays["header"].tobytes())
            tables = [
                pd.DataFrame({name: unpacked(arrays[f"{number}.{name}"], kind) for name, kind in columns.items()})
                for number, columns in enumerate(about["columns"])]
            written_as = about["format"]
    except FileNotFoundError as error:
        raise BadInput(str(path), "there is no such file", expected) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile,
            zlib.error) as error:
        raise BadInput(str(path), f"this is not a saved event log, or it is damaged ({error})", expected) from error
    if written_as != _FORMAT:
        raise BadInput(str(path), f"another version of hospital_twin wrote it ({written_as})", _FORMAT)
    return about["header"], tables


def packed(column: pd.Series) -> tuple[np.ndarray, Any]:
    """A column as plain numbers, and what JSON says of how to read them."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        words = [w.item() if isinstance(w, np.generic) else w for w in column.cat.categories]
        return column.cat.codes.to_numpy(), {"categories": words, "ordered": bool(column.cat.ordered)}
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.dt.tz_convert(None).to_numpy().astype("datetime64[us]").astype(np.int64), "time"
    if isinstance(column.dtype, pd.Int32Dtype):
        return column.astype("float64").to_numpy(), "Int32"
    return column.to_numpy(), str(column.dtype)


def unpacked(values: np.ndarray, kind: Any) -> pd.Series:
    """The column that `packed` took apart."""
    if isinstance(kind, dict):
        return pd.Series(pd.Categorical.from_codes(values, pd.Index(kind["categories"]), ordered=kind["ordered"]))
    if kind == "time":
        return pd.Series(values.astype("datetime64[us]")).dt.tz_localize("UTC")
    return pd.Series(values).astype(kind)
