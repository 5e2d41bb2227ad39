"""`hospital-twin layout`: layouts that come with the program, a layout checked, and the schema of layout files."""
from __future__ import annotations

import click

from hospital_twin.cli._inputs import layout_file
from hospital_twin.cli._options import as_json, command
from hospital_twin.cli._voice import Voice, short
from hospital_twin.errors import BadInput


@click.group("layout", context_settings={"help_option_names": ["-h", "--help"]},
             epilog="\b\nExample:\n  hospital-twin layout check community_hospital\n")
def layout() -> None:
    """Look at layout files: list, check, schema."""


@command("list", example="hospital-twin layout list")
@as_json
def _list(as_json: bool) -> None:
    """List the layouts that come with the program."""
    from hospital_twin.layout import read_layout
    from hospital_twin.shipped import layouts_folder
    found = [(file, read_layout(file)) for file in sorted(layouts_folder().glob("*.yaml"))]
    voice = Voice(as_json)
    voice.answer([{"name": file.stem, "file": file, "hospital": one.name, "description": one.description}
                  for file, one in found])
    voice.table(("name", "hospital", "description"), [(file.stem, one.name, " ".join(one.description.split()))
                                                      for file, one in found], "lll")
    voice.say()
    voice.say(f"The files are in {short(layouts_folder())}")


@command("check", example="hospital-twin layout check community_hospital")
@click.argument("layout")
@as_json
def _check(layout: str, as_json: bool) -> None:
    """Check a LAYOUT file: every name, every step, every value for every class.

    The file of a hospital that `calibrate` wrote may be named as well.
    """
    from hospital_twin.hospital import read_hospital
    from hospital_twin.program import circles
    file = layout_file(layout)
    found = read_hospital(file).layout
    try:
        rings = circles(found)
    except BadInput as wrong:
        wrong.where = f"{file}: {wrong.where}"
        raise
    voice = Voice(as_json)
    parts = {name: len(getattr(found, name)) for name in ("units", "staff", "equipment", "sources", "pathways",
                                                          "rules")}
    voice.answer({"file": file, "hospital": found.name, **parts, "circles": rings})
    voice.say(f"{short(file)} is a complete layout of {found.name}: "
              + ", ".join(f"{number} {name}" for name, number in parts.items()) + ".")
    for ring in rings:
        voice.say(f"Patients in {', '.join(ring)} can come to wait for each other's places or nurses; then they "
                  + ("swap." if found.in_a_circle == "swap" else "stop the run."))


@command("schema", example="hospital-twin layout schema > layout.schema.json")
def _schema() -> None:
    """Print the JSON schema of layout files, for editors that complete and check YAML."""
    from hospital_twin.layout import Layout
    Voice(as_json=True).answer(Layout.model_json_schema())


layout.add_command(_list)
layout.add_command(_check)
layout.add_command(_schema)
