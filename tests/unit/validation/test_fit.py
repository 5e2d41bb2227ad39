"""Whether a log is one that the twin could have written."""
import pandas as pd
import pytest
from scipy.stats import binom

from hospital_twin.eventlog import WHOLE_HOSPITAL
from hospital_twin.kpis import kpi_drawer
from hospital_twin.validation import fit_of
from hospital_twin.validation.fit import by_chance

pytestmark = pytest.mark.unit
HEADLINES = [(kpi.id, WHOLE_HOSPITAL, pd.NA, kpi.headline) for kpi in kpi_drawer().values() if not kpi.assumes]
UNITS = [("occupancy", f"ward {n}", pd.NA, "census") for n in range(15)]
HOURS = [("occupancy", WHOLE_HOSPITAL, n, "share") for n in range(24)]


def table(numbers: list[tuple], off: int = 0, rest: str = "inside") -> pd.DataFrame:
    rows = [(*key, "off" if n < off else rest, f"says {n}") for n, key in enumerate(numbers)]
    return pd.DataFrame(rows, columns=["kpi", "place", "hour", "statistic", "verdict", "says"]).astype({"hour": "Int8"})


@pytest.mark.parametrize(("known", "allowed"), [(0, 0), (1, 1), (2, 1), (4, 1), (10, 2), (25, 4)])
def test_more_are_off_by_chance_once_in_fifty_times_at_most(known, allowed):
    assert by_chance(known) == allowed
    if known > 1:
        assert binom.sf(allowed, known, 0.05) <= 0.02 < binom.sf(allowed - 1, known, 0.05)


@pytest.mark.parametrize(("off", "fits"), [(0, True), (2, True), (3, False), (10, False)])
def test_the_headlines_decide(off, fits):
    found = fit_of(table(HEADLINES, off))
    assert (found.what, found.known, found.allowed, found.fits) == ("headline numbers", 10, 2, fits)
    assert found.off == tuple(f"says {n}" for n in range(off))
    assert found.says() == (f"The log is {'' if fits else 'not '}one that the twin could have written: {off} of 10 "
                            "headline numbers lie outside of the twin's range, and up to 2 may be so by chance.")


def test_with_few_headlines_all_numbers_decide_but_for_those_of_an_hour():
    every = table(UNITS, off=15)
    for headlines in ([], HEADLINES[:1]):
        found = fit_of(pd.concat([table(headlines), every, table(HOURS, off=24)], ignore_index=True))
        assert (found.what, found.known, found.fits) == ("numbers", 15 + len(headlines), False)
    assert fit_of(table(UNITS, off=1)).fits


@pytest.mark.parametrize("numbers", [[], HEADLINES[:1], HOURS])
def test_nothing_to_compare_is_no_answer(numbers):
    assert fit_of(table(numbers)).fits is None
    assert "cannot be told" in fit_of(table(numbers)).says()


def test_neither_wide_nor_unknown_numbers_nor_tests_of_assumptions_count():
    tests = [(kpi.id, WHOLE_HOSPITAL, pd.NA, kpi.headline) for kpi in kpi_drawer().values() if kpi.assumes]
    rows = [table(HEADLINES[:2], off=2), table(HEADLINES[2:5], rest="too wide to tell"),
            table(HEADLINES[5:], rest="not computable"), table(tests)]
    assert (fit_of(pd.concat(rows)).known, fit_of(pd.concat(rows)).fits) == (2, False)


def test_another_limit_is_kept_to():
    assert fit_of(table(HEADLINES, 1), most_off=0).fits is False
    assert fit_of(table(HEADLINES, 1), most_off=0).says().endswith("and none may be so.")
    assert fit_of(table(HEADLINES, 5), most_off=5).fits is True
