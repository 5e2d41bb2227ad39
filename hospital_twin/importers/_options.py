"""What the caller said about a file, and what lies beside it, before any of its rows is read."""
from __future__ import annotations

from pathlib import Path

from hospital_twin.importers._clocks import check_zone
from hospital_twin.importers._importer import Options
from hospital_twin.importers._mapping import LogMapping, read_mapping
from hospital_twin.importers._saved_mapping import beside
from hospital_twin.layout import Layout
from hospital_twin.unit_types import expanded


def options_for(path: Path, layout: Layout | None, mapping: LogMapping | str | Path | None, time_zone: str | None
                ) -> tuple[Options, Path | None]:
    """The options, and the mapping that was found beside the file, if it is one that nobody named.

    The zone is the one given, else the mapping's, else the layout's. Raises `BadInput` for a mapping that cannot be
    read and for a zone that is none.
    """
    found = beside(path) if mapping is None and beside(path).is_file() else None
    said = read_mapping(found or mapping)
    if time_zone is not None:
        zone = check_zone(time_zone, "time_zone")
    elif said.time_zone is not None:
        zone = check_zone(said.time_zone, said.place("time_zone"))
    else:
        zone = layout.time_zone if layout else None
    return Options(expanded(layout) if layout else None, said, zone), found
