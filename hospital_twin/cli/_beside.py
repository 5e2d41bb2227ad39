"""The twin beside the log, as it is shown."""
from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_twin.cli._voice import Voice

if TYPE_CHECKING:
    import pandas as pd


def show_beside(table: pd.DataFrame, voice: Voice) -> None:
    """The headline KPIs of a log beside those of the twin. table: `validation.beside`."""
    from hospital_twin.reports import beside_rows, beside_sentence
    rows = beside_rows(table)
    known = [row for row in rows if row.position is not None]
    voice.table(("", "", "log", "twin", "95 % range for such a log", ""), [
        (row.title, row.unit, row.observed, row.twin, row.range, "" if row.inside else row.word) for row in known],
        "llrrrl")
    voice.say()
    voice.say(beside_sentence(rows))


def off(table: pd.DataFrame) -> list[str]:
    """The titles of the headline KPIs that lie outside of the twin's range."""
    from hospital_twin.reports import beside_rows
    return [row.title for row in beside_rows(table) if row.position is not None and not row.inside]
