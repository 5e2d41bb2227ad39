"""The sample's planted departures from what calibration assumes, as the demo's back-check tells of them."""
from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.verify import verified
from hospital_twin import read_layout, read_log
from hospital_twin.calibration import calibrate
from hospital_twin.kpis import kpi_drawer
from hospital_twin.runs import Experiment, run
from hospital_twin.shipped import layouts_folder, samples_folder
from hospital_twin.validation import beside

pytestmark = pytest.mark.verify
WARM_UP = pd.Timedelta(days=28)


def compute() -> dict[str, Any]:
    layout = read_layout(layouts_folder() / "community_hospital.yaml")
    log, _ = read_log(samples_folder() / "community_year.csv.gz", layout=layout)
    runs = run(Experiment(calibrate(log, layout), days=63, warm_up_days=WARM_UP.days, seed=1), replications=8)
    table = beside(log, runs, warm_up=WARM_UP)
    table = table[table["verdict"].ne("not computable")]
    kpis = kpi_drawer()
    wanted = [line.statistic == kpis[line.kpi].headline or bool(kpis[line.kpi].assumes) for line in table.itertuples()]
    shown = table[table["hour"].isna().to_numpy() & np.array(wanted)]
    return {"seed": 1, "replications": 8, "numbers": len(table), "off": int(table["verdict"].eq("off").sum()),
            "rows": shown.drop(columns=["hour", "replications"]).to_dict("records")}


def test_the_back_check_shows_where_the_twin_is_off(capsys: pytest.CaptureFixture):
    found = verified("departures_community_year", compute)
    rows = pd.DataFrame(found["rows"])
    tests = rows[rows["kpi"].map(lambda name: bool(kpi_drawer()[name].assumes))]
    with capsys.disabled():
        sys.stdout.write(f"\nThe sample year beside its twin: {found['off']} of {found['numbers']} numbers off\n"
                         + "\n".join(tests.loc[tests["verdict"].eq("off"), "says"]) + "\n")
    # Every kind of departure of data_samples/community_year.truth.yaml is shown, and what it leaves alone is not off.
    assert set(tests.loc[tests["verdict"].eq("off"), "kpi"]) == {"stay_quartiles", "tasks_alike", "weeks_alike"}
    answers = rows.drop(tests.index)
    assert answers["verdict"].eq("inside").sum() >= 8
