"""The twin beside the log, as it is shown."""
from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_twin.cli._voice import Voice

if TYPE_CHECKING:
    import pandas as pd

    from hospital_twin.reports import BesideRow


def show_beside(table: pd.DataFrame, voice: Voice) -> None:
    """The headline KPIs of a log beside those of the twin, and what calibration assumes. table: `validation.beside`."""
    from hospital_twin.reports import beside_rows, beside_sentence
    rows = beside_rows(table)
    known = [row for row in rows if row.range]
    _show([row for row in known if not row.assumes], "", voice)
    voice.say()
    _show([row for row in known if row.assumes], "what calibration takes for granted, tested", voice)
    voice.say()
    voice.say(beside_sentence(rows))


def _show(rows: list[BesideRow], about: str, voice: Voice) -> None:
    if rows:
        voice.table((about, "", "log", "twin", "95 % range for such a log", ""), [
            (row.title, row.unit, row.observed, row.twin, row.range, "" if row.inside else row.word) for row in rows],
            "llrrrl")
