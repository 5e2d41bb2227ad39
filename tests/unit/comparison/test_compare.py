from __future__ import annotations

import numpy as np
import pytest

from hospital_twin.comparison import compare, mean_interval
from hospital_twin.comparison.verdicts import VERDICTS
from hospital_twin.errors import BadInput

pytestmark = pytest.mark.unit
NOON = ("discharges_before_noon", "share")
WAIT, WITHIN, OCCUPANCY = ("door_to_clinician", "median"), ("within_4_hours", "share"), ("occupancy", "share")
BEFORE = np.array([38.0, 42.0, 31.0, 45.0, 36.0])
FALL = np.array([10.0, 12.0, 11.0, 13.0, 9.0])


def row(comparison, kpi, statistic, place="whole hospital", scenario=None):
    rows = comparison.table.query("kpi == @kpi and statistic == @statistic and place == @place")
    return rows.iloc[0] if scenario is None else rows[rows["scenario"] == scenario].iloc[0]


def test_differences_are_those_of_pairs(made):
    """By hand: mean −11, s = √2.5, t(4; 0.975) = 2.776, so ± 2.776 · √(2.5/5) = 1.963."""
    found = row(compare(made({WAIT: BEFORE}), made({WAIT: BEFORE - FALL}, scenario="more")), *WAIT)
    assert (found["baseline"], found["value"], found["difference"]) == pytest.approx((38.4, 27.4, -11))
    assert (found["low"], found["high"]) == pytest.approx((-11 - 1.9632, -11 + 1.9632), abs=1e-3)
    assert (found["verdict"], found["n"], found["unit"], found["scenario"]) == ("better", 5, "min", "more")
    own = mean_interval(BEFORE)
    assert (found["baseline_low"], found["baseline_high"]) == pytest.approx((own.low[0], own.high[0]))
    assert found["baseline_high"] - found["baseline_low"] > 3 * (found["high"] - found["low"])


def test_pairs_are_matched_by_their_number_not_their_place(made):
    other = made({WAIT: BEFORE - FALL}, scenario="more")
    shuffled = other.kpis.sample(frac=1, random_state=4)
    again = compare(made({WAIT: BEFORE}), type(other)(**{**other.__dict__, "kpis": shuffled}))
    assert row(again, *WAIT)["high"] == pytest.approx(-11 + 1.9632, abs=1e-3)


@pytest.mark.parametrize(("kpi", "rise", "verdict"), [
    (WAIT, 11, "worse"), (WAIT, -11, "better"), (WITHIN, 11, "better"), (WITHIN, -11, "worse"),
    (OCCUPANCY, 11, "higher"), (OCCUPANCY, -11, "lower"), (WAIT, 0.01, "no clear difference"),
    (WAIT, 0.9, "hardly changed"), (WAIT, 1.1, "worse"), (WITHIN, 0.09, "no clear difference"),
    (WITHIN, 0.8, "better"), (NOON, -0.8, "hardly changed"), (NOON, -1.1, "worse"),
])
def test_the_verdict_knows_which_way_is_good(made, kpi, rise, verdict):
    found = compare(made({kpi: BEFORE}), made({kpi: BEFORE + rise * FALL / 11 + (FALL - 11) * 0.1}, scenario="x"))
    assert row(found, *kpi)["verdict"] == verdict
    assert verdict in VERDICTS


def test_identical_runs_differ_by_exactly_nothing(made):
    values = {WAIT: BEFORE / 3, WITHIN: BEFORE / 7}
    found = compare(made(values), made(values, scenario="same")).table
    assert (found[["difference", "low", "high"]] == 0).all(axis=None)
    assert (found["verdict"] == "no clear difference").all()


def test_pairs_that_cannot_be_told_are_left_out_and_counted(made):
    nan = float("nan")
    ours = {WAIT: [38, nan, 31, 45, 36], WITHIN: [nan] * 5, OCCUPANCY: [80, nan, nan, nan, nan]}
    found = compare(made(ours), made({WAIT: [28, 30, nan, 32, 27], WITHIN: [nan] * 5, OCCUPANCY: [81.0] * 5},
                                     scenario="x"))
    wait = row(found, *WAIT)
    assert (wait["n"], wait["baseline"], wait["value"]) == (3, pytest.approx((38 + 45 + 36) / 3), pytest.approx(29))
    for kpi in (WITHIN, OCCUPANCY):
        assert row(found, *kpi)["verdict"] == "not computable"
        assert "no cases in this log" in row(found, *kpi)["reason"]
    assert wait["reason"] == ""


def test_hours_and_units_are_compared_each_by_itself(made):
    ours = {("occupancy", "share", "ward", None): BEFORE, ("occupancy", "share", "ward", 0): BEFORE,
            ("occupancy", "share", "ward", 13): BEFORE}
    theirs = {**ours, ("occupancy", "share", "ward", 13): BEFORE + FALL, ("occupancy", "share", "annex", None): BEFORE}
    table = compare(made(ours), made(theirs, scenario="x")).table
    assert table["hour"].isna().tolist() == [True, False, False, True]
    assert table["verdict"].tolist() == ["no clear difference", "no clear difference", "higher", "not computable"]
    assert table["reason"].iloc[3] == "only one side has it"


def test_intervals_of_means_stay_within_what_can_be(made):
    few = compare(made({WITHIN: [99.9, 90, 99.5], WAIT: [0, 0, 4.0], OCCUPANCY: [99, 120, 99]}),
                  made({WITHIN: [99.9, 91, 99.5], WAIT: [0, 0, 4.0], OCCUPANCY: [99, 120, 99]}, scenario="x"))
    assert row(few, *WITHIN)["baseline_high"] == 100
    assert row(few, *WAIT)["baseline_low"] == 0
    assert row(few, *OCCUPANCY)["baseline_high"] > 120


def test_a_difference_ends_where_the_baseline_leaves_no_room(made):
    """Before any cut, LWBS changes by −1.1 [−15.1, +12.9] and within four hours by +6.6 [−27.6, +40.8]."""
    unseen = ("left_without_being_seen", "share")
    found = compare(made({unseen: [0, 2.2], WITHIN: [70.0, 77.6], WAIT: [3.0, 5.0]}),
                    made({unseen: [0, 0.0], WITHIN: [73.908, 86.892], WAIT: [-1.0, 5.0]}, scenario="x"))
    less, more = row(found, *unseen), row(found, *WITHIN)
    assert (less["low"], less["difference"]) == pytest.approx((-1.1, -1.1))
    assert less["high"] > 12
    assert (more["difference"], more["high"]) == pytest.approx((6.6, 100 - 73.8))
    assert more["low"] < -27
    assert row(found, *WAIT)["low"] < -20
    assert {row(found, *kpi)["verdict"] for kpi in (unseen, WITHIN)} == {"no clear difference"}


@pytest.mark.parametrize(("pairs", "verdict"), [(2, "too few to tell"), (5, "too few to tell"), (6, "worse")])
def test_what_differs_alike_in_a_few_pairs_is_no_certainty(made, pairs, verdict):
    found = row(compare(made({WAIT: [22.0] * pairs}), made({WAIT: [99.0] * pairs}, scenario="x")), *WAIT)
    assert (found["difference"], found["verdict"]) == (77, verdict)
    assert np.isnan(found[["low", "high", "baseline_low", "baseline_high", "value_low", "value_high"]].astype(float)
                    ).all()


def test_few_and_lopsided_replications_are_said_to_be_so(made):
    def doubts(values):
        return compare(made({WAIT: [30.0] * len(values)}), made({WAIT: 30 + np.array(values)}, scenario="x")).cautions
    even, one_far_out = np.linspace(0, 7, 8), [0.0, 0.1, 0, 0.2, 0.1, 0, 0.1, 9]
    assert doubts(even) == doubts([0.0] * 8) == doubts([*one_far_out, *one_far_out, *one_far_out]) == ()
    lopsided, = doubts(one_far_out)
    assert lopsided.startswith("x: the differences in median wait for a doctor are lopsided")
    few, = doubts([1.0, 2, 4])
    assert few.startswith("An interval from 3 replications hangs on the luck of one")
    assert doubts([1.0, 2, 4, 5]) == ()


def test_only_shared_replications_are_used(made):
    found = compare(made({WAIT: BEFORE}), made({WAIT: BEFORE[:3] - FALL[:3]}, scenario="x"))
    assert (found.replications, row(found, *WAIT)["n"]) == (3, 3)
    assert row(found, *WAIT)["baseline"] == pytest.approx(BEFORE[:3].mean())


def test_several_scenarios_and_joint_intervals(made):
    runs = [made({WAIT: BEFORE}), made({WAIT: BEFORE - FALL}, scenario="a", says="+1 doctor"),
            made({WAIT: BEFORE - 2 * FALL}, scenario="b")]
    each, joint = compare(*runs), compare(*runs, joint=True)
    assert each.scenarios == ("a", "b")
    assert (each.confidence, joint.confidence) == (0.95, 0.975)
    wide = mean_interval(-FALL, 0.975)
    assert row(joint, *WAIT, scenario="a")["low"] == pytest.approx(wide.low[0])
    assert row(joint, *WAIT, scenario="a")["low"] < row(each, *WAIT, scenario="a")["low"]
    assert row(compare(*runs[:2], joint=True), *WAIT)["low"] == row(each, *WAIT, scenario="a")["low"]
    assert each.sentence("b").startswith("b: ")
    assert each.sentence() == each.sentence("a")
    with pytest.raises(BadInput, match="no scenario 'c'\n.*a, b"):
        each.sentence("c")


def test_headlines_are_one_row_a_kpi_and_scenario(made):
    numbers = {WAIT: BEFORE, ("door_to_clinician", "p90"): 2 * BEFORE, OCCUPANCY: BEFORE,
               ("occupancy", "share", "ward", None): BEFORE, ("occupancy", "share", "whole hospital", 3): BEFORE}
    found = compare(made(numbers), made(numbers, scenario="a"), made(numbers, scenario="b"))
    assert len(found.table) == 10
    assert found.headlines()[["scenario", "kpi"]].to_numpy().tolist() == [
        ["a", "door_to_clinician"], ["a", "occupancy"], ["b", "door_to_clinician"], ["b", "occupancy"]]
    assert len(found.headlines("b")) == 2


def test_the_note_speaks_of_what_is_shown(made):
    numbers = {("occupancy", "share", f"ward_{i}", None): BEFORE for i in range(98)} | {OCCUPANCY: BEFORE, WAIT: BEFORE}
    found = compare(made(numbers), made(numbers, scenario="x"))
    assert "2 differences are shown here, of which fewer than one would seem clear by chance" in found.note()
    assert "100 differences are listed here, of which about 5 would" in found.note(every=True)
    assert "5 replications" in found.note()
    assert "95 times in 100; where few replications are lopsided it holds less often" in found.note()


UNLIKE = {
    "hospital": ({"hospital": "Other"}, "General, the other of Other"),
    "numbers": ({"provenance": {"hospital_sha256": "b", "version": "1"}}, "other numbers"),
    "version": ({"provenance": {"hospital_sha256": "a", "version": "2"}}, "different versions"),
    "start": ({"starts": "2025-07-01"}, "2025-07-01"),
    "horizon": ({"days": 90.0}, "60 days, the other 90"),
    "warm-up": ({"warm_up_days": 5.0}, "10 days of warm-up, the other 5"),
    "seed": ({"seed": 2}, "seed 1, the other 2"),
    "name": ({"scenario": "baseline"}, "two runs are called 'baseline'"),
}


def refused(made, fault: str) -> pytest.ExceptionInfo[BadInput]:
    with pytest.raises(BadInput) as info:
        compare(made({WAIT: BEFORE}), made({WAIT: BEFORE}, **{"scenario": "x", **UNLIKE[fault][0]}))
    return info


@pytest.mark.parametrize("fault", UNLIKE)
def test_what_is_not_alike_is_refused(made, fault):
    error = refused(made, fault).value
    assert UNLIKE[fault][1] in error.problem
    assert "baseline" in error.where


def test_each_refusal_has_its_own_line(made):
    lines = {refused(made, fault).traceback[-1].lineno for fault in UNLIKE}
    assert len(lines) == len(UNLIKE)


def test_what_has_no_interval_is_refused(made):
    with pytest.raises(BadInput, match="only a baseline"):
        compare(made({WAIT: BEFORE}))
    with pytest.raises(BadInput, match="share 1\n.*at least 2"):
        compare(made({WAIT: BEFORE}), made({WAIT: BEFORE[:1]}, scenario="x"))
    with pytest.raises(BadInput, match="confidence: it is 95"):
        compare(made({WAIT: BEFORE}), made({WAIT: BEFORE}, scenario="x"), confidence=95)
