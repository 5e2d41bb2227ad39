"""Progress where there is no terminal."""
from __future__ import annotations

import pytest

from hospital_twin.cli._progress import in_words, progress

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("seconds", "words"), [
    (0.2, "1 s"), (40.4, "40 s"), (89, "89 s"), (95, "2 min"), (600, "10 min"), (5400, "1.5 h"),
])
def test_a_time_in_words(seconds: float, words: str):
    assert in_words(seconds) == words


def test_a_line_at_the_start_after_a_while_and_at_the_end(capsys: pytest.CaptureFixture[str]):
    clock = iter([100.0, 101.0, 112.0, 113.0, 116.0])
    with progress("Simulating", lambda: next(clock)) as tell:
        for finished in (2, 3, 5, 6, 8):
            tell(finished, 8)
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.splitlines() == [
        "Simulating: 2 of 8",
        "Simulating: 5 of 8, about 12 s left",  # 3 in 12 s, what was there at the start does not count
        "Simulating: 8 of 8",
    ]
