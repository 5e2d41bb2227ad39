"""Imports that are killed at moments drawn by lot, and begun again: what is in the store in the end."""
from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hospital_twin.cli._endings import exit_code
from hospital_twin.store import Store

ROWS = 4_000
_CHILD = "import sys; from hospital_twin.cli._endings import exit_code; sys.exit(exit_code(sys.argv[1:]))"
_MOST_SECONDS = 60.0


def a_log(path: Path) -> Path:
    """A log of an emergency department and a ward, large enough for its import to last."""
    lines = ["visit,patient,unit,start,end,acuity,disposition"]
    for visit in range(ROWS // 2):
        came = datetime(2025, 1, 6, tzinfo=UTC) + timedelta(minutes=41 * visit)
        moved, left = came + timedelta(minutes=90 + visit % 200), came + timedelta(hours=20 + visit % 90)
        for unit, begin, end in (("ED", came, moved), ("Ward 3", moved, left)):
            times = f"{begin:%Y-%m-%d %H:%M},{end:%Y-%m-%d %H:%M}"
            lines.append(f"{700_000 + visit},{80_000 + visit % 1_500},{unit},{times},{1 + visit % 5},Home")
    path.write_text("\n".join(lines) + "\n")
    return path


def arguments(log: Path, store: Path) -> list[str]:
    """The import, with a key beside the log."""
    return ["import", str(log), "--store", str(store), "--key", str(log.with_name("my.key")), "--time-zone", "UTC",
            "--json"]


def imported(log: Path, store: Path) -> float:
    """Import to the end; how many seconds a process of its own took."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", _CHILD, *arguments(log, store)], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def killed(log: Path, store: Path, draw: random.Random, lasts: float) -> bool:
    """Begin an import and kill it: at any moment, or, every other time, while the store is being written.

    Whether it was killed before it ended by itself.
    """
    writing = draw.random() < 0.5
    child = subprocess.Popen([sys.executable, "-c", _CHILD, *arguments(log, store)], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, start_new_session=True)
    journal, until = store.with_name(f"{store.name}-wal"), time.monotonic() + _MOST_SECONDS
    while writing and not journal.exists() and child.poll() is None and time.monotonic() < until:
        time.sleep(0.0005)
    time.sleep(draw.uniform(0, 0.03 if writing else 0.9 * lasts))
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    return child.wait() == -signal.SIGKILL


def content(store: Path) -> dict[str, list[tuple]]:
    """Every row of every table, but for when it was written."""
    found = {}
    with sqlite3.connect(store) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info('{table}')") if row[1] != "imported"]
            chosen = ", ".join(f'"{column}"' for column in columns)
            found[table] = sorted(connection.execute(f'SELECT {chosen} FROM "{table}"').fetchall())  # noqa: S608
    connection.close()
    return found


def ends_the_same(folder: Path, moments: int, seed: int) -> dict[str, int]:
    """Kill as many imports, each into a new store, begin each again, and compare with one that nobody killed."""
    draw = random.Random(seed)
    log = a_log(folder / "log.csv")
    imported(log, folder / "unbroken.sqlite")  # also makes the key, and loads what the disk is slow to read
    lasts = imported(log, folder / "once more.sqlite")
    expected = content(folder / "unbroken.sqlite")
    assert content(folder / "once more.sqlite") == expected
    counts = {"seed": seed, "begun": 0, "killed": 0, "store was there": 0, "log was there": 0}
    while counts["killed"] < moments:  # one that ended before its moment came is looked at, and does not count
        counts["begun"] += 1
        store = folder / f"killed {counts['begun']}.sqlite"
        counts["killed"] += killed(log, store, draw, lasts)
        counts["store was there"] += store.exists()
        counts["log was there"] += _kept(store)
        assert exit_code(arguments(log, store)) == 0
        assert content(store) == expected
        with Store(store, read_only=True) as opened:
            assert len(opened.logs.listed()) == 1
            assert opened.logs.log().fingerprint() == opened.logs.listed()[0].fingerprint
    return counts


def _kept(store: Path) -> bool:
    """Whether the log is whole in the store; half of one is never seen."""
    if not store.exists() or not store.stat().st_size:
        return False
    with Store(store) as opened:
        return bool(opened.logs.listed() and len(opened.logs.log().stays))
