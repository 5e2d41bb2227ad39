"""Workers: one Python process each, that is told a hospital once and then answers one replication after another.

They are started with ``python -m hospital_twin.runs`` and spoken to over their standard input and output.
`multiprocessing` would import the user's own script again in each worker (so that a script without
``if __name__ == "__main__"`` starts itself), and a pool of it waits for ever when a worker is killed; here a worker
that ends is a pipe that ends.
"""
from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hospital_twin.runs.replicate import Prepared, ReplicationFailed
from hospital_twin.runs.results import Item, Result


class ProgramFault(Exception):  # noqa: N818 - it is named by what it is
    """Something went wrong in a worker that is no fault of the hospital; with the worker's traceback."""


Answer = tuple[Item, Result | ReplicationFailed | ProgramFault]
_NO_ANSWER = ("its worker ended without an answer (killed, or out of memory); what had finished is kept, so run again, "
              "perhaps with fewer workers")


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

        Raises `HospitalFailed`; `ReplicationFailed` when a worker ends without an answer; `ProgramFault`.
        """
        ahead: queue.SimpleQueue[Item] = queue.SimpleQueue()
        answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        for item in items:
            ahead.put(item)
        orders = pickle.dumps(dict(self.prepared))
        workers, threads = [], []
        try:
            for _ in range(self.number):
                worker = _hired()
                workers.append(worker)
                threads.append(threading.Thread(target=_attend, args=(worker, orders, ahead, answers), daemon=True))
                threads[-1].start()
            for _ in items:
                item, answer = _next(answers)
                if isinstance(answer, Exception):
                    raise answer
                yield item, answer
        finally:
            for worker in workers:
                worker.kill()
            for thread in threads:
                thread.join()
            for worker in workers:
                worker.communicate()


def _hired() -> subprocess.Popen[bytes]:
    package = str(Path(__file__).parents[2])
    path = os.pathsep.join(part for part in (package, os.environ.get("PYTHONPATH", "")) if part)
    return subprocess.Popen([sys.executable, "-m", "hospital_twin.runs"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path})


def _attend(worker: subprocess.Popen[bytes], orders: bytes, ahead: queue.SimpleQueue[Item],
            answers: queue.SimpleQueue[Answer]) -> None:
    """Give one worker its orders, then item after item, until there are no more or it has ended."""
    unsent = orders
    while not ahead.empty():
        try:
            item = ahead.get_nowait()
        except queue.Empty:
            return
        answer, unsent = _asked(worker, unsent + pickle.dumps(item)), b""
        answers.put((item, answer or ReplicationFailed(*item, _NO_ANSWER)))
        if answer is None:
            return


def _asked(worker: subprocess.Popen[bytes], question: bytes) -> Result | ReplicationFailed | ProgramFault | None:
    """A worker's answer; None when it has ended, perhaps in the middle of one."""
    try:
        worker.stdin.write(question)
        worker.stdin.flush()
        return pickle.load(worker.stdout)  # noqa: S301 - from a process that this one started
    except (OSError, ValueError, EOFError, pickle.UnpicklingError):
        return None


def _next(answers: queue.SimpleQueue[Answer]) -> Answer:
    """The next answer. Windows hears no Ctrl-C during a wait without end, hence the short ones."""
    while True:
        try:
            return answers.get(timeout=1)
        except queue.Empty:
            continue
