"""A worker: reads its orders, then answers each item with its result, until there are no more (see `workers`)."""
from __future__ import annotations

import json
import os
import signal

from hospital_twin.runs.replicate import Prepared, ReplicationFailed


def main() -> None:
    """Lines of JSON in, lines of JSON out; whatever else is printed goes to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with open(os.dup(1), "w", encoding="utf-8") as answers, open(os.dup(0), encoding="utf-8") as orders:
        os.dup2(2, 1)
        prepared = {name: Prepared.from_dict(value) for name, value in json.loads(orders.readline()).items()}
        for line in orders:
            scenario, replication = json.loads(line)
            try:
                answer = prepared[scenario].replicate(replication).to_dict()
            except ReplicationFailed as failed:
                answer = {"failed": failed.args}
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
