"""`Store`: studies, their runs as they finish, and their answers, in one file."""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pandas as pd
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from hospital_twin.comparison import Comparison
from hospital_twin.errors import BadInput
from hospital_twin.layout import as_yaml
from hospital_twin.runs import Item, Result, Runs
from hospital_twin.store import rows
from hospital_twin.store.database import Database, path_of
from hospital_twin.store.kept_logs import KeptLogs
from hospital_twin.store.schema import CENSUS, FAULT, ITEM, KPI_ROW, OBSERVED, QUANTITY, RECORD, SCENARIO, STUDY
from hospital_twin.store.study import Listed, Study
from hospital_twin.store.tables import as_text, from_text

_COMPARISON, _PLANNED = "comparison", "planned replications"


class Store:
    """Studies and their runs in one SQLite file.

    url_or_path: a file name or ``sqlite:///`` and a file name; the file is made when it is not there.
    patience: seconds to wait for another program that is writing. read_only: the file must be there, nothing is
    written, and nobody who writes is waited for; a file on a medium without permission to write is opened like that.
    What is kept is whole, also when the program is killed meanwhile. Several programs may use one store at once.
    Raises `BadInput` for a file that cannot be used, in words.
    """

    def __init__(self, url_or_path: str | Path, *, patience: float = 20.0, read_only: bool = False):
        self.path = path_of(url_or_path)
        self._database = Database(self.path, patience, read_only=read_only)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @property
    def logs(self) -> KeptLogs:
        """The event logs that were imported into it."""
        return KeptLogs(self._database)

    def begin(self, study: Study, planned: int | None = None) -> str:
        """Take a study up and return its id; one with the same inputs is gone on with.

        planned: how many (scenario, replication) are wanted, where that is known.
        """
        with self._database.writing() as connection:
            turn = 1 + (connection.scalar(select(func.max(STUDY.c.turn))) or 0)
            if connection.scalar(select(STUDY.c.id).where(STUDY.c.id == study.id)) is None:
                connection.execute(insert(STUDY).values(id=study.id, turn=turn, begun=_now(), **rows.words_row(study),
                                                        **rows.study_row(study)))
                connection.execute(insert(SCENARIO), [
                    {"study": study.id, "position": i, "name": e.scenario.name, "yaml": as_yaml(e.scenario)}
                    for i, e in enumerate(study.experiments)])
            else:
                connection.execute(update(STUDY).where(STUDY.c.id == study.id).values(turn=turn,
                                                                                      **rows.words_row(study)))
            _replace_many(connection, FAULT, study.id, [{"study": study.id, "position": i, "sentence": sentence}
                                                        for i, sentence in enumerate(study.faults)])
            connection.execute(delete(RECORD).where((RECORD.c.study == study.id) & (RECORD.c.kind == _PLANNED)))
            if planned is not None:
                connection.execute(insert(RECORD).values(study=study.id, kind=_PLANNED, about=json.dumps(planned),
                                                         columns="{}", rows="[]"))
            if study.observed is not None:
                _replace_many(connection, OBSERVED, study.id, rows.series_rows(study.id, study.observed))
        return study.id

    def keeper(self, study_id: str) -> Callable[[Item, Result], None]:
        """`keep` of one study, as `runs.run_all` takes it."""
        return lambda item, result: self.keep(study_id, item, result)

    def keep(self, study_id: str, item: Item, result: Result) -> None:
        """Keep the result of one replication; kept twice, it is there once."""
        with self._database.writing() as connection:
            self._scenario(connection, study_id, item.scenario)
            mine = (ITEM.c.study == study_id) & (ITEM.c.scenario == item.scenario) & (
                ITEM.c.replication == item.replication)
            connection.execute(delete(ITEM).where(mine))
            number = connection.execute(insert(ITEM).values(
                study=study_id, scenario=item.scenario, replication=item.replication, kept=_now())
            ).inserted_primary_key.id
            quantities = _quantities(connection, rows.quantity_keys(result.kpis))
            connection.execute(insert(KPI_ROW), rows.kpi_rows(number, result.kpis, quantities))
            connection.execute(insert(CENSUS), rows.census_rows(number, result.census))

    def known(self, study_id: str, scenario: str | None = None) -> dict[Item, Result]:
        """What is kept of a study (of one scenario of it), as `runs.run_all` takes it."""
        with self._database.reading() as connection:
            self._row(connection, study_id)
            wanted = (ITEM.c.study == study_id) if scenario is None else (
                (ITEM.c.study == study_id) & (ITEM.c.scenario == scenario))
            items = {row.id: Item(row.scenario, row.replication) for row in connection.execute(
                select(ITEM).where(wanted).order_by(ITEM.c.scenario, ITEM.c.replication))}
            columns = [KPI_ROW.c.item, QUANTITY.c.kpi, QUANTITY.c.place, QUANTITY.c.hour, QUANTITY.c.statistic,
                       KPI_ROW.c.value, KPI_ROW.c.n, KPI_ROW.c.reason]
            kpis = connection.execute(select(*columns).join_from(KPI_ROW, QUANTITY).join(ITEM).where(wanted)
                                      .order_by(KPI_ROW.c.item, KPI_ROW.c.position)).all()
            census = connection.execute(select(CENSUS.c.item, CENSUS.c.place, CENSUS.c.hourly).join(ITEM).where(wanted)
                                        .order_by(CENSUS.c.item, CENSUS.c.position)).all()
        with rows.whole("replication", str(self.path)):
            results = rows.results_of(pd.DataFrame(kpis, columns=[c.name for c in columns]), census, str(self.path))
            return {item: results[number] for number, item in items.items()}

    def runs(self, study_id: str, scenario: str) -> Runs:
        """All kept replications of one scenario. Raises `BadInput` when there are none."""
        experiment = self.study(study_id).experiment(scenario)
        known = {item.replication: result for item, result in self.known(study_id, scenario).items()}
        if not known:
            raise BadInput(str(self.path), f"no replication of {scenario!r} is finished in study {study_id}",
                           "a study that has run; begin it again to go on")
        return Runs.of(experiment, known)

    def finish(self, study_id: str, comparison: Comparison | None = None, **tables: pd.DataFrame) -> None:
        """Keep the answer of a study: its comparison, and further tables by name, such as ``beside``."""
        records = {name: (table, {}) for name, table in tables.items()}
        if comparison is not None:
            records[_COMPARISON] = comparison.table, rows.about_comparison(comparison)
        with self._database.writing() as connection:
            self._row(connection, study_id)
            for kind, (table, about) in records.items():
                columns, values = as_text(table)
                connection.execute(delete(RECORD).where((RECORD.c.study == study_id) & (RECORD.c.kind == kind)))
                connection.execute(insert(RECORD).values(study=study_id, kind=kind, about=json.dumps(about),
                                                         columns=columns, rows=values))
            connection.execute(update(STUDY).where(STUDY.c.id == study_id).values(finished=_now()))

    def comparison(self, study_id: str) -> Comparison | None:
        """The comparison that was given to `finish`; None when there is none."""
        found = self._record(study_id, _COMPARISON)
        with rows.whole("comparison", str(self.path)):
            return None if found is None else rows.comparison_of(*found)

    def table(self, study_id: str, name: str) -> pd.DataFrame | None:
        """A table that was given to `finish` by this name; None when there is none."""
        found = self._record(study_id, name)
        return None if found is None else found[0]

    def study(self, study_id: str) -> Study:
        """A study as it was begun. Raises `BadInput` for an id that is not there."""
        with self._database.reading() as connection:
            row = self._row(connection, study_id)
            scenarios, faults = (
                connection.scalars(select(column).where(table.c.study == study_id).order_by(table.c.position)).all()
                for table, column in ((SCENARIO, SCENARIO.c.yaml), (FAULT, FAULT.c.sentence)))
            observed = connection.execute(select(OBSERVED).where(OBSERVED.c.study == study_id)).all()
        with rows.whole("study", str(self.path)):
            series = rows.series_of(observed, row.time_zone, str(self.path))
            study = rows.study_of(row, scenarios, faults, series)
        if study.id != row.id:
            raise BadInput(str(self.path), f"study {row.id} is not what it was when it was kept",
                           "a copy of the store from a backup, or a new one")
        return study

    def studies(self) -> list[Listed]:
        """All studies, the one begun last first."""
        items = select(func.count()).where(ITEM.c.study == STUDY.c.id).scalar_subquery()
        planned = select(RECORD.c.about).where((RECORD.c.study == STUDY.c.id) & (RECORD.c.kind == _PLANNED)
                                               ).scalar_subquery()
        columns = [STUDY.c[name] for name in Listed._fields if name not in ("items", "planned")]
        with self._database.reading() as connection:
            found = connection.execute(select(*columns, items, planned).order_by(STUDY.c.turn.desc())).all()
        with rows.whole("line of the list", str(self.path)):
            return [rows.listed(*row) for row in found]

    def latest(self) -> str | None:
        """The id of the finished study that was begun last; None when there is none."""
        return next((study.id for study in self.studies() if study.finished), None)

    def _record(self, study_id: str, kind: str) -> tuple[pd.DataFrame, dict[str, Any]] | None:
        with self._database.reading() as connection:
            self._row(connection, study_id)
            row = connection.execute(select(RECORD).where((RECORD.c.study == study_id) & (RECORD.c.kind == kind))
                                     ).one_or_none()
        if row is None:
            return None
        with rows.whole("record", str(self.path)):
            return from_text(row.columns, row.rows, str(self.path)), json.loads(row.about)

    def _row(self, connection: Connection, study_id: str) -> Row[Any]:
        row = connection.execute(select(STUDY).where(STUDY.c.id == study_id)).one_or_none()
        if row is None:
            raise BadInput(str(self.path), f"there is no study {study_id!r} in it", "the id of one that is listed")
        return row

    def _scenario(self, connection: Connection, study_id: str, scenario: str) -> None:
        known = connection.scalars(select(SCENARIO.c.name).where(SCENARIO.c.study == study_id)).all()
        if scenario not in known:
            raise BadInput(str(self.path), f"study {study_id!r} has no scenario {scenario!r}",
                           "a study that was begun, and one of its scenarios" + (": " + ", ".join(known) if known
                                                                                 else ""))


def _replace_many(connection: Connection, table: Any, study_id: str, values: list[Mapping[str, Any]]) -> None:
    connection.execute(delete(table).where(table.c.study == study_id))
    if values:
        connection.execute(insert(table), values)


def _quantities(connection: Connection, keys: list[tuple[str, str, int, str]]) -> dict[tuple, int]:
    """The number of each quantity; new ones are given one."""
    found = {tuple(row[1:]): row[0] for row in connection.execute(select(QUANTITY))}
    new = [key for key in dict.fromkeys(keys) if key not in found]
    for key in new:
        row = dict(zip(("kpi", "place", "hour", "statistic"), key, strict=True))
        found[key] = connection.execute(insert(QUANTITY).values(**row)).inserted_primary_key.id
    return found


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
