"""Counts without patients: what becomes of each kind of row, and what is said to be missing."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_twin.errors import BadInput
from hospital_twin.importers import HoldsCounts, LogMapping, SeriesReport, read_log, read_series
from hospital_twin.importers._columns import words_of
from hospital_twin.importers._count_checks import frozen, totals
from hospital_twin.importers._count_columns import quantity_of

pytestmark = pytest.mark.unit

Written = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(text: str) -> Path:
        path = tmp_path / "counts.csv"
        path.write_text(text, encoding="utf-8")
        return path
    return write


def hours(first: str, count: int, zone: str | None = None) -> list[str]:
    times = pd.date_range(first, periods=count, freq="h", tz=zone)
    return [f"{time:%Y-%m-%d %H:%M}" for time in times]


def counts(report: SeriesReport) -> dict[tuple[str, str], int]:
    assert report.kept + report.rejected == report.read
    return report.counts()


def gaps(table: pd.DataFrame) -> list[tuple[str, str, str, str, str]]:
    return [(row.place, row.quantity, f"{row[3]:%d %H:%M}", f"{row.to:%d %H:%M}", row.reason)
            for row in table.itertuples()]


def values(table: pd.DataFrame) -> list[float]:
    return table["value"].tolist()


@pytest.mark.parametrize(("header", "quantity"), [
    ("Arrivals", "arrivals"), ("Nb passages", "arrivals"), ("Nombre d'arrivées", "arrivals"), ("Sorties", "departures"),
    ("patients_present", "census_on_the_hour"), ("Nombre_total_de_patients_presents_a_lurgence", "census_on_the_hour"),
    ("stretchers_functional", "places"), ("Nombre_de_civieres_fonctionnelles", "places"),
    ("stretchers_occupied", "occupied"), ("Nombre_de_civieres_occupees", "occupied"),
    ("on_stretcher_gt24h", "over_24h"), ("Nombre_de_patients_sur_civiere_plus_de_48_heures", "over_48h"),
    ("patients_waiting_md", "waiting"), ("Nombre_total_de_patients_en_attente_de_PEC", "waiting"),
    ("DMS_sur_civiere", ""), ("alos_stretcher_h_prev_day", ""), ("Occupancy rate", ""), ("temp", ""), ("Year", "")])
def test_quantities_are_known_by_their_words(header: str, quantity: str):
    assert quantity_of(words_of(header)) == quantity


def test_arrivals_of_a_whole_hospital_by_date_and_hour(written: Written):
    path = written("Date,Hour,Arrivals,temp\n2024-03-04,0,5,57\n2024-03-04,1,0,57\n2024-03-04,3,8,56\n")
    series, report = read_series(path, time_zone="Europe/London")
    assert values(series.table) == [5, 0, 8]
    assert series.table["place"].astype(str).unique().tolist() == ["whole hospital"]
    assert gaps(series.gaps) == [("whole hospital", "arrivals", "04 02:00", "04 03:00", "missing")]
    assert report.columns == {"start": "Date + Hour", "arrivals": "Arrivals"}
    assert report.unused == ("temp",)
    with pytest.raises(HoldsCounts, match="these are counts"):
        read_log(path)


def test_a_number_and_a_later_name_tell_a_place(written: Written):
    series, report = read_series(written(
        "heure;No_permis_installation;Nom_installation;civieres_fonctionnelles;patients_presents\n"
        "2024-03-04 10:45;51218352;Hôpital Un;10;7\n2024-03-04 10:45;51218353;Hôpital Deux;5;1 204,5\n"
        "2024-03-04 11:45;51218352;Hôpital Premier;10;pas d'information disponible\n2024-03-04 11:45;51218353;"
        "Hôpital Deux;5;3\n"), time_zone="America/Toronto")
    assert [(place.name, place.earlier) for place in report.places] == [
        ("hopital_premier", ("Hôpital Un",)), ("hopital_deux", ())]
    assert gaps(series.gaps) == [("hopital_premier", "census_on_the_hour", "04 16:45", "04 17:45", "blank")]
    census = series.wide("census_on_the_hour")
    assert census["hopital_deux"].tolist() == [1204.5, 3]
    assert report.rejected == 0
    assert "Hôpital Premier = hopital_premier (2 rows, before that Hôpital Un)" in "\n".join(report.lines())


def test_what_is_wrong_with_rows_is_listed_and_kept_out(written: Written):
    series, report = read_series(written(
        "time,site,present\n2024-03-04 10:00,A,1\n2024-03-04 10:00,A,1\n2024-03-04 11:00,A,-2\n2024-03-04 12:00,A,x1\n"
        "2024-03-04 13:00,A,5\n2024-03-04 13:00,A,6\n2024-03-04 14:00,A,\n2024-03-04 14:00,A,9\n2024-03-04 15:00,A,\n"
        "soon,A,3\n,A,3\n2024-03-04 16:00,,3\n2024-03-04 16:00,A\n1850-03-04 16:00,A,3\n2024-03-04 16:00,A,7\n"
        "2024-03-04 10:00,Total,1\n"), time_zone="UTC")
    assert counts(report) == {
        ("rejected", "too_few_fields"): 1, ("rejected", "missing_start"): 1, ("rejected", "unreadable_time"): 1,
        ("rejected", "impossible_time"): 1, ("rejected", "duplicate"): 1, ("rejected", "no_place"): 1,
        ("rejected", "total_row"): 1, ("rejected", "contradicts"): 2, ("rejected", "no_counts"): 2,
        ("repaired", "unreadable_number"): 1, ("repaired", "negative_count"): 1}
    assert values(series.table) == [1, 9, 7]
    assert [(begin, reason) for _, _, begin, _, reason in gaps(series.gaps)] == [
        ("04 11:00", "negative"), ("04 12:00", "unreadable"), ("04 13:00", "contradicts"), ("04 15:00", "blank")]
    shown = "\n".join(report.lines())
    assert "less than nothing: taken as missing (column present): line 4 (-9)" in shown
    assert "x1" not in shown
    assert len(report.to_dict()["gaps"]) == 4


def test_hours_and_counts_add_up_through_a_year_of_clock_changes(written: Written):
    wall = pd.date_range("2024-01-01", "2024-12-31 23:00", freq="h")
    path = written("time,arrivals\n" + "".join(f"{time:%Y-%m-%d %H:%M},{time.hour}\n" for time in wall))
    series, report = read_series(path, time_zone="Europe/London")
    table = series.table
    assert counts(report) == {("rejected", "hour_skipped"): 1, ("repaired", "hour_doubled"): 1}
    assert (table["to"] - table["from"]).sum() == pd.Timedelta(hours=len(wall))
    assert (table["to"].iloc[:-1].to_numpy() == table["from"].iloc[1:].to_numpy()).all()
    assert series.gaps.empty
    assert any("an hour that the clock skips in Europe/London" in note for note in report.notes)
    assert table.loc[(table["to"] - table["from"]).gt(pd.Timedelta(hours=1)), "from"].astype(str).tolist() == [
        "2024-10-27 00:00:00+00:00"]


@pytest.mark.parametrize("backwards", [False, True])
def test_both_hours_of_one_name_are_two_rows(written: Written, backwards: bool):
    names = hours("2024-10-27 00:00", 5, "Europe/London")
    assert names.count("2024-10-27 01:00") == 2
    rows = [f"{name},{number}\n" for number, name in enumerate(names, 1)]
    series, report = read_series(written("time,arrivals\n" + "".join(rows[::-1] if backwards else rows)),
                                 time_zone="Europe/London")
    assert values(series.table) == [1, 2, 3, 4, 5]
    assert (series.table["to"] - series.table["from"]).unique().tolist() == [pd.Timedelta(hours=1)]
    assert report.faults.empty


def test_a_snapshot_missing_in_the_repeated_hour_is_a_gap(written: Written):
    names = list(dict.fromkeys(hours("2024-10-27 00:45", 6, "Europe/London")))
    series, _ = read_series(written("time,present\n" + "".join(f"{name},5\n" for name in names)),
                            time_zone="Europe/London")
    assert gaps(series.gaps) == [("whole hospital", "census_on_the_hour", "27 01:45", "27 02:45", "missing")]


def test_days_are_as_long_as_the_clock_makes_them(written: Written):
    days = pd.date_range("2024-03-29", periods=4)
    series, report = read_series(written("day;arrivals\n" + "".join(f"{day:%d.%m.%Y};1.234\n" for day in days)
                                         + "15.04.2024;2,5\n"), LogMapping(date_order="day_first"), "Europe/London")
    assert ((series.table["to"] - series.table["from"]) / pd.Timedelta(hours=1)).tolist() == [24, 24, 23, 24, 24]
    assert values(series.table) == [1234, 1234, 1234, 1234, 2.5]
    assert report.rejected == 0


def test_a_mapping_says_what_columns_count_and_what_places_are(written: Written):
    path = written("moment,where,n,arrivals\n2024-03-04 10:00,A,3,1\n2024-03-04 10:00,B,4,2\n2024-03-04 10:00,C,4,1\n")
    with pytest.raises(BadInput, match="no column is recognised as that of the places"):
        read_series(path)
    said = LogMapping(columns={"start": "moment", "unit": "where"}, quantities={"n": "census_on_the_hour",
                      "arrivals": None}, units={"A": "resus", "C": None}, time_zone="Europe/Paris")
    series, report = read_series(path, said)
    assert series.table[["place", "quantity", "value"]].astype(str).to_numpy().tolist() == [
        ["b", "census_on_the_hour", "4.0"], ["resus", "census_on_the_hour", "3.0"]]
    assert counts(report) == {("rejected", "unit_of_nothing"): 1}
    report.save_mapping(path.with_name(path.name + ".mapping.yaml"))
    again, told = read_series(path)
    assert again.fingerprint() == series.fingerprint()
    assert any("which lies beside the file" in note for note in told.notes)
    for wrong in ({"quantities": {"m": "arrivals"}}, {"columns": {"start": "m"}},
                  {"quantities": {"n": "arrivals", "where": "arrivals"}}):
        with pytest.raises(BadInput):
            read_series(path, LogMapping(**wrong))


@pytest.mark.parametrize("text", ["visit,unit,start,end\n1,A,2024-03-04 10:00,2024-03-04 11:00\n", "time,temp\n"
                                  "2024-03-04 10:00,3\n", "arrivals\n3\n", "time,arrivals\n", "time,arrivals\nx,\n"])
def test_what_holds_no_counts_is_refused(written: Written, text: str):
    with pytest.raises(BadInput) as refused:
        read_series(written(text))
    assert refused.value.expected


def test_a_place_that_is_no_place_is_not_shown(written: Written):
    rows = [f"{time},{ward},{number}\n" for number, time in enumerate(hours("2024-03-04", 120)) for ward in ("A", "B")]
    rows[7] = rows[7].replace(",B,", ",Erika Mustermann,")
    rows[9] = rows[9].replace(",B,", ",123456789,")
    rows[11] = rows[11].replace(",B,", ",123456789,")
    series, report = read_series(written("time,ward,present\n" + "".join(rows)), time_zone="UTC")
    assert counts(report) == {("rejected", "no_place"): 2, ("rejected", "rare_place"): 1}
    shown = "\n".join(report.lines()) + str(report.to_dict())
    assert "Mustermann" not in shown
    assert "123456789" not in shown
    assert {place for place, *_ in gaps(series.gaps)} == {"b"}


def test_the_sum_of_all_others_is_a_total(written: Written):
    draws = np.random.default_rng(1).poisson(9, (40, 3))
    rows = [f"{time},{ward},{number}\n" for time, row in zip(hours("2024-03-04", 40), draws, strict=True)
            for ward, number in zip("ABCR", [*row, row.sum()], strict=True)]
    series, report = read_series(written("time,ward,present\n" + "".join(rows)), time_zone="UTC")
    assert counts(report) == {("rejected", "total_row"): 40}
    assert series.table["place"].astype(str).unique().tolist() == ["a", "b", "c"]
    assert any("their sum: r" in note for note in report.notes)


def test_two_places_alike_are_no_totals():
    utc = np.repeat(np.arange(50), 2)
    assert totals(np.array(["a", "b"] * 50), utc, {"present": np.repeat(np.arange(50.0), 2)}) == set()


def test_a_feed_that_stops_is_told_from_one_that_is_steady(written: Written):
    draws = np.random.default_rng(2).poisson(40, 24 * 60)
    draws[500:560] = draws[500]
    rows = [f"{time},{number},20,0\n" for time, number in zip(hours("2024-01-04", len(draws)), draws, strict=True)]
    series, report = read_series(written("time,present,places,waiting\n" + "".join(rows)), time_zone="UTC")
    assert counts(report) == {("repaired", "frozen"): 59}
    assert series.gaps["quantity"].unique().tolist() == ["census_on_the_hour"]
    assert (series.gaps["to"] - series.gaps["from"]).sum() == pd.Timedelta(hours=59)
    assert len(series.table) == 3 * len(draws) - 59
    assert "a feed that had stopped: one number for longer than chance allows: 1 gap, 59 hours, places: 1" in \
        "\n".join(report.lines())


def test_of_feeds_by_chance_hardly_one_is_called_frozen():
    drawn = np.random.default_rng(3)
    adjoin, hour = np.ones(24 * 30, dtype=bool), np.tile(np.arange(24), 30)
    found = [frozen(drawn.poisson(mean, 24 * 30).astype(float), adjoin, hour).any()
             for mean in (0.05, 0.5, 3, 20) for _ in range(50)]
    assert sum(found) <= 4


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, float("nan")]), min_size=1, max_size=200), st.data())
def test_only_repeated_numbers_are_frozen(numbers: list[float], data: st.DataObject):
    values = np.array(numbers)
    adjoin = np.array(data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))))
    found = frozen(values, adjoin, np.arange(len(values)) % 24)
    assert not found[0]
    assert (values[1:][found[1:]] == values[:-1][found[1:]]).all()
    assert adjoin[found].all()


def test_of_several_sheets_it_is_said_which_is_read(tmp_path: Path):
    path = tmp_path / "counts.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        for year, rows in (("2023", 30), ("2024", 50)):
            times = pd.date_range(f"{year}-03-01", periods=rows, freq="h")
            pd.DataFrame({"Time": times, "Census": range(rows)}).to_excel(book, sheet_name=year, index=False)
    series, report = read_series(path, time_zone="UTC")
    assert values(series.table) == list(range(50))
    assert any("of 2 sheets, '2024' alone is read" in note for note in report.notes)
    assert values(read_series(path, LogMapping(sheet="2023"), "UTC")[0].table) == list(range(30))


def test_where_it_is_from_goes_with_a_series(written: Written):
    path = written("time,arrivals\n2024-03-04 10:00,3\n2024-03-04 11:00,3\n")
    series, report = read_series(path, LogMapping(dates_comparable=False))
    assert (series.provenance.name, series.provenance.sha256) == ("counts.csv", report.sha256)
    assert len(report.sha256) == 64
    assert not series.provenance.dates_comparable
    assert any("taken as UTC" in note for note in report.notes)


@pytest.mark.parametrize("seed", range(40))
def test_garbage_is_counted_or_refused(written: Written, seed: int):
    rng = np.random.default_rng(seed)
    pieces = [*"0123456789-:;, .abÀ\t'NA", "2024-03-04 10:00", "\n", "Total", "1,234", "1e5", "inf", "٣", "9999-12-31",
              "2024-10-27 01:30", "2024-03-31 01:30"]
    lines = ["time,place,present,arrivals"]
    for _ in range(int(rng.integers(1, 60))):
        month, day, hour, place, present, came = rng.integers((1, 1, 0, 0, -2, 0), (13, 32, 26, 3, 9, 3))
        sound = f"2024-{month:02d}-{day:02d} {hour:02d}:00,{'ABC'[place]},{present},{came}"
        odd = ",".join("".join(rng.choice(pieces, rng.integers(0, 4))) for _ in range(rng.integers(1, 6)))
        lines.append(sound if rng.random() < 0.6 else odd)
    zone = ("Europe/London", "America/Toronto")[seed % 2]
    try:
        series, report = read_series(written("\n".join(lines)), time_zone=zone)
    except BadInput:
        return
    assert counts(report) is not None
    assert report.lines()
    assert (series.table["value"] >= 0).all()
    both = pd.concat([series.table.astype({"place": str, "quantity": str}), series.gaps])
    both = both.sort_values(["quantity", "place", "from"])
    same = (both["place"] == both["place"].shift()) & (both["quantity"] == both["quantity"].shift())
    assert (both["from"] < both["to"]).all()
    assert not (same & (both["from"] < both["to"].shift())).any()
