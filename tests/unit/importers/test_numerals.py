"""Numbers as people and programs write them, by column."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_twin.importers._numerals import plainly
from tests.unit.importers.conftest import Read

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("words", "plain"), [
    (["1,234.5", "7"], ["1234.5", "7"]), (["1.234,5", "7"], ["1234.5", "7"]), (["1 234", "2"], ["1234", "2"]),
    (["1 234,5"], ["1234.5"]), (["1\u00a0234\u00a0567"], ["1234567"]), (["1'234.50"], ["1234.50"]),
    (["1,234", "2,5"], ["1.234", "2.5"]), (["1,234", "2.5"], ["1234", "2.5"]), (["1.234", "1.234.567"],
                                                                               ["1234", "1234567"]),
    (["0,125"], ["0.125"]), (["1234,567"], ["1234.567"]), (["-2,5", "+3"], ["-2.5", "+3"]), (["2,5", "2.5"],
                                                                                         ["2.5", "2.5"]),
    (["n/a", "12 34", "1e3", ""], ["n/a", "12 34", "1e3", ""])])
def test_numbers_are_read_by_what_their_column_tells(words: list[str], plain: list[str]):
    assert plainly(words) == (plain, [False] * len(words))


@pytest.mark.parametrize("words", [["1,234"], ["1.234", "12"], ["1,234", "2.5", "2,5"], ["1.234", "1,234"]])
def test_what_can_be_read_in_two_ways_is_not_guessed(words: list[str]):
    _, unclear = plainly(words)
    assert unclear[0]
    assert unclear[1:] == [word in ("1,234", "1.234") for word in words[1:]]


STYLES = {"english": (",", "."), "german": (".", ","), "french": ("\u202f", ","), "plain": ("", ".")}


@given(st.lists(st.integers(0, 10**9).map(lambda n: n / 100), min_size=1, max_size=8), st.sampled_from(sorted(STYLES)))
def test_a_column_of_one_style_is_read_back(numbers: list[float], style: str):
    thousands, point = STYLES[style]
    written = [f"{n:,.2f}".translate({ord(","): thousands, ord("."): point}) for n in numbers]
    plain, unclear = plainly(written)
    assert not any(unclear)
    np.testing.assert_array_equal([float(word) for word in plain], numbers)


def test_amounts_that_are_not_clear_are_missing_and_said(read: Read):
    head = "visit;activity;unit;resource;start;end;amount\n"
    row = "{};{};ED;{};2025-03-03 10:05;2025-03-03 14:00;{}\n"
    tasks = [("1", "stay", "", ""), ("1", "see", "nurse", "{}"), ("2", "stay", "", ""), ("2", "see", "nurse", "{}")]

    def amounts(*said: str) -> tuple[list[float], int, bool]:
        values = iter(said)
        log, report = read(head + "".join(row.format(v, a, r, next(values) if n else "") for v, a, r, n in tasks))
        found = log.stays["amount"][log.stays["resource"].eq("nurse")]
        return (sorted(found), report.counts().get(("repaired", "unreadable_number"), 0),
                any("may have thousands or decimals" in note for note in report.notes))

    assert amounts("0,5", "1,125") == ([0.5, 1.125], 0, False)
    assert amounts("0.5", "1,125") == ([0.5, 1125.0], 0, False)
    assert amounts("2", "1,125") == ([1.0, 2.0], 1, True)
