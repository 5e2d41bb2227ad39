"""The documentation says what is so: generated parts are current, examples are tried, links lead somewhere."""
from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field, TypeAdapter

from hospital_twin.distributions import Distribution, read_distribution
from hospital_twin.hospital import Hospital
from hospital_twin.importers import HoldsCounts, LogMapping, read_log, read_mapping, read_series
from hospital_twin.layout import By, Layout, Part, checked, nouns, read_layout, read_yaml, steps, terms
from hospital_twin.levers import scenario_from
from hospital_twin.program import compile_program
from hospital_twin.program.codes import COUNTERS, VARIABLES
from hospital_twin.program.expressions import Scope, postfix

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
REFERENCE_PAGE = ROOT / "docs" / "layout_reference.md"
REFERENCE_HOSPITAL = ROOT / "docs" / "examples" / "reference_hospital.yaml"
FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def parts_of_the_language() -> list[type[Part]]:
    """Every part of a layout that has fields."""
    found = {thing for module in (nouns, steps, terms) for _, thing in inspect.getmembers(module, inspect.isclass)
             if issubclass(thing, Part) and thing.model_fields and "[" not in thing.__name__}
    return sorted(found, key=lambda part: part.__name__)


FIELDS = [pytest.param(part, field, id=f"{part.__name__}.{field}")
          for part in parts_of_the_language() for field in part.model_fields]


def blocks(language: str) -> Iterator[Any]:
    for page in DOCS:
        text = page.read_text(encoding="utf-8")
        for found in FENCE.finditer(text):
            if found[1] == language:
                line = text[:found.start()].count("\n") + 1
                yield pytest.param(found[3], id=f"{page.name}:{line}")


def names_of_the_reference_hospital() -> Scope:
    layout = read_layout(REFERENCE_HOSPITAL)
    return Scope({n: (i, a.values) for i, (n, a) in enumerate(layout.attributes.items())},
                 {n: i for i, n in enumerate(layout.resources())}, {n: i for i, n in enumerate(layout.units)},
                 {n: i for i, n in enumerate(layout.rules)})


# --- generated parts -------------------------------------------------------------------------------

def test_generated_parts_are_current():
    command = [sys.executable, "scripts/build_docs.py", "--check", "--quick"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True,
                            text=True, check=False)
    assert result.returncode == 0, f"run `make docs`\n{result.stdout}{result.stderr}"


def test_no_generated_block_is_empty():
    empty = [f"{page.name}: {name}" for page in DOCS
             for name in re.findall(r"<!-- generated: ([^\n]+) -->\s*<!-- end -->", page.read_text(encoding="utf-8"))]
    assert not empty


# --- the layout reference --------------------------------------------------------------------------

@pytest.mark.parametrize(("part", "field"), FIELDS)
def test_every_field_is_described_by_words_and_a_valid_example(part: type[Part], field: str):
    info = part.model_fields[field]
    assert info.description
    assert info.examples
    if part is By:
        examples = {name: of.examples[0] for name, of in By.model_fields.items()}
        values = [By[Distribution].model_validate({**examples, field: example}) for example in info.examples[:1]]
        assert values
        return
    adapter = TypeAdapter(Annotated[info.annotation, Field(), *info.metadata])
    for example in info.examples:
        assert adapter.validate_python(example) is not None
        if not info.is_required():
            assert adapter.validate_python(example) != info.get_default(call_default_factory=True) or \
                (part.__name__, field) in {("Unit", "role")}, f"{example} is the default"


@pytest.mark.parametrize(("part", "field"), FIELDS)
def test_every_field_stands_in_the_reference(part: type[Part], field: str):
    told = REFERENCE_PAGE.read_text(encoding="utf-8")
    assert re.search(rf"^\| `{part.model_fields[field].alias or field}` \|", told, re.MULTILINE)


def expressions() -> Iterator[Any]:
    for part in parts_of_the_language():
        for field, info in part.model_fields.items():
            if "Expression" in str(part.__annotations__.get(field)) and "dict" not in part.__annotations__[field]:
                yield from (pytest.param(example, id=f"{part.__name__}.{field}") for example in info.examples)


@pytest.mark.parametrize("expression", list(expressions()))
def test_example_expressions_mean_something_in_the_reference_hospital(expression: str):
    assert postfix(expression, names_of_the_reference_hospital(), "example")


def fields_used(value: Any) -> set[tuple[str, str]]:
    if isinstance(value, Part):
        own = {(base.__name__.partition("[")[0], field) for base in type(value).__mro__ if issubclass(base, Part)
               for field in value.model_fields_set if field in base.model_fields}
        return own.union(*(fields_used(getattr(value, field)) for field in value.model_fields_set))
    if isinstance(value, dict):
        return set().union(*(fields_used(item) for item in value.values()))
    return set().union(*(fields_used(item) for item in value)) if isinstance(value, (list, tuple)) else set()


def test_reference_hospital_uses_every_field():
    used = fields_used(read_layout(REFERENCE_HOSPITAL))
    declared = {(part.__name__, field) for part in parts_of_the_language() for field in part.__annotations__
                if field in part.model_fields}
    assert len(declared) > 100
    assert not declared - used


def test_reference_tells_every_word_of_expressions():
    told = REFERENCE_PAGE.read_text(encoding="utf-8")
    table = told[told.index("## Expressions"):told.index("## Resources")]
    missing = [word for word in [*VARIABLES, "unit", "active", "present", *COUNTERS]
               if not re.search(rf"^\|.*`{word}[`(].*\|", table, re.MULTILINE)]
    assert not missing


def test_schema_takes_what_a_layout_may_say_and_nothing_else():
    schema = json.loads((ROOT / "layouts" / "layout.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema)
    for file in [REFERENCE_HOSPITAL, *(ROOT / "layouts").glob("*.yaml")]:
        value = json.loads(json.dumps(read_yaml(file)[0]))
        assert [error.message[:200] for error in check.iter_errors(value)] == [], file.name
        for spoilt in ({**value, "unnits": {}}, {**value, "units": {"a": {"plaices": 3}}}, {**value, "pathways": {}},
                       {**value, "pathways": {"a": [{"doo": "x"}]}}):
            assert list(check.iter_errors(spoilt))


# --- examples in the pages -------------------------------------------------------------------------

@pytest.mark.parametrize("text", list(blocks("yaml")))
def test_yaml_in_the_pages_is_understood(text: str, tmp_path: Path):
    (tmp_path / "example.yaml").write_text(text, encoding="utf-8")
    value, _ = read_yaml(tmp_path / "example.yaml")
    if "levers" in value:
        assert scenario_from({"name": "example", **value}).levers
        return
    if set(value) & (set(LogMapping.model_fields) - set(Layout.model_fields)):
        assert read_mapping(tmp_path / "example.yaml") != LogMapping()
        return
    if "name" not in value:
        base, _ = read_yaml(REFERENCE_HOSPITAL)
        value = base | {section: base[section] | items for section, items in value.items()}
    layout = checked(Layout, value, "example")
    assert compile_program(Hospital.of(layout), days=1).code.ops.size


@pytest.mark.parametrize("text", list(blocks("csv")))
def test_logs_in_the_pages_are_understood(text: str, tmp_path: Path):
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    try:
        log, report = read_log(tmp_path / "log.csv")
        rows = log.stays
    except HoldsCounts:
        series, report = read_series(tmp_path / "log.csv")
        rows = series.table
    assert report.rejected == 0
    assert len(rows) > 2


@pytest.mark.parametrize("example", re.findall(
    r"^\| `\w+` \| .* \| `(\w+: .*)` \|$", (ROOT / "docs" / "importers.md").read_text(encoding="utf-8"), re.MULTILINE))
def test_examples_of_a_mapping_are_understood(example: str, tmp_path: Path):
    (tmp_path / "mapping.yaml").write_text(example, encoding="utf-8")
    assert read_mapping(tmp_path / "mapping.yaml") != LogMapping()


@pytest.mark.parametrize("written", re.findall(
    r"`([a-z]+\([^`]+\)(?: (?:truncated|shifted|clamped)[^`]*)?)`",
    (ROOT / "docs" / "distributions.md").read_text(encoding="utf-8")))
def test_distributions_in_their_page_are_understood(written: str):
    assert read_distribution(written).mean() > 0


# --- links -----------------------------------------------------------------------------------------

def anchors(page: Path) -> set[str]:
    """Anchors as GitHub makes them from headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"<[^>]*>", "", heading).lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path):
    dead = []
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        target, _, anchor = link.partition("#")
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        file = page.parent / target if target else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            dead.append(link)
    assert not dead
