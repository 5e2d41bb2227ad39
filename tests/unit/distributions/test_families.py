"""Each family against scipy's, and what the modifiers do to it."""
from __future__ import annotations

import math
from math import inf

import numpy as np
import pytest
from scipy import stats

from hospital_twin.distributions import FAMILIES, read_distribution
from hospital_twin.streams import LARGEST_UNIFORM, SMALLEST_UNIFORM

pytestmark = pytest.mark.unit

SIGMA = math.sqrt(math.log1p((8.61 / 7.4) ** 2))
TWINS = {
    "uniform(1 h, 4 h)": stats.uniform(1, 3),
    "triangular(1, 2, 5 h)": stats.triang(0.25, 1, 4),
    "triangular(1, 1, 5 h)": stats.triang(0.0, 1, 4),
    "triangular(1, 5, 5 h)": stats.triang(1.0, 1, 4),
    "exponential(mean 3 min)": stats.expon(scale=3),
    "erlang(stages 3, mean 12 min)": stats.erlang(3, scale=4),
    "gamma(shape 0.4, scale 3 h)": stats.gamma(0.4, scale=3),
    "gamma(mean 4 d, sd 2 d)": stats.gamma(4, scale=1),
    "lognormal(median 0.33 h, sigma 0.3)": stats.lognorm(0.3, scale=0.33),
    "lognormal(median 6 min, p90 11 min)": stats.lognorm(math.log(11 / 6) / stats.norm.ppf(0.9), scale=6),
    "lognormal(mean 7.4 d, sd 8.61 d)": stats.lognorm(SIGMA, scale=7.4 * math.exp(-SIGMA**2 / 2)),
    "normal(mean 16 min, sd 1.7 min)": stats.norm(16, 1.7),
    "weibull(shape 1.4, scale 3 h)": stats.weibull_min(1.4, scale=3),
    "weibull(shape 0.5, scale 3 h)": stats.weibull_min(0.5, scale=3),
    "normal(mean 1, sd 2) truncated 0 .. 4": stats.truncnorm(-0.5, 1.5, 1, 2),
    "normal(mean 1, sd 2) truncated 0 .. 4 shifted 3": stats.truncnorm(-0.5, 1.5, 4, 2),
    "exponential(mean 3 min) truncated .. 5": stats.truncexpon(5 / 3, scale=3),
    "exponential(mean 3 min) shifted 30 s": stats.expon(0.5, 3),
}
LEVELS = (1e-9, 1e-4, 0.02, 0.2, 0.25, 0.5, 0.7, 0.98, 1 - 1e-6)


@pytest.mark.parametrize("text", TWINS)
def test_is_scipys(text: str):
    ours, theirs = read_distribution(text), TWINS[text]
    for u in LEVELS:
        x = ours.quantile(u)
        assert x == pytest.approx(theirs.ppf(u), rel=1e-9)
        assert ours.cdf(x) == pytest.approx(u, rel=1e-9)
        assert ours.cdf(x * 1.1) == pytest.approx(theirs.cdf(x * 1.1), rel=1e-9)
    assert ours.mean() == pytest.approx(theirs.mean(), rel=1e-6)


def test_every_text_family_has_a_twin():
    assert {text.split("(")[0] for text in TWINS} == {name for name, family in FAMILIES.items()
                                                       if family.WRITTEN_AS_TEXT} - {"fixed"}


def test_p90_is_the_ninetieth_percentile():
    stay = read_distribution("lognormal(median 6 min, p90 11 min)")
    assert stay.quantile(0.5) == 6.0
    assert stay.quantile(0.9) == pytest.approx(11.0, rel=1e-14)


def test_fixed_is_a_step():
    fixed = read_distribution("12 min")
    assert [fixed.cdf(x) for x in (11.9, 12.0, 12.1)] == [0.0, 1.0, 1.0]
    assert (fixed.mean(), fixed.support(), fixed.unit) == (12.0, (12.0, 12.0), "min")


def test_clamped_values_are_replaced_by_the_bound():
    normal = read_distribution("normal(mean 16 min, sd 10 min) clamped 30 s .. 20 min")
    plain = stats.norm(16, 10)
    assert [normal.quantile(u) for u in (0.01, 0.5, 0.9)] == [0.5, 16.0, 20.0]
    assert [normal.cdf(x) for x in (0.49, 20.0)] == [0.0, 1.0]
    assert normal.cdf(0.5) == pytest.approx(plain.cdf(0.5))
    exact = plain.expect(lambda x: x, 0.5, 20) + 0.5 * plain.cdf(0.5) + 20 * plain.sf(20)
    assert normal.mean() == pytest.approx(exact, rel=1e-7)


@pytest.mark.parametrize(("written", "ends"), [
    ("12 min", (12, 12)), ("uniform(-1 h, 2 h)", (-1, 2)), ("triangular(1, 2, 5 h)", (1, 5)),
    ("exponential(mean 3 h)", (0, inf)), ("normal(mean 3 h, sd 1 h)", (-inf, inf)),
    ("normal(mean 3 h, sd 1 h) truncated 1 h .. shifted 2 h", (3, inf)),
    ("exponential(mean 3 h) shifted -1 h clamped .. 4 h", (-1, 4)), ("12 min clamped 1 h ..", (60, 60)),
    ("uniform(0 h, 9 h) truncated 120 min .. 3 h shifted -5 h", (-3, -2)),
    ({"family": "empirical", "values": [3, 1, 2], "unit": "h"}, (1, 3)),
    ({"family": "mixture", "parts": [{"weight": 0.5, "of": "uniform(1 h, 2 h)"}, {"weight": 0.5, "of": "30 min"}]},
     (30, 120))])
def test_the_ends_are_those_of_the_definition(written: object, ends: tuple[float, float]):
    assert read_distribution(written).ends() == ends


def test_truncation_comes_first_then_shift_then_clamp():
    uniform = read_distribution("uniform(0 h, 10 h) truncated 2 .. 4 h shifted 10 h clamped .. 13.5 h")
    assert [uniform.quantile(u) for u in (0.25, 0.5, 0.9)] == pytest.approx([12.5, 13.0, 13.5])
    assert uniform.cdf(13.0) == pytest.approx(0.5)
    assert uniform.mean() == pytest.approx(0.75 * 12.75 + 0.25 * 13.5)


def test_truncated_values_stay_inside_to_the_last_bit():
    stay = read_distribution("lognormal(median 3 h, sigma 1.7) truncated 0.1 .. 7.3 h shifted 0.1 h")
    low, high = stay.support()
    assert 0.1 + 0.1 <= low <= 0.2000001
    assert 7.39999 <= high <= 7.3 + 0.1


def test_a_truncation_far_out_never_asks_for_the_quantile_of_one():
    late = read_distribution("exponential(mean 1 h) truncated 30 h ..")
    assert 30.0 <= late.quantile(SMALLEST_UNIFORM) <= late.quantile(0.5) <= late.quantile(LARGEST_UNIFORM) < 40.0


@pytest.mark.parametrize("u", [0.0, 1.0, -0.1, math.nan])
def test_the_quantile_of_no_uniform_is_refused(u: float):
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        read_distribution("exponential(mean 3 min)").quantile(u)


def test_mixture_is_the_weighted_sum():
    mixture = read_distribution({"family": "mixture", "parts": [
        {"weight": 0.3, "of": "exponential(mean 2 h)"}, {"weight": 0.7, "of": "gamma(mean 30 min, sd 10 min)"}]})
    assert mixture.unit == "min"
    a, b = stats.expon(scale=120), stats.gamma(9, scale=10 / 3)
    assert mixture.mean() == pytest.approx(0.3 * 120 + 0.7 * 30)
    for u in LEVELS:
        x = mixture.quantile(u)
        assert 0.3 * a.cdf(x) + 0.7 * b.cdf(x) == pytest.approx(u, rel=1e-10)
        assert mixture.cdf(x) == pytest.approx(u, rel=1e-10)


def test_mixture_of_single_values_is_a_table_of_chances():
    mixture = read_distribution({"family": "mixture", "parts": [
        {"weight": 0.25, "of": "10 min"}, {"weight": 0.5, "of": "0.5 h"}, {"weight": 0.25, "of": "1 h"}]})
    assert [mixture.quantile(u) for u in (0.1, 0.25, 0.2500001, 0.75, 0.76)] == [10.0, 10.0, 30.0, 30.0, 60.0]
    assert [mixture.cdf(x) for x in (9.9, 10.0, 30.0, 60.0)] == [0.0, 0.25, 0.75, 1.0]
    assert mixture.mean() == 32.5


def test_empirical_is_numpys_usual_percentile():
    values = [7.0, 2.0, 11.0, 3.5, 5.0, 5.0, 30.0]
    empirical = read_distribution({"family": "empirical", "values": values, "unit": "h"})
    for u in (0.01, 0.2, 1 / 3, 0.5, 0.77, 0.99):
        assert empirical.quantile(u) == pytest.approx(np.quantile(values, u))
    assert empirical.mean() == pytest.approx(np.quantile(values, (np.arange(60_000) + 0.5) / 60_000).mean())
    assert [empirical.cdf(x) for x in (1.9, 2.0, 30.0, 31.0)] == [0.0, 0.0, 1.0, 1.0]
    assert empirical.cdf(empirical.quantile(0.2)) == pytest.approx(0.2)
    assert empirical.cdf(5.0) == pytest.approx(0.5), "two equal values carry the probability between them"


def test_equal_weights_change_nothing_and_unequal_ones_pull():
    def empirical(**more: object):
        return read_distribution({"family": "empirical", "values": [1, 2, 4], **more})

    assert empirical(weights=[2, 2, 2]).quantile(0.3) == empirical().quantile(0.3)
    assert empirical(weights=[1, 1, 8]).mean() > empirical().mean() > empirical(weights=[8, 1, 1]).mean()
    # Steps between neighbours count (1 + 1) / 2 and (1 + 8) / 2 of 5.5.
    assert empirical(weights=[1, 1, 8]).quantile(1 / 5.5) == pytest.approx(2.0)


def test_piecewise_goes_through_its_points():
    curve = read_distribution({"family": "piecewise", "at": [0, 4, 4, 10, 24], "cumulative": [0, 0.5, 0.7, 0.7, 1],
                               "unit": "h"})
    assert [curve.quantile(u) for u in (0.25, 0.5, 0.6, 0.85)] == pytest.approx([2.0, 4.0, 4.0, 17.0])
    assert [curve.cdf(x) for x in (2.0, 3.999999999, 4.0, 7.0, 17.0)] == pytest.approx([0.25, 0.5, 0.7, 0.7, 0.85])
    assert curve.mean() == pytest.approx(0.5 * 2 + 0.2 * 4 + 0.3 * 17)


ALL = [*TWINS, "12 min", "12 min shifted 3 min",
       {"family": "empirical", "values": [1, 2, 4], "unit": "h", "clamped": "90 min .. 3 h"},
       {"family": "piecewise", "at": [0, 4, 24], "cumulative": [0, 0.7, 1], "unit": "h"},
       {"family": "mixture", "shifted": "5 min", "parts": [
           {"weight": 0.3, "of": "exponential(mean 2 h) clamped .. 300 min"}, {"weight": 0.7, "of": "12 min"}]}]


@pytest.mark.parametrize("written", ALL)
def test_scaling_multiplies_every_value(written: object):
    distribution = read_distribution(written)
    longer = distribution.scaled(1.5)
    assert longer.unit == distribution.unit
    for u in LEVELS:
        assert longer.quantile(u) == pytest.approx(1.5 * distribution.quantile(u), rel=1e-9)
    assert longer.mean() == pytest.approx(1.5 * distribution.mean(), rel=1e-6)
    assert read_distribution(longer.model_dump()) == longer


@pytest.mark.parametrize("written", ALL)
def test_scaling_by_one_changes_nothing(written: object):
    distribution = read_distribution(written)
    assert distribution.scaled(1.0) == distribution
    assert distribution.scaled(1.0).model_dump_json() == distribution.model_dump_json()


@pytest.mark.parametrize("factor", [0.0, -1.0, math.inf, math.nan])
def test_scaling_by_what_is_no_factor_is_refused(factor: float):
    with pytest.raises(ValueError, match="expected a positive number"):
        read_distribution("12 min").scaled(factor)


@pytest.mark.parametrize("written", ALL)
def test_another_unit_is_the_same_time(written: object):
    distribution = read_distribution(written)
    seconds = distribution.in_unit("s")
    factor = {"min": 60, "h": 3600, "d": 86400, "": 1}[distribution.unit]
    assert seconds.unit == "s"
    for u in LEVELS:
        assert seconds.quantile(u) == pytest.approx(factor * distribution.quantile(u), rel=1e-9)
    with pytest.raises(ValueError, match="cannot lose its unit"):
        seconds.in_unit("")
