"""The page about the command line, from the commands' own help."""
from __future__ import annotations

import click

from hospital_twin.cli._street import street
from scripts.doc_blocks.markdown import block

WIDTH = 100


def commands(_: str) -> str:
    """The help of the program and of each of its commands, as ``--help`` prints it."""
    return "\n\n".join(_told(street, "hospital-twin", None))


def _told(command: click.Command, name: str, parent: click.Context | None) -> list[str]:
    context = click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH,
                            **command.context_settings)
    found = [f"## `{context.command_path}`\n\n{block(command.get_help(context))}"]
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found += _told(command.get_command(context, below), below, context)
    return found
