"""`read_series`: a file of counts → a `Series`, and a report of what is missing in it."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from hospital_twin import __version__
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import COUNTS, Provenance, Series
from hospital_twin.importers._containers import recognised_in
from hospital_twin.importers._count_abilities import abilities_of_counts, kinds_of
from hospital_twin.importers._count_checks import by_place, frozen, totals
from hospital_twin.importers._count_columns import Plan, needed
from hospital_twin.importers._count_rows import BLANK, Counted, read_counts
from hospital_twin.importers._importer import Options
from hospital_twin.importers._mapping import LogMapping
from hospital_twin.importers._options import options_for
from hospital_twin.importers._rows_report import FileRows
from hospital_twin.importers._series_report import WITHOUT_VISITS, SeriesReport
from hospital_twin.importers._shown import shown_file, shown_heading
from hospital_twin.importers._source import A_MAPPING, sha256_of
from hospital_twin.importers._table import Table

MISSING, CONTRADICTS, FROZEN = "missing", "contradicts", "frozen"
_HOUR, _DAY = 3_600_000_000, 86_400_000_000


def read_series(path: str | Path, mapping: LogMapping | str | Path | None = None, time_zone: str | None = None
                ) -> tuple[Series, SeriesReport]:
    """The counts in a file without patients, and a report of what is missing or wrong in it.

    mapping: a `LogMapping`, or the path of a YAML file that holds one; by default the file ``<path>.mapping.yaml``
    that lies beside it, if there is one. time_zone: of times without an offset; else the mapping's, or UTC with a note.
    `Series.table` holds numbers that can be used; what is missing or was left out is in `Series.gaps`, with the reason.
    Raises `BadInput` for a file that holds no counts, or none that can be used.
    """
    path = Path(path)
    options, found = options_for(path, None, mapping, time_zone)
    table, _ = recognised_in(path, options)
    plan = needed(table, options.mapping)
    counted = read_counts(path, table, plan, options)
    if found:
        counted.ledger.note(f"read with the mapping {found}, which lies beside the file")
    series = _series(path, counted, table, plan, options)
    return series, _report(path, series, counted, table, plan, options)


class _Grid(NamedTuple):
    """Rows that stand for a place and a time, in order of both: their places in the file, codes of their places,
    their times and the ends of their readings and counts in microseconds. step: the usual one from row to row."""

    row: np.ndarray
    place: np.ndarray
    start: np.ndarray
    reading: np.ndarray
    count: np.ndarray
    step: int


def _series(path: Path, counted: Counted, table: Table, plan: Plan, options: Options) -> Series:
    ledger, header = counted.ledger, {quantity: table.header[p] for p, quantity in plan.measured.items()}
    zone = options.time_zone or "UTC"
    _second_hours(counted)
    _leave_totals(counted, table, plan)
    once, contradicting = _once(counted, table, plan)
    if not (once & ledger.kept).any():
        taken = ", ".join(f"{quantity} = {shown_heading(name)}" for quantity, name in header.items())
        raise BadInput(table.name, f"not one of the {len(ledger.lines):,} rows can be used: {ledger.why_rejected()}",
                       "rows of counts with a time from 1971 to 2099, each place and time once. Were columns mistaken "
                       f"for others ({taken})? Then {A_MAPPING} "
                       "says what they are")
    names = np.array(sorted({place.name for place in counted.places}), dtype=object)
    grid = _grid(counted, once, names, zone)
    tables, gaps = [], []
    for quantity in counted.values:
        values = counted.values[quantity][grid.row]
        lacks = counted.lacks[quantity][grid.row].copy()
        again = contradicting[grid.row]
        lacks[again], values = CONTRADICTS, np.where(again, np.nan, values)
        stopped = _frozen(values, grid, zone)
        ledger.repair(grid.row[stopped], "frozen", header[quantity])
        lacks[stopped] = FROZEN
        until = grid.count if quantity in COUNTS else grid.reading
        own = pd.DataFrame({"place": names[grid.place], "quantity": quantity, "from": grid.start, "to": until})
        tables.append(own.assign(value=values)[lacks == ""])
        gaps += [_merged(own.assign(reason=lacks)), _missing(grid, until, names).assign(quantity=quantity)]
    _count_doubled(counted, grid)
    about = Provenance(kind="log", name=shown_file(path.name), sha256=sha256_of(path), version=__version__,
                       dates_comparable=options.mapping.dates_comparable)
    return Series.of(_zoned(pd.concat(tables)), time_zone=zone, provenance=about,
                     gaps=_zoned(pd.concat(gaps)).sort_values(["quantity", "place", "from"], ignore_index=True))


def _zoned(table: pd.DataFrame) -> pd.DataFrame:
    zoned = {c: pd.to_datetime(table[c].to_numpy().astype("datetime64[us]")).tz_localize("UTC") for c in ("from", "to")}
    return table.assign(**zoned)


def _second_hours(counted: Counted) -> None:
    """Of two rows of one place and time in the hour that the clock repeats, the later in time is the second hour."""
    rows, kept = counted.rows, counted.ledger.kept
    double = rows[kept & (rows["later"] > 0).to_numpy()]
    if double.empty:
        return
    groups = double.groupby(["place", "utc"])
    utc = rows["utc"].to_numpy()[kept]
    backwards = bool(len(utc)) and utc[-1] < utc[0]
    second = groups.cumcount().eq(0 if backwards else 1) & groups["utc"].transform("size").eq(2)
    at = second.index[second]
    moved = rows.loc[at, "utc"] + rows.loc[at, "later"].to_numpy().astype("timedelta64[us]")
    rows.loc[at, "utc"], rows.loc[at, "later"] = moved, 0
    # The first of a pair stands for its own hour alone.
    first = double.index[groups["utc"].transform("size").eq(2) & ~second]
    rows.loc[first, "later"] = 0


def _leave_totals(counted: Counted, table: Table, plan: Plan) -> None:
    kept = np.flatnonzero(counted.ledger.kept)
    rows = counted.rows.iloc[kept]
    single = ~rows.duplicated(["place", "utc"], keep=False).to_numpy()
    kept, rows = kept[single], rows[single]
    found = totals(rows["place"].to_numpy(), rows["utc"].to_numpy(), {q: v[kept] for q, v in counted.values.items()})
    if found:
        counted.ledger.reject(counted.rows["place"].isin(found).to_numpy(), "total_row", table.header[plan.name])
        counted.ledger.note(f"a total over the other places, since it is their sum: {', '.join(sorted(found))}")


def _once(counted: Counted, table: Table, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """Rows that stand for a place and a time alone, and those of them for which several rows say different things."""
    ledger, rows = counted.ledger, counted.rows
    kept = ledger.kept.copy()
    blank = np.logical_and.reduce([lack == BLANK for lack in counted.lacks.values()])
    ledger.reject(kept & blank, "no_counts")
    told = pd.DataFrame({"place": rows["place"], "utc": rows["utc"], **counted.values})
    whole = told[ledger.kept]
    ledger.reject(whole.index[whole.duplicated()].to_numpy(), "duplicate")
    left = told.loc[ledger.kept, ["place", "utc"]]
    apart = left.index[left.duplicated(keep=False)].to_numpy()
    if plan.place is None and len(apart) and whole.duplicated(["place", "utc"], keep=False).mean() > 0.5:
        raise BadInput(table.where, "most times stand in several rows, and no column is recognised as that of the "
                       "places", f"{A_MAPPING} that names it: `columns: {{unit: <column name>}}`")
    contradicting = np.zeros(len(rows), dtype=bool)
    contradicting[apart] = True
    ledger.reject(apart, "contradicts")
    again = told[["place", "utc"]].assign(rank=~ledger.kept)[kept].sort_values("rank", kind="stable")
    once = np.zeros(len(rows), dtype=bool)
    once[again.index[~again.duplicated(["place", "utc"])]] = True
    return once, contradicting


def _grid(counted: Counted, once: np.ndarray, names: np.ndarray, zone: str) -> _Grid:
    row = np.flatnonzero(once)
    rows = counted.rows.iloc[row]
    place = np.searchsorted(names, rows["place"].to_numpy())
    start = rows["utc"].to_numpy().astype("datetime64[us]").astype(np.int64)
    order = np.lexsort((start, place))
    row, place, start = row[order], place[order], start[order]
    later, wall = rows["later"].to_numpy()[order], rows["wall"].to_numpy().astype("datetime64[us]")[order]
    last = np.diff(place, append=-1) != 0
    following = np.where(last, np.iinfo(np.int64).max, np.roll(start, -1))
    wait = (following - start)[~last]
    step = int(np.sort(wait)[(len(wait) - 1) // 2]) if len(wait) else _HOUR
    if not len(wait):
        counted.ledger.note("each place has one time only: it is taken to stand for an hour")
    usual = start + step
    if step == _DAY and not counted.offsets and zone != "UTC":
        days = pd.DatetimeIndex(wall + np.timedelta64(1, "D"))
        zoned = days.tz_localize(zone, ambiguous=np.ones(len(days), dtype=bool), nonexistent="shift_forward")
        usual = zoned.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]").astype(np.int64)
    # Where one row stands for both hours of one name, the next is two hours later: a count is of both.
    both = (later > 0) & (following - start > 1.5 * step) & (following - usual <= later + step // 2)
    reading = np.where(following - start <= 1.5 * step, following, usual)
    count = np.where(both, following, reading)
    return _Grid(row, place, start, reading, count, step)


def _missing(grid: _Grid, until: np.ndarray, names: np.ndarray) -> pd.DataFrame:
    """Where a place has no row, from the first time in the file to the last. until: where each row ends."""
    first, last = np.diff(grid.place, prepend=-1) != 0, np.diff(grid.place, append=-1) != 0
    parts = [(grid.place[first], np.full(first.sum(), grid.start.min()), grid.start[first]),
             (grid.place[~last], until[~last], grid.start[~first]),
             (grid.place[last], until[last], np.full(last.sum(), until.max()))]
    at, since, to = (np.concatenate(part) for part in zip(*parts, strict=True))
    return pd.DataFrame({"place": names[at], "from": since, "to": to, "reason": MISSING})[to - since > grid.step / 2]


def _frozen(values: np.ndarray, grid: _Grid, zone: str) -> np.ndarray:
    local = pd.to_datetime(grid.start.astype("datetime64[us]")).tz_localize("UTC").tz_convert(zone)
    hour = np.asarray(local.hour)
    adjoin = np.append([False], grid.start[1:] <= grid.count[:-1])
    out = np.zeros(len(values), dtype=bool)
    for rows in by_place(grid.place):
        out[rows] = frozen(values[rows], adjoin[rows], hour[rows])
    return out


def _merged(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells that lack a number, those of one place and reason that adjoin as one gap."""
    bad = cells[cells["reason"].ne("")]
    fresh = bad["place"].ne(bad["place"].shift()) | bad["reason"].ne(bad["reason"].shift()) \
        | bad["from"].ne(bad["to"].shift())
    return bad.groupby(fresh.cumsum()).agg({"place": "first", "quantity": "first", "from": "first", "to": "last",
                                            "reason": "first"})


def _count_doubled(counted: Counted, grid: _Grid) -> None:
    later = counted.rows["later"].to_numpy()[grid.row]
    counted.ledger.repair(grid.row[(later > 0) & (grid.count > grid.start + grid.step)], "hour_doubled")


def _report(path: Path, series: Series, counted: Counted, table: Table, plan: Plan, options: Options) -> SeriesReport:
    said = options.mapping
    columns: Mapping[str, str] = {
        "start": " + ".join(table.header[p] for p in plan.time),
        **({"unit": table.header[plan.place]} if plan.place is not None else {}),
        **{quantity: table.header[p] for p, quantity in plan.measured.items()}}
    used = set(plan.used())
    present = set(series.table["place"].unique()) | set(series.gaps["place"])
    can, cannot = abilities_of_counts(series)
    return SeriesReport(
        file=str(path), sha256=series.provenance.sha256, files=tuple(FileRows(*one) for one in counted.ledger.counts()),
        faults=counted.ledger.table(), columns=columns,
        unused=tuple(name for p, name in enumerate(table.header) if p not in used),
        places=tuple(place for place in counted.places if place.name in present),
        notes=(*counted.ledger.notes, WITHOUT_VISITS), can=can, cannot=cannot,
        kinds=kinds_of(sorted(series.table["place"].unique()), said),
        series=series, mapping=said.model_copy(update={
            "quantities": {**said.quantities, **{table.header[p]: q for p, q in plan.measured.items()}},
            "time_zone": said.time_zone or options.time_zone}))
