"""Tasks that are handed over or pre-empted: their stints are one task."""
import numpy as np
import pytest

from hospital_twin.calibration import calibrate
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout
from hospital_twin.program import compile_program
from tests.round_trips import guessed
from tests.unit.calibration.logs import evidence_of, fits_of, layout_of, log_of, visit

pytestmark = pytest.mark.unit

GAPS = ", ".join(f'"{h:02d}:00-{h:02d}:10": 0' for h in range(2, 24, 4))
HANDED_OVER = f"""
    staff: {{nurse: {{role: nurse, on_duty: {{"00:00-24:00": 9, {GAPS}}}, at_fall: hand_over}}}}
    sources: {{door: {{pathway: p, rate: 1, ceiling: 2}}}}
    pathways: {{p: [STEP, {{leave: out, as: home}}]}}
"""
SERVICE = "lognormal(median 120 min, sigma 0.3)"
PREEMPTED = """
    staff: {doctor: {role: doctor, on_duty: 1, order: urgency}}
    attributes: {urgency: [1, 2]}
    sources:
      urgent: {pathway: p, rate: 0.3, ceiling: 2, sets: {urgency: 1}}
      others: {pathway: q, rate: 0.3, ceiling: 2, sets: {urgency: 2}}
    pathways:
      p: [{do: rescue, by: doctor, takes: "lognormal(median 20 min, sigma 0.3)", preempt: HOW}, {leave: out, as: home}]
      q: [STEP, {leave: well, as: home}]
"""
STEPS = {
    "a task": "{do: serve, by: WHO, takes: TAKES}",
    "a stay": "{seize: one, of: WHO}, {stay: serve, takes: TAKES}, {release: free, of: one}",
}


def layout(text: str, step: str, who: str, how: str = "") -> Layout:
    step = STEPS[step].replace("WHO", who).replace("TAKES", f'"{SERVICE}"')
    return layout_of(text.replace("STEP", step).replace("HOW", how))


def found(truth: Layout, days: float):
    log = simulate(compile_program(Hospital.of(truth), days=days), seed=3)
    hospital = calibrate(log, guessed(truth))
    return log, {fit.path: fit for fit in hospital.fits}, hospital


@pytest.mark.parametrize("step", STEPS)
def test_what_is_handed_over_takes_as_long_as_all_its_stints(step: str):
    log, fits, hospital = found(layout(HANDED_OVER, step, "nurse"), 60)
    assert log.stays["end_reason"].eq("handed_over").sum() > 400
    assert not any("fit no pathway" in sentence for sentence in hospital.not_fitted)
    fit = fits["pathways.p.serve.takes"]
    assert fit.low < 120 < fit.high
    assert fit.high / fit.low < 1.1
    assert fit.n == pytest.approx(log.stays["activity"].eq("arrive").sum(), abs=12)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("how", ["resume", "restart"])
def test_what_is_preempted_takes_as_long_as_its_preemptors_make_it(step: str, how: str):
    log, fits, hospital = found(layout(PREEMPTED, step, "doctor", how), 150 if how == "resume" else 80)
    assert log.stays["end_reason"].eq("preempted").sum() > 200
    assert not any("fit no pathway" in sentence for sentence in hospital.not_fitted)
    fit = fits["pathways.q.serve.takes"]
    assert fit.low < 120 < fit.high
    assert fit.high / fit.low < 1.1
    assert fits["pathways.p.rescue.takes"].low < 20 < fits["pathways.p.rescue.takes"].high


@pytest.mark.parametrize("both_lost", [False, True])
def test_a_task_that_holds_two_is_one_whichever_is_taken_away(both_lost: bool):
    both = layout_of("""
        staff:
          doctor: {role: doctor, on_duty: 9, at_fall: hand_over}
          nurse: {role: nurse, on_duty: 9, at_fall: hand_over}
        sources: {door: {pathway: p, rate: 1, ceiling: 2}}
        pathways: {p: [{do: serve, by: [doctor, nurse], takes: 1 h}, {leave: out, as: home}]}
    """)
    rows = [row for k in range(30) for t in [k * 100.0] for row in visit(
        k, t, ("serve", "doctor", t, t, t + 20, "handed_over"), ("serve", "doctor", t + 20, t + 50, t + 70 + k),
        *((("serve", "nurse", t, t, t + 20, "handed_over"), ("serve", "nurse", t + 20, t + 50, t + 70 + k))
          if both_lost else (("serve", "nurse", t, t, t + 70 + k),)), leave=(t + 70 + k, "home"))]
    log = log_of(*rows, layout=both, days=30)
    seen, _ = evidence_of(log, both)
    assert not len(seen.strange)
    hospital, fits = fits_of(log, both)
    assert fits["pathways.p.serve.takes"].n == 30
    assert hospital.layout.pathways["p"][0].takes.in_unit("min").quantile(0.5) == pytest.approx(
        np.median(40 + np.arange(30)), rel=0.03)


def test_what_was_not_gone_on_with_would_have_lasted_longer():
    plain = layout(HANDED_OVER, "a task", "nurse")
    rows = [row for k in range(30) for t in [k * 100.0] for row in visit(
        k, t, ("serve", "nurse", t, t, t + 60 + k), leave=(t + 60 + k, "home"))]
    rows += visit(99, 4000, ("serve", "nurse", 4000, 4000, 4030, "handed_over"), ("wait", "nurse", 4030, None, None))
    fit = fits_of(log_of(*rows, layout=plain, days=4), plain)[1]["pathways.p.serve.takes"]
    assert (fit.n, fit.censored) == (31, 1)
