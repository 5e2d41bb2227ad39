"""Who is next: orders, requests for several things, alternatives, held lines, reserves, rooms."""
from __future__ import annotations

import pytest

from hospital_twin.engines.flow import RunFailed
from tests.tiny import at, ends, named, pathway, rows, run, spans

pytestmark = pytest.mark.unit


def in_turn(order: str, visits: str, step: str = "{do: see, by: d, takes: 10 min}", more: str = "") -> list[str]:
    """Who is seen, in turn, by one doctor of an order; `visits` are the sources."""
    log = run(f"""
        attributes: {{acuity: [1, 2, 3, 4, 5], due: [0, 10, 20, 30]}}
        staff: {{d: {{on_duty: 1, order: {order}}}}}
        sources: {{z: {{pathway: p, trace: {at(0)}}}, {visits}}}
        pathways: {{p: {pathway(step)}}}
        {more}
    """)
    return named(rows(log, "see"))[1:]


def of(source: str, minutes: tuple[float, ...], **sets: int) -> str:
    return f"{source}: {{pathway: p, trace: {at(*minutes)}, sets: {sets}}}".replace("'", "")


def test_first_come_first_served_without_an_order():
    assert in_turn("[join]", f"{of('a', (3, 1))}, {of('b', (2,))}") == ["a1", "b0", "a0"]


def test_most_urgent_first_then_longest_waiting():
    visits = ", ".join([of("a", (1, 4), acuity=3), of("b", (2,), acuity=4), of("c", (3,), acuity=2)])
    assert in_turn("[acuity, join]", visits) == ["c0", "a0", "a1", "b0"]
    assert in_turn("[acuity]", visits) == ["c0", "a0", "a1", "b0"]  # the tick of joining comes after every order
    assert in_turn("['-acuity']", visits) == ["b0", "a0", "a1", "c0"]


def test_arrival_at_the_hospital_counts_where_the_order_says_so():
    # a0 came first but joins the line last.
    log = run(f"""
        attributes: {{acuity: [1, 2]}}
        staff: {{d: {{on_duty: 1, order: [arrival]}}}}
        sources: {{z: {{pathway: p, trace: {at(1)}}}, a: {{pathway: slow, trace: {at(0)}}},
                   b: {{pathway: p, trace: {at(2)}}}}}
        pathways:
          p: [{{do: see, by: d, takes: 10 min}}, {{leave: out, as: home}}]
          slow: [{{stay: first, takes: 5 min}}, {{do: see_too, by: d, takes: 10 min}}, {{leave: out2, as: home}}]
    """)
    assert spans(log, "see", "see_too") == {"z0": (1, 11), "a0": (11, 21), "b0": (21, 31)}


def test_earliest_due_first():
    visits = ", ".join([of("a", (1,), due=30), of("b", (2,), due=10), of("c", (3,), due=20)])
    assert in_turn("['arrival + due / 60']", visits) == ["b0", "c0", "a0"]


def test_shortest_first_by_the_number_that_the_step_gives():
    visits = ", ".join([of("a", (1,), acuity=4), of("b", (2,), acuity=1), of("c", (3,), acuity=3)])
    step = "{do: see, by: d, takes: 10 min, number: {by: acuity, of: {1: '10', 2: '20', 3: '5', 4: '30', 5: '1'}}}"
    assert in_turn("[number]", visits, step) == ["c0", "b0", "a0"]


def test_a_priority_that_grows_with_waiting_overtakes():
    # Accumulating priority (Kleinrock, Naval Research Logistics 11, 1964): the urgent gain three times as fast. At
    # minute 10 a has 2 min × 3 = 6, b 9, c 8: b. At minute 20 a has 12 × 3 = 36, c 18: a.
    visits = ", ".join([of("a", (8,), acuity=1), of("b", (1,), acuity=5), of("c", (2,), acuity=5)])
    order = "['-waited * (3 if acuity == 1 else 1)']"
    assert in_turn(order, visits) == ["b0", "a0", "c0"]
    assert in_turn("[acuity]", visits) == ["a0", "b0", "c0"]


def test_an_order_that_moves_with_time_moves_in_every_line():
    # b and a stand in d's line (which moves) and in e's; only e comes free at minute 20.
    log = run(f"""
        attributes: {{acuity: [1, 5]}}
        staff: {{d: {{on_duty: 2, order: ['-waited * (3 if acuity == 1 else 1)']}}, e: {{on_duty: 1}}}}
        sources:
          z: {{pathway: q, trace: {at(0)}}}
          a: {{pathway: p, trace: {at(9)}, sets: {{acuity: 1}}}}
          b: {{pathway: p, trace: {at(1)}, sets: {{acuity: 5}}}}
        pathways:
          q: [{{do: z_see, by: e, takes: 20 min}}, {{leave: z_out, as: home}}]
          p: [{{do: see, by: [d, e], takes: 10 min}}, {{leave: out, as: home}}]
    """)
    # minute 20: a has waited 11 min × 3, b 19 min × 1.
    assert named(rows(log, "see", resource="e")) == ["a0", "b0"]


def test_a_rule_can_change_an_order():
    rule = "rules: {surge: {when: waiting(d) >= 2, until: hour > 20, then: []}}"
    visits = ", ".join([of("a", (1,), acuity=5), of("b", (2,), acuity=1)])
    assert in_turn("['-acuity if active(surge) else acuity']", visits, more=rule) == ["a0", "b0"]
    assert in_turn("['-acuity if active(surge) else acuity']", visits,
                   more=rule.replace(">= 2", ">= 9")) == ["b0", "a0"]


def test_a_request_for_several_things_takes_all_or_nothing():
    # a needs both; while it waits for e it does not hold d, and b passes.
    log = run(f"""
        staff: {{d: {{on_duty: 1}}, e: {{on_duty: 1}}}}
        sources: {{z: {{pathway: q, trace: {at(0)}}}, a: {{pathway: p, trace: {at(1)}}},
                    b: {{pathway: r, trace: {at(2)}}}}}
        pathways:
          q: [{{do: z_see, by: e, takes: 20 min}}, {{leave: z_out, as: home}}]
          p: [{{do: both, by: [d, e], takes: 10 min}}, {{leave: out, as: home}}]
          r: [{{do: one, by: d, takes: 30 min}}, {{leave: out2, as: home}}]
    """)
    assert spans(log, "one") == {"b0": (2, 32)}
    assert rows(log, "both", resource="d") == [("a0", "both", 1, 32, 42, "done")]
    assert rows(log, "both", resource="e") == [("a0", "both", 1, 32, 42, "done")]


def test_one_that_holds_the_line_blocks_later_ones_on_all_that_it_names():
    layout = """
        staff: {{d: {{on_duty: 1}}, e: {{on_duty: 1}}}}
        sources: {{z: {{pathway: q, trace: {z}}}, a: {{pathway: p, trace: {a}}}, b: {{pathway: r, trace: {b}}}}}
        pathways:
          q: [{{do: z_see, by: e, takes: 20 min}}, {{leave: z_out, as: home}}]
          p: [{{do: both, by: [d, e], takes: 10 min, hold_line: {hold}, patience: {patience}}},
              {{leave: out, as: home}}]
          r: [{{do: one, by: d, takes: 30 min}}, {{leave: out2, as: home}}]
    """
    times = {"z": at(0), "a": at(1), "b": at(2)}
    log = run(layout.format(hold="true", patience="2 h", **times))
    assert rows(log, "both", resource="d") == [("a0", "both", 1, 20, 30, "done")]
    assert spans(log, "one") == {"b0": (30, 60)}
    log = run(layout.format(hold="false", patience="2 h", **times))
    assert spans(log, "one") == {"b0": (2, 32)}
    # When the one that holds the line gives up, the others start in that tick.
    log = run(layout.format(hold="true", patience="5 min", **times))
    assert spans(log, "one") == {"b0": (6, 36)}


def test_several_of_one_resource_wait_until_so_many_are_free_and_smaller_ones_pass():
    log = run(f"""
        staff: {{d: {{on_duty: 2}}}}
        sources: {{z: {{pathway: r, trace: {at(0)}}}, a: {{pathway: p, trace: {at(1)}}},
                    b: {{pathway: r, trace: {at(2)}}}}}
        pathways:
          p: [{{do: two, by: {{d: 2}}, takes: 10 min}}, {{leave: out, as: home}}]
          r: [{{do: one, by: d, takes: 10 min}}, {{leave: out2, as: home}}]
    """)
    assert spans(log, "one") == {"z0": (0, 10), "b0": (2, 12)}
    assert spans(log, "two") == {"a0": (12, 22)}
    assert log.stays.loc[log.stays["activity"] == "two", "amount"].tolist() == [2.0]


FIRST_OF = """
    staff: {{d: {{on_duty: 1}}, e: {{on_duty: 1}}, f: {{on_duty: 1}}}}
    sources: {{x: {{pathway: bd, trace: {x}}}, y: {{pathway: be, trace: {y}}}, a: {{pathway: p, trace: {a}}}}}
    pathways:
      bd: [{{do: keep_d, by: d, takes: 30 min}}, {{leave: o1, as: home}}]
      be: [{{do: keep_e, by: e, takes: 20 min}}, {{leave: o2, as: home}}]
      p: [{{do: see, by: {{first_of: [d, e, f]{cost}}}, takes: 10 min}}, {{leave: o3, as: home}}]
"""


def who_did(log) -> dict[str, str]:
    rows_ = log.stays[log.stays["activity"] == "see"]
    return {f"{i}": r for i, r in enumerate(rows_.sort_values("start")["resource"])}


def test_the_lists_order_decides_when_several_are_free():
    log = run(FIRST_OF.format(x=at(600), y=at(600), a=at(0, 0, 0), cost=""))
    assert who_did(log) == {"0": "d", "1": "e", "2": "f"}
    log = run(FIRST_OF.format(x=at(0), y=at(600), a=at(1), cost=""))
    assert who_did(log) == {"0": "e"}


def test_a_cost_decides_instead_and_ties_go_by_the_list():
    log = run(FIRST_OF.format(x=at(600), y=at(600), a=at(0), cost=", cost: {d: 5, e: 2, f: 2}"))
    assert who_did(log) == {"0": "e"}
    # Evaluated when tried: at minute 70 the hour is 1.
    log = run(FIRST_OF.format(x=at(600), y=at(600), a=at(70), cost=", cost: {d: 5, e: 2, f: 2 - hour}"))
    assert who_did(log) == {"0": "f"}


def test_first_of_is_one_wait_in_all_lines_and_the_first_grant_withdraws_the_rest():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}, e: {{on_duty: 1}}}}
        sources: {{x: {{pathway: bd, trace: {at(0)}}}, y: {{pathway: be, trace: {at(0)}}},
                    a: {{pathway: p, trace: {at(1)}}},
                   b: {{pathway: p, trace: {at(2)}}}}}
        pathways:
          bd: [{{do: keep_d, by: d, takes: 30 min}}, {{leave: o1, as: home}}]
          be: [{{do: keep_e, by: e, takes: 20 min}}, {{leave: o2, as: home}}]
          p: [{{do: see, by: {{first_of: [d, e]}}, takes: 60 min}}, {{leave: o3, as: home}}]
    """)
    assert rows(log, "see") == [("a0", "see", 1, 20, 80, "done"), ("b0", "see", 2, 30, 90, "done")]
    assert rows(log, "wait") == []


def test_alternatives_compete_by_one_tick_of_joining_in_each_line():
    # a joined both lines before b joined e's: when e comes free, a is first there.
    log = run(f"""
        staff: {{d: {{on_duty: 1}}, e: {{on_duty: 1}}}}
        sources: {{x: {{pathway: bd, trace: {at(0)}}}, y: {{pathway: be, trace: {at(0)}}},
                    a: {{pathway: p, trace: {at(1)}}},
                   b: {{pathway: q, trace: {at(2)}}}}}
        pathways:
          bd: [{{do: keep_d, by: d, takes: 30 min}}, {{leave: o1, as: home}}]
          be: [{{do: keep_e, by: e, takes: 20 min}}, {{leave: o2, as: home}}]
          p: [{{do: see, by: {{first_of: [d, e]}}, takes: 5 min}}, {{leave: o3, as: home}}]
          q: [{{do: see_e, by: e, takes: 5 min}}, {{leave: o4, as: home}}]
    """)
    assert spans(log, "see", "see_e") == {"a0": (20, 25), "b0": (25, 30)}


def test_the_one_that_class_says():
    log = run(f"""
        attributes: {{kind: [x, y]}}
        staff: {{d: {{on_duty: 1}}, e: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}, sets: {{kind: x}}}},
                    b: {{pathway: p, trace: {at(0)}, sets: {{kind: y}}}}}}
        pathways: {{p: {pathway("{do: see, by: {by: kind, of: {x: d, y: [e, d]}}, takes: 10 min}")}}}
    """)
    assert named(rows(log, "see", resource="d")) == ["a0", "b0"]
    assert rows(log, "see", resource="e") == [("b0", "see", 0, 10, 20, "done")]


def test_what_a_class_asks_for_follows_a_change_while_it_waits():
    # At minute 10 the class changes in the other branch: from then on the visit waits for e, which is free.
    log = run(f"""
        attributes: {{kind: [x, y]}}
        staff: {{d: {{on_duty: 1}}, e: {{on_duty: 1}}}}
        sources: {{z: {{pathway: q, trace: {at(0)}}}, a: {{pathway: p, trace: {at(1)}}}}}
        pathways:
          q: [{{do: keep_d, by: d, takes: 60 min}}, {{leave: o1, as: home}}]
          p:
            - together: both
              branches:
                - [{{do: see, by: {{by: kind, of: {{x: d, y: e}}}}, takes: 10 min}}]
                - [{{stay: s, takes: 9 min}}, {{assign: now_y, set: {{kind: y}}}}]
            - {{leave: o2, as: home}}
    """)
    assert rows(log, "see", resource="e") == [("a0", "see", 1, 10, 20, "done")]


def test_some_are_kept_free_for_a_class():
    log = run(f"""
        attributes: {{acuity: [1, 2, 3]}}
        units: {{w: {{places: 3, order: [join], reserve: {{keep: 1, for: acuity == 1}}}}}}
        sources:
          a: {{pathway: p, trace: {at(0, 1, 2, 3)}, sets: {{acuity: 3}}}}
          b: {{pathway: p, trace: {at(4)}, sets: {{acuity: 1}}}}
        pathways: {{p: {pathway("{move: m, to: w}", "{stay: s, takes: 10 min}")}}}
    """)
    # Others start only when one would stay free. So a2 waits though the third is free; when a0 leaves at 10, one is
    # free, the kept one; at 11 two are.
    assert spans(log, "stay") == {"a0": (0, 10), "a1": (1, 11), "b0": (4, 14), "a2": (11, 21), "a3": (14, 24)}


ROOM = """
    staff: {{d: {{on_duty: 1}}}}
    sources: {{a: {{pathway: p, trace: {a}}}}}
    pathways: {{p: [{{do: see, by: d, takes: 10 min, room: {room}{more}}}, {{leave: out, as: home}}]}}
"""


@pytest.mark.parametrize(("room", "refused"), [(0, ["a1", "a2", "a3"]), (1, ["a2", "a3"]), (2, ["a3"]), (9, [])])
def test_a_waiting_room_that_is_full_refuses(room: int, refused: list[str]):
    log = run(ROOM.format(a=at(0, 1, 2, 3), room=room, more=""))
    assert named(rows(log, "refused")) == refused
    assert [who for who, (_, how) in ends(log).items() if how == "refused"] == refused


def test_places_in_the_waiting_room_come_free_again():
    log = run(ROOM.format(a=at(0, 1, 2, 10, 11, 20, 21, 22), room=1, more=""))
    # a1 waits until 10; a3 (10) then has room, a4 (11) not; a5 (20) has, a6 and a7 have not.
    assert named(rows(log, "refused")) == ["a2", "a4", "a6", "a7"]
    assert spans(log, "see") == {"a0": (0, 10), "a1": (10, 20), "a3": (20, 30), "a5": (30, 40)}


def test_who_is_refused_goes_the_way_that_the_step_says():
    log = run(ROOM.format(a=at(0, 1), room=0, more=", when_full: [{stay: elsewhere, takes: 5 min}]"))
    assert spans(log, "elsewhere") == {"a1": (1, 6)}
    assert ends(log) == {"a1": (6, "home"), "a0": (10, "home")}
    assert named(rows(log, "see")) == ["a0"]  # nobody is seen whom nobody sees


def test_a_unit_that_is_full_refuses_as_it_says():
    log = run(f"""
        units: {{icu: {{places: 1, room: 0, refuse_as: transferred_out}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1)}}}}}
        pathways: {{p: {pathway("{move: m, to: icu}", "{stay: s, takes: 10 min}")}}}
    """)
    assert ends(log) == {"a1": (1, "transferred_out"), "a0": (10, "home")}
    assert rows(log, "refused") == [("a1", "refused", 1, 1, 1, "refused")]


def test_a_waiting_room_is_filled_in_the_order_of_the_line():
    # Both come at minute 5 and one may wait: the urgent one.
    log = run(f"""
        attributes: {{acuity: [1, 2]}}
        staff: {{d: {{on_duty: 1, order: [acuity]}}}}
        sources: {{z: {{pathway: p, trace: {at(0)}, sets: {{acuity: 2}}}},
                    a: {{pathway: p, trace: {at(5)}, sets: {{acuity: 2}}}},
                   b: {{pathway: p, trace: {at(5)}, sets: {{acuity: 1}}}}}}
        pathways: {{p: {pathway("{do: see, by: d, takes: 10 min, room: 1}")}}}
    """)
    assert named(rows(log, "refused")) == ["a0"]


def test_unlimited_never_waits():
    log = run(f"""
        equipment: {{chairs: {{number: unlimited}}}}
        sources: {{a: {{pathway: p, trace: {at(*[0] * 50)}}}}}
        pathways: {{p: {pathway("{do: sit, by: chairs, takes: 10 min}")}}}
    """)
    assert {start for start, _ in spans(log, "sit").values()} == {0}


def test_ties_go_by_visit_and_not_by_the_file():
    sources = [f"{name}: {{pathway: p, trace: {at(5)}}}" for name in "bcde"]
    turns = []
    for order in (sources, sources[::-1]):
        log = run(f"""
            staff: {{d: {{on_duty: 1}}}}
            sources: {{z: {{pathway: p, trace: {at(0)}}}, {', '.join(order)}}}
            pathways: {{p: {pathway("{do: see, by: d, takes: 10 min}")}}}
        """)
        turns.append(log.stays.loc[log.stays["activity"] == "see", "visit"].tolist())
    assert turns[0] == turns[1]
    assert turns[0][1:] == sorted(turns[0][1:])


def test_requests_for_several_things_and_for_one_are_tried_in_one_order():
    # d and e come free in one tick. a asks for both and stands first in d's line, but b, who asks for e, came before.
    log = run(f"""
        staff: {{d: {{on_duty: 1}}, e: {{on_duty: 1}}}}
        sources: {{y: {{pathway: q, trace: {at(0)}}}, a: {{pathway: p, trace: {at(2)}}},
                   b: {{pathway: r, trace: {at(1)}}}}}
        pathways:
          q: [{{do: both_busy, by: [d, e], takes: 10 min}}, {{leave: o1, as: home}}]
          p: [{{do: both, by: [d, e], takes: 10 min}}, {{leave: o2, as: home}}]
          r: [{{do: one, by: e, takes: 10 min}}, {{leave: o3, as: home}}]
    """)
    assert spans(log, "one") == {"b0": (10, 20)}
    assert rows(log, "both", resource="d") == [("a0", "both", 2, 20, 30, "done")]


def test_the_log_says_which_units_refuse():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        units: {{hall: {{places: 1}}, ward: {{places: 1}}, icu: {{places: 1, room: 0}}}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways:
          p: [{{do: talk, by: d, takes: 5 min, room: 0}}, {{move: in_hall, to: hall}},
              {{move: in_ward, to: {{first_of: [icu, ward]}}}}, {{leave: out, as: home}}]
    """)
    assert log.provenance.refusing == ("ward", "icu")


@pytest.mark.parametrize(("mine", "others", "refused"), [(1, 2, False), (2, 1, True)])
def test_room_is_judged_by_who_stands_before(mine: int, others: int, refused: bool):
    # Two join a full unit in one tick: the one with room for one before it is refused only behind the other.
    log = run(f"""
        units: {{w: {{places: 1, order: [number]}}}}
        sources: {{h: {{pathway: hold, trace: {at(0)}}}, a: {{pathway: pa, trace: {at(10)}}},
                   b: {{pathway: pb, trace: {at(10)}}}}}
        pathways:
          hold: [{{move: h1, to: w}}, {{stay: h2, takes: 60 min}}, {{leave: h3, as: home}}]
          pa: [{{move: a1, to: w, room: 1, number: {mine}}}, {{stay: a2, takes: 5 min}}, {{leave: a3, as: home}}]
          pb: [{{move: b1, to: w, number: {others}}}, {{stay: b2, takes: 5 min}}, {{leave: b3, as: home}}]
    """)
    assert ends(log)["a0"] == ((10, "refused") if refused else (65, "home"))
    assert ends(log)["b0"] == ((65, "home") if refused else (70, "home"))


NOT_HERE = """
    attributes: {{age: [1, 2]}}
    units: {{w: {{places: 1, admits: {admits}}}, v: {{places: 1, admits: age == 2}}}}
    sources: {{a: {{pathway: p, trace: {t}, sets: {{age: 1}}}}}}
    pathways:
      p: [{{move: in, to: {{first_of: [w, v]}}{more}}}, {{stay: s, takes: 5 min}}, {{leave: out, as: home}}]
"""


def test_who_is_admitted_nowhere_ends_the_run_instead_of_waiting_for_ever():
    with pytest.raises(RunFailed, match="no unit that it asks for admits") as wrong:
        run(NOT_HERE.format(admits="age > 1", t=at(3), more=""))
    assert wrong.value.where == "tiny: pathways.p.0 (move: in)"


@pytest.mark.parametrize(("admits", "more", "end"), [
    ("age > 1", ", patience: 10 min", (13, "left_without_being_seen")),
    ("age > 1 or hour >= 2", "", (125, "home")),
    ("age == 1", "", (8, "home")),
    ("age > 1", ", room: 0", (3, "refused")),
])
def test_unless_it_gives_up_or_is_admitted_later_or_elsewhere(admits: str, more: str, end: tuple):
    assert ends(run(NOT_HERE.format(admits=admits, t=at(3), more=more))) == {"a0": end}
