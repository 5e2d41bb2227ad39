"""Files that commands read, found by name."""
from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from hospital_twin.errors import BadInput

if TYPE_CHECKING:
    from hospital_twin.eventlog import EventLog
    from hospital_twin.hospital import Hospital
    from hospital_twin.importers import QualityReport
    from hospital_twin.layout import Layout
    from hospital_twin.scenario import Scenario


def layout_file(named: str) -> Path:
    """The file that a path names; a shipped layout by its bare name. Raises `BadInput` when there is neither."""
    from hospital_twin.shipped import layouts_folder
    path = Path(named)
    if path.exists():
        return path
    shipped = {file.stem: file for file in sorted(layouts_folder().glob("*.yaml"))}
    if named in shipped:
        return shipped[named]
    raise BadInput(named, "there is no such file", "a layout or hospital file, or one of the layouts that come with "
                   "the program: " + ", ".join(shipped))


def hospital_of(named: str) -> Hospital:
    """The hospital in a layout or hospital file, compiled once so that a fault shows before anything runs."""
    file = layout_file(named)
    from hospital_twin.hospital import read_hospital
    from hospital_twin.program import compile_program
    hospital = read_hospital(file)
    try:
        compile_program(hospital, days=1)
    except BadInput as wrong:
        wrong.where = f"{file}: {wrong.where}"
        raise
    return hospital


def scenarios_of(files: tuple[str, ...], inline: tuple[tuple[dict[str, str], ...], ...], hospital: Hospital
                 ) -> tuple[Scenario, ...]:
    """The scenarios of files and of ``--lever`` options, each tried on the hospital."""
    from hospital_twin.levers import read_scenario
    found = [read_scenario(file, hospital) for file in files]
    found += [_inline(levers, hospital) for levers in inline]
    if not found:
        raise BadInput("compare", "there is nothing to compare with", "a scenario file, or a lever on the command "
                       "line: --lever beds:unit=icu,change=2")
    return tuple(found)


def _inline(levers: tuple[dict[str, str], ...], hospital: Hospital) -> Scenario:
    from hospital_twin.levers import lever_from
    from hospital_twin.scenario import Scenario
    made = tuple(lever_from(**fields) for fields in levers)
    scenario = Scenario(name="; ".join(lever.sentence() for lever in made), levers=made)
    try:
        scenario.apply(hospital)
    except BadInput as wrong:
        wrong.where = f"--lever, {wrong.where}"
        raise
    return scenario


def log_of(path: str, layout: Layout | None, mapping: str | None, time_zone: str | None,
           key: bytes | None = None) -> tuple[EventLog, QualityReport]:
    """The event log in a file and what was wrong with it. A refusal that a mapping would help says how to use one."""
    from hospital_twin.cli._progress import busy
    from hospital_twin.importers import A_MAPPING, read_log
    try:
        with busy("Reading the log"):
            return read_log(path, layout=layout, mapping=mapping, time_zone=time_zone, key=key)
    except BadInput as wrong:
        if A_MAPPING in wrong.expected:
            wrong.expected += f"\n  then: {with_mapping(path, mapping)}"
        raise


def with_mapping(log: str, mapping: str | None) -> str:
    """The command that reads a log with a mapping, the one in use or one to be written."""
    return shlex.join(["hospital-twin", "check", log, "--mapping", mapping or "my_mapping.yaml"])


def layout_of(named: str | None) -> Layout | None:
    """The layout in a layout or hospital file, or of a shipped name; None when none is named."""
    from hospital_twin.hospital import read_hospital
    return read_hospital(layout_file(named)).layout if named else None
