"""Flat rows: bit for bit where there is a formula, within 1e-6 where there is a table, and never decreasing."""
from __future__ import annotations

import math
import pickle
import subprocess
import sys
from bisect import bisect_right
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from hospital_twin.distributions import (
    Code,
    Flat,
    cdf_function,
    columns,
    conditional,
    flatten,
    quantile_function,
    read_distribution,
)
from hospital_twin.streams import LARGEST_UNIFORM, SMALLEST_UNIFORM, normal_quantile, to_ticks

pytestmark = pytest.mark.unit

UNIFORMS = st.floats(SMALLEST_UNIFORM, LARGEST_UNIFORM)
TAILS = 10.0 ** np.linspace(-9, -0.31, 700)[1:]
LEVELS = np.concatenate([TAILS, 1.0 - TAILS, np.linspace(0.001, 0.999, 999)])


def draw(written: object):
    return quantile_function(flatten(read_distribution(written)))


def mixture(*parts: tuple[float, object], **more: object) -> dict:
    return {"family": "mixture", "parts": [{"weight": weight, "of": of} for weight, of in parts], **more}


# Uniforms, exponentials of mean 1 and lognormals (median 1, sigma 0.5) of the published workload; it takes -log(u).
@pytest.mark.parametrize(("u", "exponential", "lognormal"), [
    (0.12964561829974752, 2.042950563945377, 0.5689094710769674),
    (0.8847898165349132, 0.12240515762149183, 1.8214599619386855),
    (0.16120795754059503, 1.82506008573224, 0.6097216640563157),
    (0.3799111628992137, 0.9678178354371153, 0.8582523940544426),
])
def test_draws_the_published_numbers(u: float, exponential: float, lognormal: float):
    assert draw("exponential(mean 1 h)")(1.0 - u) == exponential
    assert draw("lognormal(median 1 h, sigma 0.5)")(u) == lognormal


@given(UNIFORMS)
def test_closed_forms_are_computed_in_the_stated_order(u: float):
    assert draw("exponential(mean 0.7 h)")(u) == -math.log(1.0 - u) * 0.7
    assert draw("lognormal(median 0.33 h, sigma 0.3)")(u) == 0.33 * math.exp(0.3 * normal_quantile(u))
    assert draw("normal(mean 16, sd 1.7)")(u) == 16.0 + 1.7 * normal_quantile(u)
    assert draw("weibull(shape 1.4, scale 3 h)")(u) == 3.0 * (-math.log(1.0 - u)) ** (1.0 / 1.4)


@given(UNIFORMS)
def test_units_become_hours_by_one_operation(u: float):
    pure = draw("exponential(mean 7)")(u)
    assert draw("exponential(mean 7 s)")(u) == pure / 3600.0
    assert draw("exponential(mean 7 min)")(u) == pure / 60.0
    assert draw("exponential(mean 7 h)")(u) == pure
    assert draw("exponential(mean 7 d)")(u) == pure * 24.0


def test_a_row_says_what_it_is():
    assert flatten(read_distribution("12 min")) == Flat(Code.FIXED, (12.0,), None, 1.0, 60.0)
    assert flatten(read_distribution("lognormal(median 2 d, sigma 0.3)")) == Flat(
        Code.LOGNORMAL, (2.0, 0.3), None, 24.0, 1.0)
    assert flatten(read_distribution("exponential(mean 3)")) == Flat(Code.EXPONENTIAL, (3.0,))
    normal = flatten(read_distribution("normal(mean 16 min, sd 2 min) truncated 16 min .. shifted 30 s clamped ..1 h"))
    assert normal[3:] == (1.0, 60.0, 0.5, 0.5, 0.5, 16.5, 60.0)


def test_fixed_minutes_are_whole_ticks():
    for minutes in range(1, 2000):
        assert to_ticks(draw(f"{minutes} min")(0.3)) == minutes * 60_000_000


GAMMAS = [0.05, 0.3, 0.5, 0.99, 1.0, 1.5, 2.0, 4.6, 30.0, 1000.0, 1e5, 1e6]


@pytest.mark.parametrize("shape", GAMMAS)
def test_gamma_table_is_within_a_millionth(shape: float):
    quantile = draw(f"gamma(shape {shape}, scale 3 h)")
    exact = 3.0 * np.where(LEVELS < 0.5, special.gammaincinv(shape, LEVELS),
                           special.gammainccinv(shape, 1.0 - LEVELS))
    assert np.abs([quantile(u) for u in LEVELS.tolist()] / exact - 1.0).max() < 1e-6


def test_erlang_is_the_gamma_of_whole_shape():
    assert flatten(read_distribution("erlang(stages 4, mean 12 h)")) == flatten(
        read_distribution("gamma(shape 4, scale 3 h)"))


MIXTURES = {
    "two humps": mixture((0.3, "lognormal(median 0.33 h, sigma 0.3)"), (0.7, "normal(mean 10 h, sd 6 min)")),
    "one value and many": mixture((0.3, "exponential(mean 30 min)"), (0.7, "5 min")),
    "values": mixture((0.25, "10 min"), (0.75, "1200 s")),
    "a gap": mixture((0.3, "uniform(0 h, 1 h)"), (0.7, "uniform(2 h, 3 h)")),
    "stays": mixture((0.6, "gamma(mean 4 d, sd 3 d)"), (0.4, "lognormal(mean 7.4 d, sd 8.61 d)")),
    "a needle": mixture((0.9, "uniform(0 h, 24 h)"), (0.1, "lognormal(median 12 h, sigma 0.0001)")),
    "both signs": mixture((0.5, "normal(mean 0, sd 1)"), (0.5, "normal(mean 0.5, sd 3)")),
    "modified parts": mixture((0.5, "exponential(mean 1 h) clamped .. 2 h"), (0.5, "triangular(1, 2, 5 h)"),
                              shifted="5 min", clamped=".. 4.5 h"),
    "nested": mixture((0.5, mixture((0.5, "exponential(mean 1 h)"), (0.5, "3 h"))),
                      (0.5, {"family": "empirical", "values": [1, 2, 4, 9], "unit": "h"}), truncated="0.1 h .. 8 h"),
}


@pytest.mark.parametrize("name", MIXTURES)
def test_mixture_table_is_within_a_millionth(name: str):
    mixed = read_distribution(MIXTURES[name])
    flat = flatten(mixed)
    quantile, hours = quantile_function(flat), flat.multiply / flat.divide
    for u in LEVELS[::9].tolist():
        # At the edge of a gap a last place of u moves the quantile itself by more than a millionth.
        low, high = (mixed.quantile(u + places * math.ulp(u)) * hours for places in (-8, 8))
        slack = 1e-6 * max(abs(low), abs(high))
        assert low - slack <= quantile(u) <= high + slack


@pytest.mark.parametrize(("written", "low", "high"), [
    (MIXTURES["a gap"], 1.0 + 1e-9, 2.0 - 1e-9),
    (mixture((0.3, "normal(mean 0, sd 1)"), (0.7, "normal(mean 100, sd 1)")), 9.0, 91.0),
])
def test_a_gap_holds_no_values(written: dict, low: float, high: float):
    quantile = draw(written)
    edge = 0.3 + np.arange(-3000, 3000) * math.ulp(0.3)
    assert not [x for u in edge.tolist() if low < (x := quantile(u)) < high]


def test_empirical_and_piecewise_are_exact():
    values = np.random.default_rng(1).lognormal(1.0, 1.0, 400).tolist()
    quantile = draw({"family": "empirical", "values": values, "unit": "h"})
    assert [quantile(u) for u in LEVELS.tolist()] == pytest.approx(np.quantile(values, LEVELS), rel=1e-12)
    curve = draw({"family": "piecewise", "at": [0, 4, 24], "cumulative": [0, 0.7, 1], "unit": "d"})
    assert [curve(u) for u in (0.35, 0.7, 0.85)] == pytest.approx([2.0 * 24, 4.0 * 24, 14.0 * 24])


def test_a_table_can_be_evaluated_from_its_columns_alone():
    flat = flatten(read_distribution("gamma(mean 4 d, sd 2 d)"))
    quantile = quantile_function(flat)
    us, x, a, b, c = columns(flat.table)
    assert (us[0], us[-1], len(flat.table)) == (0.0, 1.0, 2 + 5 * len(x))
    assert list(us) == sorted(set(us))
    for u in LEVELS[::50].tolist():
        i = bisect_right(us, u) - 1
        t = (u - us[i]) / (us[i + 1] - us[i])
        assert quantile(u) == (x[i] + t * (a[i] + t * (b[i] + t * c[i]))) * flat.params[0] * 24.0


WRITTEN = [
    "12 min", "exponential(mean 3 min)", "lognormal(median 6 min, p90 11 min)", "uniform(0 min, 15 min)",
    "triangular(1, 2, 5 h)", "weibull(shape 0.5, scale 3 h)", "gamma(mean 4 d, sd 3 d)", "gamma(mean 1 h, sd 4 h)",
    "normal(mean 16 min, sd 10 min) clamped 0.5 min .. 40 min", "lognormal(median 1 d, sigma 1) truncated 1 h .. 9 d",
    "erlang(stages 2, mean 1 h) truncated 10 min .. shifted 1 h clamped .. 4 h",
    {"family": "empirical", "values": [1, 2, 2, 4, 9], "weights": [1, 2, 1, 1, 0.5], "unit": "h"},
    {"family": "piecewise", "at": [0, 4, 4, 10, 24], "cumulative": [0, 0.5, 0.7, 0.7, 1], "unit": "h"},
    *MIXTURES.values(),
]
SOME = st.integers(0, len(WRITTEN) - 1)


@cache
def row(number: int) -> Flat:
    return flatten(read_distribution(WRITTEN[number]))


def slack(x: float) -> float:
    """Four units of the last place: formulas of two roundings cannot promise more."""
    return 4.0 * math.ulp(x)


@given(SOME, UNIFORMS, UNIFORMS)
def test_a_greater_uniform_never_draws_less(number: int, u: float, v: float):
    quantile = quantile_function(row(number))
    low, high = sorted((u, v))
    assert quantile(low) <= quantile(high) + slack(quantile(high))


@given(SOME, UNIFORMS, st.integers(1, 1000))
def test_neighbouring_uniforms_never_draw_less(number: int, u: float, steps: int):
    quantile = quantile_function(row(number))
    v = min(LARGEST_UNIFORM, u + steps * math.ulp(u))
    assert quantile(u) <= quantile(v) + slack(quantile(v))


@pytest.mark.parametrize("number", range(len(WRITTEN)))
def test_pieces_of_a_table_meet_without_a_step_down(number: int):
    quantile, table = quantile_function(row(number)), row(number).table
    for knot in columns(table)[0][1:-1] if table else ():
        assert quantile(math.nextafter(knot, 0.0)) <= quantile(knot)


@pytest.mark.parametrize("number", range(len(WRITTEN)))
def test_the_row_agrees_with_the_model(number: int):
    model, flat = read_distribution(WRITTEN[number]), row(number)
    quantile, cdf, hours = quantile_function(flat), cdf_function(flat), flat.multiply / flat.divide
    for u in (1e-6, 0.011, 0.13, 0.37, 0.5, 0.68, 0.871, 0.99, 1 - 1e-7):
        value = model.quantile(u)
        assert quantile(u) == pytest.approx(value * hours, rel=1e-6)
        for x in (value * 0.99, value * 1.01):
            assert cdf(x * hours) == pytest.approx(model.cdf(x), rel=1e-4, abs=1e-9)


@given(SOME, UNIFORMS)
def test_the_cdf_inverts_the_quantile(number: int, u: float):
    quantile, cdf = quantile_function(row(number)), cdf_function(row(number))
    x = quantile(u)
    assert cdf(x + slack(x)) >= u * (1.0 - 1e-6) - 1e-12
    assert cdf(x * (1 - 1e-7)) <= u * (1.0 + 1e-4) + 1e-6


@given(SOME, UNIFORMS, UNIFORMS)
def test_conditional_never_ends_before_now_and_rises(number: int, u: float, v: float):
    total = conditional(row(number))
    spent = abs(quantile_function(row(number))(v))
    assert total(u, spent) >= spent
    assert total(min(u, v), spent) <= total(max(u, v), spent) + slack(total(max(u, v), spent))


def test_conditional_is_not_below_the_time_spent_by_a_last_bit():
    for flat in map(row, range(len(WRITTEN))):
        quantile, total = quantile_function(flat), conditional(flat)
        for spent in (abs(quantile(u)) for u in LEVELS[::60].tolist()):
            assert total(SMALLEST_UNIFORM, spent) >= spent


def test_a_truncation_never_asks_for_the_quantile_of_one():
    flat = flatten(read_distribution("exponential(mean 1 h) truncated 30 h .."))
    assert 30.0 <= quantile_function(flat)(SMALLEST_UNIFORM) <= quantile_function(flat)(LARGEST_UNIFORM) < 40.0


def test_conditional_is_the_stated_formula():
    total = conditional(flatten(read_distribution("lognormal(median 76 h, sigma 0.9)")))
    stay = stats.lognorm(0.9, scale=76)
    for spent, u in [(10.0, 0.01), (100.0, 0.5), (500.0, 0.99)]:
        passed = stay.cdf(spent)
        assert total(u, spent) == pytest.approx(stay.ppf(passed + u * (1 - passed)), rel=1e-9)


def test_conditional_on_nothing_is_the_plain_draw():
    for flat in map(row, range(len(WRITTEN))):
        assert conditional(flat)(0.37, 0.0) == quantile_function(flat)(0.37)


def test_the_exponential_forgets():
    total = conditional(flatten(read_distribution("exponential(mean 2 h)")))
    assert total(0.4, 5.0) - 5.0 == pytest.approx(total(0.4, 0.0))


def test_who_outlasted_the_distribution_leaves_at_once():
    assert conditional(flatten(read_distribution("12 min")))(0.5, 0.3) == 0.3
    assert conditional(flatten(read_distribution("12 min")))(0.5, 0.1) == 0.2
    assert conditional(flatten(read_distribution("uniform(1 h, 2 h)")))(0.5, 2.0) == 2.0
    assert conditional(flatten(read_distribution("exponential(mean 1 h)")))(0.5, 1e6) == 1e6
    assert conditional(flatten(read_distribution("gamma(mean 1 h, sd 1 h)")))(0.5, 1e6) == 1e6


@pytest.mark.parametrize("number", range(len(WRITTEN)))
def test_rows_are_numbers_that_can_be_sent(number: int):
    flat = row(number)
    again = pickle.loads(pickle.dumps(flat))
    assert again == flat
    numbers = [*flat.params, *(flat.table or ()), *flat[3:]]
    assert {type(number) for number in numbers} == {float}
    assert type(flat.code) is int


def test_means_of_draws_are_the_means():
    u = ((np.arange(20_000) + 0.5) / 20_000).tolist()
    for number, written in enumerate(WRITTEN):
        flat = row(number)
        quantile = quantile_function(flat)
        mean = read_distribution(written).mean() * flat.multiply / flat.divide
        assert sum(map(quantile, u)) / len(u) == pytest.approx(mean, rel=5e-3), written


def test_importing_loads_nothing_heavy():
    code = ("import sys, hospital_twin.streams, hospital_twin.distributions as d; "
            "f = d.quantile_function(d.flatten(d.read_distribution('lognormal(median 6 min, p90 11 min)'))); f(0.5); "
            "print(sorted({'scipy', 'numpy', 'pandas', 'numba'} & set(sys.modules)))")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                         env={"PYTHONPATH": ":".join(sys.path)})
    assert run.stdout.strip() == "[]"
