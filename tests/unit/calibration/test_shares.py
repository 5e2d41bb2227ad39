"""Chances and mixes."""
import pytest

from hospital_twin.calibration.shares import shared
from tests.unit.calibration.logs import fits_of, layout_of, log_of, visit

pytestmark = pytest.mark.unit


def test_a_share_lies_in_its_interval_and_near_the_count():
    found = shared(30, 100, 0.3, 0.5)
    assert found.share == pytest.approx(0.3)
    assert (found.low, found.high) == pytest.approx((0.2189, 0.3959), abs=1e-4)


def test_a_class_with_few_visits_leans_on_the_others():
    assert shared(0, 1, 0.4, 0.4).share == pytest.approx(2 / 6)
    assert shared(0, 10_000, 0.4, 0.4).share < 0.0003
    assert shared(0, 0, 0.4, 0.4).share == pytest.approx(0.4)


def test_what_is_written_as_impossible_and_never_seen_stays_so():
    assert shared(0, 50, 0.4, 0.0).share == 0.0
    assert shared(50, 50, 0.4, 1.0).share == 1.0
    assert shared(1, 50, 0.4, 0.0).share > 0.01


THREE_WAYS = """
    attributes: {sex: [f, m]}
    units: {a: {kind: ward, places: 9}, b: {kind: ward, places: 9}, c: {kind: ward, places: 9}}
    sources: {door: {pathway: p, rate: 1, ceiling: 1, sets: {sex: {draw: {f: 1, m: 1}}}}}
    pathways:
      p:
        - branch: way
          options:
            - {chance: {by: sex, of: {f: 0.2, m: 0.2}}, then: [{move: one, to: a}]}
            - {chance: {by: sex, of: {f: 0.2, m: 0.2}}, then: [{move: two, to: b}]}
            - {chance: {by: sex, of: {f: 0.6, m: 0.6}}, then: [{move: three, to: c}]}
        - {leave: out, as: home}
"""


def visits_to(*units: str) -> list[tuple]:
    return [row for n, unit in enumerate(units)
            for row in visit(n, n, ("stay", unit, n, n, 100 + n), leave=(100 + n, "home"))]


def test_a_branch_without_a_rest_leaves_nobody_out():
    layout = layout_of(THREE_WAYS)
    where = ["a"] * 21 + ["b"] * 14 + ["c"] * 7
    sex = {n: "f" if n % 3 else "m" for n in range(len(where))}
    hospital, fits = fits_of(log_of(*visits_to(*where), layout=layout, attributes={"sex": sex}), layout)
    options = hospital.layout.pathways["p"][0].options
    for value in "fm":
        shares = [option.chance.of[value] for option in options]
        assert 1.0 <= sum(shares) < 1.0 + 3e-6
    women = [n for n in sex if sex[n] == "f"]
    hits = sum(where[n] == "a" for n in women)
    fit = fits["pathways.p.way.options.0.chance (sex f)"]
    assert fit.n == len(women)
    assert float(fit.value) == pytest.approx((hits + 5 * 21 / 42) / (len(women) + 5), abs=1e-5)
    assert fit.low < hits / len(women) < fit.high


def test_mixes_at_arrival_are_counted():
    layout = layout_of(THREE_WAYS)
    sex = dict(enumerate("fffm" * 10))
    hospital, fits = fits_of(log_of(*visits_to(*["a"] * 40), layout=layout, attributes={"sex": sex}), layout)
    assert hospital.layout.sources["door"].sets["sex"].draw == {"f": 0.75, "m": 0.25}
    assert fits["sources.door.sets.sex"].n == 40


def test_an_attribute_that_the_log_does_not_have():
    layout = layout_of(THREE_WAYS)
    hospital, fits = fits_of(log_of(*visits_to(*["a"] * 30 + ["b"] * 10), layout=layout), layout)
    of = hospital.layout.pathways["p"][0].options[0].chance.of
    assert of["f"] == of["m"] == pytest.approx(0.75, abs=1e-6)
    assert "does not know sex" in fits["pathways.p.way.options.0.chance (sex f)"].note
    assert hospital.layout.sources["door"].sets["sex"].draw == {"f": 1, "m": 1}
    assert any("how sex is distributed" in sentence for sentence in hospital.not_fitted)
