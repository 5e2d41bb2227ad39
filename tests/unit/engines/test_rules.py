"""Rules: when they begin, when they end, and what they do."""
from __future__ import annotations

import pytest

from tests.tiny import at, capacity, ends, named, rows, run, spans

pytestmark = pytest.mark.unit

ALARM = """
    staff: {{d: {{on_duty: {doctors}}}, alarm: {{on_duty: {rings}}}}}
    sources: {{a: {{pathway: p, present: 1}}}}
    rules: {{surge: {{{rule}, then: [{{add: 1, to: d}}]}}}}
    pathways: {{p: [{{stay: s, takes: 100 d}}, {{leave: out, as: home}}]}}
"""


def surge(rule: str, *rings: str, doctors: str = "1", replaced: tuple[str, str] = ("", "")) -> list[tuple]:
    """Changes of the doctors' number by a rule; an alarm rings (`capacity(alarm) > 0`) in some windows."""
    rung = "{" + ", ".join(f'"{window}": 1' for window in rings) + "}" if rings else 0
    text = ALARM.format(rule=rule, rings=rung, doctors=doctors)
    return capacity(run(text.replace(*replaced)), "d")[1:]


RINGS = "when: capacity(alarm) > 0"


def test_a_rule_acts_while_its_condition_holds():
    assert surge(RINGS, "00:05-00:20", "00:30-00:40") == [
        (5, 2, "rule"), (20, 1, "rule"), (30, 2, "rule"), (40, 1, "rule")]


def test_hysteresis_begins_at_one_mark_and_ends_at_another():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1, 2, 5)}}}}}
        rules: {{surge: {{when: waiting(d) >= 2, until: waiting(d) == 0, then: [{{add: 1, to: d}}]}}}}
        pathways: {{p: [{{do: see, by: d, takes: 10 min}}, {{leave: out, as: home}}]}}
    """)
    found = capacity(log, "d")
    assert [c[1:] for c in found] == [(1, "start"), (2, "rule"), (1, "rule")]
    # Two wait from minute 2 on. With one waiting the second doctor stays; when a3 is begun, nobody waits.
    assert found[1][0] <= 5
    last = max(start for start, _ in spans(log, "see").values())
    assert last <= found[2][0] <= last + 10


def test_the_condition_must_have_held_so_long():
    assert surge(f"{RINGS}, lasting: 20 min", "00:05-00:30") == [(25, 2, "rule"), (30, 1, "rule")]
    assert surge(f"{RINGS}, lasting: 25 min", "00:05-00:30") == []
    assert surge(f"{RINGS}, lasting: 20 min", "00:05-00:20", "00:21-00:40") == []


def test_a_broken_condition_starts_counting_again():
    assert surge(f"{RINGS}, lasting: 15 min", "00:00-00:10", "00:12-00:40") == [(27, 2, "rule"), (40, 1, "rule")]


def test_it_stays_at_least_so_long():
    assert surge(f"{RINGS}, at_least: 30 min", "00:05-00:15") == [(5, 2, "rule"), (35, 1, "rule")]
    assert surge(f"{RINGS}, at_least: 5 min", "00:05-00:15") == [(5, 2, "rule"), (15, 1, "rule")]


def test_the_actions_come_after_a_delay_and_not_if_it_is_over_before():
    assert surge(f"{RINGS}, after: 7 min", "00:05-00:15") == [(12, 2, "rule"), (15, 1, "rule")]
    assert surge(f"{RINGS}, after: 12 min", "00:05-00:15") == []


def test_drawn_delays_belong_to_the_rules_firing():
    rule = f'{RINGS}, after: "uniform(1, 9 min)"'
    first = [when for when, amount, _ in surge(rule, "00:05-00:20", "01:05-01:20") if amount == 2]
    later = [when for when, amount, _ in surge(rule, "02:05-02:20", "05:05-05:20") if amount == 2]
    assert [first[0] - 5, first[1] - 65] == pytest.approx([later[0] - 125, later[1] - 305], abs=1e-6)
    assert 1 < first[0] - 5 < 9
    assert first[0] - 5 != first[1] - 65


def test_it_only_begins_inside_its_window():
    rule = f'{RINGS}, between: "01:00-02:00"'
    assert surge(rule, "00:55-01:10") == [(60, 2, "rule"), (70, 1, "rule")]
    assert surge(rule, "02:00-02:10") == []
    assert surge(rule, "01:50-02:10") == [(110, 2, "rule"), (130, 1, "rule")]


def test_a_window_opens_on_the_minute():
    # The condition begins to hold half a minute past a full one.
    log = run(f"""
        staff: {{d: {{on_duty: 0}}}}
        sources: {{a: {{pathway: p, trace: {at(55.5)}}}}}
        rules: {{r: {{when: waiting(d) > 0, between: "01:00-02:00", until: hour == 5, then: [{{add: 1, to: d}}]}}}}
        pathways: {{p: [{{do: see, by: d, takes: 10 min}}, {{leave: out, as: home}}]}}
    """)
    assert spans(log, "see") == {"a0": (60, 70)}


def test_a_condition_on_the_clock_begins_and_ends_with_the_hour():
    assert surge("when: hour >= 8 and hour < 10") == [(480, 2, "rule"), (600, 1, "rule")]


def test_a_rule_adds_to_what_the_schedule_says_and_never_below_nothing():
    found = surge("when: hour >= 1 and hour < 3", doctors='{"00:00-02:00": 1, "02:00-24:00": 4}')
    assert found[:3] == [(60, 2, "rule"), (120, 5, "schedule"), (180, 4, "rule")]
    assert surge("when: hour == 1", replaced=("add: 1", "add: -5")) == [(60, 0, "rule"), (120, 1, "rule")]


def test_two_rules_add_up():
    more = ("rules: {", "rules: {more: {when: hour >= 1 and hour <= 2, then: [{add: 3, to: d}]}, ")
    assert surge("when: hour == 1", replaced=more) == [(60, 5, "rule"), (120, 4, "rule"), (180, 1, "rule")]


def test_a_rule_changes_at_most_once_an_instant():
    # Its own action ends its condition: it comes and goes, but never twice in one tick.
    found = surge("when: capacity(d) == 1 and hour >= 1")
    assert [c[0] for c in found][:3] == [60, 120, 180]


def test_a_rule_can_read_whether_another_is_in_force():
    first = ("rules: {", "rules: {first: {when: hour == 1, after: 5 min, then: []}, ")
    assert surge("when: active(first)", replaced=first) == [(65, 2, "rule"), (120, 1, "rule")]


def test_a_share_of_a_sources_arrivals_is_diverted():
    log = run(f"""
        sources:
          a: {{pathway: p, trace: {at(*[60 + i / 20 for i in range(1000)])}}}
          b: {{pathway: p, trace: {at(*[60 + i / 20 for i in range(100)])}}}
          c: {{pathway: p, trace: {at(0, 200)}}}
        rules: {{divert: {{when: hour == 1, then: [{{divert: 0.3, from: a}}, {{divert: 1, from: c}}]}}}}
        pathways: {{p: [{{stay: s, takes: 1 min}}, {{leave: out, as: home}}]}}
    """)
    how = ends(log)
    diverted = {who for who, (_, why) in how.items() if why == "diverted"}
    assert abs(len(diverted) - 300) < 4 * (1000 * 0.3 * 0.7) ** 0.5
    assert all(who.startswith("a") for who in diverted)


def test_the_diverted_are_the_same_whatever_the_share():
    layout = f"""
        sources: {{a: {{pathway: p, trace: {at(*[60 + i / 20 for i in range(300)])}}}}}
        rules: {{divert: {{when: hour == 1, then: [{{divert: SHARE, from: a}}]}}}}
        pathways: {{p: [{{stay: s, takes: 1 min}}, {{leave: out, as: home}}]}}
    """
    few, many = ({who for who, (_, why) in ends(run(layout.replace("SHARE", share))).items() if why == "diverted"}
                 for share in ("0.2", "0.5"))
    assert few < many


def test_a_unit_is_evacuated_to_another_pathway():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        units: {{w: {{places: 5}}, x: {{places: 5}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}, b: {{pathway: q, trace: {at(0)}}},
                    c: {{pathway: r, trace: {at(61)}}}}}
        rules: {{fire: {{when: hour == 1, then: [{{evict: w, to: out_of_here}}]}}}}
        pathways:
          p: [{{move: m, to: w}}, {{do: task, by: d, takes: 300 min}}, {{leave: o1, as: home}}]
          q: [{{move: m2, to: x}}, {{stay: s, takes: 100 min}}, {{leave: o2, as: home}}]
          r: [{{do: task2, by: d, takes: 5 min}}, {{leave: o3, as: home}}]
          out_of_here: [{{follow: away}}]
          away: [{{stay: street, takes: 20 min}}, {{leave: o4, as: evacuated}}]
    """)
    assert ends(log) == {"c0": (66, "home"), "a0": (80, "evacuated"), "b0": (100, "home")}
    assert rows(log, "task") == [("a0", "task", 0, 0, 60, "withdrawn")]
    assert spans(log, "task2") == {"c0": (61, 66)}


def test_those_who_wait_in_a_unit_are_evacuated_too():
    log = run(f"""
        staff: {{d: {{on_duty: 0}}}}
        units: {{w: {{places: 5}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        rules: {{fire: {{when: hour == 1, then: [{{evict: w, to: away}}]}}}}
        pathways:
          p: [{{move: m, to: w}}, {{do: task, by: d, takes: 300 min, patience: 2 h}}, {{leave: o1, as: home}}]
          away: [{{leave: o4, as: evacuated}}]
    """)
    assert ends(log) == {"a0": (60, "evacuated")}
    assert rows(log, "wait") == [("a0", "wait", 0, 60, 60, "withdrawn")]


def test_stop_ends_the_run():
    text = f"""
        after_horizon: HOW
        sources: {{a: {{pathway: p, trace: {at(0, 30, 90)}}}}}
        rules: {{enough: {{when: hour == 1, then: [{{stop: true}}]}}}}
        pathways: {{p: [{{stay: s, takes: 50 min}}, {{leave: out, as: home}}]}}
    """
    for how in ("stop", "drain"):
        log = run(text.replace("HOW", how))
        assert (log.end - log.start).total_seconds() == 3600
        assert ends(log) == {"a0": (50, "home")}
        assert rows(log, "s")[-1] == ("a1", "s", 30, 30, None, "open")


def test_the_horizon_stops_or_drains():
    text = f"""
        after_horizon: HOW
        sources: {{a: {{pathway: p, trace: {at(1430, 1439)}}}, b: {{pathway: p, timetable: [{{at: "23:59"}}]}}}}
        pathways: {{p: [{{stay: s, takes: 50 min}}, {{leave: out, as: home}}]}}
    """
    stopped = run(text.replace("HOW", "stop"))
    assert ends(stopped) == {}
    assert named(rows(stopped, "s")) == ["a0", "a1", "b0"]
    drained = run(text.replace("HOW", "drain"))
    assert {how for _, how in ends(drained).values()} == {"home"}
    assert (drained.end - drained.start).total_seconds() == (1439 + 50) * 60
