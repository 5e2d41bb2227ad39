"""`hospital-twin compare`: what-ifs beside the hospital as it is."""
from __future__ import annotations

from pathlib import Path

import click

from hospital_twin.cli import _options as options
from hospital_twin.cli._endings import DONE, NO
from hospital_twin.cli._options import command, standard_store
from hospital_twin.cli._types import Goal, Inline, NewFile, Until
from hospital_twin.cli._voice import Voice


@command("compare", example=(
    "hospital-twin compare community_hospital --lever ed_staffing:pool=ed_doctor,extra=2,window=10:00-22:00\n"
    "hospital-twin compare hospital.yaml winter.yaml more_beds.yaml --report out/answer.html"),
    no="with --until, the maximum of replications did not make the interval narrow enough.")
@options.hospital
@click.argument("scenarios", metavar="[SCENARIO]...", nargs=-1)
@click.option("--lever", "inline", type=Inline(), multiple=True,
              help="A scenario on one line: its lever, a colon, field=value with commas between; ' + ' joins several "
                   "levers into one scenario. See `hospital-twin levers`.")
@options.simulation
@click.option("--until", "goal", type=Until(), metavar="KPI=HALF-WIDTH",
              help="Simulate until the difference in a KPI is known to within this, in its unit; --replications is "
                   "then the maximum.")
@click.option("--report", type=NewFile(".html"), help="Write the answer as an HTML page with pictures.")
@options.store
@options.as_json
def compare(*, hospital: str, scenarios: tuple[str, ...], inline: tuple, days: float, warm_up: float | None,  # noqa: PLR0913
            replications: int, seed: int, workers: int | None, goal: Goal | None, report: Path | None,
            store: Path | None, as_json: bool) -> int:
    """Compare a hospital as it is with scenarios, which meet the same patients.

    Each SCENARIO is a YAML file: a name and a list of levers. LAYOUT_OR_HOSPITAL is as for `run`.
    """
    from hospital_twin.cli import _study as study
    from hospital_twin.cli._inputs import hospital_of, scenarios_of
    from hospital_twin.drawers import entry
    voice, found = Voice(as_json), hospital_of(hospital)
    if goal:
        entry("hospital_twin.kpis", "KPI", goal.kpi, where="--until")
    changed = scenarios_of(scenarios, inline, found)
    from hospital_twin.store import Store  # a second of imports, which nobody waits for to read of a misspelt name
    words = " or ".join(scenario.sentence() for scenario in changed)
    question = study.Question(f"What changes with {words}?", found, changed, days, warm_up, replications, seed,
                              workers, goal=goal, cautions=study.of_a_draft(found, changed))
    question.study()
    path = standard_store(store)
    with Store(path) as opened:
        question = study.settled(question, opened, voice)
        made = study.answered(question, opened, voice)
    if as_json:
        voice.answer(study.as_json(made, path))
    study.show(made.answer, voice)
    if made.precision:
        voice.say(f"{made.precision.sentence}.")
    if report:
        study.report(made.answer, report, voice)
    study.where_kept(path, voice)
    return DONE if made.precision is None or made.precision.reached else NO
