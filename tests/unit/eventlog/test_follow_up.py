"""Durations that had not ended when the record did."""
from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_twin.eventlog import FollowUp

pytestmark = pytest.mark.unit
cases = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=25)


def follow(pairs) -> FollowUp:
    return FollowUp(np.array([d for d, _ in pairs], dtype=float), np.array([e for _, e in pairs], dtype=bool))


def survival(pairs, t):
    """Kaplan and Meier's product: share that lasts longer than t."""
    still = 1.0
    for moment in sorted({d for d, ended in pairs if ended and d <= t}):
        at_risk = sum(d >= moment for d, _ in pairs)
        still *= 1 - sum(d == moment and ended for d, ended in pairs) / at_risk
    return still


@given(cases)
def test_weights_give_the_product_limit_estimate(pairs):
    followed = follow(pairs)
    for t in range(21):
        ended_by_then = followed.weights[followed.ended & (followed.duration <= t)].sum() / len(pairs)
        assert ended_by_then == pytest.approx(1 - survival(pairs, t))
        assert followed.exceeding(t) == pytest.approx(survival(pairs, t))


@given(cases, st.sampled_from([0.1, 0.5, 0.9, 0.95]))
def test_quantile_is_where_the_estimate_crosses(pairs, q):
    reached = [t for t in range(21) if 1 - survival(pairs, t) >= q - 1e-9]
    found = follow(pairs).quantile(q)
    assert found == reached[0] if reached else math.isnan(found)


@given(cases)
def test_mean_is_the_area_under_the_estimate(pairs):
    followed = follow(pairs)
    if not followed.ended.any():
        assert math.isnan(followed.mean())
        return
    longest = max(d for d, _ in pairs)
    assert followed.mean() == pytest.approx(sum(survival(pairs, t) for t in range(longest)))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_with_nothing_open_all_is_as_usual(durations):
    followed = follow([(d, True) for d in durations])
    assert set(followed.weights) == {1.0}
    assert followed.mean() == pytest.approx(np.mean(durations))
    assert followed.quantile(0.5) == sorted(durations)[(len(durations) - 1) // 2]
    assert followed.number() == len(durations)


@given(cases, st.data())
def test_shares_of_the_ways_to_end_add_up(pairs, data):
    followed = follow(pairs)
    one = np.array(data.draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs))))
    if followed.ended.any():
        assert followed.share(one) + followed.share(~one) == pytest.approx(1)
        assert followed.number(one) + followed.number(~one) == followed.number()


def test_order_makes_no_difference():
    pairs = [(3, True), (1, False), (2, True), (2, False), (7, True), (4, False)]
    assert follow(pairs).weights[::-1].tolist() == follow(pairs[::-1]).weights.tolist()


def test_open_visits_are_not_taken_as_short():
    """Half of the patients are lost from sight after a minute, at random: the estimate stays where it was."""
    generator = np.random.default_rng(1)
    true = generator.exponential(4.0, 20000)
    seen_for = np.where(generator.random(20000) < 0.5, generator.uniform(0, 8, 20000), 1e9)
    followed = FollowUp(np.minimum(true, seen_for), true <= seen_for)
    naive = np.median(true[true <= seen_for])
    assert naive < 2.4
    assert followed.quantile(0.5) == pytest.approx(4 * math.log(2), rel=0.05)


def test_nobody():
    nobody = follow([])
    assert nobody.number() == 0
    assert all(math.isnan(x) for x in (nobody.quantile(0.5), nobody.mean(), nobody.exceeding(4),
                                    nobody.share(np.zeros(0, bool))))
