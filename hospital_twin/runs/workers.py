"""Workers: one Python process each, that is told a hospital once and then answers one replication after another.

They are started with ``python -m hospital_twin.runs`` and spoken to in lines of JSON. `multiprocessing` would
import the user's own script again in each worker (so that a script without ``if __name__ == "__main__"`` starts
itself), and a pool of it waits for ever when a worker is killed; here a worker that ends is a line that ends.
"""
from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hospital_twin.runs.replicate import Prepared, ReplicationFailed
from hospital_twin.runs.results import Item, Result

Answer = tuple[Item, Mapping[str, Any] | None]


def in_process(prepared: Mapping[str, Prepared], items: Sequence[Item]) -> Iterator[tuple[Item, Result]]:
    """Each item with its result, one after the other in this process."""
    for item in items:
        yield item, prepared[item.scenario].replicate(item.replication)


class Crew:
    """So many workers for some prepared experiments."""

    def __init__(self, prepared: Mapping[str, Prepared], number: int):
        self.prepared, self.number = prepared, number

    def finished(self, items: Sequence[Item]) -> Iterator[tuple[Item, Result]]:
        """Each item with its result, as they finish; the workers end with the iteration, whatever ends it.

        Raises `ReplicationFailed`, also when a worker ends without an answer.
        """
        todo: queue.SimpleQueue[Item] = queue.SimpleQueue()
        answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        for item in items:
            todo.put(item)
        orders = json.dumps({name: p.to_dict() for name, p in self.prepared.items()})
        workers, threads = [], []
        try:
            for _ in range(self.number):
                workers.append(_hired())
                threads.append(threading.Thread(target=_attend, args=(workers[-1], orders, todo, answers), daemon=True))
                threads[-1].start()
            for _ in items:
                yield _opened(*_next(answers))
        finally:
            for worker in workers:
                worker.kill()
            for thread in threads:
                thread.join()
            for worker in workers:
                worker.communicate()


def _hired() -> subprocess.Popen[str]:
    package = str(Path(__file__).parents[2])
    path = os.pathsep.join(part for part in (package, os.environ.get("PYTHONPATH", "")) if part)
    return subprocess.Popen([sys.executable, "-m", "hospital_twin.runs"], text=True, encoding="utf-8",
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path})


def _attend(worker: subprocess.Popen[str], orders: str, todo: queue.SimpleQueue[Item],
            answers: queue.SimpleQueue[Answer]) -> None:
    """Hand one worker item after item, until there are no more or it has ended."""
    line = orders
    while not todo.empty():
        try:
            item = todo.get_nowait()
        except queue.Empty:
            return
        answer = _asked(worker, f"{line}\n{json.dumps(item)}\n" if line else f"{json.dumps(item)}\n")
        line = ""
        answers.put((item, answer))
        if answer is None:
            return


def _next(answers: queue.SimpleQueue[Answer]) -> Answer:
    """The next answer. Windows hears no Ctrl-C during a wait without end, hence the short ones."""
    while True:
        try:
            return answers.get(timeout=1)
        except queue.Empty:
            continue


def _asked(worker: subprocess.Popen[str], question: str) -> Mapping[str, Any] | None:
    """A worker's answer; None when it has ended, perhaps in the middle of a line."""
    try:
        worker.stdin.write(question)
        worker.stdin.flush()
        return json.loads(worker.stdout.readline())
    except (OSError, ValueError):
        return None


def _opened(item: Item, answer: Mapping[str, Any] | None) -> tuple[Item, Result]:
    if answer is None:
        raise ReplicationFailed(*item, "its worker ended without an answer (killed, or out of memory); what had "
                                       "finished is kept, so run again, perhaps with fewer workers")
    if "failed" in answer:
        raise ReplicationFailed(*answer["failed"])
    return item, Result.from_dict(answer)
