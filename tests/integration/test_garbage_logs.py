"""Whatever a file holds, reading it ends in a log and a report that add up, or in a `BadInput`."""
from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog
from hospital_twin.importers import QualityReport, read_log
from tests.garbage import ODD, SHAPES, Draw, assert_it_adds_up, noise, tried

pytestmark = pytest.mark.integration

HEADERS = ("visit", "Patient", "Ward", "Start", "End", "Requested", "Activity", "Resource", "Outcome", "Seen", "Acuity",
           "arrived", "left", "amount", "bed", "Uhrzeit", "Datum", "", "Date/heure d'entrée", "Visit", "x" * 300)


def a_time(draw: Draw, forms: list[int]) -> str:
    year, month, day, hour, minute = (int(draw.integers(low, high)) for low, high in
                                      ((2024, 2026), (1, 13), (1, 31), (0, 25), (0, 61)))
    texts = (f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}", f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}Z",
             f"{year}{month:02}{day:02}", f"{day}/{month}/{year} {hour}:{minute:02}", f"{day}.{month}.{year % 100}",
             f"{hour}:{minute}", "9999-12-31", "1900-01-01 00:00", "2024-03-31 01:30", "2024-10-27 01:30")
    return texts[draw.choice(forms)]


def a_cell(draw: Draw, forms: list[int], dirt: float) -> str:
    kinds: tuple[Callable[[], str], ...] = (
        lambda: a_time(draw, forms), lambda: str(draw.integers(-3, 12)), lambda: str(draw.integers(2**63 - 1)),
        lambda: ("ED", "ward 1", "icu", "stay", "leave", "arrive", "wait", "NA", "", " ", "Tod")[draw.integers(11)],
        lambda: noise(draw),
        lambda: ODD[draw.integers(len(ODD))])
    return kinds[draw.choice(len(kinds), p=(0.5 - dirt, 0.15, 0.05, 0.3 - dirt, dirt, dirt))]()


def a_file(draw: Draw) -> bytes:
    separator = ",;\t|"[draw.integers(4)]
    header = list(draw.choice(HEADERS, size=draw.integers(1, 12), replace=draw.random() < 0.2))
    if draw.random() < 0.8:
        header = ["visit", "ward", "start", "end", *(h for h in header if h.lower() not in {"visit", "start", "end"})]
    width, dirt = len(header), float(draw.choice([0.0, 0.002, 0.05]))
    forms = list(draw.choice(10, size=draw.integers(1, 5), p=(0.4, 0.1, 0.1, *[0.4 / 7] * 7)))
    odd = [0] * 20 + [-1, 1, 2]
    rows = [[a_cell(draw, forms, dirt) for _ in range(max(0, width + int(draw.choice(odd))))]
            for _ in range(draw.integers(0, 60))]
    for row in rows:
        if len(row) > 3 and header[0] == "visit" and draw.random() < 0.8:
            row[:4] = [str(draw.integers(9)), f"unit {draw.integers(3)}", a_time(draw, forms), a_time(draw, forms)]
    lines = [separator.join(row) for row in [header, *rows]]
    text = ("\n", "\r\n", "\r")[draw.choice(3, p=(0.6, 0.3, 0.1))].join(lines)
    found = text.encode(("utf-8", "latin-1", "utf-16")[draw.choice(3, p=(0.6, 0.3, 0.1))], errors="replace")
    if draw.random() < 0.1:
        found = found[:draw.integers(len(found) + 1)]
    if draw.random() < 0.03:
        found += b"\0"
    if draw.random() < 0.1:
        found = gzip.compress(found)[:None if draw.random() < 0.5 else -9]
    return found


def outcome(path: Path) -> tuple[EventLog, QualityReport] | BadInput:
    try:
        return read_log(path, time_zone="Europe/London")
    except BadInput as refusal:
        return refusal


@pytest.mark.parametrize("seed", range(6))
def test_garbage_is_read_or_refused(seed: int, tmp_path: Path):
    draw = np.random.default_rng(seed)
    read = 0
    for number in range(15):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(a_file(draw))
        result = outcome(path)
        if not isinstance(result, BadInput):
            read += 1
            assert_it_adds_up(*result)
    assert read, "all of it was refused: this tries nothing"


@pytest.mark.parametrize("shape", SHAPES)
def test_garbage_of_each_shape_is_kept_or_rejected(shape: str, tmp_path: Path):
    found = tried(shape, 1_500, 500, tmp_path)
    assert found.kept
    assert found.rejected


def test_bytes_at_random_are_refused(tmp_path: Path):
    draw = np.random.default_rng(1)
    for number in range(100):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(draw.bytes(int(draw.integers(1, 4000))))
        assert isinstance(outcome(path), BadInput)


def test_one_line_without_end(tmp_path: Path):
    path = tmp_path / "endless.csv.gz"
    with gzip.open(path, "wb") as file, io.TextIOWrapper(file) as text:
        text.write("visit,ward,start,end\n1,a,2024-01-01 10:00,2024-01-01 11:00\n")
        text.writelines("0" * 1_000_000 for _ in range(9))
    result = outcome(path)
    assert isinstance(result, BadInput)
    assert "characters" in result.problem
