"""`hospital-twin levers`: what can be changed in a what-if."""
from __future__ import annotations

from typing import Any

import click

from hospital_twin.cli._inputs import hospital_of
from hospital_twin.cli._options import as_json, command
from hospital_twin.cli._types import on_one_line
from hospital_twin.cli._voice import Voice
from hospital_twin.errors import BadInput


@command("levers", example="hospital-twin levers\n"
                           "hospital-twin levers beds --of community_hospital")
@click.argument("lever", required=False)
@click.option("--of", "named", metavar="LAYOUT_OR_HOSPITAL", help="Show the names that fit this hospital.")
@as_json
def levers(lever: str | None, named: str | None, as_json: bool) -> None:
    """List what a what-if can change: each LEVER with its fields, ranges and an example."""
    from hospital_twin.levers import describe_levers
    found = describe_levers(hospital_of(named) if named else None)
    if lever is not None and lever not in [one["id"] for one in found]:
        raise BadInput("LEVER", f"there is no lever {lever!r}", "one of " + ", ".join(one["id"] for one in found))
    shown = [one for one in found if lever in (None, one["id"])]
    voice = Voice(as_json)
    voice.answer(shown)
    for one in shown:
        _tell(voice, one)


def _tell(voice: Voice, lever: dict[str, Any]) -> None:
    voice.heading(f"{lever['id']}: {lever['title']}")
    voice.say(lever["purpose"])
    voice.block("")
    voice.table(("field", "what it is", "values", "default"),
                [(field["name"], _what(field), _values(field), _default(field)) for field in lever["fields"]], "llll")
    if lever["example"] is None:
        voice.block("")
        voice.say(_why_not(lever))
        return
    fields = ", ".join(f"{name}: {_yaml(value)}" for name, value in lever["example"].items() if name != "lever")
    voice.block(f"\n  on the command line:   --lever {_quoted(on_one_line(lever['example']))}"
                f"\n  in a scenario file:    - {{lever: {lever['id']}, {fields}}}")


def _why_not(lever: dict[str, Any]) -> str:
    sections = [field["names"] for field in lever["fields"] if field["names"]]
    lacking = [field["names"] for field in lever["fields"] if field["names"] and not field["choices"]]
    if lacking:
        return f"This hospital has no {' and no '.join(lacking)}: the lever cannot be used."
    return f"None of this hospital's {' and '.join(sections)} can be changed by it: the lever cannot be used."


def _what(field: dict[str, Any]) -> str:
    return f"{field['description']}{' In ' + field['unit'] + '.' if field['unit'] else ''}"


def _values(field: dict[str, Any]) -> str:
    if field["choices"]:
        return ", ".join(map(str, field["choices"]))
    if field["choices"] is not None:
        return "none in this hospital"
    if field["names"]:
        return f"a name of the layout's {field['names']}"
    if field["min"] is not None and field["max"] is not None:
        return f"{field['min']:g} to {field['max']:g}".replace("-", "\N{MINUS SIGN}")
    return "text"


def _default(field: dict[str, Any]) -> str:
    return "must be given" if field["required"] else str(field["default"])


def _yaml(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) and not value.isidentifier() else str(value)


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text
