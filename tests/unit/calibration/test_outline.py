"""A first layout from a log alone."""
import pytest

from hospital_twin.calibration import calibrate, outline
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import Provenance
from hospital_twin.hospital import Hospital
from hospital_twin.layout.terms import UNLIMITED
from hospital_twin.program import compile_program
from tests.unit.calibration.logs import layout_of, log_of, visit

pytestmark = pytest.mark.unit

UNITS = layout_of("""
    attributes: {sex: [f, m]}
    units: {ed: {kind: ed, places: 9}, ward: {kind: ward, places: 9}, icu: {kind: critical_care, places: 9}}
    sources: {door: {pathway: p, rate: 1, ceiling: 1}}
    pathways: {p: [{leave: out, as: home}]}
""")


def log(n: int = 60, **more):
    rows = []
    for k in range(n):
        t = k * 40.0
        if k % 3 == 0:
            rows += visit(k, t, ("stay", "ed", t, t, t + 60 + k), leave=(t + 60 + k, "home"))
        elif k % 3 == 1:
            rows += visit(k, t, ("stay", "ed", t, t, t + 50), ("stay", "ward", t + 50, t + 50, t + 900 + k),
                          leave=(t + 900 + k, "home"))
        else:
            rows += visit(k, t, ("stay", "icu", t, t, t + 300), ("stay", "ward", t + 300, t + 300, t + 600 + k),
                          leave=(t + 600 + k, "died"))
    return log_of(*rows, layout=UNITS, days=5, attributes={"sex": {k: "fm"[k % 2] for k in range(n)}}, **more)


def test_it_compiles_runs_and_follows_the_log():
    drafted = outline(log())
    assert set(drafted.units) == {"ed", "ward", "icu"}
    assert drafted.units["icu"].kind == "critical_care"
    assert drafted.attributes["sex"].values == ("f", "m")
    assert drafted.sources["arrivals"].rate == pytest.approx(60 / 120, rel=1e-4)
    run = simulate(compile_program(Hospital.of(drafted), days=20), seed=1)
    stays = run.stays[run.stays["activity"] == "stay"]["resource"].value_counts()
    assert stays["ed"] / stays["icu"] == pytest.approx(2, rel=0.3)
    left = run.stays[run.stays["activity"] == "leave"]["end_reason"].value_counts()
    assert left["died"] / left["home"] == pytest.approx(0.5, rel=0.35)


def test_places_are_as_many_as_were_ever_taken():
    rows = [row for k, (begin, end) in enumerate(((0, 60), (10, 20), (20, 40), (30, 90))) for row in
            visit(k, begin, ("stay", "ward", begin, begin, end), leave=(end, "home"))]
    drafted = outline(log_of(*rows, layout=UNITS))
    assert (drafted.units["ward"].places, drafted.units["icu"].places) == (3, 1)


def test_calibrate_takes_its_own_outline():
    whole = log()
    hospital = calibrate(whole, outline(whole))
    fits = {fit.path: fit for fit in hospital.fits}
    assert float(fits["pathways.arriving.first_unit.options.0.chance"].value) == pytest.approx(1 / 3, abs=1e-3)
    ed = hospital.layout.pathways["in_a_unit"][0].takes.of["ed"].quantile(0.5)
    assert ed == pytest.approx(70 / 60, rel=0.15)
    assert not any("fit no pathway" in sentence for sentence in hospital.not_fitted)


def test_a_drafted_hospital_says_what_the_draft_made_up_and_which_way_each_chance_is():
    whole = log()
    hospital, given = calibrate(whole), calibrate(whole, outline(whole))
    assert hospital.layout == given.layout
    assert hospital.not_fitted[0].startswith("how many beds there are (units.*.places)")
    assert not any("(the others)" in sentence or "the layout" in sentence for sentence in hospital.not_fitted)
    fits = {fit.path: fit for fit in hospital.fits}
    dropped = {fit.path for fit in given.fits} - set(fits)
    assert dropped
    assert all(path.startswith("pathways.in_a_unit.next.") and path.endswith("(the others)") for path in dropped)
    notes = {fit.note for fit in hospital.fits}
    assert {"from ed to ward", "from icu to ward", "from ward out of the hospital: died", "first to icu"} <= notes


def test_no_beds_are_made_up_where_dates_cannot_be_compared():
    shifted = log(provenance=Provenance(kind="log", name="shifted", dates_comparable=False))
    assert not any("beds there are" in sentence for sentence in calibrate(shifted).not_fitted)


def test_a_visit_number_of_64_bits_is_told_from_its_neighbour():
    most = 2**63 - 10
    rows = [row for k in range(6) for row in visit(most + k, k, ("stay", "ward", k, k, k + 60), leave=(k + 60, "home"))]
    hospital = calibrate(log_of(*rows, layout=UNITS))
    fits = {fit.path: fit for fit in hospital.fits}
    assert fits["pathways.in_a_unit.unit_stay.takes (unit ward)"].n == 6
    assert hospital.layout.units["ward"].places == 6


@pytest.mark.parametrize("layout", [None, UNITS])
def test_a_log_of_one_instant_is_refused_by_its_name(layout):
    instant = log_of(*visit(1, 0, ("stay", "ward", 0, 0, 0), leave=(0, "home")), layout=UNITS, days=0,
                     provenance=Provenance(kind="log", name="strange.csv"))
    with pytest.raises(BadInput, match="log strange.csv: all rows are of one instant") as refused:
        calibrate(instant, layout)
    assert "a log of some days" in str(refused.value)


def test_dates_that_cannot_be_compared_give_no_places_and_no_rate():
    shifted = log(provenance=Provenance(kind="log", name="shifted", dates_comparable=False))
    drafted = outline(shifted)
    assert {unit.places for unit in drafted.units.values()} == {UNLIMITED}
    hospital = calibrate(shifted, drafted)
    assert hospital.layout.sources["arrivals"].rate == drafted.sources["arrivals"].rate
    assert "cannot be compared" in hospital.not_fitted[0]
    assert any(fit.path.startswith("pathways.in_a_unit.unit_stay") for fit in hospital.fits)
    assert not any(fit.path.startswith("sources.arrivals.rate") for fit in hospital.fits)


def test_a_log_without_stays_is_refused():
    with pytest.raises(BadInput, match="no visit has a stay in a unit"):
        outline(log_of(*visit(1, 0, leave=(5, "home")), layout=UNITS))
