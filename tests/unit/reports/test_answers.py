from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from hospital_twin.comparison.verdicts import VERDICTS
from hospital_twin.errors import BadInput
from hospital_twin.kpis import kpi_drawer
from hospital_twin.reports import Answer, answer_rows, findings
from hospital_twin.reports.wording import figure, rounded, verdict
from tests import answers

pytestmark = pytest.mark.unit


def by_title(answer: Answer, **options: bool) -> dict:
    return {row.title: row for row in answer_rows(answer, **options)}


def test_the_table_by_hand():
    row = by_title(answers.answer())["Door to clinician"]
    # Replications 30, 31, 32, 33 and 20, 20.9, 21.8, 22.7; t(3, 97.5 %) is 3.182.
    assert (row.unit, row.baseline, row.baseline_interval) == ("min", "32", "[29, 34]")
    cell, = row.cells
    assert (cell.value, cell.difference, cell.interval) == ("21", "−10", "[−10, −10]")
    assert (cell.verdict.shape, cell.verdict.word, cell.verdict.tone) == ("●", "better", "good")
    assert row.definition.startswith("median wait for a doctor: ")


def test_each_kpi_has_one_row_and_the_right_word():
    rows = by_title(answers.answer())
    words = {title: row.cells[0].verdict.word for title, row in rows.items()}
    assert words["Boarding"] == "worse"
    assert words["Occupancy"] == "higher"
    assert words["Left without being seen"] == "no clear difference"
    assert rows.keys() == {kpi.title for kpi in kpi_drawer().values() if not kpi.assumes}


def test_noise_of_sums_is_no_difference():
    found = answers.answer()
    table = found.comparison.table.copy()
    unclear = table["verdict"] == "no clear difference"
    table.loc[unclear, ["difference", "low", "high"]] = [2e-17, -0.04, 0.31]
    noisy = replace(found, comparison=replace(found.comparison, table=table))
    cell, = by_title(noisy)["Left without being seen"].cells
    assert (cell.difference, cell.interval) == ("0", "[0, +0.3]")


def test_what_cannot_be_computed_says_why():
    row = by_title(answers.answer())["Critical care refusals"]
    assert row.reason == "not computable: no unit of kind critical_care in this log"
    assert row.baseline == "–"
    assert row.cells[0].verdict.word == "not computable"


def test_the_same_number_is_the_same_on_card_and_table():
    found = answers.answer()
    cards = {change.words: change.numbers for _, changes in findings(found)[0].groups for change in changes}
    kpis, rows = kpi_drawer(), by_title(found)
    for name in ("door_to_clinician", "boarding_hours", "occupancy"):
        row = rows[kpis[name].title]
        cell, = row.cells
        assert cards[kpis[name].say].startswith(f"{row.baseline} → {cell.value} ")
        assert cards[kpis[name].say].endswith(f", {cell.difference} {cell.interval}")
        assert cards[kpis[name].say] in found.comparison.sentence()


def test_what_all_replications_say_alike_has_no_interval():
    found = answers.answer()
    table = found.comparison.table.copy()
    table.loc[table["kpi"] == "door_to_clinician", ["baseline", "baseline_low", "baseline_high"]] = [0, nan, nan]
    table.loc[table["kpi"] == "occupancy", ["low", "high", "verdict"]] = [nan, nan, "too few to tell"]
    rows = by_title(replace(found, comparison=replace(found.comparison, table=table)))
    assert (rows["Door to clinician"].baseline, rows["Door to clinician"].baseline_interval) == ("0", "none in all 4")
    cell, = rows["Occupancy"].cells
    assert (cell.difference, cell.interval, cell.verdict.word) == ("+2.0", "–", "too few to tell")


def test_every_number_names_its_place():
    titles = by_title(answers.answer(), every=True)
    assert "Occupancy of staffed places, ward b" in titles
    assert len(titles) == len(by_title(answers.answer())) + 1


def test_a_baseline_alone_has_its_own_numbers():
    both = answers.answer()
    alone = replace(both, runs=both.runs[:1], comparison=None)
    row = by_title(alone)["Door to clinician"]
    assert (row.baseline, row.baseline_interval, row.cells) == ("32", "[29, 34]", ())
    assert by_title(alone)["Critical care refusals"].reason.startswith("not computable")
    assert findings(alone) == []


def test_an_answer_needs_runs():
    with pytest.raises(BadInput, match="there are none"):
        replace(answers.answer(), runs=())


def test_the_finding_counts_and_lists_the_same():
    finding, = findings(answers.answer())
    assert finding.sentence == ("+2 ED doctors: of 10 numbers 1 gets better, 1 gets worse, 1 rises, 6 show no clear "
                                "difference and 1 cannot be computed.")
    listed = {verdict.word: changes for verdict, changes in finding.groups}
    assert [len(changes) for changes in listed.values()] == [1, 1, 1, 6, 1]
    assert listed["better"] == (("median wait for a doctor", "32 → 21 min, −10 [−10, −10]"),)
    assert listed["no clear difference"][0].numbers == ""


@pytest.mark.parametrize(("value", "decimals", "sign", "text"), [
    (-0.5, 1, False, "−0.5"), (3, 0, True, "+3"), (0.0, 2, True, "0"), (float("nan"), 1, False, "–"),
    (float("inf"), 1, False, "–"), (12345.6, 0, False, "12,346")])
def test_figures(value: float, decimals: int, sign: bool, text: str):
    assert figure(value, decimals, sign=sign) == text


def test_patients_are_whole_from_ten_on():
    assert [rounded(value) for value in (0, 3.14, 9.96, 41.4)] == ["0.0", "3.1", "10", "41"]


def test_each_verdict_has_a_shape_of_its_own():
    assert len({verdict(word).shape for word in VERDICTS}) == len(VERDICTS)
    assert all(verdict(word).word == word for word in VERDICTS)
