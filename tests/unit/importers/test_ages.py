"""Ages and births become bands, in five languages; nobody over 89 is told apart, and nothing else of them is kept."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital_twin.calibration import calibrate
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog
from hospital_twin.importers import QualityReport, read_log
from hospital_twin.importers._ages import BANDS, Bands, band_of, banded, language_of_ages
from hospital_twin.importers._columns import words_of
from hospital_twin.importers._fields import LANGUAGES
from tests.tiny import layout_of
from tests.unit.importers.conftest import Read, as_written

pytestmark = pytest.mark.unit

Value = Callable[[int], object]
N = 250


def rows(heading: str, value: Value, came: Callable[[int], date] = lambda v: date(2025, 3, 1) + timedelta(v % 28)
         ) -> str:
    """Two stays of each of some visits, with a column of ages in both."""
    return f"visit,unit,start,end,{heading}\n" + "".join(
        f"{v},{unit},{came(v)} {begin}:00,{came(v)} {begin + 2}:00,\"{value(v)}\"\n"
        for v in range(N) for unit, begin in (("ED", 10), ("Ward 3", 12)))


def bands_of(log: EventLog, name: str = "age_band") -> pd.Series:
    """The band of each visit, of which all rows have the same."""
    each = as_written(log).groupby("visit")[name].agg(lambda own: set(own.astype(object)))
    assert each.map(len).eq(1).all()
    return each.map(lambda own: next(iter(own)))


def band(years: int) -> str:
    edges = (5, 18, 45, 65, 75, 85)
    return BANDS[sum(years >= edge for edge in edges)]


HEADINGS = ("Age", "age_at_arrival", "ED_AGE", "Patient Age (years)", "anchor_age", "Âge", "Age du patient",
            "Alter", "Alter bei Aufnahme", "Alter in Jahren", "Lebensalter", "Leeftijd", "Leeftijd bij opname", "Edad",
            "Edad (años)", "edad_ingreso")
BIRTHS = ("Date of birth", "DOB", "BirthDate", "patient_dob", "Date de naissance", "DDN", "Geburtsdatum", "Geb.-Datum",
          "Geboortedatum", "Fecha de nacimiento", "fec_nac")
YEARS = ("Year of birth", "YOB", "Année de naissance", "Geburtsjahr", "Geboortejaar", "Año de nacimiento")


@pytest.mark.parametrize("heading", [*HEADINGS, *BIRTHS, *YEARS])
def test_headings_of_five_languages_mean_an_age_or_a_birth(heading: str):
    language, _ = language_of_ages(words_of(heading))
    assert language in LANGUAGES.values()


@pytest.mark.parametrize("heading", HEADINGS[::5])
def test_ages_are_kept_as_bands_alone(read: Read, heading: str):
    log, report = read(rows(heading, lambda v: v % 111))
    assert log.attributes == ("age_band",)
    assert bands_of(log).tolist() == [band(v % 111) for v in range(N)]
    assert set(log.stays["age_band"].cat.categories) == set(BANDS)
    assert report.counts() == {}
    counts = bands_of(log).value_counts()
    assert ", ".join(f"{name}: {counts[name]}" for name in BANDS) in "\n".join(report.notes)


@pytest.mark.parametrize(("heading", "how"), list(zip(BIRTHS[::2], cycle((
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y%m%d", "%d-%b-%Y")), strict=False)))
def test_births_become_the_band_of_the_age_at_arrival(read: Read, heading: str, how: str):
    born = [date(2025, 3, 1) + timedelta(v % 28) - timedelta(days=137 * v + v % 3) for v in range(N)]
    log, report = read(rows(heading, lambda v: born[v].strftime(how)))
    assert log.attributes == ("age_band",)
    expected = [(came := date(2025, 3, 1) + timedelta(v % 28)).year - day.year
                - ((came.month, came.day) < (day.month, day.day)) for v, day in enumerate(born)]
    assert bands_of(log).tolist() == [band(years) for years in expected]
    assert report.counts() == {}


@pytest.mark.parametrize("heading", YEARS[::3])
def test_years_of_birth_are_understood(read: Read, heading: str):
    log, _ = read(rows(heading, lambda v: 1920 + v % 106))
    assert bands_of(log).tolist() == [band(105 - v % 106) for v in range(N)]


@settings(max_examples=40, deadline=None)
@given(st.dates(date(1905, 1, 1), date(2024, 12, 31)), st.integers(0, 119))
def test_a_birthday_counts_from_its_day_on(came: date, years: int):
    born = date(came.year - years, came.month, min(came.day, 28))
    late = born + timedelta(days=1 + (came.day > 28) * (came.day - 28))
    arrivals = np.array([came, came], dtype="datetime64[D]")
    found = banded(np.array([born.isoformat(), late.isoformat()], dtype=object), ("dob",), arrivals, Bands(), None)
    after = years - 1 if late.month == came.month or late > date(late.year, came.month, 28) else years
    assert found.texts[0] == band(years)
    assert found.texts[1] == ("" if after < 0 else band(after)) or late.day <= 3
    assert not found.wrong[0]


def test_the_order_of_day_and_month_is_that_of_the_log_or_their_own_and_no_birth_is_ever_shown(read: Read):
    born = [date(1930 + v % 95, 1 + v % 12, 1 + v % 12) for v in range(N)]
    log, report = read(rows("DOB", lambda v: f"{born[v].day:02}/{born[v].month:02}/{born[v].year}"))
    assert set(bands_of(log)) == set(BANDS)
    unclear = [f"{1 + v % 12:02}/{1 + v % 11:02}/{1930 + v % 90}" for v in range(N)]
    log, report = read(rows("DOB", lambda v: unclear[v]))
    assert set(bands_of(log)) == {"unknown"}
    assert any("day and month in the dates of birth cannot be told" in note for note in report.notes)
    shown = "\n".join(report.lines()) + str(report.to_dict())
    assert not any(text in shown for text in unclear)


WRITTEN = (
    ("6 months", 0), ("6 Monate", 0), ("14 mois", 1), ("3w", 0), ("12 d", 0), ("045Y", 45), ("34 ans", 34),
    ("17.9", 17), ("4,99", 4), ("5.0", 5), ("70 Jahre", 70), ("64 años", 64), ("84 jaar", 84), (">89", 90),
    ("90+", 90), ("over 89", 90), ("< 1", 0), ("85 years and over", 85))


def test_ages_in_words_and_units_beside_plain_ones(read: Read):
    log, report = read(rows("Age", lambda v: WRITTEN[v][0] if v < len(WRITTEN) else v % 90))
    assert bands_of(log)[:len(WRITTEN)].tolist() == [band(years) for _, years in WRITTEN]
    assert report.counts() == {}


def test_an_age_in_months_by_its_heading(read: Read):
    log, _ = read(rows("Age (months)", lambda v: v * 4))
    assert bands_of(log).tolist() == [band(v * 4 // 12) for v in range(N)]


@pytest.mark.parametrize(("heading", "sound", "wrong"), [
    ("Age", "30", ("-3", "x", "151", "998", "Smith", "1890-01-01", "12345678901")),
    ("dob", "1960-02-03", ("2031-01-01", "1900-01-01", "1850-02-02", "soon", "19600203x"))])
def test_what_is_no_age_and_no_birth_is_unknown_and_listed_by_its_shape(read: Read, heading: str, sound: str,
                                                                       wrong: tuple[str, ...]):
    log, report = read(rows(heading, lambda v: wrong[v] if v < len(wrong) else sound))
    assert set(bands_of(log)[:len(wrong)]) == {"unknown"}
    assert "unknown" not in set(bands_of(log)[len(wrong):])
    assert report.counts() == {("repaired", "no_age"): 2 * len(wrong)}
    assert not {*wrong, sound} & set(report.faults["shape"])


def test_the_age_at_arrival_holds_for_the_visit(read: Read):
    text = rows("Age", lambda v: 44)
    lines = text.splitlines()
    lines[2] = lines[2].replace('"44"', "45")  # a birthday in hospital
    lines[4] = lines[4].removesuffix('"44"')
    log, _ = read("\n".join(lines))
    assert bands_of(log)[[0, 1]].tolist() == ["18-44", "18-44"]


def test_bands_of_the_log_stay_but_for_those_that_tell_the_oldest_apart(read: Read):
    theirs = ["0-17", "18-64", "65-89", "90-94", "95-99", "100+"]
    log, _ = read(rows("Age group", lambda v: theirs[v % 6]))
    assert bands_of(log).tolist() == [theirs[v % 6] if v % 6 < 3 else "90+" for v in range(N)]
    assert log.stays["age_band"].cat.categories.tolist() == ["0-17", "18-64", "65-89", "90+"]
    log, _ = read(rows("Age group", lambda v: ("adult", "child")[v % 2]))
    assert set(bands_of(log)) == {"adult", "child"}
    log, _ = read(rows("Altersgruppe", lambda v: v % 5 + 1))
    assert set(bands_of(log)) == {1, 2, 3, 4, 5}


@given(st.lists(st.integers(0, 119), min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_two_ages_over_89_are_ever_told_apart(years: list[int]):
    for texts in ([str(age) for age in years], [f"{age // 5 * 5}-{age // 5 * 5 + 4}" for age in years],
                  [f"{age // 7 * 7}-{age // 7 * 7 + 6}" if age % 2 else str(age) for age in years]):
        found = banded(np.array(texts, dtype=object), ("age", "group"), None, Bands(), None)
        oldest = {name for name, age in zip(found.texts, years, strict=True) if age > 89}
        assert len(oldest) <= 1 or all(int(t) <= 25 for t in texts if t.isdigit())


def test_a_layout_says_which_bands(read: Read):
    def layout(values: str):
        return layout_of(f"""
            attributes: {{age_band: {{values: {values}}}}}
            units: {{ed: {{kind: ed, places: 4}}, ward_3: {{kind: ward, places: 9}}}}
            sources: {{a: {{pathway: p, rate: 1, ceiling: 1}}}}
            pathways: {{p: [{{move: m, to: ed}}, {{leave: out, as: home}}]}}
        """)
    log, _ = read(rows("Geburtsjahr", lambda v: 2025 - v % 100), layout=layout('["0-15", "16-69", "70+"]'))
    assert bands_of(log).tolist() == [("0-15", "16-69", "70+")[(v % 100 > 15) + (v % 100 > 69)] for v in range(N)]
    with pytest.raises(BadInput, match="90-94, 95\\+ tell ages over 89 apart"):
        read(rows("Age", lambda v: v % 100), layout=layout('["0-89", "90-94", "95+"]'))
    log, report = read(rows("Age", lambda v: v % 100), layout=layout_of("""
        units: {ed: {kind: ed, places: 4}, ward_3: {kind: ward, places: 9}}
        sources: {a: {pathway: p, rate: 1, ceiling: 1}}
        pathways: {p: [{move: m, to: ed}, {leave: out, as: home}]}
    """))
    assert log.attributes == ()
    assert report.unused == ("Age",)


def test_a_mapping_cannot_let_an_age_or_a_birth_in(read: Read):
    for heading, value in (("Age", lambda v: 70 + v % 40), ("DOB", lambda v: f"19{v % 3 + 20}-05-06")):
        log, _ = read(rows(heading, value), mapping={"attributes": {"mine": heading}})
        assert set(bands_of(log, "mine")) <= set(BANDS)
    log, _ = read(rows("X1", lambda v: 70 + v % 40), mapping={"attributes": {"age": "X1"}})
    assert set(bands_of(log, "age")) <= set(BANDS)


def test_a_column_that_few_rows_fill_has_to_be_named(read: Read):
    text = rows("Age", lambda v: 70 if v % 5 == 0 else "")
    log, report = read(text)
    assert (log.attributes, report.unused) == ((), ("Age",))
    log, _ = read(text, mapping={"attributes": {"age_band": "Age"}})
    assert bands_of(log).tolist() == ["65-74" if v % 5 == 0 else "unknown" for v in range(N)]


def test_no_number_of_a_person_is_an_age(read: Read):
    log, report = read(rows("Patient Age", lambda v: v % 90))
    assert report.columns["age_band"] == "Patient Age"
    assert "patient" not in report.columns


@pytest.mark.parametrize("heading", ["Birth weight", "Place of birth", "Geburtsort", "Gestational age", "Stage",
                                     "Mother age", "Voyage", "Birth order", "Lieu de naissance"])
def test_other_births_and_ages_are_nobody_s(heading: str):
    assert language_of_ages(words_of(heading)) is None


def test_a_birth_without_a_date_of_arrival_tells_nothing(read: Read):
    log, report = read("visit,unit,arrival_hour,LOS (h),DOB\n" + "".join(f"{v},ED,{v % 24},4,1950-02-03\n"
                                                                         for v in range(N)))
    assert set(bands_of(log)) == {"unknown"}
    assert any("without one a birth gives no age" in note for note in report.notes)


def test_stays_are_fitted_by_band(read: Read):
    hours = {"0-4": 10, "75-84": 40}
    text = "visit,unit,start,end,Date of birth\n" + "".join(
        f"{v},Ward,{(begin := pd.Timestamp('2025-03-01') + pd.Timedelta(hours=4 * v))},"
        f"{begin + pd.Timedelta(hours=(hours['0-4' if v % 2 else '75-84'] * (0.5 + v * 37 % 100 / 100)))},"
        f"{'2023-05-05' if v % 2 else '1946-05-05'}\n" for v in range(400))
    layout = layout_of("""
        time_zone: UTC
        attributes: {age_band: {values: ["0-4", "5-74", "75-84", "85+"]}}
        units: {ward: {kind: ward, places: 300}}
        sources: {door: {pathway: p, rate: 1, ceiling: 9, sets: {age_band: {draw: {0-4: 0.5, 75-84: 0.5}}}}}
        pathways:
          p:
            - {move: in, to: ward}
            - {stay: bed, takes: {by: age_band, of: {0-4: "exponential(mean 20 h)", 5-74: "exponential(mean 20 h)",
                                                    75-84: "exponential(mean 20 h)", 85+: "exponential(mean 20 h)"}}}
            - {leave: out, as: home}
    """)
    log, _ = read(text, layout=layout)
    fitted = {fit.path: fit for fit in calibrate(log, layout).fits}
    for name, mean in hours.items():
        fit = fitted[f"pathways.p.bed.takes (age_band {name})"]
        assert fit.n == 200
        assert fit.low < mean < fit.high


def test_bands_are_read_as_written():
    assert [band_of(text) for text in ("18-44", "18 – 44 years", "[18,45)", "85+", ">84", "<5", "4", "x", "44-18")] == [
        (18, 44), (18, 44), (18, 44), (85, None), (85, None), (0, 4), None, None, None]


def test_other_files_read_alike(tmp_path: Path):
    table = pd.DataFrame({"visit": range(N), "unit": "ED", "start": pd.Timestamp("2025-03-01 10:00"),
                          "end": pd.Timestamp("2025-03-01 12:00"),
                          "dob": [pd.Timestamp("2020-01-01") - pd.Timedelta(days=100 * v) for v in range(N)]})
    table.to_parquet(tmp_path / "log.parquet")
    table.to_excel(tmp_path / "log.xlsx", index=False, engine="xlsxwriter")
    table.to_csv(tmp_path / "log.csv", index=False)
    found: list[tuple[EventLog, QualityReport]] = [read_log(tmp_path / f"log.{kind}", time_zone="UTC")
                                                   for kind in ("csv", "parquet", "xlsx")]
    assert all(bands_of(log).equals(bands_of(found[0][0])) for log, _ in found)
    assert set(bands_of(found[0][0])) == {"5-17", "18-44", "45-64", "65-74"}
