"""How far fitted curves are from observed ones."""
import numpy as np
import pytest

from hospital_twin.calibration.durations import TO_CHOOSE, _chosen, write
from hospital_twin.calibration.fitness import fitness, resolution
from hospital_twin.calibration.lifetimes import Lifetimes, fitted
from hospital_twin.cli._fitting import told
from hospital_twin.distributions import read_distribution
from hospital_twin.hospital import Fit

pytestmark = pytest.mark.unit
CURVE = read_distribution("lognormal(median 5 h, sigma 0.7)")


def plain(n: int, seed: int) -> np.ndarray:
    return np.exp(np.random.default_rng(seed).normal(np.log(5.0), 0.7, n))


def open_after(times: np.ndarray, seed: int, mean: float) -> Lifetimes:
    followed = np.random.default_rng(seed).exponential(mean, len(times))
    return Lifetimes.of(np.minimum(times, followed), np.where(times > followed, np.inf, times))


def test_the_gap_of_the_right_family_is_seldom_more_than_chance():
    found = [fitness(times, write(fitted(times, "lognormal"), None, "h"))
             for times in (Lifetimes.of(plain(400, seed)) for seed in range(80))]
    assert np.mean([fit.gap > fit.by_chance for fit in found]) < 0.12
    assert np.mean([fit.gap > 0.5 * fit.by_chance for fit in found]) > 0.3


@pytest.mark.parametrize("wrong", ["lognormal(median 6.5 h, sigma 0.7)", "exponential(mean 7 h)"])
def test_a_wrong_curve_is_farther_off_than_chance(wrong: str):
    fit = fitness(Lifetimes.of(plain(2000, 1)), read_distribution(wrong))
    assert fit.gap > 3 * fit.by_chance


def test_open_stays_and_late_entries_do_not_bend_the_observed_curve():
    times = plain(6000, 2)
    open_ = open_after(times, 3, 8.0)
    assert open_.censored > 2000
    assert fitness(open_, CURVE).gap < 0.03
    before = np.random.default_rng(4).uniform(0, 10, len(times))
    there = times > before
    assert fitness(Lifetimes.of(times[there], entry=before[there]), CURVE).gap < 0.05
    assert fitness(Lifetimes.of(times[there]), CURVE).gap > 0.2


def test_what_a_log_rounds_is_no_misfit():
    curve = read_distribution("lognormal(median 6 min, sigma 0.45)").in_unit("h")
    times = np.exp(np.random.default_rng(5).normal(np.log(0.1), 0.45, 5000))
    minutes = np.round(times * 60) / 60
    assert (resolution(minutes), resolution(times)) == (1 / 60, 0.0)
    assert fitness(Lifetimes.of(minutes), curve).gap < 0.03


def test_too_few_are_not_compared():
    assert fitness(Lifetimes.of(plain(19, 1)), CURVE) is None


def test_each_family_that_was_tried_is_told_beside_the_one_taken():
    chosen = _chosen(Lifetimes.of(plain(1500, 8)), "lognormal", TO_CHOOSE)
    assert chosen.found.family == "lognormal"
    assert chosen.candidates.pop("lognormal") == 0
    assert min(chosen.candidates.values()) > 6
    assert chosen.fitness.gap < chosen.fitness.by_chance
    families = [_chosen(Lifetimes.of(plain(n, seed)), "lognormal", TO_CHOOSE).found.family
                for n in (30, 300) for seed in range(20)]
    assert families.count("lognormal") >= 39


@pytest.mark.parametrize(("gap", "said"), [
    (0.02, "within 2.0 percentage points of the observed curve, as chance alone would leave it"),
    (0.08, "within 8.0 percentage points of the observed curve, more than chance alone would leave, 3.0")])
def test_how_well_it_fits_is_told_in_words(gap: float, said: str):
    fit = Fit(path="takes", estimator="", value="3 h", n=900, gap=gap, gap_by_chance=0.03)
    assert fit.how_well() == said
    assert told(fit) == f"takes: 3 h; 900 cases; {said}"
    assert Fit(path="takes", estimator="", value="3 h").how_well() == ""
