"""Paths through a layout, names, and conditions as far as a log tells."""
import pytest

from hospital_twin.calibration.conditions import Clock, Conditions
from hospital_twin.calibration.names import distinct, places, spelled
from hospital_twin.calibration.paths import replaced, steps_of
from hospital_twin.program.codes import Op
from tests.tiny import program_of
from tests.unit.calibration.logs import layout_of

pytestmark = pytest.mark.unit

NESTED = """
    attributes: {acuity: [1, 2, 3]}
    staff: {nurse: {on_duty: 1}}
    units: {ward: {kind: ward, places: 2}}
    sources: {door: {pathway: p, rate: 1, ceiling: 1, sets: {acuity: 2}}}
    pathways:
      p:
        - do: first
          by: nurse
          takes: 5 min
          patience: 1 h
          gives_up: [{do: call, takes: 1 min}, {leave: gone, as: left}]
        - together: both
          branches:
            - [{do: left_hand, takes: 1 min}]
            - [{branch: way, options: [{chance: 0.5, then: [{stay: bit, takes: 1 h}]}]}]
        - {follow: q}
      q:
        - {leave: out, as: home}
"""


def test_every_step_is_found_where_it_stands():
    found = steps_of(layout_of(NESTED))
    assert set(found) == {"first", "call", "gone", "both", "left_hand", "way", "bit", "out"}
    assert found["bit"].path == ("pathways", "p", 1, "branches", 1, 0, "options", 0, "then", 0)
    assert found["call"].path == ("pathways", "p", 0, "gives_up", 0)
    assert found["bit"].words == "pathways.p.bit"


def test_values_are_exchanged_and_nothing_else():
    layout = layout_of(NESTED)
    path = (*steps_of(layout)["way"].path, "options", 0, "chance")
    changed = replaced(layout, {path: 0.25, ("sources", "door", "rate"): 7.0})
    assert steps_of(changed)["way"].step.options[0].chance == 0.25
    assert changed.sources["door"].rate == 7.0
    assert replaced(changed, {path: 0.5, ("sources", "door", "rate"): 1.0}) == layout
    assert replaced(layout, {}) == layout


def test_names_of_a_log_as_a_layout_writes_them():
    assert spelled("Medical Ward (4 B)") == "medical_ward_4_b"
    assert spelled("4 East") == "n_4_east"
    assert spelled("") == "unknown"
    assert distinct(["Ward A", "ward a", "Ward-A"]) == {"Ward A": "ward_a", "ward a": "ward_a_2", "Ward-A": "ward_a_3"}
    assert places(["ICU", "Ward A", "Theatre"], ["ward_a", "icu"]) == [1, 0, -1]


CONDITIONS = {
    "acuity <= 2": (1.0, 0.0, None),
    "acuity <= 2 and free(ward) > 0": (None, 0.0, None),
    "acuity <= 2 or free(ward) > 0": (1.0, None, None),
    "not (acuity == 1)": (0.0, 1.0, None),
    "hour >= 8 and hour < 20": (1.0, 1.0, 1.0),
    "(free(ward) if acuity == 1 else 3) > 0": (None, 1.0, None),
    "-acuity + 1 < 0": (0.0, 1.0, None),
    "waited > 1": (None, None, None),
}


@pytest.mark.parametrize("text", CONDITIONS)
def test_what_a_log_does_not_tell_is_not_guessed(text: str):
    program = program_of({**PLAIN, "pathways": {"p": [{"do": "x", "takes": "1 min", "if": text}, LEAVE]}})
    conditions, clock = Conditions(program), Clock(9, 0, 1)
    test = next(int(op[3]) for op in program.code.ops if op[0] in (Op.UNLESS, Op.JUDGE))
    values = tuple(conditions.value(test, (place,), -1, clock) for place in (0, 2, -1))
    assert values == CONDITIONS[text]


LEAVE = {"leave": "out", "as": "home"}
PLAIN = {"attributes": {"acuity": [1, 2, 3]}, "units": {"ward": {"places": 2}},
         "sources": {"door": {"pathway": "p", "rate": 1, "ceiling": 1}}}
