"""Rows that somebody changed or entered twice, and units that are none: found where planted, and nowhere else."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hospital_twin.importers import Finding, LogMapping, read_log
from hospital_twin.importers._findings_rows import _day_for_month, _stretches
from hospital_twin.shipped import samples_folder
from tests.tiny import layout_of

pytestmark = pytest.mark.unit

OURS = {"swapped_columns", "swapped_dates", "near_duplicate", "total_unit", "repeated_overlap", "unit_not_in_layout",
        "undeclared_zone"}
TIMES = ["start", "end"]
Found = Callable[..., dict[str, Finding]]


def hospital(seed: int = 1, days: int = 60, a_day: int = 9) -> pd.DataFrame:
    """Stays of visits in the order in which they came: hours in the ED, and for three in ten days in one of two wards,
    which some leave for the theatre and come back to; one visit in ten is by somebody who was there before."""
    draw, rows = np.random.default_rng(seed), []
    for visit in range(days * a_day):
        came = pd.Timestamp("2025-01-05") + pd.Timedelta(days=visit / a_day + draw.random() / a_day)
        patient = visit if draw.random() < 0.9 else int(draw.integers(0, visit + 1))
        stays = [("ED", draw.lognormal(1.2, 0.6))]
        if draw.random() < 0.3:
            ward = "AB"[int(draw.integers(2))]
            stays += [(ward, draw.lognormal(3.9, 0.9))]
            stays += [("Theatre", draw.lognormal(0.7, 0.4)), (ward, draw.lognormal(4, 0.5))] * (draw.random() < 0.2)
        for unit, hours in stays:
            left = came + pd.Timedelta(hours=hours)
            rows.append((visit, patient, unit, came, left))
            came = left
    return pd.DataFrame(rows, columns=["visit", "patient", "unit", *TIMES])


def swapped(times: pd.Series) -> pd.Series:
    """The same dates in a copy in which those up to the 12th were read with day and month the other way round."""
    return times.map(lambda time: time.replace(month=time.day, day=time.month) if time.day <= 12 else time)


@pytest.fixture
def found(tmp_path: Path) -> Found:
    def look(rows: pd.DataFrame, name: str = "log.csv", **options: object) -> dict[str, Finding]:
        rows.to_csv(tmp_path / name, index=False, date_format="%Y-%m-%d %H:%M")
        _, report = read_log(tmp_path / name, **{"time_zone": "Europe/Berlin"} | options)
        assert report.kept + report.rejected == report.read
        findings = [finding for finding in report.findings if finding.kind in OURS]
        assert len({finding.kind for finding in findings}) == len(findings)
        return {finding.kind: finding for finding in findings}
    return look


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_found_in_a_sound_log(seed: int, found: Found):
    rows = hospital(seed)
    assert found(rows) == {}
    # Two per cent of slips are no stretch of anything.
    slips = np.random.default_rng(seed).random(len(rows)) < 0.02
    rows.loc[slips, TIMES] = rows.loc[slips, TIMES[::-1]].to_numpy()
    assert found(rows) == {}


@pytest.mark.parametrize("name", ["ed_stays.xlsx", "ed_stays.parquet", "ed_events.csv", "ed_events.xes.gz",
                                  "ed_offsets.csv", "ed_intervals.csv", "stays_small.csv"])
def test_nothing_is_found_in_the_sound_samples(name: str):
    _, report = read_log(samples_folder() / name, time_zone="Europe/Berlin")
    assert not {finding.kind for finding in report.findings} & OURS


@pytest.mark.parametrize("n", [1, 20, 33, None])
def test_swapped_columns_are_a_stretch(n: int | None, found: Found):
    rows = hospital()
    block = rows.index[100:100 + n] if n else rows.index[:len(rows) // 2]
    rows.loc[block, TIMES] = rows.loc[block, TIMES[::-1]].to_numpy()
    findings = found(rows)
    if n == 1:
        assert findings == {}
    else:
        finding = findings.pop("swapped_columns")
        assert findings == {}
        assert f"{len(block):,} rows from line {block[0] + 2} to line {block[-1] + 2} end before" in finding.says
        assert "'start' and 'end' the other way round" in finding.says
        assert (finding.rows, finding.action) == (len(block), "rejected")


def test_two_stretches_of_swapped_columns_are_two(tmp_path: Path):
    rows = hospital()
    for block in (rows.index[100:140], rows.index[300:340]):
        rows.loc[block, TIMES] = rows.loc[block, TIMES[::-1]].to_numpy()
    rows.to_csv(tmp_path / "log.csv", index=False)
    findings = [finding.says for finding in read_log(tmp_path / "log.csv", time_zone="UTC")[1].findings
                if finding.kind == "swapped_columns"]
    assert [says.partition(" end ")[0] for says in findings] == [
        "40 rows from line 102 to line 141", "40 rows from line 302 to line 341"]


@pytest.mark.parametrize("part", [slice(0, None), slice(0, 300), slice(500, 900)])
def test_a_copy_with_days_and_months_swapped_is_noticed(part: slice, found: Found):
    rows = hospital(days=360, a_day=6)
    changed = rows.copy()
    for name in TIMES:
        changed.loc[rows.index[part], name] = swapped(rows[name].iloc[part])
    findings = found(changed)
    finding = findings.pop("swapped_dates")
    assert findings == {}
    moved = np.flatnonzero((changed != rows).any(axis=1))
    first, last = _lines_in(finding.says)
    assert moved[0] <= first < moved[0] + 60
    assert moved[-1] - 60 < last <= moved[-1]


def _lines_in(says: str) -> tuple[int, int]:
    words = says.split()
    first, last = (int(words[i + 1]) - 2 for i, word in enumerate(words) if word == "line")
    return first, last


def test_days_and_months_are_told_from_events_too(found: Found):
    rows = hospital(days=200, a_day=6)
    rows["start"] = swapped(rows["start"])
    events = rows.rename(columns={"unit": "activity", "start": "time"})[["visit", "activity", "time"]]
    events["activity"] = "Admission " + events["activity"]
    assert set(found(events)) == {"swapped_dates"}


def test_months_that_end_on_the_day_they_began_are_no_swap(found: Found):
    rows = hospital()
    firsts = pd.date_range("2024-01-01", periods=24, freq="MS")
    homes = pd.DataFrame([(10_000 + v, 10_000 + v, "Home", a, b) for v in range(10)
                          for a, b in zip(firsts, firsts[1:], strict=False)], columns=rows.columns)
    assert found(pd.concat([rows, homes])) == {}


def test_near_duplicates_are_counted_and_shown_by_their_lines(found: Found):
    rows = hospital()
    again = rows.iloc[[10, 200, 400]].copy()
    again["start"] += pd.Timedelta(minutes=2)
    assert found(pd.concat([rows, again.iloc[:2]])) == {}
    finding = found(pd.concat([rows, again]))["near_duplicate"]
    n = len(rows)
    assert f"(lines 12 and {n + 2}; 202 and {n + 3}; 402 and {n + 4})" in finding.says
    assert "another number of the visit" not in finding.says
    again["visit"] += 50_000
    again["start"] = rows.iloc[[10, 200, 400]]["start"]
    assert "3 of them under another number of the visit" in found(pd.concat([rows, again]))["near_duplicate"].says


def test_the_same_stay_with_another_end_is_a_near_duplicate(found: Found):
    rows = hospital()
    again = rows.iloc[[10, 200, 400]].copy()
    again["end"] += pd.Timedelta(hours=5)
    assert "near_duplicate" in found(pd.concat([rows, again]))


def with_total(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    total = rows.groupby("visit").agg(patient=("patient", "first"), start=("start", "min"), end=("end", "max"))
    both = pd.concat([rows, total.reset_index().assign(unit=name)])
    return both.sort_values(["visit", "start", "end"], kind="stable")


@pytest.mark.parametrize("name", ["ALL", "Hospital", "Total"])
def test_a_unit_that_is_a_total_over_others(name: str, found: Found, tmp_path: Path):
    rows = hospital()
    findings = found(with_total(rows, name))
    finding = findings.pop("total_unit")
    assert findings == {}
    assert (finding.place, finding.rows) == (name.lower(), rows["visit"].nunique())
    assert f"units: {{{name.lower()}: null}}" in finding.says
    assert found(with_total(rows, name), mapping=LogMapping(units={name.lower(): None})) == {}


def test_of_two_units_with_the_same_stays_the_total_is_called_so(found: Found):
    rows = hospital()
    only = rows[rows["unit"].eq("ED")]
    for name in ("Total", "Aaa total"):
        assert found(with_total(only, name))["total_unit"].place == name.lower().replace(" ", "_")


def test_overlaps_that_repeat_are_said_once(found: Found):
    rows = hospital()
    ward = rows["unit"].eq("A") & rows["visit"].eq(rows["visit"].shift()) & rows["unit"].shift().eq("ED")
    into = rows.index[ward] - 1
    assert len(into) > 40
    rows.loc[into, "end"] += pd.Timedelta(minutes=4)
    assert found(rows) == {}
    rows.loc[into, "end"] += pd.Timedelta(minutes=16)
    finding = found(rows)["repeated_overlap"]
    assert f"{len(into)} of {len(into)} stays in a begin before the one in ed has ended, half of them by 20 minutes" \
        in finding.says


def test_a_unit_that_the_layout_does_not_have(found: Found):
    layout = layout_of("""
        units: {ed: {kind: ed, places: 40}, a: {kind: ward, places: 40}, b: {kind: ward, places: 40}}
        sources: {s: {pathway: p, rate: 1, ceiling: 1}}
        pathways: {p: [{move: m, to: ed}, {move: n, to: a}, {move: o, to: b}, {leave: out, as: home}]}
    """)
    rows = hospital()
    says = found(rows, layout=layout)["unit_not_in_layout"].says
    assert f"the layout has no unit Theatre ({rows['unit'].eq('Theatre').sum()} rows)" in says
    assert found(rows, layout=layout, mapping=LogMapping(units={"Theatre": "a"})) == {}


def test_a_zone_that_nobody_named(found: Found):
    rows = hospital(days=90, a_day=5)
    over = [int(((rows["start"] < night) & (rows["end"] > night)).sum())
            for night in map(pd.Timestamp, ("2025-03-30 03:00", "2025-03-09 03:00"))]
    finding = found(rows, time_zone=None)["undeclared_zone"]
    assert "taken as UTC" in finding.says
    assert f"({over[0]} stays in a zone of Europe and {over[1]} stays in a zone of North America)" in finding.says
    assert (min(over) > 0, finding.rows) == (True, max(over))
    assert found(rows, time_zone="UTC") == {}
    rows = rows[rows["start"] < pd.Timestamp("2025-01-20")]
    assert "no stay goes on over a night in which" in found(rows, time_zone=None)["undeclared_zone"].says


def test_stretches_share_no_row():
    draw = np.random.default_rng(5)
    for _ in range(20):
        score = draw.choice([1, 0, -2], size=200, p=[0.55, 0.1, 0.35])
        total = np.append(0, np.cumsum(score))
        stretches = list(_stretches(score, 8))
        assert all(a.stop <= b.start for a, b in zip(stretches, stretches[1:], strict=False))
        assert all(score[rows].sum() >= 8 and score[rows.start] == 1 == score[rows.stop - 1] for rows in stretches)
        best = np.triu(total - total[:, np.newaxis]).max()
        assert bool(stretches) == (best >= 8)
        assert not stretches or max(score[rows].sum() for rows in stretches) == best


def test_days_and_months_swap_back():
    times = pd.Series(pd.date_range("2024-01-01 05:17", "2025-01-01", freq="7h")).dt.as_unit("us")
    assert (_day_for_month(times.to_numpy().astype(np.int64)) == swapped(times).to_numpy().astype(np.int64)).all()
