"""From a shipped layout to an answer that is stored, written and read again, with nothing made up."""
from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.reader import Reader
from hospital_twin.comparison import compare
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.eventlog import hourly
from hospital_twin.hospital import Hospital
from hospital_twin.layout import read_layout
from hospital_twin.levers import lever_from
from hospital_twin.program import compile_program
from hospital_twin.reports import Answer, answer_rows, findings, typical_week, write_report
from hospital_twin.runs import Experiment, run_all
from hospital_twin.scenario import BASELINE, Scenario
from hospital_twin.shipped import layouts_folder
from hospital_twin.store import Store, Study
from hospital_twin.validation import beside

pytestmark = pytest.mark.integration

DAYS, WARM_UP, REPLICATIONS = 10, 2, 3


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Answer, Path]:
    """An answer as it was computed, and the store in which it is kept."""
    hospital = Hospital.of(read_layout(layouts_folder() / "small_ed.yaml"))
    pool = next(name for name, staff in hospital.layout.staff.items() if staff.role == "doctor")
    more = Scenario(name="one more doctor", levers=(lever_from("ed_staffing", pool=pool, extra=1),))
    log = simulate(compile_program(hospital, days=DAYS), seed=77)
    sides = tuple(Experiment(hospital, scenario, DAYS, WARM_UP) for scenario in (BASELINE, more))
    study = Study("Would one more doctor help?", sides, "hospital-twin compare small_ed", True, (), hourly(log))
    path = tmp_path_factory.mktemp("answer") / "twin.db"
    with Store(path) as store:
        name = store.begin(study)
        runs = run_all(sides, replications=REPLICATIONS, workers=1, keep=store.keeper(name))
        comparison, table = compare(*runs), beside(log, runs[0])
        store.finish(name, comparison, beside=table)
    return Answer(study.question, hospital, runs, comparison, study.observed, table, (), study.command, True), path


def test_what_is_read_again_is_what_was_computed(made: tuple[Answer, Path]):
    answer, path = made
    again = Reader(path).read().answer
    assert again is not None
    assert [runs.fingerprint() for runs in again.runs] == [runs.fingerprint() for runs in answer.runs]
    assert answer_rows(again, every=True) == answer_rows(answer, every=True)
    assert findings(again) == findings(answer)
    for place in answer.places():
        assert typical_week(again, place).sentence() == typical_week(answer, place).sentence()


def test_the_numbers_are_those_of_a_hospital(made: tuple[Answer, Path]):
    answer, _ = made
    for runs in answer.runs:
        for place in answer.places():
            week = typical_week(answer, place, runs.scenario)
            assert len(week.bands) == 168
            assert (week.bands.to_numpy() >= 0).all()
            assert (week.bands.diff(axis=1).iloc[:, 1:].to_numpy() >= 0).all()
            if week.staffed is not None and week.staffed.nunique() == 1:
                assert (week.bands["high"] <= week.staffed + 1e-9).all()


def test_the_report_of_it(made: tuple[Answer, Path], tmp_path: Path):
    answer, path = made
    again = Reader(path).read().answer
    first, second = (write_report(tmp_path / name, one) for name, one in (("a.html", answer), ("b.html", again)))
    text = first.read_text(encoding="utf-8")
    assert findings(answer)[0].sentence in text
    assert text.count("<figure>") == 2 + len(answer.places())
    assert [line for line in text.splitlines() if "written 20" not in line] == [
        line for line in second.read_text(encoding="utf-8").splitlines() if "written 20" not in line]
