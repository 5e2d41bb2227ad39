"""A worker: reads its orders, then answers each item with its result, until there are no more (see `workers`)."""
from __future__ import annotations

import os
import pickle
import signal
import traceback

from hospital_twin.runs.replicate import ReplicationFailed
from hospital_twin.runs.workers import ProgramFault


def main() -> None:
    """Pickled orders and items in, pickled results out; whatever else is printed goes to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with open(os.dup(1), "wb") as answers, open(os.dup(0), "rb") as questions:
        os.dup2(2, 1)
        prepared = pickle.load(questions)  # noqa: S301 - from the process that started this one
        while questions.peek(1):
            scenario, replication = pickle.load(questions)  # noqa: S301 - as above
            try:
                answer = prepared[scenario].replicate(replication)
            except ReplicationFailed as failed:
                answer = failed
            except Exception:  # noqa: BLE001 - a fault of the program, told where it can be seen
                answer = ProgramFault(traceback.format_exc())
            pickle.dump(answer, answers)
            answers.flush()


if __name__ == "__main__":
    main()
