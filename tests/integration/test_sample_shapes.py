"""The same hospital's log in every shape and every kind of file: what is written, read with other people's readers."""
from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree
from python_calamine import load_workbook

from hospital_twin.errors import BadInput
from hospital_twin.generator import CLEAN, FILE_FORMATS, SHAPES, Generated, generate
from hospital_twin.layout import read_layout
from hospital_twin.shipped import layouts_folder

pytestmark = pytest.mark.integration

SMALL = read_layout(layouts_folder() / "small_ed.yaml")


def _made(folder: Path, shape: str, file_format: str | None = None) -> Generated:
    return generate(SMALL, days=2, seed=3, folder=folder, name=f"{shape}_{file_format}", surprises=CLEAN, filled_days=2,
                    shape=shape, file_format=file_format, log_only=True)


@pytest.fixture(scope="module")
def stays(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return _texts(_made(tmp_path_factory.mktemp("stays"), "stays").log_file)


def _texts(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def test_the_log_alone_has_nothing_beside_it(tmp_path: Path) -> None:
    made = _made(tmp_path, "stays")
    assert sorted(tmp_path.iterdir()) == [made.log_file]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_goes_into_every_kind_of_file_that_can_hold_it(shape: str, tmp_path: Path) -> None:
    for name in ("csv", "xlsx", "parquet", *(("xes",) if shape == "events" else ())):
        first, second = (_made(tmp_path / part, shape, name).log_file for part in "ab")
        assert first.name.endswith(FILE_FORMATS[name].ending)
        assert first.read_bytes() == second.read_bytes()


def test_what_xes_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="XES holds events"):
        _made(tmp_path, "stays", "xes")


def test_events_are_the_moments_of_the_stays(stays: pd.DataFrame, tmp_path: Path) -> None:
    events = _texts(_made(tmp_path, "events").log_file)
    entered = events[events["Event"].eq("enter")]
    assert entered[["Visit", "Unit", "Time"]].to_numpy().tolist() == stays[["Visit", "Ward", "In"]].to_numpy().tolist()
    visits = stays.groupby("Visit")
    assert events[events["Event"].eq("arrive")].set_index("Visit")["Time"].to_dict() == visits["In"].first().to_dict()
    left = events[events["Event"].eq("leave")].set_index("Visit")
    last = visits[["Outcome", "Out"]].last()
    last = last[last["Out"].ne("")]
    assert left["Time"].to_dict() == last["Out"].to_dict()
    assert left["Outcome"].to_dict() == last["Outcome"].to_dict()
    assert events.groupby("Visit")["Event"].first().eq("arrive").all()


def test_offsets_are_minutes_from_the_arrival(stays: pd.DataFrame, tmp_path: Path) -> None:
    offsets = _texts(_made(tmp_path, "offsets").log_file)
    arrived = pd.to_datetime(offsets["Arrived"])
    for header, theirs in (("In offset (min)", "In"), ("Out offset (min)", "Out")):
        moment = arrived + pd.to_timedelta(pd.to_numeric(offsets[header]), unit="min")
        assert moment.dt.strftime("%Y-%m-%d %H:%M").fillna("").tolist() == stays[theirs].tolist()


def test_minutes_are_minutes_where_the_clock_is_changed(tmp_path: Path) -> None:
    made = generate(SMALL, days=2, seed=3, folder=tmp_path, shape="offsets", surprises=CLEAN, filled_days=2,
                    starts=pd.Timestamp("2024-10-26").date())
    rows = _texts(made.log_file)
    held = pd.to_numeric(rows["Out offset (min)"]) - pd.to_numeric(rows["In offset (min)"])
    stays = made.log.stays[made.log.stays["activity"].eq("stay") & made.log.stays["resource"].isin(made.log.units)]
    lasted = (stays["end"] - stays["start"]) / pd.Timedelta(minutes=1)
    assert held.sum() == pytest.approx(lasted.sum(), abs=len(rows))


def test_counts_are_those_of_the_run(tmp_path: Path) -> None:
    made = _made(tmp_path, "counts")
    counts = _texts(made.log_file)
    assert len(counts) == 48
    within = made.log.stays["activity"].eq("arrive") & (made.log.stays["start"] >= made.log.start)
    assert counts["Arrivals"].astype(int).sum() == within.sum()
    census = _texts(_made(tmp_path, "census").log_file)
    assert len(census) == 48 * len(SMALL.units)
    # Who was in bed before the first hour is there, unlike in a log of the visits that began within it.
    assert census.loc[census["Unit"].eq("ward"), "Census"].astype(int).iloc[0] > 0


@pytest.mark.parametrize("name", ["xlsx", "xlsx_1904"])
def test_a_workbook_holds_the_same_stays(name: str, stays: pd.DataFrame, tmp_path: Path) -> None:
    book = load_workbook(_made(tmp_path, "stays", name).log_file)
    assert book.sheet_names == ["About", "Log"]
    _, header, *rows = book.get_sheet_by_name("Log").to_python()
    assert header == list(stays)
    texts = [[value.strftime("%Y-%m-%d %H:%M") if hasattr(value, "strftime") else value for value in row]
             for row in rows]
    assert texts == stays.to_numpy().tolist()
    assert all(isinstance(row[0], str) for row in rows), "numbers of visits are kept as texts"


def test_a_parquet_file_holds_the_same_stays(stays: pd.DataFrame, tmp_path: Path) -> None:
    table = pd.read_parquet(_made(tmp_path, "stays", "parquet").log_file)
    assert table["In"].dtype == "datetime64[us]"
    for header in ("In", "Out"):
        table[header] = table[header].dt.strftime("%Y-%m-%d %H:%M").fillna("")
    assert table.to_numpy().tolist() == stays.to_numpy().tolist()


def test_xes_holds_the_same_events(tmp_path: Path) -> None:
    events = _texts(_made(tmp_path, "events").log_file)
    with gzip.open(_made(tmp_path, "events", "xes").log_file) as file:
        log = etree.parse(file).getroot()
    found = [(trace.find("string[@key='concept:name']").get("value"),
              event.find("string[@key='concept:name']").get("value"),
              event.find("date").get("value")) for trace in log.iter("trace") for event in trace.iter("event")]
    assert [(visit, event) for visit, event, _ in found] == list(zip(events["Visit"], events["Event"], strict=True))
    assert all(time.endswith("+02:00") for _, _, time in found)
    assert [time[:16].replace("T", " ") for _, _, time in found] == events["Time"].tolist()
