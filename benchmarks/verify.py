"""What `make verify` has shown, item by item: each result is kept with the commit and the code that gave it.

A test in `tests/verify` asks for its figures through `verified`; they are computed at most once for one state of the
product, so a run that was interrupted goes on where it stopped. `python -m benchmarks.verify` lists what there is.
"""
from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.run import commit

HERE = Path(__file__).parent
FOLDER = HERE / "verify"
_PRODUCT = ("hospital_twin/**/*.py", "layouts/**/*.yaml", "benchmarks/*.yaml")
_ONLY_SHOW = ("cli", "reports", "store")
"""Houses that show and keep figures and cannot change them."""


def product() -> str:
    """A hash of everything that a figure can depend on: code and layouts."""
    digest = hashlib.sha256()
    shown = [HERE.parent / "hospital_twin" / house for house in _ONLY_SHOW]
    for path in sorted(p for pattern in _PRODUCT for p in HERE.parent.glob(pattern)):
        if any(house in path.parents for house in shown):
            continue
        digest.update(path.relative_to(HERE.parent).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def verified(name: str, compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The figures of an item: those kept, when the product is still the same, else computed and kept.

    compute: takes at most ten minutes; returns plain values, the seeds among them.
    """
    path, now = FOLDER / f"{name}.json", product()
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["product"] == now:
            return kept["figures"]
    begin, made_by = time.perf_counter(), commit()
    figures = json.loads(json.dumps(compute()))
    if product() != now:
        raise RuntimeError(f"{name}: the code was changed while it ran, so its figures are of no state of the product")
    FOLDER.mkdir(exist_ok=True)
    kept = {"item": name, "commit": made_by, "product": now, "seconds": round(time.perf_counter() - begin, 1),
            "figures": figures}
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return figures


def main() -> int:
    """List the items: of this state of the product, or of an earlier one."""
    now = product()
    for path in sorted(FOLDER.glob("*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        state = "this product" if kept["product"] == now else f"an earlier product ({kept['commit']})"
        print(f"{kept['item']:40} {kept['seconds']:8.1f} s  {state}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
