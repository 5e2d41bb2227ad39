"""The back-check can fail: what calibration takes for granted is found wanting where it is wrong, and only there."""
from __future__ import annotations

import pandas as pd
import pytest

from hospital_twin.calibration import calibrate
from hospital_twin.engines.simpy_engine import simulate
from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout
from hospital_twin.program import compile_program
from hospital_twin.reports import beside_rows, beside_sentence
from hospital_twin.runs import Experiment, run
from hospital_twin.validation import beside
from tests.tiny import layout_of

pytestmark = pytest.mark.integration
ASSUMED = '"lognormal(median 30 h, sigma 0.8)"'
TWO_KINDS = ("{family: mixture, parts: [{weight: 0.6, of: 'exponential(mean 12 h)'}, "
             "{weight: 0.4, of: 'gamma(mean 80 h, sd 12 h)'}]}")
SPELLS = ", ".join(f"{{from: 2025-{month:02d}-01, to: 2025-{month:02d}-15, times: 1.35}}" for month in range(1, 8))
TOLD = {"stays": "stays have the shape", "pace": "work at one speed", "spells": "busy or quiet"}
WARM_UP = pd.Timedelta(days=21)


def hospital(stays: str = ASSUMED, pace: str = "[1.0]", spells: str = "") -> Layout:
    return layout_of(f"""
        time_zone: Europe/London
        starts: 2025-01-01
        staff: {{doctor: {{role: doctor, named: true, on_duty: 4, pace: {pace}}}}}
        units: {{ed: {{kind: ed, places: 60}}, ward: {{kind: ward, places: 300}}}}
        sources: {{door: {{pathway: p, rate: 2.5, ceiling: 6, dated: [{spells}]}}}}
        pathways:
          p:
            - {{move: into_ed, to: ed}}
            - {{do: see, by: doctor, takes: "lognormal(median 12 min, sigma 0.4)"}}
            - {{do: review, by: doctor, same_as: see, takes: "lognormal(median 8 min, sigma 0.4)"}}
            - branch: admit
              options:
                - chance: 0.5
                  then: [{{move: to_ward, to: ward}}, {{stay: on_ward, takes: {stays}}}]
                - then: []
            - {{leave: out, as: home}}
    """)


@pytest.mark.parametrize("planted", [{}, {"stays": TWO_KINDS}, {"pace": "[0.7, 1.4, 0.8, 1.3]"}, {"spells": SPELLS}],
                         ids=lambda planted: next(iter(planted), "nothing"))
def test_what_is_planted_is_found_and_nothing_else(planted: dict[str, str]):
    log = simulate(compile_program(Hospital.of(hospital(**planted)), days=200), seed=5)
    twin = calibrate(log, hospital())
    runs = run(Experiment(twin, days=63, warm_up_days=WARM_UP.days, seed=6), replications=6, workers=1)
    said = beside_sentence(beside_rows(beside(log, runs, warm_up=WARM_UP)))
    assert {name for name, words in TOLD.items() if words in said} == set(planted), said
