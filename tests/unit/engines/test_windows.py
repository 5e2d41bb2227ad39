"""Times of day that are waited for: rounds, open hours, profiles, the unit's own discharge window, conditions."""
from __future__ import annotations

import pytest

from tests.tiny import at, pathway, rows, run, spans

pytestmark = pytest.mark.unit

DAY = 1440


def waited(until: str, *minutes: float, days: float = 9, **more) -> list[float]:
    """The minutes at which visits that are ready at `minutes` go on."""
    log = run(f"""
        sources: {{a: {{pathway: p, trace: {at(*minutes)}}}}}
        pathways: {{p: [{{wait: w, until: {until}}}, {{leave: out, as: home}}]}}
    """, days=days, **more)
    by_visit = {r[0]: r[3] for r in rows(log, "w")}
    return [by_visit[f"a{i}"] for i in range(len(minutes))]


def test_rounds_at_fixed_times():
    assert waited('{at: ["08:00", 14:30]}', 0, 480, 480.5, 870, 871) == [480, 480, 870, 870, DAY + 480]


def test_rounds_on_some_days_only():
    # 6 January 2025 is a Monday.
    until = '{at: ["08:00"], days: "mon,thu"}'
    assert waited(until, 0, 500, 4 * DAY) == [480, 3 * DAY + 480, 7 * DAY + 480]


def test_open_hours_let_pass_at_once_or_when_they_begin():
    assert waited('{open: "08:00-16:00"}', 0, 600, 959, 960) == [480, 600, 959, DAY + 480]
    assert waited('{open: ["mon 08:00-16:00", "fri 10:00-12:00"]}', 970, 4 * DAY + 721) == [4 * DAY + 600,
        7 * DAY + 480]


def test_open_hours_that_go_past_midnight():
    assert waited('{open: "22:00-06:00"}', 0, 359, 360, 1320) == [0, 359, 1320, 1320]


def test_the_wait_is_a_row_that_ends_when_it_starts():
    log = run(f"""
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: {pathway('{wait: w, until: {at: ["08:00"]}}')}}}
    """)
    assert rows(log, "w") == [("a0", "w", 0, 480, 480, "done")]


PROFILE = '{profile: {"10:00-12:00": 1, "12:00-14:00": 3}}'


def test_a_profile_is_the_whole_days_inverse():
    # Who is ready at midnight goes at F⁻¹(u): 25 % by noon, evenly in each window (one draw a visit).
    times = waited(PROFILE, *[i / 1000 for i in range(1000)], days=1)
    assert min(times) >= 600
    assert max(times) <= 840
    assert abs(sum(t < 720 for t in times) - 250) < 4 * (1000 * 0.25 * 0.75) ** 0.5
    late = sorted((t - 720) / 120 for t in times if t >= 720)
    distance = max(abs((i + 1) / len(late) - u) for i, u in enumerate(late))
    assert distance < 1.95 / len(late) ** 0.5  # Kolmogorov-Smirnov, 0.1 %


def test_whose_time_of_day_is_over_goes_tomorrow_at_that_time():
    # Ready at noon: whoever drew before noon waits for the same time tomorrow; the others go as if ready at midnight.
    early = waited(PROFILE, *[i / 1000 for i in range(300)])
    noon = waited(PROFILE, *[720 + i / 1000 for i in range(300)])
    for drawn, went, ready in zip(early, noon, (720 + i / 1000 for i in range(300)), strict=True):
        assert went == pytest.approx(drawn if drawn >= ready else DAY + drawn, abs=1e-6)


def test_and_by_tomorrows_profile():
    # Tuesday's window is another one: the uniform stays the same.
    until = '{profile: {"mon 10:00-12:00": 1, "tue-sun 16:00-18:00": 1}}'
    monday = waited(until, *[i / 1000 for i in range(100)])
    tuesday = waited(until, *[721 + i / 1000 for i in range(100)])
    assert [t - 600 for t in monday] == pytest.approx([t - DAY - 960 for t in tuesday], abs=1e-6)


def test_a_lever_that_shifts_the_profile_keeps_the_uniforms():
    early = waited('{profile: {"08:00-10:00": 1}}', *[i / 1000 for i in range(100)])
    late = waited('{profile: {"12:00-14:00": 1}}', *[i / 1000 for i in range(100)])
    assert [t - 480 for t in early] == pytest.approx([t - 720 for t in late], abs=1e-6)


def test_weekday_shares_pass_some_on_to_the_next_day():
    # Ready on Saturday morning (11 January): 40 % go on Saturday, 25 % of the rest on Sunday, the others on Monday.
    until = '{profile: {"10:00-12:00": 1}, weekdays: {sat: 0.4, sun: 0.25}}'
    times = waited(until, *[5 * DAY + i / 1000 for i in range(1000)])
    went = [sum(5 + d == t // DAY for t in times) for d in range(3)]
    for count, share in zip(went, (0.4, 0.15, 0.45), strict=True):
        assert abs(count - 1000 * share) < 4 * (1000 * share * (1 - share)) ** 0.5


def test_the_share_of_a_day_is_drawn_once_for_that_day():
    # Whoever is ready on Friday after the window and whoever is ready on Saturday morning meet the same draw: same ids.
    until = '{profile: {"10:00-12:00": 1}, weekdays: {sat: 0.5}}'
    friday = waited(until, *[4 * DAY + 780 + i / 1000 for i in range(200)])
    saturday = waited(until, *[5 * DAY + i / 1000 for i in range(200)])
    assert friday == saturday


def test_the_units_own_window():
    log = run(f"""
        units: {{w: {{places: 2, discharge: {{profile: {{"10:00-11:00": 1}}}}}}, x: {{places: 2}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}, b: {{pathway: q, trace: {at(0)}}}}}
        pathways:
          p: [{{move: m, to: w}}, {{wait: ready, until: discharge}}, {{leave: o1, as: home}}]
          q: [{{move: m2, to: x}}, {{wait: ready2, until: discharge}}, {{leave: o2, as: home}}]
    """)
    start, end = spans(log, "ready")["a0"]
    assert 600 <= start == end <= 660
    assert spans(log, "ready2") == {"b0": (0, 0)}  # a unit without a window keeps nobody


def test_waiting_for_the_discharge_window_of_no_unit_is_no_wait():
    log = run(f"""
        units: {{w: {{places: 2, discharge: {{profile: {{"10:00-11:00": 1}}}}}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: {pathway("{wait: ready, until: discharge}")}}}
    """)
    assert spans(log, "ready") == {"a0": (0, 0)}


def test_a_condition_on_counters_is_waited_for_and_takes_nothing():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        sources: {{z: {{pathway: q, trace: {at(0)}}}, a: {{pathway: p, trace: {at(1, 2)}}}}}
        pathways:
          q: [{{do: keep, by: d, takes: 30 min}}, {{leave: o1, as: home}}]
          p: [{{wait: w, until: {{holds: free(d) > 0}}}}, {{leave: o2, as: home}}]
    """)
    assert rows(log, "w") == [("a0", "w", 1, 30, 30, "done"), ("a1", "w", 2, 30, 30, "done")]


def test_a_condition_on_the_clock_is_met_when_the_hour_strikes():
    assert waited("{holds: hour >= 8}", 0.5) == [480]
    assert waited("{holds: weekday == 2}", 0.5) == [2 * DAY]


def test_a_condition_that_holds_already_is_no_wait():
    assert waited("{holds: hour >= 0}", 7) == [7]


def test_an_open_wait_is_open_at_the_end():
    log = run(f"""
        sources: {{a: {{pathway: p, trace: {at(1300)}}}}}
        pathways: {{p: {pathway('{wait: w, until: {at: ["08:00"]}}')}}}
    """)
    assert rows(log, "w") == [("a0", "w", 1300, None, None, "open")]
