"""`read_log`: a file → an event log and a report of what was wrong with it."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hospital_twin import __version__
from hospital_twin.drawers import entry, open_drawer
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog, Provenance
from hospital_twin.importers._abilities import abilities, facts_of
from hospital_twin.importers._assemble import Assembled, assemble
from hospital_twin.importers._capacity import staffed_capacity
from hospital_twin.importers._checks import check_rows
from hospital_twin.importers._columns import refuse
from hospital_twin.importers._containers import recognised_in
from hospital_twin.importers._count_columns import HoldsCounts, plan_of
from hospital_twin.importers._finding import WholeLog
from hospital_twin.importers._findings import findings_in
from hospital_twin.importers._importer import Importer, Options, RawRows
from hospital_twin.importers._mapping import LogMapping
from hospital_twin.importers._naming import Named, Word, name_rows
from hospital_twin.importers._options import options_for
from hospital_twin.importers._pseudonyms import pseudonyms_of
from hospital_twin.importers._report import FileRows, QualityReport
from hospital_twin.importers._saved_mapping import mapping_of
from hospital_twin.importers._shown import shown_file
from hospital_twin.importers._source import A_MAPPING
from hospital_twin.importers._window import Observed, observed
from hospital_twin.layout import Layout

DRAWER = "hospital_twin.importers"
_CERTAIN_ENOUGH = 0.5


def importer_drawer() -> Mapping[str, Importer]:
    """Every importer by id."""
    return open_drawer(DRAWER, "IMPORTER")


def read_log(path: str | Path, *, layout: Layout | None = None, mapping: LogMapping | str | Path | None = None,
             time_zone: str | None = None, importer: str | None = None,
             key: bytes | None = None) -> tuple[EventLog, QualityReport]:
    """The event log in a file (or folder), and a report of what was found wrong with it.

    layout: gives units their kinds, classes their values, staff their roles, the time zone and the staffed capacity.
    mapping: a `LogMapping`, or the path of a YAML file that holds one; by default the file ``<log>.mapping.yaml`` that
    lies beside the log, if there is one.
    time_zone: of times without an offset; else the mapping's, the layout's, or UTC with a note in the report.
    importer: id of the importer; by default the one that is most certain.
    key: 16 to 64 secret bytes (`importers.key_in` keeps some in a file). Visits and patients have keyed hashes in place
    of their numbers; with the same key the same ones in every log. Without it they fit within this process alone.
    Raises `BadInput` for what cannot be read at all; a row that cannot is rejected and listed in the report.
    """
    path, pseudonyms = Path(path), pseudonyms_of(key)
    options, found = options_for(path, layout, mapping, time_zone)
    chosen = _choose(path, options, importer)
    raw = chosen.read(path, options)
    if found:
        raw.ledger.note(f"read with the mapping {found}, which lies beside the log")
    named = name_rows(raw, options, str(path), pseudonyms)
    check_rows(named.rows, raw.ledger, raw.columns, comparable=raw.dates_comparable)
    _any_left(raw, path)
    assembled = assemble(named, raw.ledger, raw.columns, _staff(options))
    window = observed(assembled.stays, raw.time_zone, comparable=raw.dates_comparable)
    log = _event_log(path, assembled, named, raw, options, window)
    return log, _report(path, chosen, raw, named, log, window, options)


def _choose(path: Path, options: Options, wanted: str | None) -> Importer:
    if wanted is not None:
        return entry(DRAWER, "IMPORTER", wanted, where="importer")
    if options.mapping.shape is not None:
        return entry(DRAWER, "IMPORTER", options.mapping.shape, where=options.mapping.place("shape"))
    drawer = importer_drawer()
    certainty, refusal = _certainty(drawer, path, options)
    best = max(certainty, key=certainty.__getitem__)
    if certainty[best] < _CERTAIN_ENOUGH:
        if refusal is not None:
            raise refusal
        understood = "".join(f"\n    {importer.understands}" for importer in drawer.values())
        if path.is_dir():
            raise BadInput(str(path), "this folder holds no log that is known", f"one of these shapes: {understood}")
        table, recognised = recognised_in(path, options)
        if plan_of(table, options.mapping) is not None:
            raise HoldsCounts(table.where, "these are counts, without visits: there is no column of a visit's number",
                              "rows of visits. `read_series` reads counts, and `hospital-twin check` says what is in "
                              "them")
        refuse(table, recognised, understood)
    return drawer[best]


def _certainty(drawer: Mapping[str, Importer], path: Path, options: Options
               ) -> tuple[dict[str, float], BadInput | None]:
    """How certain each importer is, and the first refusal: what one cannot open, another may know how to."""
    found, refusal = dict.fromkeys(drawer, 0.0), None
    for name, importer in drawer.items():
        try:
            found[name] = importer.accepts(path, options)
        except BadInput as wrong:
            refusal = refusal or wrong
    return found, refusal


def _any_left(raw: RawRows, path: Path) -> None:
    if raw.ledger.kept[:len(raw.rows)].any():
        return
    taken = "; ".join(f"{field} = {name}" for field, name in raw.columns.items())
    raise BadInput(str(path), f"not one of the {len(raw.rows):,} rows can be used: {raw.ledger.why_rejected()}",
                   "rows with a visit, a unit and a start from 1971 to 2099. Were columns mistaken for others "
                   f"({taken})? Then {A_MAPPING} says what they are, and that dates were shifted on purpose "
                   "(`dates_comparable: false`)")


def _staff(options: Options) -> dict[str, str]:
    """Role → the layout's first resource of that role."""
    resources = options.layout.resources() if options.layout else {}
    return {resource.role: name for name, resource in reversed(resources.items())}


def _event_log(path: Path, assembled: Assembled, named: Named, raw: RawRows, options: Options,
               window: Observed) -> EventLog:
    units = {word.name: word.means for word in named.units if word.name}
    if options.layout:
        units = {name: units[name] for name in [*options.layout.units, *units] if name in units}
    present = set(assembled.stays["unit"].cat.categories[assembled.stays["unit"].cat.codes.unique()])
    units = {name: kind for name, kind in units.items() if name in present}
    capacity = staffed_capacity(options.layout, window.start, window.end, units) \
        if options.layout and raw.dates_comparable else None
    roles = {word.name: word.means for word in named.resources} | assembled.resources
    if capacity is not None:
        roles |= {name: resource.role for name, resource in options.layout.resources().items()
                  if name not in options.layout.units}
    resources = dict.fromkeys(units, "place") | {name: role for name, role in roles.items() if name not in units}
    about = Provenance(kind="log", name=shown_file(path.name), sha256=raw.sha256, version=__version__,
                       dates_comparable=raw.dates_comparable)
    return EventLog.of(assembled.stays, capacity, attributes=named.attributes, units=units, resources=resources,
                       time_zone=raw.time_zone, start=window.start, end=window.end, provenance=about)


def _report(path: Path, importer: Importer, raw: RawRows, named: Named, log: EventLog,  # noqa: PLR0913
            window: Observed, options: Options) -> QualityReport:
    notes = list(raw.ledger.notes)
    if window.before or window.after:
        notes.append(f"{window.before:,} visits arrived before, and {window.after:,} after, the days of full records; "
                     "what they do within the window counts")
    can, cannot = abilities(log, facts_of(frozenset(raw.columns), options.layout, times_of_day=raw.times_of_day,
                                          dates_comparable=raw.dates_comparable))
    activity = log.stays["activity"]
    return QualityReport(
        file=str(path), sha256=log.provenance.sha256, shape=importer.title,
        files=tuple(FileRows(*counts) for counts in raw.ledger.counts()), faults=raw.ledger.table(),
        columns=dict(raw.columns), unused=raw.unused, units=_merged(named.units), resources=_merged(named.resources),
        notes=tuple(notes), can=can, cannot=cannot, visits=int(log.stays["visit"].nunique()),
        stays=int(activity.eq("stay").sum()), start=log.start, end=log.end, time_zone=log.time_zone,
        dates_comparable=raw.dates_comparable, events=raw.events, guesses=raw.guesses,
        mapping=mapping_of(_id_of(importer), raw, named, options),
        touched=raw.ledger.touched(named.rows["visit"].to_numpy()),
        findings=findings_in(WholeLog(log, named.rows, raw.ledger, raw.columns, raw.times_of_day, raw.zone_assumed,
                                      _not_in_layout(named, options))))


def _not_in_layout(named: Named, options: Options) -> tuple[Word, ...]:
    """The units of a log that its layout does not have."""
    known = options.layout.units if options.layout else {word.name: None for word in named.units}
    return tuple(word for word in _merged(named.units) if word.name and word.name not in known)


def _id_of(importer: Importer) -> str:
    return next((name for name, one in importer_drawer().items() if one.title == importer.title), importer.title)


def _merged(words: tuple[Word, ...]) -> tuple[Word, ...]:
    return tuple(sorted(words, key=lambda word: (not word.name, word.name)))
