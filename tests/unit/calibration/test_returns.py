"""Patients who come back: how many, and after how long, also where the record ends before many could."""
import pytest

from hospital_twin.calibration import calibrate
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.hospital import Hospital
from hospital_twin.program import compile_program
from tests.round_trips import guessed
from tests.unit.calibration.logs import fits_of, layout_of, log_of, visit

pytestmark = pytest.mark.unit

COMING_BACK = """
    units: {clinic: {kind: other, places: unlimited}}
    attributes: {how: [new, again]}
    sources: {door: {pathway: p, rate: 2, ceiling: 3}}
    pathways:
      p:
        - {move: in, to: clinic}
        - {stay: there, takes: 30 min}
        - {return: comes_back, after: "lognormal(median 10 d, sigma 0.5)", chance: 0.3, to: q}
        - {leave: out, as: home}
      q: [{assign: as_again, set: {how: again}}, {move: in_again, to: clinic}, {stay: there_again, takes: 30 min},
          {leave: out_again, as: home}]
"""


@pytest.mark.parametrize("days", [200, 14])
def test_who_comes_back_and_when_is_found_however_soon_the_record_ends(days: float):
    layout = layout_of(COMING_BACK)
    log = simulate(compile_program(Hospital.of(layout), days=days), seed=4)
    hospital = calibrate(log, guessed(layout))
    fits = {fit.path: fit for fit in hospital.fits}
    after, share = fits["pathways.p.comes_back.after"], fits["pathways.p.comes_back.chance"]
    assert after.low < 240 / 24 < after.high
    assert share.low < 0.3 < share.high
    seen = log.stays["how"].eq("again") & log.stays["activity"].eq("arrive")
    new = log.stays["how"].eq("new") & log.stays["activity"].eq("arrive")
    # What the record has of them is much less than that where it ends soon.
    assert seen.sum() / new.sum() == pytest.approx(0.28 if days == 200 else 0.085, abs=0.03)


def test_nobody_coming_back_is_told():
    layout = layout_of(COMING_BACK)
    rows = [row for k in range(40) for row in visit(k, k * 30, ("stay", "clinic", k * 30, k * 30, k * 30 + 30),
                                                    leave=(k * 30 + 30, "home"))]
    hospital, _ = fits_of(log_of(*rows, layout=layout, attributes={"how": dict.fromkeys(range(40), "new")}), layout)
    assert any("the log shows no patient coming back" in sentence for sentence in hospital.not_fitted)
