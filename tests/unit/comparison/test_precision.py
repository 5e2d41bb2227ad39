"""`run_until` on results that are known beforehand, so that nothing has to be simulated."""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hospital_twin.comparison import Precision, compare, run_until, warm_up
from hospital_twin.errors import BadInput
from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout
from hospital_twin.levers import lever_from
from hospital_twin.runs import Experiment, Item
from hospital_twin.scenario import Scenario

pytestmark = pytest.mark.unit
WAIT = ("door_to_clinician", "median")
HOSPITAL = Hospital.of(Layout.model_validate({
    "name": "General", "sources": {"s": {"pathway": "p", "rate": 1, "ceiling": 1}},
    "pathways": {"p": [{"leave": "out", "as": "home"}]}}))
MORE = Scenario(name="more", levers=(lever_from("demand", change=10),))
OURS = np.random.default_rng(1).normal(40, 6, 120)
THEIRS = OURS - 11 + np.random.default_rng(2).normal(0, 3, 120)


@pytest.fixture(scope="module")
def until(made) -> Callable[..., Precision]:
    known = {}
    for name, values in (("baseline", OURS), ("more", THEIRS)):
        runs = made({WAIT: values, ("occupancy", "share"): np.full(120, 80.0), ("ed_length_of_stay", "median"):
                     np.full(120, np.nan)}, scenario=name)
        known |= {Item(name, n): runs.result(n) for n in range(120)}

    def run(scenarios=("baseline", "more"), **options) -> Precision:
        every = {"baseline": Experiment(HOSPITAL), "more": Experiment(HOSPITAL, MORE)}
        return run_until([every[name] for name in scenarios], known=known, workers=1,
                         **{"kpi": "door_to_clinician", **options})
    return run


def test_it_stops_when_the_difference_is_told_well_enough(until):
    found = until(half_width=1.0)
    assert found.reached
    assert found.half_width <= found.goal == 1.0
    # 1.96 · 3 / √n = 1 at n = 35.
    assert 20 <= found.replications <= 60
    assert [one.replications for one in found.runs] == [tuple(range(found.replications))] * 2
    row = compare(*found.runs).headlines().query("kpi == 'door_to_clinician'").iloc[0]
    assert (row["high"] - row["low"]) / 2 == pytest.approx(found.half_width)
    assert found.sentence == (f"{found.replications} replications tell the difference in median wait for a doctor to "
                              f"± {found.half_width:.1f} min (wanted: ± 1.0 min)")


def test_it_says_when_the_maximum_did_not_do(until):
    found = until(half_width=0.1, most=40)
    assert not found.reached
    assert found.replications == 40
    assert found.sentence.startswith("the maximum of 40 replications tells the difference in median wait for a doctor "
                                     "only to ± 0.")


def test_pairs_tell_more_than_a_mean(until):
    mean = until(("baseline",), half_width=1.5)
    assert mean.reached
    assert mean.replications > 2 * until(half_width=1.5).replications
    assert mean.sentence.startswith(f"{mean.replications} replications tell the median wait")


def test_what_does_not_vary_is_told_at_once(until):
    assert until(half_width=0.5, kpi="occupancy", first=3).replications == 3


def test_what_cannot_be_told_is_refused(until):
    for options, words in [({"kpi": "happiness"}, "no kpi 'happiness'"), ({"half_width": 0}, "half-width: it is 0"),
                           ({"first": 1}, "1 to begin with"), ({"most": 5}, "at most 5, but 10"),
                           ({"kpi": "ed_length_of_stay"}, "cannot be computed"),
                           ({"kpi": "icu_refusals"}, "per_day of icu_refusals for whole hospital cannot"),
                           ({"place": "moon"}, "for moon cannot")]:
        with pytest.raises(BadInput, match=words):
            until(**{"half_width": 1.0, **options})


def test_warm_up_needs_a_census(until):
    with pytest.raises(BadInput, match="0 whole days"):
        warm_up(until(half_width=5.0).runs[0])
