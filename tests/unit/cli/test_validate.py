"""`hospital-twin validate`: yes, no, or that it cannot be told."""
from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from hospital_twin import validation
from hospital_twin.cli._endings import exit_code
from hospital_twin.eventlog import WHOLE_HOSPITAL
from hospital_twin.kpis import kpi_drawer
from hospital_twin.validation import BESIDE_COLUMNS, BackCheck

pytestmark = pytest.mark.unit
HEADLINES = [kpi for kpi in kpi_drawer().values() if not kpi.assumes]


def checked(off: int, wide: int = 0) -> BackCheck:
    """A back-check of ten headlines, the first of them off, the last too wide to tell."""
    rows = []
    for number, kpi in enumerate(HEADLINES):
        verdict = "off" if number < off else "too wide to tell" if number >= len(HEADLINES) - wide else "inside"
        rows.append((kpi.id, WHOLE_HOSPITAL, pd.NA, kpi.headline, kpi.unit, 9.0 if verdict == "off" else 5.0, 5.0, 4.0,
                     6.0, 20, verdict, f"{kpi.id} says so"))
    hospital = SimpleNamespace(fitted_on=SimpleNamespace(start="2025-01-01T00", end="2025-03-01T00"))
    runs = SimpleNamespace(days=30.0, replications=tuple(range(20)))
    return BackCheck(pd.Timestamp("2025-03-01", tz="UTC"), hospital, runs,
                     pd.DataFrame(rows, columns=list(BESIDE_COLUMNS)).astype(BESIDE_COLUMNS))


@pytest.mark.parametrize(("check", "options", "code", "answer"), [
    (checked(2), [], 0, "yes"), (checked(3), [], 1, "no"), (checked(3), ["--most-off", "3"], 0, "yes"),
    (checked(1), ["--most-off", "0"], 1, "no"), (checked(0, wide=10), [], 1, "cannot tell")])
def test_the_answer_is_the_exit_code(check: BackCheck, options: list[str], code: int, answer: str, tmp_path: Path,
                                     monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "log.csv"
    path.write_text("visit,Ward,In,Out\n1,ED,2025-03-03 10:00,2025-03-03 12:00\n")
    monkeypatch.setattr(validation, "back_check", lambda *_, **__: check)
    assert exit_code(["validate", str(path), *options]) == code
    said = " ".join(capsys.readouterr().out.split())
    assert f"Answer: {answer}. Fitted on 2025-01-01 to 2025-03-01" in said
    assert ("Too wide a range to tell: Boarding, " in said) == (answer == "cannot tell")
    assert exit_code(["validate", str(path), *options, "--json"]) == code
    told = json.loads(capsys.readouterr().out)
    assert told["fits"] is {"yes": True, "no": False}.get(answer)
    assert len(told["off"]) == sum(check.table["verdict"].eq("off"))
