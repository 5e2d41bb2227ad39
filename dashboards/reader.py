"""What the pages show: the answers of a store, the latest first, read anew whenever the store has changed."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hospital_twin import Answer, BadInput, Store

KEPT = 3
"""Answers that are held for pages that are open."""
PATIENCE = 2.0
"""Seconds for which a page waits for the store."""


class Key(NamedTuple):
    """Which answer a page shows: the study's id, and when its answer was stored (ISO, UTC)."""

    study: str = ""
    finished: str = ""


class Running(NamedTuple):
    """A question that has no answer yet, in words, and the command that goes on with it."""

    words: str
    command: str


class Shown(NamedTuple):
    """What there is to show: an answer, or the fault that hides it, or neither when there is no answer yet.

    running: what was asked after it and has no answer yet.
    """

    answer: Answer | None = None
    key: Key = Key()
    running: Running | None = None
    fault: BadInput | None = None


class Reader:
    """Reads one store for all requests. The last answers are kept, for pages that show an earlier one."""

    def __init__(self, store: Path):
        self.store = store
        self._lock = Lock()
        self._kept: dict[Key, Answer] = {}

    def read(self) -> Shown:
        """The latest finished study of the store."""
        if not self._is_there():
            return Shown()
        try:
            with self._open() as store:
                studies = store.studies()
                running = _running(store, studies[0]) if studies and not studies[0].finished else None
                latest = _latest(studies)
                return Shown(self._answer(store, latest) if latest.study else None, latest, running)
        except BadInput as fault:
            return Shown(fault=fault)

    def latest(self) -> Key:
        """The latest answer that there is; empty when there is none that can be read."""
        try:
            with self._open() as store:
                return _latest(store.studies())
        except BadInput:
            return Key()

    def answer(self, key: Key) -> Answer | None:
        """The answer that a page shows; None when it is no longer there as it was."""
        try:
            with self._open() as store:
                there = any(key == (one.id, one.finished) for one in store.studies())
                return self._answer(store, key) if there else None
        except BadInput:
            return None

    def _open(self) -> Store:
        return Store(self.store, patience=PATIENCE, read_only=True)

    def _is_there(self) -> bool:
        return self.store.is_file() and self.store.stat().st_size > 0

    def _answer(self, store: Store, key: Key) -> Answer:
        with self._lock:
            kept = self._kept.get(key)
        found = kept or _read(store, key.study)
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = found
            for old in list(self._kept)[:-KEPT]:
                del self._kept[old]
        return found


def _latest(studies: Sequence[Any]) -> Key:
    """The first of some studies, the latest first, that has an answer; empty where none has."""
    return next((Key(one.id, one.finished) for one in studies if one.finished), Key())


def _read(store: Store, name: str) -> Answer:
    study = store.study(name)
    runs = tuple(store.runs(name, experiment.scenario.name) for experiment in study.experiments)
    return Answer(study.question, study.baseline.hospital, runs, store.comparison(name), study.observed,
                  store.table(name, "beside"), study.faults, study.command, study.synthetic)


def _running(store: Store, listed: Any) -> Running:
    study = store.study(listed.id)
    of = "" if listed.planned is None else f" of {listed.planned:,}"
    begun = moment(listed.begun, study.baseline.hospital.layout.time_zone)
    return Running(f"The latest question is not answered yet: {study.question} ({listed.hospital}; begun {begun}; "
                   f"{listed.items:,}{of} replications of it are finished).", study.command)


def moment(time: str, zone: str) -> str:
    """An ISO time as the hospital's clock shows it, to the minute."""
    return f"{datetime.fromisoformat(time).astimezone(ZoneInfo(zone)):%d %b %Y, %H:%M %Z}"
