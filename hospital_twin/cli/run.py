"""`hospital-twin run`: the hospital as it is, simulated."""
from __future__ import annotations

from pathlib import Path

from hospital_twin.cli import _options as options
from hospital_twin.cli._options import command, standard_store
from hospital_twin.cli._voice import Voice


@command("run", example="hospital-twin run community_hospital --days 63 --replications 10\n"
                        "hospital-twin run hospital.yaml --warm-up 21 --seed 7")
@options.hospital
@options.simulation
@options.store
@options.as_json
def run(*, hospital: str, days: float, warm_up: float | None, replications: int, seed: int, workers: int | None,  # noqa: PLR0913
        store: Path | None, as_json: bool) -> None:
    """Simulate a hospital as it is and print its KPIs with 95 % intervals.

    LAYOUT_OR_HOSPITAL is a layout file, a hospital that `calibrate` wrote, or the name of a layout that comes with
    the program.
    """
    from hospital_twin.cli import _study as study
    from hospital_twin.cli._inputs import hospital_of
    voice, found = Voice(as_json), hospital_of(hospital)
    from hospital_twin.store import Store  # a second of imports, which nobody waits for to read of a misspelt name
    question = study.Question("How does the hospital run as it is?", found, (), days, warm_up, replications, seed,
                              workers)
    question.experiments()
    path = standard_store(store)
    with Store(path) as opened:
        question = study.settled(question, opened, voice)
        made = study.answered(question, opened, voice)
    if as_json:
        voice.answer(study.as_json(made, path))
    runs = made.answer.baseline
    voice.heading(f"{runs.hospital}: {len(runs.replications)} replications of {runs.days:g} days, "
                  f"{runs.warm_up_days:g} of them warm-up")
    study.show(made.answer, voice)
    study.where_kept(path, voice)
