from __future__ import annotations

import numpy as np
import pytest

from hospital_twin.comparison import compare, warm_up
from hospital_twin.comparison.truncation import mser
from hospital_twin.errors import BadInput

pytestmark = pytest.mark.unit


def filling(days: int, scale: float, seed: int = 1, replications: int = 10) -> np.ndarray:
    """Hourly censuses that fill to 200 with a time constant in days, with rhythms of day and week and with noise."""
    hours = np.arange(24 * days)
    level = 200 * (1 - np.exp(-hours / 24 / scale)) if scale else np.full(len(hours), 200.0)
    rhythm = 8 * np.sin(2 * np.pi * hours / 24) + 12 * (hours // 24 % 7 < 5)
    noise = np.random.default_rng(seed).normal(0, 1, (replications, len(hours)))
    for hour in range(1, len(hours)):
        noise[:, hour] = 0.98 * noise[:, hour - 1] + 0.2 * noise[:, hour] * 5
    return level + rhythm + noise


def test_mser_by_hand():
    """Of 9, 1, 2, 1, 2, 1: without d values the sum of squares over (n − d)²: 48/36 + ..., least at d = 1."""
    values = np.array([9.0, 1, 2, 1, 2, 1])
    expected = [((values[d:] - values[d:].mean()) ** 2).sum() / (6 - d) ** 2 for d in range(4)]
    assert mser(values) == pytest.approx(expected)
    assert mser(values).argmin() == 1


@pytest.mark.parametrize(("scale", "least", "most"), [(2, 5, 16), (5, 12, 32), (8, 18, 50)])
def test_a_hospital_that_fills_is_given_the_time_it_takes(made, scale, least, most):
    """Between three and about six time constants: 95 % full at the least."""
    found = warm_up(made(hourly=filling(120, scale)))
    assert found.enough
    assert least <= found.days <= most
    assert found.checked() == found.days
    assert f"settles after {found.days} of 120 days" in found.how
    assert "MSER" in found.how


def present(days: int, rate: float, median: float, p90: float, seed: int, replications: int = 8) -> np.ndarray:
    """Hourly censuses of beds without limit: arrivals an hour, lognormal stays in hours, from empty on."""
    generator, census = np.random.default_rng(seed), np.zeros((replications, 24 * days + 1))
    for row in census:
        come = generator.uniform(0, 24 * days, generator.poisson(24 * rate * days))
        stays = median * np.exp(np.log(p90 / median) / 1.2816 * generator.normal(size=len(come)))
        np.add.at(row, np.ceil(come).astype(int), 1)
        np.add.at(row, np.ceil(np.minimum(come + stays, 24 * days)).astype(int), -1)
    return census.cumsum(axis=1)[:, :-1]


@pytest.mark.parametrize("rate", [0.1, 1.0])
def test_beds_that_fill_for_months_are_not_called_full_after_one(made, rate):
    """Stays of 5 days in the median and 30 in the 90th percentile: after 63 days 0.9 of the patients are there."""
    found = [warm_up(made(hourly=present(63, rate, 120, 720, seed), days=63.0)) for seed in range(12)]
    assert not any(one.enough for one in found)
    settling = [one.how for one in found if one.days < 31]
    assert len(settling) > 2 or rate == 1.0
    assert all("seems to settle" in how and "still changes or may well do so" in how for how in settling)


def test_beds_that_are_full_soon_are_called_so(made):
    """Stays of 2 days in the median and 5 in the 90th percentile: full to 0.99 after 12 days."""
    found = [warm_up(made(hourly=present(63, 1.0, 48, 120, seed), days=63.0)) for seed in range(12)]
    assert sum(one.enough for one in found) >= 11


def test_a_census_that_goes_on_changing_after_its_warm_up_has_not_settled(made):
    slow = filling(63, 3) + 30 * (np.arange(24 * 63) > 24 * 45)
    found = warm_up(made(hourly=slow, days=63.0))
    assert not found.enough
    with pytest.raises(BadInput, match="still changes"):
        found.checked()


def test_the_rhythm_of_the_week_is_not_taken_for_warm_up(made):
    found = [warm_up(made(hourly=filling(84, 0, seed))).days for seed in range(8)]
    assert min(found) == 3
    assert np.median(found) <= 20


def test_a_hospital_that_fills_without_end_is_refused(made):
    ramp = np.tile(np.arange(24 * 60) / 10, (5, 1))
    found = warm_up(made(hourly=ramp))
    assert not found.enough
    assert "without end" in found.how
    with pytest.raises(BadInput, match=r"still changes.*\n.*a run of at least \d\d\d days"):
        found.checked()


def test_the_picture(made):
    hourly = filling(60, 3)
    found = warm_up(made(hourly=hourly))
    curve = found.curve
    assert curve["day"].tolist() == list(range(60))
    assert curve["census"][17] == pytest.approx(hourly[:, 17 * 24:18 * 24].mean())
    assert curve["smooth"][20] == pytest.approx(hourly[:, 17 * 24:24 * 24].mean())
    assert curve["smooth"].isna().to_numpy().nonzero()[0].tolist() == [0, 1, 2, 57, 58, 59]
    assert curve["criterion"].idxmin() == found.days
    assert curve["census"].notna().all()


def test_short_runs_are_looked_at_by_the_day(made):
    found = warm_up(made(hourly=filling(20, 1)))
    assert "daily" in found.how
    assert 1 <= found.days <= 10


def test_what_cannot_be_looked_at_is_refused(made):
    with pytest.raises(BadInput, match="9 whole days are too short"):
        warm_up(made(hourly=filling(9, 1)))
    with pytest.raises(BadInput, match="no census of 'icu'\n.*everybody present"):
        warm_up(made(hourly=filling(20, 1)), "icu")


def test_a_comparison_says_when_too_little_was_left_out(made):
    hourly = filling(120, 5)
    def cautions(days: float) -> tuple[str, ...]:
        about = {"hourly": hourly, "days": 120.0, "warm_up_days": days}
        return compare(made(**about), made(**about, scenario="x")).cautions
    needed = warm_up(made(hourly=hourly)).days
    assert cautions(float(needed)) == cautions(needed - 1.0) == ()
    assert not warm_up(made(hourly=hourly)).is_missed_by(needed - 1)
    assert warm_up(made(hourly=hourly)).is_missed_by(0)
    assert len(cautions(2.0)) == 2
    assert cautions(2.0)[1].startswith(f"x: the hospital needs {needed} days to fill, but only 2 are left out")
    ramp = np.tile(np.arange(24 * 60) / 10, (5, 1))
    assert "without end" in compare(made(hourly=ramp), made(hourly=ramp, scenario="x")).cautions[0]
    known = compare(made(hourly=ramp), made(hourly=ramp, scenario="x"), known=("Not found.",)).cautions
    assert (known[0], len(known)) == ("Not found.", 3)
