"""What the demo keeps of a log's faults, in words."""
from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from hospital_twin.cli._voice import Voice
from hospital_twin.cli.demo import _faults, _read, _show_guesses
from hospital_twin.importers._naming import Word

pytestmark = pytest.mark.unit


def test_the_share_left_out_comes_first_and_one_row_is_one_row():
    counts = {("rejected", "outside_visit"): 1, ("rejected", "end_before_start"): 5590, ("repaired", "bed_move"): 1234}
    report = SimpleNamespace(read=528_900, rejected=5591, counts=lambda: counts)
    assert _faults(report) == (
        "5,591 of 528,900 rows (1.1 %) left out, most often for this: it ends before it starts.",
        "It lies before the visit arrived or after it left (1 row, rejected)",
        "It ends before it starts (5,590 rows, rejected)",
        "A move within one unit: joined to the stay before it (1,234 rows, repaired)")


def test_a_log_without_a_rejected_row_and_one_without_a_fault():
    report = SimpleNamespace(read=10, rejected=0, counts=lambda: {("noticed", "open"): 2})
    assert _faults(report) == ("0 of 10 rows (0.0 %) left out.", "It has not ended (2 rows, noticed)")
    assert _faults(SimpleNamespace(read=10, rejected=0, counts=dict)) == ()


def test_each_kind_of_unit_that_is_guessed_is_shown_and_how_to_say_another(capsys: pytest.CaptureFixture[str]):
    units = [Word("ED", "ed", "ed", "guess", 9), Word("Bays", "bays", "ward", "guess", 9),
             Word("bays", "bays", "ward", "guess", 2), Word("TOTAL", "", "ward", "mapping", 3),
             Word("HDU", "level_2", "high_dependency", "mapping", 3)]
    _show_guesses(SimpleNamespace(units=units), Voice())
    said, table = capsys.readouterr().out.split("kinds: {bays: ed}\n")
    assert "--mapping" in said
    assert [line.split() for line in table.splitlines()[1:]] == [["ed", "ed"], ["bays", "ward"]]
    _show_guesses(SimpleNamespace(units=units[:1]), Voice())
    assert "kinds: {ed: ward}" in capsys.readouterr().out
    _show_guesses(SimpleNamespace(units=units[3:]), Voice())
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("layout", [None, object()])
def test_the_first_step_shows_guesses_where_no_layout_says_the_kinds(
        layout: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    day = pd.Timestamp("2025-03-03", tz="UTC")
    report = SimpleNamespace(file="own.csv", read=9, kept=9, repaired=0, rejected=0, visits=4, stays=9, counts=dict,
                             units=[Word("Bays", "bays", "ward", "guess", 9)])
    log = SimpleNamespace(start=day, end=day, time_zone="UTC")
    monkeypatch.setattr("hospital_twin.cli._inputs.log_of", lambda *_: (log, report))
    assert _read("own.csv", layout, None, None, Voice()) == (log, report)
    assert ("kinds: {bays: ed}" in capsys.readouterr().out) == (layout is None)
