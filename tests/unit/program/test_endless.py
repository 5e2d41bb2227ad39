"""Ways that surely go round without taking time are refused before anything runs."""
from __future__ import annotations

import pytest

from hospital_twin.errors import BadInput
from tests.tiny import at, program_of

pytestmark = pytest.mark.unit

LAYOUT = """
    attributes: {{k: [1, 2]}}
    units: {{w: {{places: 1}}}}
    sources: {{a: {{pathway: p, trace: {t}}}}}
    pathways: {{p: {p}, q: {q}}}
"""
HOME = "[{leave: out, as: home}]"


def compiled(p: str, q: str = HOME) -> None:
    program_of(LAYOUT.format(p=p, q=q, t=at(0)))


@pytest.mark.parametrize(("p", "q", "where"), [
    ("[{follow: p}]", HOME, "pathways.p.0 (follow: p)"),
    ("[{follow: q}]", "[{follow: p}]", "pathways.p.0 (follow: q)"),
])
def test_a_pathway_that_only_follows_itself(p: str, q: str, where: str):
    with pytest.raises(BadInput, match="leads back to itself without a step") as wrong:
        compiled(p, q)
    assert wrong.value.where == where


@pytest.mark.parametrize(("p", "q"), [
    ("[{stay: s, takes: 0 min}, {follow: p}]", HOME),
    ("[{stay: s, takes: {by: k, of: {1: 0 min, 2: 0 h}}}, {follow: p}]", HOME),
    ("[{branch: s, options: [{chance: 1.0, then: [{follow: p}]}]}, {leave: o, as: home}]", HOME),
    ("[{branch: s, options: [{chance: 0.5, then: [{follow: p}]}, {chance: 0.5, then: [{follow: p}]}]}, "
     "{leave: o, as: home}]", HOME),
    ("[{stay: s, takes: 0 min}, {repeat: r, from: s, chance: 1}, {leave: o, as: home}]", HOME),
    ("[{assign: s, set: {k: 1}}, {follow: q}]", "[{assign: t, set: {k: 2}}, {follow: p}]"),
    ("[{return: s, after: 1 d, to: p}, {follow: p}]", HOME),
])
def test_steps_that_take_no_time_and_leave_no_way_out(p: str, q: str):
    with pytest.raises(BadInput, match="without end and without taking time") as wrong:
        compiled(p, q)
    assert ": s)" in wrong.value.where


@pytest.mark.parametrize("p", [
    "[{stay: s, takes: 1 min}, {follow: p}]",
    "[{stay: s, takes: {by: k, of: {1: 0 min, 2: 1 min}}}, {follow: p}]",
    "[{stay: s, takes: 0 min}, {repeat: r, from: s, chance: 0.9}, {leave: o, as: home}]",
    "[{stay: s, takes: 0 min}, {repeat: r, from: s, if: k == 1}, {leave: o, as: home}]",
    "[{stay: s, takes: 0 min}, {repeat: r, from: s, chance: {by: k, of: {1: 1, 2: 0.5}}}, {leave: o, as: home}]",
    "[{branch: s, options: [{chance: 0.5, then: [{follow: p}]}, {then: []}]}, {leave: o, as: home}]",
    "[{stay: s, takes: 0 min}, {wait: x, until: {holds: free(w) > 5}}, {follow: p}]",
])
def test_what_takes_time_or_may_end_is_let_pass(p: str):
    compiled(p)
