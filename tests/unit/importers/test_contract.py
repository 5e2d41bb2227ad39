"""What every importer of the drawer promises, also those that are still to come."""
from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

import hospital_twin.importers as house
from hospital_twin.errors import BadInput
from hospital_twin.importers import LogMapping, Options, RawRows, _intake, importer_drawer, read_log
from tests.tiny import layout_of
from tests.unit.importers.conftest import Read, rows

pytestmark = pytest.mark.unit

NOTHING = Options(None, LogMapping(), None)
every_importer = pytest.mark.parametrize("name", sorted(importer_drawer()))


def test_the_drawer_holds_an_importer_per_file():
    files = {path.stem for path in Path(house.__file__).parent.glob("*.py") if not path.name.startswith("_")}
    assert set(importer_drawer()) >= files
    assert len(files) >= 5


def written(name: str, folder: Path, *, bad: int = 0, cut: int = 0) -> Path:
    """An importer's sample in a folder of its own: with bad lines below the first row and at the end of each file, or
    without the last characters."""
    sample = importer_drawer()[name].sample
    folder = folder / f"{name} {bad} {cut}"
    folder.mkdir()
    for file, text in sample.files.items():
        lines, planted = text.splitlines(), [sample.bad[file]] * bad
        first = sample.header + 1
        whole = "\n".join([*lines[:first], *planted, *lines[first:], *planted])
        (folder / file).write_text(whole[:len(whole) - cut] + "\n" * (not cut), encoding="utf-8")
    return folder if len(sample.files) > 1 else folder / next(iter(sample.files))


def rows_in(name: str) -> dict[str, int]:
    """File of an importer's sample → its rows."""
    sample = importer_drawer()[name].sample
    return {file: len(text.splitlines()) - sample.header for file, text in sample.files.items()}


@every_importer
def test_an_importer_says_what_it_is(name: str):
    importer = importer_drawer()[name]
    assert importer.title
    assert importer.understands
    assert set(importer.sample.bad) == set(importer.sample.files)
    assert all(importer.sample.bad.values())
    assert min(rows_in(name).values()) >= 1


@every_importer
def test_an_importer_is_not_certain_of_an_empty_folder(name: str, tmp_path: Path):
    assert importer_drawer()[name].accepts(tmp_path, NOTHING) == 0.0


@every_importer
def test_a_sample_is_read_by_its_own_importer(name: str, tmp_path: Path):
    log, report = read_log(written(name, tmp_path), time_zone="UTC")
    assert report.shape == importer_drawer()[name].title
    assert [file.read for file in report.files] == list(rows_in(name).values())
    assert report.rejected == 0
    assert log.stays["activity"].eq("stay").any()


@every_importer
def test_every_line_is_read_and_either_kept_or_rejected_by_its_number(name: str, tmp_path: Path):
    keeps_its_books(name, tmp_path)


def keeps_its_books(name: str, folder: Path) -> None:
    sample, bad = importer_drawer()[name].sample, 3
    sound, _ = read_log(written(name, folder), importer=name, time_zone="UTC")
    log, report = read_log(written(name, folder, bad=bad), importer=name, time_zone="UTC")
    first = sample.header + 2
    for file, sound_rows in zip(report.files, rows_in(name).values(), strict=True):
        assert file.read == sound_rows + 2 * bad
        assert (file.kept, file.rejected) == (sound_rows, 2 * bad)
        out = report.faults[report.faults["file"].eq(file.name) & report.faults["action"].eq("rejected")]
        last = sample.header + sound_rows + bad + 1
        assert sorted(out["line"]) == [*range(first, first + bad), *range(last, last + bad)]
    assert log.stays.equals(sound.stays)


@every_importer
def test_a_file_that_is_cut_off_adds_up_or_is_refused(name: str, tmp_path: Path):
    for cut in (1, 4, 9):
        try:
            _, report = read_log(written(name, tmp_path, cut=cut), importer=name, time_zone="UTC")
        except BadInput:
            continue
        assert report.read == sum(rows_in(name).values())
        assert report.kept + report.rejected == report.read


GARBAGE = ("", "NA", "soon", "1", "-5", "1:30", "2025-03-03 10:00", "25/04/2025", "9999-12-31", "1e308", "9" * 20, '"x',
           "a;b", "\0", "é", "ED", "ED arrival", "Admission IC", "Return ER", "Discharge", "start", "complete",
           "schedule")


@every_importer
def test_rows_of_garbage_add_up(name: str, tmp_path: Path):
    sample, draw = importer_drawer()[name].sample, np.random.default_rng(7)
    path = written(name, tmp_path)
    for file in sample.files:
        target = path / file if path.is_dir() else path
        width = sample.files[file].splitlines()[0].count(",") + 1
        sound = sample.files[file].splitlines()[sample.header:]
        garbage = [",".join(row) for row in draw.choice(GARBAGE, (3_000, width))]
        with target.open("a", encoding="utf-8") as log:
            log.write("\n".join([*sound * 300, *garbage]) + "\n")
    _, report = read_log(path, importer=name, time_zone="Europe/London")
    assert report.kept + report.rejected == report.read
    assert report.rejected > 0


@every_importer
def test_what_is_no_text_is_refused(name: str, tmp_path: Path):
    path = written(name, tmp_path)
    for file in importer_drawer()[name].sample.files:
        (path / file if path.is_dir() else path).write_bytes(b"\xff\x00\x80" * 200)
    with pytest.raises(BadInput):
        read_log(path, importer=name, time_zone="UTC")


def test_an_importer_that_drops_what_it_cannot_read_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    honest = importer_drawer()["stays"]

    def drops(path: Path, options: Options) -> RawRows:
        text = path.read_text(encoding="utf-8").replace(honest.sample.bad["stays.csv"] + "\n", "")
        path.write_text(text, encoding="utf-8")
        return honest.read(path, options)

    monkeypatch.setattr(_intake, "entry", lambda *_, **__: replace(honest, read=drops))
    with pytest.raises(AssertionError):
        keeps_its_books("stays", tmp_path)


HOSPITAL = [
    # Visit, patient, what, where, from, until, how it ended: the hospital that every sample of the drawer is of.
    (1, 1, "arrive", "", "3 10:05", "3 10:05", "done"),
    (1, 1, "stay", "ed", "3 10:05", "3 14:00", "done"),
    (1, 1, "stay", "ward_3", "3 14:10", "5 09:00", "done"),
    (1, 1, "leave", "ward_3", "5 09:00", "5 09:00", "home"),
    (2, 2, "arrive", "", "3 11:00", "3 11:00", "done"),
    (2, 2, "stay", "ed", "3 11:00", "3 12:30", "done"),
    (2, 2, "leave", "ed", "3 12:30", "3 12:30", "home"),
]
WHAT = ("visit", "patient", "activity", "unit", "start", "end", "end_reason")


@every_importer
def test_every_shape_of_one_hospital_gives_the_same_stays(name: str, tmp_path: Path):
    log, _ = read_log(written(name, tmp_path), time_zone="UTC")
    assert rows(log, *WHAT) == HOSPITAL
    assert log.units == {"ed": "ed", "ward_3": "ward"}


def as_xlsx(table: pd.DataFrame, path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([tuple(table.columns), *table.itertuples(index=False)]):
            sheet.write_row(number, 0, row)


def as_parquet(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path)


def as_xes(table: pd.DataFrame, path: Path) -> None:
    """Events in traces, of those whose columns can be that."""
    keys = {"activity": "concept:name", "timestamp": "time:timestamp"}
    said = []
    for visit, own in table.groupby("visit", sort=False):
        said.append(f'<trace><string key="concept:name" value="{visit}"/>')
        for event in own.drop(columns="visit").to_dict("records"):
            said.append("<event>")
            for key, value in event.items():
                kind = "date" if key == "timestamp" else "string"
                shown = f"{value.replace(' ', 'T')}:00+00:00" if key == "timestamp" else value
                said.append(f'<{kind} key="{keys.get(key, key)}" value="{shown}"/>')
            said.append("</event>")
        said.append("</trace>")
    path.write_text(f"<log>{''.join(said)}</log>", encoding="utf-8")


CONTAINERS = {"xlsx": as_xlsx, "parquet": as_parquet, "xes": as_xes}


@every_importer
@pytest.mark.parametrize("container", CONTAINERS)
def test_every_container_of_one_hospital_gives_the_same_stays(name: str, container: str, tmp_path: Path):
    files = importer_drawer()[name].sample.files
    one = next(iter(files.values()))
    if len(files) > 1 or not next(iter(files)).endswith(".csv"):
        pytest.skip(f"{name} is a shape of several files, or of a kind of file of its own")
    table = pd.read_csv(io.StringIO(one), dtype=str, keep_default_na=False)
    if container == "xes" and not {"visit", "activity", "timestamp"} <= set(table.columns):
        pytest.skip(f"{name} is no shape of events, and XES holds nothing else")
    path = tmp_path / f"log.{container}"
    CONTAINERS[container](table, path)
    log, report = read_log(path, time_zone="UTC")
    assert report.shape == importer_drawer()[name].title
    assert rows(log, *WHAT) == HOSPITAL
    assert report.read == report.kept == len(table)


LAYOUT = """
    time_zone: Europe/London
    attributes: {acuity: [1, 2, 3]}
    staff: {ed_medic: {on_duty: 2, role: doctor}}
    units:
      ed: {kind: ed, places: 4}
      ward_3: {kind: high_dependency, places: 7}
      icu: {kind: critical_care, places: 2}
    sources: {a: {pathway: p, rate: 1, ceiling: 1, sets: {acuity: 2}}}
    pathways: {p: [{move: m, to: ed}, {do: see, by: ed_medic, takes: 10 min}, {leave: out, as: home}]}
"""


def test_a_layout_gives_kinds_classes_zone_staff_and_capacity(read: Read):
    log, report = read("""
        visit,unit,start,end,seen,acuity
        1,ED,2025-07-03 10:05,2025-07-03 14:00,2025-07-03 10:30,2
        1,Ward 3,2025-07-03 14:00,2025-07-05 09:00,,2
        2,ED,2025-07-03 11:00,2025-07-03 12:30,,9
    """, layout=layout_of(LAYOUT), time_zone=None)
    assert log.time_zone == "Europe/London"
    assert str(log.start) == "2025-07-03 09:05:00+00:00"
    assert log.units == {"ed": "ed", "ward_3": "high_dependency"}
    assert log.resources == {"ed": "place", "ward_3": "place", "ed_medic": "doctor"}
    assert list(log.stays["acuity"].cat.categories) == [1, 2, 3, "9"]
    assert log.stays["resource"].eq("ed_medic").sum() == 1
    last = log.capacity.drop_duplicates("resource", keep="last").set_index("resource")["amount"]
    assert last.to_dict() == {"ed": 4, "ward_3": 7, "ed_medic": 2}
    assert list(report.faults["reason"]) == ["not_in_layout"]
    assert "occupancy in per cent, and time full" in report.can


def test_a_mapping_renames_units_and_leaves_some_out(read: Read):
    log, report = read("""
        visit,unit,start,end
        1,E1,2025-07-03 10:05,2025-07-03 14:00
        1,TOTAL,2025-07-03 14:00,2025-07-05 09:00
        1,X9,2025-07-03 14:00,2025-07-05 09:00
    """, mapping={"units": {"E1": "majors", "TOTAL": None, "gone": "ward"}, "kinds": {"x9": "recovery"}})
    assert log.units == {"majors": "ed", "x9": "recovery"}
    assert report.counts() == {("rejected", "unit_of_nothing"): 1}
    assert any("not in this log: gone" in note for note in report.notes)
