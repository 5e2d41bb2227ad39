"""Blocks of the documentation that are written from the code: `<!-- generated: NAME WHAT -->` … `<!-- end -->`."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.doc_blocks import commands, distributions, drawers, examples, layout, logs, program

QUICK: Mapping[str, Callable[[str], str]] = {
    "fields": layout.fields,
    "steps": layout.steps_list,
    "step": layout.step_fields,
    "families": distributions.families,
    "parameters": distributions.parameters,
    "modifiers": distributions.modifiers,
    "units_of_time": distributions.units_of_time,
    "levers": drawers.levers,
    "kpis": drawers.kpis,
    "unit_types": drawers.unit_types,
    "importers": logs.importers,
    "columns": logs.columns,
    "mapping": logs.mapping,
    "reasons": logs.reasons,
    "findings": logs.findings,
    "commands": commands.commands,
    "program": program.arrays,
    "operations": program.operations,
    "file": examples.file,
}
"""What can stand behind ``generated:``, and the function that writes it."""

RUN: Mapping[str, Callable[[str, Path], str]] = {
    "printed_by": examples.printed_by,
    "output": examples.output,
    "beginning": examples.beginning,
}
"""Those that take their time: they run the program, in the folder given."""
