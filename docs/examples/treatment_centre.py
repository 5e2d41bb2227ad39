"""The treatment centre from midnight until 01:00 of the next day, 40 times: mean waits and times in minutes."""
from pathlib import Path
from statistics import mean, stdev

import pandas as pd

from hospital_twin import compile_program, read_hospital
from hospital_twin.engines.simpy_engine import simulate

REPLICATIONS = 40
program = compile_program(read_hospital(Path(__file__).with_name("treatment_centre.yaml")), days=25 / 24)

rows = []
for replication in range(REPLICATIONS):
    stays = simulate(program, seed=1, replication=replication).stays
    waited = (stays["start"] - stays["joined"]).dt.total_seconds() / 60
    rows.append({"arrivals": (stays["activity"] == "arrive").sum(), "left": (stays["activity"] == "leave").sum(),
                 **{f"wait for {step}": waited[stays["activity"] == step].mean() for step in (
                     "triage", "registration", "examination", "treatment", "stabilisation", "trauma_treatment")}})

print(f"{'':26}{'mean':>8}  95 % interval")
for name, values in pd.DataFrame(rows).items():
    half = 2.023 * stdev(values) / REPLICATIONS**0.5  # Student's t, 39 degrees of freedom
    print(f"{name.replace('_', ' '):26}{mean(values):8.1f}  [{mean(values) - half:.1f}, {mean(values) + half:.1f}]")
