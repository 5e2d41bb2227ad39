"""Durations known only in part."""
import numpy as np
import pytest

from hospital_twin.calibration.lifetimes import FAMILIES, Lifetimes, fitted

pytestmark = pytest.mark.unit

DRAWN = {
    "lognormal": (lambda rng, n: np.exp(rng.normal(np.log(5.0), 0.7, n)), 5.0),
    "gamma": (lambda rng, n: rng.gamma(2.0, 3.0, n), 5.0350),
    "weibull": (lambda rng, n: 6.0 * rng.weibull(1.4, n), 6.0 * np.log(2) ** (1 / 1.4)),
    "exponential": (lambda rng, n: rng.exponential(7.0, n), 7.0 * np.log(2)),
}


def drawn(family: str, n: int = 4000, seed: int = 1) -> np.ndarray:
    return DRAWN[family][0](np.random.default_rng(seed), n)


@pytest.mark.parametrize("family", DRAWN)
def test_each_family_finds_its_own_median(family: str):
    found = fitted(Lifetimes.of(drawn(family)), family)
    assert found.median == pytest.approx(DRAWN[family][1], rel=0.05)
    assert found.low < DRAWN[family][1] < found.high
    assert found.high / found.low < 1.15


@pytest.mark.parametrize("family", ["lognormal", "gamma", "weibull"])
def test_its_own_family_is_the_most_likely(family: str):
    times = Lifetimes.of(drawn(family))
    aic = {name: fitted(times, name).criterion for name in FAMILIES}
    assert min(aic, key=aic.get) == family


@pytest.mark.parametrize("family", DRAWN)
def test_censoring_does_not_shorten(family: str):
    times, seen_for = drawn(family), drawn("exponential", seed=2) * 0.8
    open_ = times > seen_for
    assert open_.mean() > 0.4
    found = fitted(Lifetimes.of(np.minimum(times, seen_for), np.where(open_, np.inf, times)), family)
    taken_as_ended = fitted(Lifetimes.of(np.minimum(times, seen_for)), family)
    assert found.median == pytest.approx(DRAWN[family][1], rel=0.08)
    assert taken_as_ended.median < 0.75 * DRAWN[family][1]


def test_those_present_at_the_start_are_not_taken_for_long_stayers():
    times, before = drawn("lognormal"), np.random.default_rng(3).uniform(0, 20, 4000)
    still_there = times > before
    found = fitted(Lifetimes.of(times[still_there], entry=before[still_there]), "lognormal")
    naive = fitted(Lifetimes.of(times[still_there]), "lognormal")
    assert found.median == pytest.approx(5.0, rel=0.1)
    assert naive.median > 6.5


def test_returns_that_lie_beyond_the_record_are_allowed_for():
    times, left = drawn("lognormal"), np.random.default_rng(4).uniform(0, 12, 4000)
    seen = times <= left
    found = fitted(Lifetimes.of(times[seen], exit_=left[seen]), "lognormal")
    assert found.median == pytest.approx(5.0, rel=0.12)
    assert fitted(Lifetimes.of(times[seen]), "lognormal").median < 4.2


def test_an_interval_of_a_day_costs_little():
    times = np.exp(np.random.default_rng(5).normal(np.log(80.0), 0.8, 2000))
    leaves = np.ceil(times / 24) * 24
    found = fitted(Lifetimes.of(leaves - 24, leaves), "lognormal")
    assert found.median == pytest.approx(80.0, rel=0.06)
    assert fitted(Lifetimes.of(leaves), "lognormal").median > 88


@pytest.mark.parametrize("n", [6, 11, 40])
def test_the_interval_of_the_median_covers(n: int):
    fits = [fitted(Lifetimes.of(drawn("lognormal", n, seed)), "lognormal") for seed in range(300)]
    inside = np.mean([fit.low <= 5.0 <= fit.high for fit in fits])
    assert 0.92 <= inside <= 0.98


def test_weights_count_as_so_many():
    times = drawn("gamma", 500)
    doubled = Lifetimes.of(np.concatenate([times, times]))
    weighted = Lifetimes.of(times, weight=np.full(500, 2.0))
    assert fitted(weighted, "gamma").median == pytest.approx(fitted(doubled, "gamma").median, rel=1e-4)
    assert weighted.number == doubled.number == 1000


def test_too_little_or_no_variation_gives_no_fit():
    assert fitted(Lifetimes.of(np.array([3.0, 4.0])), "lognormal") is None
    assert fitted(Lifetimes.of(np.array([3.0, 9.0]), np.array([np.inf, np.inf])), "weibull") is None
    assert fitted(Lifetimes.of(np.full(50, 6.0)), "lognormal") is None


def test_a_constant_is_seen_as_one():
    low = np.array([6.0, 6.0, 6.0, 2.0, 5.9])
    high = np.array([6.0, 6.0, 6.0, np.inf, np.inf])
    assert Lifetimes.of(low, high).constant() == 6.0
    assert Lifetimes.of(np.append(low, 7.0), np.append(high, np.inf)).constant() is None
    assert Lifetimes.of(np.array([6.0, 6.1])).constant() is None


def test_what_cannot_be_is_left_out():
    low, high = np.array([1.0, 2.0, -1.0, 5.0]), np.array([1.0, 1.0, -0.5, np.inf])
    times = Lifetimes.of(low, high, entry=np.array([0.0, 0.0, 0.0, 5.0]))
    assert len(times) == 2
    assert (times.events, times.censored) == (1.0, 1)
