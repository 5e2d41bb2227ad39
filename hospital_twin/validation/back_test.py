"""Back-check: a twin fitted on the first part of a log, beside the rest that it has not seen."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from hospital_twin.calibration import calibrate
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import EventLog
from hospital_twin.hospital import Hospital
from hospital_twin.kpis import compute_kpis
from hospital_twin.layout import Layout
from hospital_twin.runs import Experiment, Runs, run
from hospital_twin.validation.fit import fit_of
from hospital_twin.validation.side_by_side import beside_numbers

FEWEST_DAYS = 7


@dataclass(frozen=True, eq=False)
class BackCheck:
    """A twin beside a part of the log that it was not fitted on.

    hospital: fitted on what was known by `split`. runs: its replications over the rest. table: as of `beside`.
    """

    split: pd.Timestamp
    hospital: Hospital
    runs: Runs
    table: pd.DataFrame

    def says(self, most_off: int | None = None) -> str:
        """What was compared, and whether the twin foretold it (`fit_of`)."""
        about = self.hospital.fitted_on
        return (f"Fitted on {about.start[:10]} to {about.end[:10]}, compared with the {self.runs.days:.0f} days "
                f"after. {fit_of(self.table, most_off).says()}")


def back_check(log: EventLog, layout: Layout, *, share: float = 0.75, replications: int = 20,  # noqa: PLR0913
               warm_up_days: float = 28, seed: int = 1, workers: int | None = None,
               progress: Callable[[int, int], None] | None = None) -> BackCheck:
    """Fit on the first `share` of a log (cut at a local midnight), simulate the rest, and lay both side by side.

    What had not ended at the cut is known as not ended, so that nothing of the rest reaches the fit. The twin begins
    `warm_up_days` before the cut, which are not measured. Raises `BadInput` for a log whose dates cannot be compared
    or that is too short.
    """
    if not log.provenance.dates_comparable:
        raise BadInput("back-check, log", "every patient's dates in it are shifted by an amount of its own",
                       "a log with true dates, or `held_out_stays`, which needs none")
    if not 0.1 <= share <= 0.9:
        raise BadInput("back-check, share", f"it is {share}", "between 0.1 and 0.9 of the log")
    split = (log.start + share * (log.end - log.start)).tz_convert(log.time_zone).normalize().tz_convert("UTC")
    rest = (log.end - split) / pd.Timedelta(days=1)
    if rest < FEWEST_DAYS or (split - log.start) / pd.Timedelta(days=1) < FEWEST_DAYS:
        raise BadInput("back-check, log", f"it covers {(log.end - log.start).days} days",
                       f"at least {FEWEST_DAYS} days on either side of the cut")
    hospital = calibrate(log.until(split), layout)
    warm_up_days = min(warm_up_days, rest)
    starts = (split - pd.Timedelta(days=warm_up_days)).tz_convert(log.time_zone).date()
    experiment = Experiment(hospital=hospital, days=warm_up_days + rest, warm_up_days=warm_up_days, seed=seed,
                            starts=starts)
    runs = run(experiment, replications=replications, workers=workers, progress=progress)
    observed = compute_kpis(log, warm_up=split - log.start)
    return BackCheck(split, hospital, runs, beside_numbers(observed, runs, days=rest))
