"""Fitting a hospital to a log, and saying what came of it: what `calibrate` and `demo` have in common."""
from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_twin.cli._progress import busy
from hospital_twin.cli._voice import Voice

if TYPE_CHECKING:
    from hospital_twin.eventlog import EventLog
    from hospital_twin.hospital import Fit, Hospital
    from hospital_twin.layout import Layout

_OF = "low, high: of "


def fitted(log: EventLog, layout: Layout | None, voice: Voice) -> Hospital:
    """The hospital of a log; without a layout, of one drafted from the log's own units."""
    from hospital_twin.calibration import calibrate
    with busy("Fitting the numbers"):
        hospital = calibrate(log, layout)
    if layout is None:
        voice.say(f"No layout is given, so one is drafted from the log: {len(hospital.layout.units)} units. Staff and "
                  "whatever else the log does not name are not in it.")
    about = hospital.fitted_on
    voice.say(f"{len(hospital.fits)} numbers of {hospital.layout.name} fitted to {about.visits:,} visits, "
              f"{about.start[:10]} to {about.end[:10]}.")
    return hospital


def told(fit: Fit) -> str:
    """A fit on one line: its place, its value, its interval and of what that is, its cases, and how well it fits."""
    said, _, of = fit.note.partition(_OF)
    parts = [fit.value, *filter(None, (said.strip("; "), of if of != "that" else ""))]
    if fit.low is not None and fit.high is not None:
        parts[-1 if of else 0] += f" [{_digits(fit.low)}, {_digits(fit.high)}]"
    return f"{fit.path}: {'; '.join(filter(None, (*parts, f'{fit.n:,} cases', fit.how_well())))}"


def _digits(value: float) -> str:
    """A number with three digits that count."""
    return f"{float(f'{value:.3g}'):,g}".replace("-", "\N{MINUS SIGN}")


def tell_unknown(hospital: Hospital, voice: Voice, most: int | None = None) -> None:
    """What the log could not tell; of more than `most` things, how many there are."""
    if hospital.not_fitted:
        voice.heading("What the log does not tell")
        for sentence in hospital.not_fitted[:most]:
            voice.say(f"- {sentence}{'' if sentence.endswith('.') else '.'}")
        more = len(hospital.not_fitted[most:]) if most is not None else 0
        if more:
            voice.say(f"- and {more} more of the kind, which are in the report and the hospital's file.")
