"""What is said to people and to scripts."""
from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from hospital_twin.cli._voice import WIDEST, Voice, plain, records

pytestmark = pytest.mark.unit


def test_a_table_is_aligned_and_plain_when_it_is_not_a_terminal(capsys: pytest.CaptureFixture[str]):
    Voice().table(("kpi", "wait", ""), [("ED stay", "−13", "● better"), ("x", "1,204", "")], "lrl")
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "kpi       wait",
        "ED stay    −13  ● better",
        "x        1,204",
    ]


def test_brackets_are_text_and_no_markup(capsys: pytest.CaptureFixture[str]):
    Voice().table(("", ""), [("[bold]", "[−13, −9] :bed:")], "ll")
    assert capsys.readouterr().out.strip() == "[bold]  [−13, −9] :bed:"


def test_sentences_and_tables_keep_to_the_width(capsys: pytest.CaptureFixture[str]):
    voice = Voice()
    voice.say("a word " * 60)
    voice.table(("", "", ""), [("many words " * 20, "more of them " * 20, "1")], "llr")
    assert max(len(line) for line in capsys.readouterr().out.splitlines()) <= WIDEST


def test_with_json_only_the_answer_is_said(capsys: pytest.CaptureFixture[str]):
    voice = Voice(as_json=True)
    voice.heading("heading")
    voice.say("sentence")
    voice.block("block")
    voice.table(("a",), [("b",)], "l")
    voice.answer({"answer": [1, "−"]})
    assert json.loads(capsys.readouterr().out) == {"answer": [1, "−"]}


def test_without_json_the_answer_is_not_said(capsys: pytest.CaptureFixture[str]):
    Voice().answer({"answer": 1})
    assert capsys.readouterr().out == ""


def test_plain_values_are_ones_that_json_can_hold():
    when = pd.Timestamp("2025-01-06 08:00", tz="UTC")
    value = {"a": np.float64("nan"), "b": np.int64(3), 4: (np.inf, 1.5), "t": when, "n": pd.NaT, "x": pd.NA,
             "f": np.bool_(True)}
    assert plain(value) == {"a": None, "b": 3, "4": [None, 1.5], "t": "2025-01-06T08:00:00+00:00", "n": None,
                            "x": None, "f": True}


def test_records_of_a_table():
    table = pd.DataFrame({"kpi": ["a", "b"], "hour": pd.array([None, 3], dtype="Int8"), "value": [np.nan, 2.0]})
    assert records(table) == [{"kpi": "a", "hour": None, "value": None}, {"kpi": "b", "hour": 3, "value": 2.0}]
