"""What the pages show: the latest answer of a store, read anew whenever it has changed."""
from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import NamedTuple

from hospital_twin import Answer, BadInput, Store


class Shown(NamedTuple):
    """What there is to show: an answer, or the fault that hides it, or neither when there is no answer yet.

    study: its id. finished: when the answer was stored (ISO, UTC). running: what was asked after it and has no answer
    yet, in words.
    """

    answer: Answer | None = None
    study: str = ""
    finished: str = ""
    running: str = ""
    fault: BadInput | None = None


class Reader:
    """Reads one store for all requests. The last answer is kept until the store has another one."""

    def __init__(self, store: Path):
        self.store = store
        self._lock = Lock()
        self._last = Shown()

    def read(self) -> Shown:
        """The latest finished study of the store."""
        if not self.store.is_file():
            return Shown()
        try:
            with self._lock, Store(self.store) as store:
                return self._read(store)
        except BadInput as fault:
            return Shown(fault=fault)

    def _read(self, store: Store) -> Shown:
        studies = store.studies()
        running = next((f"The latest question is not answered yet: {one.question} {one.items} replications of it are "
                        "finished." for one in studies[:1] if not one.finished), "")
        latest = next((one for one in studies if one.finished), None)
        if latest is None:
            return Shown(running=running)
        if (latest.id, latest.finished) != (self._last.study, self._last.finished):
            self._last = Shown(_answer(store, latest.id), latest.id, latest.finished)
        return self._last._replace(running=running)


def _answer(store: Store, name: str) -> Answer:
    study = store.study(name)
    runs = tuple(store.runs(name, experiment.scenario.name) for experiment in study.experiments)
    return Answer(study.question, study.baseline.hospital, runs, store.comparison(name), study.observed,
                  store.table(name, "beside"), study.faults, study.command, study.synthetic)
