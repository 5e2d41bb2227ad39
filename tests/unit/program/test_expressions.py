"""What an expression means: its numbers, its names, and what is not part of the language."""
from __future__ import annotations

import inspect
import sys

import pytest

from hospital_twin.errors import BadInput
from hospital_twin.program.codes import X
from hospital_twin.program.expressions import Scope, attribute_number, postfix, resources_read
from tests.tiny import at, ends, run

pytestmark = pytest.mark.unit

SCOPE = Scope({"acuity": (0, [1, 2, 3]), "sex": (1, ["f", "m"]), "iso": (2, [True, False])}, {"icu": 4, "d": 5},
              {"icu": 0}, {"surge": 0})


def holds(condition: str) -> bool:
    """Whether a condition holds for an acuity 2, m, isolated visit at 08:10 of a Monday in January, at minute 490."""
    log = run(f"""
        attributes: {{acuity: [1, 2, 3], sex: [f, m], iso: [true, false]}}
        staff: {{d: {{on_duty: 2}}}}
        units: {{icu: {{places: 4}}, w: {{places: 4}}}}
        rules: {{surge: {{when: hour >= 1, then: []}}, never: {{when: hour > 30, then: []}}}}
        sources:
          a: {{pathway: p, trace: {at(430)}, sets: {{acuity: 2, sex: m, iso: true}}}}
          b: {{pathway: q, trace: {at(400)}}}
        pathways:
          q: [{{move: in_icu, to: icu}}, {{do: see, by: d, takes: 10 h}}, {{leave: q_out, as: home}}]
          p: [{{move: in_w, to: w}}, {{stay: s, takes: 1 h}}, {{leave: yes_it_does, as: holds, if: "{condition}"}},
              {{leave: no_it_does_not, as: does_not}}]
    """)
    return ends(log)["a0"] == (490, "holds")


@pytest.mark.parametrize("condition", [
    "acuity == 2", "acuity < 3", "acuity <= 2 and acuity >= 2", "1 < acuity < 3", "acuity != 1", "not acuity == 1",
    "acuity * 2 + 1 == 5", "acuity / 4 == 0.5", "-acuity == -2", "acuity - 3 < 0", "sex == m", "m == sex", "sex != f",
    "iso", "iso == true", "iso == True", "not iso == false", "acuity == 1 or sex == m",
    "acuity == 1 or iso and sex == m",
    "hour == 8", "weekday == 0", "month == 1", "age == 1", "arrival * 60 == 430", "unit == w", "unit != icu",
    "free(icu) == 3", "busy(icu) == 1", "capacity(icu) == 4", "occupancy(icu) == 0.25", "present(icu) == 1",
    "present(w) == 1", "waiting(d) == 0", "free(d) == 1", "active(surge)", "not active(never)",
    "(5 if acuity == 2 else 6) == 5", "(5 if acuity == 1 else 6) == 6", "1 / 0 > 1000"])
def test_conditions_that_hold(condition: str):
    assert holds(condition)


@pytest.mark.parametrize("condition", [
    "acuity == 3", "acuity > 2", "1 < acuity < 2", "sex == f", "iso == false", "not iso", "hour == 9", "unit == icu",
    "free(icu) == 4", "active(never)", "acuity == 2 and sex == f", "present(icu) > 1"])
def test_conditions_that_do_not(condition: str):
    assert not holds(condition)


@pytest.mark.parametrize(("text", "says"), [
    ("acuity ==", "not an expression"), ("acuity = 2", "not an expression"), ("", "not an expression"),
    ("acuty == 2", "'acuty' means nothing"), ("sex == x", "'x' means nothing"), ("acuity in [1, 2]", "compares in no"),
    ("acuity ** 2 > 3", "not part of the language"), ("[1, 2]", "not part"), ("lambda: 1", "not part"),
    ("free(ward) > 0", "names nothing"), ("free() > 0", "names nothing"), ("free(icu, d) > 0", "names nothing"),
    ("exec(icu)", "no function 'exec'"), ("acuity.real > 1", "not part"), ("icu.free() > 1", "no function"),
    ("__import__('os')", "no function"), ("active(nothing)", "names nothing"), ("present(d) > 0", "names nothing"),
    ("~acuity", "not part"), ("f'{acuity}'", "not part"), ("acuity if", "not an expression")])
def test_what_is_not_part_of_the_language_is_said_with_its_place(text: str, says: str):
    with pytest.raises(BadInput, match="the.place") as wrong:
        postfix(text, SCOPE, "the.place")
    assert says in wrong.value.problem
    assert wrong.value.expected


def test_the_line_that_a_condition_stands_in_is_that_of_the_first_resource_named():
    assert resources_read(postfix("free(d) > 0 and free(icu) > 0", SCOPE, "x")) == [5, 4]
    assert resources_read(postfix("acuity > 0 and active(surge)", SCOPE, "x")) == []


def test_numbers_compare_as_numbers_words_by_their_place_and_true_is_one():
    assert [attribute_number([3, 1, 2], v) for v in (3, 1, 2)] == [3, 1, 2]
    assert [attribute_number(["low", "high"], v) for v in ("low", "high")] == [0, 1]
    assert [attribute_number([True, False], v) for v in (True, False)] == [1, 0]
    assert postfix("iso", SCOPE, "x") == [(X.ATTRIBUTE, 2.0)]


@pytest.mark.parametrize(("text", "says"), [
    ("(" * 240 + "1" + ")" * 240, "not an expression"), ("1\0", "not an expression"),
    ("not " * 5000 + "1", "an expression of 20,001 characters"), ("9" * 400, "number too large"),
    ("1e999", "number too large"), ("x" * 400, "means nothing"), ("f" * 400 + "(icu)", "no function"),
    ("free(" + "x" * 400 + ")", "names nothing")])
def test_what_is_too_long_or_too_deep_is_said_in_few_words(text: str, says: str):
    with pytest.raises(BadInput) as wrong:
        postfix(text, SCOPE, "rules.surge.when")
    assert says in wrong.value.problem
    assert len(wrong.value.problem) < 250


def test_a_nesting_that_exhausts_the_stack_is_refused():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 120)
    try:
        with pytest.raises(BadInput, match="nested too deeply"):
            postfix("-" * 400 + "1", SCOPE, "rules.surge.when")
    finally:
        sys.setrecursionlimit(before)
