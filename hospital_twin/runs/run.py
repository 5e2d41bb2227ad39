"""`run`: replications as pieces of work that any number of workers share, with one and the same result."""
from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral
from pathlib import Path

from hospital_twin.errors import BadInput
from hospital_twin.runs.experiment import Experiment
from hospital_twin.runs.replicate import Prepared
from hospital_twin.runs.results import Item, Result, Runs
from hospital_twin.runs.workers import Crew, in_process

Keep = Callable[[Item, Result], None]
Progress = Callable[[int, int], None]


def run(experiment: Experiment, *, replications: int | Iterable[int], workers: int | None = None,
        keep: Keep | None = None, known: Mapping[Item, Result] | None = None,
        progress: Progress | None = None, logs: Path | None = None, keep_logs: bool = False) -> Runs:
    """Replications of one experiment. See `run_all`."""
    return run_all([experiment], replications=replications, workers=workers, keep=keep, known=known,
                   progress=progress, logs=logs, keep_logs=keep_logs)[0]


def run_all(experiments: Sequence[Experiment], *, replications: int | Iterable[int], workers: int | None = None,
            keep: Keep | None = None, known: Mapping[Item, Result] | None = None,
            progress: Progress | None = None, logs: Path | None = None, keep_logs: bool = False
            ) -> tuple[Runs, ...]:
    """Replications of several experiments (a baseline and its what-ifs), one `Runs` each, in their order.

    replications: how many, or which ones by number (from 0).
    workers: processes; by default one per processor, 1 runs in this process. The results are the same for any number.
    keep: called with each item as it finishes, in this process, in no particular order.
    known: results that need not be made again (what an earlier, interrupted call kept).
    progress: called with (finished, all) at the start and after each item.
    logs: a folder of logs: a replication whose log lies there is measured, not simulated again. keep_logs: put there
    those that do not (some megabytes each), so that another call can measure the same patients after another warm-up.
    Whatever ends the call early (an error, Ctrl-C, an exception from `keep` or `progress`) ends the workers with it;
    what was kept stays kept. Raises `BadInput` before anything runs, and `ReplicationFailed`.
    """
    numbers = _numbers(replications)
    _checked(experiments, numbers, workers)
    prepared = {one.scenario.name: Prepared.of(one, logs, keep_logs=keep_logs) for one in experiments}
    items = [Item(name, number) for number in numbers for name in prepared]
    results = {item: known[item] for item in items if item in known} if known else {}
    missing = [item for item in items if item not in results]
    tell = progress or (lambda done, total: None)
    tell(len(results), len(items))
    for item, result in _finished(prepared, missing, workers):
        results[item] = result
        if keep:
            keep(item, result)
        tell(len(results), len(items))
    return tuple(Runs.of(experiment, {n: results[Item(experiment.scenario.name, n)] for n in numbers})
                 for experiment in experiments)


def _finished(prepared: Mapping[str, Prepared], items: Sequence[Item], workers: int | None
              ) -> Iterable[tuple[Item, Result]]:
    number = min(workers or _processors(), len(items))
    return in_process(prepared, items) if number < 2 else Crew(prepared, number).finished(items)


def _processors() -> int:
    """How many processors this process may use (a container may have fewer than its machine)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _numbers(replications: int | Iterable[int]) -> tuple[int, ...]:
    """The replications meant, each once."""
    if isinstance(replications, Integral) and not isinstance(replications, bool):
        return tuple(range(int(replications)))
    if not isinstance(replications, Iterable) or isinstance(replications, str | bytes):
        raise BadInput("run, replications", f"{replications!r} is not a whole number", "how many, or which ones")
    found = tuple(dict.fromkeys(replications))
    odd = next((n for n in found if isinstance(n, bool) or not isinstance(n, Integral)), None)
    if odd is not None:
        raise BadInput("run, replications", f"{odd!r} is not the number of one", "whole numbers from 0")
    return tuple(int(n) for n in found)


def _checked(experiments: Sequence[Experiment], numbers: Sequence[int], workers: int | None) -> None:
    names = [experiment.scenario.name for experiment in experiments]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadInput("run, scenarios", f"two are called {twice!r}", "a name of its own for each")
    if not numbers or min(numbers) < 0:
        raise BadInput("run, replications", f"{list(numbers)[:5]} are not numbers of replications",
                       "at least one, numbered from 0")
    if workers is not None and workers < 1:
        raise BadInput("run, workers", f"{workers} workers", "1 or more, or none given for one per processor")
