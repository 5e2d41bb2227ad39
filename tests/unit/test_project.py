"""The rules of the house, held by a test each."""
from __future__ import annotations

import ast
import re
import resource
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import hospital_twin

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("hospital_twin", "dashboards", "benchmarks", "scripts")
DRAWERS = {"importers": "IMPORTER", "kpis": "KPI", "levers": "LEVER", "unit_types": "UNIT_TYPE"}
HEAVY = ("dash", "jinja2", "mesa", "numba", "ortools", "pandas", "plotly", "scipy", "simpy", "sqlalchemy")
BANNED = re.compile(r"\b(TODO|FIXME|XXX)\b|\bfor now\b|NotImplemented|type: ignore|\bmock", re.IGNORECASE)
ASK_FOR_HELP = "import sys; sys.argv = ['hospital-twin', '--help']; from hospital_twin.cli import main; main()"


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)


def test_lint():
    result = run("-m", "ruff", "check", "--quiet", "--output-format=concise", ".")
    assert result.returncode == 0, "\n" + result.stdout + result.stderr


def test_floors_and_rooms():
    check = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    result = run("-c", check)
    assert result.returncode == 0, "\n" + result.stdout + result.stderr
    assert " 0 broken" in result.stdout


def names_taken_from_hospital_twin(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that a module takes from hospital_twin."""
    aliases = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name == "hospital_twin":
                    aliases.add(name.asname or name.name)
                elif name.name.startswith("hospital_twin."):
                    yield node.lineno, name.name.partition(".")[2]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "hospital_twin":
            for name in node.names:
                yield node.lineno, f"{node.module}.{name.name}".partition(".")[2]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            yield node.lineno, node.attr


def test_dashboards_see_only_public_names():
    faults = [
        f"{shown(path)}:{line}: {name}"
        for path in python_files("dashboards")
        for line, name in names_taken_from_hospital_twin(ast.parse(path.read_text(encoding="utf-8")))
        if name not in hospital_twin.__all__
    ]
    assert not faults, "not in hospital_twin.__all__:\n" + "\n".join(faults)


def test_what_counts_as_a_public_name():
    tree = ast.parse(
        "import hospital_twin as twin, hospital_twin.store\n"
        "from hospital_twin import compare\n"
        "from hospital_twin.kpis import KPI\n"
        "twin.run()"
    )
    assert list(names_taken_from_hospital_twin(tree)) == [(1, "store"), (2, "compare"), (3, "kpis.KPI"), (4, "run")]


def test_every_public_name_exists_and_is_documented():
    assert hospital_twin.__all__
    undocumented = [
        name
        for name in hospital_twin.__all__
        if callable(thing := getattr(hospital_twin, name))
        # A dataclass without a docstring gets its signature for one.
        and (not thing.__doc__ or thing.__doc__.startswith(f"{name}("))
    ]
    assert not undocumented, f"no docstring: {undocumented}"


def public_names(path: Path) -> list[str]:
    """Names that a module gives itself at top level, imports and classes aside."""
    names = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
    return [name for name in names if not name.startswith("_")]


@pytest.mark.parametrize("drawer", DRAWERS)
def test_drawer_file_has_one_public_name(drawer: str):
    entries = [path for path in python_files(f"hospital_twin/{drawer}") if not path.name.startswith("_")]
    assert entries, f"hospital_twin/{drawer} is empty"
    faults = [f"{shown(path)}: {names}" for path in entries if (names := public_names(path)) != [DRAWERS[drawer]]]
    assert not faults, f"public names other than {DRAWERS[drawer]}:\n" + "\n".join(faults)


def test_no_long_files():
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines())
               for path in python_files(*PRODUCT, "tests")}
    assert len(lengths) > 1
    long = [f"{path}: {lines}" for path, lines in lengths.items() if lines > 400]
    assert not long, "more than 400 lines:\n" + "\n".join(long)


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement after the docstring to the last."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return function.end_lineno - body[0].lineno + 1 if body else 0


def test_no_long_functions():
    long = [
        f"{shown(path)}:{node.lineno}: {node.name} has {body_lines(node)}"
        for path in python_files(*PRODUCT, "tests")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and body_lines(node) > 40
    ]
    assert not long, "more than 40 lines of body:\n" + "\n".join(long)


def test_no_words_of_unfinished_work():
    faults = [
        f"{shown(path)}:{number}: {line.strip()}"
        for path in python_files(*PRODUCT)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if BANNED.search(line)
    ]
    assert not faults, "\n".join(faults)


def test_help_loads_nothing_heavy():
    report = "import atexit; atexit.register(lambda: print('loaded', *sorted(sys.modules), file=sys.stderr)); "
    result = run("-c", "import sys; " + report + ASK_FOR_HELP)
    assert result.returncode == 0, result.stderr
    assert "Usage" in result.stdout
    loaded = set(result.stderr.rpartition("loaded ")[2].split())
    assert "hospital_twin" in loaded
    assert not loaded & set(HEAVY)


def cpu_seconds(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert run("-c", code).returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_answers_within_half_a_second_of_bare_python():
    # Processor time, and the best of three: on an idle machine it is the time waited, on a busy one it stays the same.
    assert min(cpu_seconds(ASK_FOR_HELP) for _ in range(3)) < min(cpu_seconds("") for _ in range(3)) + 0.5


def test_lock_holds_what_pyproject_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {match[1]: match[2] for match in re.finditer(r"^([a-z0-9-]+)==([^\s;]+)", lock, re.MULTILINE)}
    asked = [Requirement(text) for text in project["dependencies"] + project["optional-dependencies"]["dev"]]
    faults = [str(one) for one in asked if not one.specifier.contains(locked.get(one.name, "0"))]
    assert not faults, f"run `make lock`: {faults}"
    assert lock.count("--hash=sha256:") > len(locked)
