"""Trails laid along pathways: which ways through them leave just what was seen."""
import pytest

from hospital_twin.calibration import alignment
from tests.unit.calibration.logs import evidence_of, layout_of, log_of, visit

pytestmark = pytest.mark.unit

ED = """
    attributes: {acuity: [1, 2, 3]}
    staff: {nurse: {role: triage, on_duty: 1}, doctor: {role: doctor, on_duty: 1}}
    equipment: {scanner: {number: 1}}
    units:
      bay: {kind: ed, places: 10}
      ward: {kind: ward, places: 10}
    sources:
      door: {pathway: arrive, rate: 1, ceiling: 1, sets: {acuity: {draw: {1: 1, 2: 1, 3: 1}}}}
    pathways:
      arrive:
        - {do: triage, by: nurse, takes: 5 min, patience: 2 h}
        - {move: into_bay, to: bay, room: 5, when_full: [{leave: sent_away, as: diverted}]}
        - together: work_up
          branches:
            - - {do: see, by: doctor, takes: 10 min}
            - - branch: picture
                options:
                  - {chance: 0.3, then: [{do: scan, by: scanner, takes: 20 min}]}
                  - then: []
        - branch: outcome
          options:
            - chance: {by: acuity, of: {1: 0.5}, otherwise: 0.1}
              then: [{move: to_ward, to: ward}, {stay: ward_stay, takes: 2 d}]
            - then: []
        - {leave: out, as: home}
"""


def stay(unit: str, start: float, end: float | None, joined: float | None = None) -> tuple:
    return "stay", unit, start if joined is None else joined, start, end


def task(name: str, resource: str, start: float, end: float | None, joined: float | None = None) -> tuple:
    return name, resource, start if joined is None else joined, start, end


HOME = visit(1, 0, task("triage", "nurse", 0, 5), stay("bay", 5, 40), task("see", "doctor", 10, 20),
             leave=(40, "home"))


def read(*rows: list[tuple], layout: str = ED, **more):
    made = layout_of(layout)
    flat = [row for one in rows for row in one]
    return evidence_of(log_of(*flat, layout=made, **more), made)


def test_a_visit_goes_home_without_a_picture():
    seen, chosen = read(HOME, visit(2, 0, task("scan", "scanner", 0, 5)))
    assert chosen["picture"] == {1: 1}
    assert chosen["outcome"] == {1: 1}
    assert seen.trails.number[seen.strange].tolist() == [2]


def test_one_missing_or_misplaced_row_is_forgiven_and_two_are_not():
    missing = [row for row in HOME if row[1] != "triage"]
    misplaced = [(2, *row[1:]) if row[1] != "triage" else (2, "triage", "nurse", 30, 30, 35, "done") for row in HOME]
    both = [(3, *row[1:]) for row in HOME if row[1] not in ("triage", "see")]
    whole = [(4, *row[1:]) for row in HOME]
    seen, chosen = read(missing, misplaced, both, whole)
    assert seen.trails.number[seen.faulty].tolist() == [1, 2]
    assert seen.trails.number[seen.strange].tolist() == [3]
    assert chosen["outcome"] == {1: 3}
    triages = [op for op, table in seen.uses.items() if 4 in seen.trails.number[table.visit]]
    times_of_triage = min(len(seen.uses[op].visit) for op in triages)
    assert times_of_triage == 1


def test_side_by_side_in_any_order_and_at_one_instant():
    for see, scan in (((10, 20), (12, 32)), ((15, 25), (6, 26)), ((10, 20), (10, 30))):
        rows = visit(1, 0, task("triage", "nurse", 0, 5), stay("bay", 5, 40), task("see", "doctor", *see),
                     task("scan", "scanner", *scan), leave=(40, "home"))
        seen, chosen = read(rows)
        assert chosen["picture"] == {0: 1}
        assert not len(seen.strange)


def test_admitted_by_class():
    admitted = visit(1, 0, task("triage", "nurse", 0, 5), stay("bay", 5, 50), task("see", "doctor", 10, 20),
                     stay("ward", 50, 900, joined=21), task("ward_stay", "", 50, 900), leave=(900, "home"))
    seen, chosen = read(admitted, [(2, *row[1:]) for row in HOME], attributes={"acuity": {1: 1, 2: 3}})
    assert chosen["outcome"] == {0: 1, 1: 1}
    assert chosen["door"] == {0: 1, 2: 1}
    assert not len(seen.strange)


def test_who_gives_up_and_who_is_sent_away():
    gave_up = visit(1, 0, ("wait", "nurse", 0, 120, 120, "gave_up"), leave=(120, "left_without_being_seen"))
    refused = visit(2, 0, task("triage", "nurse", 0, 5), ("refused", "bay", 5, 5, 5, "refused"),
                    leave=(5, "diverted"))
    seen, chosen = read(gave_up, refused, [(3, *row[1:]) for row in HOME])
    assert not len(seen.strange)
    assert chosen["outcome"] == {1: 1}


def test_who_is_still_there_counts_as_far_as_was_seen():
    waiting = visit(1, 0, task("triage", "nurse", 0, 5), stay("bay", 5, None), task("see", "doctor", 10, None))
    in_line = visit(2, 0, task("triage", "nurse", 0, 5), ("wait", "bay", 5, None, None, "open"))
    on_ward = visit(3, 0, task("triage", "nurse", 0, 5), stay("bay", 5, 50), task("see", "doctor", 10, 20),
                    stay("ward", 50, None, joined=21), task("ward_stay", "", 50, None))
    seen, chosen = read(waiting, in_line, on_ward, [(4, *row[1:]) for row in HOME])
    assert not len(seen.strange)
    assert chosen["outcome"] == {0: 1, 1: 1}


def test_a_visit_that_fits_no_pathway_is_strange():
    backwards = visit(1, 0, task("see", "doctor", 0, 5), task("triage", "nurse", 5, 10), leave=(10, "home"))
    unfinished = visit(2, 0, task("triage", "nurse", 0, 5), leave=(5, "home"))
    seen, _ = read(backwards, unfinished, [(3, *row[1:]) for row in HOME])
    assert seen.trails.number[seen.strange].tolist() == [1, 2]


def test_what_the_log_does_not_see_is_passed_over():
    in_bed = [row for row in HOME if row[1] in ("arrive", "leave", "stay")]
    seen, chosen = read(in_bed)
    assert not len(seen.strange)
    assert "picture" not in chosen
    assert chosen["outcome"] == {1: 1}
    program_op = next(op for op in seen.certain if op not in seen.choices)
    assert seen.certain[program_op] == 0.0


def test_two_rows_of_one_task_are_one_sighting():
    both = [*HOME, (1, "see", "nurse", 10, 10, 20, "done")]
    seen, _ = read(both)
    assert not len(seen.strange)


LOOP = """
    attributes: {state: [well, ill]}
    units: {ward: {kind: ward, places: 9}}
    sources: {door: {pathway: p, rate: 1, ceiling: 1, sets: {state: {draw: {well: 1, ill: 1}}}}}
    pathways:
      p:
        - {move: in, to: ward}
        - {do: look, takes: 10 min}
        - {assign: course, set: {state: {draw: {well: 0.5, ill: 0.5}}}}
        - {repeat: again, from: look, if: state == ill}
        - {leave: out, as: home}
"""


def test_changes_of_class_and_going_round():
    rows = visit(1, 0, ("stay", "ward", 0, 0, 30), ("look", "", 0, 0, 10), ("look", "", 10, 10, 20),
                 ("look", "", 20, 20, 30), ("change", "", 30, 30, 30), leave=(30, "home"))
    layout = layout_of(LOOP)
    log = log_of(*rows, layout=layout, attributes={"state": {1: "ill"}})
    log.stays.loc[log.stays["activity"].isin(("change", "leave")), "state"] = "well"
    seen, chosen = evidence_of(log, layout)
    assert not len(seen.strange)
    assert chosen["course"] == {1: 2, 0: 1}


RETURNS = """
    attributes: {mode: [first, again]}
    units: {bay: {kind: ed, places: 9}}
    sources: {door: {pathway: p, rate: 1, ceiling: 1, sets: {mode: first}}}
    pathways:
      p:
        - {move: in, to: bay}
        - {stay: in_bay, takes: 1 h}
        - {return: back, after: 2 d, to: q, chance: 0.2}
        - {leave: out, as: home}
      q:
        - {assign: once_more, set: {mode: again}}
        - {move: in_again, to: bay}
        - {leave: out_again, as: home}
"""


def test_a_patient_who_comes_back():
    layout = layout_of(RETURNS)
    rows = [*visit(1, 0, ("stay", "bay", 0, 0, 60), ("in_bay", "", 0, 0, 60), leave=(60, "home")),
            *visit(2, 5, ("stay", "bay", 5, 5, 60), ("in_bay", "", 5, 5, 60), leave=(60, "home")),
            *visit(3, 1000, ("stay", "bay", 1000, 1000, 1000), leave=(1000, "home"))]
    log = log_of(*rows, layout=layout, attributes={"mode": {1: "first", 2: "first", 3: "again"}})
    log.stays.loc[log.stays["visit"] == 3, "patient"] = 1
    seen, chosen = evidence_of(log, layout)
    assert not len(seen.strange)
    assert seen.parent.tolist() == [-1, -1, 0]
    assert chosen["back"] == {1: 2, 0: 1}
    assert sorted(seen.came[1].tolist()) == [-1, 0, 0]


DOUBT = """
    units: {a: {kind: ward, places: 9}, b: {kind: ward, places: 9}}
    sources: {door: {pathway: p, rate: 1, ceiling: 1}}
    pathways:
      p:
        - branch: way
          options:
            - {chance: 0.5, then: [{move: one, to: a}, {leave: by_one, as: home}]}
            - {chance: 0.4, then: [{move: two, to: a}, {leave: by_two, as: home}]}
            - {then: [{move: three, to: b}, {leave: by_three, as: home}]}
"""


def test_ways_that_look_alike_count_by_their_probability():
    layout = layout_of(DOUBT)
    rows = [row for n in range(9) for row in visit(n, n, ("stay", "a", n, n, 60), leave=(60, "home"))]
    rows += visit(9, 9, ("stay", "b", 9, 9, 60), leave=(60, "home"))
    seen, chosen = evidence_of(log_of(*rows, layout=layout), layout)
    assert sum(chosen["way"].values()) == pytest.approx(10)
    assert chosen["way"][0] == pytest.approx(5.0, abs=0.2)
    assert chosen["way"][2] == 1
    assert list(seen.certain.values()) == [0.1]


def test_trails_that_share_their_beginnings_are_read_as_each_alone(monkeypatch):
    trails = [[(number, *row[1:]) for row in HOME if row[1] != without]
              for number, without in enumerate(["triage", "see", "", "stay", "leave", ""], start=1)]
    shared, chosen = read(*trails)
    monkeypatch.setattr(alignment, "MOST_KEPT", 0)
    alone, chosen_alone = read(*trails)
    assert chosen == chosen_alone
    assert shared.strange.tolist() == alone.strange.tolist()
    assert shared.faulty.tolist() == alone.faulty.tolist()
    for op, table in shared.uses.items():
        assert all((ours == theirs).all() for ours, theirs in zip(table, alone.uses[op], strict=True))
