from __future__ import annotations

import numpy as np
import pytest

from hospital_twin.generator.weather import day_factors

pytestmark = pytest.mark.unit


def test_the_same_seed_gives_the_same_weather_and_another_seed_another() -> None:
    assert day_factors(7, 30, sd=0.1, persistence=0.8) == day_factors(7, 30, sd=0.1, persistence=0.8)
    assert day_factors(7, 30, sd=0.1, persistence=0.8) != day_factors(8, 30, sd=0.1, persistence=0.8)


def test_a_longer_log_keeps_the_first_days() -> None:
    assert day_factors(7, 90, sd=0.1, persistence=0.8)[:30] == day_factors(7, 30, sd=0.1, persistence=0.8)


def test_factors_have_mean_one_the_spread_asked_for_and_persist() -> None:
    factors = np.array(day_factors(1, 20_000, sd=0.2, persistence=0.8))
    log = np.log(factors)
    # An AR(1) of 20,000 days is worth 20,000 (1 - 0.8) / (1 + 0.8) = 2,200 independent ones: three standard errors.
    assert factors.mean() == pytest.approx(1.0, abs=0.013)
    assert log.std() == pytest.approx(0.2, abs=0.01)
    assert np.corrcoef(log[1:], log[:-1])[0, 1] == pytest.approx(0.8, abs=0.013)


def test_the_first_day_is_not_special() -> None:
    first = np.log([day_factors(seed, 1, sd=0.2, persistence=0.9)[0] for seed in range(4000)])
    assert first.std() == pytest.approx(0.2, abs=0.007)
