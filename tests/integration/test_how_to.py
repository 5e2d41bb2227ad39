"""The example files of the how-to pages hold what they promise: each goes through the drawer's own contract suite."""
from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
ENTRIES = {"levers": ("cleaning_time", "LEVER"), "kpis": ("admissions", "KPI"),
           "unit_types": ("isolation_ward", "UNIT_TYPE"), "importers": ("stays_jsonl", "IMPORTER")}
FENCE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
SUITES = {"levers": ("tests/unit/levers/test_contract.py", 8), "kpis": ("tests/unit/kpis/test_contract.py", 8),
          "unit_types": ("tests/unit/unit_types/test_drawer.py", 3),
          "importers": ("tests/unit/importers/test_contract.py", 6)}
"""Drawer → the contract suite over its entries, and the least number of tests in it for each."""


@pytest.fixture
def installed(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """The environment in which a drawer's example is installed as a third party's package is."""
    def environment(drawer: str) -> dict[str, str]:
        name, attribute = ENTRIES[drawer]
        about = tmp_path / "their_package-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: their-package\nVersion: 1.0\n", encoding="utf-8")
        (about / "entry_points.txt").write_text(f"[hospital_twin.{drawer}]\n{name} = {name}:{attribute}\n",
                                                encoding="utf-8")
        path = os.pathsep.join(map(str, (tmp_path, EXAMPLES / drawer, ROOT)))
        return {**os.environ, "PYTHONPATH": path, "PYTEST_ADDOPTS": ""}
    return environment


def python(environment: dict[str, str], *arguments: str) -> str:
    result = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True,
                            check=False)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr
    return result.stdout


@pytest.mark.parametrize("drawer", SUITES)
def test_the_example_file_passes_the_contract_suite_of_its_drawer(drawer: str, installed):
    suite, least = SUITES[drawer]
    printed = python(installed(drawer), "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", suite,
                     "-k", ENTRIES[drawer][0])
    assert int(re.search(r"(\d+) passed", printed)[1]) >= least


def test_the_example_unit_type_fills_in_what_a_layout_leaves_out(installed):
    printed = python(installed("unit_types"), "-c", """if True:
        from hospital_twin.layout import Unit, Layout
        from hospital_twin.unit_types import expanded
        layout = Layout.model_validate({"name": "x", "sources": {"s": {"pathway": "p", "present": 1}},
            "pathways": {"p": [{"move": "in", "to": "a"}, {"leave": "out", "as": "home"}]},
            "units": {"a": {"type": "isolation_ward", "places": 4}, "b": {"type": "isolation_ward", "places": 4,
                      "cleaning": "10 min"}}})
        units = expanded(layout).units
        print(units["a"].kind, units["a"].cleaning.text(), units["b"].cleaning.text(), layout.units["a"].kind)
    """)
    assert printed.strip() == "ward lognormal(median 110 min, p90 160 min) 10 min other"


def test_the_example_importer_gives_the_log_of_its_csv_twin(installed):
    page = (ROOT / "docs" / "how_to_add_an_importer.md").read_text(encoding="utf-8")
    block = next(text for text in FENCE.findall(page) if "read_log(" in text)
    python(installed("importers"), "-c", block)


def test_the_example_importer_lists_what_it_cannot_read(installed, tmp_path: Path):
    log = tmp_path / "log.jsonl"
    log.write_text((EXAMPLES / "importers" / "three_visits.jsonl").read_text(encoding="utf-8")
                   + '["no object"]\n{"visit": 7, "unit": "Ward 3", "start": "soon"}\n', encoding="utf-8")
    printed = python(installed("importers"), "-c", f"""if True:
        from hospital_twin.importers import read_log
        log, report = read_log({str(log)!r})
        print(report.shape, report.read, report.kept, sorted(report.faults.loc[
            report.faults["action"] == "rejected", "line"]))
    """)
    assert printed.strip() == "stay rows as JSON lines 7 5 [6, 7]"


def test_the_example_files_are_those_of_the_pages():
    for drawer, (name, _) in ENTRIES.items():
        page = ROOT / "docs" / f"how_to_add_{'an' if drawer == 'importers' else 'a'}_{drawer.removesuffix('s')}.md"
        assert (EXAMPLES / drawer / f"{name}.py").read_text(encoding="utf-8") in page.read_text(encoding="utf-8")
