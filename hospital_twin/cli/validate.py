"""`hospital-twin validate`: the twin beside a part of the log that it has not seen."""
from __future__ import annotations

import click

from hospital_twin.cli import _options as options
from hospital_twin.cli._endings import DONE, NO
from hospital_twin.cli._options import command
from hospital_twin.cli._types import Whole
from hospital_twin.cli._voice import Voice

_ANSWERS = {True: "yes", False: "no", None: "cannot tell"}


@command("validate", example="hospital-twin validate admissions.csv --layout my_hospital.yaml",
         no="the log is not one that the twin could have written, or too few of its numbers can be compared to tell.")
@options.log
@options.reading
@click.option("--share", type=Whole(10, 90), default=75, show_default=True,
              help="Per cent of the log that the twin is fitted on; the rest is what it has to foretell.")
@click.option("--most-off", type=Whole(0, 1000),
              help="How many headline KPIs may be off; by default as many as chance explains, two of ten.")
@options.replications
@options.seed
@options.workers
@options.as_json
def validate(*, log: str, layout: str | None, mapping: str | None, time_zone: str | None, share: int,  # noqa: PLR0913
             most_off: int | None, replications: int, seed: int, workers: int | None, as_json: bool) -> int:
    """Fit a twin on the first part of a LOG and compare it with the rest.

    A twin always resembles the log that it was fitted on; whether it foretells is seen on days that it has not seen.
    LOG and `--layout` are as for `calibrate`.
    """
    from hospital_twin.calibration import outline
    from hospital_twin.cli._beside import show_beside
    from hospital_twin.cli._inputs import layout_of, log_of
    from hospital_twin.cli._kept import is_kept, kept_log
    from hospital_twin.cli._progress import progress
    from hospital_twin.validation import back_check, fit_of
    voice, given = Voice(as_json), layout_of(layout)
    found = kept_log(log, mapping, time_zone).log if is_kept(log) else log_of(log, given, mapping, time_zone)[0]
    with progress("Simulating the rest of the log") as tell:
        check = back_check(found, given or outline(found), share=share / 100, replications=replications, seed=seed,
                           workers=workers, progress=tell)
    fit = fit_of(check.table, most_off)
    if as_json:
        voice.answer({"split": check.split, "days": check.runs.days, "replications": len(check.runs.replications),
                      "seed": seed, "says": check.says(most_off), "fits": fit.fits, "counted": fit.what,
                      "known": fit.known, "allowed": fit.allowed, "off": list(fit.off), "table": check.table})
    show_beside(check.table, voice)
    voice.say()
    voice.say(f"Answer: {_ANSWERS[fit.fits]}. {check.says(most_off)}")
    return DONE if fit.fits else NO
