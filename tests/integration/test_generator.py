"""Sample logs from end to end: what is written, what lies beside it, and what the shipped ones say of themselves."""
from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from hospital_twin.errors import BadInput
from hospital_twin.generator import CLEAN, Generated, Surprises, generate, read_truth
from hospital_twin.kpis import compute_kpis
from hospital_twin.layout import Layout, read_layout
from hospital_twin.shipped import layouts_folder, samples_folder

pytestmark = pytest.mark.integration

SMALL = read_layout(layouts_folder() / "small_ed.yaml")


def _rows(path: Path) -> list[dict[str, str]]:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(text.decode().splitlines()))


def _with_arrivals(layout: Layout, *, times: float) -> Layout:
    sources = {name: source.model_copy(update={"times": times}) for name, source in layout.sources.items()}
    return layout.model_copy(update={"sources": sources})


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return generate(SMALL, days=21, seed=5, folder=tmp_path_factory.mktemp("clean"), surprises=CLEAN, filled_days=10)


@pytest.fixture(scope="module")
def realistic(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return generate(SMALL, days=21, seed=5, folder=tmp_path_factory.mktemp("real"), filled_days=10)


def test_the_log_covers_its_days_on_the_local_clock(clean: Generated) -> None:
    arrivals = [row["Start"] for row in _rows(clean.log_file) if row["Activity"] == "arrive"]
    assert arrivals == sorted(arrivals)
    assert arrivals[0].startswith("2024-06-03")
    assert {a[:10] for a in arrivals} == {f"2024-06-{day:02d}" for day in range(3, 24)}


def test_patients_of_the_first_days_meet_a_hospital_that_is_not_empty(tmp_path: Path) -> None:
    beds = _with_arrivals(read_layout(layouts_folder() / "small_ward_icu.yaml"), times=1.5)

    def waits_for_the_ward(filled_days: int) -> int:
        made = [generate(beds, days=7, seed=seed, folder=tmp_path, name="few", surprises=CLEAN, filled_days=filled_days)
                for seed in range(8)]
        stays = pd.concat([one.log.stays for one in made])
        stays = stays[stays["resource"].eq("ward") & stays["activity"].isin(("stay", "wait"))]
        return int((stays["start"].isna() | (stays["start"] > stays["joined"])).sum())
    assert waits_for_the_ward(90) > 2 * waits_for_the_ward(0)


def test_a_clean_log_says_what_happened_and_nothing_else(clean: Generated) -> None:
    assert clean.truth.beyond_calibration == ()
    assert sum(clean.faults.values()) == 0
    assert clean.truth.hospital.layout == SMALL
    rows = _rows(clean.log_file)
    assert all(row["Start"] <= row["End"] for row in rows if row["Start"] and row["End"])
    assert Counter(row["Activity"] for row in rows)["arrive"] == clean.log.stays["activity"].eq("arrive").sum()
    seen = clean.log.stays[clean.log.stays["activity"].eq("see_doctor")]
    assert Counter(row["Activity"] for row in rows)["see_doctor"] == len(seen)


def test_the_truth_says_all_that_calibration_does_not_assume(realistic: Generated) -> None:
    said = " ".join(departure.what for departure in realistic.truth.beyond_calibration)
    assert len(realistic.truth.beyond_calibration) == 4
    assert all(word in said for word in ("Weibull", "ed_doctor", "spells", "recorded wrongly"))
    assert read_truth(realistic.truth_file) == realistic.truth


def test_the_faults_told_are_those_in_the_log(realistic: Generated) -> None:
    rows = _rows(realistic.log_file)
    twice = sum(one == other for one, other in zip(rows, rows[1:], strict=False) if one["Start"] != one["End"])
    told = realistic.truth.beyond_calibration[-1].numbers
    assert len(rows) == told["rows_before"] + told["twice"]
    assert twice == told["twice"]
    backwards = sum(bool(row["Start"] and row["End"] and row["End"] < row["Start"]) for row in rows)
    assert backwards >= told["swapped"]
    intervals = sum(row["Start"] != row["End"] for row in rows)
    assert sum(realistic.faults.values()) == pytest.approx(0.02 * intervals, rel=0.25)


def test_the_kpis_are_those_of_the_true_run_before_the_faults(realistic: Generated) -> None:
    told = json.loads(realistic.kpis_file.read_text())
    assert (told["start"], told["end"], told["warm_up_days"]) == ("2024-06-03 00:00", "2024-06-24 00:00", 7)
    found = compute_kpis(realistic.log, warm_up=pd.Timedelta(days=7))
    assert len(told["kpis"]) > 20
    for row in told["kpis"]:
        value = found.value(row["kpi"], row["statistic"], row["place"])
        assert pd.isna(value) if row["value"] is None else value == row["value"]


def test_the_same_arguments_write_the_same_bytes(tmp_path: Path) -> None:
    first, second = (generate(SMALL, days=3, seed=2, folder=tmp_path / part, filled_days=2) for part in "ab")
    for a, b in ((first.log_file, second.log_file), (first.truth_file, second.truth_file),
                 (first.kpis_file, second.kpis_file)):
        assert a.read_bytes() == b.read_bytes()
    other = generate(SMALL, days=3, seed=3, folder=tmp_path, filled_days=2)
    assert other.log_file.read_bytes() != first.log_file.read_bytes()


def test_stay_rows_are_plain_csv(tmp_path: Path) -> None:
    made = generate(SMALL, days=7, seed=2, folder=tmp_path, name="stays", surprises=CLEAN, filled_days=2, shape="stays",
                    starts=date(2024, 9, 2))
    assert made.log_file.name == "stays.csv"
    rows = _rows(made.log_file)
    assert {row["Ward"] for row in rows} == {"waiting_room", "bays", "ward"}
    assert rows[0]["In"].startswith("2024-09-02")
    last = {row["Visit"]: row for row in rows}
    assert all(row["Outcome"] for row in last.values() if row["Out"])


@pytest.mark.parametrize(("arguments", "where"), [
    ({"days": 0}, "days"), ({"days": 5000}, "days"), ({"filled_days": -1}, "filled_days"),
    ({"name": "../elsewhere"}, "name"), ({"name": ""}, "name"),
    ({"surprises": Surprises(pace={"surgeon": (1.0,)})}, "surprises.pace")])
def test_what_makes_no_log_is_refused(arguments: dict, where: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as answer:
        generate(SMALL, **{"days": 2, "seed": 1, "folder": tmp_path / "new", **arguments})
    assert answer.value.where == where
    assert not (tmp_path / "new").exists()


def test_a_hospital_to_which_nobody_comes_makes_no_log(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nobody comes"):
        generate(_with_arrivals(SMALL, times=0.0), days=2, seed=1, folder=tmp_path, filled_days=0)


# ---- the samples that come with the program
def test_the_shipped_year_is_small_whole_and_says_what_it_is() -> None:
    folder = samples_folder()
    log = folder / "community_year.csv.gz"
    assert log.stat().st_size <= 5_000_000
    truth = read_truth(folder / "community_year.truth.yaml")
    assert (truth.synthetic, truth.days, truth.log) == (True, 366, log.name)
    said = {departure.where for departure in truth.beyond_calibration}
    assert len(said) == 4
    rows = _rows(log)
    told = truth.beyond_calibration[-1].numbers
    assert len(rows) == told["rows_before"] + told["twice"]
    arrivals = [row["Start"][:10] for row in rows if row["Activity"] == "arrive"]
    assert (arrivals[0], arrivals[-1]) == ("2024-01-01", "2024-12-31")
    assert json.loads((folder / "community_year.expected_kpis.json").read_text())["synthetic"] is True
    assert "synthetic" in (folder / "README.md").read_text()


def test_the_shipped_stays_are_what_the_generator_writes(tmp_path: Path) -> None:
    truth = read_truth(samples_folder() / "stays_small.truth.yaml")
    made = generate(read_layout(layouts_folder() / "community_hospital.yaml"), days=truth.days, seed=truth.seed,
                    folder=tmp_path, name="stays_small", shape="stays", filled_days=truth.filled_days)
    shipped, new = (_rows(path) for path in (samples_folder() / "stays_small.csv", made.log_file))
    # Another machine's exponential may differ in the last bit, and a time be one minute later; but nothing more.
    assert len(shipped) == pytest.approx(len(new), rel=0.001)
    assert sum((Counter(map(str, shipped)) & Counter(map(str, new))).values()) > 0.99 * len(new)
