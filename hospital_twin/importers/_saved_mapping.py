"""How a log was read, as a mapping file that reads it in the same way again."""
from __future__ import annotations

from pathlib import Path

import yaml

from hospital_twin.files import replacing
from hospital_twin.importers._importer import Options, RawRows
from hospital_twin.importers._mapping import LogMapping
from hospital_twin.importers._naming import Named

ENDING = ".mapping.yaml"
"""What the name of a log is followed by in the name of a mapping that is found by itself."""
_HEAD = """\
# How a log was read. Correct what is wrong, and hand it over with --mapping; beside the log, under its whole name
# followed by {ending}, it is found by itself. What is left out is guessed again.
"""


def beside(log: Path) -> Path:
    """Where the mapping of a log lies that is found by itself."""
    return log.with_name(log.name + ENDING)


def mapping_of(shape: str, raw: RawRows, named: Named, options: Options) -> LogMapping:
    """Everything that was said and guessed of a log, as a mapping.

    shape: id of the importer. What a layout says is not in it: that is for the layout to say.
    """
    given = options.mapping
    columns = {name: guess.headers for name, guess in raw.guesses.items() if name not in raw.attributes}
    units = {word.log: word.name or None for word in named.units}
    kinds = {word.name: word.means for word in named.units if word.name and word.how != "layout"}
    roles = {word.name: word.means for word in named.resources if word.how != "layout"}
    return given.model_copy(update={
        "shape": shape, "columns": {**given.columns, **columns},
        "attributes": {name: raw.guesses[name].headers[0] for name in raw.attributes if name in raw.guesses},
        "units": {**given.units, **units}, "kinds": {**given.kinds, **kinds}, "roles": {**given.roles, **roles},
        "events": {**given.events, **{word.log: word.means for word in raw.events}},
        "date_order": given.date_order or raw.date_order, "time_zone": given.time_zone or options.time_zone})


def save_mapping(mapping: LogMapping, path: Path) -> None:
    """Write a mapping file, whole or not at all. Raises `OSError` with the file's name."""
    value = mapping.model_dump(mode="json", exclude_defaults=True, exclude={"events"})
    value["columns"] = {name: headers[0] if headers and len(headers) == 1 else headers
                        for name, headers in value.get("columns", {}).items()}
    value["events"] = {text: means.plain() if means else None for text, means in mapping.events.items()}
    filled = {name: part for name, part in value.items() if part not in ({}, None)}
    with replacing(path) as part:
        part.write_text(_HEAD.format(ending=ENDING) + yaml.safe_dump(filled, sort_keys=False, allow_unicode=True,
                                                                     width=1_000), encoding="utf-8")
